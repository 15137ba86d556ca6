"""[grading] of course.toml: what it says is typed, and what it cannot say is refused with the entry's name."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from course.errors import CatalogError
from course.policy import Limits, Policy, load_policy

NAME = "week1_homework"
FULL = """
[grading]
timezone = "Europe/Berlin"
date_format = "%d.%m.%Y %H:%M"
attempts = "best"
anonymous = true
late_penalty = "zero"

[grading.limits]
seconds = 2.5
cells = 10

[grading.assignments.week1_homework]
due = 2027-03-01T23:59:00
reveal = 2027-03-01T15:30:00
extensions = { 101 = 48 }
scale = { "Fail" = 0, "Pass  well" = 75.5 }
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


def test_a_course_without_a_policy_has_the_defaults(tmp_path: Path) -> None:
    assert read(tmp_path, "") == Policy()
    assert Policy().due_for("101") is None
    assert load_policy(NAME) == load_policy(NAME)


def test_another_assignment_has_its_own_due_time(tmp_path: Path) -> None:
    assert read(tmp_path, FULL.replace("week1_homework", "week2_homework")).due is None


def test_a_time_with_its_own_zone_keeps_it(tmp_path: Path) -> None:
    due = read(tmp_path, FULL.replace("23:59:00", "23:59:00Z")).due
    assert due == datetime(2027, 3, 1, 23, 59, tzinfo=UTC)


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
    "no hours": (f"[grading.assignments.{NAME}]\nextensions = {{ 1 = 'long' }}", "hours, as a number"),
}


@pytest.mark.parametrize(("text", "told"), WRONG.values(), ids=list(WRONG))
def test_what_cannot_be_is_refused_by_name(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(CatalogError, match=told):
        read(tmp_path, text)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match="cannot be read"):
        load_policy(NAME, tmp_path / "none.toml")
