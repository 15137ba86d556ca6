"""Laws between numbers that hold whatever was measured: they need no record.

A printed number may be any value that rounds to it. A law is broken only where no values inside these spans
satisfy it, under any convention that people use. Each law says with which arithmetic it is broken.
"""

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from types import MappingProxyType

from grader.reading.numbers import Number

EDGE = 1e-9
"""What floating point may lose at the edge of a span."""
MOST_SEEDS = 6
"""Listed values up to which the extremes of a standard deviation are worked out."""


@dataclass(frozen=True)
class Span:
    """All values that a printed number may be: from ``low`` to ``high``."""

    low: float
    high: float

    @property
    def middle(self) -> float:
        """The printed value."""
        return (self.low + self.high) / 2

    @property
    def widened(self) -> "Span":
        """All values that are printed so when their digits are cut or rounded, either way."""
        half = (self.high - self.low) / 2
        return Span(self.low - half, self.high + half)

    def meets(self, low: float, high: float) -> bool:
        """Some value of the span lies between two bounds."""
        return self.low <= high + EDGE and low - EDGE <= self.high


def exact(value: float) -> Span:
    """A value that nobody rounded."""
    return Span(value, value)


def rounded(value: float, decimals: int) -> Span:
    """The values that round to ``value`` at so many decimals."""
    half = 0.5 * 10.0**-decimals
    return Span(value - half, value + half)


def span_of(number: Number, *, fraction: bool) -> Span:
    """The values that a number in prose may be; of a percentage as a fraction where ``fraction`` asks
    for it.
    """
    reading = number.readings[0]
    scale = 100.0 if fraction and (number.percent or number.points) else 1.0
    return Span((reading.value - 0.5 * reading.unit) / scale, (reading.value + 0.5 * reading.unit) / scale)


@dataclass(frozen=True)
class Law:
    """``holds``: some values inside the spans satisfy it. ``shown``: the arithmetic, from the printed values."""

    about: str
    holds: Callable[..., bool]
    shown: Callable[..., str]


# --- one number from two others -----------------------------------------------------------------------------------


def _difference(first: Span, second: Span, stated: Span) -> bool:
    """Changed less baseline or the other way round, of the values or of what was printed of them."""
    low, high = second.low - first.high, second.high - first.low
    return stated.meets(low, high) or stated.meets(-high, -low) or _size_meets(stated, low, high)


def _size_meets(stated: Span, low: float, high: float) -> bool:
    least = 0.0 if low <= 0.0 <= high else min(abs(low), abs(high))
    return stated.meets(least, max(abs(low), abs(high)))


def _relative(first: Span, second: Span, stated: Span) -> bool:
    """A change in percent of where it began, or of where it ended."""
    for start, end in ((first, second), (second, first)):
        quotients = _quotients(end, start)
        if quotients is not None:
            low, high = (100.0 * (value - 1.0) for value in quotients)
            if _size_meets(stated, low, high) or stated.meets(low, high):
                return True
    return False


def _ratio(first: Span, second: Span, stated: Span) -> bool:
    """So many times the other; "so many times higher" may be one more."""
    for start, end in ((first, second), (second, first)):
        quotients = _quotients(end, start)
        if quotients is not None and any(
            stated.meets(quotients[0] - less, quotients[1] - less) for less in (0.0, 1.0)
        ):
            return True
    return False


def _quotients(end: Span, start: Span) -> tuple[float, float] | None:
    if start.low <= 0.0 <= start.high:
        return None
    values = [a / b for a, b in product((end.low, end.high), (start.low, start.high))]
    return min(values), max(values)


# --- rates, averages, spreads -------------------------------------------------------------------------------------


def _whole(rate: Span, count: int) -> bool:
    """A rate over so many items is a whole number of them."""
    return math.floor(rate.high * count + EDGE * count + EDGE) >= math.ceil(rate.low * count - EDGE * count - EDGE)


def _mean(values: Sequence[Span], stated: Span) -> bool:
    return stated.meets(
        math.fsum(v.low for v in values) / len(values), math.fsum(v.high for v in values) / len(values)
    )


def _deviation(values: Sequence[Span], stated: Span) -> bool:
    """The standard deviation of listed values, with n − 1 or with n, or the standard error."""
    if not 2 <= len(values) <= MOST_SEEDS:
        return True
    count = len(values)
    most = max(_squares(corner) for corner in product(*((value.low, value.high) for value in values)))
    least = _least_squares(values)
    divisors = (count - 1, count, count * (count - 1))
    return any(stated.meets(math.sqrt(least / divisor), math.sqrt(most / divisor)) for divisor in divisors)


def _squares(values: Sequence[float]) -> float:
    mean = math.fsum(values) / len(values)
    return math.fsum((value - mean) ** 2 for value in values)


def _least_squares(values: Sequence[Span]) -> float:
    """The smallest sum of squares inside a box: each value as near as it can be to one point, which is found."""
    low, high = min(value.low for value in values), max(value.high for value in values)
    for _ in range(100):
        point = (low + high) / 2
        pull = math.fsum(min(max(point, value.low), value.high) - point for value in values)
        low, high = (point, high) if pull > 0 else (low, point)
    point = (low + high) / 2
    return _squares([min(max(point, value.low), value.high) for value in values])


def _within(values: Sequence[Span], stated: Span) -> bool:
    """A mean lies between the smallest and the largest value."""
    return stated.meets(min(value.low for value in values), max(value.high for value in values))


def _centred(low: Span, high: Span, stated: Span) -> bool:
    """A t interval has the difference in its middle."""
    bounds = (low.low + high.low) / 2, (low.high + high.high) / 2
    return stated.meets(*bounds) or _size_meets(stated, *bounds)


# --- scores of classes --------------------------------------------------------------------------------------------


def _harmonic(precision: Span, recall: Span, stated: Span) -> bool:
    """F1 of one class, or micro-averaged: the harmonic mean. Macro and weighted averages have no such law."""
    low, high = _f1(precision.low, recall.low), _f1(precision.high, recall.high)
    return stated.meets(low, high)


def _f1(precision: float, recall: float) -> float:
    precision, recall = max(0.0, precision), max(0.0, recall)
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _bounded(macro: Span, zeros: int, classes: int) -> bool:
    """With z of K classes at zero, their mean F1 is at most (K − z)/K; both over the same classes."""
    return macro.low <= (classes - zeros) / classes + EDGE


def _equal(first: Span, second: Span) -> bool:
    return first.meets(second.low, second.high)


def _least_p(stated: Span, seeds: int) -> bool:
    """A two-sided sign-flip or signed-rank test over n seeds cannot give less than 2^(1−n)."""
    return stated.high >= 2.0 ** (1 - seeds) - EDGE


LAWS: Mapping[str, Law] = MappingProxyType(
    {
        "difference": Law(
            "a stated difference is that of the two numbers beside it",
            _difference,
            lambda a, b, _: f"{a.middle:g} and {b.middle:g} differ by {abs(b.middle - a.middle):.4g}",
        ),
        "relative": Law(
            "a stated change in percent follows from the two numbers beside it",
            _relative,
            lambda a, b, _: f"from {a.middle:g} to {b.middle:g} is {100 * (b.middle / a.middle - 1):+.1f} %",
        ),
        "ratio": Law(
            "a stated factor is the ratio of the two numbers beside it",
            _ratio,
            lambda a, b, _: f"{b.middle:g} / {a.middle:g} = {b.middle / a.middle:.2f}",
        ),
        "whole": Law(
            "a rate over n items is a whole number of them",
            _whole,
            lambda rate, n: f"{rate.middle:g} × {n} = {rate.middle * n:.2f}, no whole number",
        ),
        "mean": Law(
            "a mean is that of the values listed beside it",
            _mean,
            lambda values, _: f"the mean of {_listed(values)} is {statistics.fmean(v.middle for v in values):.4g}",
        ),
        "within": Law(
            "a mean lies between the smallest and the largest value",
            _within,
            lambda values, stated: f"{stated.middle:g} lies outside of {_listed(values)}",
        ),
        "deviation": Law(
            "a standard deviation is that of the values listed beside it",
            _deviation,
            lambda values, _: (
                f"the standard deviation of {_listed(values)} is "
                f"{math.sqrt(_squares([v.middle for v in values]) / (len(values) - 1)):.4g}"
            ),
        ),
        "centred": Law(
            "a t interval has the difference in its middle",
            _centred,
            lambda low, high, _: (
                f"the middle of {low.middle:g} and {high.middle:g} is {(low.middle + high.middle) / 2:.4g}"
            ),
        ),
        "harmonic": Law(
            "the F1 of a class is the harmonic mean of its precision and its recall",
            _harmonic,
            lambda p, r, _: f"precision {p.middle:g} and recall {r.middle:g} give {_f1(p.middle, r.middle):.4g}",
        ),
        "bounded": Law(
            "macro-F1 is at most the share of classes above zero",
            _bounded,
            lambda _, zeros, of: f"with {zeros} of {of} classes at zero it is at most {1 - zeros / of:.3f}",
        ),
        "micro": Law(
            "micro-F1 is the accuracy where each item has one label",
            _equal,
            lambda a, b: f"{a.middle:g} and {b.middle:g} are two numbers, and each item has one label",
        ),
        "p": Law(
            "an exact two-sided test of n pairs has a smallest p",
            _least_p,
            lambda _, seeds: f"with {seeds} seeds the smallest p is 2^(1−{seeds}) = {2.0 ** (1 - seeds):g}",
        ),
    }
)


def _listed(values: Sequence[Span]) -> str:
    return ", ".join(f"{value.middle:g}" for value in values)


def broken(name: str, *parts: object) -> str:
    """The arithmetic that shows a law to be broken; "" where some values inside the spans satisfy it."""
    law = LAWS[name]
    return "" if law.holds(*parts) else law.shown(*parts)
