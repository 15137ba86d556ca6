"""The metrics are scikit-learn's over the classes of the split, and the fast path gives the same numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import f1_score

from paribus.errors import UsageError
from paribus.metrics import Metrics, evaluate, evaluate_fast


@st.composite
def scored(draw: st.DrawFn) -> tuple[list[int], list[int], int]:
    n_classes = draw(st.integers(1, 12))
    items = draw(st.integers(1, 60))
    ids = st.lists(st.integers(0, n_classes - 1), min_size=items, max_size=items)
    return draw(ids), draw(ids), n_classes


def numbers(metrics: Metrics) -> list[float]:
    return [*metrics.values().values(), float(metrics.never_predicted)]


@given(scored())
def test_both_paths_give_the_same_metrics(case: tuple[list[int], list[int], int]) -> None:
    slow, fast = evaluate(*case), evaluate_fast(*case)
    np.testing.assert_allclose(numbers(fast), numbers(slow), rtol=0, atol=1e-12)
    np.testing.assert_allclose(fast.per_class_f1, slow.per_class_f1, rtol=0, atol=1e-12)
    assert (fast.counts == slow.counts).all()
    assert (fast.predicted == slow.predicted).all()


def test_a_small_case_by_hand() -> None:
    """Class 0: tp 2, 3 items, 3 predictions; class 1: tp 1, 2 items; class 2 never predicted; 3 only predicted."""
    metrics = evaluate([0, 0, 0, 1, 1, 2], [0, 0, 1, 1, 0, 3], 5)
    np.testing.assert_allclose(metrics.per_class_f1, [2 / 3, 0.5, 0, np.nan, np.nan])
    assert metrics.accuracy == 0.5
    assert metrics.macro_f1 == pytest.approx((2 / 3 + 1 / 2 + 0) / 3)
    assert metrics.weighted_f1 == pytest.approx((3 * 2 / 3 + 2 * 0.5) / 6)
    assert (metrics.zero_f1, metrics.never_predicted) == (1, 1)


def test_a_class_that_was_only_predicted_is_not_in_the_mean() -> None:
    labels, guess = [0, 0, 1, 1], [0, 2, 1, 1]
    assert evaluate(labels, guess, 3).macro_f1 > f1_score(labels, guess, average="macro", zero_division=0)
    assert evaluate(labels, guess, 3).macro_f1 == f1_score(labels, guess, labels=[0, 1], average="macro")


def test_zero_is_told_from_never_predicted() -> None:
    metrics = evaluate([0, 1, 2], [1, 0, 0], 3)
    assert metrics.zero_f1 == 3
    assert metrics.never_predicted == 1
    assert "zero_f1=3 of 3 classes, 1 of them never predicted" in repr(metrics)


@pytest.mark.parametrize("score", [evaluate, evaluate_fast])
@pytest.mark.parametrize(
    ("labels", "predictions", "says"),
    [
        ([], [], "both of shape"),
        ([0, 1], [0], r"\(2,\) and \(1,\)"),
        ([0, 1], [[0.1, 0.9], [0.5, 0.5]], "argmax"),
        ([0, 1], [0.0, 1.0], "whole numbers"),
        ([0, 1], [0, 3], "predictions run from 0 to 3"),
        ([-1, 1], [0, 1], "labels run from -1"),
    ],
)
def test_what_cannot_be_scored_is_refused(
    score: object, labels: list[int], predictions: list[int], says: str
) -> None:
    assert callable(score)
    with pytest.raises(UsageError, match=says):
        score(labels, predictions, 3)
