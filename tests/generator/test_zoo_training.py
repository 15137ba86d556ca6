"""A term's training runs: tried again where that may help, kept by their content, read back only when whole."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from generator.errors import RunError, ZooBuildError
from generator.zoo.outcome import read_outcome
from generator.zoo.plan import Plan
from generator.zoo.training import make_job, workers_for
from tests.generator.zoo_material import DirectKernel, build, make_outcome, week2
from tests.shipped import PROFILES

PLAN = week2()
pytestmark = pytest.mark.usefixtures("own_cache")


class Failing(DirectKernel):
    """Fails a number of times with a message, then runs."""

    def __init__(self, message: str, times: int, cell: str = "train") -> None:
        super().__init__()
        self.message, self.left, self.cell = message, times, cell
        self.seeds: list[int] = []

    def execute(self, task, notify, stop) -> None:  # type: ignore[no-untyped-def] # noqa: ANN001
        if task.parameters["NAME"] == "baseline":
            self.seeds.append(task.parameters["SEED"])
            if self.left:
                self.left -= 1
                raise RunError(self.message, cell=self.cell)
        super().execute(task, notify, stop)


def test_only_a_crash_or_an_unintended_divergence_trains_again(tmp_path: Path) -> None:
    """A run that broke off keeps its seed, one that diverged gets the next; both are told; a mistake ends it."""
    plan = _one_recipe()
    crash = Failing("the kernel died", 1, cell="")
    told = build(plan, tmp_path / "crash", crash).trained[0].attempts
    assert len(set(crash.seeds)) == 1
    assert "broke off" in told[0]
    diverged = Failing("The training loss stopped being finite in epoch 2", 1)
    told = build(plan, tmp_path / "diverged", diverged).trained[0].attempts
    assert len(set(diverged.seeds)) == 2
    assert "stopped being finite" in told[0]
    with pytest.raises(RunError, match="no such column"):
        build(plan, tmp_path / "mistake", Failing("no such column", 1))
    with pytest.raises(RunError, match="the kernel died"):
        build(plan, tmp_path / "never", Failing("the kernel died", 9, cell=""))


def _one_recipe() -> Plan:
    """The baseline alone, cut to one epoch."""
    zoo = PLAN.zoo
    only = replace(zoo.recipe("baseline"), evidence=(), changes={"epochs": 1, "train_rows": 64})
    return replace(PLAN, zoo=replace(zoo, recipes=(only,), codenames=("Alpha",)))


def test_an_outcome_that_was_altered_is_not_handed_out(tmp_path: Path) -> None:
    plan = _one_recipe()
    build(plan, tmp_path)
    outcome = next((tmp_path / "instructor").glob("zoo-week2-baseline/*/*/outcome"))
    (outcome / "log.json").write_text("{}")
    with pytest.raises(ZooBuildError, match=r"log\.json: was changed after its run"):
        build(plan, tmp_path)
    assert build(plan, tmp_path).edition


def test_an_outcome_of_another_version_or_half_of_one_is_said(tmp_path: Path) -> None:
    folder = make_outcome(tmp_path / "run", seed=1).folder
    marker = json.loads((folder / "outcome.json").read_text())
    (folder / "outcome.json").write_text(json.dumps({**marker, "schema": "paribus.outcome/9"}))
    with pytest.raises(ZooBuildError, match=r"schema 'paribus\.outcome/9', expected"):
        read_outcome(folder)
    (folder / "outcome.json").unlink()
    with pytest.raises(ZooBuildError, match="outcome is incomplete"):
        read_outcome(folder)


def test_a_job_holds_everything_that_decides_a_run() -> None:
    parameters = make_job(PLAN, "weighted", "synthetic", {}).parameters
    assert json.loads(str(parameters["CONFIG"]))["class_weights"] == "sqrt_inverse"
    assert parameters["SEED"] == PLAN.seed("weighted")


def test_memory_decides_how_many_models_train_at_a_time() -> None:
    assert workers_for(None, PROFILES["smoke"], memory=lambda: 0.5) == 1
    assert workers_for(None, PROFILES["full"], memory=lambda: 99.0) == 1
    assert workers_for(3, PROFILES["smoke"]) == 3
    assert workers_for(None, PROFILES["smoke"], memory=lambda: 99.0) >= 1
