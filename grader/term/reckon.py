"""From what everybody got in each assignment to the grade of the term. Values in, values out; no files.

Within a part every result counts alike, as a share of its points; the part is their mean, without the lowest that
course.toml drops. The grade is the mean of the parts by their weights. It is final where nothing is open; before
that, ``so_far`` is the mean of what is known.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from grader.errors import TermError
from grader.lms.grades import Grade, Graded
from grader.term.late_days import Covered, LateWork, spend
from grader.term.outside import Outside
from grader.term.people import Person, folded, index_of
from paribus.course.term import TermPlan

MISSING, NOT_TAKEN = "Nothing was handed in.", "Not taken."


@dataclass(frozen=True)
class Item:
    """One result of one person. ``share`` is of the most points, after lateness; None while it is open.

    ``days`` are the late days of the bank that it took, ``penalty`` the points that lateness costs all the same.
    ``note`` says in words what is special about it.
    """

    name: str
    title: str
    part: str
    share: float | None
    points: float = 0.0
    maximum: float = 0.0
    late: float = 0.0
    days: int = 0
    penalty: float = 0.0
    excused: bool = False
    dropped: bool = False
    note: str = ""

    @property
    def done(self) -> bool:
        """Whether something was handed in or taken, and its points are known."""
        return self.share is not None and self.note not in (MISSING, NOT_TAKEN)

    @property
    def counts(self) -> bool:
        """Whether it enters the grade."""
        return self.share is not None and not self.excused and not self.dropped


@dataclass(frozen=True)
class Line:
    """One person's term: every item, each part's share, the share so far, and the final one once nothing is open.

    Shares are from 0 to 1. ``waiting`` says what is open.
    """

    person: Person
    items: tuple[Item, ...]
    parts: Mapping[str, float] = field(default_factory=dict)
    so_far: float | None = None
    grade: float | None = None
    waiting: tuple[str, ...] = ()

    @property
    def days(self) -> int:
        """The late days that were spent."""
        return sum(item.days for item in self.items)


def reckon(
    plan: TermPlan, weeks: Sequence[Graded], people: Sequence[Person], outside: Mapping[str, Outside]
) -> tuple[Line, ...]:
    """Everybody's line. ``weeks`` are in the order of the course, ``outside`` are tables by part.

    TermError where an excuse or points of course.toml name nobody, or more points than there are.
    """
    index = index_of(people)
    excused = {name: _places(index, words, "excused", name) for name, words in plan.excused.items()}
    given = {
        name: dict(zip(_places(index, list(points), "points", name), points.values(), strict=True))
        for name, points in plan.points.items()
    }
    lines = []
    for place, person in enumerate(people):
        free = {name for name, places in excused.items() if place in places}
        mine = {name: points[place] for name, points in given.items() if place in points}
        items = [*_graded(plan, weeks, person, free | mine.keys()), *_columns(plan, outside, place)]
        items = [replace(_replaced(item, mine.get(item.name)), excused=item.name in free) for item in items]
        lines.append(line_of(plan, person, items))
    return tuple(lines)


def line_of(plan: TermPlan, person: Person, items: Sequence[Item]) -> Line:
    """A person's parts and grade from the items."""
    counted = [item for part in plan.weights for item in without_lowest(plan, part, items)]
    waiting = [person.unclear] if person.unclear else []
    parts = {}
    for part in plan.weights:
        mine = [item for item in counted if item.part == part]
        shares = [item.share for item in mine if item.counts and item.share is not None]
        if shares:
            parts[part] = math.fsum(shares) / len(shares)
        if not mine:
            waiting.append(f"Nothing of {part} has come yet.")
        waiting += [f"{item.title}: {item.note}" for item in mine if item.share is None and not item.excused]
    so_far = None if person.unclear else weighed(plan.weights, parts)
    order = {item.name: place for place, item in enumerate(items)}
    return Line(
        person,
        tuple(sorted(counted, key=lambda item: order[item.name])),
        parts,
        so_far,
        None if waiting else so_far,
        tuple(waiting),
    )


def weighed(weights: Mapping[str, float], parts: Mapping[str, float]) -> float | None:
    """The mean of the parts by their weights, of those that are known; None where none is."""
    total = math.fsum(weights[part] for part in parts)
    if not parts:
        return None
    mean = math.fsum(weights[part] * share for part, share in parts.items()) / total
    return min(max(mean, min(parts.values())), max(parts.values()))


def without_lowest(plan: TermPlan, part: str, items: Sequence[Item]) -> list[Item]:
    """A part's items, the lowest of them marked as dropped; one at least is left."""
    mine = [item for item in items if item.part == part]
    known = sorted(
        (place for place, item in enumerate(mine) if item.counts), key=lambda place: (mine[place].share, place)
    )
    lowest = set(known[: min(plan.drop.get(part, 0), max(0, len(known) - 1))])
    return [replace(item, dropped=place in lowest) for place, item in enumerate(mine)]


def _graded(plan: TermPlan, weeks: Sequence[Graded], person: Person, without: set[str]) -> list[Item]:
    """A person's assignments, with what the bank of late days gives to all but those ``without``."""
    late = {
        week.assignment: LateWork(person.called, grade.score, grade.late, week.late_penalty)
        for week in weeks
        if week.assignment not in without
        if (grade := person.grades.get(week.assignment)) is not None and grade.late
    }
    covered = dict(zip(late, spend(plan.late_days, list(late.values())), strict=True))
    return [
        _item(plan.part_of(week.assignment), week, person.grades.get(week.assignment), covered.get(week.assignment))
        for week in weeks
    ]


def _item(part: str, week: Graded, grade: Grade | None, covered: Covered | None) -> Item:
    item = Item(week.assignment, week.title, part, 0.0, maximum=week.maximum, note=MISSING)
    if grade is None:
        if not week.whole:
            return item
        return replace(
            item, share=None, note="Not in the class's list for this assignment. Excuse them, or say who they are."
        )
    if not grade.handed_in:
        return item
    covered = covered or Covered(0, 0.0)
    points = max(0.0, grade.score - covered.penalty)
    share = points / grade.maximum if grade.maximum else 0.0
    return replace(
        item, share=None if grade.waiting else min(share, 1.0), points=points, late=grade.late, days=covered.days,
        maximum=grade.maximum or week.maximum, penalty=covered.penalty, note=grade.waiting,
    )  # fmt: skip


def _columns(plan: TermPlan, outside: Mapping[str, Outside], place: int) -> list[Item]:
    found = []
    for part, columns in plan.columns.items():
        for column, most in columns.items() if part in outside else ():
            item = Item(column, column, part, None, maximum=most)
            points = outside[part].points[column]
            if place not in points:
                found.append(replace(item, note="No row of the table is theirs."))
            elif (got := points[place]) is None:
                found.append(replace(item, share=0.0, note=NOT_TAKEN))
            else:
                found.append(replace(item, share=got / most, points=got))
    return found


def _replaced(item: Item, points: float | None) -> Item:
    """An item with the points that course.toml gives, where it does."""
    if points is None:
        return item
    if points > item.maximum:
        raise TermError(
            f"course.toml, [term.points]: {item.name} has {points:g} points for somebody; it has {item.maximum:g} "
            "at most."
        )
    share = points / item.maximum if item.maximum else 0.0
    return replace(item, share=share, points=points, days=0, penalty=0.0, note="A person gave these points.")


def _places(index: Mapping[str, Sequence[int]], words: Sequence[str], table: str, item: str) -> list[int]:
    for word in words:
        if len(index.get(folded(word), ())) != 1:
            raise TermError(
                f"course.toml, [term.{table}]: {item} names {word!r}, and that is nobody's number, e-mail address "
                "or full name in the graded folders, or it is several people's."
            )
    return [index[folded(word)][0] for word in words]
