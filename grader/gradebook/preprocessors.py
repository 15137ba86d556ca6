"""What stands in the place of nbgrader's Execute: scores that were computed elsewhere, written as outputs.

nbgrader gives full points to a graded code cell that has no output, or one that is no number, not finite or
negative. So every grade cell must get exactly one finite score between zero and its points, or the whole
submission is refused.
"""

import html
import math
from collections.abc import Mapping, MutableMapping, Set
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_output
from nbgrader import utils
from nbgrader.api import BaseCell, Comment, Grade, Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor

from grader.errors import GradebookError
from grader.gradebook.ledger import Entered, write_entered
from grader.gradebook.scores import GradeCell

Resources = MutableMapping[str, Any]
_AGAIN = "The result was made with another release; grade it again with the right --release."


class InjectScores(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader ships no types
    """Give every grade cell its score as one `execute_result`; nothing is executed."""

    def __init__(self, cells: Mapping[str, GradeCell], **more: object) -> None:
        """``cells`` are one submission's scores by grade_id."""
        super().__init__(**more)
        self.cells = dict(cells)

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """Write the outputs. GradebookError where a grade cell has no score, or a score no grade cell."""
        left = dict(self.cells)
        for count, cell in enumerate(nb.cells, 1):
            if not utils.is_grade(cell):
                continue
            grade_id = cell.metadata.nbgrader["grade_id"]
            if grade_id not in left:
                raise GradebookError(
                    f"The grade cell {grade_id!r} has no score, or stands there twice, and nbgrader would give it "
                    f"full points. {_AGAIN}"
                )
            scored = left.pop(grade_id)
            if not scored.by_hand:
                cell.outputs = [score_output(scored, float(cell.metadata.nbgrader["points"]), count)]
                cell.execution_count = count
        if left:
            raise GradebookError(
                f"There are scores for {', '.join(sorted(left))}, but no such grade cells in the notebook. {_AGAIN}"
            )
        return nb, resources


def score_output(cell: GradeCell, points: float, count: int) -> NotebookNode:
    """The one output of a grade cell: the score as text that nbgrader reads, the findings for people.

    GradebookError where the score is not finite or not within 0 and ``points``.
    """
    if not math.isfinite(cell.score) or not 0 <= cell.score <= points:
        raise GradebookError(
            f"The grade cell {cell.grade_id!r} has the score {cell.score!r}, expected a number from 0 to "
            f"{points:g}. {_AGAIN}"
        )
    items = "".join(f"<li>{html.escape(finding)}</li>" for finding in cell.findings)
    text = f"<p>{cell.score:g} of {points:g} points</p><ul>{items}</ul>"
    return new_output(
        "execute_result", data={"text/plain": repr(float(cell.score)), "text/html": text}, execution_count=count
    )


class SaveScores(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader ships no types
    """nbgrader's SaveAutoGrades in one session and one commit, with our pending cells and findings.

    The score is what nbgrader's own `determine_grade` reads from the cell. Manual scores and comments are
    people's and stay as they are.
    """

    def __init__(
        self,
        book: Gradebook,
        cells: Mapping[str, GradeCell],
        notes: Mapping[str, str],
        reviewed: Set[str],
        checksums: Mapping[str, str],
        *,
        entered: Entered,
        **more: object,
    ) -> None:
        """``notes`` are findings by the answer's grade_id, ``reviewed`` the grade cells that people settled,
        ``checksums`` those of the release's cells; ``entered`` goes into the ledger by the same commit.
        """
        super().__init__(**more)
        self.book, self.cells, self.notes = book, cells, notes
        self.reviewed, self.checksums, self.entered = reviewed, checksums, entered

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """Write the scores. GradebookError where a locked cell is not as it was released."""
        names = resources["nbgrader"]
        notebook = self.book.find_submission_notebook(names["notebook"], names["assignment"], names["student"])
        grades = self._by_name(Grade, notebook.id)
        for cell in nb.cells:
            if utils.is_locked(cell):
                self._refuse_edited(cell)
            if utils.is_grade(cell):
                self._save(grades[cell.metadata.nbgrader["grade_id"]], cell)
        for name, comment in self._by_name(Comment, notebook.id).items():
            comment.auto_comment = self.notes.get(name) or None
        write_entered(self.book.db, names["assignment"], names["student"], self.entered)
        self.book.db.commit()
        return nb, resources

    def _by_name(self, kind: type[Grade | Comment], notebook_id: str) -> dict[str, Any]:
        rows = self.book.db.query(BaseCell.name, kind).join(kind, kind.cell_id == BaseCell.id)
        return dict(rows.filter(kind.notebook_id == notebook_id).all())

    def _refuse_edited(self, cell: NotebookNode) -> None:
        grade_id = cell.metadata.nbgrader["grade_id"]
        if utils.compute_checksum(cell) != self.checksums.get(grade_id):
            raise GradebookError(f"The locked cell {grade_id!r} is not as it was released. {_AGAIN}")

    def _save(self, grade: Grade, cell: NotebookNode) -> None:
        ours = self.cells[cell.metadata.nbgrader["grade_id"]]
        grade.auto_score, _ = utils.determine_grade(cell, self.log)
        if ours.by_hand:
            grade.auto_score = None if ours.pending else ours.score
        settled = ours.grade_id in self.reviewed
        grade.needs_manual_grade = not settled and (ours.pending or grade.manual_score is not None)
