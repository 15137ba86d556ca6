"""The intervals of an experiment's difference, worked out from its records as its report does."""

from collections.abc import Iterator, Mapping

from grader.evidence.groups import Group
from grader.evidence.runs import CASES, Run, by_seed
from grader.evidence.scores import items_of
from grader.model import Case
from paribus.errors import UsageError
from paribus.metrics.registry import per_registry, registry
from paribus.statistics.intervals import Interval, items_interval, paired_interval, welch_interval


def item_interval(
    case: Case, baseline: Mapping[int | None, Run], changed: Mapping[int | None, Run], metric: str
) -> Interval | None:
    """The item-level interval of changed − baseline, None where labels or predictions are missing or do not fit."""
    if metric not in registry() or not registry()[metric].over_items:
        return None
    arms = [[items_of(case, run) for run in runs.values()] for runs in (baseline, changed)]
    clean = [[item for item in arm if item is not None] for arm in arms]
    sizes = {item.truth.size for arm in clean for item in arm}
    if any(len(kept) < len(arm) for kept, arm in zip(clean, arms, strict=True)) or len(sizes) != 1 or sizes == {1}:
        return None
    try:
        return items_interval(clean[0], clean[1], metric=metric)
    except UsageError:
        # Scores of classes that a run lacks.
        return None


@per_registry(32 * CASES)
def intervals_of(case: Case, pair: tuple[Group, Group], metric: str) -> tuple[tuple[str, Interval], ...]:
    """The intervals of a metric's difference by their kinds, the one over items last."""
    return tuple(_intervals(case, pair, metric))


def _intervals(case: Case, pair: tuple[Group, Group], metric: str) -> Iterator[tuple[str, Interval]]:
    baseline, changed = (by_seed(group.runs) for group in pair)
    a = {seed: float(run.metrics[metric]) for seed, run in baseline.items() if metric in run.metrics}
    b = {seed: float(run.metrics[metric]) for seed, run in changed.items() if metric in run.metrics}
    if not a or not b:
        return
    if min(len(a), len(b)) > 1:
        yield "welch", welch_interval(list(a.values()), list(b.values()))
        shared = [seed for seed in a if seed in b]
        if len(shared) > 1:
            yield "paired", paired_interval([a[seed] for seed in shared], [b[seed] for seed in shared])
    items = item_interval(case, baseline, changed, metric)
    if items is not None:
        yield "items", items
