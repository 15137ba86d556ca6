"""When work was handed in, by Moodle's worksheet in several languages, and what lateness costs."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from nbgrader.plugins import LateSubmissionPlugin

from grader.errors import GraderError
from grader.gradebook.penalty import penalty_of
from grader.intake.late import Late, late_remark, read_date
from grader.lms.moodle.late import lateness
from grader.lms.moodle.roster import read_roster
from grader.lms.moodle.worksheet import Worksheet, read_worksheet
from paribus.course.policy import LateTable, Policy
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
    found = lateness(sheet, POLICY)
    assert found.seconds == {"102": 5460.0}
    words = (
        "late: the date 'soon after noon' in the worksheet could not be read, so this counts as handed in on time."
    )
    assert found.unread == {"105": words}
    assert lateness(sheet, replace(POLICY, due=None)) == Late()


def test_a_date_that_reads_as_two_is_nobodys_fault() -> None:
    rows = ["101,Ada,,28,03/04/2027 01:30,-,", "102,Bob,,28,04/04/2027 01:30,-,"]
    found = lateness(sheet_of(*rows), POLICY)
    assert list(found.seconds) == ["102"]
    assert "reads as 2027-03-04 01:30 and as 2027-04-03 01:30, so this counts as" in found.unread["101"]


def test_the_seconds_are_those_that_passed_when_the_clocks_are_changed() -> None:
    """Two times of one zone are otherwise compared by their clocks. An hour that comes twice is its first."""
    spring = replace(POLICY, due=read_date("2027-03-28 01:30", POLICY))
    assert lateness(sheet_of("101,Ada,,28,2027-03-28 03:30,-,"), spring).seconds == {"101": 3600.0}
    autumn = replace(POLICY, due=read_date("2027-10-31 02:00", POLICY))
    assert lateness(sheet_of("101,Ada,,28,2027-10-31 02:30,-,"), autumn).seconds == {"101": 1800.0}


def sheet_of(*rows: str) -> Worksheet:
    return read_worksheet("\n".join([HEADER, *(f"Participant {row}" for row in rows), ""]).encode())


MOODLES = (
    'Identifier,"Full name",Status,"Allow submissions from","Due date","Cut-off date",Grade,"Maximum grade",'
    '"Last modified (submission)","Last modified (grade)","Feedback comments"'
)
ON_THE_SECOND = '"Tuesday, 2 March 2027, 1:30 AM"'
USUAL = '"Monday, 1 March 2027, 11:59 PM"'


def moodles(*rows: tuple[str, str, str]) -> Worksheet:
    """A worksheet of Moodle's: Status, Due date and time of each student."""
    lines = [
        f'"Participant {number}",Ann,"{status}",,{due},,,28.00,{when},-,'
        for number, (status, due, when) in enumerate(rows, 101)
    ]
    return read_worksheet("\n".join([MOODLES, *lines, ""]).encode())


def test_the_latest_of_courses_and_moodles_due_times_counts() -> None:
    """Moodle's extension, and its due time where it is this student's alone; what most have is the assignment's."""
    granted = "Submitted for grading - Extension granted until: Wednesday, 3 March 2027, 11:59 PM"
    too_short = "Submitted for grading - Extension granted until: Tuesday, 2 March 2027, 1:00 AM"
    late = "Submitted for grading - 1 hour 31 mins late"
    sheet = moodles(
        (late, USUAL, ON_THE_SECOND), (granted, USUAL, ON_THE_SECOND), (too_short, USUAL, ON_THE_SECOND),
        (late, '"Friday, 5 March 2027, 11:59 PM"', ON_THE_SECOND), (late, "someday", ON_THE_SECOND),
    )  # fmt: skip
    found = lateness(sheet, replace(POLICY, extensions={}))
    assert found.seconds == {"101": 5460.0, "103": 1800.0, "105": 5460.0}
    assert found.extended == {"102", "104"}
    assert found.unread == {}


def test_an_extension_that_cannot_be_read_costs_nothing_unless_the_course_speaks_of_it() -> None:
    spoken = "Submitted for grading - Extended to: Wed 3/4/2027 23:59"
    sheet = moodles((spoken, USUAL, ON_THE_SECOND), (spoken, USUAL, '"Monday, 1 March 2027, 11:00 PM"'))
    found = lateness(sheet, replace(POLICY, extensions={}))
    assert found.seconds == {}
    assert list(found.unread) == ["101"]
    assert "an extension that could not be read ('Extended to: Wed 3/4/2027 23:59')" in found.unread["101"]
    assert lateness(sheet, replace(POLICY, extensions={"101": timedelta(hours=1)})).seconds == {"101": 1860.0}


def test_where_moodle_says_late_and_we_do_not_or_the_other_way_round_is_known() -> None:
    sheet = moodles(
        ("Submitted for grading", USUAL, ON_THE_SECOND),
        ("Submitted for grading - Graded", USUAL, ON_THE_SECOND),
        ("Submitted for grading - 3 mins late - Graded", USUAL, '"Monday, 1 March 2027, 10:00 PM"'),
        ("Submitted for grading - 1 hour 31 mins late", USUAL, ON_THE_SECOND),
        ("Submitted for grading", USUAL, '"Monday, 1 March 2027, 10:00 PM"'),
    )
    found = lateness(sheet, replace(POLICY, extensions={}))
    assert (sorted(found.late_here), sorted(found.late_there)) == (["101", "102"], ["103"])


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

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> Any:
        return total_seconds_late // 3600


class Broken(LateSubmissionPlugin):  # type: ignore[misc]  # nbgrader ships no types
    """One that gives no number."""

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> Any:
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


def test_a_table_of_the_courses_says_what_a_day_costs() -> None:
    result = replace(careful_result(), late=90_000.0)
    assert penalty_of(result, LateTable(10, "day")) == pytest.approx(result.score * 0.2)
    assert penalty_of(replace(result, late=0.0), LateTable(10, "day")) == 0


def test_a_section_s_work_is_due_at_its_own_time() -> None:
    """The column of groups then holds sections, and nobody becomes a team by it."""
    policy = replace(POLICY, sections={"A": DUE, "B": DUE + timedelta(days=2)}, due=DUE + timedelta(days=2))
    header = HEADER.replace("Full name,", "Full name,Group,")
    rows = [
        "101,Ada,A,,28,2027-03-02 12:00,-,",
        "102,Bob,B,,28,2027-03-02 12:00,-,",
        "104,Dee,C,,28,2027-03-02 12:00,-,",
    ]
    sheet = read_worksheet("\n".join([header, *(f"Participant {row}" for row in rows), ""]).encode())
    found = lateness(sheet, policy)
    assert set(found.seconds) == {"101"}
    assert "group 'C' is no section under due in course.toml (A, B)" in found.unread["104"]
    people = read_roster(sheet, policy).people
    assert people is not None
    assert people.members == {}
