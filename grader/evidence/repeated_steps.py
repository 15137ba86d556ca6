"""Numbers that a text works out in the same way again and again: each less a limit, each as a multiple of another.

A table with a column "over the budget" or a list with every gain behind its value holds numbers that no output
prints. One alone may follow from two others by chance. Where two more follow in the same way, it does so as well.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import permutations, product
from typing import NamedTuple

from grader.evidence.arithmetic import SLACK
from grader.evidence.series import SHARE
from grader.evidence.traces import Status, Trace
from grader.reading.numbers import Reading

REACH, NEAR = 6, 20
"""Numbers before one that it may be worked out from, and numbers around it that may follow in the same way."""
FINEST = 1e-9
"""The last digit of the longest number that is looked at; no output prints as many."""
OTHERS = 2
"""Numbers beside one that show how it was worked out."""


class _Step(NamedTuple):
    """How a number is worked out: from the one so far before it, and another so far before it or at one place."""

    name: str
    first: int
    second: int = 0
    at: int = -1


_OPERATIONS: dict[str, Callable[[float, float], float]] = {
    "less": lambda a, b: abs(a - b),
    "by": lambda a, b: a / b if b else 0.0,
}


def follow(traces: Sequence[Trace]) -> list[Trace]:
    """The numbers of an answer, and those that were unclear traced where they follow as others beside them do."""
    steps = _steps(traces) if any(map(_is_unclear, traces)) else ()
    return [
        _as_others(index, traces, steps) or item if _is_unclear(item) else item for index, item in enumerate(traces)
    ]


def _is_unclear(item: Trace) -> bool:
    return item.status is Status.UNCLEAR and not item.settled and item.number.spread is None


def _steps(traces: Sequence[Trace]) -> tuple[_Step, ...]:
    """Every way in which two numbers or more follow."""
    reach = range(1, REACH + 1)
    limits = {abs(item.number.value): place for place, item in enumerate(traces) if _is_exact(item)}
    offered = [
        *(_Step(name, *both) for name, both in product(_OPERATIONS, permutations(reach, 2))),
        *(_Step(name, first, at=at) for name, first, at in product(_OPERATIONS, reach, limits.values())),
    ]
    fitting = {step: [index for index in range(len(traces)) if _fits(step, index, traces)] for step in offered}
    return tuple(step for step, places in fitting.items() if len(places) > OTHERS)


def _is_exact(item: Trace) -> bool:
    return item.number.readings[0].decimals > 0 and item.status not in (Status.WRONG, Status.DOUBTFUL)


def _as_others(index: int, traces: Sequence[Trace], steps: Sequence[_Step]) -> Trace | None:
    item = traces[index]
    reading = item.number.readings[0]
    size, unit = abs(reading.value), reading.unit
    if unit < FINEST:
        return None
    low, high = max(0.0, min(size / 3, size - 5 * unit)), max(3 * size, size + 5 * unit)
    own = {round(size / unit) + off for off in (-1, 0, 1)}
    near = [place for place in range(max(0, index - NEAR), min(len(traces), index + NEAR)) if place != index]
    places: set[int] = set()
    found: float | None = None
    for step in steps:
        mine = _value(step, index, traces)
        if mine is None or not low <= mine <= high or sum(_fits(step, place, traces) for place in near) < OTHERS:
            continue
        places |= {round(mine / unit) + off for off in (-1, 0, 1)}
        found = mine if _is(mine, reading) else found
    chance = len(places - own) * unit / (high - low)
    if found is None or chance > SHARE:
        return None
    return replace(item, status=Status.TRACED, expected=found, why="", chance=chance)


def _value(step: _Step, index: int, traces: Sequence[Trace]) -> float | None:
    place = step.at if step.at >= 0 else index - step.second
    if index < max(step.first, step.second) or place == index:
        return None
    first, second = traces[index - step.first], traces[place]
    if not _is_exact(first) or not _is_exact(second):
        return None
    return _OPERATIONS[step.name](abs(first.number.value), abs(second.number.value))


def _fits(step: _Step, index: int, traces: Sequence[Trace]) -> bool:
    value, item = _value(step, index, traces), traces[index]
    return value is not None and _is_exact(item) and _is(value, item.number.readings[0])


def _is(value: float, reading: Reading) -> bool:
    return reading.value != 0 and abs(value - abs(reading.value)) <= SLACK * reading.unit
