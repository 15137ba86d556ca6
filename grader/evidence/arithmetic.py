"""Arithmetic between the numbers of a text: a difference, a ratio, a change in percent."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

from grader.evidence.traces import Status, Trace


def derived(item: Trace, known: Sequence[Trace]) -> Trace | None:
    """A number that follows from two traced ones near it: their difference, their ratio, a change in percent."""
    number = item.number
    if number.spread is not None or number.upper is not None or (item.status is Status.WRONG and not known):
        return None
    others = [other for other in known if other.number.start != number.start or other.sentence != item.sentence][
        -8:
    ]
    reading = number.readings[0]
    for first, second in combinations(others, 2):
        a, b = first.expected, second.expected
        if a is None or b is None or (first.metric != second.metric and first.metric and second.metric):
            continue
        options = [(abs(b - a), 1.0)]
        if number.percent or number.points or abs(reading.value) > 1:
            options.append((abs(b - a), 100.0))
        if number.percent:
            options += [(abs(b - a) / abs(start), 100.0) for start in (a, b) if start]
        if number.times or not number.percent:
            options += [
                (abs(end / start), 1.0) for start, end in ((a, b), (b, a)) if start and abs(end / start) > 1
            ]
        for value, scale in options:
            if abs(value * scale - abs(reading.value)) <= 1.05 * reading.unit and abs(reading.value) > 0:
                return replace(
                    item,
                    status=Status.TRACED,
                    expected=value,
                    recorded_in=first.recorded_in,
                    group=f"{second.group} against {first.group}",
                    why="",
                )
    return None
