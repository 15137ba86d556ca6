"""Whose work each submission is, by Moodle's worksheet: who is not in it, teams, late work."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from grader.errors import WorksheetError
from grader.intake.file_names import Named
from grader.intake.inbox import read
from grader.intake.roster import Roster, placed
from grader.lms.moodle.late import handed_in, lateness
from grader.lms.moodle.names import read_name
from grader.lms.moodle.owners import read_people, whose
from grader.lms.moodle.status import read_status
from grader.lms.moodle.worksheet import Worksheet
from grader.model import Result, Submission
from paribus.course.policy import Policy

MISSING = "not in the worksheet: Moodle's worksheet has no row for this submission, so no grade is written there."
NO_TEAMS: Mapping[str, Any] = {"group_of": {}, "members": {}, "apart": frozenset()}
"""What a column of groups says of teams where the course gives its groups dates as sections."""


def read_roster(worksheet: Worksheet | None, policy: Policy) -> Roster:
    """The roster of a worksheet; without one nobody is missing, late or in a team."""
    if worksheet is None:
        return Roster(reveal=policy.reveal)
    people = read_people(worksheet)
    return Roster(
        known=frozenset(people.names),
        missing=MISSING,
        people=replace(people, **NO_TEAMS) if policy.sections else people,
        late=lateness(worksheet, policy),
        drafts=frozenset(
            student.number
            for student in worksheet.students
            if read_status(student.status, worksheet.languages).draft
        ),
        handed_in=handed_in(worksheet, policy) if policy.reveal is not None else {},
        reveal=policy.reveal,
    )


def with_roster(submissions: Iterable[Submission], roster: Roster) -> Iterator[Submission]:
    """Every submission with what the roster says of it; a team's file once, however many copies Moodle packed.

    All names are looked at before the first is given: the others show whether numbers are students' or groups'.
    """
    listed = deque(submissions)
    owners = whose([(item.student, _folder(item)) for item in listed], roster.people)
    seen: set[tuple[str, str]] = set()
    for owner in owners:
        unread = listed.popleft()  # a class of thousands is not kept while it is graded
        item = read(unread) if owner.team else unread
        if owner.team:
            if (owner.team, item.sha256) in seen and not item.problem:
                continue
            seen.add((owner.team, item.sha256))
        yield placed(item, owner, roster)


def check_belongs(worksheet: Worksheet, placed: Iterable[Submission | Result], origin: str) -> None:
    """WorksheetError where the worksheet has a row for nobody who handed in: Moodle numbers people anew in every
    assignment, so it is another one's. ``placed`` are submissions as `with_roster` gives them, or results.
    """
    names = {student.name for student in worksheet.students} - {""}
    numbers = agree = 0
    for item in placed:
        if MISSING not in item.remarks:
            return
        numbers += item.student.isdecimal()
        agree += item.name in names
    if numbers:
        told = f", although names are ({agree} of {numbers})" if agree else ""
        raise WorksheetError(
            f"{origin} is another assignment's worksheet: none of the submissions' identifiers is in it (0 of "
            f"{numbers}){told}. Download the grading worksheet of the assignment that the submissions are from, or "
            "leave --worksheet out."
        )


def _folder(item: Submission) -> Named | None:
    """The name that Moodle gave what holds a submission; None where it is no zip of Moodle's."""
    parts = item.path.split("/")
    for place in range(len(parts)):
        found = read_name("/".join(parts[place:]))
        if found is not None:
            return found if found.number in ("", item.student) else None
    return None
