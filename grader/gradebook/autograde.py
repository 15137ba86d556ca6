"""nbgrader's autograde, step by step, with our scores in Execute's place; nothing is executed.

nbgrader's own converter validates a notebook after every step; here each is read once. It was just rebuilt from the
release, so there is nothing to overwrite, and every locked cell is held against its checksum. nbgrader's metadata
are the release's own, which were checked when the gradebook was opened.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from nbconvert.preprocessors import ExecutePreprocessor
from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.preprocessors import DeduplicateIds

from grader.errors import GradebookError
from grader.gradebook.preprocessors import AGAIN


class ScoredAutograde:
    """The steps of nbgrader's autograde; it refuses to start where one of them would execute code."""

    def __init__(self, steps: Sequence[object]) -> None:
        """``steps`` take Execute's place: classes or instances of nbgrader's or of ours."""
        self.steps = (DeduplicateIds, *steps)

    def start(self, notebook: NotebookNode) -> NotebookNode:
        """The graded notebook; GradebookError where anything that executes code is among the steps."""
        refuse_execution(self.steps)
        resources: dict[str, Any] = {}
        for step in self.steps:
            made: Any = step() if isinstance(step, type) else step
            notebook, resources = made.preprocess(notebook, resources)
        return notebook


def refuse_execution(steps: Iterable[object]) -> None:
    """GradebookError where a step is nbgrader's Execute, nbconvert's, or made from one."""
    for step in steps:
        kind = step if isinstance(step, type) else type(step)
        if issubclass(kind, ExecutePreprocessor):
            raise GradebookError(
                f"{kind.__name__} is in the grading pipeline; it would run students' code. "
                "Remove it from the preprocessors."
            )


def read_scores(notebook: NotebookNode, checksums: Mapping[str, str]) -> dict[str, float | None]:
    """What nbgrader's own `determine_grade` reads from each grade cell of a graded notebook, by grade_id.

    ``checksums`` are those of the release's cells. GradebookError where a locked cell is not as it was released.
    """
    scores: dict[str, float | None] = {}
    for cell in notebook.cells:
        if not utils.is_locked(cell) and not utils.is_grade(cell):
            continue
        grade_id = cell.metadata.nbgrader["grade_id"]
        if utils.is_locked(cell) and utils.compute_checksum(cell) != checksums.get(grade_id):
            raise GradebookError(f"The locked cell {grade_id!r} is not as it was released. {AGAIN}")
        if utils.is_grade(cell):
            scores[grade_id], _ = utils.determine_grade(cell)
    return scores
