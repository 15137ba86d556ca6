"""Intervals for a difference between two arms: over seeds (Welch, paired) and over validation items (jackknife).

Closed forms on numpy alone, without resampling: the same numbers everywhere, in a notebook's report and in
the grader's inner loop. `paribus.statistics` gets its seed intervals from scipy; a test holds the two
together. A difference is always changed − baseline.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import fmean, variance
from typing import TYPE_CHECKING

from paribus.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

LEVEL = 0.95
ITEM_METRICS = ("accuracy", "macro_f1", "weighted_f1")


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


def jackknife_interval(
    labels: "ArrayLike",
    baseline: "Sequence[ArrayLike]",
    changed: "Sequence[ArrayLike]",
    *,
    n_classes: int,
    metric: str = "macro_f1",
    level: float = LEVEL,
) -> Interval:
    """What another draw of validation items could do to the seed-averaged difference of a metric.

    ``labels`` and every array of predictions hold class ids, shape (items,); an arm is a sequence of them, one a
    seed. Delete-one jackknife (Tukey 1958; Efron and Stein 1981 show that its variance is not too small
    on average), t quantile with items − 1. Macro-F1 runs over the classes of the split; a class whose
    only item is left out leaves the mean. `docs/experiments.md` states the coverage measured.
    Raises UsageError where shapes differ, an arm is empty, there are fewer than two items, or the metric is
    none of accuracy, macro_f1 and weighted_f1.
    """
    import numpy as np

    truth = np.asarray(labels)
    arms = [[np.asarray(run) for run in arm] for arm in (baseline, changed)]
    _check_items(truth, arms, n_classes, metric)
    means, left_out = [], []
    for arm in arms:
        full, out = zip(*(_leave_one_out(truth, run, n_classes, metric) for run in arm), strict=True)
        means.append(fmean(full))
        left_out.append(np.mean(out, axis=0))
    without = left_out[1] - left_out[0]
    n = truth.size
    spread = (n - 1) / n * float(np.square(without - without.mean()).sum())
    return _around(means[1] - means[0], math.sqrt(spread), n - 1, level)


@lru_cache(maxsize=256)
def t_quantile(probability: float, df: float) -> float:
    """The quantile of Student's t with ``df`` degrees of freedom, for a probability from 0.5 up to below 1.

    Bisection on the upper tail, to the last bits of a float. Raises UsageError outside that range.
    """
    if not 0.5 <= probability < 1.0 or not df > 0.0:
        raise UsageError(f"A t quantile needs 0.5 <= p < 1 and df > 0; got p = {probability:g}, df = {df:g}.")
    wanted = 1.0 - probability
    low, high = 0.0, 1.0
    while _upper_tail(high, df) > wanted:
        low, high = high, 2.0 * high
    for _ in range(90):
        middle = (low + high) / 2
        low, high = (middle, high) if _upper_tail(middle, df) > wanted else (low, middle)
    return (low + high) / 2


def _around(centre: float, error: float, df: float, level: float) -> Interval:
    half = t_quantile(0.5 + level / 2, df) * error if error else 0.0
    return Interval(centre - half, centre + half, centre)


def _check_items(
    truth: "NDArray[np.int64]", arms: "list[list[NDArray[np.int64]]]", n_classes: int, metric: str
) -> None:
    if metric not in ITEM_METRICS:
        raise UsageError(f"Items can be left out of {', '.join(ITEM_METRICS)}; got {metric!r}.")
    if truth.ndim != 1 or truth.size < 2 or not all(arms):
        raise UsageError(
            "A jackknife needs labels of shape (items,) with at least two items, and predictions of at least one "
            f"run an arm; got labels of shape {truth.shape} and {len(arms[0])} and {len(arms[1])} runs."
        )
    for ids in (truth, *arms[0], *arms[1]):
        if ids.shape != truth.shape or ids.dtype.kind not in "iu" or ids.min() < 0 or ids.max() >= n_classes:
            raise UsageError(
                f"Predictions are one class id from 0 to {n_classes - 1} for each of the {truth.size:,} items; got "
                f"an array of {ids.dtype} and shape {ids.shape}."
            )


def _leave_one_out(
    labels: "NDArray[np.int64]", predictions: "NDArray[np.int64]", n_classes: int, metric: str
) -> tuple[float, "NDArray[np.float64]"]:
    """The metric, and the metric without each item, shape (items,): only two classes' F1 move with an item."""
    import numpy as np

    right = labels == predictions
    n = labels.size
    if metric == "accuracy":
        return float(right.mean()), (right.sum() - right) / (n - 1)
    counts = np.bincount(labels, minlength=n_classes).astype(np.float64)
    hits = np.bincount(labels[right], minlength=n_classes).astype(np.float64)
    size = counts + np.bincount(predictions, minlength=n_classes)
    f1 = 2 * hits / np.maximum(size, 1)
    # Without a right item its class loses a hit, an item and a prediction; without a wrong one the class loses
    # an item, and the class predicted instead loses a prediction.
    found = 2 * np.maximum(hits - 1, 0) / np.maximum(size - 2, 1)
    missed = 2 * hits / np.maximum(size - 1, 1)
    own = np.where(right, found[labels], missed[labels])
    if metric == "weighted_f1":
        total = float((counts * f1).sum())
        moved = (counts[labels] - 1) * own - counts[labels] * f1[labels]
        moved += np.where(right, 0.0, counts[predictions] * (missed[predictions] - f1[predictions]))
        return total / n, (total + moved) / (n - 1)
    split = counts > 0
    classes = int(split.sum())
    total = float(f1[split].sum())
    last = counts[labels] == 1
    moved = np.where(last, 0.0, own) - f1[labels]
    # A class with no item of its own is outside the mean, and so is what happens to it.
    elsewhere = ~right & split[predictions]
    moved += np.where(elsewhere, missed[predictions] - f1[predictions], 0.0)
    return total / classes, (total + moved) / np.maximum(classes - last, 1)


def _upper_tail(t: float, df: float) -> float:
    """P(T > t) for t >= 0, by the regularised incomplete beta function."""
    return 0.5 * _beta(df / 2, 0.5, df / (df + t * t))


def _beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function I_x(a, b), 0 < x <= 1 (Abramowitz and Stegun 26.5.8, by Lentz)."""
    if x >= 1.0:
        return 1.0
    if x > (a + 1) / (a + b + 2):
        return 1.0 - _beta(b, a, 1.0 - x)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    c, d = 1.0, 1.0 / (1.0 - (a + b) * x / (a + 1))
    fraction = d
    for m in range(1, 500):
        before = fraction
        for numerator in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1.0 / (1.0 + numerator * d)
            c = 1.0 + numerator / c
            fraction *= c * d
        if fraction == before:
            break
    return front * fraction / a
