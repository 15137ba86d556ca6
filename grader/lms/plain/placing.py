"""Whose a file of a plain folder is, by the roster, and how late it is by the roster's times."""

from collections.abc import Iterable, Iterator

from grader.errors import WorksheetError
from grader.intake.file_names import Named, ReadName
from grader.intake.late import ON_TIME, Late, after, not_read, read_date
from grader.intake.naming import nameless
from grader.intake.roster import Owner, Roster, nobody_known, placed
from grader.lms.plain.match import Directory, Known
from grader.lms.plain.roster import Person
from grader.lms.plain.roster import Roster as Given
from grader.model import Result, Submission
from paribus.course.policy import Policy

MISSING = "not in the roster: neither folder nor file is named after anybody in it, so no grade is written."
UNCLEAR = (
    "unclear whose: the names of folder and file fit {who}. No grade is written for them, and a person decides."
)


def reader(given: Given | None) -> ReadName:
    """Whom a path names by the roster; what names nobody, or several people, goes by its folder or file."""
    if given is None:
        return _nobody
    directory = _directory(given, Policy())
    people = {person.id: person for person in given.people}

    def read(path: str) -> Named | None:
        keys, rest = directory.named_in(path)
        if len(keys) != 1:
            return None
        (key,) = keys
        return Named(people[key].name, key, file=rest)

    return read


def _directory(given: Given, policy: Policy) -> Directory:
    """The roster's people by what a name may hold."""
    known = [
        Known(key_of(person, policy), person.id if "id" in given.holds else "", person.email, person.name)
        for person in given.people
    ]
    return Directory(known, given.assignment)


def read_people(given: Given | None, policy: Policy) -> Roster:
    """What the roster and the policy say of everyone; without one nobody is missing or late."""
    if given is None:
        return Roster(reveal=policy.reveal)
    rows = {key_of(person, policy): _late(person, policy) for person in given.people}
    times = {key_of(person, policy): read_date(person.submitted, policy) for person in given.people}
    return Roster(
        known=frozenset(rows),
        missing=MISSING,
        people=_directory(given, policy),
        late=Late(
            seconds={key: late for key, late in rows.items() if isinstance(late, float) and late > 0},
            unread={key: late for key, late in rows.items() if isinstance(late, str)},
        ),
        handed_in={key: when for key, when in times.items() if when is not None} if policy.reveal else {},
        reveal=policy.reveal,
    )


def key_of(person: Person, policy: Policy) -> str:
    """What a person goes by in results."""
    return nameless(person.id) if policy.anonymous else person.id


def place(submissions: Iterable[Submission], roster: Roster) -> Iterator[Submission]:
    """Every submission with whose it is; what fits several people is nobody's."""
    for item in submissions:
        keys = roster.people.named_in(item.path)[0] if roster.people is not None else frozenset()
        owner = Owner((item.student,))
        if len(keys) > 1:
            listed = tuple(sorted(keys))
            owner = Owner(group=item.student, unclear=listed, why=UNCLEAR.format(who=" and ".join(listed)))
        yield placed(item, owner, roster)


def check_belongs(given: Given, placed: Iterable[Submission | Result], origin: str) -> None:
    """WorksheetError where the roster has nobody of those who handed in."""
    found = list(placed)
    if found and nobody_known(found, MISSING):
        nobody = (
            f"{origin} has nobody of those who handed in (0 of {len(found)} files, such as {found[0].source!r})."
        )
        if given.nameless:
            raise WorksheetError(
                f"{nobody} {given.nameless} Add a column name with everyone's full name, or say in course.toml "
                'which one it is: name = "…" under [grading.roster_columns].'
            )
        raise WorksheetError(
            f"{nobody} Name files or folders by identifier, mail or full name as the roster has them, or give this "
            "class's roster with --roster."
        )


def _nobody(path: str) -> Named | None:
    return None


def _late(person: Person, policy: Policy) -> float | str:
    """The seconds after the time at which a person's work was due, or why they are not known."""
    due = policy.due_for(person.id, person.section)
    if due is None or person.submitted in ("", "-"):
        return 0.0
    if policy.sections and person.section not in policy.sections:
        return (
            f"late: the roster's section {person.section!r} is no section under due in course.toml "
            f"({', '.join(policy.sections)}), {ON_TIME}"
        )
    when = read_date(person.submitted, policy)
    return not_read(person.submitted, (), "roster") if when is None else max(0.0, after(when, due))
