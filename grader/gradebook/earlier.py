"""What people gave a submission under another release of the same assignment.

nbgrader keeps each form of an assignment apart, and so does the gradebook. A score belongs to a question: where
the new release asks the same for the same points, it is taken over; where anything differs it is shown to the
person who decides, and waits.
"""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from grader.gradebook.ledger import Ledger
from grader.gradebook.rows import Given
from grader.gradebook.scores import Slot
from paribus.course.release import Release

_RELEASES = "SELECT name, digest FROM paribus_release WHERE name <> ? ORDER BY rowid DESC"
_GRADES = """SELECT base_cell.name, grade.manual_score, grade.extra_credit, grade.needs_manual_grade,
    grade_cells.max_score FROM assignment
    JOIN submitted_assignment ON submitted_assignment.assignment_id = assignment.id
    JOIN submitted_notebook ON submitted_notebook.assignment_id = submitted_assignment.id
    JOIN grade ON grade.notebook_id = submitted_notebook.id JOIN base_cell ON base_cell.id = grade.cell_id
    JOIN grade_cells ON grade_cells.id = base_cell.id
    WHERE assignment.name = ? AND submitted_assignment.student_id = ?"""
_COMMENTS = """SELECT base_cell.name, comment.manual_comment
    FROM assignment JOIN submitted_assignment ON submitted_assignment.assignment_id = assignment.id
    JOIN submitted_notebook ON submitted_notebook.assignment_id = submitted_assignment.id
    JOIN comment ON comment.notebook_id = submitted_notebook.id JOIN base_cell ON base_cell.id = comment.cell_id
    WHERE assignment.name = ? AND submitted_assignment.student_id = ?"""
_SOURCES = """SELECT source_cell.name, source_cell.source FROM source_cell
    JOIN notebook ON notebook.id = source_cell.notebook_id JOIN assignment ON assignment.id = notebook.assignment_id
    WHERE assignment.name = ?"""


@dataclass(frozen=True)
class Decisions:
    """What people gave under one earlier release, ``assignment`` in the gradebook, by grade_id and by answer.

    ``same`` are the grade cells whose question and points are those of the present release, ``points`` what each
    cell was worth.
    """

    assignment: str = ""
    given: Mapping[str, Given] = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)
    points: Mapping[str, float] = field(default_factory=dict)
    same: frozenset[str] = frozenset()

    def note(self, slot: Slot, answer: str) -> str:
        """What the person who decides anew reads of a decision that is not taken over; "" where there was none."""
        given = self.given.get(slot.grade_id)
        if given is None or slot.grade_id in self.same or given.score is None:
            return ""
        words = self.comments.get(answer, "").strip()
        score = given.score + (given.extra or 0.0)
        told = f"Under an earlier release, a person gave {score:g} of {self.points[slot.grade_id]:g} points here"
        return f"{told}: {words}" if words else f"{told}."


class EarlierReleases:
    """The other releases of one assignment in the gradebook."""

    def __init__(self, line: sqlite3.Connection, name: str, release: Release, slots: Sequence[Slot]) -> None:
        """``name`` is the present release's name in the gradebook."""
        self._line, self._ledger = line, Ledger(line)
        assignment, notebook = release.assignment, release.notebook
        self._others = line.execute(_RELEASES, (name,)).fetchall()
        self._answers = {slot.grade_id: assignment.cell(slot.key).grades or slot.key for slot in slots}
        self._points = {slot.grade_id: slot.points for slot in slots}
        cells = json.loads(notebook)["cells"] if self._others else []
        asked = {
            cell["metadata"]["nbgrader"]["grade_id"]: "".join(cell["source"])
            for cell in cells
            if "nbgrader" in cell["metadata"]
        }
        self._same = {
            other: self._asked_alike(asked, release.digest, other, digest) for other, digest in self._others
        }

    def of(self, student: str) -> Decisions:
        """What people gave a submission under the newest other release in which they gave it anything."""
        for other, _ in self._others:
            found = self._line.execute(_GRADES, (other, student)).fetchall()
            comments = {name: words for name, words in self._line.execute(_COMMENTS, (other, student)) if words}
            given = {
                name: Given(score, extra, bool(waits))
                for name, score, extra, waits, _ in found
                if name in self._answers
            }
            waited = self._ledger.read(other, student).waiting
            if comments or any(
                cell.score is not None or (name in waited and not cell.waits) for name, cell in given.items()
            ):
                points = {name: float(most) for name, *_, most in found}
                same = frozenset(name for name in self._same[other] if points.get(name) == self._points[name])
                return Decisions(other, given, comments, points, same)
        return Decisions()

    def _asked_alike(self, ours: Mapping[str, str], digest: str, other: str, other_digest: str) -> frozenset[str]:
        """The grade cells whose text, and whose answer's, are the same in another release, but for its digest."""
        theirs = {name: text or "" for name, text in self._line.execute(_SOURCES, (other,))}

        def alike(name: str) -> bool:
            return (
                name in theirs
                and name in ours
                and theirs[name].replace(other_digest, "") == ours[name].replace(digest, "")
            )

        return frozenset(name for name, answer in self._answers.items() if alike(name) and alike(answer))
