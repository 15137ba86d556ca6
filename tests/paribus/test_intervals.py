"""The closed forms agree with scipy, obey their laws, and cover what they claim to."""

import math
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats as scipy_stats

from paribus.errors import UsageError
from paribus.metrics import evaluate_fast
from paribus.statistics.intervals import Interval, paired_interval, t_quantile, welch_interval
from tests.paribus.jackknife import jackknife

stats: Any = scipy_stats
FREEDOM = (0.5, 1, 1.3, 2, 2.7, 3, 4.9, 9, 30, 200, 6429, 100_000)
VALUES = st.lists(st.integers(0, 1000).map(lambda n: n / 1000), min_size=2, max_size=8)


@pytest.mark.parametrize("df", FREEDOM)
def test_the_t_quantile_is_scipys_to_nine_digits(df: float) -> None:
    for p in (0.5, 0.6, 0.9, 0.975, 0.995, 0.9995):
        expected = stats.t.ppf(p, df)
        assert t_quantile(p, df) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_the_t_quantile_has_its_known_values() -> None:
    """One degree of freedom is Cauchy's distribution, two have a closed form, a million are nearly the normal's."""
    for p in (0.6, 0.75, 0.9, 0.9999):
        assert t_quantile(p, 1) == pytest.approx(math.tan(math.pi * (p - 0.5)), rel=1e-11)
        assert t_quantile(p, 2) == pytest.approx((2 * p - 1) / math.sqrt(2 * p * (1 - p)), rel=1e-11)
    assert t_quantile(0.975, 1e9) == pytest.approx(NormalDist().inv_cdf(0.975), rel=1e-8)


@pytest.mark.parametrize(("p", "df"), [(0.4, 3), (1.0, 3), (0.9, 0), (0.9, float("nan"))])
def test_a_quantile_outside_its_range_is_refused(p: float, df: float) -> None:
    with pytest.raises(UsageError, match=r"0\.5 <= p < 1 and df > 0"):
        t_quantile(p, df)


@pytest.mark.filterwarnings("ignore:Precision loss:RuntimeWarning")  # scipy, of an arm whose values are equal
@settings(max_examples=60, deadline=None)
@given(a=VALUES, b=VALUES)
def test_welchs_interval_is_scipys(a: list[float], b: list[float]) -> None:
    found = welch_interval(a, b)
    if np.ptp(a) > 0 or np.ptp(b) > 0:
        expected = stats.ttest_ind(b, a, equal_var=False).confidence_interval()
        assert (found.low, found.high) == pytest.approx(tuple(expected), rel=1e-9, abs=1e-9)
    else:
        assert found.low == found.high == pytest.approx(b[0] - a[0], abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(pairs=st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), min_size=2, max_size=8))
def test_the_paired_interval_is_scipys_and_its_arms_may_be_swapped(pairs: list[tuple[int, int]]) -> None:
    a, b = [x / 100 for x, _ in pairs], [y / 100 for _, y in pairs]
    found, back = paired_interval(a, b), paired_interval(b, a)
    assert (found.low, found.high) == pytest.approx((-back.high, -back.low), abs=1e-12)
    differences = np.subtract(b, a)
    if np.ptp(differences) > 1e-9:
        expected = stats.ttest_1samp(differences, 0).confidence_interval()
        assert (found.low, found.high) == pytest.approx(tuple(expected), rel=1e-9, abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(a=VALUES, b=VALUES, level=st.sampled_from([0.5, 0.8]))
def test_a_lower_level_gives_a_narrower_interval_inside(a: list[float], b: list[float], level: float) -> None:
    wide, narrow = welch_interval(a, b), welch_interval(a, b, level)
    assert wide.low <= narrow.low <= narrow.centre <= narrow.high <= wide.high


def test_too_few_values_are_refused() -> None:
    with pytest.raises(UsageError, match="at least two runs an arm; there are 1 and 3"):
        welch_interval([0.1], [0.1, 0.2, 0.3])
    for pair in (([0.1], [0.2]), ([0.1, 0.2], [0.1])):
        with pytest.raises(UsageError, match="same seeds in both arms"):
            paired_interval(*pair)


def test_an_interval_says_where_zero_lies() -> None:
    above, below, around = Interval(0.01, 0.03, 0.02), Interval(-0.03, -0.01, -0.02), Interval(-0.01, 0.01, 0.0)
    assert [item.holds_zero for item in (above, below, around, Interval(0.0, 1.0, 0.5))] == [
        False,
        False,
        True,
        True,
    ]
    assert [above.excludes_zero(side) for side in (1, 0, -1)] == [True, True, False]
    assert [below.excludes_zero(side) for side in (1, 0, -1)] == [False, True, True]
    assert not around.excludes_zero()
    assert around.within(0.01)
    assert not above.within(0.02)


@st.composite
def arms(draw: st.DrawFn) -> tuple[NDArray[np.int64], list[NDArray[np.int64]], int]:
    """Labels and a few runs' predictions, classes without items included."""
    n_classes, n = draw(st.integers(2, 5)), draw(st.integers(3, 12))
    ids = st.lists(st.integers(0, n_classes - 1), min_size=n, max_size=n).map(np.array)
    return draw(ids), draw(st.lists(ids, min_size=3, max_size=3)), n_classes


@settings(max_examples=80, deadline=None)
@given(case=arms(), metric=st.sampled_from(("accuracy", "macro_f1", "weighted_f1")))
def test_the_jackknife_is_what_leaving_out_each_item_gives(
    case: tuple[NDArray[np.int64], list[NDArray[np.int64]], int], metric: str
) -> None:
    labels, (first, second, third), k = case
    n = labels.size

    def difference(kept: NDArray[np.int64]) -> float:
        one, *two = (evaluate_fast(labels[kept], run[kept], k).values()[metric] for run in (first, second, third))
        return float(np.mean(two) - one)

    every = np.arange(n)
    without = np.array([difference(np.delete(every, i)) for i in every])
    error = np.sqrt((n - 1) / n * np.square(without - without.mean()).sum())
    half = stats.t.ppf(0.975, n - 1) * error
    found = jackknife(labels, [first], [second, third], n_classes=k, metric=metric)
    expected = difference(every)
    assert (found.low, found.centre, found.high) == pytest.approx(
        (expected - half, expected, expected + half), abs=1e-9
    )


def test_equal_arms_differ_by_nothing() -> None:
    labels = np.array([0, 1, 2, 2])
    assert jackknife(labels, [labels], [labels, labels], n_classes=3) == Interval(0.0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("labels", "runs", "metric", "says"),
    [([0, 1], [[0, 1]], "zero_f1_classes", "cannot be left out"), ([0, 1], [], "accuracy", "there are 1 and 0")],
)
def test_what_cannot_be_left_out_is_refused(
    labels: list[int], runs: list[list[int]], metric: str, says: str
) -> None:
    with pytest.raises(UsageError, match=says):
        jackknife(labels, [[0] * len(labels)], runs, n_classes=2, metric=metric)


def simulate(items: int, repeats: int) -> tuple[float, float, float]:
    """The share of validation splits whose interval covers the expected difference, that at whole-population
    macro-F1, and the mean width.

    50 classes on a long tail; each arm has three runs that share most of what is hard about an item.
    """
    k, rng = 50, np.random.default_rng(7)
    prior = 1 / np.arange(1, k + 1) ** 1.2
    cumulated = np.cumsum(prior / prior.sum())
    found = [0.75 * (prior / prior[0]) ** power for power in (0.25, 0.15)]

    def draw(n: int) -> tuple[NDArray[np.int64], list[list[NDArray[np.int64]]]]:
        labels = np.minimum(np.searchsorted(cumulated, rng.random(n)), k - 1)
        hard = rng.random(n)
        runs = [
            [np.where(0.7 * hard + 0.3 * rng.random(n) < share[labels], labels,
                      np.minimum(np.searchsorted(cumulated, rng.random(n)), k - 1)) for _ in range(3)]
            for share in found
        ]  # fmt: skip
        return labels, runs

    def difference(labels: NDArray[np.int64], runs: list[list[NDArray[np.int64]]]) -> float:
        means = [np.mean([evaluate_fast(labels, run, k).macro_f1 for run in arm]) for arm in runs]
        return float(means[1] - means[0])

    population = difference(*draw(300_000))
    intervals = []
    for _ in range(repeats):
        labels, runs = draw(items)
        intervals.append(jackknife(labels, runs[0], runs[1], n_classes=k))
    expected = float(np.mean([item.centre for item in intervals]))
    covered = [np.mean([item.low <= truth <= item.high for item in intervals]) for truth in (expected, population)]
    return float(covered[0]), float(covered[1]), float(np.mean([item.high - item.low for item in intervals]))


def test_the_jackknife_covers_what_another_split_of_this_size_would_show() -> None:
    """Measured: 97.2 % of 500 splits of 600 items cover what such splits show on average; 93.4 % cover the whole
    population's difference, which a split that misses the rarest classes does not estimate.
    """
    split, population, width = simulate(items=600, repeats=500)
    assert 0.93 <= split <= 0.99
    assert 0.87 <= population <= split
    assert 0.05 < width < 0.15
