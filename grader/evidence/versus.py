"""Which runs `notebook.compare` held against one another: its records hold differences and no names of runs."""

import math
from collections.abc import Iterator, Sequence
from itertools import permutations
from statistics import fmean

from grader.evidence.groups import Group

_PREFIX, _SUFFIX = "comparison.", "_difference"
_CLOSE = 1e-9
Pair = tuple[Group, Group]


def compared_pairs(
    groups: Sequence[Group], known: Sequence[Pair], named: Sequence[tuple[str, float, int]]
) -> tuple[Pair, ...]:
    """The pairs of groups that comparisons speak of, first and second; none where two pairs would fit, or where
    an experiment has the pair already. ``named`` are value records: dotted name, value, cell.
    """
    return tuple(_pairs(groups, known, named))


def _pairs(
    groups: Sequence[Group], known: Sequence[Pair], named: Sequence[tuple[str, float, int]]
) -> Iterator[Pair]:
    comparisons: dict[str, dict[str, float]] = {}
    for name, value, _ in named:
        key, dot, metric = name.removeprefix(_PREFIX).rpartition(".")
        if name.startswith(_PREFIX) and dot and metric.endswith(_SUFFIX):
            comparisons.setdefault(key, {})[metric.removesuffix(_SUFFIX)] = value
    found = {frozenset((first.key, second.key)) for first, second in known}
    for differences in comparisons.values():
        fits = [pair for pair in permutations(groups, 2) if _fits(pair, differences)]
        if len(fits) == 1 and frozenset(group.key for group in fits[0]) not in found:
            yield fits[0]


def _fits(pair: Pair, differences: dict[str, float]) -> bool:
    for metric, difference in differences.items():
        first, second = ([run.metrics[metric] for run in group.runs if metric in run.metrics] for group in pair)
        if not first or not second:
            return False
        if not math.isclose(fmean(second) - fmean(first), difference, rel_tol=0, abs_tol=_CLOSE):
            return False
    return True
