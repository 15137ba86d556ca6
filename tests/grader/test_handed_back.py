"""Which rows Moodle would ignore, by the worksheet's times and by what was written before."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from grader.lms.moodle.ignored_rows import FILE, Earlier, Round, compare, graded_at, read_earlier
from grader.lms.moodle.worksheet import Entry, Worksheet, read_worksheet
from paribus.course.policy import Policy

BERLIN = Policy(timezone="Europe/Berlin", zone_given=True)
ENGLISH = "Identifier,Full name,Grade,Maximum grade,Last modified (grade),Feedback comments\n"
GERMAN = "ID,Vollständiger Name,Bewertung,Bestwertung,Zuletzt geändert (Bewertung),Feedback als Kommentar\n"


def sheet(*times: str) -> Worksheet:
    """A worksheet with these times; a teacher may have another language than the one before."""
    rows = "".join(f'Participant {101 + n},S,,28.00,"{time}",\n' for n, time in enumerate(times))
    return read_worksheet(((GERMAN if LATER in times else ENGLISH) + rows).encode())


def entries(*grades: float | None) -> dict[str, Entry]:
    return {str(101 + n): Entry(grade, "words") for n, grade in enumerate(grades)}


def told(this: Round) -> tuple[list[str], list[str], list[str]]:
    again, older, unread = (
        [student.number for student in group] for group in (this.again, this.older, this.unread)
    )
    return again, older, unread


def rounds(folder: Path, *steps: tuple[str, float | None]) -> Round:
    """Worksheets with this time and this grade, one run after another in one folder."""
    for time, grade in steps:
        this = compare(read_earlier(folder), sheet(time), entries(grade), BERLIN)
        (folder / FILE).write_text(this.to_json(), encoding="utf-8")
    return this


DAY, LATER = "Saturday, 28 November 2026, 4:43 PM", "Samstag, 28. November 2026, 17:10"


@pytest.mark.parametrize(
    ("steps", "again", "older"),
    [
        ([("-", 20.0)], False, False),
        ([("-", 20.0), ("-", 20.0)], False, False),
        ([("-", None), ("-", 20.0)], True, False),
        ([("-", None), ("-", 20.0), ("-", 20.0)], True, False),
        ([("-", None), (DAY, 20.0)], False, False),
        ([(DAY, None), (LATER, 20.0)], False, False),
        ([(DAY, None), (DAY, 20.0)], True, False),
        ([(LATER, 20.0), (DAY, 20.0)], False, True),
        ([(DAY, 20.0), ("-", 20.0)], False, True),
        ([(DAY, 20.0), ("-", 20.0), ("-", 20.0)], False, True),
        ([(DAY, 1.0), (LATER, 2.0), (LATER, 3.0)], True, False),
        ([("once", 1.0), ("upon a time", 2.0)], False, False),
        ([(DAY, 1.0), ("once", 2.0), ("once", 3.0)], True, False),
        ([("once", 1.0), ("once", 2.0)], True, False),
    ],
)
def test_a_round_that_moodle_would_ignore_is_known(
    tmp_path: Path, steps: list[tuple[str, float | None]], again: bool, older: bool
) -> None:
    this = rounds(tmp_path, *steps)
    assert [bool(found) for found in told(this)[:2]] == [again, older]


def test_only_those_are_meant_who_get_something_else() -> None:
    first = compare(Earlier(), sheet("-", "-", "-"), entries(1.0, 2.0), BERLIN)
    second = compare(Earlier(first.written), sheet("-", "-", "-"), entries(1.0, 3.0, 4.0), BERLIN)
    assert told(second) == (["102"], [], [])
    assert sorted(second.written) == ["101", "102", "103"]


def test_a_time_that_cannot_be_read_is_said_and_stays() -> None:
    this = compare(Earlier(), sheet("tegnap", "-", DAY), entries(1.0, 1.0, 1.0), BERLIN)
    assert told(this)[2] == ["101"]
    assert graded_at(sheet("tegnap", "-", DAY), BERLIN) == {"103": "2026-11-28T16:43:00+01:00"}


def test_the_zone_is_written_where_the_course_names_one() -> None:
    """A guess would be wrong for every site elsewhere, whose times Moodle itself reads rightly."""
    assert graded_at(sheet(DAY), Policy()) == {"101": "2026-11-28T16:43:00"}
    assert graded_at(sheet(DAY), replace(Policy(), zone_given=True)) == {"101": "2026-11-28T16:43:00+00:00"}


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"students": {"101": {}}}', '{"students": {"101": 7}}', "\ufffe"]
)
def test_a_record_that_is_damaged_is_said_and_begun_anew(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    this = compare(read_earlier(tmp_path), sheet("-"), entries(1.0), BERLIN)
    assert this.damaged
    assert list(json.loads(this.to_json())["students"]) == ["101"]
    (tmp_path / FILE).write_text(this.to_json(), encoding="utf-8")
    assert not read_earlier(tmp_path).damaged
