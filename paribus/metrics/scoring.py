"""Packed predictions scored on packed truth: what a run writes down, and what the grader works out again.

Both sides call `score`, so a recorded number is recomputed to the bit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from paribus.errors import UsageError
from paribus.metrics.classes import Metrics, check_ids, evaluate_fast
from paribus.metrics.metric import Scored
from paribus.metrics.registry import CLASS_METRICS, VALUE_METRICS, registry
from paribus.records.packing import unpack, unpack_scores, unpack_values

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Values:
    """What one set of predictions scores, by metric, where the predictions are no class ids."""

    scores: Mapping[str, float]
    items: int

    def values(self) -> dict[str, float]:
        """The scores by the metrics' names."""
        return dict(self.scores)


def default_metrics(predicts: str) -> tuple[str, ...]:
    """What a data set is scored by if it names nothing: by what it ``predicts`` ("" means classes)."""
    if predicts == "item":
        raise UsageError('A data set that predicts="item" names its metrics: metrics=("rouge_l",).')
    return VALUE_METRICS if predicts == "value" else CLASS_METRICS


def scored(labels: str, predictions: str, *, predicts: str, n_classes: int, scores: str = "") -> Scored:
    """The arrays behind packed labels and predictions. Raises UsageError where they do not fit one another."""
    read = unpack_values if predicts else unpack
    truth, guess = read(labels), read(predictions)
    if not predicts:
        truth, guess = check_ids(truth, guess, n_classes)
    probabilities = unpack_scores(scores) if scores else None
    if truth.shape != guess.shape or not truth.size:
        raise UsageError(f"There are {truth.size:,} labels and {guess.size:,} predictions.")
    if probabilities is not None and probabilities.shape != (truth.size, n_classes):
        raise UsageError(
            f"The scores have shape {probabilities.shape}, expected {(truth.size, n_classes)}: one for each class."
        )
    return Scored(truth, guess, n_classes, probabilities)


def score(items: Scored, *, predicts: str, names: Sequence[str]) -> tuple[Metrics | Values, dict[str, float]]:
    """The scores of ``items`` by ``names``: as a value for people, and by name. A metric that needs scores of
    classes which are not there is left out.
    """
    wanted = names or default_metrics(predicts)
    whole = None if predicts else evaluate_fast(items.truth, items.guess, items.n_classes)
    found = {} if whole is None else whole.values()
    for name in wanted:
        metric = registry()[name]
        if (
            name not in found
            and metric.compute is not None
            and (metric.needs != "score" or items.scores is not None)
        ):
            found[name] = metric.compute(items)
    values = {name: found[name] for name in wanted if name in found}
    return whole or Values(values, items.truth.size), values


def leave_one_out(items: Scored, name: str) -> "Left":
    """A metric's value and its values without each item, or without each group of items where the metric has no
    closed form.
    """
    import numpy as np

    metric = registry()[name]
    if metric.leave_one_out is not None:
        return Left(*metric.leave_one_out(items))
    if metric.compute is None:
        raise UsageError(f"No interval over items exists for {metric.title}: a run can only measure it.")
    if metric.needs == "score" and items.scores is None:
        raise UsageError(f"{metric.title} needs the scores of the classes, and this run has none.")
    n = items.truth.size
    # Any fixed order will do that has nothing to do with the items' own.
    group = np.random.default_rng(0).permutation(n) % min(n, GROUPS)
    without = [metric.compute(items.without(group != g)) for g in range(min(n, GROUPS))]
    return Left(metric.compute(items), np.asarray(without))


GROUPS = 100
"""Groups of items that are left out one by one where a metric has no closed form (delete-a-group jackknife, Kott
2001).
"""


@dataclass(frozen=True, eq=False)
class Left:
    """A metric's ``value``, and ``without`` one part of the items each, shape (parts,)."""

    value: float
    without: "NDArray[np.float64]"
