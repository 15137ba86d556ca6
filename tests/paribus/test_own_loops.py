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


def own_loop(begin: Callable[..., Run], data: Data, config: Config, **where: Any) -> Run:  # noqa: ANN401
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
