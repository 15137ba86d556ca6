"""A small class problem, and two clocks that stand still until they are moved."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from paribus.experiments.notebook import Notebook
from paribus.records.runs import Run

Define = Callable[..., dict[str, Any]]
Reopen = Callable[..., Notebook]
Train = Callable[[object, "Data", Run], object]


@dataclass(frozen=True)
class Part:
    texts: tuple[str, ...]
    labels: NDArray[np.int64]


@dataclass(frozen=True)
class Data:
    train: Part
    validation: Part
    classes: tuple[str, ...]
    source: str = "synthetic/test"
    fingerprint: str = "f" * 16
    split_digest: str = "5" * 16


@dataclass
class Clock:
    time: datetime = field(default_factory=lambda: datetime(2027, 1, 4, 9, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.time

    def move(self, **by: float) -> None:
        self.time += timedelta(**by)


@dataclass
class Stopwatch:
    """Seconds that pass only where a test lets them."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds


def make_data(items: int = 60, n_classes: int = 5, seed: int = 0, train: int = 40, **fields: Any) -> Data:
    """Labels with a long tail, every class at least once."""
    rng = np.random.default_rng(seed)
    weights = 1 / np.arange(1, n_classes + 1)
    labels = np.concatenate(
        [np.arange(n_classes), rng.choice(n_classes, items - n_classes, p=weights / weights.sum())]
    )
    return Data(
        Part(tuple(f"training text {i}" for i in range(train)), rng.integers(0, n_classes, train)),
        Part(tuple(f"validation text {i}" for i in range(items)), labels),
        tuple(f"class {i}" for i in range(n_classes)),
        **fields,
    )


@dataclass(frozen=True)
class Config:
    batch_size: int = 32
    learning_rate: float = 1e-3
    scheduler: str = "linear"


CONFIG = Config()
SMALL = replace(CONFIG, batch_size=16)
# A training function as a cell defines it; `calls` keeps the seeds that really trained.
CELL = """
SHIFT = 0
def train(config, data, run):
    labels = data.validation.labels
    calls.append(run.seed)
    for epoch in (1, 2):
        wrong = (5 * epoch + run.seed + config.batch_size + SHIFT) % len(labels)
        guess = labels.copy()
        guess[:wrong] = (guess[:wrong] + 1) % len(data.classes)
        run.log(epoch=epoch, train_loss=1.0 / epoch, validation_loss=0.5, predictions=guess)
"""
