"""What grading would ask a person about, told where a student can still change it; of each true twin, nothing."""

from dataclasses import replace
from typing import Any

import pytest

from paribus.experiments.experiment import Experiment
from paribus.experiments.notebook import Notebook
from tests.paribus.material import CELL, CONFIG, SMALL, Config, Data, Define, Train
from tests.paribus.test_seeds import predict

AGAIN = "look at your code again"
Said = pytest.CaptureFixture[str]


def begun(notebook: Notebook, vary: str) -> Experiment:
    experiment = notebook.experiment("step", vary=vary)
    predict(experiment)
    return experiment


# Each: what is varied, the changed configuration, more of the changed arm's run, and words of what is said ("" for
# the true twin).
BEFORE = {
    "a step of one per cent": ("learning_rate", {"learning_rate": 1.01e-3}, {}, "a factor of 1.01"),
    "its twin, a factor": ("learning_rate", {"learning_rate": 2e-3}, {}, ""),
    "a choice that is called derived": (
        "batch_size", {"batch_size": 16}, {"derived": {"masking": 0.3}}, "masking: not set → 0.3 is recorded",
    ),
    "its twin, which follows from the setting": (
        "batch_size", {"batch_size": 16}, {"derived": {"masking": (0.3, "batch_size")}}, "",
    ),
    "a choice that is called environment": (
        "batch_size", {"batch_size": 16}, {"environment": {"casing": "fast"}}, "casing: not set → fast",
    ),
    "its twin, where it ran": ("batch_size", {"batch_size": 16}, {"environment": {"precision": "16"}}, ""),
}  # fmt: skip


@pytest.mark.parametrize(("vary", "changes", "more", "words"), BEFORE.values(), ids=BEFORE)
def test_what_the_settings_show_is_told_before_the_changed_arm_trains(  # noqa: PLR0917 - pytest's own
    notebook: Notebook, train: Train, data: Data, capsys: Said, vary: str, changes: dict[str, Any],
    more: dict[str, Any], words: str,
) -> None:  # fmt: skip
    experiment = begun(notebook, vary)
    experiment.run("baseline", train, CONFIG, data=data, seed=1)
    capsys.readouterr()
    experiment.run("changed", train, replace(CONFIG, **changes), data=data, seed=1, **more)
    told = capsys.readouterr().out
    assert (AGAIN in told) is bool(words)
    assert words in told
    assert not words or told.index(words) < told.index("Start of step.changed")


def test_a_loop_of_ones_own_is_told_the_same(notebook: Notebook, train: Train, data: Data, capsys: Said) -> None:
    """Of an experiment's start, and of a notebook's; a run that serves as the baseline counts as one."""
    encoder = notebook.run("encoder", train, CONFIG, data=data, seed=1)
    experiment = begun(notebook, "learning_rate")
    experiment.baseline(encoder)
    near = replace(CONFIG, learning_rate=1.01e-3)
    experiment.start("changed", near, data=data, seed=1, code=train)
    assert "a factor of 1.01" in capsys.readouterr().out
    notebook.start(
        "mine", config=near, data=data, seed=1, code=train, experiment="step", arm="changed", vary="learning_rate"
    )
    assert "a factor of 1.01" not in capsys.readouterr().out, "each is told once"
    other = replace(CONFIG, learning_rate=1.02e-3)
    notebook.start(
        "mine", config=other, data=data, seed=1, code=train, experiment="step", arm="changed", vary="learning_rate"
    )
    assert "a factor of 1.02" in capsys.readouterr().out


def test_a_loop_of_ones_own_is_looked_at_before_it_begins(
    notebook: Notebook, define: Define, data: Data, capsys: Said
) -> None:
    """`notebook.start` looks at the code that it is given."""
    loop = define(CELL.replace("    calls", "    texts = data.train.texts[:20]\n    calls"))["train"]
    notebook.start("mine", config=CONFIG, data=data, seed=1, code=loop)
    told = capsys.readouterr().out
    assert told.index("takes a part of the training rows") < told.index("Start of mine")
    notebook.start("mine", config=CONFIG, data=data, seed=1, code=define(CELL)["train"])
    assert AGAIN not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("config", "seed", "told"), [(SMALL, 1, True), (SMALL, 2, False), (replace(SMALL, scheduler="flat"), 1, False)]
)
def test_a_look_before_the_prediction_is_told(  # noqa: PLR0917 - pytest's own
    notebook: Notebook, train: Train, data: Data, capsys: Said, config: Config, seed: int, told: bool
) -> None:
    """A run of the changed arm's configuration and seed, outside of the experiment."""
    notebook.run("a_look", train, config, data=data, seed=seed)
    experiment = begun(notebook, "batch_size")
    experiment.run("baseline", train, CONFIG, data=data, seed=1)
    assert "may have been known" not in capsys.readouterr().out
    experiment.run("changed", train, SMALL, data=data, seed=1)
    assert (f"a_look, seed {seed} (run r2), has trained with this" in capsys.readouterr().out) is told


def test_a_seed_that_is_trained_for_the_third_time_is_told(
    notebook: Notebook, train: Train, data: Data, calls: list[int], capsys: Said
) -> None:
    """Once is none, and neither is a second try or a run that is only shown again."""
    experiment = begun(notebook, "batch_size")
    for again, told in ((False, False), (True, False), (False, False), (True, True)):
        experiment.run("baseline", train, CONFIG, data=data, seed=1, again=again)
        said = "seed 1 of the baseline arm has trained 2 times" in capsys.readouterr().out
        assert said is told
    assert calls == [1, 1, 1]


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("encoder.accuracy", 0.5, "the run of that name recorded"), ("encoder.accuracy", None, ""),
        ("encoder.share", 0.5, ""), ("other.accuracy", 0.5, ""),
    ],
)  # fmt: skip
def test_a_value_that_bears_a_runs_name_and_none_of_its_numbers_is_told(  # noqa: PLR0917 - pytest's own
    notebook: Notebook, train: Train, data: Data, capsys: Said, name: str, value: float | None, told: str
) -> None:
    run = notebook.run("encoder", train, CONFIG, data=data, seed=1)
    capsys.readouterr()
    notebook.value(name, run.value("accuracy") if value is None else value)
    said = capsys.readouterr().out
    assert ("is written down as" in said) is bool(told)
    assert told in said


@pytest.mark.parametrize(("vary", "loss", "told"), [("size", "0.5", True), ("size", "config['size']", False),
                                                    ("threshold", "0.5", False)])  # fmt: skip
def test_arms_with_equal_losses_are_told_by_the_report(  # noqa: PLR0917 - pytest's own
    notebook: Notebook, define: Define, data: Data, vary: str, loss: str, told: bool
) -> None:
    """Where the change acts on what a trained model answers, equal losses are right."""
    cell = f"def train(config, data, run):\n    run.log(epoch=1, train_loss={loss}, predictions=guess(data, run))\n"
    space = {"__name__": "a_notebook", "guess": lambda data, run: (data.validation.labels + run.seed) % 3}
    experiment = begun(notebook, vary)
    code = define(cell, space)["train"]
    experiment.run("baseline", code, {"size": 1, "threshold": 1}, data=data, seed=1)
    experiment.run("changed", code, {"size": 1, "threshold": 1, vary: 2}, data=data, seed=1)
    assert any("same losses to the last digit (seed 1: 0.5)" in note for note in experiment.report().notes) is told


@pytest.mark.parametrize(("seed", "told"), [(1, True), (4, False)])
def test_the_best_of_several_runs_is_told_by_the_report(
    notebook: Notebook, train: Train, data: Data, seed: int, told: bool
) -> None:
    """Seed 1 scores best here; the worst of three is no choice."""
    for tried in (2, 3, 4, 1):
        notebook.run("tried", train, CONFIG, data=data, seed=tried)
    experiment = begun(notebook, "batch_size")
    experiment.run("baseline", train, CONFIG, data=data, seed=seed)
    experiment.run("changed", train, SMALL, data=data, seed=seed)
    said = any("baseline arm is the best of 4 runs" in note for note in experiment.report().notes)
    assert said is told
