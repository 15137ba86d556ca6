"""What takes the place of nbgrader's Execute: scores that were computed elsewhere, written as outputs.

nbgrader gives full points to a graded code cell that has no output, or one that is no number, not finite or
negative. So every grade cell must get exactly one finite score between zero and its points, or the whole
submission is refused.
"""

import html
import math
from collections.abc import Mapping, MutableMapping
from typing import Any, cast

from nbformat import NotebookNode, from_dict
from nbgrader import utils

from grader.errors import GradebookError
from grader.gradebook.scores import GradeCell

Resources = MutableMapping[str, Any]
AGAIN = "The result was made with another release; grade it again with the right --release."


class InjectScores:
    """Give every grade cell its score as one `execute_result`; nothing is executed."""

    def __init__(self, cells: Mapping[str, GradeCell]) -> None:
        """``cells`` are one submission's scores by grade_id."""
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
                    f"The grade cell {grade_id!r} has no score, or is there twice, and nbgrader would give it "
                    f"full points. {AGAIN}"
                )
            scored = left.pop(grade_id)
            if not scored.by_hand:
                cell.outputs = [score_output(scored, float(cell.metadata.nbgrader["points"]), count)]
                cell.execution_count = count
        if left:
            raise GradebookError(
                f"There are scores for {', '.join(sorted(left))}, but no such grade cells in the notebook. {AGAIN}"
            )
        return nb, resources


def score_output(cell: GradeCell, points: float, count: int) -> NotebookNode:
    """The one output of a grade cell: the score as text that nbgrader reads, the findings for people.

    GradebookError where the score is not finite or not within 0 and ``points``.
    """
    if not math.isfinite(cell.score) or not 0 <= cell.score <= points:
        raise GradebookError(
            f"The grade cell {cell.grade_id!r} has the score {cell.score!r}, expected a number from 0 to "
            f"{points:g}. {AGAIN}"
        )
    items = "".join(f"<li>{html.escape(finding)}</li>" for finding in cell.findings)
    text = f"<p>{cell.score:g} of {points:g} points</p><ul>{items}</ul>"
    # As nbformat's `new_output` makes it, which validates each one against the whole schema.
    output = from_dict({
        "output_type": "execute_result", "execution_count": count, "metadata": {},
        "data": {"text/plain": repr(float(cell.score)), "text/html": text},
    })  # fmt: skip
    return cast("NotebookNode", output)
