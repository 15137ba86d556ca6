"""The examples of docs/experiments.md and README.md, and some of docs/metrics.md and docs/zoo.md, run."""

import re
import textwrap
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from paribus.experiments.commitment import FORMAT, commit, normal_code
from paribus.experiments.notebook import Notebook
from paribus.records.record import Prediction
from paribus.zoo import open_zoo
from tests.paribus.material import Config, Data, Train
from tests.paribus.test_zoo import write_zoo

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "experiments.md").read_text("utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
README = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)


@dataclass(frozen=True)
class Weighted(Config):
    class_weights: str = "balanced"


def test_the_examples_run(notebook: Notebook, train: Train, data: Data) -> None:
    pytest.importorskip("optuna")
    config = Weighted()

    def suggest(trial: Any) -> Weighted:  # optuna is optional
        return replace(config, batch_size=trial.suggest_int("batch_size", 8, 48))

    first = notebook.start("tfidf", config={}, seed=0, data=data).finish(predictions=data.validation.labels)
    space = {
        "notebook": notebook, "train": train, "CONFIG": config, "data": data, "replace": replace,
        "suggest": suggest, "tfidf": first, "encoder": first,
    }  # fmt: skip
    assert len(EXAMPLES) == 2
    for example in EXAMPLES:
        exec(example, space)  # noqa: S102 - the page's own examples
    assert {"experiment", "sweep", "ablation", "search"} <= set(space)


def test_the_readmes_experiment_runs(notebook: Notebook, train: Train, data: Data) -> None:
    config = Weighted()
    encoder = notebook.run("encoder", train, config, data=data, seed=13)
    space = {
        "notebook": notebook, "train": train, "CONFIG": config, "data": data, "replace": replace, "SEED": 13,
        "encoder": encoder,
    }  # fmt: skip
    assert len(README) == 1
    for example in README:
        exec(textwrap.dedent(example), space)  # noqa: S102 - the page's own example


def block(page: str, start: str) -> str:
    """The page's one block of Python that begins so."""
    text = (ROOT / "docs" / page).read_text("utf-8")
    (found,) = [item for item in re.findall(r"```python\n(.*?)```", text, re.DOTALL) if item.startswith(start)]
    return str(found)


def test_a_run_takes_scores_and_measures_as_the_page_says(notebook: Notebook, data: Data) -> None:
    """docs/metrics.md."""
    labels = data.validation.labels
    run = notebook.start("scored", config={}, seed=0, data=data)
    probabilities = np.eye(len(data.classes))[labels]
    exec(block("metrics.md", "# scores:"), {"run": run, "classes": labels, "probabilities": probabilities})  # noqa: S102
    assert run.result is not None
    assert run.result.record.values["latency_p50"] == 3.2


def test_a_model_is_diagnosed_as_the_page_says(notebook: Notebook, tmp_path: Path) -> None:
    """docs/zoo.md."""
    space = {"notebook": notebook, "zoo": open_zoo(write_zoo(tmp_path / "zoo"))}
    exec(block("zoo.md", "from paribus.zoo.diagnosis"), space)  # noqa: S102 - the page's own example
    assert notebook.records()[-1].kind == "diagnosis"


def test_the_page_describes_the_commitment_as_it_is() -> None:
    code = commit(Prediction("macro_f1", "up", 0.0, 0.03, "more updates an epoch", "", 0), "batch_size", "0" * 32)
    assert normal_code(code) == code
    example = "7KQ2-M8XR-4VD4"
    assert normal_code(example) == example
    assert example in PAGE
    assert FORMAT in PAGE
