"""Each policy of a course from the instructor's command to the worksheet that goes back to Moodle."""

from dataclasses import replace
from pathlib import Path

import pytest

from paribus.course.assignment import Cell
from paribus.course.release import write_release
from tests.grader.classroom import CELLS, make_assignment, make_release
from tests.grader.test_policy_end_to_end import PLACE, Class
from tests.robust.small_class import decide

SECTIONS = """
[grading]
timezone = "UTC"
late_penalty = { percent = 10, per = "day", cap = 25 }
[grading.assignments.week1_homework]
due = { A = 2027-03-01T12:00:00, B = 2027-03-03T12:00:00 }
"""
GRANTED = "Submitted for grading - Extension granted until: Friday, 12 March 2027, 12:00 PM"
# Who handed in the same work when, in which section, and Moodle's words on it.
STUDENTS = {
    "on time": ("2027-03-01 12:00", "A", "Submitted"),
    "a minute late": ("2027-03-01 12:01", "A", "Submitted"),
    "a day and a minute late": ("2027-03-02 12:01", "A", "Submitted"),
    "the same time in B": ("2027-03-02 12:01", "B", "Submitted"),
    "a week late": ("2027-03-08 12:00", "A", "Submitted"),
    "extended by Moodle": ("2027-03-08 12:00", "A", GRANTED),
}
SHARES = dict(zip(STUDENTS, (1.0, 0.9, 0.8, 1.0, 0.75, 1.0), strict=True))


def graded(room: Class, *students: tuple[str, str, str]) -> list[float]:
    """The grades in the worksheet, once people have decided what was open."""
    for number, (when, group, status) in enumerate(students, 101):
        room.student(number, f"Student {number}", when, group)
        room.rows[-1][PLACE["Status"]] = status
        room.hand_in(f"Student {number}_{number}")
    assert room.grade() == 0
    decide(room.out, every=1)
    assert room.grade("--collect") == 0
    return grades(room)


def grades(room: Class) -> list[float]:
    return [float(room.cell(101 + place, "Grade")) for place in range(len(room.rows))]


def test_days_sections_and_moodles_extensions_reach_the_worksheet(tmp_path: Path) -> None:
    """And a file that was replaced in time, by a worksheet that is downloaded anew and --collect."""
    room = Class(tmp_path)
    room.policy(SECTIONS)
    found = graded(room, *STUDENTS.values())
    assert found[0] > 0
    assert {
        name: pytest.approx(grade / found[0], abs=0.01) for name, grade in zip(STUDENTS, found, strict=True)
    } == SHARES
    assert "On time by an extension in Moodle" in (room.out / "report.html").read_text(encoding="utf-8")
    room.rows[1][PLACE["Last modified (submission)"]] = "2027-03-01 11:00"
    assert room.grade("--collect") == 0
    assert grades(room)[1] == found[0]


def with_points(cell: Cell, factor: float) -> Cell:
    """A cell whose points were changed after the release."""
    checks = tuple(replace(one, points=one.points * factor) for one in cell.checks)
    return replace(cell, points=cell.points * factor, manual=cell.manual * factor, checks=checks)


def test_points_changed_after_the_release_reach_the_worksheet_and_keep_what_people_gave(tmp_path: Path) -> None:
    """The notebook as a whole is worth twice as much, and the one score that a person gave there is asked again."""
    room = Class(tmp_path)
    (before,) = graded(room, STUDENTS["on time"])
    cells = tuple(with_points(cell, 2) if cell.key == "whole" else cell for cell in CELLS)
    write_release(room.folder / "newer", make_release(make_assignment(cells)))
    room.rows[0][PLACE["Maximum grade"]] = "34.00"
    assert room.grade(releases=("newer", "release")) == 1  # nothing changes points unasked
    assert room.results()[0]["max_score"] == 28.0
    assert room.grade("--accept", releases=("newer", "release")) == 0
    assert room.results()[0]["max_score"] == 34.0
    assert not room.cell(101, "Grade")
    decide(room.out, every=1)
    assert room.grade("--collect", releases=("newer", "release")) == 0
    assert float(room.cell(101, "Grade")) == before  # everything else was taken over, and the same given again
