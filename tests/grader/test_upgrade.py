"""A newer paribus, or another release, over a class that was graded: whose points would change is listed first."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from grader.classrun.batch import judges_key
from grader.classrun.changes import point_changes, read_graded
from grader.output.storage import STARTED
from paribus.cli import main
from paribus.course.release import write_release
from tests.grader.classroom import CELLS, make_assignment, make_release
from tests.robust.small_class import NAME, NEW, OLD, command, decide, hand_in_again, make_class, state

Edit = Callable[[dict[str, Any]], None]


def other_points(line: dict[str, Any]) -> None:
    """The first task as an older paribus may have judged it: failed."""
    for cell in line["cells"]:
        for verdict in cell["verdicts"]:
            if verdict["check"] == "tasks.tests_passed" and verdict["outcome"] == "passed":
                verdict["outcome"] = "failed"
                cell["score"] -= verdict["points"]
                line["score"] -= verdict["points"]
                return
    pytest.fail("no task was passed")


def other_words(line: dict[str, Any]) -> None:
    for cell in line["cells"]:
        for verdict in cell["verdicts"]:
            verdict["because"] = "As an older paribus put it."


def as_an_older_paribus_left_it(out: Path, student: str, edit: Edit) -> None:
    """OUT with one student's line (or, with "", everyone's) judged otherwise, and with the key of other code."""
    lines = [json.loads(line) for line in (out / "results.jsonl").read_text(encoding="utf-8").splitlines()]
    for line in lines:
        if student in ("", line["submission"]):
            edit(line)
    text = "".join(json.dumps(line, sort_keys=True) + "\n" for line in lines)
    (out / "results.jsonl").write_text(text, encoding="utf-8")
    started = json.loads((out / STARTED).read_text(encoding="utf-8"))
    assert started["judges"] == judges_key([NEW, OLD])
    (out / STARTED).write_text(json.dumps({**started, "key": "older", "judges": "older"}), encoding="utf-8")


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class of four that was graded, and in which people have decided."""
    folder = tmp_path_factory.mktemp("class")
    make_class(folder, 4)
    assert main(command(folder, folder / "out", "--json")) == 0
    decide(folder / "out", every=1)
    return folder


@pytest.fixture
def room(graded: Path, tmp_path: Path) -> Path:
    shutil.copytree(graded, tmp_path / "room")
    return tmp_path / "room"


def test_changed_points_are_listed_and_nothing_is_replaced(room: Path, capsys: pytest.CaptureFixture[str]) -> None:
    as_an_older_paribus_left_it(room / "out", "student-1-1001", other_points)
    before = state(room / "out")
    assert main(command(room, room / "out")) == 1
    assert state(room / "out") == before
    told = capsys.readouterr()
    assert "Student 1  tail_share-tests, tasks.tests_passed: failed (4) → passed (4)" in told.out
    assert "Student 2" not in told.out
    assert "the points of 1 of 4 submissions would change" in told.err
    assert "run the same command with --accept" in " ".join(told.err.split())


def test_accepted_points_change_and_what_people_gave_stays(room: Path, capsys: pytest.CaptureFixture[str]) -> None:
    expected = state(room / "out")
    as_an_older_paribus_left_it(room / "out", "student-1-1001", other_points)
    assert main(command(room, room / "out", "--json", "--accept")) == 0
    after = state(room / "out")
    assert after["results"] == expected["results"]
    assert after["gradebook"] == expected["gradebook"]
    capsys.readouterr()
    assert main(command(room, room / "out", "--json")) == 0, "once accepted, it goes on without asking"
    assert json.loads(capsys.readouterr().out)["reused"] == 4


def test_other_words_and_new_files_need_no_consent(room: Path) -> None:
    as_an_older_paribus_left_it(room / "out", "student-1-1001", other_words)
    hand_in_again(room, [2])
    assert main(command(room, room / "out", "--json")) == 0
    assert "As an older paribus" not in (room / "out" / "results.jsonl").read_text(encoding="utf-8")


def test_a_student_who_is_graded_again_alone_is_asked_about_alone(
    room: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    as_an_older_paribus_left_it(room / "out", "student-1-1001", other_points)
    assert main(command(room, room / "out", "--json", "--only", "1002")) == 0
    capsys.readouterr()
    assert main(command(room, room / "out", "--json", "--only", "1001")) == 1
    told = json.loads(capsys.readouterr().out)["would_change"]
    assert {change["submission"] for change in told} == {"student-1-1001"}
    assert "score" in {change["what"] for change in told}


def test_a_release_with_other_points_is_listed_too(room: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A release without the memo takes its points from everyone who is judged by it."""
    only = make_release(make_assignment(CELLS[:-2]))
    write_release(room / "newest", only)
    given = ["grade", str(room / "submissions"), "--assignment", NAME, "--out", str(room / "out"), "--json",
             "--worksheet", str(room / "sheet.csv"), "--release", str(room / "newest")]  # fmt: skip
    before = state(room / "out")
    assert main(given) == 1
    assert state(room / "out") == before
    assert json.loads(capsys.readouterr().out)["would_change"]


def test_results_of_a_version_that_cannot_be_read_are_not_replaced_unasked(
    room: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def another_schema(line: dict[str, Any]) -> None:
        line["schema"] = "paribus.result/0"

    as_an_older_paribus_left_it(room / "out", "", another_schema)
    assert main(command(room, room / "out")) == 1
    assert "results this one cannot read" in " ".join(capsys.readouterr().err.split())


def test_a_class_is_no_change_of_itself(graded: Path) -> None:
    results = read_graded(graded / "out")
    assert point_changes(results, results) == ()
