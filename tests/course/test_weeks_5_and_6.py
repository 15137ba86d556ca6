"""Weeks 5 and 6 keep the promises of their own texts: points, the T4 budget, and tests that catch wrong answers."""

import math
import re
import textwrap
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional

from generator.building.variants import text_for
from generator.sources.headers import SourceCell
from generator.sources.source import load_source
from paribus import compression, models, selfcheck
from paribus.check.tested import draws
from paribus.course.assignment import Role
from tests.shipped import COURSE

NAMES = ("week5_lab", "week5_homework", "week6_lab", "week6_homework")
HOMEWORKS = ("week5_homework", "week6_homework")
SOURCES = {name: load_source(COURSE.entry(name).source, COURSE) for name in NAMES}
TEXTS = {name: COURSE.entry(name).source.read_text(encoding="utf-8") for name in NAMES}
SOLUTION = re.compile(r"    ### BEGIN SOLUTION.*?### END SOLUTION(?:\n|$)", re.DOTALL)

# course.md's figure: three epochs of all rows in 32 minutes on a T4.
MINUTES = 32 / 3


@pytest.mark.parametrize("name", NAMES)
def test_the_table_at_the_top_gives_the_points_of_each_part(name: str) -> None:
    parts: list[float] = [0.0]
    for cell in SOURCES[name].cells:
        if cell.cell_type == "markdown" and re.search(r"^## Part \d", cell.text, re.MULTILINE):
            parts.append(0.0)
        parts[-1] += cell.points
    told = [float(number) for number in re.findall(r"^# \| [^|]+ \| (\d+) \|$", TEXTS[name], re.MULTILINE)]
    assert told == [*parts[1:-1], parts[-1] - told[-1], told[-1]]


@pytest.mark.parametrize("name", HOMEWORKS)
def test_a_homework_has_a_hundred_points(name: str) -> None:
    assert sum(cell.points for cell in SOURCES[name].cells) == 100


def budget_of(name: str) -> tuple[list[float], float, float]:
    """The minutes of each row of the budget's table, what they are told to come to, and the budget."""
    table = TEXTS[name].split('key="budget"')[1].split("# %%")[0]
    rows = [float(number) for number in re.findall(r"^# \| (?!\*\*).* (\d+) \|$", table, re.MULTILINE)]
    (told,) = re.findall(r"\*\*together\*\* \| \| \*\*(\d+)", table)
    (hours,) = re.findall(r"\*\*(two|three) hours\*\*", table)
    return rows, float(told), {"two": 120.0, "three": 180.0}[hours]


@pytest.mark.parametrize("name", HOMEWORKS)
def test_the_budgets_table_adds_up_and_leaves_room_for_a_repeated_seed(name: str) -> None:
    rows, told, budget = budget_of(name)
    assert sum(rows) == told
    assert told + 2 * MINUTES < budget


def test_the_training_of_week_5_is_told_as_three_seeds_take_it() -> None:
    rows, _, _ = budget_of("week5_homework")
    assert abs(rows[0] - 3 * 2 * MINUTES) < 1
    assert '"full": 2, "smoke"' in TEXTS["week5_homework"]


@pytest.mark.parametrize("name", ["week6_lab", "week6_homework"])
@pytest.mark.parametrize("profile", ["micro", "smoke"])
def test_the_teacher_of_week_6_is_twice_as_deep_as_its_students_and_as_the_tiny_encoder(
    name: str, profile: str
) -> None:
    text = COURSE.entry(name).source.read_text(encoding="utf-8")
    (line,) = re.findall(r"^TEACHER = .*$", text, re.MULTILINE)
    (function,) = re.findall(r"^def small_network.*?(?=^\S)", text, re.MULTILINE | re.DOTALL)
    texts = ("a late fee was charged", "they never replied to me") * 20
    data = SimpleNamespace(classes=("a", "b"), train=SimpleNamespace(texts=texts))
    space = {
        "models": models,
        "compression": compression,
        "data": data,
        "MODEL": None,
        "profile": COURSE.profiles[profile],
    }
    exec(f"{line}\n{function}", space)  # noqa: S102 - the course's own source
    teacher, tiny = (
        models.load(model, 2, texts=texts, seed=0)[0].config.num_hidden_layers
        for model in (str(space["TEACHER"]), "tiny")
    )
    (student,) = {len(space["small_network"](seed).model.layers) for seed in (0, 1)}  # type: ignore[operator]
    assert (teacher, student) == (2 * tiny, tiny)
    assert COURSE.profiles[profile].model == "tiny"


def test_another_model_is_its_own_teacher() -> None:
    assert models.teacher_of("answerdotai/ModernBERT-base") == "answerdotai/ModernBERT-base"


@pytest.mark.parametrize("name", HOMEWORKS)
def test_later_weeks_open_the_records_of_earlier_ones_by_names_that_these_have(name: str) -> None:
    """A reference that an earlier notebook cannot have would be missing for ever."""
    for call in SOURCES[name].references:
        if call.assignment == name:
            continue
        earlier = COURSE.entry(call.assignment).source.read_text(encoding="utf-8")
        run, _, metric = call.name.rpartition(".")
        assert metric in ("accuracy", "macro_f1", "zero_f1_classes", "latency_p95", "size_mb", "trained_share")
        assert f'"{run.partition(".")[0]}"' in earlier


def tasks() -> list[tuple[str, str]]:
    return [(name, task.name) for name in NAMES for task in SOURCES[name].tasks()]


def attempt(task: SourceCell, tests: SourceCell, answer: str) -> None:
    """Run a task's tests as a notebook does, with ``answer`` in the solution's place."""
    notebook = SimpleNamespace(draws=lambda key: draws("5" * 32, key), tested=lambda key: None)
    space: dict[str, Any] = {
        "np": np, "torch": torch, "functional": functional, "math": math, "selfcheck": selfcheck,
        "notebook": notebook,
    }  # fmt: skip
    body = textwrap.indent(answer, "    ")
    exec(SOLUTION.sub(lambda _: body, task.text), space)  # noqa: S102 - the course's own source
    exec(text_for(tests, "student"), space)  # noqa: S102 - as above


@pytest.mark.parametrize(("name", "task"), tasks(), ids=["/".join(item) for item in tasks()])
def test_the_visible_tests_catch_every_planted_wrong_answer(name: str, task: str) -> None:
    cells = {(cell.role, cell.name): cell for cell in SOURCES[name].cells if cell.name}
    planted = sorted((COURSE.entry(name).source.parent / "wrong" / name / task).glob("*.py"))
    assert len(planted) >= 3
    for file in planted:
        text = file.read_text(encoding="utf-8")
        assert text.startswith("# ")
        with np.errstate(all="ignore"), pytest.raises((selfcheck.NotRightYet, ZeroDivisionError, OverflowError)):
            attempt(cells[Role.TASK, task], cells[Role.TESTS, task], text)
