"""What late work costs, by a late submission plugin of nbgrader's: its own, or one of the course's."""

import importlib
import math
from typing import Any

from grader.errors import GraderError
from grader.model import Result
from paribus.course.policy import LateTable
from paribus.records.simple import is_number


def penalty_of(result: Result, method: str | LateTable) -> float:
    """The points that a late submission loses, between none and its score; people's grades are in the score."""
    return points_lost(result.submission, result.score, result.late, method)


def points_lost(submission: str, score: float, late: float, method: str | LateTable) -> float:
    """The points that work with ``score`` points loses, ``late`` seconds after its time.

    ``method`` is a table of the course's, "none", "zero" (nbgrader's two) or ``module:Class``, a
    `LateSubmissionPlugin` of nbgrader's.
    GraderError where there is no such class, or it gives no number.
    """
    if not late:
        return 0.0
    if isinstance(method, LateTable):
        return method.penalty(score, late)
    given = load_plugin(method).late_submission_penalty(submission, score, late)
    if given is None:
        return 0.0
    if not is_number(given) or not math.isfinite(given):
        raise GraderError(f"late_penalty = {method!r} gave {given!r} for {submission}; expected points or None.")
    return min(max(float(given), 0.0), score)


def require_method(method: str | LateTable) -> None:
    """GraderError where a course names a plugin that there is none of."""
    if not isinstance(method, LateTable):
        load_plugin(method)


def load_plugin(method: str) -> Any:
    """The plugin that a course names; GraderError where there is none."""
    from nbgrader.plugins import LateSubmissionPlugin

    if method in ("none", "zero"):
        return LateSubmissionPlugin(penalty_method=method)
    module, _, name = method.partition(":")
    try:
        found = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise GraderError(
            f"course.toml, [grading]: late_penalty = {method!r} cannot be loaded ({error}); expected none, zero or "
            "module:Class on the Python path."
        ) from error
    if not (isinstance(found, type) and issubclass(found, LateSubmissionPlugin)):
        raise GraderError(
            f"course.toml, [grading]: late_penalty = {method!r} is no late submission plugin; derive it from "
            "nbgrader.plugins.LateSubmissionPlugin."
        )
    return found()
