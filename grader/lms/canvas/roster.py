"""Whose a file of Canvas's download is, by the gradebook: by the number, unless the name is another person's."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from grader.errors import WorksheetError
from grader.intake.roster import MARKED, Owner, Roster, nobody_known, placed
from grader.lms.canvas.gradebook import Gradebook, Student
from grader.lms.canvas.names import read_name, readings, squashed
from grader.lms.names import Named, ReadName
from grader.model import Result, Submission
from paribus.course.policy import Policy

MISSING = "not in the gradebook: Canvas's gradebook has no row for this submission, so no grade is written there."
LATE = f"{MARKED} Canvas marks this as late. It does not say by how much, so nothing is taken off for it here."
UNCLEAR = (
    "unclear whose: Canvas's number in the file's name is {number}'s, and the name is {others}'s. No grade is "
    "written for either, and a person decides."
)


def reader(gradebook: Gradebook | None) -> ReadName:
    """How Canvas names files; with a gradebook, people are called as they are there."""
    if gradebook is None:
        return read_name
    people = {student.number: student for student in gradebook.students}

    def read(path: str) -> Named | None:
        found = [item for item in readings(path) if _is_named(item, people)]
        named = found[0] if found else read_name(path)
        return replace(named, name=people[named.number].name) if named is not None and found else named

    return read


def read_roster(gradebook: Gradebook | None, policy: Policy) -> Roster:
    """The roster of a gradebook. Canvas's files hold no times, so nobody is late by them."""
    if gradebook is None:
        return Roster(reveal=policy.reveal)
    return Roster(
        known=gradebook.numbers(),
        missing=MISSING,
        people={student.number: student for student in gradebook.students},
        reveal=policy.reveal,
    )


def place(submissions: Iterable[Submission], roster: Roster) -> Iterator[Submission]:
    """Every submission with whose it is, and with Canvas's mark where it was late."""
    for item in submissions:
        path = item.path.rsplit("/", 1)[-1]
        named = read_name(path)
        marked = replace(item, remarks=(*item.remarks, LATE)) if named is not None and named.late else item
        yield placed(marked, _owner(path, item.student, roster), roster)


def check_belongs(gradebook: Gradebook, placed: Iterable[Submission | Result], origin: str) -> None:
    """WorksheetError where the gradebook has nobody of those who handed in, and names are not hidden."""
    found = [item for item in placed if item.student.isdecimal()]
    if found and nobody_known(found, MISSING):
        raise WorksheetError(
            f"{origin} is another course's gradebook: none of those who handed in is in it (0 of {len(found)}). "
            "Export the gradebook of the course that the submissions are from, or leave --gradebook out."
        )


def _is_named(named: Named, people: dict[str, Student]) -> bool:
    student = people.get(named.number)
    return student is not None and squashed(student.name) == named.name


def _owner(path: str, student: str, roster: Roster) -> Owner:
    """The person of the number; nobody where the name is another person's in the course. A name that nobody bears
    is a group's, or was changed.
    """
    people = roster.people or {}
    named = read_name(path)
    if named is None or student not in people or any(_is_named(item, people) for item in readings(path)):
        return Owner((student,))
    others = [item.number for item in people.values() if named.name and squashed(item.name) == named.name]
    if not others:
        return Owner((student,))
    words = UNCLEAR.format(number=people[student].name, others=people[others[0]].name)
    return Owner(group=student, unclear=(student, *others), why=words)
