"""A training loop that is watched: evaluations inside the epoch, four instruments, and a resume after a kill.

`fit` is the loop of the homework; this one trains the zoo's models, whose logs are the exercise. It cuts the
same batches, calls the same loss and evaluates in the same way.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from paribus.errors import TrainingError
from paribus.metrics import evaluate_fast
from paribus.training.batching import batches
from paribus.training.checkpoint import read_checkpoint, restore, write_checkpoint
from paribus.training.config import TrainingConfig
from paribus.training.distilled import distillation_loss
from paribus.training.evaluation import predict, validation_loss
from paribus.training.instruments import Watch
from paribus.training.optimisation import make_optimizer, make_schedule
from paribus.training.precision import Precision
from paribus.training.preparing import Prepared
from paribus.training.regime import Regime
from paribus.training.weights import class_weights, weighted_loss

Log = dict[str, list[Any]]
"""What a run logs, in plain values: ``rows`` (an evaluation each), ``steps`` and ``layers`` (the instruments)."""


@dataclass(frozen=True, eq=False)
class Progress:
    """How far a run is; ``resumed`` is the epoch that an earlier, interrupted run had finished."""

    epoch: int
    epochs: int
    step: int
    steps: int
    resumed: int


@dataclass(frozen=True, eq=False)
class Recorded:
    """A finished run: its log, the validation logits (n, classes) at its end, and the model as it ended.

    ``finite`` is false where the loss stopped being finite, which ends a run.
    """

    log: Log
    logits: NDArray[np.float32]
    steps_per_epoch: int
    finite: bool
    resumed: int
    model: Any


def train_recorded(
    model: Any,  # any classifier
    config: TrainingConfig,
    regime: Regime,
    prepared: Prepared,
    *,
    seed: int,
    device: Any,  # a torch device
    precision: Precision,
    checkpoints: Path | None = None,
    report: Callable[[Progress], None] = lambda progress: None,
    soft: NDArray[np.float32] | None = None,
) -> Recorded:
    """Train ``model`` for ``config.epochs`` and log what the regime asks for.

    With ``checkpoints`` the state is kept there after every epoch, and a run that finds one goes on from it, to
    the same result on a CPU. ``soft`` holds a teacher's logits for the training rows, shape (n, classes), which
    the regime's making says how to learn from. Raises TrainingError where the loss stops being finite and the
    regime does not intend it.
    """
    model.to(device)
    optimizer = _optimizer(model, config, regime)
    per_epoch = len(batches(prepared.train, config.batch_size))
    schedule = make_schedule(optimizer, config, config.epochs * per_epoch)
    log: Log = {"rows": [], "steps": [], "layers": []}
    done = read_checkpoint(checkpoints) if checkpoints is not None else None
    if done is not None:
        restore(done, model, optimizer)
        log = {name: list(rows) for name, rows in done.log.items()}
        _forward(schedule, optimizer, done.epoch * per_epoch)
    first = done.epoch + 1 if done is not None else 1
    loop = _Loop(
        model, config, regime, prepared, optimizer, schedule, precision, device, log, per_epoch, seed, soft
    )
    finite = True
    for epoch in range(first, config.epochs + 1):
        finite = loop.epoch(epoch, partial(_tell, report, Progress(epoch, config.epochs, 0, per_epoch, first - 1)))
        if not finite:
            break
        if checkpoints is not None and epoch < config.epochs:
            write_checkpoint(checkpoints, epoch, model, optimizer, log)
    if not finite and not regime.may_diverge:
        raise TrainingError(
            f"The training loss stopped being finite in epoch {epoch}, and nothing in the recipe intends it. "
            f"Lower learning_rate (now {config.learning_rate:g}) or lengthen the warm-up "
            f"(warmup_share, now {config.warmup_share:g})."
        )
    assert loop.logits is not None  # noqa: S101 - every epoch ends with an evaluation
    return Recorded(log, loop.logits, per_epoch, finite, first - 1, model)


def _tell(report: Callable[[Progress], None], begun: Progress, step: int) -> None:
    report(replace(begun, step=step))


def _forward(schedule: Any, optimizer: Any, steps: int) -> None:
    """Put the learning rate where it was after ``steps``."""
    schedule.load_state_dict({**schedule.state_dict(), "last_epoch": steps, "_step_count": steps + 1})
    for group, base, factor in zip(optimizer.param_groups, schedule.base_lrs, schedule.lr_lambdas, strict=True):
        group["lr"] = base * factor(steps)


def _optimizer(model: Any, config: TrainingConfig, regime: Regime) -> Any:
    if regime.optimizer == "adamw":
        return make_optimizer(model, config)
    return torch.optim.SGD(model.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay)


@dataclass(eq=False)
class _Loop:
    """One run's moving parts."""

    model: Any
    config: TrainingConfig
    regime: Regime
    prepared: Prepared
    optimizer: Any
    schedule: Any
    precision: Precision
    device: Any
    log: Log
    per_epoch: int
    seed: int
    soft: NDArray[np.float32] | None = None
    logits: NDArray[np.float32] | None = None

    def __post_init__(self) -> None:
        weights = class_weights(self.config.class_weights, self.prepared.train.labels, self.prepared.n_classes)
        self.weights = None if weights is None else torch.tensor(weights, dtype=torch.float32, device=self.device)
        self.scaler = self.precision.scaler()
        self.watch = Watch(self.model) if self.regime.instruments else None

    def epoch(self, epoch: int, report: Callable[[int], None]) -> bool:
        """One pass; True unless the loss stopped being finite."""
        self.model.train()
        since = _Mean()
        whole = _Mean()
        one_pass = batches(self.prepared.train, self.config.batch_size, shuffle_seed=(self.seed, epoch))
        for number, batch in enumerate(one_pass, start=1):
            step = (epoch - 1) * self.per_epoch + number
            loss = self._step(batch.to(self.device), step, evaluated=self._is_due(step, number))
            since.add(loss, len(batch.rows))
            whole.add(loss, len(batch.rows))
            if self._is_due(step, number):
                finite = self._evaluate(epoch, number, step, since.take(), whole.mean())
                if not finite:
                    return False
            report(number)
        return True

    def _is_due(self, step: int, number: int) -> bool:
        return step % self.regime.evaluate_every == 0 or number == self.per_epoch

    def _step(self, batch: Any, step: int, *, evaluated: bool) -> Any:
        with self.precision.autocast():
            logits = self.model(**batch.inputs).logits
        if self.regime.loss == "softmax_cross_entropy":
            logits = torch.softmax(logits.float(), dim=-1)
        loss = self._loss(logits, batch)
        self.scaler.scale(loss).backward()
        if self.regime.clip_norm is not None or self.watch is not None:
            self.scaler.unscale_(self.optimizer)
        if self.regime.clip_norm is not None:
            torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.regime.clip_norm)
        if self.watch is not None:
            rate = self.optimizer.param_groups[0]["lr"]
            norm = self.watch.gradient_norm()
            self.log["steps"].append([step, _plain(loss.detach()), _plain(norm), _plain(rate)])
            if evaluated:
                self.watch.before_step()
        self.scaler.step(self.optimizer)
        self.scaler.update()
        self.schedule.step()
        if self.watch is not None and evaluated:
            self.log["layers"].extend([step, *row] for row in self.watch.after_step())
        self.optimizer.zero_grad(set_to_none=True)
        return loss.detach()

    def _loss(self, logits: Any, batch: Any) -> Any:
        making = self.regime.making
        if self.soft is None or making is None:
            return weighted_loss(logits, batch.labels, self.weights, self.config.label_smoothing)
        teacher = torch.tensor(self.soft[batch.rows], device=logits.device)
        return distillation_loss(logits, teacher, batch.labels, temperature=making.temperature, mix=making.mix)

    def _evaluate(self, epoch: int, number: int, step: int, recent: float, so_far: float) -> bool:
        logits = self.logits = predict(self.model, self.prepared.validation, precision=self.precision)
        labels = self.prepared.validation.labels
        finite = math.isfinite(recent) and bool(np.isfinite(logits).all())
        scores = evaluate_fast(labels, logits.argmax(axis=1), self.prepared.n_classes) if finite else None
        at_end = number == self.per_epoch
        self.log["rows"].append([
            _plain(epoch - 1 + number / self.per_epoch), step, _plain(so_far if at_end else recent),
            _plain(validation_loss(logits, labels)) if finite else None,
            _plain(scores.accuracy) if scores else None, _plain(scores.macro_f1) if scores else None,
        ])  # fmt: skip
        return finite


@dataclass
class _Mean:
    """A running mean that stays on the device until it is asked for."""

    total: Any = 0.0
    items: int = 0

    def add(self, loss: Any, items: int) -> None:
        self.total = self.total + loss * items
        self.items += items

    def mean(self) -> float:
        return float(self.total) / max(1, self.items)

    def take(self) -> float:
        value = self.mean()
        self.total, self.items = 0.0, 0
        return value


def _plain(value: Any) -> float | None:  # a number or a tensor of one
    """Six significant digits; None for what is not finite, as JSON has no such number."""
    number = float(value)
    return float(f"{number:.6g}") if math.isfinite(number) else None
