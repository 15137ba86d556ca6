"""Packed predictions scored on packed truth: what a run writes down, and what the grader works out again.

Both sides call `score`, so a recorded number is recomputed to the bit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from paribus.errors import UsageError
from paribus.metrics.classes import Metrics, check_ids, evaluate_fast
from paribus.metrics.metric import Scored
from paribus.metrics.packing import MAX_SCORES, unpack, unpack_scores, unpack_values
from paribus.metrics.registry import CLASS_METRICS, VALUE_METRICS, in_order, registry

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


EXAMPLES = {"item": "rouge_l", "none": "validation_loss"}
"""A metric of each kind of data set that is scored by nothing unless it says so."""


@dataclass(frozen=True)
class Values:
    """What one set of predictions scores, by metric, where the predictions are no class ids."""

    scores: Mapping[str, float]
    items: int

    def values(self) -> dict[str, float]:
        """The scores by the metrics' names."""
        return dict(self.scores)


def check_same_split(before: Metrics | Values, after: Metrics | Values) -> None:
    """Both were scored on the same labels, as far as the items (and the counts of classes) can tell; else
    UsageError.
    """
    one, other = ([int(n) for n in getattr(side, "counts", [side.items])] for side in (before, after))
    if one != other:
        raise UsageError(
            f"These runs were scored on different labels ({sum(one):,} and {sum(other):,} items, or other class "
            "counts). Compare runs on one split."
        )


def default_metrics(predicts: str) -> tuple[str, ...]:
    """What a data set is scored by if it names nothing: by what it ``predicts`` ("" means classes)."""
    if predicts in EXAMPLES:
        raise UsageError(
            f"A data set that predicts={predicts!r} names its metrics: metrics=({EXAMPLES[predicts]!r},)."
        )
    return VALUE_METRICS if predicts == "value" else CLASS_METRICS


def scored(
    labels: str, predictions: str, *, predicts: str, n_classes: int, scores: str = "", most_scores: int = MAX_SCORES
) -> Scored:
    """The arrays behind packed labels and predictions, and at most ``most_scores`` numbers of ``scores``. Raises
    UsageError where they do not fit one another.
    """
    import numpy as np

    read = unpack_values if predicts else unpack
    truth, guess = read(labels), read(predictions)
    if not predicts:
        truth, guess = check_ids(truth, guess, n_classes)
    probabilities = unpack_scores(scores, limit=most_scores) if scores else None
    sure: NDArray[np.float64] | None = None
    if truth.shape != guess.shape or not truth.size:
        raise UsageError(f"There are {truth.size:,} labels and {guess.size:,} predictions.")
    if probabilities is not None and (n_classes, *probabilities.shape[1:]) == (2, 1):
        probabilities = np.hstack([1 - probabilities, probabilities])
    elif probabilities is not None and n_classes > 2 and probabilities.shape == (truth.size, 1):
        sure, probabilities = probabilities[:, 0], None
    if probabilities is not None and probabilities.shape != (truth.size, n_classes):
        raise UsageError(
            f"The scores have shape {probabilities.shape}, expected {(truth.size, n_classes)}: one for each class."
        )
    return Scored(truth, guess, n_classes, probabilities, sure)


def score(items: Scored, *, predicts: str, names: Sequence[str]) -> tuple[Metrics | Values, dict[str, float]]:
    """The scores of ``items`` by ``names``: as a value for people, and by name. A metric that needs scores of
    classes which are not there is left out, and so is one that a run can only measure.
    """
    wanted = names or default_metrics(predicts)
    whole = None if predicts else evaluate_fast(items.truth, items.guess, items.n_classes)
    found = {} if whole is None else whole.of_classes()
    for name in wanted:
        metric = registry()[name]
        if name not in found and metric.compute is not None and items.gives(metric.needs):
            found[name] = metric.compute(items)
    values = {name: found[name] for name in wanted if name in found}
    if whole is None or set(wanted) == set(CLASS_METRICS):
        return whole or Values(values, items.truth.size), values
    return replace(whole, asked={name: values[name] for name in in_order(values)}), values


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
    if not items.gives(metric.needs):
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
