"""The few statistics that verdicts rest on, in closed form: no resampling, no scipy, the same everywhere.

t intervals over seeds (Welch and paired) and a jackknife over items for macro-F1. `tests/grader/test_statistics.py`
holds them against scipy and against simulation.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import fmean, variance
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Interval:
    """A two-sided interval for a difference, changed minus baseline."""

    low: float
    high: float

    @property
    def holds_zero(self) -> bool:
        """Zero lies inside."""
        return self.low <= 0.0 <= self.high

    def within(self, margin: float) -> bool:
        """The whole interval lies inside ±margin."""
        return -margin <= self.low and self.high <= margin

    def excludes_zero(self, direction: int) -> bool:
        """Zero lies outside, on the side that a claimed direction needs (0: either)."""
        return (self.low > 0.0 and direction >= 0) or (self.high < 0.0 and direction <= 0)


def welch(baseline: Sequence[float], changed: Sequence[float], confidence: float = 0.95) -> Interval | None:
    """Welch's t interval for the difference of two means (Welch 1947); None with fewer than two values an arm."""
    if min(len(baseline), len(changed)) < 2:
        return None
    a, b = variance(baseline) / len(baseline), variance(changed) / len(changed)
    centre = fmean(changed) - fmean(baseline)
    if a + b == 0.0:
        return Interval(centre, centre)
    df = (a + b) ** 2 / (a**2 / (len(baseline) - 1) + b**2 / (len(changed) - 1))
    half = t_quantile(0.5 + confidence / 2, df) * math.sqrt(a + b)
    return Interval(centre - half, centre + half)


def paired(differences: Sequence[float], confidence: float = 0.95) -> Interval | None:
    """The t interval for the mean of paired differences; None with fewer than two."""
    if len(differences) < 2:
        return None
    centre = fmean(differences)
    half = t_quantile(0.5 + confidence / 2, len(differences) - 1) * math.sqrt(
        variance(differences) / len(differences)
    )
    return Interval(centre - half, centre + half)


def item_interval(
    labels: "NDArray[np.int64]",
    baseline: Sequence["NDArray[np.int64]"],
    changed: Sequence["NDArray[np.int64]"],
    *,
    n_classes: int,
    metric: str,
    confidence: float = 0.95,
) -> Interval:
    """A delete-one jackknife interval over items for the seed-averaged difference of a metric.

    ``labels`` and every array of predictions have shape (items,); ``metric`` is accuracy or macro_f1. The
    difference is the changed arm's mean minus the baseline's (Efron and Stein 1981 for the variance).
    """
    import numpy as np

    full_a, out_a = _mean_leave_one_out(labels, baseline, n_classes, metric)
    full_b, out_b = _mean_leave_one_out(labels, changed, n_classes, metric)
    left_out = out_b - out_a
    n = labels.size
    spread = (n - 1) / n * float(np.square(left_out - left_out.mean()).sum())
    half = t_quantile(0.5 + confidence / 2, max(1, n - 1)) * math.sqrt(spread)
    centre = full_b - full_a
    return Interval(centre - half, centre + half)


def _mean_leave_one_out(
    labels: "NDArray[np.int64]", runs: Sequence["NDArray[np.int64]"], n_classes: int, metric: str
) -> tuple[float, "NDArray[np.float64]"]:
    values = [_leave_one_out(labels, run, n_classes, metric) for run in runs]
    total = sum((item[1] for item in values[1:]), start=values[0][1])
    return fmean(item[0] for item in values), total / len(values)


def _leave_one_out(
    labels: "NDArray[np.int64]", predictions: "NDArray[np.int64]", n_classes: int, metric: str
) -> tuple[float, "NDArray[np.float64]"]:
    """The metric, and the metric without each item, shape (items,): only two classes' F1 move with an item."""
    import numpy as np

    right = labels == predictions
    n = labels.size
    if metric == "accuracy":
        hits = float(right.sum())
        return hits / n, (hits - right) / max(1, n - 1)
    counts = np.bincount(labels, minlength=n_classes).astype(np.float64)
    predicted = np.bincount(predictions, minlength=n_classes).astype(np.float64)
    hits_by_class = np.bincount(labels[right], minlength=n_classes).astype(np.float64)
    size = np.maximum(counts + predicted, 1.0)
    split = counts > 0
    f1 = np.where(split, 2 * hits_by_class / size, 0.0)
    classes = int(split.sum())
    total = float(f1.sum())
    # Without a right item: its class loses a hit, an item and a prediction.
    without_right = 2 * (hits_by_class - 1) / np.maximum(size - 2, 1.0)
    # Without a wrong one: its class loses an item, the class predicted instead a prediction.
    smaller = np.where(split, 2 * hits_by_class / np.maximum(size - 1, 1.0), 0.0)
    # A class whose only item is left out leaves the mean.
    last = counts[labels] == 1
    number = np.where(last, max(1, classes - 1), classes)
    own = np.where(
        last, -f1[labels], np.where(right, without_right[labels] - f1[labels], smaller[labels] - f1[labels])
    )
    other = np.where(right, 0.0, smaller[predictions] - f1[predictions])
    return total / max(1, classes), (total + own + other) / number


@lru_cache(maxsize=256)
def t_quantile(probability: float, df: float) -> float:
    """The quantile of Student's t, for probabilities above one half, by bisection of its distribution function."""
    low, high = 0.0, 1.0
    while t_cdf(high, df) < probability:
        high *= 2.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if t_cdf(middle, df) < probability else (low, middle)
    return (low + high) / 2


def t_cdf(t: float, df: float) -> float:
    """P(T <= t) for t >= 0, by the regularised incomplete beta function."""
    return 1.0 - 0.5 * _beta(df / 2, 0.5, df / (df + t * t))


def _beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function by its continued fraction (Abramowitz and Stegun 26.5.8)."""
    if x <= 0.0 or x >= 1.0:
        return 0.0 if x <= 0.0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1.0 - _beta(b, a, 1.0 - x)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    # Lentz's method.
    tiny = 1e-300
    c, d = 1.0, 1.0 / max(1.0 - (a + b) * x / (a + 1), tiny)
    fraction = d
    for m in range(1, 400):
        for numerator in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1.0 / (1.0 + numerator * d or tiny)
            c = 1.0 + numerator / c or tiny
            fraction *= c * d
        if abs(c * d - 1.0) < 1e-14:
            break
    return front * fraction / a
