"""The scores of class ids: for students on scikit-learn, and the same numbers fast on counts.

For class c with tp true positives among n_c items of the class and p_c predictions of it,

    F1_c = 2 tp / (n_c + p_c),    and F1_c = 0 where tp = 0 (scikit-learn's zero_division=0).

accuracy = (sum of tp) / N; macro-F1 = mean of F1_c; weighted F1 = sum of n_c F1_c / N. The mean runs over *the
classes of the split*: those with at least one item among the labels, n_c > 0. It does not depend on the
predictions, so two models on one split are always averaged over the same classes. (scikit-learn's default adds
a class that was only predicted; `f1_score(..., labels=np.unique(labels))` is what is here.)

A class with F1 = 0 was either never predicted (p_c = 0) or predicted only where it was wrong; the two are
counted apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from paribus.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, eq=False)
class Metrics:
    """What one set of predictions scores on one split.

    ``per_class_f1`` has shape (classes,) and is nan for a class with no item in the split; ``counts`` are the
    items of each class in the split, ``predicted`` how often each class was predicted (both shape (classes,)).
    ``zero_f1`` counts the classes of the split at F1 = 0, ``never_predicted`` those among them that the model
    never chose. ``asked`` has the metrics that the data set names, by name, where they are others.
    """

    accuracy: float
    macro_f1: float
    weighted_f1: float
    zero_f1: int
    never_predicted: int
    per_class_f1: "NDArray[np.float64]"
    counts: "NDArray[np.int64]"
    predicted: "NDArray[np.int64]"
    asked: Mapping[str, float] = field(default_factory=dict)

    @property
    def items(self) -> int:
        """How many items were scored."""
        return int(self.counts.sum())

    def values(self) -> dict[str, float]:
        """The metrics that were asked for, else the four of classes, under the names used everywhere."""
        return dict(self.asked) or self.of_classes()

    def of_classes(self) -> dict[str, float]:
        """The four numbers that three counts a class give."""
        return {
            "accuracy": self.accuracy,
            "macro_f1": self.macro_f1,
            "weighted_f1": self.weighted_f1,
            "zero_f1_classes": float(self.zero_f1),
        }

    def __repr__(self) -> str:
        """One line for people."""
        if self.asked:
            return f"Metrics({', '.join(f'{name}={value:.3f}' for name, value in self.asked.items())})"
        return (
            f"Metrics(accuracy={self.accuracy:.3f}, macro_f1={self.macro_f1:.3f}, "
            f"weighted_f1={self.weighted_f1:.3f}, zero_f1={self.zero_f1} of {int((self.counts > 0).sum())} classes,"
            f" {self.never_predicted} of them never predicted)"
        )


def evaluate(labels: "ArrayLike", predictions: "ArrayLike", n_classes: int) -> Metrics:
    """Score predictions against labels, both class ids of shape (items,), on scikit-learn.

    Raises UsageError where the shapes differ, there is no item, or an id is not one of 0..n_classes-1.
    """
    import numpy as np
    from sklearn.metrics import accuracy_score, f1_score

    truth, guess = check_ids(labels, predictions, n_classes)
    split = np.unique(truth)
    per_class = np.full(n_classes, np.nan)
    per_class[split] = f1_score(truth, guess, labels=split, average=None, zero_division=0)
    return _metrics(
        accuracy=float(accuracy_score(truth, guess)),
        macro_f1=float(f1_score(truth, guess, labels=split, average="macro", zero_division=0)),
        weighted_f1=float(f1_score(truth, guess, labels=split, average="weighted", zero_division=0)),
        per_class=per_class,
        counts=np.bincount(truth, minlength=n_classes),
        predicted=np.bincount(guess, minlength=n_classes),
    )


def evaluate_fast(labels: "ArrayLike", predictions: "ArrayLike", n_classes: int) -> Metrics:
    """As `evaluate`, from three counts a class: faster, and equal up to the last bits.

    Runs and the grader both use it, so that a recorded number is recomputed to the bit.
    """
    import numpy as np

    truth, guess = check_ids(labels, predictions, n_classes)
    counts = np.bincount(truth, minlength=n_classes)
    predicted = np.bincount(guess, minlength=n_classes)
    hits = np.bincount(truth[truth == guess], minlength=n_classes)
    per_class = np.full(n_classes, np.nan)
    split = counts > 0
    per_class[split] = 2 * hits[split] / (counts[split] + predicted[split])
    return _metrics(
        accuracy=float(hits.sum() / truth.size),
        macro_f1=float(per_class[split].mean()),
        weighted_f1=float((per_class[split] * counts[split]).sum() / truth.size),
        per_class=per_class,
        counts=counts,
        predicted=predicted,
    )


def _metrics(
    *,
    accuracy: float,
    macro_f1: float,
    weighted_f1: float,
    per_class: "NDArray[np.float64]",
    counts: "NDArray[np.int64]",
    predicted: "NDArray[np.int64]",
) -> Metrics:
    return Metrics(
        accuracy, macro_f1, weighted_f1,
        zero_f1=int((per_class == 0).sum()),
        never_predicted=int(((counts > 0) & (predicted == 0)).sum()),
        per_class_f1=per_class, counts=counts, predicted=predicted,
    )  # fmt: skip


def check_ids(
    labels: "ArrayLike", predictions: "ArrayLike", n_classes: int
) -> tuple["NDArray[np.int64]", "NDArray[np.int64]"]:
    """Labels and predictions as arrays of class ids, shape (items,); UsageError where they are none."""
    import numpy as np

    truth, guess = np.asarray(labels), np.asarray(predictions)
    if truth.ndim != 1 or truth.shape != guess.shape or truth.size == 0:
        raise UsageError(
            f"Labels and predictions are one class id an item, both of shape (items,); got shapes {truth.shape} "
            f"and {guess.shape}. For logits, pass logits.argmax(axis=1)."
        )
    for what, ids in (("labels", truth), ("predictions", guess)):
        if ids.dtype.kind not in "iu":
            raise UsageError(f"The {what} are class ids, whole numbers; got an array of {ids.dtype}.")
        if ids.min() < 0 or ids.max() >= n_classes:
            raise UsageError(
                f"The {what} run from {ids.min()} to {ids.max()}, but there are {n_classes} classes: "
                f"ids go from 0 to {n_classes - 1}."
            )
    return truth.astype(np.int64), guess.astype(np.int64)
