"""A rubric: the lines by which a person gives the manual points of a cell, each with its points.

A source lists the lines, the release carries them, a grader chooses those that apply. What is kept of a person's
work is the choice, so that new points of a line change the score of everybody who has it.
"""

import hashlib
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from paribus.course.errors import AssignmentError


@dataclass(frozen=True)
class RubricLine:
    """One line; ``points`` may be negative. ``key`` is made of its text alone (`line_key`), never of its points."""

    key: str
    points: float
    text: str


def line_key(text: str) -> str:
    """The key of a line's text: 10 hex digits of a SHA-256. Blanks at its ends and repeated blanks do not count."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:10]


def rubric_score(lines: Sequence[RubricLine], chosen_keys: Collection[str], most: float) -> float:
    """The points of the chosen lines together, never below 0 and never above ``most``.

    A key that is given twice counts once. AssignmentError where no line has a chosen key (its text was changed
    since somebody chose it), or where ``most`` is no number from 0 on.
    """
    if not (math.isfinite(most) and most >= 0):
        raise AssignmentError(f"A rubric gives at most {most:g} points; expected a number from 0 on.")
    known = {line.key for line in lines}
    unknown = sorted(set(chosen_keys) - known)
    if unknown:
        listed = ", ".join(f"{line.key} ({line.text})" for line in lines) or "none, it is empty"
        raise AssignmentError(
            f"The rubric has no line with the key {unknown[0]!r}: its text was changed, or it was taken out. Its "
            f"lines are: {listed}. Choose again."
        )
    return min(max(math.fsum(line.points for line in lines if line.key in chosen_keys), 0.0), most)
