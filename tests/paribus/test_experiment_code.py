"""Training code is part of what is held constant: a change in it is a second change unless it is the change."""

from dataclasses import dataclass, replace

import pytest

from paribus.experiments.experiment import Experiment
from paribus.experiments.notebook import Notebook
from tests.paribus.material import CELL, CONFIG, SMALL, Config, Data, Define, Train, make_data
from tests.paribus.test_experiment import predict, refusal


@dataclass(frozen=True)
class WithRows(Config):
    train_rows: int = 40


@pytest.fixture
def experiment(notebook: Notebook) -> Experiment:
    return notebook.experiment("batch", vary="batch_size")


def test_changed_training_code_is_a_second_change_unless_it_is_the_change(
    experiment: Experiment, train: Train, data: Data, define: Define, notebook: Notebook
) -> None:
    other = define(CELL.replace("5 * epoch", "6 * epoch"), {"__name__": "a_notebook", "calls": []})["train"]
    shifted = define(CELL.replace("SHIFT = 0", "SHIFT = 1"), {"__name__": "a_notebook", "calls": []})["train"]
    experiment.run("baseline", train, CONFIG, data=data, seed=0)
    predict(experiment)
    assert "the training function (changed since" in refusal(experiment, other, SMALL, data)
    assert "'SHIFT', which the training function uses" in refusal(experiment, shifted, SMALL, data)
    code = notebook.experiment("loop", vary="code")
    code.run("baseline", train, CONFIG, data=data, seed=0)
    predict(code)
    assert "batch_size (32 → 16)" in refusal(code, other, SMALL, data)
    assert "same code" in refusal(code, train, CONFIG, data)
    code.run("changed", other, CONFIG, data=data, seed=0)
    assert "code" in repr(code.report())


def test_a_global_named_like_the_varied_setting_is_no_second_change(
    experiment: Experiment, data: Data, define: Define
) -> None:
    cell = CELL.replace("SHIFT", "BATCH_SIZE")
    first = define(cell, {"__name__": "a_notebook", "calls": []})["train"]
    second = define(cell.replace("BATCH_SIZE = 0", "BATCH_SIZE = 1"), {"__name__": "a_notebook", "calls": []})[
        "train"
    ]
    experiment.run("baseline", first, CONFIG, data=data, seed=0)
    predict(experiment)
    experiment.run("changed", second, SMALL, data=data, seed=0)


def test_fewer_training_rows_change_the_data_and_the_setting_at_once(
    notebook: Notebook, train: Train, data: Data
) -> None:
    rows = notebook.experiment("rows", vary="train_rows")
    rows.run("baseline", train, WithRows(train_rows=40), data=data, seed=0)
    predict(rows)
    rows.run("changed", train, WithRows(train_rows=20), data=replace(data, train=make_data(train=20).train), seed=0)


def test_a_helper_that_only_one_arm_uses_is_named(
    experiment: Experiment, data: Data, define: Define, train: Train
) -> None:
    cell = CELL.replace("calls.append(run.seed)", "helper()") + "\ndef helper():\n    return 1\n"
    experiment.run("baseline", train, CONFIG, data=data, seed=0)
    predict(experiment)
    assert "'helper', which the training function uses (newly used)" in refusal(
        experiment, define(cell)["train"], SMALL, data
    )


def test_code_whose_source_cannot_be_shown_is_not_held_against_anyone(
    experiment: Experiment, data: Data, define: Define
) -> None:
    hidden = [
        define(cell, {"__name__": "a_notebook", "calls": []}, keep_source=False)["train"]
        for cell in (CELL, CELL.replace("5 *", "6 *"))
    ]
    experiment.run("baseline", hidden[0], CONFIG, data=data, seed=0)
    predict(experiment)
    experiment.run("changed", hidden[1], SMALL, data=data, seed=0)
