"""An experiment refuses what would make it none, before training, and says what differs."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from paribus.errors import ExperimentError
from paribus.experiments.arms import check_one_change
from paribus.experiments.experiment import Experiment
from paribus.experiments.notebook import Notebook
from paribus.records.code import TRAINING
from paribus.records.record import ConfigField, Record
from tests.paribus.material import CONFIG, SMALL, Clock, Config, Data, Reopen, Train, make_data


@dataclass(frozen=True)
class WithDropout(Config):
    dropout: float = 0.1


@pytest.fixture
def experiment(notebook: Notebook) -> Experiment:
    return notebook.experiment("batch", vary="batch_size")


def predict(experiment: Experiment, **changes: Any) -> Any:  # any mistake a person makes
    given = {"metric": "macro_f1", "direction": "up", "low": 0.0, "high": 0.03, "why": "more updates an epoch"}
    return experiment.predict(**{**given, **changes})


def test_both_arms_carry_their_place_their_seed_and_the_prediction(
    experiment: Experiment, train: Train, data: Data, notebook: Notebook
) -> None:
    experiment.run("baseline", train, CONFIG, data=data, seed=3)
    predict(experiment)
    experiment.run("changed", train, SMALL, data=data, seed=3, environment={"precision": "fp32"})
    assert {record.vary for record in notebook.records() if record.experiment} == {"batch_size"}
    starts = [record for record in notebook.records() if record.kind == "start"]
    assert [(s.run_name, s.experiment, s.arm, s.seed) for s in starts] == [
        ("batch.baseline", "batch", "baseline", 3), ("batch.changed", "batch", "changed", 3),
    ]  # fmt: skip
    assert starts[0].prediction is None
    prediction = starts[1].prediction
    assert prediction is not None
    assert (prediction.metric, prediction.low, prediction.high) == ("macro_f1", 0.0, 0.03)
    assert (prediction.written, prediction.written_after) == ("2027-01-04T09:00:00+00:00", 3)
    assert starts[1].config["precision"].role == "environment"
    results = [record for record in notebook.records() if record.kind == "result"]
    assert [(record.experiment, record.arm) for record in results] == [("batch", "baseline"), ("batch", "changed")]


def test_a_prediction_keeps_its_first_time_through_a_restart_and_a_new_one_does_not(
    notebook: Notebook, reopen: Reopen, clock: Clock, train: Train, data: Data
) -> None:
    first = predict(notebook.experiment("batch", vary="batch_size"))
    clock.move(days=1)
    again = reopen().experiment("batch", vary="batch_size")
    assert predict(again) == first
    other = predict(again, high=0.05)
    assert other.written == "2027-01-05T09:00:00+00:00"
    assert predict(again) == first
    again.run("baseline", train, CONFIG, data=data, seed=0)
    assert again.run("changed", train, SMALL, data=data, seed=0).start.prediction == first


def test_a_finished_run_serves_as_the_baseline_without_training_again(
    notebook: Notebook, experiment: Experiment, train: Train, data: Data, calls: list[int]
) -> None:
    run = notebook.start("encoder", config=CONFIG, seed=0, data=data, code=train)
    train(CONFIG, data, run)
    encoder = run.finish()
    experiment.baseline(encoder, CONFIG)
    predict(experiment)
    experiment.run("changed", train, SMALL, data=data, seed=0)
    assert calls == [0, 0]
    assert any(("batch", encoder.run) in record.served() for record in notebook.records())
    assert experiment.report().seeds == (0,)


def test_training_that_finishes_its_run_itself_is_not_finished_twice(
    experiment: Experiment, data: Data, notebook: Notebook
) -> None:
    def train(config: object, data: Data, run: Any) -> None:  # the notebook's data and run
        run.finish(predictions=data.validation.labels, outcome={"seconds": 1.5})

    experiment.run("baseline", train, CONFIG, data=data, seed=0)
    results = [record for record in notebook.records() if record.kind == "result"]
    assert [record.config["seconds"].value for record in results] == [1.5]


def test_the_same_arm_may_be_run_again(experiment: Experiment, train: Train, data: Data) -> None:
    for _ in range(2):
        experiment.run("baseline", train, CONFIG, data=data, seed=0)
        predict(experiment)
        experiment.run("changed", train, SMALL, data=data, seed=0)
    assert len(experiment.arms["changed"]) == 1


def refusal(experiment: Experiment, train: Train, config: object, data: Data, seed: int = 0) -> str:
    with pytest.raises(ExperimentError) as caught:
        experiment.run("changed", train, config, data=data, seed=seed)
    return str(caught.value)


def test_a_second_knob_is_named_with_both_values_and_nothing_is_trained_or_written(
    experiment: Experiment, train: Train, data: Data, calls: list[int], notebook: Notebook
) -> None:
    experiment.run("baseline", train, CONFIG, data=data, seed=0)
    predict(experiment)
    written = len(notebook.records())
    message = refusal(experiment, train, replace(SMALL, learning_rate=5e-4), data)
    assert "batch_size (32 → 16)" in message
    assert "learning_rate (0.001 → 0.0005)" in message
    assert "Set learning_rate back" in message
    assert (calls, len(notebook.records())) == ([0], written)


def test_several_things_that_change_are_listed_with_and() -> None:
    config = {"batch_size": ConfigField(32, "knob"), "learning_rate": ConfigField(0.1, "knob")}
    first = Record(
        "start", "a", "r", "n", "1", seed=0, config=config, code={TRAINING: "1"}, environment={"device": "cpu"}
    )
    both = {"batch_size": ConfigField(64, "knob"), "learning_rate": ConfigField(0.2, "knob")}
    with pytest.raises(ExperimentError) as caught:
        check_one_change("batch_size", [first], [replace(first, config=both, code={})])
    assert "Set learning_rate and the training function back to the baseline's." in str(caught.value)
    assert "the training function (recorded in the first of the two runs alone)" in str(caught.value)
    assert "no longer used" not in str(caught.value)


def test_an_experiment_whose_variable_is_named_anew_does_not_train_its_baseline_again(
    notebook: Notebook, train: Train, data: Data, calls: list[int]
) -> None:
    """After vary="lr" was refused, the baseline that ran is the one of vary="learning_rate" too."""
    notebook.experiment("rate", vary="lr").run("baseline", train, CONFIG, data=data, seed=0)
    again = notebook.experiment("rate", vary="learning_rate")
    again.run("baseline", train, CONFIG, data=data, seed=0)
    predict(again)
    again.run("changed", train, replace(CONFIG, learning_rate=5e-4), data=data, seed=0)
    assert calls == [0, 0]
    assert again.report().seeds == (0,)


def test_the_undeclared_knob_alone_is_not_the_experiment(experiment: Experiment, train: Train, data: Data) -> None:
    experiment.run("baseline", train, CONFIG, data=data, seed=0)
    predict(experiment)
    assert "compare a run with itself" in refusal(experiment, train, CONFIG, data)
    message = refusal(experiment, train, replace(CONFIG, scheduler="cosine"), data)
    assert "same batch_size" in message
    assert "scheduler (linear → cosine)" in message


@pytest.mark.parametrize(
    ("vary", "meant"),
    [
        ("lr", "learning_rate"), ("rate", "learning_rate"), ("batch size", "batch_size"), ("sheduler", "scheduler"),
        ("patience", ""),
    ],
)  # fmt: skip
def test_a_setting_that_there_is_not_is_said_with_the_one_that_may_be_meant(
    notebook: Notebook, train: Train, data: Data, vary: str, meant: str
) -> None:
    experiment = notebook.experiment("rate", vary=vary)
    experiment.run("baseline", train, CONFIG, data=data, seed=0)
    predict(experiment)
    message = refusal(experiment, train, replace(CONFIG, learning_rate=5e-4), data)
    assert f"The configuration has no setting {vary!r}." in message
    assert ("Did you mean" in message) is bool(meant)
    assert f"Did you mean {meant!r}?" in message or not meant
    assert "It has batch_size, learning_rate, scheduler." in message
    assert 'notebook.experiment("rate", vary="…")' in message
    with pytest.raises(ExperimentError, match=f"no setting {vary!r}"):
        notebook.sweep("values", vary=vary).run(train, CONFIG, (1, 2), data=data, seed=0)


def test_a_function_or_the_data_may_be_what_varies(notebook: Notebook, train: Train, data: Data) -> None:
    """They are no settings; that nothing changed is what is wrong."""
    for vary in ("data", "code", "training", "shift"):
        experiment = notebook.experiment(vary, vary=vary)
        experiment.run("baseline", train, CONFIG, data=data, seed=0)
        predict(experiment)
        assert f"Both arms have the same {vary}" in refusal(experiment, train, CONFIG, data)


def test_a_knob_that_only_one_arm_sets_counts(experiment: Experiment, train: Train, data: Data) -> None:
    experiment.run("baseline", train, CONFIG, data=data, seed=0)
    predict(experiment)
    assert "dropout (not set → 0.1)" in refusal(experiment, train, WithDropout(batch_size=16), data)


def test_derived_values_may_differ(experiment: Experiment, train: Train, data: Data) -> None:
    experiment.run("baseline", train, CONFIG, data=data, seed=0, derived={"steps": (2, "batch_size")})
    predict(experiment)
    experiment.run("changed", train, SMALL, data=data, seed=0, derived={"steps": (4, "batch_size")})


def test_other_training_data_are_a_second_change_unless_they_are_the_change(
    experiment: Experiment, train: Train, data: Data, notebook: Notebook
) -> None:
    subset = replace(data, train=make_data(train=20).train)
    experiment.run("baseline", train, CONFIG, data=data, seed=0)
    predict(experiment)
    assert "training rows (40 → 20)" in refusal(experiment, train, SMALL, subset)
    less = notebook.experiment("less_data", vary="data")
    less.run("baseline", train, CONFIG, data=data, seed=0)
    predict(less)
    less.run("changed", train, CONFIG, data=subset, seed=0)
    assert (less.report().old, less.report().new) == ("40 items", "20 items")


def test_the_prediction_and_the_baseline_come_first_and_the_seed_is_shared(
    experiment: Experiment, train: Train, data: Data
) -> None:
    assert "Run the baseline arm of 'batch' first" in refusal(experiment, train, SMALL, data)
    experiment.run("baseline", train, CONFIG, data=data, seed=7)
    assert "Write your prediction for 'batch' before" in refusal(experiment, train, SMALL, data, seed=7)
    predict(experiment)
    message = refusal(experiment, train, SMALL, data, seed=8)
    assert "seed 8, but the baseline ran with seed 7" in message
    assert "Pass seed=7" in message


def test_all_seeds_of_an_arm_share_one_configuration(
    experiment: Experiment, train: Train, data: Data, notebook: Notebook
) -> None:
    experiment.run("baseline", train, CONFIG, data=data, seed=0)
    with pytest.raises(ExperimentError, match=r"already ran with seed 0.*batch_size \(32 → 16\)"):
        experiment.run("baseline", train, SMALL, data=data, seed=1)
    other = notebook.start("encoder", config=SMALL, seed=2, data=data).finish(predictions=data.validation.labels)
    with pytest.raises(ExperimentError, match="already ran with seed 0"):
        experiment.baseline(other)


def test_a_baseline_passed_with_another_configuration_is_refused(
    experiment: Experiment, data: Data, notebook: Notebook
) -> None:
    result = notebook.start("encoder", config=CONFIG, seed=0, data=data).finish(predictions=data.validation.labels)
    with pytest.raises(ExperimentError, match=r"'encoder' had another configuration.*batch_size \(32 → 16\)"):
        experiment.baseline(result, SMALL)
    with pytest.raises(ExperimentError, match=r"what run\.finish\(\) returned; got a Config"):
        experiment.baseline(CONFIG)  # type: ignore[type-var] # the mistake under test


def test_an_unknown_arm_and_a_key_that_is_none_are_refused(
    experiment: Experiment, train: Train, data: Data, notebook: Notebook
) -> None:
    with pytest.raises(ExperimentError, match="'baseline' and 'changed'; got 'after'"):
        experiment.run("after", train, CONFIG, data=data, seed=0)
    with pytest.raises(ExperimentError, match="An experiment's key is like 'batch_size'"):
        notebook.experiment("my experiment!", vary="batch_size")


def test_a_report_needs_both_arms_and_the_same_seeds(experiment: Experiment, train: Train, data: Data) -> None:
    with pytest.raises(ExperimentError, match="The baseline arm of 'batch' has no finished run"):
        experiment.report()
    predict(experiment)
    experiment.run("baseline", train, CONFIG, data=data, seed=0)
    with pytest.raises(ExperimentError, match="The changed arm of 'batch' has no finished run"):
        experiment.report()
    experiment.run("changed", train, SMALL, data=data, seed=0)
    experiment.run("baseline", train, CONFIG, data=data, seed=1)
    with pytest.raises(
        ExperimentError, match=r"Seed 1 was run in the baseline arm only.*Run the changed arm with seed=1"
    ):
        experiment.report()


def test_training_that_stops_leaves_a_start_without_a_result(
    experiment: Experiment, data: Data, notebook: Notebook
) -> None:
    def stop(config: object, data: object, run: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        experiment.run("baseline", stop, CONFIG, data=data, seed=0)
    assert [record.kind for record in notebook.records()] == ["data", "start"]
    assert experiment.arms["baseline"] == {}


def test_handles_are_one_line_long_as_the_last_line_of_a_cell(
    experiment: Experiment, data: Data, notebook: Notebook
) -> None:
    run = notebook.start("tfidf", config={}, seed=0, data=data)
    run.log(epoch=1, predictions=data.validation.labels)
    assert repr(run) == "Run(tfidf, seed 0, 1 epochs logged)"
    run.finish()
    assert repr(run) == "Run(tfidf, seed 0, finished)"
    assert repr(notebook) == "Notebook(week1_homework, 3 records)"
    assert repr(experiment) == "Experiment(batch, varies batch_size: baseline with seeds [], changed with seeds [])"


def test_numbers_of_the_report_are_those_of_the_runs(experiment: Experiment, train: Train, data: Data) -> None:
    predict(experiment, metric="accuracy", direction="none", low=-1.0, high=1.0)
    for seed in (0, 1, 2):
        experiment.run("baseline", train, CONFIG, data=data, seed=seed)
        experiment.run("changed", train, SMALL, data=data, seed=seed)
    report = experiment.report()
    row = report.row("accuracy")
    assert row.baseline == tuple(experiment.arms["baseline"][seed].metrics.accuracy for seed in (0, 1, 2))
    np.testing.assert_allclose(row.differences, np.subtract(row.changed, row.baseline))
    assert row.inside is True
    assert report.row("macro_f1").inside is None
