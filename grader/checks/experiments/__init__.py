"""Controlled experiments: one change, all else equal, a prediction first, no number and no claim too many."""

from grader.checks.experiments.arms import one_change, predicted_first
from grader.checks.experiments.result import meaningful_supported, result_matches
from grader.checks.experiments.template import held_constant, template_complete

__all__ = [
    "held_constant",
    "meaningful_supported",
    "one_change",
    "predicted_first",
    "result_matches",
    "template_complete",
]
