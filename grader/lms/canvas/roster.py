"""Whose a file of Canvas's download is, by the gradebook: by the number, unless the name is another person's."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from grader.errors import WorksheetError
from grader.intake.file_names import Named, ReadName
from grader.intake.late import read_date
from grader.intake.roster import MARKED, Owner, Roster, nobody_known, placed
from grader.lms.canvas.gradebook import Gradebook, Student
from grader.lms.canvas.late import lateness
from grader.lms.canvas.names import read_name, readings, squashed
from grader.model import Result, Submission
from paribus.course.policy import Policy

MISSING = "not in the gradebook: Canvas's gradebook has no row for this submission, so no grade is written there."
LATE = f"{MARKED} Canvas marks this as late. It does not say by how much, so nothing is taken off for it here."
UNCLEAR = (
    "unclear whose: by number and name in the file's name this may be the work of {who}. No grade is written for "
    "either, and a person decides."
)


def reader(gradebook: Gradebook | None) -> ReadName:
    """How Canvas names files; with a gradebook, people are called as they are there."""
    if gradebook is None:
        return read_name
    people = {student.number: student for student in gradebook.students}

    def read(path: str) -> Named | None:
        sure = _sure(path, people)
        if len(sure) == 1:
            return replace(sure[0], name=people[sure[0].number].name)
        return read_name(path)

    return read


def read_roster(gradebook: Gradebook | None, policy: Policy) -> Roster:
    """The roster of a gradebook. Canvas's own files hold no times, so nobody is late by them; what `paribus canvas
    fetch` wrote does.
    """
    if gradebook is None:
        return Roster(reveal=policy.reveal)
    times = {student.number: read_date(student.submitted, policy) for student in gradebook.students}
    return Roster(
        known=gradebook.numbers(),
        missing=MISSING,
        people={student.number: student for student in gradebook.students},
        late=lateness(gradebook, policy),
        handed_in={number: when for number, when in times.items() if when is not None} if policy.reveal else {},
        reveal=policy.reveal,
    )


def place(submissions: Iterable[Submission], roster: Roster) -> Iterator[Submission]:
    """Every submission with whose it is, and with Canvas's mark where it was late and no time says by how much."""
    people: Mapping[str, Student] = roster.people or {}
    for item in submissions:
        path = item.path.rsplit("/", 1)[-1]
        named = read_name(path)
        marked = item
        if named is not None and named.late and not (named.number in people and people[named.number].submitted):
            marked = replace(item, remarks=(*item.remarks, LATE))
        yield placed(marked, _owner(path, item.student, roster), roster)


def check_belongs(gradebook: Gradebook, placed: Iterable[Submission | Result], origin: str) -> None:
    """WorksheetError where the gradebook has nobody of those who handed in, and names are not hidden."""
    found = [item for item in placed if item.student.isdecimal()]
    if found and nobody_known(found, MISSING):
        raise WorksheetError(
            f"{origin} is another course's gradebook: none of those who handed in is in it (0 of {len(found)}). "
            "Export the gradebook of the course that the submissions are from, or leave --gradebook out."
        )


def _sure(path: str, people: Mapping[str, Student]) -> list[Named]:
    """The readings of a name in which the number's person bears the name that is before it."""
    return [
        item
        for item in readings(path)
        if item.name and item.number in people and squashed(people[item.number].name) == item.name
    ]


def _owner(path: str, student: str, roster: Roster) -> Owner:
    """The person of the number; nobody where the name is another person's in the course, or two numbers may be
    meant. A name that nobody bears is a group's, or was changed.
    """
    people: Mapping[str, Student] = roster.people or {}
    named = read_name(path)
    sure = _sure(path, people)
    if named is None or len(sure) == 1:
        return Owner((student,))
    meant = {item.number for item in sure or readings(path) if item.number in people}
    if named.name and not sure:
        meant |= {item.number for item in people.values() if squashed(item.name) == named.name}
    if len(meant) < 2:
        return Owner((student,))
    listed = tuple(sorted(meant))
    return Owner(group=student, unclear=listed, why=UNCLEAR.format(who=" or ".join(listed)))
