"""One submission's rows in nbgrader's database: what its autograde would add and change, in one transaction.

nbgrader's own functions ask and commit row by row, some forty times a submission. The tables and their defaults are
nbgrader's models; what people gave (manual scores, extra credit, their comments) is never changed here, and written
only where a new submission takes it over from another release.
"""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nbgrader.api import (
    Comment,
    Grade,
    Gradebook,
    GradeCell,
    SolutionCell,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
    new_uuid,
)
from sqlalchemy import bindparam, insert, select, update

from grader.gradebook.ledger import Entered, write_entered, write_owner
from grader.model import Result

# nbgrader finds a notebook's grades by reading those of the whole class.
_INDEXES = (
    "CREATE INDEX IF NOT EXISTS paribus_grades ON grade (notebook_id)",
    "CREATE INDEX IF NOT EXISTS paribus_comments ON comment (notebook_id)",
    "CREATE INDEX IF NOT EXISTS paribus_notebooks ON submitted_notebook (assignment_id)",
    "CREATE INDEX IF NOT EXISTS paribus_submissions ON submitted_assignment (student_id)",
)
_GIVEN = """SELECT base_cell.name, grade.manual_score, grade.extra_credit, grade.needs_manual_grade
    FROM submitted_assignment JOIN submitted_notebook ON submitted_notebook.assignment_id = submitted_assignment.id
    JOIN grade ON grade.notebook_id = submitted_notebook.id JOIN base_cell ON base_cell.id = grade.cell_id
    WHERE submitted_assignment.student_id = ? AND submitted_assignment.assignment_id = ?"""
_COMMENTS = """SELECT base_cell.name, comment.manual_comment
    FROM submitted_assignment JOIN submitted_notebook ON submitted_notebook.assignment_id = submitted_assignment.id
    JOIN comment ON comment.notebook_id = submitted_notebook.id JOIN base_cell ON base_cell.id = comment.cell_id
    WHERE submitted_assignment.student_id = ? AND submitted_assignment.assignment_id = ?"""


@dataclass(frozen=True)
class Given:
    """What the database holds of one grade cell of one student: what a person gave, whether it waits for one."""

    score: float | None
    extra: float | None
    waits: bool


@dataclass(frozen=True)
class Scores:
    """What one submission gets: by grade_id the automatic score and whether a person is asked, and our comments."""

    grades: Mapping[str, tuple[float | None, bool]]
    comments: Mapping[str, str]

    def comment(self, name: str) -> str | None:
        """What is said of one answer, None where nothing is, as nbgrader keeps it."""
        return self.comments.get(name) or None


@dataclass(frozen=True)
class People:
    """What people gave a submission before it has rows here: by grade_id, and their comments by answer."""

    given: Mapping[str, Given] = field(default_factory=dict)
    comments: Mapping[str, str] = field(default_factory=dict)


class Rows:
    """The rows of one assignment's submissions, in nbgrader's session; reads go over a connection of their own."""

    def __init__(self, book: Gradebook, line: sqlite3.Connection, assignment: str) -> None:
        """``assignment`` is its name in the gradebook, which knows its cells already."""
        self._book, self._line, self._name = book, line, assignment
        notebook = book.find_notebook(assignment, assignment)
        self._assignment, self._notebook = notebook.assignment_id, notebook.id
        self._grade_cells = self._cells(GradeCell, TaskCell)
        self._comment_cells = self._cells(SolutionCell, TaskCell)
        book.close()
        with line:
            for index in _INDEXES:
                line.execute(index)

    def given(self, student: str) -> dict[str, Given]:
        """Every grade cell of a student's submission by its grade_id; none of who is not there."""
        found = self._line.execute(_GIVEN, (student, self._assignment))
        return {name: Given(score, extra, bool(waits)) for name, score, extra, waits in found}

    def comments(self, student: str) -> dict[str, str]:
        """What people wrote beside each answer of a student's submission."""
        found = self._line.execute(_COMMENTS, (student, self._assignment))
        return {name: comment or "" for name, comment in found}

    def save(
        self,
        result: Result,
        names: Mapping[str, str],
        scores: Scores | None,
        entered: Entered | None,
        people: People | None = None,
    ) -> None:
        """Put one submission's scores in, and its line of the ledger; without scores the student alone.

        ``people`` is what people gave it elsewhere; it is written only where the submission is new.
        """
        session, student = self._book.db, result.submission
        try:
            self._save_student(session, student, names)
            notebook, fresh = self._submission(session, student)
            if fresh:
                self._add(session, notebook, scores or Scores({}, {}), people or People())
            elif scores is not None:
                self._change(session, notebook, scores)
            write_owner(session, student, result.student, result.source, result.sha256)
            if entered is not None:
                write_entered(session, self._name, student, entered)
            session.commit()
        except BaseException:
            session.rollback()
            raise

    def _cells(self, *kinds: Any) -> dict[str, str]:  # nbgrader has no types
        """The assignment's cells of these kinds: their ids by grade_id."""
        found: dict[str, str] = {}
        for kind in kinds:
            cells = select(kind.name, kind.id).where(kind.notebook_id == self._notebook).order_by(kind.name)
            found.update((name, key) for name, key in self._book.db.execute(cells))
        return found

    def _save_student(self, session: Any, student: str, names: Mapping[str, str]) -> None:
        if session.execute(select(Student.id).where(Student.id == student)).first() is None:
            session.execute(insert(Student.__table__), [{"id": student, **names}])
        else:
            session.execute(update(Student.__table__).where(Student.id == student).values(**names))

    def _submission(self, session: Any, student: str) -> tuple[str, bool]:
        """The id of the student's submitted notebook, and whether it was added just now."""
        mine = SubmittedAssignment.assignment_id == self._assignment
        query = select(SubmittedNotebook.id).join(SubmittedAssignment)
        known = session.execute(query.where(SubmittedAssignment.student_id == student, mine)).scalar()
        if known is not None:
            return known, False
        submission, notebook = new_uuid(), new_uuid()
        above = {"id": submission, "assignment_id": self._assignment, "student_id": student}
        session.execute(insert(SubmittedAssignment.__table__), [above])
        row = {"id": notebook, "assignment_id": submission, "notebook_id": self._notebook}
        session.execute(insert(SubmittedNotebook.__table__), [row])
        return notebook, True

    def _add(self, session: Any, notebook: str, scores: Scores, people: People) -> None:
        """All rows of a new submission; a cell without a score waits for a person, as in nbgrader."""
        grades = []
        for name, cell in self._grade_cells.items():
            score, waits = scores.grades.get(name, (None, True))
            row = {"id": new_uuid(), "notebook_id": notebook, "cell_id": cell}
            given = people.given.get(name, Given(None, None, waits))
            row |= {"manual_score": given.score, "extra_credit": given.extra}
            grades.append({**row, "auto_score": score, "needs_manual_grade": waits})
        comments = [
            {
                "id": new_uuid(),
                "notebook_id": notebook,
                "cell_id": cell,
                "auto_comment": scores.comments.get(name) or None,
                "manual_comment": people.comments.get(name) or None,
            }
            for name, cell in self._comment_cells.items()
        ]
        for table, rows in ((Grade.__table__, grades), (Comment.__table__, comments)):
            if rows:
                session.execute(insert(table), rows)

    def _change(self, session: Any, notebook: str, scores: Scores) -> None:
        """Our part of the rows that are there; people's part stays."""
        grade = update(Grade.__table__).where(Grade.notebook_id == notebook, Grade.cell_id == bindparam("cell"))
        grades = [
            {"cell": self._grade_cells[name], "auto_score": score, "needs_manual_grade": waits}
            for name, (score, waits) in scores.grades.items()
        ]
        comment = update(Comment.__table__)
        comment = comment.where(Comment.notebook_id == notebook, Comment.cell_id == bindparam("cell"))
        comments = [
            {"cell": cell, "auto_comment": scores.comments.get(name) or None}
            for name, cell in self._comment_cells.items()
        ]
        for change, values in ((grade, grades), (comment, comments)):
            if values:
                session.execute(change, values)
