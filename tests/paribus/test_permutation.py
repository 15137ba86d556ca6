"""Two models are tested over items by any metric that follows from their predictions."""

import numpy as np
import pytest

from paribus.errors import UsageError
from paribus.metrics.metric import Metric, Scored
from paribus.metrics.registry import SHIPPED
from paribus.statistics.mcnemar import exact_mcnemar
from paribus.statistics.permutation import DRAWS, items_test
from tests.paribus.test_metric_registry import EXPECTED

RNG = np.random.default_rng(3)
OVER_ITEMS = [metric for metric in SHIPPED if metric.over_items]
TRUTH = RNG.integers(0, 4, 300)


def guesses(right: float) -> Scored:
    return Scored(TRUTH, np.where(RNG.random(300) < right, TRUTH, RNG.integers(0, 4, 300)), 4)


def shuffled(items: Scored) -> Scored:
    """Predictions that have lost what they knew of the items."""
    order = RNG.permutation(items.guess.size)
    scores = None if items.scores is None else items.scores[order]
    return Scored(items.truth, items.guess[order], items.n_classes, scores)


@pytest.mark.parametrize("metric", OVER_ITEMS, ids=lambda metric: metric.name)
def test_every_metric_over_items_has_a_test_by_which_equal_models_are_equal(metric: Metric) -> None:
    items = EXPECTED[metric.name][0]
    assert items_test([items], [items], metric=metric.name) == 1.0
    assert 0 < items_test([items], [shuffled(items)], metric=metric.name) <= 1.0


@pytest.mark.parametrize("metric", ["accuracy", "macro_f1", "weighted_f1", "balanced_accuracy"])
def test_a_large_gain_is_told_from_chance_and_none_is_not(metric: str) -> None:
    assert items_test([guesses(0.4)], [guesses(0.8)], metric=metric) == 2 / (DRAWS + 1)
    assert items_test([guesses(0.6)], [guesses(0.6)], metric=metric) > 0.05


def test_of_accuracy_it_is_about_what_mcnemars_test_says() -> None:
    one, other = guesses(0.60), guesses(0.68)
    exact = exact_mcnemar(TRUTH, one.guess, other.guess).p
    assert items_test([one], [other], metric="accuracy") == pytest.approx(exact, abs=0.03)


def test_the_mean_of_the_seeds_is_tested() -> None:
    arms = [[guesses(right) for _ in range(3)] for right in (0.6, 0.7)]
    assert items_test(*arms, metric="accuracy") < items_test([arms[0][0]], [guesses(0.6)], metric="accuracy")


@pytest.mark.parametrize(
    ("arms", "metric", "says"),
    [
        (([], [guesses(0.5)]), "accuracy", "needs a run in each arm"),
        (([guesses(0.5)], [guesses(0.5)]), "zero_f1_classes", "cannot be left out"),
        (([guesses(0.5)], [guesses(0.5)]), "roc_auc", "needs the scores of the classes"),
    ],
)
def test_what_cannot_be_tested_is_refused(arms: tuple[list[Scored], list[Scored]], metric: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        items_test(*arms, metric=metric)
