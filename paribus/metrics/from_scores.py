"""Metrics of class scores: what the probabilities are worth, beyond the class that is chosen.

Definitions are scikit-learn's where it has them. ``scores`` has shape (items, classes); the calibration error is
content with the probability of the class that was answered, shape (items,).
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from paribus.errors import UsageError
from paribus.metrics.metric import Scored

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    _Measure = Callable[[NDArray[np.bool_], NDArray[np.float64]], float]

BINS = 15
"""Of the expected calibration error (Guo et al. 2017)."""


def roc_auc(items: Scored) -> float:
    """The area under the ROC curve; with more than two classes the mean of each class against the rest, over the
    classes of the split that do not hold every item (`roc_auc_score(multi_class="ovr", average="macro")`).
    """
    return _over_classes(items, _area)


def average_precision(items: Scored) -> float:
    """Average precision (`average_precision_score`), the mean of each class against the rest where there are more
    than two.
    """
    from sklearn.metrics import average_precision_score

    return _over_classes(items, lambda truth, scores: float(average_precision_score(truth, scores)))


def log_loss(items: Scored) -> float:
    """The mean of −log of the true class's probability, in nats; probabilities are cut at 1e-15."""
    import numpy as np

    return float(-np.log(np.clip(_of_truth(items), 1e-15, 1.0)).mean())


def brier(items: Scored) -> float:
    """The mean squared distance between the probabilities and the truth, summed over the classes; from 0 to 2
    (Brier 1950). With two classes this is twice scikit-learn's ``brier_score_loss``.
    """
    import numpy as np

    truth = np.eye(items.n_classes)[items.truth.astype(np.int64)]
    return float(np.square(_scores(items) - truth).sum(axis=1).mean())


def ece(items: Scored) -> float:
    """Expected calibration error over 15 bins of equal width of the highest probability (Guo et al. 2017), or of
    that of the class that was answered, where no more is known.
    """
    import numpy as np

    if items.sure is not None:
        sure, right = items.sure, items.guess == items.truth
    else:
        scores = _scores(items)
        sure, right = scores.max(axis=1), scores.argmax(axis=1) == items.truth
    place = np.clip(np.ceil(sure * BINS).astype(np.int64) - 1, 0, BINS - 1)
    gaps = np.bincount(place, weights=right - sure, minlength=BINS)
    return float(np.abs(gaps).sum() / items.truth.size)


def _over_classes(items: Scored, measure: "_Measure") -> float:
    scores = _scores(items)
    if items.n_classes == 2:
        return measure(items.truth == 1, scores[:, 1])
    both = [c for c in range(items.n_classes) if 0 < (items.truth == c).sum() < items.truth.size]
    return sum(measure(items.truth == c, scores[:, c]) for c in both) / max(len(both), 1)


def _area(truth: "NDArray[np.bool_]", scores: "NDArray[np.float64]") -> float:
    """The share of pairs of a positive and a negative item that the scores put in order, ties counted half."""
    from scipy.stats import rankdata

    positive = int(truth.sum())
    ranks = float(rankdata(scores)[truth].sum())
    return (ranks - positive * (positive + 1) / 2) / max(positive * (truth.size - positive), 1)


def _of_truth(items: Scored) -> "NDArray[np.float64]":
    import numpy as np

    return _scores(items)[np.arange(items.truth.size), items.truth.astype(np.int64)]


def _scores(items: Scored) -> "NDArray[np.float64]":
    if items.scores is None:
        raise UsageError("This metric needs the probability of each class: pass scores= of shape (items, classes).")
    return items.scores
