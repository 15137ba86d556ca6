"""A training loop of one's own goes through two calls and loses nothing."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from paribus.errors import ExperimentError
from paribus.experiments.experiment import Experiment
from paribus.experiments.notebook import Notebook
from paribus.records.runs import Run
from tests.paribus.material import CONFIG, SMALL, Config, Data, Reopen
from tests.paribus.test_seeds import SEEDS, predict


@pytest.fixture
def experiment(notebook: Notebook) -> Experiment:
    made = notebook.experiment("batch", vary="batch_size")
    predict(made)
    return made


def own_loop(begin: Callable[..., Run], data: Data, config: Config, **where: Any) -> Run:
    run = begin(config=config, data=data, **where)
    guess = data.validation.labels.copy()
    guess[: (run.seed + config.batch_size) % 20] = 0
    run.log(epoch=1, train_loss=0.5, predictions=guess)
    return run


def test_an_own_loop_through_two_calls_loses_nothing(notebook: Notebook, data: Data) -> None:
    experiment = notebook.experiment("batch", vary="batch_size")
    predict(experiment)
    for seed in SEEDS:
        for arm, config in (("baseline", CONFIG), ("changed", SMALL)):
            own_loop(
                notebook.start,
                data,
                config,
                name=f"batch.{arm}",
                seed=seed,
                experiment="batch",
                arm=arm,
                vary="batch_size",
            ).finish()
    report = experiment.report()
    assert report.seeds == SEEDS
    assert report.noise_of("macro_f1").seeds is not None


def test_an_own_loop_that_mixes_configurations_in_an_arm_is_refused_by_the_report(
    notebook: Notebook, data: Data
) -> None:
    experiment = notebook.experiment("batch", vary="batch_size")
    for seed, arm, config in ((1, "baseline", CONFIG), (2, "baseline", replace(CONFIG, learning_rate=1)),
                              (1, "changed", SMALL), (2, "changed", SMALL)):  # fmt: skip
        own_loop(notebook.start, data, config, name=arm, seed=seed, experiment="batch", arm=arm).finish()
    with pytest.raises(ExperimentError, match=r"The baseline arm .* learning_rate \(0.001 → 1\)"):
        experiment.report()


def test_an_own_loop_begun_by_the_experiment_is_checked_and_resumed(
    experiment: Experiment, data: Data, reopen: Reopen
) -> None:
    def begin(config: Config, data: Data, arm: str, seed: int) -> Run:
        return experiment.start(arm, config, data=data, seed=seed, code=own_loop)

    own_loop(begin, data, CONFIG, arm="baseline", seed=1).finish()
    with pytest.raises(ExperimentError, match=r"learning_rate \(0.001 → 1\)"):
        experiment.start("changed", replace(SMALL, learning_rate=1), data=data, seed=1, code=own_loop)
    unfinished = own_loop(begin, data, SMALL, arm="changed", seed=1)
    with pytest.raises(ExperimentError, match="The changed arm of 'batch' has no finished run"):
        experiment.report()
    unfinished.finish()
    assert experiment.report().seeds == (1,)
    later = reopen().experiment("batch", vary="batch_size")
    assert later.finished("baseline", CONFIG, data=data, seed=2, code=own_loop) is None
    found = later.finished("baseline", CONFIG, data=data, seed=1, code=own_loop)
    assert found is not None
    assert later.arms["baseline"] == {1: found}
    assert later.finished("changed", SMALL, data=data, seed=1, code=own_loop) is not None
    assert later.report().rows == experiment.report().rows


def test_an_own_loops_changed_arm_without_a_prediction_is_told(notebook: Notebook, data: Data) -> None:
    experiment = notebook.experiment("batch", vary="batch_size")
    for arm, config in (("baseline", CONFIG), ("changed", SMALL)):
        own_loop(
            notebook.start, data, config, name=arm, seed=1, experiment="batch", arm=arm, vary="batch_size"
        ).finish()
    assert "began without a prediction" in experiment.report().notes[0]


def test_an_own_loop_is_told_that_its_run_is_finished_and_how_to_get_it(
    notebook: Notebook, data: Data, capsys: pytest.CaptureFixture[str], reopen: Reopen
) -> None:
    """Before it trains, and after a restart too; with another setting there is nothing to tell."""
    first = notebook.start("mine", config=CONFIG, seed=1, data=data, code=own_loop)
    result = first.finish(predictions=data.validation.labels)
    again = reopen()
    assert "finished earlier" not in capsys.readouterr().out
    again.start("mine", config=CONFIG, seed=1, data=data, code=own_loop)
    assert "notebook.finished(…), with the same arguments, gives it" in capsys.readouterr().out
    found = again.finished("mine", config=CONFIG, seed=1, data=data, code=own_loop)
    assert found is not None
    assert found.run == result.run
    assert f"Result of mine, seed 1 (run {result.run})" in capsys.readouterr().out
    assert again.finished("mine", config=SMALL, seed=1, data=data, code=own_loop) is None


def test_a_loop_over_what_is_unfinished_trains_nothing_twice(
    experiment: Experiment, data: Data, reopen: Reopen, capsys: pytest.CaptureFixture[str]
) -> None:
    """Interrupted after its first seed, and run again in another session; another seed is trained."""

    def train(made: Experiment, seeds: tuple[int, ...], stop: int = 99) -> list[int]:
        trained: list[int] = []
        for run in made.unfinished("baseline", CONFIG, data=data, seeds=seeds, code=own_loop):
            if len(trained) == stop:
                break
            run.finish(predictions=data.validation.labels)
            trained.append(run.seed)
        return trained

    assert train(experiment, SEEDS, stop=1) == [1]
    later = reopen().experiment("batch", vary="batch_size")
    assert train(later, SEEDS) == [2, 3]
    assert train(later, SEEDS) == []
    assert sorted(later.arms["baseline"]) == [1, 2, 3]
    assert capsys.readouterr().out.count("so it is not trained again") == 4
    with pytest.raises(ExperimentError, match="Seed 1 occurs more than once"):
        train(later, (1, 1))


def test_a_plain_loop_over_what_is_unfinished_trains_nothing_twice(notebook: Notebook, data: Data) -> None:
    for expected in ([1, 2], []):
        runs = notebook.unfinished("mine", config=CONFIG, data=data, seeds=(1, 2), code=own_loop)
        assert [run.finish(predictions=data.validation.labels).seed for run in runs] == expected


def test_an_own_loops_baseline_that_finished_elsewhere_is_found(
    experiment: Experiment, data: Data, capsys: pytest.CaptureFixture[str]
) -> None:
    """`experiment.start` says so, and `finished` takes it; another seed is not there."""
    notebook = experiment.notebook
    first = notebook.start("mine", config=CONFIG, seed=1, data=data, code=own_loop)
    first.finish(predictions=data.validation.labels)
    capsys.readouterr()
    experiment.start("baseline", CONFIG, data=data, seed=2, code=own_loop)
    assert "finished earlier" not in capsys.readouterr().out
    experiment.start("baseline", CONFIG, data=data, seed=1, code=own_loop)
    assert "a loop over experiment.unfinished(…) leaves it out" in capsys.readouterr().out
    assert experiment.finished("baseline", CONFIG, data=data, seed=2, code=own_loop) is None
    found = experiment.finished("baseline", CONFIG, data=data, seed=1, code=own_loop)
    assert found is not None
    assert found.name == "mine"
    assert any(("batch", found.run) in record.served() for record in notebook.records())
    assert not list(experiment.unfinished("baseline", CONFIG, data=data, seeds=(1,), code=own_loop))


def test_a_plain_loop_is_told_of_a_run_of_another_name(
    experiment: Experiment, data: Data, capsys: pytest.CaptureFixture[str]
) -> None:
    experiment.start("baseline", CONFIG, data=data, seed=1, code=own_loop).finish(
        predictions=data.validation.labels
    )
    capsys.readouterr()
    experiment.notebook.start("mine", config=CONFIG, seed=1, data=data, code=own_loop)
    assert "notebook.result('batch.baseline', seed=1) gives it" in capsys.readouterr().out
