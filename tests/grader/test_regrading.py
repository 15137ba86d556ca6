"""Grading again: after a changed check, after a limit was raised, after a run that did not end."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from grader.classrun.batch import COMPLETE
from paribus.cli import main
from tests.robust.small_class import NEW, command, decide, gradebook, make_class

ROOT = Path(__file__).parents[2]


def lines(out: Path) -> dict[str, Any]:
    found = [json.loads(line) for line in (out / "results.jsonl").read_text(encoding="utf-8").splitlines()]
    return {result["submission"]: result for result in found}


def manual(out: Path) -> set[tuple[object, ...]]:
    """What people gave, scores and words, without what stands beside them."""
    book = gradebook(out)
    rows = [json.loads(row) for row in [*book["grades"], *book["comments"]]]
    return {(*row[:3], row[4]) for row in rows if row[4] is not None}


@pytest.mark.long
def test_after_a_changed_check_everything_is_judged_anew_and_what_people_gave_stays(tmp_path: Path) -> None:
    """Nobody has to bump a version or empty a folder; --diff says what became of whom."""
    make_class(tmp_path / "class", 3)
    out, copy = tmp_path / "out", tmp_path / "copy"
    assert main(command(tmp_path / "class", out, "--json")) == 0
    decide(out, every=1)
    assert main(command(tmp_path / "class", out, "--json", "--collect")) == 0
    given = manual(out)
    assert given
    for room in ("paribus", "grader"):
        shutil.copytree(ROOT / room, copy / room, ignore=shutil.ignore_patterns("__pycache__"))
    check = copy / "grader" / "checks" / "tasks.py"
    text = check.read_text(encoding="utf-8")
    assert text.count("and ended without an error.") == 2
    check.write_text(text.replace("and ended without an error.", "and all is well."), encoding="utf-8")
    code = "import sys; from paribus.cli import main; sys.exit(main(sys.argv[1:]))"
    again = subprocess.run(
        [
            sys.executable, "-c", code, *command(tmp_path / "class", out, "--json", "--diff", str(out)),
            "--course", str(ROOT / "course" / "course.toml"),
        ],
        env={**os.environ, "PYTHONPATH": str(copy)}, cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(again.stdout)["reused"] == 0
    assert "and all is well." in (out / "results.jsonl").read_text(encoding="utf-8")
    assert manual(out) == given
    assert "Seen, student-1-1001." in (out / "feedback" / "student-1-1001.html").read_text(encoding="utf-8")


def test_a_limit_that_was_raised_is_tried_at_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_class(tmp_path, 2)
    policy = tmp_path / "course.toml"
    policy.write_text("[grading.limits]\ncells = 3\n", encoding="utf-8")
    wanted = command(tmp_path, tmp_path / "out", "--course", str(policy), "--json")
    assert main(wanted) == 0
    assert {result["status"] for result in lines(tmp_path / "out").values()} == {"unreadable"}
    policy.write_text("", encoding="utf-8")
    capsys.readouterr()
    assert main(wanted) == 0
    assert json.loads(capsys.readouterr().out)["reused"] == 0
    assert {result["status"] for result in lines(tmp_path / "out").values()} == {"graded"}


def test_what_costs_too_much_memory_costs_only_its_own_submission(tmp_path: Path) -> None:
    """A page that needs gigabytes as a tree, where the course allows some hundred megabytes."""
    make_class(tmp_path, 3)
    greedy = tmp_path / "submissions" / "Greedy_2000_assignsubmission_file_" / "homework.html"
    greedy.parent.mkdir()
    greedy.write_bytes(b'<div class="jp-Cell jp-CodeCell jp-Notebook-cell">' + b"<b>" * 6_000_000)
    policy = tmp_path / "course.toml"
    policy.write_text("[grading.limits]\nmemory_mb = 700\n", encoding="utf-8")
    out = tmp_path / "out"
    assert main(command(tmp_path, out, "--course", str(policy), "--json")) == 0
    found = lines(out)
    bad = found.pop("greedy-2000")
    assert (bad["status"], bad["pending"]) == ("unreadable", bad["max_score"])
    assert "The grader broke on this file" in bad["remarks"][0]
    assert {result["status"] for result in found.values()} == {"graded"}
    assert "The grader broke on 1 of 4 files." in (out / "report.html").read_text(encoding="utf-8")
    assert "a person grades it" in (out / "feedback" / "greedy-2000.html").read_text(encoding="utf-8")


def test_a_batch_that_did_not_end_is_not_collected_from(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Those whom it had not reached would be missing from the worksheet and the report."""
    make_class(tmp_path, 2)
    assert main(command(tmp_path, tmp_path / "out", "--json")) == 0
    (tmp_path / "out" / COMPLETE).unlink()
    with pytest.raises(SystemExit) as stopped:
        main(command(tmp_path, tmp_path / "out", "--collect", "--json"))
    assert stopped.value.code == 2
    assert "no finished batch" in capsys.readouterr().err


def test_a_batch_of_another_assignment_alone_ends_with_1_and_asks_for_the_right_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_class(tmp_path, 2)
    for path in (tmp_path / "submissions").rglob("*.ipynb"):
        other = path.read_bytes().replace(b"week1_homework", b"week9_homework")
        path.write_bytes(other.replace(NEW.digest.encode(), b"0" * 16))
    assert main(command(tmp_path, tmp_path / "out", "--json")) == 1
    assert "Is --assignment the right one?" in capsys.readouterr().err
