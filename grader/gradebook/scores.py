"""From a Result to nbgrader's grade cells, and from people's grades back to a Result: pure functions.

A task's points sit in its tests cell; another cell's automatic points in ``<key>-evidence``; what only a
person gives in the cell ``<key>`` itself, such as a memo. The release notebook says which of them there are.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from grader.errors import GradebookError
from grader.model import CellResult, Outcome, Result, Verdict
from grader.recover.text import harmless
from paribus.course.assignment import Assignment, Role
from paribus.course.rubric import RubricLine

EVIDENCE = "-evidence"
PERSON = "person.decided"
# What a person's verdict holds among its values: the points, and the lines of the rubric.
GIVEN, LINES = "points given", "rubric lines"
# Points are halves and quarters; two scores closer than this are the same.
TOLERANCE = 1e-6
# The judge keeps the points of a check that did not apply open too: a student loses nothing through it.
OPEN = (Outcome.UNDECIDED, Outcome.NOT_APPLICABLE)

_MARKS = {
    Outcome.PASSED: "✓ met",
    Outcome.FAILED: "✗ not met",
    Outcome.UNDECIDED: "? for a person",
    Outcome.NOT_APPLICABLE: "– does not apply",
}


@dataclass(frozen=True)
class Slot:
    """A grade cell of the release notebook. ``key`` is the cell of the Result it belongs to."""

    grade_id: str
    key: str
    points: float
    by_hand: bool


@dataclass(frozen=True)
class GradeCell:
    """One grade cell with its score, and what the person who grades reads beside it.

    ``by_hand``: nbgrader takes no score of it from an output. ``pending``: a person still decides over at
    least a part of ``points``.
    """

    grade_id: str
    score: float
    points: float
    pending: bool = False
    by_hand: bool = False
    findings: tuple[str, ...] = ()


@dataclass(frozen=True)
class PersonGrade:
    """What a person gave one grade cell: a score (None: the automatic one counts), words, and the lines of the
    cell's rubric that they chose.
    """

    score: float | None
    comment: str = ""
    lines: tuple[RubricLine, ...] = ()


@dataclass(frozen=True)
class Carried:
    """How many scores of people were taken over from another release, and how many are only shown and wait."""

    kept: int = 0
    shown: int = 0

    def __add__(self, other: "Carried") -> "Carried":
        return Carried(self.kept + other.kept, self.shown + other.shown)


def read_slots(assignment: Assignment, notebook: str) -> tuple[Slot, ...]:
    """The grade cells of a release notebook, in order.

    GradebookError where two have one grade_id (nbgrader would speak of an old version), or one has none of
    the assignment's cells.
    """
    by_key = {cell.key: cell for cell in assignment.cells}
    slots: dict[str, Slot] = {}
    for cell in json.loads(notebook)["cells"]:
        metadata = cell.get("metadata", {}).get("nbgrader", {})
        if not metadata.get("grade"):
            continue
        grade_id = str(metadata["grade_id"])
        key = grade_id if grade_id in by_key else grade_id.removesuffix(EVIDENCE)
        if grade_id in slots or key not in by_key:
            problem = "is there twice" if grade_id in slots else "belongs to no cell of the assignment"
            raise GradebookError(
                f"{assignment.name}, release.ipynb: the grade cell {grade_id!r} {problem}. Release again."
            )
        slots[grade_id] = Slot(grade_id, key, float(metadata["points"]), bool(metadata.get("solution")))
    return tuple(slots.values())


def grade_cells(assignment: Assignment, slots: Sequence[Slot], result: Result) -> dict[str, GradeCell]:
    """The scores of one submission, by grade_id.

    A cell that the result does not name earns nothing and waits for a person. GradebookError where a score
    is not finite, negative, or more than the release gives: nbgrader would turn it into full points.
    """
    cells = {slot_key(assignment, cell.key): cell for cell in result.cells}
    shared = {slot.key for slot in slots if slot.grade_id != slot.key} & {slot.grade_id for slot in slots}
    scored: dict[str, GradeCell] = {}
    for slot in slots:
        cell = cells.get(slot.key)
        if cell is None:
            scored[slot.grade_id] = GradeCell(slot.grade_id, 0.0, slot.points, True, slot.by_hand)
            continue
        score, pending = cell.score, cell.pending
        if slot.key in shared:
            hand = manual_points(cell)
            score, pending = (0.0, hand) if slot.grade_id == slot.key else (score, pending - hand)
        score = _bounded(score, slot, result)
        scored[slot.grade_id] = GradeCell(
            slot.grade_id, score, slot.points, pending > TOLERANCE, slot.by_hand, findings(cell)
        )
    return scored


def findings(cell: CellResult) -> tuple[str, ...]:
    """A line for each verdict, for the person who grades: the mark, the check, the points, the sentence."""
    return tuple(
        harmless(
            f"{_MARKS[item.outcome]} · {item.check}{f' ({item.points:g})' if item.points else ''}: {item.because}"
        )
        for item in cell.verdicts
    )


def with_people(
    assignment: Assignment, slots: Sequence[Slot], result: Result, people: Mapping[str, PersonGrade]
) -> Result:
    """The result with what people decided in formgrader: their scores in place of ours, nothing pending there.

    ``people`` are the decided grade cells by grade_id; with none of them the result itself comes back.
    """
    if not people or not result.cells:
        return result
    scored = grade_cells(assignment, slots, result)
    cells: list[CellResult] = []
    for cell in result.cells:
        key = slot_key(assignment, cell.key)
        mine = [slot for slot in slots if slot.key == key]
        decided = [slot for slot in mine if slot.grade_id in people]
        if not decided:
            cells.append(cell)
            continue
        change, verdicts = 0.0, list(cell.verdicts)
        pending = 0.0
        for slot in mine:
            given = people.get(slot.grade_id)
            ours = scored[slot.grade_id]
            if given is None:
                pending += _slot_pending(slot, mine, cell)
                continue
            score = ours.score if given.score is None else given.score
            change += score - ours.score
            verdicts.append(_persons_verdict(slot, score, given))
        cells.append(replace(cell, score=cell.score + change, pending=pending, verdicts=tuple(verdicts)))
    return replace(
        result,
        cells=tuple(cells),
        score=result.score + sum(c.score for c in cells) - sum(c.score for c in result.cells),
        pending=max(0.0, result.pending + sum(c.pending for c in cells) - sum(c.pending for c in result.cells)),
        needs_person=tuple(key for key in result.needs_person if _still_open(key, result, cells)),
    )


def _still_open(key: str, result: Result, cells: Sequence[CellResult]) -> bool:
    """Whether a cell still waits; what is no cell (a remark on the whole file) always does."""
    return all(cell.pending > TOLERANCE for cell in cells if cell.key == key)


def manual_points(cell: CellResult) -> float:
    """The part of a cell's pending points that no check is about: only a person gives them."""
    return max(0.0, cell.pending - sum(item.points for item in cell.verdicts if item.outcome in OPEN))


def _slot_pending(slot: Slot, mine: Sequence[Slot], cell: CellResult) -> float:
    if len(mine) == 1:
        return cell.pending
    return manual_points(cell) if slot.grade_id == slot.key else cell.pending - manual_points(cell)


def has_comment(verdict: Verdict) -> bool:
    """Whether a person wrote something beside the points of a verdict of theirs."""
    return verdict.because != _without_words(verdict.values.get(GIVEN, verdict.points), verdict.points)


def _without_words(score: float, points: float) -> str:
    return f"Your instructor gave {score:g} of {points:g} points here."


def _persons_verdict(slot: Slot, score: float, given: PersonGrade) -> Verdict:
    outcome = Outcome.PASSED if score >= slot.points - TOLERANCE else Outcome.FAILED
    words = given.comment.strip() or _without_words(score, slot.points)
    lines = {LINES: [{"points": line.points, "text": line.text} for line in given.lines]} if given.lines else {}
    return Verdict(PERSON, outcome, words, slot.points, {GIVEN: score, **lines})


def slot_key(assignment: Assignment, key: str) -> str:
    """The cell that nbgrader grades for this key: a task is graded in its tests cell."""
    for cell in assignment.cells:
        if cell.role is Role.TESTS and cell.grades == key:
            return cell.key
    return key


def _bounded(score: float, slot: Slot, result: Result) -> float:
    if not math.isfinite(score) or not -TOLERANCE <= score <= slot.points + TOLERANCE:
        raise GradebookError(
            f"{result.submission}: the cell {slot.grade_id!r} has the score {score!r}, expected a number from 0 to "
            f"{slot.points:g}. The result was made with another release; grade again with the right --release."
        )
    return min(max(score, 0.0), slot.points)
