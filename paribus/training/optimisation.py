"""The optimiser's side of a loop: seeds, AdamW, and the learning rate over time."""

import math
import random
from typing import Any

import numpy as np

from paribus.errors import TrainingError
from paribus.training.config import Scheduler, TrainingConfig


def seed_everything(seed: int) -> None:
    """Seed Python's, NumPy's and torch's generators (every device); 0 ≤ seed < 2³²."""
    import torch

    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**32:
        raise TrainingError(f"The seed is {seed!r}; expected a whole number from 0 to 4,294,967,295.")
    random.seed(seed)
    np.random.seed(seed)  # libraries that students call still draw from the global generator
    torch.manual_seed(seed)


def learning_rate_factor(scheduler: Scheduler, step: int, warmup_steps: int, total_steps: int) -> float:
    """What the learning rate is multiplied by at ``step``, counted from 0.

    It rises linearly from 0 over ``warmup_steps``; then "linear" falls to 0 at ``total_steps``, "cosine" does so
    along half a cosine, and "constant" stays at 1.
    """
    if step < warmup_steps:
        return step / warmup_steps
    if scheduler == "constant":
        return 1.0
    done = min(1.0, (step - warmup_steps) / max(1, total_steps - warmup_steps))
    return 1.0 - done if scheduler == "linear" else 0.5 * (1.0 + math.cos(math.pi * done))


def make_optimizer(model: Any, config: TrainingConfig) -> Any:
    """AdamW over all of the model's parameters with the learning rate and weight decay of ``config``.

    Where the model is on a GPU, the update is one fused kernel instead of dozens.
    """
    import torch

    parameters = list(model.parameters())
    fused = bool(parameters) and parameters[0].device.type == "cuda"
    return torch.optim.AdamW(
        parameters, lr=config.learning_rate, weight_decay=config.weight_decay, fused=fused or None
    )


def make_schedule(optimizer: Any, config: TrainingConfig, total_steps: int) -> Any:
    """The schedule that ``config`` names, over ``total_steps`` optimiser steps; call its ``step()`` after each."""
    return _schedule(optimizer, config.scheduler, math.ceil(config.warmup_share * total_steps), total_steps)


def linear_schedule(optimizer: Any, warmup_steps: int, total_steps: int) -> Any:
    """A learning rate that rises over ``warmup_steps`` and falls linearly to 0 at ``total_steps``."""
    return _schedule(optimizer, "linear", warmup_steps, total_steps)


def _schedule(optimizer: Any, scheduler: Scheduler, warmup_steps: int, total_steps: int) -> Any:
    from torch.optim.lr_scheduler import LambdaLR

    if total_steps < 1 or not 0 <= warmup_steps <= total_steps:
        raise TrainingError(
            f"A schedule of {total_steps} steps with {warmup_steps} steps of warm-up is not possible; "
            "expected at least one step, and a warm-up within it."
        )
    return LambdaLR(optimizer, lambda step: learning_rate_factor(scheduler, step, warmup_steps, total_steps))
