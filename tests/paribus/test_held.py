"""What is held constant is listed from the records of all seeds."""

from dataclasses import replace

import pytest

from paribus.errors import ExperimentError
from paribus.experiments import recording
from paribus.experiments.experiment import Experiment
from paribus.experiments.notebook import Notebook
from paribus.experiments.one_change import Verdict, compare
from tests.paribus.material import CELL, CONFIG, SMALL, Data, Define, Train, make_data
from tests.paribus.test_seeds import predict


@pytest.fixture
def experiment(notebook: Notebook) -> Experiment:
    made = notebook.experiment("batch", vary="batch_size")
    predict(made)
    return made


def test_what_is_held_is_listed_from_the_records(experiment: Experiment, train: Train, data: Data) -> None:
    with pytest.raises(ExperimentError, match="Nothing of 'batch' has run yet"):
        experiment.held()
    experiment.run("baseline", train, CONFIG, data=data, seeds=(1, 2), environment={"precision": "fp16"})
    experiment.run("changed", train, SMALL, data=data, seeds=(1, 2), environment={"precision": "fp32"})
    held = experiment.held()
    assert dict(held.settings) == {"learning_rate": 0.001, "scheduler": "linear"}
    assert held.code == ("training", "SHIFT")
    assert dict(held.elsewhere) == {"precision": ("fp16", "fp32")}
    assert "seeds 1, 2 in both arms" in repr(held)
    assert "learning rate 0.001, scheduler linear; data synthetic/test, 40 training items" in held.sentence()
    assert "different places: precision: fp16, fp32" in held.table().note
    assert any("not all made in the same place (precision differ)" in note for note in experiment.report().notes)


@pytest.mark.parametrize(
    ("libraries", "told", "apart"),
    [
        (("pandas 2.2, shap 0.4", "pandas 2.2, shap 0.4"), "pandas 2.2, shap 0.4", {}),
        (("pandas 2.2", "pandas 2.2, shap 0.4"), "pandas 2.2", {}),  # imported in between
        (("", "shap 0.4"), None, {}),
        (("pandas 2.2, shap 0.4", "pandas 2.2, shap 0.5"), "pandas 2.2", {"shap": ("0.4", "0.5")}),
    ],
)
def test_libraries_are_held_where_all_runs_had_one_version(
    libraries: tuple[str, str], told: str | None, apart: dict[str, tuple[str, str]],
    *, notebook: Notebook, train: Train, data: Data, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """One that a notebook imports between two runs makes no other place of it, nor a second change."""
    experiment = notebook.experiment("batch", vary="batch_size")
    predict(experiment)
    for arm, config, found in zip(("baseline", "changed"), (CONFIG, SMALL), libraries, strict=True):
        monkeypatch.setattr(recording, "surroundings", lambda found=found: {"device": "cpu", "libraries": found})
        experiment.run(arm, train, config, data=data, seeds=(1, 2))
    held = experiment.held()
    assert held.environment.get("libraries") == told
    assert dict(held.elsewhere) == apart
    starts = [record for record in notebook.records() if record.kind == "start"]
    comparison = compare(starts[:2], starts[2:], "batch_size")
    assert (comparison.verdict, comparison.environment) == (Verdict.ONE, ())


WITH_CLASS = (
    CELL.replace("calls.append(run.seed)", "Model()")
    + """
class Model:
    def __init__(self):
        super().__init__()
        self.size = 3
"""
)


def test_a_method_is_listed_and_told_once_under_its_class(notebook: Notebook, data: Data, define: Define) -> None:
    """``super()`` reaches it a second time, under a name that Python made."""
    first = define(WITH_CLASS)["train"]
    second = define(WITH_CLASS.replace("size = 3", "size = 4"))["train"]
    experiment = notebook.experiment("batch", vary="batch_size")
    start = experiment.run("baseline", first, CONFIG, data=data, seed=0).start
    assert "__class__.__init__" in start.code
    assert experiment.held().code == ("training", "Model.__init__", "SHIFT")
    assert "__class__" not in str(experiment.held().table())
    experiment.predict(metric="macro_f1", direction="up", why="more updates an epoch")
    with pytest.raises(ExperimentError, match=r"'Model\.__init__', which .* \(changed since") as caught:
        experiment.run("changed", second, SMALL, data=data, seed=0)
    assert "__class__" not in str(caught.value)


def test_what_only_one_arm_has_is_not_held(notebook: Notebook, train: Train, data: Data) -> None:
    rows = notebook.experiment("data", vary="data")
    predict(rows)
    rows.run("baseline", train, CONFIG, data=data, seed=1)
    rows.run("changed", train, CONFIG, data=replace(data, train=make_data(train=20).train), seed=1)
    held = rows.held()
    assert held.data == ""
    assert held.settings["batch_size"] == 32
    rows.arms["changed"].clear()
    assert "each arm's own seeds" in rows.held().sentence()
