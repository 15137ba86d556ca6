"""The blocks of docs/training.md and docs/compression.md run as they are printed; the visible loop learns, and is
what `fit` does.
"""

import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import paribus
from paribus import compression, models, training
from paribus.metrics import evaluate
from paribus.records.runs import RunResult
from paribus.training import FitResult

PAGES = Path(__file__).parents[2] / "docs"
DOCS = PAGES / "training.md"
SMALLER = PAGES / "compression.md"


def python(page: Path) -> list[str]:
    return re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The names that the page's Python blocks define, run one after the other in a folder of their own."""
    blocks = python(DOCS)
    place = tmp_path_factory.mktemp("docs")
    source = place / "training_docs.py"
    source.write_text("\n".join(blocks), encoding="utf-8")
    module = ModuleType("training_docs")
    module.__file__ = str(source)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        patch.setitem(sys.modules, "training_docs", module)
        exec(compile(source.read_text(encoding="utf-8"), str(source), "exec"), module.__dict__)  # noqa: S102
    return vars(module)


@pytest.mark.long
def test_the_visible_loop_learns(page: dict[str, Any]) -> None:
    visible: RunResult = page["visible"]
    data = page["data"]
    majority = np.full_like(data.validation.labels, np.bincount(data.train.labels).argmax())

    assert len(visible.epochs) == 2
    assert visible.epochs[1].metrics["train_loss"] < 0.8 * visible.epochs[0].metrics["train_loss"]
    assert visible.epochs[1].metrics["validation_loss"] < np.log(len(data.classes))
    assert visible.metrics.macro_f1 > evaluate(data.validation.labels, majority, len(data.classes)).macro_f1


@pytest.mark.long
def test_fit_is_the_visible_loop_to_rounding(page: dict[str, Any]) -> None:
    visible: RunResult = page["visible"]
    fitted: FitResult = page["fitted"]

    for seen, done in zip(visible.epochs, fitted.epochs, strict=True):
        assert done.metrics["train_loss"] == pytest.approx(seen.metrics["train_loss"], rel=1e-4)
        assert done.metrics["validation_loss"] == pytest.approx(seen.metrics["validation_loss"], rel=1e-4)
        assert done.metrics["macro_f1"] == pytest.approx(seen.metrics["macro_f1"], abs=0.02)
    assert page["with_trainer"].chosen_epoch == fitted.best_epoch


@pytest.mark.long
def test_patience_ends_a_run_no_later_than_its_epochs(page: dict[str, Any]) -> None:
    assert page["patient"].best_epoch <= len(page["patient"].epochs) <= 4


@pytest.mark.long
def test_a_smaller_model_is_measured_as_the_page_says(page: dict[str, Any], tmp_path: Path) -> None:
    """docs/compression.md: two networks side by side, and an earlier week that has no records here."""
    data, config = page["data"], page["CONFIG"]
    network, tokenizer = models.load("tiny", len(data.classes), texts=data.train.texts, seed=1)
    notebook = paribus.begin("week5_homework", directory=tmp_path)
    notebook.use(data)
    space = {
        "compression": compression, "network": network, "small": compression.shallower(network, 1), "data": data,
        "prepared": training.prepare(data, config, tokenizer), "classes": data.validation.labels,
        "run": notebook.start("small", config=config, seed=1, data=data),
    }  # fmt: skip
    for block in python(SMALLER):
        exec(block, space)  # noqa: S102 - the page's own example
    assert space["week2"].origin == "the reference run"
    assert set(space["found"]) == {"FP32", "INT8"}
