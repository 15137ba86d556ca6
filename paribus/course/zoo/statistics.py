"""Named statistics of one trained model: pure functions of its log and of what it says about the validation part.

The generator's evidence, the lab's hypotheses and the grader all mean these by these names.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from paribus.metrics import Metrics, evaluate_fast
from paribus.zoo.logs import Log
from paribus.zoo.sheets import Sheet, calibration_error_of, confidence_of, mean_f1

LAST_EVALUATIONS = 3
"""Over how many evaluations at a run's end its trend is read."""


@dataclass(frozen=True, eq=False)
class Observed:
    """What can be seen of one model.

    ``labels`` (n,) are the validation part's, ``logits`` (n, classes) the model's there, None where only logs are
    handed out; ``tail`` (classes,) marks the tail classes, none where the data have no tiers; ``priors`` (classes,)
    are the training shares. Where a zoo hands out sheets, ``sheet`` is the model's, and its log is not looked at.
    """

    log: Log
    labels: NDArray[np.int64]
    logits: NDArray[np.float32] | None
    tail: NDArray[np.bool_]
    priors: NDArray[np.float64]
    sheet: Sheet | None = None

    @cached_property
    def metrics(self) -> Metrics:
        """The metrics of the predictions."""
        assert self.logits is not None  # noqa: S101 - `compute` asks before
        return evaluate_fast(self.labels, self.logits.argmax(axis=1), len(self.priors))

    @cached_property
    def probabilities(self) -> NDArray[np.float64]:
        """The softmax of the logits, shape (n, classes)."""
        assert self.logits is not None  # noqa: S101 - as above
        shifted = np.exp(self.logits.astype(np.float64) - self.logits.max(axis=1, keepdims=True))
        return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))


Statistic = Callable[[Observed], float]


def _last(seen: Observed, column: str) -> float:
    return _number(seen.log.column(column)[-1])


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)


def _finite(values: list[float | None]) -> NDArray[np.float64]:
    return np.array([value for value in values if value is not None], dtype=np.float64)


def epochs(seen: Observed) -> float:
    """How many epochs the log has."""
    return float(math.ceil(_last(seen, "epoch")))


def steps_per_epoch(seen: Observed) -> float:
    """Optimiser steps in one epoch."""
    return round(_last(seen, "step") / _last(seen, "epoch"))


def final_train_loss(seen: Observed) -> float:
    """The mean training loss of the last epoch (of the last stretch, where a run broke off)."""
    return _last(seen, "train_loss")


def final_validation_loss(seen: Observed) -> float:
    """The validation loss at the end."""
    return _last(seen, "validation_loss")


def validation_rise(seen: Observed) -> float:
    """How far the validation loss ends above its own minimum."""
    losses = _finite(seen.log.column("validation_loss"))
    return float(losses[-1] - losses.min()) if losses.size else math.nan


def validation_fall(seen: Observed) -> float:
    """How far the validation loss falls over the last evaluations; negative where it rises."""
    losses = _finite(seen.log.column("validation_loss"))
    return float(losses[-LAST_EVALUATIONS] - losses[-1]) if losses.size >= LAST_EVALUATIONS else math.nan


def train_to_validation(seen: Observed) -> float:
    """The final training loss over the final validation loss."""
    return final_train_loss(seen) / final_validation_loss(seen)


def accuracy(seen: Observed) -> float:
    """Accuracy on the validation part."""
    return seen.metrics.accuracy


def macro_f1(seen: Observed) -> float:
    """Macro-F1 on the validation part."""
    return seen.metrics.macro_f1


def zero_f1_classes(seen: Observed) -> float:
    """Classes of the validation part at F1 = 0."""
    return float(seen.metrics.zero_f1)


def predicted_classes(seen: Observed) -> float:
    """Different classes among the predictions."""
    return float((seen.metrics.predicted > 0).sum())


def tail_mass(seen: Observed) -> float:
    """The mean probability that the model gives to the tail classes together; nan where no class is marked."""
    if not seen.tail.any():
        return math.nan
    return float(seen.probabilities[:, seen.tail].sum(axis=1).mean())


def gradient_norm(seen: Observed) -> float:
    """The median of the global gradient norm over all steps."""
    norms = _finite(seen.log.column("gradient_norm", "steps"))
    return float(np.median(norms)) if norms.size else math.nan


def gradient_spike(seen: Observed) -> float:
    """The largest global gradient norm over the median one."""
    norms = _finite(seen.log.column("gradient_norm", "steps"))
    return float(norms.max() / np.median(norms)) if norms.size and np.median(norms) > 0 else math.nan


def loss_roughness(seen: Observed) -> float:
    """The mean change of the loss from one step to the next, without its sign."""
    losses = _finite(seen.log.column("loss", "steps"))
    return float(np.abs(np.diff(losses)).mean()) if losses.size > 1 else math.nan


def update_ratio(seen: Observed) -> float:
    """The median, over layers and evaluations, of an update's size over the weights'."""
    ratios = _finite(seen.log.column("update_ratio", "layers"))
    return float(np.median(ratios)) if ratios.size else math.nan


def first_to_last(seen: Observed) -> float:
    """The gradient norm of the first layer over that of the last, the median over evaluations."""
    names = seen.log.column("layer", "layers")
    norms = seen.log.column("gradient_norm", "layers")
    inner = [name for name in dict.fromkeys(names) if str(name).startswith("layers.")]
    if len(inner) < 2:
        return math.nan
    of = {name: _finite([norm for at, norm in zip(names, norms, strict=True) if at == name]) for name in inner}
    first, last = of[inner[0]], of[inner[-1]]
    size = min(first.size, last.size)
    positive = last[:size] > 0
    return float(np.median(first[:size][positive] / last[:size][positive])) if positive.any() else math.nan


def nonfinite(seen: Observed) -> float:
    """1 where a loss stopped being finite, else 0."""
    losses = (*seen.log.column("train_loss"), *seen.log.column("validation_loss"))
    return float(any(value is None for value in losses))


def above_priors(seen: Observed) -> float:
    """The final training loss minus the entropy of the class priors: about 0 for a model that learned only them."""
    shares = seen.priors[seen.priors > 0]
    return final_train_loss(seen) + float((shares * np.log(shares)).sum())


def softmax_floor(n_classes: int) -> float:
    """What the loss cannot fall below when the softmax is taken before the cross-entropy: ln(K - 1 + e) - 1."""
    return math.log(n_classes - 1 + math.e) - 1


def above_softmax_floor(seen: Observed) -> float:
    """The smallest training loss minus that floor; a loss that only ever stays above it is the bug's mark."""
    losses = _finite(seen.log.column("train_loss"))
    return float(losses.min()) - softmax_floor(len(seen.priors)) if losses.size else math.nan


def _sheet(seen: Observed, name: str) -> float:
    assert seen.sheet is not None  # noqa: S101 - `compute` asks before
    return float(getattr(seen.sheet, name))


def size_mb(seen: Observed) -> float:
    """The saved weights in MB."""
    return _sheet(seen, "size_mb")


def zipped_share(seen: Observed) -> float:
    """What is left of the saved weights when they are zipped, as a share."""
    return _sheet(seen, "zipped_share")


def latency_p50(seen: Observed) -> float:
    """The median latency of one text in ms, where the sheet says."""
    return _sheet(seen, "latency_p50")


def latency_p95(seen: Observed) -> float:
    """The 95th percentile of the latency of one text in ms."""
    return _sheet(seen, "latency_p95")


def latency_ratio(seen: Observed) -> float:
    """The median latency over that of the yardstick, measured in turn with it."""
    return _sheet(seen, "latency_ratio")


def confidence(seen: Observed) -> float:
    """The mean probability of the answer."""
    return confidence_of(seen.probabilities)


def calibration_error(seen: Observed) -> float:
    """The expected calibration error of the answers."""
    return calibration_error_of(seen.probabilities, seen.labels)


def tail_f1(seen: Observed) -> float:
    """The mean F1 of the tail classes of the split; nan where no class is marked."""
    return mean_f1(seen.metrics, seen.tail)


def other_f1(seen: Observed) -> float:
    """The mean F1 of all other classes of the split."""
    return mean_f1(seen.metrics, ~seen.tail)


FROM_LOG: tuple[Statistic, ...] = (
    epochs, steps_per_epoch, final_train_loss, final_validation_loss, validation_rise, validation_fall,
    train_to_validation, nonfinite, above_priors, above_softmax_floor,
)  # fmt: skip
FROM_INSTRUMENTS: tuple[Statistic, ...] = (
    gradient_norm, gradient_spike, loss_roughness, update_ratio, first_to_last,
)  # fmt: skip
FROM_PREDICTIONS: tuple[Statistic, ...] = (accuracy, macro_f1, zero_f1_classes, predicted_classes, tail_mass)

FROM_SHEET: tuple[Statistic, ...] = (
    size_mb, zipped_share, latency_p50, latency_p95, latency_ratio, confidence, calibration_error, other_f1,
    tail_f1,
)  # fmt: skip

STATISTICS: Mapping[str, Statistic] = MappingProxyType(
    {item.__name__: item for item in (*FROM_LOG, *FROM_INSTRUMENTS, *FROM_PREDICTIONS, *FROM_SHEET)}
)


def compute(seen: Observed) -> dict[str, float]:
    """Every statistic that can be read off ``seen``, by name: nan where the log has nothing to read it from."""
    first = (*FROM_LOG, *FROM_INSTRUMENTS) if seen.sheet is None else FROM_SHEET
    wanted = (*first, *(FROM_PREDICTIONS if seen.logits is not None else ()))
    return {item.__name__: item(seen) for item in wanted}
