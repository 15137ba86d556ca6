"""`make gpu` for the later weeks: the plan as a value, and its runs with a runner that runs nothing."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from generator.errors import RunError
from tests.shipped import COURSE
from tools.gpu_notebooks import (
    NOTEBOOKS,
    Machine,
    Notebook,
    Planned,
    device_in_words,
    plan,
    read_means,
    run_planned,
)
from tools.gpu_suite import has_zoo, main

SHORT, LONG, BLIND = Notebook("short", 8), Notebook("long", 94), Notebook("blind", 1, zoo=True)


@dataclass
class Runner:
    """Answers as `paribus run --json` does; ``seconds`` is what its clock moves by with each run, ``late`` are the
    notebooks that do not end in time.
    """

    folder: Path
    seconds: float = 100.0
    late: tuple[str, ...] = ()
    now: float = 0.0
    ran: list[tuple[str, str]] = field(default_factory=list)

    def __call__(self, command: Sequence[str], limit: float) -> str | None:
        name, profile = command[4], command[6]
        self.ran.append((name, profile))
        self.now += self.seconds
        if name in self.late:
            return None
        references = self.folder / f"{name}.json"
        references.write_text('{"entries": [{"values": {"encoder.macro_f1": {"mean": 0.5}}}]}')
        return json.dumps([{"seconds": self.seconds, "references": str(references)}])


def profiles(machine: Machine, limit: float = 540.0) -> list[str]:
    return [item.profile for item in plan((SHORT, LONG, BLIND), machine, limit)]


@pytest.mark.parametrize(
    ("machine", "limit", "expected"),
    [
        (Machine(gpu=True, hub=True, zoo=True), 540.0, ["full", "smoke", "full"]),
        (Machine(gpu=True, hub=True, zoo=True), 7200.0, ["full", "full", "full"]),
        (Machine(gpu=True, hub=False, zoo=True), 7200.0, ["smoke", "smoke", "smoke"]),
        (Machine(gpu=False, hub=True, zoo=True), 7200.0, ["smoke", "smoke", "smoke"]),
        (Machine(gpu=False, hub=False, zoo=False, tiny=True), 540.0, ["micro", "micro", ""]),
    ],
)
def test_a_notebook_runs_at_the_largest_profile_that_the_machine_affords(
    machine: Machine, limit: float, expected: list[str]
) -> None:
    assert profiles(machine, limit) == expected


def test_the_parts_are_the_courses_later_notebooks() -> None:
    named = [notebook.name for part in NOTEBOOKS.values() for notebook in part]
    assert set(named) <= {entry.name for entry in COURSE.entries()}
    assert len(named) == len(set(named))


def test_without_a_gpu_one_sentence_says_so() -> None:
    assert device_in_words(Machine(gpu=False, hub=False, zoo=False)).startswith("There is no GPU here")
    assert "on the GPU" in device_in_words(Machine(gpu=True, hub=False, zoo=False))


def test_what_is_planned_runs_in_order_and_says_what_came_of_it(tmp_path: Path) -> None:
    runner = Runner(tmp_path)
    planned = plan((SHORT, LONG, BLIND), Machine(gpu=True, hub=True, zoo=False), 540.0)
    found = run_planned(planned, tmp_path, 540.0, runner, clock=lambda: runner.now)
    assert runner.ran == [("short", "full"), ("long", "smoke")]
    assert found["complete"]
    assert found["runs"]["long"] == {
        "profile": "smoke", "why": "its text says 94 minutes on a T4, and a part has 9", "seconds": 100.0,
        "means": {"encoder.macro_f1": 0.5},
    }  # fmt: skip
    assert "paribus zoo" in found["left_out"]["blind"]


def test_a_part_that_runs_out_of_time_is_gone_on_with(tmp_path: Path) -> None:
    """Nothing is begun with too little time left; a notebook that did not end is not complete."""
    runner = Runner(tmp_path, seconds=470.0)
    planned = [Planned("one", "smoke", ""), Planned("two", "smoke", "")]
    found = run_planned(planned, tmp_path, 540.0, runner, clock=lambda: runner.now)
    assert ([name for name, _ in runner.ran], found["complete"]) == (["one"], False)
    late = Runner(tmp_path, late=("one",))
    found = run_planned(planned, tmp_path, 540.0, late, clock=lambda: late.now)
    assert (list(found["runs"]), found["complete"]) == (["two"], False)


def test_references_without_a_run_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "week4_lab.json"
    path.write_text('{"entries": []}')
    with pytest.raises(RunError, match="holds no recorded run"):
        read_means(path)


def test_a_zoo_is_named_or_lies_where_it_is_built(tmp_path: Path) -> None:
    assert has_zoo({"PARIBUS_ZOO": "somewhere"}, tmp_path / "none")
    assert has_zoo({}, tmp_path)
    assert not has_zoo({}, tmp_path / "none")


@pytest.mark.long  # a lab runs
def test_a_weeks_notebooks_run_on_a_cpu(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tools.gpu_suite.NOTEBOOKS", {"week4": (Notebook("week4_lab", 8),)})
    assert main(["week4", "--tiny", "--out", str(tmp_path)]) == 0
    assert "There is no GPU here" in capsys.readouterr().out
    assert json.loads((tmp_path / "week4.json").read_text())["runs"]["week4_lab"]["profile"] == "micro"
