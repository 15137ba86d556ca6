"""The interval over items, from class ids."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from paribus.metrics.metric import Scored
from paribus.statistics.intervals import Interval, items_interval


def jackknife(
    labels: ArrayLike,
    baseline: Sequence[ArrayLike],
    changed: Sequence[ArrayLike],
    *,
    n_classes: int,
    metric: str = "macro_f1",
) -> Interval:
    """``labels`` and every array of predictions have shape (items,)."""
    truth = np.asarray(labels)
    one, other = ([Scored(truth, np.asarray(run), n_classes) for run in arm] for arm in (baseline, changed))
    return items_interval(one, other, metric=metric)
