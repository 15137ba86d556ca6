"""The closed-form statistics against scipy, against leaving items out for real, and against simulation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from grader.statistics import Interval, item_interval, paired, t_cdf, t_quantile, welch
from paribus.metrics import evaluate_fast

VALUES = st.lists(st.floats(0.0, 1.0), min_size=2, max_size=6).filter(lambda values: np.std(values) > 1e-6)


@pytest.mark.parametrize("probability", [0.9, 0.975, 0.9995])
@pytest.mark.parametrize("df", [1.0, 2.0, 2.7, 4.0, 30.0, 6429.0])
def test_quantiles_are_scipys(probability: float, df: float) -> None:
    """Student's t by bisection of the incomplete beta function."""
    assert t_quantile(probability, df) == pytest.approx(stats.t.ppf(probability, df), rel=1e-9)
    assert t_cdf(1.3, df) == pytest.approx(stats.t.cdf(1.3, df), rel=1e-9)


@given(VALUES, VALUES)
def test_welch_is_scipys(baseline: list[float], changed: list[float]) -> None:
    """The interval of the difference, changed minus baseline."""
    ours = welch(baseline, changed)
    theirs = stats.ttest_ind(changed, baseline, equal_var=False).confidence_interval()
    assert ours is not None
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), rel=1e-6, abs=1e-9)


@given(VALUES)
def test_paired_is_scipys(differences: list[float]) -> None:
    """The interval of the mean difference."""
    ours = paired(differences)
    theirs = stats.ttest_1samp(differences, 0.0).confidence_interval()
    assert ours is not None
    assert (ours.low, ours.high) == pytest.approx((theirs.low, theirs.high), rel=1e-6, abs=1e-9)


def test_one_value_has_no_interval() -> None:
    """One run an arm says nothing about the spread."""
    assert welch([0.5], [0.6, 0.7]) is None
    assert paired([0.1]) is None


def test_equal_values_have_an_interval_of_no_width() -> None:
    """A deterministic model has no spread."""
    assert welch([0.5, 0.5], [0.7, 0.7]) == Interval(pytest.approx(0.2), pytest.approx(0.2))  # type: ignore[arg-type]


@pytest.mark.parametrize("metric", ["accuracy", "macro_f1"])
def test_the_jackknife_leaves_every_item_out(metric: str) -> None:
    """The closed form gives what evaluating n times without one item gives, lonely classes included."""
    random = np.random.default_rng(3)
    labels = np.concatenate([random.integers(0, 6, 50), [6, 7]])
    runs = [np.where(random.random(52) < right, labels, random.integers(0, 8, 52)) for right in (0.4, 0.7)]
    left_out = np.array(
        [
            getattr(evaluate_fast(np.delete(labels, i), np.delete(runs[1], i), 8), metric)
            - getattr(evaluate_fast(np.delete(labels, i), np.delete(runs[0], i), 8), metric)
            for i in range(52)
        ]
    )
    half = stats.t.ppf(0.975, 51) * np.sqrt(51 / 52 * np.square(left_out - left_out.mean()).sum())
    interval = item_interval(labels, runs[:1], runs[1:], n_classes=8, metric=metric)
    assert (interval.high - interval.low) / 2 == pytest.approx(half)


@pytest.mark.parametrize("metric", ["accuracy", "macro_f1"])
def test_the_item_interval_covers_the_true_difference(metric: str) -> None:
    """Over 300 simulated validation splits of 300 items the nominal 95 % interval holds the truth in 90 to 99 %."""
    random = np.random.default_rng(11)
    shares = np.array([0.4, 0.25, 0.15, 0.12, 0.08])

    def draw(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        labels = random.choice(5, n, p=shares)
        return (
            labels,
            np.where(random.random(n) < 0.6, labels, random.integers(0, 5, n)),
            np.where(random.random(n) < 0.7, labels, random.integers(0, 5, n)),
        )

    labels, first, second = draw(400_000)
    truth = getattr(evaluate_fast(labels, second, 5), metric) - getattr(evaluate_fast(labels, first, 5), metric)
    hits = 0
    for _ in range(300):
        labels, first, second = draw(300)
        interval = item_interval(labels, [first], [second], n_classes=5, metric=metric)
        hits += interval.low <= truth <= interval.high
    assert 0.90 <= hits / 300 <= 0.99


def test_an_interval_excludes_zero_in_a_direction() -> None:
    """Up, down or either; inside a margin or not."""
    above = Interval(0.01, 0.03)
    assert above.excludes_zero(1)
    assert above.excludes_zero(0)
    assert not above.excludes_zero(-1)
    assert not above.holds_zero
    assert above.within(0.03)
    assert not above.within(0.02)
    assert Interval(-0.01, 0.03).holds_zero
