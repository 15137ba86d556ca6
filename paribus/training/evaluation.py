"""What a model says about texts: logits for every row, in order, and the loss they have."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from paribus.errors import TrainingError
from paribus.training.batching import token_batches
from paribus.training.encoding import Encoded
from paribus.training.precision import Precision, choose_precision, detect_device

EVALUATION_TOKENS = 16_384


def predict(
    model: Any,  # any Hugging Face classifier
    encoded: Encoded,
    *,
    tokens: int = EVALUATION_TOKENS,
    precision: Precision | None = None,
) -> NDArray[np.float32]:
    """The model's logits for every row of ``encoded`` in its order, shape (n, classes).

    Runs where the model is, without gradients or dropout, in batches of at most ``tokens`` padded tokens, and
    leaves the model in the mode (training or evaluation) it found it in.
    """
    import torch

    device = next(model.parameters()).device
    if precision is None:
        name = choose_precision(detect_device()) if device.type == "cuda" else "fp32"
        precision = Precision(name, device.type)
    was_training = model.training
    model.eval()
    logits: NDArray[np.float32] | None = None
    try:
        with torch.inference_mode(), precision.autocast():
            for batch in token_batches(encoded, tokens):
                part = model(**batch.to(device).inputs).logits.float().cpu().numpy()
                if logits is None:
                    logits = np.empty((len(encoded), part.shape[1]), dtype=np.float32)
                logits[batch.rows] = part
    finally:
        model.train(was_training)
    if logits is None:
        raise TrainingError("There are no rows to predict: the encoded part is empty.")
    return logits


def validation_loss(logits: NDArray[np.float32], labels: NDArray[np.int64]) -> float:
    """Mean cross-entropy over rows: never weighted or smoothed, so that runs with different losses compare.

    ``logits`` has shape (n, classes), ``labels`` (n,). Raises TrainingError where the two do not fit.
    """
    if logits.ndim != 2 or len(logits) != len(labels) or not len(labels):
        raise TrainingError(
            f"Logits of shape {logits.shape} do not fit {len(labels)} labels; expected (rows, classes)."
        )
    shifted = logits.astype(np.float64)
    shifted -= shifted.max(axis=1, keepdims=True)
    of_label = shifted[np.arange(len(labels)), labels]
    return float(np.mean(np.log(np.exp(shifted).sum(axis=1)) - of_label))
