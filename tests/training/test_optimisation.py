"""The learning rate over time is transformers' own, and a seed fixes every generator."""

import random

import numpy as np
import pytest
import torch
from torch.optim.lr_scheduler import LRScheduler
from transformers import get_scheduler

from paribus.errors import TrainingError
from paribus.training import TrainingConfig, linear_schedule, make_optimizer, make_schedule, seed_everything
from paribus.training.config import Scheduler
from paribus.training.optimisation import learning_rate_factor


def rates(scheduler: LRScheduler, optimizer: torch.optim.Optimizer, steps: int) -> list[float]:
    seen = []
    for _ in range(steps):
        seen.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return seen


def fresh_optimizer() -> torch.optim.Optimizer:
    return torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.4)


@pytest.mark.parametrize(
    ("ours", "theirs"), [("linear", "linear"), ("cosine", "cosine"), ("constant", "constant_with_warmup")]
)
@pytest.mark.parametrize("warmup", [0, 3])
def test_each_schedule_is_the_one_transformers_calls_so(ours: Scheduler, theirs: str, warmup: int) -> None:
    optimizer, reference = fresh_optimizer(), fresh_optimizer()
    config = TrainingConfig(scheduler=ours, warmup_share=warmup / 20)

    seen = rates(make_schedule(optimizer, config, 20), optimizer, 20)
    expected = rates(get_scheduler(theirs, reference, warmup, 20), reference, 20)

    assert seen == pytest.approx(expected)


def test_the_linear_schedule_rises_falls_and_ends_at_zero() -> None:
    optimizer = fresh_optimizer()

    seen = rates(linear_schedule(optimizer, 2, 6), optimizer, 7)

    assert seen == pytest.approx([0.0, 0.2, 0.4, 0.3, 0.2, 0.1, 0.0])
    assert learning_rate_factor("cosine", 100, 2, 6) == pytest.approx(0.0)


@pytest.mark.parametrize(("warmup", "total"), [(0, 0), (-1, 5), (6, 5)])
def test_an_impossible_schedule_is_refused(warmup: int, total: int) -> None:
    with pytest.raises(TrainingError, match="is not possible"):
        linear_schedule(fresh_optimizer(), warmup, total)


def test_the_optimizer_has_the_configured_rate_and_decay() -> None:
    optimizer = make_optimizer(torch.nn.Linear(2, 2), TrainingConfig(learning_rate=0.5, weight_decay=0.25))

    assert [(group["lr"], group["weight_decay"]) for group in optimizer.param_groups] == [(0.5, 0.25)]


def test_a_seed_fixes_every_generator() -> None:
    def draw() -> tuple[float, float, float]:
        seed_everything(3)
        return random.random(), float(np.random.rand()), torch.rand(1).item()  # noqa: S311

    assert draw() == draw()


@pytest.mark.parametrize("seed", [-1, 2**32, 1.0, True])
def test_what_is_no_seed_is_refused(seed: object) -> None:
    with pytest.raises(TrainingError, match="whole number from 0"):
        seed_everything(seed)  # type: ignore[arg-type]
