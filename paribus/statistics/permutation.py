"""A paired permutation test over items, for every metric that follows from predictions.

Each item's share in the difference is its jackknife pseudo-value (Tukey 1958): of a mean over items, such as
accuracy or the mean absolute error, exactly the item's own difference; of macro-F1 or RMSE the linear part. Were
the two models alike, each share would be as likely with the other sign, so signs are drawn at random (Good 2005),
by scipy. It speaks of two fitted models on these items, and nothing of other seeds.
"""

from collections.abc import Sequence
from typing import Any

from paribus.metrics.metric import Scored
from paribus.statistics.intervals import difference_left

DRAWS = 999
"""Draws of signs: the smallest p that the test can give is 2/1000."""
_AT_ONCE = 4_000_000
"""Signs that are held in memory at once."""


def items_test(baseline: Sequence[Scored], changed: Sequence[Scored], *, metric: str) -> float:
    """The two-sided p of the seed-averaged difference of ``metric``.

    An arm is a sequence of its seeds' predictions, all on the same items. The draws are the same everywhere. A
    metric without a closed form counts by groups of items. Raises UsageError where an arm is empty, or the metric
    cannot be computed from these predictions.
    """
    import numpy as np
    from scipy import stats as scipy_stats

    left = difference_left(baseline, changed, metric=metric)
    parts = left.without.size
    shares = parts * left.value - (parts - 1) * left.without
    # Equal shares differ in their last bits, and a draw that gives the same difference has to count as such.
    shares = np.round(shares, 12)
    stats: Any = scipy_stats
    found = stats.permutation_test(
        (shares,), _mean, permutation_type="samples", vectorized=True, n_resamples=DRAWS,
        batch=max(1, _AT_ONCE // parts), random_state=np.random.default_rng(0),
    )  # fmt: skip
    return min(1.0, float(found.pvalue))


def _mean(sample: Any, axis: int) -> Any:  # arrays of scipy's making
    return sample.mean(axis=axis)
