"""The command `paribus zoo`: what it refuses, and what it says."""

import json
from pathlib import Path

import pytest

from generator.commands.zoo import as_lines, show_progress
from generator.running.kernel import Plain
from generator.running.run import Job, Progress
from paribus.cli import main


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["build", "week9", "--term", "2027S"], "Zoos: week2, pathologies"),
        (["build", "week2"], "add --term 2027S"),
        (["build", "week2", "--term", "../x"], "such as 2027S"),
        (["build", "week2", "--term", "2027S", "-j", "0"], "--jobs is 0"),
        (["build", "week2", "--term", "2027S", "--profile", "huge"], "no profile called 'huge'"),
    ],
)
def test_wrong_usage_exits_with_two(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refusal:
        main(["zoo", *arguments])
    assert refusal.value.code == 2
    assert message in " ".join(capsys.readouterr().err.split())


@pytest.mark.parametrize("action", ["verify", "reveal"])
def test_a_zoo_that_was_not_built_exits_with_one(
    action: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["zoo", action, "week2", "--term", "2027S", "--out", str(tmp_path)]) == 1
    assert "paribus zoo build" in " ".join(capsys.readouterr().err.split())


def test_a_zoo_without_gates_says_so() -> None:
    tests = [{"recipe": "starved", "test": "memorised", "held": False, "gates": False}]
    text = as_lines({"zoo": "week2", "gates": 0, "tests": tests})
    assert "FAILS  starved: memorised (reported only)" in text
    assert "No test is required to pass" in text


def test_progress_shows_the_epoch_that_the_run_wrote_down(tmp_path: Path) -> None:
    parameters: dict[str, Plain] = {}
    job = Job("zoo-week2-starved", {}, parameters, label="micro-2027S")
    work = tmp_path / "instructor" / job.name / "micro-2027S-0123" / "work"
    work.mkdir(parents=True)
    now = {"epoch": 2, "epochs": 3, "step": 4, "steps": 13, "resumed": 1}
    (work / "progress.json").write_text(json.dumps(now))
    with show_progress(tmp_path, quiet=True) as (observe, say):
        say("training")
        observe(Progress(job, "begun"))
        observe(Progress(job, "done"))
