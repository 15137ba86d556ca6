"""Metrics of a record that do not follow from its predictions."""

from grader.evidence.runs import Run
from grader.evidence.scores import recomputed
from grader.model import Case

TOLERANCE = 2e-6
"""Rounding of a recorded metric; a copied or edited number is off by more."""


def false_metric(case: Case, run: Run, tolerance: float = TOLERANCE) -> tuple[str, float, float] | None:
    """The first metric that is not what the predictions give: its name, what is claimed, and what they give."""
    truth = recomputed(case, run)
    for name, value in () if isinstance(truth, str) else truth.items():
        claimed = run.metrics.get(name)
        if claimed is not None and abs(claimed - value) > tolerance * max(1.0, abs(value)):
            return name, claimed, value
    return None
