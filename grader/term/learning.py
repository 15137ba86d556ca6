"""What a class learns over a term: who slips, which checks it does not learn, what a student improved.

A check counts where it was decided. A share of misses is over all decided cells of all who handed in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from grader.lms.grades import CheckCount, Graded
from grader.term.people import Person
from grader.term.reckon import Line

SLIP = 0.10
"""A fall against the class's median by so large a share of an assignment's points is told."""
OFTEN = 0.20
"""A check that so large a share misses, no less than at first, is not learned."""


@dataclass(frozen=True)
class Slip:
    """Somebody whose work falls behind. ``fall`` is the change against the class's median, as a share; None where
    nothing was handed in lately. ``missing`` are the titles of what was not.
    """

    line: Line
    fall: float | None
    missing: tuple[str, ...]


@dataclass(frozen=True)
class CheckTerm:
    """One check over the term: the share that missed it by assignment, None where it was not asked; whether the
    class does not learn it; and how often it was missed in all.
    """

    check: str
    missed: tuple[float | None, ...]
    not_learned: bool
    total: float


@dataclass(frozen=True)
class Change:
    """How one person did on a check: met and decided, in the first and in the last assignment that asked it."""

    check: str
    first: CheckCount
    last: CheckCount
    since: str
    until: str


def slips(lines: Sequence[Line], weeks: Sequence[Graded]) -> tuple[Slip, ...]:
    """Who falls behind the class, the largest fall first; then who handed in nothing in the last assignment."""
    names = [week.assignment for week in weeks]
    shares = {name: [share for line in lines if (share := _share(line, name)) is not None] for name in names}
    middle = {name: median(known) for name, known in shares.items() if known}
    found = []
    for line in lines:
        mine = {item.name: item for item in line.items if item.name in names and not item.excused}
        against = [share - middle[name] for name in names if (share := _share(line, name)) is not None]
        missing = tuple(item.title for item in mine.values() if item.share is not None and not item.done)
        last = mine.get(names[-1]) if names else None
        gone = last is not None and last.title in missing and len(missing) < len(mine)
        fall = against[-1] - fmean(against[:-1]) if len(against) > 1 and not gone else None
        if gone or (fall is not None and fall <= -SLIP + 1e-9):
            found.append(Slip(line, fall, missing))
    return tuple(sorted(found, key=lambda one: (one.fall is None, one.fall or 0.0)))


def _share(line: Line, name: str) -> float | None:
    """A person's share of one assignment's points, None where nothing was handed in or it is open."""
    return next((item.share for item in line.items if item.name == name and item.done and not item.excused), None)


def checks_of(people: Sequence[Person], weeks: Sequence[Graded]) -> tuple[CheckTerm, ...]:
    """Every check over the term: those that are not learned first, and then those that are missed most."""
    names = sorted({check for person in people for grade in person.grades.values() for check in grade.checks})
    found = []
    for name in names:
        counts = [_sum(_tables(people, week), name) for week in weeks]
        shares = [_missed(count) for count in counts]
        asked = [share for share in shares if share is not None]
        not_learned = len(asked) > 1 and asked[-1] >= OFTEN and asked[-1] >= asked[0]
        total = _missed(CheckCount(sum(one.met for one in counts), sum(one.missed for one in counts)))
        if total is not None:
            found.append(CheckTerm(name, tuple(shares), not_learned, total))
    return tuple(sorted(found, key=lambda one: (not one.not_learned, -one.total, one.check)))


def heat_of(person: Person, check: str) -> CheckCount:
    """How often a person met and missed a check over the term."""
    return _sum([grade.checks for grade in person.grades.values()], check)


def changes_of(person: Person, weeks: Sequence[Graded]) -> tuple[Change, ...]:
    """How a person's checks went between the first and the last assignment that asked and decided them."""
    found = []
    titles = {week.assignment: week.title for week in weeks}
    names = sorted({check for grade in person.grades.values() for check in grade.checks})
    for name in names:
        asked = [
            (titles[week.assignment], count)
            for week in weeks
            if week.assignment in person.grades
            and (count := person.grades[week.assignment].checks.get(name)) is not None
            and count.met + count.missed
        ]
        if asked:
            found.append(Change(name, asked[0][1], asked[-1][1], asked[0][0], asked[-1][0]))
    return tuple(found)


def improved(change: Change) -> bool:
    """Whether something was missed at first, and nothing was in another assignment at last."""
    return change.since != change.until and bool(change.first.missed) and not change.last.missed


def _tables(people: Sequence[Person], week: Graded) -> list[Mapping[str, CheckCount]]:
    return [one.grades[week.assignment].checks for one in people if week.assignment in one.grades]


def _sum(tables: Sequence[Mapping[str, CheckCount]], name: str) -> CheckCount:
    counts = [table[name] for table in tables if name in table]
    return CheckCount(
        sum(one.met for one in counts), sum(one.missed for one in counts), sum(one.open for one in counts)
    )


def _missed(count: CheckCount) -> float | None:
    decided = count.met + count.missed
    return count.missed / decided if decided else None
