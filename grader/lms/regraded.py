"""A week's grades once more, for those whose points another week changes: a bank of late days gives points back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from grader.pages.shared import points


@dataclass(frozen=True)
class Regraded:
    """What somebody gets now, of the assignment's own maximum, and how many late days of the bank it took."""

    points: float
    maximum: float
    days: int

    @property
    def said(self) -> str:
        """The sentence for a comment."""
        days = "1 late day" if self.days == 1 else f"{self.days} late days"
        return f"With {days} of your bank: {points(self.points)} of {points(self.maximum)} points."

    def of(self, maximum: float | None) -> float:
        """The points on a platform's scale; its own where the platform names none."""
        return self.points if maximum is None or not self.maximum else self.points * maximum / self.maximum


Regrade = Callable[[bytes, Mapping[str, Regraded]], bytes | None]
"""The table that a platform got, with the rows of these people alone and their new points; None where it has none
of them.
"""
