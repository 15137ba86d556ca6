"""A sweep chooses on its own seeds and confirms on others, through the same records."""

from dataclasses import dataclass, replace
from typing import Any

import pytest

from paribus.errors import ExperimentError
from paribus.experiments.knobs import with_value
from paribus.experiments.notebook import Notebook
from paribus.experiments.sweep import Sweep
from paribus.records.record import ConfigField
from tests.paribus.material import CELL, CONFIG, Config, Data, Define, Reopen, Train

VALUES = (32, 16, 24)
NEW_SEEDS = (11, 12, 13)


@pytest.fixture
def sweep(notebook: Notebook) -> Sweep:
    return notebook.sweep("batch", vary="batch_size")


def predict(sweep: Sweep) -> None:
    sweep.experiment.predict(metric="macro_f1", direction="up", low=0.0, high=0.9, why="fewer items come out wrong")


def test_every_value_is_run_and_recorded_as_exploring_and_the_best_is_chosen(
    sweep: Sweep, train: Train, data: Data, notebook: Notebook, calls: list[int]
) -> None:
    assert repr(sweep) == "Sweep(batch, batch_size: nothing yet)"
    report = sweep.run(train, CONFIG, VALUES, data=data, seeds=(1, 2))
    assert calls == [1, 2] * 3
    starts = [record for record in notebook.records() if record.kind == "start"]
    assert {(start.experiment, start.arm, start.vary) for start in starts} == {("batch", "explore", "batch_size")}
    assert [start.run_name for start in starts[::2]] == ["batch.32", "batch.16", "batch.24"]
    assert (report.chosen, report.values, report.seeds) == (16, VALUES, (1, 2))
    assert report.table().rows[1][-1] == "chosen"
    assert report.scores[1] == tuple(run.value("macro_f1") for run in sweep.tried[16].values())
    for words in (
        "best of 3",
        "looks better than it is",
        "at least 3 other seeds",
        "edge of the range: try values below",
    ):
        assert words in report.table().note
    assert repr(report) == "SweepReport(batch: 3 values of batch_size, chosen 16)"
    assert repr(sweep) == "Sweep(batch, batch_size: 32, 16, 24)"


def test_a_choice_is_confirmed_as_an_experiment_on_seeds_that_had_no_part_in_it(
    *, sweep: Sweep, train: Train, data: Data, notebook: Notebook, reopen: Reopen, calls: list[int]
) -> None:
    sweep.run(train, CONFIG, VALUES, data=data, seed=1)
    predict(sweep)
    report = sweep.confirm(train, CONFIG, data=data, seeds=NEW_SEEDS)
    assert (report.old, report.new, report.seeds) == ("32", "16", NEW_SEEDS)
    arms = {record.arm for record in notebook.records() if record.kind == "result"}
    assert arms == {"explore", "baseline", "changed"}
    other = sweep.confirm(train, CONFIG, data=data, seeds=NEW_SEEDS, value=24, against=16)
    assert (other.old, other.new) == ("16", "24")
    trained = len(calls)
    later = reopen().sweep("batch", vary="batch_size")
    later.run(train, CONFIG, VALUES, data=data, seed=1)
    later.confirm(train, CONFIG, data=data, seeds=NEW_SEEDS)
    assert len(calls) == trained


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"seeds": (11, 12)}, "at least 3 seeds not used to make it; got 2"),
        ({"seeds": (1, 12, 13)}, "Seed 1 was used to choose"),
        ({"value": 7}, "7 was not among the values tried: 32, 16, 24"),
        ({"against": 16}, r"the baseline's own, 16: there is no change to confirm.*\(32, 24\)"),
    ],
)
def test_what_would_confirm_nothing_is_refused_before_training(
    *, changes: dict[str, Any], says: str, sweep: Sweep, train: Train, data: Data, calls: list[int]
) -> None:
    with pytest.raises(ExperimentError, match="has not run yet"):
        sweep.confirm(train, CONFIG, data=data, seeds=NEW_SEEDS)
    sweep.run(train, CONFIG, VALUES, data=data, seed=1)
    with pytest.raises(ExperimentError, match="Write your prediction before you confirm batch_size 32 → 16"):
        sweep.confirm(train, CONFIG, data=data, seeds=NEW_SEEDS)
    predict(sweep)
    with pytest.raises(ExperimentError, match=says):
        sweep.confirm(train, CONFIG, data=data, **{"seeds": NEW_SEEDS, **changes})
    assert calls == [1, 1, 1]


def test_a_value_chosen_by_a_loss_is_the_lowest(notebook: Notebook, train: Train, data: Data) -> None:
    sweep = notebook.sweep("batch", vary="batch_size", metric="zero_f1_classes")
    assert sweep.run(train, CONFIG, (48, 16), data=data, seed=1).chosen == 16
    with pytest.raises(ExperimentError, match=r"no metric called 'f1'"):
        notebook.sweep("batch", vary="batch_size", metric="f1")


@pytest.mark.parametrize("values", [(), (16,), (16, 16), (16, 16.0)])
def test_a_sweep_needs_different_values(values: tuple[float, ...], sweep: Sweep, train: Train, data: Data) -> None:
    with pytest.raises(ExperimentError, match="at least two different values of batch_size"):
        sweep.run(train, CONFIG, values, data=data, seed=1)


@dataclass(frozen=True)
class Scaled(Config):
    """A configuration that changes the learning rate with the batch size behind one's back."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "learning_rate", self.batch_size / 1000)


def test_a_value_that_drags_another_setting_along_is_refused(sweep: Sweep, train: Train, data: Data) -> None:
    with pytest.raises(ExperimentError, match=r"Also different: learning_rate \(0.032 → 0.016\)"):
        sweep.run(train, Scaled(), VALUES, data=data, seed=1)


def test_equal_steps_of_a_setting_that_acts_by_factors_are_told(
    notebook: Notebook, train: Train, data: Data
) -> None:
    sweep = notebook.sweep("rate", vary="learning_rate")
    told = sweep.run(train, CONFIG, (0.001, 0.002, 0.003), data=data, seed=1).table().note
    assert "learning_rate acts by factors" in told
    assert "acts by factors" not in sweep.run(train, CONFIG, (0.001, 0.003, 0.01), data=data, seed=1).table().note
    assert sweep.run(train, CONFIG, ("a", "b", "c"), data=data, seed=1).table().note.count("edge") == 0


def test_values_scored_unequally_often_are_told(notebook: Notebook, data: Data, define: Define) -> None:
    cell = CELL.replace("(1, 2)", "range(1, config['epochs'] + 1)").replace("config.batch_size", "config['epochs']")
    train = define(cell, {"__name__": "a_notebook", "calls": []})["train"]
    told = notebook.sweep("epochs", vary="epochs").run(train, {"epochs": 1}, (1, 4), data=data, seed=1).table().note
    assert "best of 1 to 4 evaluations" in told


class Fields:
    """A configuration that can be recorded, and not copied."""

    def to_fields(self) -> dict[str, ConfigField]:
        return {"depth": ConfigField(2, "knob")}


def test_a_configuration_is_copied_with_one_setting_replaced() -> None:
    assert with_value(CONFIG, "batch_size", 8) == replace(CONFIG, batch_size=8)
    plain = {"depth": 2, "width": 3}
    assert with_value(plain, "depth", 4) == {"depth": 4, "width": 3}
    assert plain["depth"] == 2
    with pytest.raises(ExperimentError, match=r"no setting 'batchsize'\. Did you mean 'batch_size'"):
        with_value(CONFIG, "batchsize", 8)
    with pytest.raises(ExperimentError, match="A Fields cannot be copied with another depth"):
        with_value(Fields(), "depth", 3)
