"""What became of a number in an answer, and the sentence it is in."""

from dataclasses import dataclass
from enum import StrEnum

from grader.reading.numbers import Number


class Status(StrEnum):
    """What became of a number.

    TRACED: a reading of it is supported, and a random number would rarely be. WRONG: the facts are complete for
    every reading and refute them all. DOUBTFUL: it is bound to one thing and equals, if anything, only another: a
    person decides, and would probably say that it is wrong. UNCLEAR: nothing decides. OTHER: it claims nothing
    about a result.
    """

    TRACED = "traced"
    WRONG = "wrong"
    DOUBTFUL = "doubtful"
    UNCLEAR = "unclear"
    OTHER = "other"


@dataclass(frozen=True)
class Trace:
    """One number of an answer. ``expected`` is the value it was held against, shown in ``recorded_in``; ``chance``
    how often a random number of its kind would be traced as well; ``settled``: that it follows from two others
    beside it clears no doubt.
    """

    number: Number
    status: Status
    sentence: str
    written_in: int
    metric: str = ""
    group: str = ""
    expected: float | None = None
    recorded_in: int = -1
    why: str = ""
    chance: float = 0.0
    settled: bool = False

    @property
    def by_law(self) -> bool:
        """It breaks a law between numbers, and was held against no value of the file."""
        return self.settled and self.expected is None

    @property
    def plausible(self) -> bool:
        """Unclear, but a rounding of something that its sentence may speak of."""
        return self.status is Status.UNCLEAR and self.chance > 0.0
