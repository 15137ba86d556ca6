"""The composition behind `paribus grade`: what enters the gradebook, what is written, what is taken away."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from grader.classrun.grade_class import Order, grade_class, hand_back, render_all, with_gradebook
from grader.errors import CommitmentsError
from grader.gradebook.ledger import DATABASE
from grader.grading.grade import grade_one
from grader.intake.inbox import iter_submissions, iter_unread
from grader.lms.choose import read_intake
from grader.model import Result
from grader.output.storage import MARKER
from paribus.course.assignment import Assignment
from paribus.course.release import Release
from tests.grader.classroom import CELLS, careful_result, make_assignment, make_release
from tests.grader.test_grade_command import submission

NEW = make_release()
OLD = make_release(make_assignment(CELLS[:-1]))


def order(folder: Path, *releases: Release) -> Order:
    return Order(folder / "in", releases or (NEW,), folder / "out")


def hand_in(folder: Path, **contents: bytes) -> None:
    (folder / "in").mkdir(exist_ok=True)
    for name, content in contents.items():
        (folder / "in" / f"{name}.ipynb").write_bytes(content)


def judged(what: Order) -> list[Result]:
    """The batch's results without a process pool."""
    return [grade_one(item, what.releases) for item in iter_submissions(what.submissions)]


def from_release(release: Release) -> bytes:
    begin = f'import paribus\nnotebook = paribus.begin("week1_homework", release="{release.digest}")'
    return submission(setup=begin)


def test_each_release_has_its_own_assignment_in_the_gradebook(tmp_path: Path) -> None:
    """Two releases differ in their cells, so nbgrader cannot keep them as one; the newest bears the plain name."""
    hand_in(tmp_path, ada=from_release(NEW), bob=from_release(OLD))
    what = order(tmp_path, NEW, OLD)
    with_gradebook(what, judged(what), iter_unread(what.submissions))
    query = (
        "SELECT student_id, assignment.name FROM submitted_assignment JOIN assignment "
        "ON assignment.id = submitted_assignment.assignment_id ORDER BY student_id"
    )
    with closing(sqlite3.connect(tmp_path / "out" / DATABASE)) as database:
        assert database.execute(query).fetchall() == [
            ("ada", "week1_homework"),
            ("bob", f"week1_homework-{OLD.digest[:8]}"),
        ]


def test_what_nbgrader_refuses_keeps_its_result_and_says_so(tmp_path: Path) -> None:
    hand_in(tmp_path, ada=submission(), bob=submission())
    what = order(tmp_path)
    ada, bob = judged(what)
    wrong = replace(bob, cells=tuple(replace(cell, score=cell.points + 5) for cell in bob.cells))
    entered = with_gradebook(what, [ada, wrong], iter_unread(what.submissions)).results
    assert entered[0] == ada
    assert entered[1].cells == wrong.cells
    assert "Not in nbgrader's gradebook: bob: the cell" in entered[1].remarks[-1]


def test_a_file_that_changed_after_it_was_judged_waits_for_the_next_run(tmp_path: Path) -> None:
    hand_in(tmp_path, ada=submission(), bob=submission())
    what = order(tmp_path)
    before = judged(what)
    hand_in(tmp_path, ada=submission(tail_share="changed = 1"), eve=submission())
    with_gradebook(what, before, iter_unread(what.submissions))
    assert [path.name for path in (tmp_path / "out" / "submitted").iterdir()] == ["bob"]


def test_a_second_run_takes_away_what_only_the_first_wrote(tmp_path: Path) -> None:
    hand_in(tmp_path, ada=submission(), bob=submission())
    grade_class(order(tmp_path))
    (tmp_path / "in" / "bob.ipynb").unlink()
    (tmp_path / "out" / "feedback" / "mine.txt").write_text("kept")
    assert len(grade_class(replace(order(tmp_path), may_replace=True)).results) == 1
    assert sorted(path.name for path in (tmp_path / "out" / "feedback").iterdir()) == ["ada.html", "mine.txt"]


@pytest.mark.parametrize("marker", ["no JSON", "[]", '{"files": {"../in/ada.ipynb": "0"}}'])
def test_a_marker_that_is_not_ours_takes_nothing_away(tmp_path: Path, marker: str) -> None:
    hand_in(tmp_path, ada=submission())
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / MARKER).write_text(marker)
    grade_class(order(tmp_path))
    assert (tmp_path / "in" / "ada.ipynb").is_file()
    assert json.loads((tmp_path / "out" / MARKER).read_text())["submissions"] == 1


def test_a_course_may_publish_its_bands(tmp_path: Path) -> None:
    def page(assignment: Assignment) -> str:
        release = replace(NEW, assignment=assignment)
        result = careful_result(release=release.digest)
        what = order(tmp_path, release)
        intake = read_intake(what.policy, what.people, what.assignment, ())
        back = hand_back(what, [result], intake)
        return str(render_all(what, [result], intake, back)["feedback/ada.html"])

    assert "reference 0.190 to 0.228" not in page(make_assignment())
    assert "reference 0.190 to 0.228" in page(replace(make_assignment(), settings={"public_bands": True}))


def test_codes_that_were_handed_in_later_grade_the_batch_anew(tmp_path: Path) -> None:
    """A verdict depends on them; the same file leaves finished work alone."""
    hand_in(tmp_path, ada=submission())
    codes = tmp_path / "codes.csv"
    codes.write_text("student,code\nada,G1KE-EJW3-FNAH\n")
    what = replace(order(tmp_path), commitments=codes)
    assert [grade_class(order(tmp_path)).reused, grade_class(what).reused, grade_class(what).reused] == [0, 0, 1]
    codes.write_text("student,code\nada,44DC-4QVY-JGC5\n")
    assert grade_class(what).reused == 0


def test_a_table_without_codes_is_refused_before_anything_is_graded(tmp_path: Path) -> None:
    hand_in(tmp_path, ada=submission())
    (tmp_path / "codes.csv").write_text("student,code\nada,\n")
    with pytest.raises(CommitmentsError, match=r"codes\.csv: holds no code"):
        grade_class(replace(order(tmp_path), commitments=tmp_path / "codes.csv"))
    assert not (tmp_path / "out" / "results.jsonl").exists()
