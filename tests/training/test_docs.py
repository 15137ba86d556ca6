"""The visible loop of docs/training.md runs as it is printed, learns, and is the loop that trains blind models."""

import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from paribus import training
from paribus.metrics import evaluate
from paribus.records.runs import RunResult
from paribus.training.recorded import train_recorded
from paribus.training.regime import Regime
from paribus.zoo.logs import log_from

DOCS = Path(__file__).parents[2] / "docs" / "training.md"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The names that the page's Python blocks define, run one after the other in a folder of their own."""
    blocks = re.findall(r"```python\n(.*?)```", DOCS.read_text(encoding="utf-8"), flags=re.DOTALL)
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


def test_the_visible_loop_learns(page: dict[str, Any]) -> None:
    visible: RunResult = page["visible"]
    data = page["data"]
    majority = np.full_like(data.validation.labels, np.bincount(data.train.labels).argmax())

    assert len(visible.epochs) == 2
    assert visible.epochs[1].metrics["train_loss"] < 0.8 * visible.epochs[0].metrics["train_loss"]
    assert visible.epochs[1].metrics["validation_loss"] < np.log(len(data.classes))
    assert visible.metrics.macro_f1 > evaluate(data.validation.labels, majority, len(data.classes)).macro_f1


def test_the_watched_loop_is_the_visible_loop_to_rounding(page: dict[str, Any]) -> None:
    """The same batches, loss and schedule, so both learn the same."""
    config, data, seen = page["CONFIG"], page["data"], page["visible"].epochs
    training.seed_everything(13)
    model, tokenizer = training.models.load(config.model, len(data.classes), texts=data.train.texts, seed=13)
    device, precision = training.device_and_precision()
    recorded = train_recorded(
        model, config, Regime(evaluate_every=1_000), training.prepare(data, config, tokenizer), seed=13,
        device=device, precision=precision,
    )  # fmt: skip
    ends = log_from(recorded.log).epochs()
    for name in ("train_loss", "validation_loss"):
        assert [row[name] for row in ends] == pytest.approx([epoch.metrics[name] for epoch in seen], rel=1e-3)
