"""The intervals of an experiment's difference, worked out from its records as its report does."""

from collections.abc import Iterator, Mapping

from grader.evidence.groups import Group
from grader.evidence.runs import Run, by_seed
from grader.evidence.scores import labels_of, unpacked
from grader.model import Case
from paribus.errors import UsageError
from paribus.intervals import ITEM_METRICS, Interval, jackknife_interval, paired_interval, welch_interval


def item_interval(
    case: Case, baseline: Mapping[int | None, Run], changed: Mapping[int | None, Run], metric: str
) -> Interval | None:
    """The item-level interval of changed − baseline, None where labels or predictions are missing or do not fit."""
    found = labels_of(case, next(iter(baseline.values())))
    labels = unpacked(found[0]) if found is not None else None
    arms = [[unpacked(run.record.predictions) for run in runs.values()] for runs in (baseline, changed)]
    clean = [[item for item in arm if item is not None] for arm in arms]
    lost = any(len(kept) < len(arm) for kept, arm in zip(clean, arms, strict=True))
    if metric not in ITEM_METRICS or found is None or labels is None or lost:
        return None
    try:
        return jackknife_interval(labels, clean[0], clean[1], n_classes=found[1], metric=metric)
    except UsageError:
        # Arrays of another length, or ids beyond the classes: metrics.recomputed says so.
        return None


def intervals_of(case: Case, pair: tuple[Group, Group], metric: str) -> Iterator[tuple[str, Interval]]:
    """The intervals of a metric's difference by their kinds, the one over items last."""
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
