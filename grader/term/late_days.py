"""The bank of late days: which days of lateness cost nothing. Seconds and points in, days out; no files.

A day of the bank covers a whole day of one assignment's lateness. The earliest assignments are served first. A day
is spent only where it lowers what lateness costs; what the bank does not cover follows the course's late table.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from grader.gradebook.penalty import points_lost
from paribus.course.policy import LateTable

DAY = 86_400.0


@dataclass(frozen=True)
class LateWork:
    """One assignment of one student: its points, how many seconds late, and what the course takes for that."""

    name: str
    score: float
    late: float
    method: str | LateTable


@dataclass(frozen=True)
class Covered:
    """What the bank gave to an assignment: days, and the points that lateness still costs."""

    days: int
    penalty: float


def spend(bank: int, works: Sequence[LateWork]) -> tuple[Covered, ...]:
    """What the bank gives to each of a student's works, which are in the order of the course."""
    found = []
    for work in works:
        costs = [_cost(work, days) for days in range(min(bank, math.ceil(work.late / DAY)) + 1)]
        days = costs.index(min(costs))
        bank -= days
        found.append(Covered(days, costs[days]))
    return tuple(found)


def _cost(work: LateWork, days: int) -> float:
    return points_lost(work.name, work.score, max(0.0, work.late - days * DAY), work.method)
