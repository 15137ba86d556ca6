"""Uncertainty from the validation items: what another draw of them could do to a difference."""

from collections.abc import Sequence

from paribus.intervals import LEVEL, Interval, jackknife_interval
from paribus.runs import Data, RunResult


def over_items(
    data: Data,
    baseline: Sequence[RunResult],
    changed: Sequence[RunResult],
    *,
    metric: str = "macro_f1",
    level: float = LEVEL,
) -> Interval:
    """The jackknife interval of the seed-averaged difference of ``metric``, changed − baseline.

    It says what another validation split of this size could have shown of *these* fitted models, and nothing of
    other seeds; `over_seeds` is for those. Raises UsageError where the runs were scored on other data.
    """
    return jackknife_interval(
        data.validation.labels,
        [run.predictions for run in baseline],
        [run.predictions for run in changed],
        n_classes=len(data.classes), metric=metric, level=level,
    )  # fmt: skip
