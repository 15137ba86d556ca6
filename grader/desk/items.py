"""What a person may decide of one submission, and what it then gets: pure functions over results and decisions.

An item is one check's points of one cell, or the points that only a person gives. It is open where the check
came to no verdict. Every other check's item can be decided as well: that overturns the verdict.
"""

import functools
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from grader.gradebook.scores import EVIDENCE, OPEN, TOLERANCE, Slot, manual_points
from grader.model import Outcome, Result, Verdict
from paribus.course.assignment import Assignment, Cell, Role
from paribus.course.rubric import RubricLine, rubric_score

MANUAL = "person"
"""The name of the item with the points that no check is about."""


@dataclass(frozen=True)
class Item:
    """Something of a submission that a person may decide. ``verdict`` is None for the manual points.

    ``asked`` is the digest of the question and its points, ``answered`` of the answer: a decision holds where both
    are what they were when it was made. ``says_little`` is set where a person looks at the answer first.
    """

    submission: str
    cell: str
    name: str
    points: float
    verdict: Verdict | None
    asked: str
    answered: str
    says_little: bool = False

    @property
    def open(self) -> bool:
        """Whether it waits for a person, as far as the checks are concerned."""
        return self.verdict is None or self.verdict.outcome in OPEN

    @property
    def automatic(self) -> float:
        """The points that it has without a person."""
        return self.points if self.verdict is not None and self.verdict.outcome is Outcome.PASSED else 0.0

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it from every other one of the batch."""
        return self.submission, self.cell, self.name


@dataclass(frozen=True)
class Decision:
    """What somebody decided of an item: ``points``, or, where there are any, the rubric's ``lines`` (their keys).

    ``number`` is its place in the store's log. ``at`` is ISO 8601. ``asked`` and ``answered`` are the item's at
    that moment, and ``word`` what the grader said: "passed", "failed", "undecided", or a proposal that was
    confirmed or not as "proposed passed". ``blind`` decisions were made without that word; they give no points.
    What was decided with one key press, of several equal answers, shares its ``request``.
    """

    number: int
    submission: str
    cell: str
    item: str
    points: float | None
    lines: tuple[str, ...] = ()
    comment: str = ""
    grader: str = ""
    at: str = ""
    asked: str = ""
    answered: str = ""
    word: str = ""
    blind: bool = False
    request: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """The item's."""
        return self.submission, self.cell, self.item

    @property
    def withdrawn(self) -> bool:
        """Whether it takes an earlier one back."""
        return self.points is None and not self.lines


@dataclass(frozen=True)
class SlotGrade:
    """What decisions make of one of nbgrader's grade cells: its whole score, what people wrote, the rubric's
    lines.
    """

    grade_id: str
    score: float
    comment: str = ""
    lines: tuple[RubricLine, ...] = ()


@dataclass(frozen=True)
class Work:
    """One submission at the desk: its result, what may be decided of it, and nbgrader's cells for it."""

    result: Result
    assignment: Assignment
    items: tuple[Item, ...]
    slots: tuple[Slot, ...] = ()

    def of_cell(self, cell: str) -> tuple[Item, ...]:
        """The items of one cell."""
        return tuple(item for item in self.items if item.cell == cell)

    def released(self, cell: str) -> Cell | None:
        """The cell as it was released; None where this release has none of this key."""
        return self._cells.get(cell)

    @cached_property
    def _cells(self) -> Mapping[str, Cell]:
        return {cell.key: cell for cell in self.assignment.cells}

    @cached_property
    def _tests(self) -> Mapping[str, str]:
        """The cell in which nbgrader grades each task."""
        return {cell.grades: cell.key for cell in self.assignment.cells if cell.role is Role.TESTS and cell.grades}

    @cached_property
    def by_slot(self) -> Mapping[str, tuple[Item, ...]]:
        """The items by the cell in which nbgrader grades them."""
        found: dict[str, list[Item]] = {}
        for item in self.items:
            found.setdefault(self._tests.get(item.cell, item.cell), []).append(item)
        return {key: tuple(items) for key, items in found.items()}

    @cached_property
    def grade_ids(self) -> Mapping[tuple[str, str, str], str]:
        """Nbgrader's cell that holds each item's points, by the item's key; one that the release lacks is left
        out.
        """
        return {item.key: slot.grade_id for slot in self.slots for item in _items_of_slot(self, slot)}


def items_of(result: Result, assignment: Assignment, answers: Mapping[str, str]) -> tuple[Item, ...]:
    """Every item of a result. ``answers`` are the answers' digests by the key of nbgrader's cell.

    Where nothing is known of an answer, the file's own digest is used: any change of the file asks again.
    """
    found: list[Item] = []
    cells = {cell.key: cell for cell in assignment.cells}
    for cell in result.cells:
        released = cells.get(cell.key)
        answered = answers.get(cell.key) or answers.get(cell.key + EVIDENCE) or result.sha256
        little = bool(cell.says_little)
        for verdict in cell.verdicts:
            if verdict.points:
                asked = _asked(released.source if released else "", cell.key, verdict.check, verdict.points)
                found.append(
                    Item(
                        result.submission, cell.key, verdict.check, verdict.points, verdict, asked, answered, little
                    )
                )
        if (points := manual_points(cell)) > TOLERANCE:
            asked = _asked(released.source if released else "", cell.key, MANUAL, points)
            found.append(Item(result.submission, cell.key, MANUAL, points, None, asked, answered, little))
    return tuple(found)


def points_of(decision: Decision, item: Item, cell: Cell | None) -> float:
    """What a decision gives now: with rubric lines, as the rubric counts them today; never more than there are."""
    if decision.lines:
        return rubric_score(cell.rubric if cell is not None else (), decision.lines, item.points)
    return min(max(decision.points or 0.0, 0.0), item.points)


def slot_grades(work: Work, decisions: Mapping[tuple[str, str, str], Decision]) -> dict[str, SlotGrade]:
    """Nbgrader's cells that are wholly decided, with what they get; ``decisions`` hold, and are by item."""
    found: dict[str, SlotGrade] = {}
    for slot in work.slots:
        items = _items_of_slot(work, slot)
        mine = [decisions[item.key] for item in items if item.key in decisions]
        if not mine or any(item.open and item.key not in decisions for item in items):
            continue
        released = work.released(slot.key)
        score = sum(
            points_of(decisions[item.key], item, released) if item.key in decisions else item.automatic
            for item in items
        )
        comment = "\n\n".join(dict.fromkeys(one.comment.strip() for one in mine if one.comment.strip()))
        chosen = {key for one in mine for key in one.lines}
        lines = tuple(line for line in (released.rubric if released is not None else ()) if line.key in chosen)
        found[slot.grade_id] = SlotGrade(slot.grade_id, min(max(score, 0.0), slot.points), comment, lines)
    return found


def holds(decision: Decision, item: Item, cell: Cell | None) -> bool:
    """Whether a decision is still about this question, these points and this answer, in the rubric's own lines."""
    known = {line.key for line in cell.rubric} if cell is not None else set()
    return decision.asked == item.asked and decision.answered == item.answered and known.issuperset(decision.lines)


def current(log: Iterable[Decision]) -> dict[tuple[str, str, str], Decision]:
    """The last word on each item; what was withdrawn is left out, and blind decisions are no word on points."""
    found: dict[tuple[str, str, str], Decision] = {}
    for decision in log:
        if decision.blind:
            continue
        if decision.withdrawn:
            found.pop(decision.key, None)
        else:
            found[decision.key] = decision
    return found


def as_before(log: Sequence[Decision], group: Sequence[Decision]) -> list[Decision]:
    """What undoes decisions of one request: for each what held before it, or a line that withdraws it."""
    first = min((one.number for one in group), default=0)
    before = current(one for one in log if one.number < first)
    return [before.get(one.key) or replace(one, points=None, lines=(), comment="", word="") for one in group]


@dataclass(frozen=True)
class Standing:
    """Where a batch is: what holds, what was decided of another question or answer, what is open."""

    decided: Mapping[tuple[str, str, str], Decision] = field(default_factory=dict)
    earlier: Mapping[tuple[str, str, str], Decision] = field(default_factory=dict)
    open: tuple[Item, ...] = ()


def standing(
    works: Sequence[Work], log: Iterable[Decision], elsewhere: frozenset[tuple[str, str]] = frozenset()
) -> Standing:
    """What is open, in the order of the assignment. ``elsewhere`` are the (submission, nbgrader's cell) that a
    person decided in formgrader.
    """
    last = current(log)
    decided, earlier, waiting = {}, {}, []
    for work in works:
        for item in work.items:
            decision = last.get(item.key)
            if decision is not None and holds(decision, item, work.released(item.cell)):
                decided[item.key] = decision
                continue
            if decision is not None:
                earlier[item.key] = decision
            if item.open:
                grade_id = work.grade_ids.get(item.key)
                if grade_id is None or (item.submission, grade_id) not in elsewhere:
                    waiting.append(item)
    return Standing(decided, earlier, tuple(waiting))


def _items_of_slot(work: Work, slot: Slot) -> tuple[Item, ...]:
    """A cell's items, where nbgrader has one cell for it; else the checks' and the person's apart."""
    mine = work.by_slot.get(slot.key, ())
    if sum(other.key == slot.key for other in work.slots) == 1:
        return mine
    manual = slot.grade_id == slot.key
    return tuple(item for item in mine if (item.name == MANUAL) == manual)


@functools.lru_cache(maxsize=4096)  # the same for everybody who handed in
def _asked(source: str, key: str, name: str, points: float) -> str:
    # A release's digest is in some sources, and changes with cells that this question is not about.
    text = json.dumps([key, name, points, source])
    return hashlib.sha256(text.encode()).hexdigest()[:16]
