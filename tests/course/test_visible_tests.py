"""The visible tests of the shipped course draw their numbers, say that they passed, and hold for every notebook."""

import itertools
import math
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from scipy import optimize, special, stats
from torch.nn import functional

from generator.building.variants import text_for
from generator.sources.headers import SourceCell
from generator.sources.source import read_source
from paribus import selfcheck
from paribus.check.tested import draws
from paribus.course.assignment import Role
from tests.shipped import COURSE

NOTEBOOKS = 12
# What a student typed in alone, so that there is nothing to draw.
OWN_WORDS = {"landing_prediction", "row_predictions"}


def tasks() -> list[tuple[str, SourceCell, SourceCell]]:
    found = []
    for entry in COURSE.entries():
        source = read_source(entry.source.read_text(encoding="utf-8"), entry.name, COURSE.shares)
        tests = {cell.name: cell for cell in source.cells if cell.role is Role.TESTS}
        found += [(f"{entry.name}/{cell.name}", cell, tests[cell.name]) for cell in source.tasks()]
    return found


TASKS = tasks()


@pytest.mark.parametrize(("name", "task", "tests"), TASKS, ids=[name for name, *_ in TASKS])
def test_tests_draw_their_numbers_and_say_that_they_passed(name: str, task: SourceCell, tests: SourceCell) -> None:
    text = text_for(tests, "student")
    assert text.rstrip().endswith(f'notebook.tested("{task.name}")')
    assert (f'notebook.draws("{task.name}")' in text) == (task.name not in OWN_WORDS)
    assert "HIDDEN" not in text


@pytest.mark.parametrize(("name", "task", "tests"), TASKS, ids=[name for name, *_ in TASKS])
def test_the_solution_passes_whatever_was_drawn(name: str, task: SourceCell, tests: SourceCell) -> None:
    passed: list[str] = []
    for number in range(NOTEBOOKS):
        nonce = f"{number * 7919:032x}"
        notebook = SimpleNamespace(draws=lambda key, nonce=nonce: draws(nonce, key), tested=passed.append)
        space: dict[str, Any] = {
            "np": np, "torch": torch, "functional": functional, "math": math, "selfcheck": selfcheck, "PAD": 0,
            "optimize": optimize, "special": special, "stats": stats,
            "notebook": notebook,
        }  # fmt: skip
        exec(text_for(task, "solution"), space)  # noqa: S102 - the course's own source
        exec(text_for(tests, "instructor"), space)  # noqa: S102 - as above, with the hidden tests
    assert passed == [task.name] * NOTEBOOKS


WRONG_AND_UNSEEN = {
    "parameter_share": """
def parameter_share(model, prefixes):
    sizes = {name: weights.numel() for name, weights in model.named_parameters() if weights.requires_grad}
    return sum(size for name, size in sizes.items() if name.startswith(prefixes)) / sum(sizes.values())
""",
    "validate": """
def validate(model, batches):
    model.eval()
    with torch.no_grad():
        answers = [(model(inputs), labels) for inputs, labels in batches]
    total = sum(functional.cross_entropy(logits, labels, reduction="sum").item() for logits, labels in answers)
    items = (len(batches) - 1) * len(batches[0][1]) + len(batches[-1][1])
    return total / items, torch.cat([logits for logits, _ in answers])
""",
    "rescued": """
def rescued(before, after):
    low, high = np.asarray(before) < 1e-6, np.asarray(after) < 1e-6
    return np.flatnonzero(low & ~high).tolist(), np.flatnonzero(~low & high).tolist()
""",
    "f1_by_tier": """
def f1_by_tier(per_class_f1, tiers):
    means = {}
    for tier in dict.fromkeys(tiers):
        first = list(tiers).index(tier)
        together = first + sum(1 for _ in itertools.takewhile(lambda other: other == tier, tiers[first:]))
        scores = per_class_f1[first:together]
        if (~np.isnan(scores)).any():
            means[str(tier)] = float(np.nanmean(scores))
    return means
""",
}
"""Answers that the visible tests let pass: only trained parameters counted, every batch but the last as long as the
first, a tiny F1 taken for zero, a tier's classes taken to be beside each other.
"""


def test_a_task_has_hidden_tests_only_where_they_catch_what_the_visible_ones_let_pass() -> None:
    hidden = {task.name for name, task, tests in TASKS if "BEGIN HIDDEN TESTS" in tests.text}
    assert hidden == set(WRONG_AND_UNSEEN)


@pytest.mark.parametrize("name", WRONG_AND_UNSEEN)
def test_hidden_tests_catch_a_wrong_answer_that_the_visible_ones_let_pass(name: str) -> None:
    tests = next(tests for _, task, tests in TASKS if task.name == name)
    space: dict[str, Any] = {
        "np": np, "torch": torch, "functional": functional, "itertools": itertools, "selfcheck": selfcheck,
        "notebook": SimpleNamespace(draws=lambda key: draws("0" * 32, key), tested=lambda key: None),
    }  # fmt: skip
    exec(WRONG_AND_UNSEEN[name], space)  # noqa: S102 - the text above
    exec(text_for(tests, "student"), space)  # noqa: S102 - the course's own source
    with pytest.raises(selfcheck.NotRightYet):
        exec(text_for(tests, "instructor"), space)  # noqa: S102 - as above
