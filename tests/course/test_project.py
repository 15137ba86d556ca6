"""The project and the methodology lab keep the promises of their own texts."""

import ast
import re
import sys
from collections.abc import Iterator
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

import digits
import intents
from generator.sources.headers import SourceCell
from generator.sources.source import load_source
from paribus.course.assignment import Role
from paribus.display.explore import NO_KERNEL, explore
from paribus.figures.canvas import BLUE, GREY, ORANGE, NotebookFigure
from tests.shipped import COURSE

NAMES = ("project", "project_proposal", "project_midterm", "methodology_lab")
SOURCES = {name: load_source(COURSE.entry(name).source, COURSE) for name in NAMES}
TEXT = COURSE.entry("project").source.read_text(encoding="utf-8")

# course.md's figures on a T4: three epochs of 57,846 complaints, cut at 128 tokens, in 32 minutes.
ROWS, TOKENS, EPOCH, BUDGET = 57_846, 128, round(32 / 3, 1), 180


def cell(name: str, key: str) -> SourceCell:
    (found,) = [cell for cell in SOURCES[name].cells if cell.key == key]
    return found


def code(key: str, **names: Any) -> dict[str, Any]:  # whatever the cell makes
    """What a cell of the project defines; its training loops are left out by the names that it lacks."""
    tree = ast.parse(cell("project", key).text)
    kept: list[ast.stmt] = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    exec(compile(ast.Module(kept, []), key, "exec"), names)  # noqa: S102 - the course's own cell
    return names


def setting(key: str, name: str) -> Any:  # a literal of the notebook
    """What a line ``name = …`` of the project sets; of a table by profile, the table."""
    line = rf"^\s*{name} ?= ?(.+?)(?:\[PROFILE\])?,?(?:  #.*)?$"
    (value,) = re.findall(line, cell("project", key).text, re.MULTILINE)
    return ast.literal_eval(value)


def test_the_budget_is_that_of_the_model_that_is_loaded() -> None:
    text = cell("project", "introduction").text
    assert COURSE.profiles["full"].settings["model"] == "answerdotai/ModernBERT-base"
    assert "ModernBERT-base with 149 million parameters" in text
    epochs, seeds = setting("recipe", "epochs")["full"], len(setting("recipe", "SEEDS"))
    (trials,) = re.findall(r'trials=\{"full": (\d+)', TEXT)
    messages = sum(float(number.replace(",", "")) for number in re.findall(r"about ([\d,]+) messages", text))
    long_epoch = EPOCH * messages / ROWS
    assert f"= {long_epoch:.1f} minutes" in text
    assert f"{round(long_epoch / 2, 1)} minutes" in text
    told = [tuple(map(float, row)) for row in re.findall(r"\| (\d+) \| \d+ × ([\d.]+) = (\d+) \|", text)]
    assert [row[0] for row in told] == [int(trials) * epochs, 4 * seeds * epochs, seeds]
    assert all(row[2] == pytest.approx(row[0] * row[1], abs=0.51) for row in told)
    assert f"**{sum(row[2] for row in told):.0f}, which" in text
    assert f"**{sum(row[0] for row in told):.0f}**" in text
    assert sum(row[2] for row in told) + seeds * epochs * told[0][1] < BUDGET
    assert "max_length=min(profile.max_length, 32)" in TEXT
    assert f"cut at {TOKENS} tokens" in text


def test_the_messages_of_the_budget_are_those_of_the_corpus() -> None:
    logs, synthetic, _ = intents.corpus.ROWS["full"]
    text = cell("project", "introduction").text
    (told,) = re.findall(r"about ([\d,]+) messages", text)
    (from_logs,) = re.findall(r"\(([\d,]+) from the logs", text)
    kept = 0.894
    assert int(told.replace(",", "")) == pytest.approx(int(from_logs.replace(",", "")) + kept * synthetic, abs=100)
    assert int(from_logs.replace(",", "")) == pytest.approx(0.675 * logs, rel=0.01)


def test_the_seeds_that_confirm_had_no_part_in_exploring() -> None:
    assert setting("parameters", "SEED") not in setting("recipe", "SEEDS")
    for row in ("gamma", "decay", "warmup", "epochs"):
        checks = {found.check: found.options for found in cell("project", f"ablation-{row}").checks}
        assert checks["seeds.enough"] == {"exploring": ["tuning"]}, "the search's seed, whatever it is"
    assert 'notebook.search("tuning"' in TEXT


@pytest.mark.parametrize("name", NAMES)
def test_every_task_has_at_least_three_planted_wrong_answers(name: str) -> None:
    for task in SOURCES[name].tasks():
        answers = list((COURSE.entry(name).source.parent / "wrong" / name / task.name).glob("*.py"))
        assert len(answers) >= 3, task.name


def points_told(name: str, key: str) -> list[float]:
    """The last column of a cell's table; a dash is no points."""
    told = re.findall(r"^\| .+ \| ([\d.]+|–) \|$", cell(name, key).text, re.MULTILINE)
    return [0.0 if number == "–" else float(number) for number in told]


STARTS = ("introduction", "model-text", "training-text", "evaluation-text", "interpretation-text", "tools-text")
"""Where the parts of the table at the top begin."""


def test_the_projects_table_gives_the_points_of_each_part() -> None:
    parts: list[float] = []
    for one in SOURCES["project"].cells:
        if one.key in STARTS:
            parts.append(0.0)
        if parts:
            parts[-1] += one.points
    told = points_told("project", "title")
    assert told == parts
    assert sum(told) == 100


def test_the_checklist_gives_the_points_of_its_checks() -> None:
    checks = {found.check: found.points for found in cell("project", "whole").checks}
    rows = (
        ("form.ran_in_order", "form.no_errors"), ("form.sections",), ("form.headings",), ("form.outputs_present",),
        ("form.no_debug_cells", "form.no_fixed_paths", "form.no_unused_imports"), ("form.links",),
        ("metrics.recomputed", "metrics.best_checkpoint", "metrics.test_untouched"), ("memo.no_diary",),
    )  # fmt: skip
    assert points_told("project", "checklist") == pytest.approx([sum(checks[name] for name in row) for row in rows])
    assert sum(points_told("project", "checklist")) == pytest.approx(cell("project", "whole").points)


def test_the_labs_table_gives_the_points_of_each_part() -> None:
    parts: list[float] = [0.0]
    for one in SOURCES["methodology_lab"].cells:
        if one.role is Role.PROSE and re.search(r"^## Part \d", one.text, re.MULTILINE):
            parts.append(0.0)
        parts[-1] += one.points
    told = points_told("methodology_lab", "title")
    assert told == [*parts[1:-1], parts[-1] - told[-1], told[-1]]


@pytest.mark.parametrize("kind", ["ModernBert", "Bert", "DistilBert"])
def test_every_layer_of_an_encoder_has_its_own_rate_whatever_it_is_called(kind: str) -> None:
    import transformers

    sizes = {"hidden_size": 8, "num_hidden_layers": 3, "num_attention_heads": 2}
    if kind == "DistilBert":
        sizes = {"dim": 8, "n_layers": 3, "n_heads": 2}
    config = getattr(transformers, f"{kind}Config")(**sizes)
    network = getattr(transformers, f"{kind}ForSequenceClassification")(config)
    rates = code("layer_rates")["layer_rates"]
    config = SimpleNamespace(learning_rate=1.0, layer_decay=0.5)
    groups = code("train", re=re, layer_rates=rates)["groups_of"](network, config)
    assert [group["lr"] for group in groups] == [0.125, 0.25, 0.5, 1.0, 1.0]
    assert sum(len(group["params"]) for group in groups) == len(list(network.parameters()))


def test_a_model_without_layers_is_refused_with_a_sentence() -> None:
    groups_of = code("train", re=re, layer_rates=None)["groups_of"]
    with pytest.raises(ValueError, match=r"Linear has no parameter with 'layer\.0\.' .* choose an encoder"):
        groups_of(torch.nn.Linear(2, 2), None)


EPOCHS = (SimpleNamespace(epoch=1, metrics={"macro_f1": 0.5}),)
RESULT = SimpleNamespace(name="ablation.baseline", seed=1, epochs=EPOCHS)


def test_a_tracker_that_is_missing_or_out_of_reach_is_told_and_ends_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    send = code("tracking-run")["send_online"]
    monkeypatch.setitem(sys.modules, "wandb", None)
    assert not send(RESULT)
    assert "No online tracker (ModuleNotFoundError" in capsys.readouterr().out

    def unreachable(**_: object) -> None:
        raise ConnectionError("no route to the tracker")

    fake = ModuleType("wandb")
    fake.init = unreachable  # type: ignore[attr-defined] # a module made for the test
    monkeypatch.setitem(sys.modules, "wandb", fake)
    assert not send(RESULT)
    assert "ConnectionError: no route to the tracker); the records" in capsys.readouterr().out


def test_a_tracker_that_answers_gets_every_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[dict[str, float], int]] = []
    online = SimpleNamespace(log=lambda metrics, step: sent.append((metrics, step)), finish=lambda: None)
    fake = ModuleType("wandb")
    fake.init = lambda **_: online  # type: ignore[attr-defined] # a module made for the test
    monkeypatch.setitem(sys.modules, "wandb", fake)
    assert code("tracking-run")["send_online"](RESULT)
    assert sent == [({"macro_f1": 0.5}, 1)]


@pytest.fixture
def _session() -> Iterator[None]:
    """A notebook's session, as far as showing things goes."""
    InteractiveShell.instance()
    yield
    InteractiveShell.clear_instance()


@pytest.fixture(scope="module")
def held_back() -> Any:  # the lab's own function
    """Part 4's picture."""
    (x, y), held = digits.load().training, digits.load().validation
    names = {
        "torch": torch, "np": np, "X": x, "y": y, "SEED": 7, "NotebookFigure": NotebookFigure,
        "BLUE": BLUE, "ORANGE": ORANGE, "GREY": GREY, "network": digits.network,
        "fit": lambda *given, **more: digits.fit(*given, held=held, **more),
    }  # fmt: skip
    tree = ast.parse(cell("methodology_lab", "regularisation").text)
    exec(compile(ast.Module(tree.body[:1], []), "regularisation", "exec"), names)  # noqa: S102 - the course's own cell
    return names["held_back"]


@pytest.mark.usefixtures("_session")
def test_a_picture_of_the_lab_is_there_without_a_kernel_and_a_sentence_says_why_it_stays(held_back: Any) -> None:
    with capture_output() as shown:
        explore(held_back, {"dropout": (0.0,), "decay": (0.0,), "noise": (0.0,), "stop_early": ("no", "yes")})
    said = [output.data["text/plain"] for output in shown.outputs]
    assert "image/png" in shown.outputs[0].data
    assert NO_KERNEL in said


def test_stopping_early_tells_the_accuracy_at_the_stop(held_back: Any) -> None:
    told = {stop: held_back(0.0, 0.0, 0.0, stop).alt for stop in ("no", "yes")}
    loss = {stop: float(re.findall(r"Validation loss ([\d.]+),", text)[0]) for stop, text in told.items()}
    assert loss["yes"] <= loss["no"]
    assert "accuracy at the end" in told["no"]
    assert "accuracy at the stop" in told["yes"]
