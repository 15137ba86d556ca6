"""[grading] of course.toml: what it says is typed, and what it cannot say is refused with the entry's name."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from paribus.course.errors import CatalogError
from paribus.course.limits import Limits
from paribus.course.policy import LateTable, Policy, load_policy

NAME = "week1_homework"
FULL = """
[grading]
lms = "plain"
roster = "people.csv"
timezone = "Europe/Berlin"
date_format = "%d.%m.%Y %H:%M"
attempts = "best"
anonymous = true
late_penalty = "zero"

[grading.roster_columns]
id = "Student number"

[grading.limits]
seconds = 2.5
cells = 10

[grading.assignments.week1_homework]
due = 2027-03-01T23:59:00
reveal = 2027-03-01T15:30:00
extensions = { 101 = 48 }
scale = { "Fail" = 0, "Pass  well" = 75.5 }
column = "Homework 1 (4711)"
"""


def read(folder: Path, text: str) -> Policy:
    path = folder / "course.toml"
    path.write_text(text, encoding="utf-8")
    return load_policy(NAME, path)


def test_a_policy_is_typed(tmp_path: Path) -> None:
    policy = read(tmp_path, FULL)
    assert (policy.attempts, policy.anonymous, policy.late_penalty) == ("best", True, "zero")
    assert policy.limits == Limits(seconds=2.5, cells=10)
    assert policy.due is not None
    assert policy.due.astimezone(UTC) == datetime(2027, 3, 1, 22, 59, tzinfo=UTC)
    assert policy.reveal is not None
    assert policy.reveal.astimezone(UTC) == datetime(2027, 3, 1, 14, 30, tzinfo=UTC)
    assert policy.due_for("101") == policy.due + timedelta(hours=48)
    assert policy.due_for("102") == policy.due
    assert policy.scale == {"Fail": 0.0, "Pass well": 75.5}
    assert (policy.lms, policy.roster, policy.column) == ("plain", "people.csv", "Homework 1 (4711)")
    assert policy.roster_columns == {"id": "Student number"}


def test_a_course_without_a_policy_has_the_defaults(tmp_path: Path) -> None:
    assert read(tmp_path, "") == Policy()
    assert Policy().due_for("101") is None


def test_another_assignment_has_its_own_due_time(tmp_path: Path) -> None:
    assert read(tmp_path, FULL.replace("week1_homework", "week2_homework")).due is None


def test_a_time_with_its_own_zone_keeps_it(tmp_path: Path) -> None:
    due = read(tmp_path, FULL.replace("23:59:00", "23:59:00Z")).due
    assert due == datetime(2027, 3, 1, 23, 59, tzinfo=UTC)


def test_sections_have_their_own_dates(tmp_path: Path) -> None:
    """By the group of the worksheet; the last date is the assignment's."""
    dates = "due = { A = 2027-03-01T12:00:00Z, B = 2027-03-03T12:00:00Z }\nextensions = { 7 = 1 }"
    policy = read(tmp_path, f"[grading.assignments.{NAME}]\n{dates}")
    first, last = datetime(2027, 3, 1, 12, tzinfo=UTC), datetime(2027, 3, 3, 12, tzinfo=UTC)
    assert (policy.due_for("1", "A"), policy.due_for("1", "B"), policy.due) == (first, last, last)
    assert policy.due_for("7", "A") == first + timedelta(hours=1)


def test_late_work_loses_a_percentage_for_each_period_begun(tmp_path: Path) -> None:
    policy = read(tmp_path, '[grading]\nlate_penalty = { percent = 10, per = "day", cap = 25 }')
    table = policy.late_penalty
    assert isinstance(table, LateTable)
    assert [table.penalty(50, hours * 3600) for hours in (0, 1, 24, 25, 1000)] == [0, 5, 5, 10, 12.5]


def test_a_file_that_lists_weeks_names_their_assignments(tmp_path: Path) -> None:
    weeks = f"[weeks.week1.assignments.{NAME}]\n[grading.assignments.week1_homewrk]\n"
    with pytest.raises(CatalogError, match=r"unknown assignment 'week1_homewrk'.*Did you mean 'week1_homework'"):
        read(tmp_path, weeks)


WRONG = {
    "no TOML": ("[grading", "is no TOML"),
    "no table": ("grading = 1", r"\[grading\] holds 1; expected a table"),
    "unknown": ("[grading]\nlate = 1", "unknown name 'late'"),
    "attempts": ("[grading]\nattempts = 'first'", "expected one of ask, last, best"),
    "a number": ("[grading]\ntimezone = 1", "expected a text in quotes"),
    "no flag": ("[grading]\nanonymous = 'yes'", "expected true or false"),
    "no zone": ("[grading]\ntimezone = 'Mars/Base'", "such as Europe/Berlin"),
    "no limit": ("[grading.limits]\ncells = 0", "expected a positive number"),
    "half a cell": ("[grading.limits]\ncells = 1.5", "expected a positive number"),
    "no date": (f"[grading.assignments.{NAME}]\ndue = '1.3.2027'", "a date and a time without quotes"),
    "no date of a section": (
        f"[grading.assignments.{NAME}]\ndue = {{ A = 1 }}",
        r"due\] holds A = 1; expected a date",
    ),
    "no percent": ("[grading]\nlate_penalty = { percent = 0 }", "percent = 0; expected a number above 0"),
    "no period": (
        "[grading]\nlate_penalty = { percent = 5, per = 'month' }",
        "'month'; expected one of hour, day, week",
    ),
    "a table's unknown": ("[grading]\nlate_penalty = { percents = 5 }", "'percents'.*Did you mean 'percent'"),
    "no reveal": (f"[grading.assignments.{NAME}]\nreveal = 5", "reveal = 5; expected a date and a time"),
    "no points": (
        f"[grading.assignments.{NAME}]\nscale = {{ Pass = 'half' }}",
        "the least points that the word takes",
    ),
    "no word for nothing": (f"[grading.assignments.{NAME}]\nscale = {{ Pass = 5 }}", "one word that takes 0"),
    "points twice": (
        f"[grading.assignments.{NAME}]\nscale = {{ A = 0, B = 5, C = 5 }}",
        "different points for each",
    ),
    "no platform": ("[grading]\nlms = 5", "lms = 5; expected a text in quotes"),
    "a roster's unknown": ("[grading.roster_columns]\nmails = 'x'", "'mails'.*Did you mean 'email'"),
    "no column's name": ("[grading.roster_columns]\nid = 5", "id = 5; expected id = a text"),
    "no column": (f"[grading.assignments.{NAME}]\ncolumn = 5", "column = 5; expected column = a text"),
    "no hours": (f"[grading.assignments.{NAME}]\nextensions = {{ 1 = 'long' }}", "hours, as a number"),
}


@pytest.mark.parametrize(("text", "told"), WRONG.values(), ids=list(WRONG))
def test_what_cannot_be_is_refused_by_name(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(CatalogError, match=told):
        read(tmp_path, text)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="cannot be read"):
        load_policy(NAME, tmp_path / "none.toml")


def test_a_due_time_in_quotes_is_said_with_its_line_and_how_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "course.toml"
    path.write_text(f'[grading.assignments.{NAME}]\ncolumn = "x"\ndue = "1 March 2027"\n', encoding="utf-8")
    with pytest.raises(
        CatalogError, match=r"course\.toml:3: .*due = '1 March 2027'; .* like due = 2027-03-01T23:59:00"
    ):
        load_policy(NAME, path)
