"""Statistics for notebooks: scipy's and statsmodels' numbers, and what may not be asked of them."""

import sys
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats as scipy_stats

from paribus.errors import UsageError
from paribus.experiments.notebook import Notebook
from paribus.metrics import evaluate, evaluate_fast
from paribus.records.runs import RunResult
from paribus.statistics import fragility, mcnemar, over_items, over_seeds
from paribus.statistics.intervals import paired_interval, welch_interval
from paribus.statistics.mcnemar import exact_mcnemar
from paribus.statistics.seeds import few_seeds
from tests.paribus.jackknife import jackknife
from tests.paribus.material import Data, make_data

stats: Any = scipy_stats
OLD, NEW = [0.19, 0.20, 0.18], [0.21, 0.23, 0.215]


def fitted(notebook: Notebook, data: Data, wrong: int, name: str = "model") -> RunResult:
    guess = data.validation.labels.copy()
    guess[:wrong] = (guess[:wrong] + 1) % len(data.classes)
    return notebook.start(name, config={}, seed=wrong, data=data).finish(predictions=guess)


def test_over_seeds_gives_scipys_intervals_which_grading_has_too() -> None:
    found = over_seeds(OLD, NEW)
    assert (found.welch, found.paired) == (welch_interval(OLD, NEW), paired_interval(OLD, NEW))
    for ours, test in (
        (found.welch, stats.ttest_ind(NEW, OLD, equal_var=False)),
        (found.paired, stats.ttest_rel(NEW, OLD)),
    ):
        assert (ours.low, ours.high) == pytest.approx(tuple(test.confidence_interval()), abs=1e-9)
    assert found.n == 3
    assert repr(found).startswith("OverSeeds(3 seeds: +0.0283, Welch +0.0")
    assert found.table().rows[2][1] == "p = 0.25 (at least 0.25)"


def test_three_seeds_never_reach_below_a_quarter_and_the_t_interval_may_still_exclude_zero() -> None:
    found = over_seeds([0.10, 0.10, 0.10], [0.20, 0.21, 0.205])
    assert found.floor == 0.25
    assert found.sign_flip == 0.25
    assert found.paired.excludes_zero(1)
    for words in ("never give p below 0.25", "normally distributed"):
        assert words in found.sentence()
    assert "happened once" in few_seeds(1)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(-9, 9), min_size=2, max_size=6))
def test_the_sign_flip_test_counts_all_patterns_of_signs(differences: list[int]) -> None:
    found = over_seeds([0.0] * len(differences), [float(value) for value in differences])
    signs = np.array(np.meshgrid(*[[-1, 1]] * len(differences))).reshape(len(differences), -1)
    means = np.abs((signs * np.array(differences)[:, None]).mean(axis=0))
    assert found.sign_flip == pytest.approx((means >= means[-1] - 1e-12).mean())
    assert found.sign_flip is not None
    assert found.sign_flip >= found.floor


def test_seeds_without_spread_give_a_point_and_many_seeds_no_sign_flips() -> None:
    still = over_seeds([0.5, 0.5], [0.5, 0.5])
    assert (still.welch.low, still.welch.high, still.paired.low, still.paired.high) == (0, 0, 0, 0)
    many = over_seeds(list(np.linspace(0, 1, 13)), list(np.linspace(0, 1, 13) ** 2))
    assert many.sign_flip is None
    assert len(many.table().rows) == 2


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ([0.1], [0.2], "at least two of them; got 1 and 1"),
        ([0.1, 0.2], [0.2], "got 2 and 1"),
        ([0.1, float("nan")], [0.2, 0.3], "not a finite number"),
    ],
)
def test_what_is_no_pair_of_arms_is_refused(old: list[float], new: list[float], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        over_seeds(old, new)


def test_over_items_averages_the_seeds_of_each_arm(notebook: Notebook, data: Data) -> None:
    old, new = [fitted(notebook, data, wrong) for wrong in (20, 22)], [fitted(notebook, data, 9)]
    found = over_items(data, old, new)
    labels = data.validation.labels
    assert found == jackknife(labels, [run.predictions for run in old], [new[0].predictions], n_classes=5)
    assert found.centre == pytest.approx(new[0].metrics.macro_f1 - np.mean([run.metrics.macro_f1 for run in old]))
    assert over_items(data, old, new, metric="accuracy").centre == pytest.approx(12 / 60)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=30))
def test_mcnemars_p_is_a_binomial_test_on_the_items_only_one_model_gets_right(
    right: list[tuple[bool, bool]],
) -> None:
    labels = np.ones(len(right), dtype=np.int64)
    first, second = (np.array([pair[i] for pair in right], dtype=np.int64) for i in (0, 1))
    found = exact_mcnemar(labels, first, second)
    split = found.only_first + found.only_second
    expected = stats.binomtest(found.only_first, split).pvalue if split else 1.0
    assert found.p == pytest.approx(expected)
    assert found.both + split + found.neither == len(right)


def test_mcnemar_compares_two_fitted_models_and_nothing_else(
    notebook: Notebook, data: Data, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = fitted(notebook, data, 20), fitted(notebook, data, 10)
    found = mcnemar(data, first, second)
    assert (found.only_first, found.only_second, found.neither) == (0, 10, 10)
    assert found.p == pytest.approx(2 / 2**10)
    assert "not about macro-F1" in found.table().note
    with pytest.raises(UsageError, match=r"two fitted models.*got a list.*A configuration has many runs"):
        mcnemar(data, [first, first], second)  # type: ignore[arg-type] # the mistake under test
    with pytest.raises(UsageError, match="scored on 60 and 60 items, the data has 30"):
        mcnemar(make_data(items=30), first, second)
    monkeypatch.setitem(sys.modules, "statsmodels.stats.contingency_tables", None)
    with pytest.raises(UsageError, match="pip install statsmodels"):
        mcnemar(data, first, second)


def test_one_example_of_a_tiny_class_is_worth_what_the_formula_says() -> None:
    labels = [0] * 10 + [1, 1, 2, 3]
    guess = [0] * 10 + [1, 0, 2, 0]
    found = fragility(evaluate(labels, guess, 5))
    assert found.classes.tolist() == [1, 2, 3]
    assert found.still == 1
    # Class 1: one of two found. One more right: F1 2/3 → 1; one fewer: 0. Class 2 has nothing left to gain.
    np.testing.assert_allclose(found.up, np.array([1 / 3, 0, 0]) / 4)
    np.testing.assert_allclose(found.down, np.array([-2 / 3, -1, 0]) / 4)
    assert (found.rise, found.fall) == pytest.approx((1 / 12, -5 / 12))
    rows = {row[0]: row[1] for row in found.table().rows}
    assert rows["of these never predicted, so they move nothing"] == "1"
    assert rows["the most that one example moves"] == "0.2500"
    with pytest.raises(UsageError, match="most=0"):
        fragility(evaluate(labels, guess, 5), most=0)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=25))
def test_a_fragile_class_moves_as_recomputing_its_f1_says(pairs: list[tuple[int, int]]) -> None:
    labels, guess = (np.array([pair[i] for pair in pairs]) for i in (0, 1))
    metrics = evaluate_fast(labels, guess, 4)
    found = fragility(metrics)
    size = int((metrics.counts > 0).sum())

    def own_f1(predictions: NDArray[np.int64], name: int) -> float:
        return float(evaluate_fast(labels, predictions, 4).per_class_f1[name])

    for name, up, down in zip(found.classes, found.up, found.down, strict=True):
        before = own_f1(guess, name)
        hit, missed = (
            np.flatnonzero((labels == name) & (guess == name)),
            np.flatnonzero((labels == name) & (guess != name)),
        )
        if not (guess == name).any():
            assert up == down == 0
            continue
        for place, to, move in ((missed, name, up), (hit, (name + 1) % 4, down)):
            other = guess.copy()
            other[place[:1]] = to
            assert move == pytest.approx((own_f1(other, name) - before) / size)


def test_no_small_class_means_nothing_to_move() -> None:
    labels = np.repeat([0, 1], 10)
    found = fragility(evaluate(labels, labels, 2))
    assert (found.rise, found.fall, len(found.classes)) == (0, 0, 0)
    assert found.table().rows[-1] == ("the most that one example moves", "0.0000")
