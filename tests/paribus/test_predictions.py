"""Predictions: refused where they contradict themselves or cannot come true, and told where they come too late."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from paribus.errors import ExperimentError
from paribus.experiments.experiment import Experiment
from paribus.experiments.notebook import Notebook, begin
from paribus.experiments.wide import WIDEST
from tests.paribus.material import CONFIG, SMALL, Data, Train


@pytest.fixture
def experiment(notebook: Notebook) -> Experiment:
    return notebook.experiment("batch", vary="batch_size")


def predict(experiment: Experiment, **changes: Any) -> Any:  # any mistake a person makes
    given = {"metric": "macro_f1", "direction": "up", "low": 0.0, "high": 0.03, "why": "more updates an epoch"}
    return experiment.predict(**{**given, **changes})


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"metric": "f1"}, "no metric called 'f1'"),
        ({"direction": "better"}, "'up', 'down' or 'none'"),
        ({"low": 0.05}, "runs backwards"),
        ({"low": "0"}, "bound low of a prediction is a number"),
        ({"high": float("nan")}, "bound high"),
        ({"high": True}, "bound high"),
        (
            {"direction": "down", "low": -10, "high": 0},
            r"macro-F1 lies between 0 and 1, so it cannot change by -10\.",
        ),
        ({"metric": "accuracy", "low": 1, "high": 3}, r"accuracy lies .* change by \+3\. .*not in percent"),
        ({"low": None, "high": -0.1}, "goes up, but at most by -0.1"),
        ({"direction": "down"}, r"goes down, but by \+0 or more"),
        ({"direction": "none", "low": 0.01}, "leaves out zero"),
        ({"direction": "none", "low": None, "high": -0.01}, "leaves out zero"),
        ({"direction": "none", "low": None, "high": None}, "Give the margin within which"),
        ({"direction": "none", "low": None, "high": 0.01}, "Give the margin within which"),
        ({"direction": "none", "low": 0, "high": 0}, r"both sides of zero, such as low=-0\.01, high=0\.01"),
        ({"direction": "none", "low": 0, "high": 0.02}, "both sides of zero"),
        ({"metric": "zero_f1_classes", "direction": "none", "low": 0, "high": 0}, "such as low=-1, high=1"),
        ({"why": "because"}, "in a sentence"),
        ({"why": None}, "in a sentence"),
        ({"why": "long words " * 300}, "2,000 are enough"),
    ],
)
def test_a_prediction_that_contradicts_itself_is_refused(
    experiment: Experiment, changes: dict[str, object], says: str
) -> None:
    with pytest.raises(ExperimentError, match=says):
        predict(experiment, **changes)
    assert experiment.notebook.session.predictions == {}


@pytest.mark.parametrize(
    "changes",
    [
        {"low": None, "high": None}, {"low": -0.005}, {"direction": "down", "low": -0.05, "high": 0},
        {"direction": "none", "low": -0.01, "high": 0.01}, {"metric": "zero_f1_classes", "low": 1, "high": 5},
        {"metric": "train_loss", "low": 0, "high": 2}, {"low": 0, "high": 1},
    ],
)  # fmt: skip
def test_a_sensible_prediction_is_kept(experiment: Experiment, changes: dict[str, object]) -> None:
    assert predict(experiment, **changes) == experiment.notebook.session.predictions["batch"][-1]


def test_a_prediction_after_the_result_is_told_at_once_that_it_does_not_count(
    experiment: Experiment, train: Train, data: Data, capsys: pytest.CaptureFixture[str]
) -> None:
    experiment.run("baseline", train, CONFIG, data=data, seed=0)
    predict(experiment)
    result = experiment.run("changed", train, SMALL, data=data, seed=0)
    capsys.readouterr()
    predict(experiment, high=0.2)
    said = capsys.readouterr().out
    assert said.startswith("Too late: prediction for batch\n")
    assert f"finished before (run {result.run}), so for it this prediction does not count" in said
    assert experiment.report().prediction == result.start.prediction
    capsys.readouterr()
    predict(experiment)  # the same as before the run: its cell was run again
    assert "Too late" not in capsys.readouterr().out


def test_a_prediction_after_a_run_of_ones_own_loop_is_told_too(
    experiment: Experiment, notebook: Notebook, data: Data, capsys: pytest.CaptureFixture[str]
) -> None:
    """And one made while nothing has finished is in time."""
    run = notebook.start("x", config=SMALL, seed=0, data=data, experiment="batch", arm="changed", vary="batch_size")
    predict(experiment)
    said = capsys.readouterr().out
    assert "Too late" not in said
    assert f"began before this (run {run.start.run}) and does not hold it" in said
    run.finish(predictions=data.validation.labels)
    predict(experiment, high=0.2)
    assert "Too late" in capsys.readouterr().out


WIDE = {"metric": "macro_f1", "direction": "none", "low": -1.0, "high": 1.0}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (WIDE, "holds both a fall and a rise of macro-F1 and is 2 wide; 0.125 is the most"),
        ({"low": -0.1, "high": 0.1}, "holds both a fall and a rise of macro-F1 and is 0.2 wide"),
        ({"low": -0.1, "high": None}, "is endlessly wide"),
        ({"high": 0.5}, "is 0.5 wide in macro-F1; 0.25 is the most"),
        ({"direction": "down", "low": -0.3, "high": None}, "is 0.3 wide in macro-F1"),
        ({"metric": "zero_f1_classes", "low": 0, "high": 3}, "is 3 wide in classes at F1 = 0; 1.25 is the most"),
        ({"metric": "validation_loss", "low": 0, "high": 9}, "is 9 wide in validation loss; 0.402 is the most"),
    ],
)
def test_a_range_that_can_hardly_miss_is_told_when_it_is_made(
    experiment: Experiment, data: Data, capsys: pytest.CaptureFixture[str], changes: dict[str, object], says: str
) -> None:
    """It is kept: the student may say it more closely before the run."""
    experiment.notebook.use(data)
    capsys.readouterr()
    made = predict(experiment, **changes)
    said = capsys.readouterr().out
    assert says in said
    assert "proposes no points for it. Say more closely what you expect" in said
    assert experiment.notebook.session.predictions["batch"] == [made]


@pytest.mark.parametrize(
    "changes",
    [
        {}, {"low": None, "high": None}, {"low": 0.02, "high": None}, {"low": -0.02, "high": 0.08}, {"high": 0.2},
        {"direction": "down", "low": -0.2, "high": 0.0}, {"direction": "none", "low": -0.02, "high": 0.02},
        {"metric": "zero_f1_classes", "low": 0, "high": 1}, {"metric": "validation_loss", "low": 0, "high": 0.3},
    ],
)  # fmt: skip
def test_a_range_that_can_miss_is_left_alone(
    experiment: Experiment, data: Data, capsys: pytest.CaptureFixture[str], changes: dict[str, object]
) -> None:
    experiment.notebook.use(data)
    predict(experiment, **changes)
    assert "prove it wrong" not in capsys.readouterr().out


def test_an_assignment_says_how_wide_a_range_may_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = []
    for widest in (0.01, 0.25):
        notebook = begin("week1_homework", directory=tmp_path, widest_range=widest)
        predict(notebook.experiment("batch", vary="batch_size"))
        said.append(capsys.readouterr().out)
    assert "is 0.03 wide in macro-F1; 0.01 is the most" in said[0]
    assert "wide in macro-F1" not in said[1]


def test_more_classes_than_there_are_cannot_be_lost(experiment: Experiment, data: Data) -> None:
    experiment.notebook.use(data)
    with pytest.raises(ExperimentError, match=r"The data have 5 classes, so .* cannot change by \+6"):
        predict(experiment, metric="zero_f1_classes", low=1, high=6)


def test_the_course_and_the_notebook_mean_the_same_width() -> None:
    """A notebook does not read course.toml: whose assignment sets another width hands it to paribus.begin."""
    course = tomllib.loads((Path(__file__).parents[2] / "course" / "course.toml").read_text(encoding="utf-8"))
    assert course["settings"]["widest_range"] == WIDEST
