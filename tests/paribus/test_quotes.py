"""A number to paste is shown and recorded with what it is."""

import statistics

import numpy as np
import pytest

from paribus.errors import UsageError
from paribus.experiments.notebook import Notebook
from paribus.records.runs import RunResult
from tests.paribus.material import Data


@pytest.fixture
def runs(notebook: Notebook, data: Data) -> list[RunResult]:
    """Two arms of two seeds: baseline 1 and 2, changed 1 and 2."""
    found = []
    labels = data.validation.labels
    for name, seed, right in (("base", 1, 20), ("base", 2, 24), ("changed", 1, 30), ("changed", 2, 40)):
        run = notebook.start(name, config={"epochs": 1}, seed=seed, data=data)
        found.append(run.finish(np.where(np.arange(len(labels)) < right, labels, (labels + 1) % 5)))
    return found


def accuracy(run: RunResult) -> float:
    return run.value("accuracy")


def recorded(notebook: Notebook) -> dict[str, float]:
    """The quotes of the session, newest last."""
    return {
        name: float(value)
        for record in notebook.records()
        for name, value in record.values.items()
        if name.startswith("quote.")
    }


def test_a_value_is_shown_and_recorded(notebook: Notebook, runs: list[RunResult]) -> None:
    assert notebook.quote(runs[0], "accuracy") == f"accuracy {accuracy(runs[0]):.3f} (base, seed 1)"
    assert recorded(notebook) == {"quote.accuracy.value.base.1": accuracy(runs[0])}


def test_a_mean_has_its_sample_standard_deviation(notebook: Notebook, runs: list[RunResult]) -> None:
    values = [accuracy(run) for run in runs[:2]]
    mean, spread = statistics.fmean(values), statistics.stdev(values)
    assert notebook.quote.mean(runs[:2], "accuracy") == f"mean accuracy {mean:.3f} ± {spread:.3f} (base, 2 seeds)"
    assert recorded(notebook) == {"quote.accuracy.mean.base": mean, "quote.accuracy.mean.base_sd": spread}


def test_a_difference_is_of_two_runs_or_of_two_means(notebook: Notebook, runs: list[RunResult]) -> None:
    one = notebook.quote.difference(runs[0], runs[2], "accuracy")
    assert one == f"difference in accuracy {accuracy(runs[2]) - accuracy(runs[0]):+.3f} (base → changed)"
    notebook.quote.difference(runs[:2], runs[2:], "accuracy")
    change = (accuracy(runs[2]) + accuracy(runs[3]) - accuracy(runs[0]) - accuracy(runs[1])) / 2
    assert recorded(notebook)["quote.accuracy.difference.base.changed"] == pytest.approx(change)


@pytest.mark.parametrize("kind", ["paired", "welch"])
def test_an_interval_holds_the_mean_difference(notebook: Notebook, runs: list[RunResult], kind: str) -> None:
    shown = notebook.quote.interval(runs[:2], runs[2:], "accuracy", kind)
    assert shown.startswith(f"{kind} 95 % interval of the difference in accuracy ")
    bounds = recorded(notebook)
    change = (accuracy(runs[2]) + accuracy(runs[3]) - accuracy(runs[0]) - accuracy(runs[1])) / 2
    assert bounds[f"quote.accuracy.{kind}.base.low"] < change < bounds[f"quote.accuracy.{kind}.base.high"]


def test_what_cannot_be_quoted_is_told(notebook: Notebook, runs: list[RunResult]) -> None:
    with pytest.raises(UsageError, match=r"base \(seed 1\) has no 'speed'; it has accuracy"):
        notebook.quote(runs[0], "speed")
    with pytest.raises(UsageError, match=r"at least two runs; got 1\. For one run: notebook\.quote"):
        notebook.quote.mean(runs[:1], "accuracy")
    with pytest.raises(UsageError, match="kind is 'boot', expected one of paired, welch"):
        notebook.quote.interval(runs[:2], runs[2:], "accuracy", "boot")
    assert recorded(notebook) == {}
