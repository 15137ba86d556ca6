"""The verdict on "meaningful?": whether the intervals support it. One rule, for notebooks and for grading."""

from dataclasses import dataclass
from typing import Literal

from paribus.errors import ExperimentError
from paribus.records.markup import Table
from paribus.statistics.intervals import Interval

Claim = Literal["effect", "no effect", "cannot tell"]
Support = Literal["supported", "unsupported", "undecided"]
CLAIMS: tuple[Claim, ...] = ("effect", "no effect", "cannot tell")


def check_claim(claim: str, why: object) -> None:
    """ExperimentError where a claim is none of the three, or no sentence says why."""
    if claim not in CLAIMS:
        raise ExperimentError(f"A verdict is one of {', '.join(map(repr, CLAIMS))}; got {claim!r}.")
    if not isinstance(why, str) or len(why.split()) < 3:
        raise ExperimentError('Say why in a sentence: why="the paired interval excludes zero".')


@dataclass(frozen=True)
class Conclusion:
    """Whether a claim is supported, and why, in a sentence."""

    support: Support
    because: str

    def table(self, about: str, said: str) -> Table:
        """What a student says of a metric beside this."""
        rows = (("you say", said), ("the statistics say", f"{self.support}: {self.because}"))
        return Table(f"Meaningful? {about}", ("", ""), rows)


def judge(
    claim: Claim,
    welch: Interval | None,
    paired: Interval | None,
    items: Interval | None,
    *,
    direction: int = 0,
    margin: float | None = None,
) -> Conclusion:
    """Hold a claim about changed − baseline against the intervals over seeds and over items.

    An effect is supported where the Welch, the paired and the item interval all exclude zero in the claimed
    ``direction`` (+1, −1, 0 either). It is unsupported where both seed intervals hold zero or both lie on the other
    side, and undecided otherwise. No effect needs both seed intervals inside ±``margin``. "Cannot tell" is right
    whenever either seed interval holds zero. Without seed intervals (one run an arm) only "cannot tell" is
    supported.
    """
    if welch is None or paired is None:
        if claim == "cannot tell":
            return Conclusion("supported", "One run an arm cannot tell an effect from the luck of a seed.")
        return Conclusion(
            "unsupported", f"One run an arm supports no claim of {claim}: nothing is known of the spread."
        )
    if claim == "cannot tell":
        if welch.holds_zero or paired.holds_zero:
            return Conclusion("supported", "An interval over the seeds contains zero.")
        return Conclusion("undecided", "Both intervals over the seeds exclude zero: say why you doubt them.")
    if claim == "no effect":
        return _no_effect(welch, paired, margin)
    return _effect(welch, paired, items, direction)


def _no_effect(welch: Interval, paired: Interval, margin: float | None) -> Conclusion:
    if margin is None:
        return Conclusion("undecided", "“No effect” needs a margin: how small a difference you would call none.")
    if welch.within(margin) and paired.within(margin):
        return Conclusion("supported", f"Both intervals over the seeds lie within ±{margin:g}.")
    return Conclusion(
        "unsupported", f"An interval over the seeds reaches beyond ±{margin:g}: not seen is not shown to be absent."
    )


def _effect(welch: Interval, paired: Interval, items: Interval | None, direction: int) -> Conclusion:
    if welch.holds_zero and paired.holds_zero:
        return Conclusion("unsupported", "Both intervals over the seeds contain zero.")
    if direction and welch.excludes_zero(-direction) and paired.excludes_zero(-direction):
        return Conclusion("unsupported", "Both intervals over the seeds lie on the other side of zero.")
    known = (welch, paired, items)
    # A claim without a direction still needs all three on one side.
    sides = (direction,) if direction else (1, -1)
    if any(all(item is not None and item.excludes_zero(side) for item in known) for side in sides):
        return Conclusion("supported", "The intervals over seeds, paired and not, and over items all exclude zero.")
    if items is None:
        return Conclusion("undecided", "The interval over items is missing: the predictions are not at hand.")
    return Conclusion("undecided", "The intervals do not agree: at least one contains zero and one does not.")
