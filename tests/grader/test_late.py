"""When work was handed in, by Moodle's worksheet in several languages, and what lateness costs."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from nbgrader.plugins import LateSubmissionPlugin

from course.policy import Policy
from grader.errors import GraderError
from grader.gradebook.penalty import penalty_of
from grader.intake.late import late_remark, lateness, read_date
from grader.intake.worksheet import read_worksheet
from tests.grader.classroom import careful_result

DUE = datetime(2027, 3, 1, 22, 59, tzinfo=UTC)
POLICY = Policy(timezone="Europe/Berlin", due=DUE, extensions={"103": timedelta(hours=24)})
HEADER = (
    "Identifier,Full name,Grade,Maximum grade,Last modified (submission),Last modified (grade),Feedback comments"
)


@pytest.mark.parametrize(
    "text",
    [
        "Tuesday, 2 March 2027, 1:30 AM",
        "Dienstag, 2. März 2027, 01:30",
        "mardi 2 mars 2027, 01:30",
        "martes, 2 de marzo de 2027, 01:30",
        "вторник, 2 марта 2027, 01:30",
        "2027-03-02 01:30:00",
        "2027-03-02 01:30",
        "02.03.2027 01:30",
        "March 2, 2027, 1:30 AM",
    ],
)
def test_a_date_of_moodles_is_read_in_the_courses_zone(text: str) -> None:
    when = read_date(text, POLICY)
    assert when is not None
    assert when.astimezone(UTC) == datetime(2027, 3, 2, 0, 30, tzinfo=UTC)


def test_the_course_may_name_the_format() -> None:
    policy = replace(POLICY, date_format="%m/%d/%y %H.%M")
    assert read_date("03/02/27 01.30", policy) is not None
    assert read_date("2027-03-02 01:30", policy) is None


@pytest.mark.parametrize("text", ["yesterday", "32 March 2027, 1:30 AM", "2 2 2", "", "\ud800"])
def test_what_is_no_date_is_none(text: str) -> None:
    assert read_date(text, POLICY) is None


def test_lateness_by_student() -> None:
    """On time, late, late within an extension, never handed in, and a date that nobody can read."""
    rows = ["101,Ada,,28,2027-03-01 23:59,-,", "102,Bob,,28,2027-03-02 01:30,-,", "103,Cem,,28,2027-03-02 01:30,-,",
            "104,Dee,,28,-,-,", "105,Eve,,28,soon after noon,-,"]  # fmt: skip
    sheet = read_worksheet("\n".join([HEADER, *(f"Participant {row}" for row in rows), ""]).encode())
    assert lateness(sheet, POLICY) == {"102": 5460.0, "105": "soon after noon"}
    assert lateness(sheet, replace(POLICY, due=None)) == {}


def test_the_words_for_lateness() -> None:
    assert late_remark(5460.0) == "late: handed in 1 h 31 min after the time at which it was due."
    assert "2 d 5 min" in late_remark(2 * 86_400 + 300.0)


def test_nbgraders_plugins_say_what_it_costs() -> None:
    late = careful_result(late=5460.0)
    assert penalty_of(late, "none") == 0.0
    assert penalty_of(late, "zero") == late.score
    assert penalty_of(careful_result(), "zero") == 0.0
    assert penalty_of(late, "tests.grader.test_late:OnePointAnHour") == 1.0


class OnePointAnHour(LateSubmissionPlugin):  # type: ignore[misc]  # nbgrader ships no types
    """A course's own."""

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> Any:  # noqa: ANN401
        return total_seconds_late // 3600


class Broken(LateSubmissionPlugin):  # type: ignore[misc]  # nbgrader ships no types
    """One that gives no number."""

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> Any:  # noqa: ANN401
        return "all"


@pytest.mark.parametrize(
    ("method", "told"),
    [
        ("half", "cannot be loaded"),
        ("no.such:Plugin", "cannot be loaded"),
        ("pathlib:Path", "is no late submission plugin"),
        ("tests.grader.test_late:Broken", "gave 'all'"),
    ],
)
def test_a_plugin_that_is_none_is_refused(method: str, told: str) -> None:
    with pytest.raises(GraderError, match=told):
        penalty_of(careful_result(late=1.0), method)
