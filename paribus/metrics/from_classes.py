"""Metrics of class ids. Definitions are scikit-learn's over the classes of the split; `paribus.metrics.classes` has
the formulas.
"""

from typing import TYPE_CHECKING

from paribus.metrics.metric import Scored

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def accuracy(items: Scored) -> float:
    """The share of items whose class is right; equal to micro-F1 where each item has one class."""
    return float((items.truth == items.guess).mean())


def balanced_accuracy(items: Scored) -> float:
    """The mean recall over the classes of the split (`sklearn.metrics.balanced_accuracy_score`)."""
    counts, _, hits = _counts(items)
    split = counts > 0
    return float((hits[split] / counts[split]).mean())


def macro_precision(items: Scored) -> float:
    """The mean precision over the classes of the split, 0 for a class that was never predicted."""
    import numpy as np

    counts, predicted, hits = _counts(items)
    return float((hits / np.maximum(predicted, 1))[counts > 0].mean())


def macro_f1(items: Scored) -> float:
    """The mean F1 over the classes of the split."""
    counts, predicted, hits = _counts(items)
    split = counts > 0
    return float((2 * hits[split] / (counts[split] + predicted[split])).mean())


def weighted_f1(items: Scored) -> float:
    """The mean F1 over the classes of the split, weighted by their items."""
    counts, predicted, hits = _counts(items)
    split = counts > 0
    f1 = 2 * hits[split] / (counts[split] + predicted[split])
    return float((f1 * counts[split]).sum() / items.truth.size)


def zero_f1_classes(items: Scored) -> float:
    """How many classes of the split have an F1 of 0."""
    counts, _, hits = _counts(items)
    return float(((counts > 0) & (hits == 0)).sum())


def accuracy_left_out(items: Scored) -> "tuple[float, NDArray[np.float64]]":
    """Accuracy, and accuracy without each item."""
    right = items.truth == items.guess
    return float(right.mean()), (right.sum() - right) / (right.size - 1)


def macro_f1_left_out(items: Scored) -> "tuple[float, NDArray[np.float64]]":
    """Macro-F1, and macro-F1 without each item: only two classes' F1 move. A class whose only item is left out
    leaves the mean.
    """
    import numpy as np

    labels, guess = items.truth.astype(np.int64), items.guess.astype(np.int64)
    right, (counts, f1, missed, own) = _moved(items)
    split = counts > 0
    classes = int(split.sum())
    total = float(f1[split].sum())
    last = counts[labels] == 1
    moved = np.where(last, 0.0, own) - f1[labels]
    # A class with no item of its own is outside the mean, and so is what happens to it.
    elsewhere = ~right & split[guess]
    moved += np.where(elsewhere, missed[guess] - f1[guess], 0.0)
    return total / classes, (total + moved) / np.maximum(classes - last, 1)


def weighted_f1_left_out(items: Scored) -> "tuple[float, NDArray[np.float64]]":
    """Weighted F1, and weighted F1 without each item."""
    import numpy as np

    labels, guess = items.truth.astype(np.int64), items.guess.astype(np.int64)
    right, (counts, f1, missed, own) = _moved(items)
    total = float((counts * f1).sum())
    moved = (counts[labels] - 1) * own - counts[labels] * f1[labels]
    moved += np.where(right, 0.0, counts[guess] * (missed[guess] - f1[guess]))
    return total / labels.size, (total + moved) / (labels.size - 1)


def _counts(items: Scored) -> "tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]":
    import numpy as np

    truth, guess = items.truth.astype(np.int64), items.guess.astype(np.int64)
    counts, predicted, hits = (
        np.bincount(ids, minlength=items.n_classes) for ids in (truth, guess, truth[truth == guess])
    )
    return counts, predicted, hits


def _moved(items: Scored) -> "tuple[NDArray[np.bool_], tuple[NDArray[np.float64], ...]]":
    """Which items are right, each class's items and F1, its F1 with one prediction fewer, each item's class's F1
    without that item.

    Without a right item its class loses a hit, an item and a prediction; without a wrong one the class loses an
    item, and the class predicted instead loses a prediction.
    """
    import numpy as np

    labels, guess = items.truth.astype(np.int64), items.guess.astype(np.int64)
    right = labels == guess
    counts = np.bincount(labels, minlength=items.n_classes).astype(np.float64)
    hits = np.bincount(labels[right], minlength=items.n_classes).astype(np.float64)
    size = counts + np.bincount(guess, minlength=items.n_classes)
    f1 = 2 * hits / np.maximum(size, 1)
    found = 2 * np.maximum(hits - 1, 0) / np.maximum(size - 2, 1)
    missed = 2 * hits / np.maximum(size - 1, 1)
    return right, (counts, f1, missed, np.where(right, found[labels], missed[labels]))
