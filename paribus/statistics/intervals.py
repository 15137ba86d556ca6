"""Intervals for a difference between two arms: over seeds (Welch, paired) and over validation items (jackknife).

Without resampling: the same numbers everywhere, in a notebook's report and in the grader's inner loop. A difference
is always changed − baseline.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, variance

from paribus.errors import UsageError
from paribus.metrics.metric import Scored
from paribus.metrics.registry import registry
from paribus.metrics.scoring import Left, leave_one_out

LEVEL = 0.95


@dataclass(frozen=True)
class Interval:
    """A two-sided interval around ``centre``, the difference that was measured."""

    low: float
    high: float
    centre: float

    @property
    def holds_zero(self) -> bool:
        """Zero lies inside or on the edge."""
        return self.low <= 0.0 <= self.high

    def excludes_zero(self, direction: int = 0) -> bool:
        """Zero lies outside, on the side that a claimed direction needs (+1 up, −1 down, 0 either)."""
        return (self.low > 0.0 and direction >= 0) or (self.high < 0.0 and direction <= 0)

    def within(self, margin: float) -> bool:
        """The whole interval lies inside ±margin."""
        return -margin <= self.low and self.high <= margin


def welch_interval(baseline: Sequence[float], changed: Sequence[float], level: float = LEVEL) -> Interval:
    """Welch's t interval for the difference of two means (Welch 1947), arms taken as independent.

    Raises UsageError with fewer than two values an arm.
    """
    if min(len(baseline), len(changed)) < 2:
        raise UsageError(
            f"An interval over seeds needs at least two runs an arm; there are {len(baseline)} and {len(changed)}."
        )
    a, b = variance(baseline) / len(baseline), variance(changed) / len(changed)
    df = 1.0
    if a + b > 0:
        # Shares instead of variances: a square of a tiny variance would be zero.
        share = a / (a + b)
        df = 1.0 / (share**2 / (len(baseline) - 1) + (1 - share) ** 2 / (len(changed) - 1))
    return _around(fmean(changed) - fmean(baseline), math.sqrt(a + b), df, level)


def paired_interval(baseline: Sequence[float], changed: Sequence[float], level: float = LEVEL) -> Interval:
    """The t interval for the mean of the differences, seed by seed: value i of both arms has one seed.

    Raises UsageError where the arms differ in length or have fewer than two values.
    """
    if len(baseline) != len(changed) or len(baseline) < 2:
        raise UsageError(
            "A paired interval needs the same seeds in both arms, at least two of them; there are "
            f"{len(baseline)} and {len(changed)} values."
        )
    differences = [after - before for before, after in zip(baseline, changed, strict=True)]
    n = len(differences)
    return _around(fmean(differences), math.sqrt(variance(differences) / n), n - 1, level)


def items_interval(
    baseline: Sequence[Scored], changed: Sequence[Scored], *, metric: str, level: float = LEVEL
) -> Interval:
    """What another draw of validation items could do to the seed-averaged difference of a metric.

    An arm is a sequence of its seeds' predictions, all on the same items. Delete-one jackknife (Tukey 1958; Efron
    and Stein 1981 show that its variance is not too small on average), t quantile with items − 1; metrics without a
    closed form leave out groups of items instead (Kott 2001), t quantile with groups − 1. Macro-F1 runs over the
    classes of the split; a class whose only item is left out leaves the mean. `docs/experiments.md` states the
    coverage measured. Raises UsageError where an arm is empty, or the metric cannot be computed from these
    predictions.
    """
    import numpy as np

    left = difference_left(baseline, changed, metric=metric)
    parts = left.without.size
    spread = (parts - 1) / parts * float(np.square(left.without - left.without.mean()).sum())
    return _around(left.value, math.sqrt(spread), parts - 1, level)


def difference_left(baseline: Sequence[Scored], changed: Sequence[Scored], *, metric: str) -> Left:
    """The seed-averaged difference of a metric, and the same without each part of the items. Raises UsageError as
    `items_interval`.
    """
    import numpy as np

    if not registry()[metric].over_items:
        raise UsageError(f"No interval over items exists for {metric!r}: items cannot be left out of it.")
    if not baseline or not changed:
        raise UsageError(
            f"An interval over items needs a run in each arm; there are {len(baseline)} and {len(changed)}."
        )
    means, left_out = [], []
    for arm in (baseline, changed):
        left = [leave_one_out(run, metric) for run in arm]
        means.append(fmean(item.value for item in left))
        left_out.append(np.mean([item.without for item in left], axis=0))
    return Left(means[1] - means[0], left_out[1] - left_out[0])


def t_quantile(probability: float, df: float) -> float:
    """The quantile of Student's t with ``df`` degrees of freedom, for a probability from 0.5 up to below 1.

    Raises UsageError outside that range.
    """
    if not 0.5 <= probability < 1.0 or not df > 0.0:
        raise UsageError(f"A t quantile needs 0.5 <= p < 1 and df > 0; got p = {probability:g}, df = {df:g}.")
    # Imported here, and not from scipy.stats: a notebook begins at once, and a grader needs nothing heavy.
    from scipy.special import stdtrit

    return float(stdtrit(df, probability))


def _around(centre: float, error: float, df: float, level: float) -> Interval:
    half = t_quantile(0.5 + level / 2, df) * error if error else 0.0
    return Interval(centre - half, centre + half, centre)
