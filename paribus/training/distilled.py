r"""Distillation: a small model learns from what a large one says, beside the labels.

Hinton, Vinyals and Dean, *Distilling the Knowledge in a Neural Network* (2015).
"""

from typing import Any

from paribus.errors import TrainingError


def distillation_loss(student: Any, teacher: Any, labels: Any, *, temperature: float, mix: float) -> Any:
    """Mix · T² · KL(softmax(teacher / T) ‖ softmax(student / T)) + (1 − mix) · cross-entropy, as a scalar tensor.

    ``student`` and ``teacher`` are logits of shape (batch, classes), ``labels`` class ids, (batch,). The divergence
    is a mean over items; T² keeps its gradient as large as the other's when T changes. TrainingError where the
    temperature is not above 0 or ``mix`` not between 0 and 1.
    """
    if temperature <= 0 or not 0 <= mix <= 1:
        raise TrainingError(
            f"temperature is {temperature!r} and mix {mix!r}; expected a temperature above 0 and a mix from 0 to 1."
        )
    from torch.nn import functional

    soft = functional.kl_div(
        functional.log_softmax(student.float() / temperature, dim=-1),
        functional.log_softmax(teacher.float() / temperature, dim=-1),
        reduction="batchmean",
        log_target=True,
    )
    hard = functional.cross_entropy(student.float(), labels)
    return mix * temperature**2 * soft + (1 - mix) * hard
