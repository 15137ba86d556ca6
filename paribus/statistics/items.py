"""Uncertainty from the validation items: what another draw of them could do to a difference."""

from collections.abc import Sequence

from paribus.metrics.scoring import scored
from paribus.records.data import Data, chooser, pack_labels, predicts
from paribus.records.runs import RunResult
from paribus.statistics.intervals import LEVEL, Interval, items_interval


def over_items(
    data: Data,
    baseline: Sequence[RunResult],
    changed: Sequence[RunResult],
    *,
    metric: str = "",
    level: float = LEVEL,
) -> Interval:
    """The jackknife interval of the seed-averaged difference of ``metric`` (that of the data's choice if none is
    given), changed − baseline.

    It says what another validation split of this size could have shown of *these* fitted models, and nothing of
    other seeds; `over_seeds` is for those. Raises UsageError where the runs were scored on other data.
    """
    kind, n = predicts(data), len(data.classes)
    arms = [
        [
            scored(pack_labels(data), run.record.predictions, predicts=kind, n_classes=n, scores=run.record.scores)
            for run in arm
        ]
        for arm in (baseline, changed)
    ]
    return items_interval(*arms, metric=metric or chooser(data), level=level)
