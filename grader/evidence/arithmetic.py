"""Arithmetic between the numbers of a text: a difference, a ratio, a change in percent."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

from grader.evidence.chance import CHANCE
from grader.evidence.laws import broken, span_of
from grader.evidence.traces import Status, Trace
from grader.reading.numbers import Number, Reading

MOST = 8
"""Traced numbers before this one that it may follow from."""
SLACK = 1.05
"""Who subtracts two rounded numbers is off by one in the last place at most."""


def derived(item: Trace, known: Sequence[Trace], most: float = CHANCE) -> Trace | None:
    """A number that follows from two traced ones near it: their difference, their ratio, a change in percent.

    Those of its own sentence come first. It is traced where a random number would rarely follow from any as near,
    else unclear; None where it follows from none. ``most`` is how often a random one may.
    """
    number = item.number
    if number.spread is not None or number.upper is not None or (item.status is Status.WRONG and not known):
        return None
    others = [other for other in known if other.number.start != number.start or other.sentence != item.sentence]
    mine = [other for other in others if other.sentence == item.sentence]
    beside = [other for other in mine if other.number.start < number.start][-1:]
    found: Trace | None = None
    for pairs in (
        # What a number is the difference of is right before it: "10.31 ms, which is 3.34 ms too much".
        [(other, last) for last in beside for other in others[-MOST:] if other is not last],
        list(combinations(mine, 2)),
        list(combinations(others[-MOST:], 2)),
    ):
        results = [(value, pair) for pair in pairs for value in _results(number, *pair)]
        fitting = next(((value, pair) for value, pair in results if _is(number.readings[0], value)), None)
        if fitting is None:
            continue
        value, (first, second) = fitting
        chance = _chance(number.readings[0], [other for other, _ in results])
        traced = chance <= most
        found = replace(
            item,
            status=Status.TRACED if traced else Status.UNCLEAR,
            expected=value,
            recorded_in=first.recorded_in,
            group=f"{second.group} against {first.group}",
            why="" if traced else "it may follow from two numbers beside it, or be chance",
            chance=chance,
        )
        if traced:
            break
    return found


def _results(number: Number, first: Trace, second: Trace) -> Iterator[float]:
    """What two numbers give, as this one would be written."""
    a, b = first.expected, second.expected
    if a is None or b is None or (first.metric != second.metric and first.metric and second.metric):
        return
    yield abs(b - a)
    if max(abs(a), abs(b)) <= 1 and (number.percent or number.points or abs(number.value) > 1):
        yield 100 * abs(b - a)
    if number.percent:
        yield from (100 * abs(b - a) / abs(start) for start in (a, b) if start)
    if number.times or not number.percent:
        yield from (abs(end / start) for start, end in ((a, b), (b, a)) if start and abs(end / start) > 1)


def _is(reading: Reading, value: float) -> bool:
    return abs(value - abs(reading.value)) <= SLACK * reading.unit and reading.value != 0


def _chance(reading: Reading, results: Sequence[float]) -> float:
    """The share of the numbers from a third to three times this one that some result supports."""
    size, unit = abs(reading.value), reading.unit
    low, high = max(0.0, min(size / 3, size - 5 * unit)), max(3 * size, size + 5 * unit)
    places = {round(value / unit) + step for value in results if low <= value <= high for step in (-1, 0, 1)}
    own = {round(size / unit) + step for step in (-1, 0, 1)}
    return len(places - own) * unit / (high - low)


DIGITS = 3
"""Decimals with which a number is rarely by chance what a difference leaves."""


def confirmed(item: Trace, beside: Sequence[Trace]) -> Trace | None:
    """A number that may be one of several things, where two traced ones of its sentence leave only one: a level and
    the difference to it. "0.5385 in the baseline, 0.4231 with the large steps, so −0.1154."
    """
    if item.status is not Status.UNCLEAR or max(reading.decimals for reading in item.number.readings) < DIGITS:
        return None
    traced = [other for other in beside if other.status is Status.TRACED and other.sentence == item.sentence]
    changes = [other for other in traced if other.number.signed or other.number.points]
    for change in changes:
        for level in (other for other in traced if other not in changes and other.number.spread is None):
            parts = [span_of(number, fraction=True) for number in (level.number, item.number, change.number)]
            if not broken("difference", *parts):
                return replace(item, status=Status.TRACED, metric=level.metric, why="")
    return None
