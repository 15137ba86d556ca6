"""An ablation's rows are experiments against one baseline that is trained once."""

from dataclasses import replace

import pytest

from paribus.errors import ExperimentError
from paribus.experiments.ablation import Ablation
from paribus.experiments.notebook import Notebook
from tests.paribus.material import CELL, CONFIG, Data, Define, Train

SEEDS = (1, 2, 3)
ROWS = {"small": ("batch_size", 16), "cosine": ("scheduler", "cosine")}


@pytest.fixture
def ablation(notebook: Notebook) -> Ablation:
    return notebook.ablation("ablation")


def add_row(ablation: Ablation, name: str, train: Train, data: Data) -> None:
    vary, value = ROWS[name]
    row = ablation.row(name, vary=vary)
    row.predict(metric="macro_f1", direction="up", low=0.0, high=0.5, why="fewer items come out wrong")
    row.run("changed", train, replace(CONFIG, **{vary: value}), data=data, seeds=SEEDS)  # type: ignore[arg-type]


def test_one_change_a_row_against_a_baseline_trained_once(
    ablation: Ablation, train: Train, data: Data, notebook: Notebook, calls: list[int]
) -> None:
    ablation.baseline(train, CONFIG, data=data, seeds=SEEDS)
    for name in ROWS:
        add_row(ablation, name, train, data)
    assert len(calls) == 9
    report = ablation.report()
    rows = report.table().rows
    assert [row[:2] for row in rows] == [
        ("baseline", ""), ("small", "batch_size 32 → 16"), ("cosine", "scheduler linear → cosine"),
    ]  # fmt: skip
    assert rows[1][4].startswith("+0.")
    assert "of twenty changes that do nothing" in report.table().note
    assert repr(report) == "AblationReport(ablation: 2 rows)"
    assert repr(ablation) == "Ablation(ablation, baseline with seeds [1, 2, 3], rows: small, cosine)"
    links = [link for record in notebook.records() for link in record.served()]
    assert [key for key, _ in links] == ["ablation-small"] * 3 + ["ablation-cosine"] * 3
    assert ablation.report(metric="accuracy").metric == "accuracy"


def test_one_seed_a_row_has_no_interval(ablation: Ablation, train: Train, data: Data) -> None:
    ablation.baseline(train, CONFIG, data=data, seed=1)
    row = ablation.row("small", vary="batch_size")
    row.predict(metric="macro_f1", direction="up", why="fewer items come out wrong")
    row.run("changed", train, replace(CONFIG, batch_size=16), data=data, seed=1)
    assert ablation.report().table().rows[1][4] == "one seed"


def test_a_row_refuses_what_an_experiment_refuses(ablation: Ablation, train: Train, data: Data) -> None:
    with pytest.raises(ExperimentError, match="has no baseline yet"):
        ablation.row("small", vary="batch_size")
    ablation.baseline(train, CONFIG, data=data, seeds=SEEDS)
    with pytest.raises(ExperimentError, match="has no row yet"):
        ablation.report()
    row = ablation.row("small", vary="batch_size")
    with pytest.raises(ExperimentError, match="Write your prediction for 'ablation-small'"):
        row.run("changed", train, replace(CONFIG, batch_size=16), data=data, seeds=SEEDS)
    with pytest.raises(ExperimentError, match="The changed arm of 'ablation-small' has no finished run"):
        ablation.report()
    with pytest.raises(ExperimentError, match="no metric called 'f1'"):
        ablation.report(metric="f1")


def test_a_metric_that_no_run_has_is_refused(ablation: Ablation, data: Data, define: Define) -> None:
    cell = CELL.replace("validation_loss=0.5, ", "")
    train = define(cell, {"__name__": "a_notebook", "calls": []})["train"]
    ablation.baseline(train, CONFIG, data=data, seeds=SEEDS)
    add_row(ablation, "small", train, data)
    with pytest.raises(ExperimentError, match="The runs of row 'small' or of the baseline have no validation loss"):
        ablation.report(metric="validation_loss")
