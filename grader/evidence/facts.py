"""Facts: every value that a file shows, what it measures and of what, and how exactly it is known.

A fact from a record is exact. A fact from an output is known as precisely as it was printed. Both carry the words
that name them, so that a sentence can be held against the facts it may speak of.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from grader.reading.numbers import Number, Reading

MAX_FACTS = 20_000
"""More than any notebook shows of its runs; what is beyond is not looked at."""
UNIT_FRACTION, UNIT_COUNT, UNIT_PLAIN = "fraction", "count", "plain"


class Kind(StrEnum):
    """What a fact is of a metric: its level over the runs of a group, one seed's or one epoch's, a spread, and so
    on.
    """

    LEVEL = "level"
    SEED = "seed"
    EPOCH = "epoch"
    SPREAD = "spread"
    CLASS = "class"
    DIFFERENCE = "difference"
    RATIO = "ratio"
    BOUND = "bound"
    NAMED = "named"
    SHOWN = "shown"
    QUOTE = "quote"


class Fact(NamedTuple):
    """One value; a tuple, since a notebook has some thousand of them. ``metric`` is a metric's name or "";
    ``operands`` the groups of runs it is about, each by all of its keys (one for a level, two for a difference,
    none where nothing says whose it is).

    ``words`` are stems of what names it beside metric and group: a class, a tier, a value record's name, the labels
    of a printed table. ``seed`` and ``epoch`` are None where it is none's. ``decimals`` is None for an exact value,
    else the digits that were printed. ``rare``: it is meant only where its words are said. ``position`` is the cell
    that shows it, ``title`` what people call it. ``place`` and ``column`` are its labels by the vocabulary's tables
    of these names: the head of the classes, what was found. ``series`` are the printed rows and columns it is in.
    """

    value: float
    kind: Kind
    metric: str
    operands: tuple[frozenset[str], ...]
    position: int
    title: str
    unit: str = UNIT_FRACTION
    words: frozenset[str] = frozenset()
    seed: int | None = None
    epoch: int | None = None
    decimals: int | None = None
    signless: bool = False
    rare: bool = False
    place: str = ""
    column: str = ""
    series: tuple[str, ...] = ()

    @property
    def is_spread(self) -> bool:
        """A standard deviation or what people call by that name, recorded or quoted."""
        return self.kind is Kind.SPREAD or (self.kind is Kind.QUOTE and bool(self.words))

    @property
    def half(self) -> float:
        """Half a unit in the last printed place; zero for an exact value."""
        return 0.0 if self.decimals is None else _half(self.decimals)


def _half(decimals: int) -> float:
    return float(0.5 * 10.0**-decimals)


class Facts:
    """Facts, ordered by size, so that those which agree with a number are found at once."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        """Keep the facts, up to `MAX_FACTS`."""
        self.all = tuple(facts)[:MAX_FACTS]

    @cached_property
    def _ordered(self) -> list[Fact]:
        return sorted(self.all, key=lambda fact: abs(fact.value))

    @cached_property
    def _sizes(self) -> list[float]:
        return [abs(fact.value) for fact in self._ordered]

    @cached_property
    def _of_metric(self) -> dict[str, list[float]]:
        found: dict[str, list[float]] = {}
        for fact in self.all:
            found.setdefault(fact.metric, []).append(abs(fact.value))
        return {metric: sorted(sizes) for metric, sizes in found.items()}

    def between(self, low: float, high: float) -> Sequence[Fact]:
        """Facts whose size is in [low, high]."""
        return self._ordered[bisect_left(self._sizes, low) : bisect_right(self._sizes, high)]

    def says(self, metric: str, value: float, decimals: int) -> bool:
        """Some fact of the metric, where one is named, is what was printed with so many decimals."""
        if not metric:
            return False
        size, half = abs(value), 1.02 * _half(decimals)
        sizes = self._of_metric.get(metric, [])
        return bisect_right(sizes, size + half) > bisect_left(sizes, size - half)

    def agreeing(self, number: Number) -> list[Fact]:
        """The facts that ``number`` may be a rounding of."""
        found: dict[Fact, None] = {}
        for reading in number.readings:
            for scale in (1.0, 100.0):
                size, unit = abs(reading.value) / scale, reading.unit / scale
                for fact in self.between(size - 1.05 * unit, size + 1.05 * unit):
                    if scale in scales_of(fact, number, reading) and agrees(fact, number, reading, scale):
                        found[fact] = None
        return list(found)


def scales_of(fact: Fact, number: Number, reading: Reading) -> tuple[float, ...]:
    """By what a fact is multiplied before it is compared: 100 where a fraction is written as a percentage."""
    if fact.unit == UNIT_FRACTION:
        if number.percent or number.points:
            return (100.0,)
        return (1.0, 100.0) if abs(reading.value) >= 1.0 else (1.0,)
    if fact.unit == UNIT_COUNT and (number.percent or number.points):
        return ()
    return (1.0,)


def agrees(fact: Fact, number: Number, reading: Reading, scale: float) -> bool:
    """The printed number is a rounding of the fact, which is known at least as precisely as it was printed."""
    half = fact.half * scale
    if half > 0.5001 * reading.unit:
        return False
    value, written = fact.value * scale, reading.value
    if not number.signed or fact.signless:
        value, written = abs(value), abs(written)
    elif reading.value > 0 > value and number.text[:1] != "+":
        value = abs(value)
    # Who subtracts or divides two rounded numbers may be off by one in the last place.
    slack = 0.55 if fact.kind in (Kind.DIFFERENCE, Kind.RATIO) else 0.0
    # A value may have been shown at four digits before it was rounded once more.
    if fact.unit == UNIT_FRACTION and reading.decimals == (3 if scale == 1.0 else 1):
        half += 0.00005 * scale
    return abs(value - written) <= (0.5 + slack) * reading.unit + half + 1e-9 + 1e-12 * abs(written)


def agreed(fact: Fact, number: Number) -> bool:
    """The number is a rounding of the fact, by one of its readings."""
    return any(
        agrees(fact, number, reading, scale)
        for reading in number.readings
        for scale in scales_of(fact, number, reading)
    )


def was_cut(fact: Fact, number: Number) -> bool:
    """The number is the fact with digits cut off instead of rounded."""
    for reading in number.readings:
        for scale in scales_of(fact, number, reading):
            beyond = abs(fact.value) * scale - abs(reading.value)
            if 0.0 <= beyond < reading.unit and fact.half * scale <= 0.5001 * reading.unit:
                return True
    return False
