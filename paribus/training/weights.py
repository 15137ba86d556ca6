"""Class weights, and the loss they enter."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from paribus.errors import TrainingError
from paribus.training.config import ClassWeights


def class_weights(kind: ClassWeights, labels: NDArray[np.int64], n_classes: int) -> NDArray[np.float64] | None:
    """One weight a class, shape (n_classes,); None for "none".

    - "sqrt_inverse": n_c^(-1/2) divided by its mean over the classes, so that the weights' mean is 1. On the
      course's split this runs from 0.06 (13,333 examples) to 3.61 (4 examples), a 60-fold range.
    - "balanced": N / (K · n_c), scikit-learn's formula (King & Zeng, 2001). On the course's split it reaches 128.

    A class without any training example (a small subset has such) gets weight 0 and stays out of the mean and of
    K: no training example asks for its weight. Raises TrainingError for labels outside 0 … n_classes - 1, no
    labels at all, or an unknown kind.
    """
    labels = np.asarray(labels)
    if labels.size == 0 or labels.min() < 0 or labels.max() >= n_classes:
        raise TrainingError(
            f"Class weights need at least one label, and labels from 0 to {n_classes - 1}; "
            f"found {labels.size} labels" + (f" from {labels.min()} to {labels.max()}." if labels.size else ".")
        )
    if kind == "none":
        return None
    counts = np.bincount(labels, minlength=n_classes).astype(np.float64)
    present = counts > 0
    weights = np.zeros(n_classes, dtype=np.float64)
    if kind == "sqrt_inverse":
        roots = counts[present] ** -0.5
        weights[present] = roots / roots.mean()
        return weights
    if kind == "balanced":
        weights[present] = counts.sum() / (present.sum() * counts[present])
        return weights
    raise TrainingError(f'There are no class weights called {kind!r}; use "none", "sqrt_inverse" or "balanced".')


def weighted_loss(logits: Any, labels: Any, weights: Any = None, label_smoothing: float = 0.0) -> Any:
    """Cross-entropy of ``logits`` (batch, classes) and ``labels`` (batch,) as a scalar tensor, in 32-bit floats.

    With ``weights`` (a tensor, shape (classes,)) it is Σ w·loss / Σ w over the batch. Dividing by the number of
    items instead would also rescale the loss, to about a fifth on the course's data: a second change
    that acts like a smaller learning rate. `torch.nn.functional.cross_entropy` divides by Σ w.
    """
    from torch.nn.functional import cross_entropy

    return cross_entropy(logits.float(), labels, weight=weights, label_smoothing=label_smoothing)
