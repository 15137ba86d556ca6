"""Several seeds an arm: checked before any training, resumed where they stopped, told with their noise."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from paribus.errors import ExperimentError
from paribus.experiments.arms import check_seeds
from paribus.experiments.conclusion import Claim
from paribus.experiments.experiment import Experiment
from paribus.experiments.notebook import Notebook
from tests.paribus.material import CELL, CONFIG, SMALL, Config, Data, Define, Reopen, Train, make_data

SEEDS = (1, 2, 3)


@pytest.fixture
def experiment(notebook: Notebook) -> Experiment:
    made = notebook.experiment("batch", vary="batch_size")
    predict(made)
    return made


def predict(experiment: Experiment, **changes: Any) -> None:  # a prediction's parts
    given = {"metric": "macro_f1", "direction": "up", "low": 0.0, "high": 0.03, "why": "more updates an epoch"}
    experiment.predict(**{**given, **changes})


def both(experiment: Experiment, train: Train, data: Data, seeds: tuple[int, ...] = SEEDS) -> None:
    experiment.run("baseline", train, CONFIG, data=data, seeds=seeds)
    experiment.run("changed", train, SMALL, data=data, seeds=seeds)


def test_each_seed_is_a_run_of_its_own(experiment: Experiment, train: Train, data: Data, calls: list[int]) -> None:
    results = experiment.run("baseline", train, CONFIG, data=data, seeds=np.array(SEEDS))
    assert [run.seed for run in results] == calls == [1, 2, 3]
    assert len({run.run for run in results}) == 3
    assert {run.name for run in results} == {"batch.baseline"}


@pytest.mark.parametrize(
    ("seed", "seeds", "says"),
    [
        (None, None, "seed=1 for one run, or seeds="), (1, (1, 2), "seed=1 for one run, or seeds="),
        (None, (1, 2, 1), "Seed 1 occurs more than once"), (None, (), "no seeds to run"),
        (None, (1, 2.5), "whole number such as 1; got 2.5"), (True, None, "got True"),
    ],
)  # fmt: skip
def test_seeds_are_distinct_whole_numbers(seed: Any, seeds: Any, says: str) -> None:  # mistakes
    with pytest.raises(ExperimentError, match=says):
        check_seeds(seed, seeds)


def test_a_seed_of_one_arm_only_is_refused_before_the_first_one_trains(
    experiment: Experiment, train: Train, data: Data, calls: list[int]
) -> None:
    experiment.run("baseline", train, CONFIG, data=data, seeds=SEEDS)
    with pytest.raises(ExperimentError, match=r"seed 4, but the baseline ran with seed 1, 2, 3"):
        experiment.run("changed", train, SMALL, data=data, seeds=(1, 2, 4))
    assert calls == [1, 2, 3]
    experiment.run("changed", train, SMALL, data=data, seeds=(1, 2))
    with pytest.raises(ExperimentError, match="Seed 3 was run in the baseline arm only"):
        experiment.report()


def test_an_arm_trained_with_other_settings_for_all_its_seeds_replaces_the_earlier_one(
    experiment: Experiment, train: Train, data: Data
) -> None:
    both(experiment, train, data)
    tiny = replace(CONFIG, batch_size=8)
    experiment.run("changed", train, tiny, data=data, seeds=SEEDS)
    assert {run.start.knobs()["batch_size"] for run in experiment.arms["changed"].values()} == {8}
    with pytest.raises(ExperimentError, match=r"already ran with seed 3.*batch_size \(8 → 16\)"):
        experiment.run("changed", train, SMALL, data=data, seeds=(1, 2))


def test_a_replaced_arm_that_was_interrupted_holds_nothing_of_the_earlier_one(
    experiment: Experiment, train: Train, data: Data, define: Define
) -> None:
    cell = CELL.replace("calls.append(run.seed)", "run.seed < 2 or stop()")
    stopping = define(cell, {"__name__": "a_notebook", "stop": lambda: 1 / 0})["train"]
    experiment.run("baseline", train, CONFIG, data=data, seeds=SEEDS)
    with pytest.raises(ZeroDivisionError):
        experiment.run("baseline", stopping, SMALL, data=data, seeds=SEEDS)
    assert sorted(experiment.arms["baseline"]) == [1]
    experiment.run("baseline", train, CONFIG, data=data, seeds=SEEDS)
    assert sorted(experiment.arms["baseline"]) == [1, 2, 3]


def test_a_report_holds_the_arms_against_one_another_once_more(
    experiment: Experiment, train: Train, data: Data
) -> None:
    both(experiment, train, data)
    experiment.run("baseline", train, Config(learning_rate=0.1), data=data, seeds=SEEDS)
    with pytest.raises(ExperimentError, match=r"Also different: learning_rate \(0.1 → 0.001\)"):
        experiment.report()


def test_the_report_shows_seeds_intervals_and_what_few_seeds_cannot_show(
    experiment: Experiment, train: Train, data: Data
) -> None:
    both(experiment, train, data)
    report = experiment.report()
    assert report.held is not None
    for words in ("Seed by seed", "Welch t", "paired t", "jackknife", "p below 0.25", "normally distributed",
                  "Held constant", "best of 2 evaluations"):  # fmt: skip
        assert words in report.text()
        assert words in report.html()
    assert len(report.by_seed().rows) == 3
    noise = report.noise_of("macro_f1")
    assert noise.seeds is not None
    assert noise.items is not None
    assert noise.seeds.paired.centre == pytest.approx(noise.items.centre)
    with pytest.raises(KeyError):
        report.noise_of("accuracy")
    assert [item.metric for item in experiment.summary("accuracy").noise] == ["accuracy", "macro_f1"]


def test_more_evaluations_in_one_arm_are_told(notebook: Notebook, data: Data, define: Define) -> None:
    cell = CELL.replace("(1, 2)", "range(1, config.epochs + 1)")
    train = define(cell, {"__name__": "a_notebook", "calls": []})["train"]
    experiment = notebook.experiment("longer", vary="epochs")
    predict(experiment)
    config = {"epochs": 2, "batch_size": 8}
    experiment.run("baseline", train, Bunch(config), data=data, seeds=SEEDS)
    experiment.run("changed", train, Bunch(config, epochs=6), data=data, seeds=SEEDS)
    (note,) = experiment.report().notes
    assert "the baseline arm's of 2, the changed arm's of 6" in note
    assert "higher by luck alone" in note


class Bunch(dict[str, object]):
    """A configuration that is a dict and has attributes."""

    def __init__(self, *args: Any, **fields: Any) -> None:  # as dict
        super().__init__(*args, **fields)
        self.__dict__ = self


def test_a_prediction_changed_between_seeds_is_told_and_the_first_one_counts(
    experiment: Experiment, train: Train, data: Data
) -> None:
    experiment.run("baseline", train, CONFIG, data=data, seeds=SEEDS)
    experiment.run("changed", train, SMALL, data=data, seeds=(3, 2))
    predict(experiment, high=0.5)
    experiment.run("changed", train, SMALL, data=data, seed=1)
    report = experiment.report()
    assert report.prediction is not None
    assert report.prediction.high == 0.03
    assert any("changed between seeds" in note for note in report.notes)


def test_an_interrupted_arm_goes_on_from_its_last_finished_seed(
    experiment: Experiment, data: Data, define: Define, calls: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    stop = {"at": 3}
    cell = CELL.replace("    for epoch", "    stop(run.seed)\n    for epoch", 1)

    def maybe(seed: int) -> None:
        if seed == stop["at"]:
            raise KeyboardInterrupt

    train = define(cell, {"__name__": "a_notebook", "calls": calls, "stop": maybe})["train"]
    with pytest.raises(KeyboardInterrupt):
        experiment.run("baseline", train, CONFIG, data=data, seeds=SEEDS)
    stop["at"] = 0
    results = experiment.run("baseline", train, CONFIG, data=data, seeds=SEEDS)
    assert calls == [1, 2, 3, 3]
    assert [run.seed for run in results] == [1, 2, 3]
    assert "batch.baseline, seed 2: finished earlier (run r4)" in capsys.readouterr().out


def test_a_restarted_kernel_trains_nothing_twice_and_again_trains_all(
    experiment: Experiment, train: Train, data: Data, calls: list[int], reopen: Reopen
) -> None:
    both(experiment, train, data)
    before = experiment.report()
    again = reopen()
    second = again.experiment("batch", vary="batch_size")
    both(second, train, data)
    assert len(calls) == 6
    assert second.report().rows == before.rows
    assert len(again.records()) == len(experiment.notebook.records())
    second.run("baseline", train, CONFIG, data=data, seeds=SEEDS, again=True)
    assert len(calls) == 9


@pytest.mark.parametrize("other", ["config", "data", "code", "release", "name"])
def test_a_run_of_anything_else_is_trained(
    *, other: str, notebook: Notebook, reopen: Reopen, train: Train, data: Data, define: Define, calls: list[int]
) -> None:
    notebook.experiment("batch", vary="batch_size").run("baseline", train, CONFIG, data=data, seed=1)
    later = reopen("another release" if other == "release" else "abc123")
    space = {"__name__": "a_notebook", "calls": calls}
    later.experiment("batch", vary="batch_size").run(
        "baseline",
        define(CELL.replace("5 *", "6 *"), space)["train"] if other == "code" else train,
        SMALL if other == "config" else CONFIG,
        data=replace(data, train=make_data(train=20).train) if other == "data" else data,
        seed=1, name="mine" if other == "name" else "",
    )  # fmt: skip
    assert calls == [1, 1]


def test_code_that_cannot_be_seen_is_trained_again(experiment: Experiment, data: Data, define: Define) -> None:
    calls: list[int] = []
    hidden = define(CELL, {"__name__": "a_notebook", "calls": calls}, keep_source=False)["train"]
    for _ in range(2):
        experiment.run("baseline", hidden, CONFIG, data=data, seed=1)
    assert calls == [1, 1]


def test_the_runs_of_several_seeds_serve_as_a_baseline_in_one_record(
    notebook: Notebook, experiment: Experiment, train: Train, data: Data
) -> None:
    runs = []
    for seed in SEEDS:
        run = notebook.start("encoder", config=CONFIG, seed=seed, data=data, code=train)
        train(CONFIG, data, run)
        runs.append(run.finish())
    assert experiment.baseline(runs, CONFIG) is runs
    (link,) = [record for record in notebook.records() if record.kind == "value"]
    assert (link.experiment, link.arm, link.serves) == ("batch", "baseline", tuple(run.run for run in runs))
    experiment.run("changed", train, SMALL, data=data, seeds=SEEDS)
    assert experiment.report().seeds == SEEDS


@pytest.mark.parametrize(
    ("claim", "options", "support"),
    [
        ("effect", {}, "supported"), ("effect", {"direction": "up"}, "supported"),
        ("effect", {"direction": "down"}, "unsupported"), ("cannot tell", {}, "undecided"),
        ("no effect", {"margin": 0.001}, "unsupported"), ("no effect", {}, "undecided"),
    ],
)  # fmt: skip
def test_the_students_verdict_stands_beside_what_the_statistics_say(
    *, claim: Claim, options: dict[str, Any], support: str, experiment: Experiment, train: Train, data: Data,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    both(experiment, train, data)
    found = experiment.meaningful(claim, why="the intervals say so", **options)
    assert found.support == support
    shown = capsys.readouterr().out
    assert "you say" in shown
    assert f"the statistics say  {support}: {found.because}" in shown


def test_one_run_an_arm_supports_no_effect(experiment: Experiment, train: Train, data: Data) -> None:
    both(experiment, train, data, seeds=(1,))
    assert experiment.meaningful("effect", why="it went up a lot").support == "unsupported"
    assert experiment.meaningful("cannot tell", why="one seed is one seed").support == "supported"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"claim": "yes"}, "'effect', 'no effect', 'cannot tell'; got 'yes'"),
        ({"why": "because"}, "in a sentence"),
        ({"metric": "f1"}, "no metric called 'f1'"),
    ],
)  # fmt: skip
def test_a_verdict_that_is_none_is_refused(experiment: Experiment, changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ExperimentError, match=says):
        experiment.meaningful(**{"claim": "effect", "why": "the interval excludes zero", **changes})


def test_a_baseline_that_was_trained_elsewhere_is_found_and_not_trained_again(
    notebook: Notebook, train: Train, data: Data, calls: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    """The same seed and settings outside the experiment, or in another one; another seed is trained."""
    encoder = notebook.run("encoder", train, CONFIG, data=data, seed=1)
    experiment = notebook.experiment("seeds3", vary="batch_size")
    capsys.readouterr()
    experiment.run("baseline", train, CONFIG, data=data, seeds=(1, 2))
    said = capsys.readouterr().out
    assert calls == [1, 2]
    assert said.count("so it serves as the baseline of seeds3 and is not trained again") == 1
    assert f"encoder, seed 1 (run {encoder.run}) finished earlier" in said
    assert any(("seeds3", encoder.run) in record.served() for record in notebook.records())
    predict(experiment)
    experiment.run("changed", train, SMALL, data=data, seeds=(1, 2))
    assert experiment.report().seeds == (1, 2)
    later = notebook.experiment("rate", vary="learning_rate")
    later.run("baseline", train, CONFIG, data=data, seeds=(1, 2))
    assert calls == [1, 2, 1, 2]
    later.run("baseline", train, CONFIG, data=data, seed=1, again=True)
    assert calls == [1, 2, 1, 2, 1]


def test_a_run_with_another_code_or_data_elsewhere_is_no_baseline(
    notebook: Notebook, train: Train, data: Data, calls: list[int]
) -> None:
    notebook.run("encoder", train, CONFIG, data=data, seed=1)
    notebook.run("smaller", train, SMALL, data=make_data(seed=3), seed=1)
    notebook.experiment("other", vary="learning_rate").run("baseline", train, SMALL, data=data, seed=1)
    assert calls == [1, 1, 1]
