"""`fit`: the visible loop's recipe on transformers' Trainer, with early stopping and the best checkpoint kept."""

import math
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import PrinterCallback, Trainer, TrainerCallback, TrainingArguments

from paribus import metrics
from paribus.errors import TrainingError
from paribus.metrics import Metrics
from paribus.metrics.registry import CLASS_METRICS, registry, title, told_first
from paribus.records.record import Epoch
from paribus.training import models
from paribus.training.batching import batches
from paribus.training.config import TrainingConfig
from paribus.training.encoding import Encoded
from paribus.training.evaluation import predict, validation_loss
from paribus.training.optimisation import make_optimizer, make_schedule, seed_everything
from paribus.training.precision import Precision, device_and_precision
from paribus.training.preparing import Prepared, prepare
from paribus.training.progress import Ticker
from paribus.training.protocols import RunLog, SplitData
from paribus.training.weights import class_weights, weighted_loss


@dataclass(frozen=True, eq=False)
class FitResult:
    """What a run came to.

    ``epochs`` has one line an epoch that ran; ``best_epoch`` (from 1) is the first with the highest unrounded
    validation macro-F1. ``logits`` (n, classes), ``predictions`` (n,) and ``metrics`` are the validation part's at
    that epoch, and ``model`` carries that epoch's weights. ``seconds`` is the time of training and
    evaluation; loading and tokenising are not in it.
    """

    epochs: tuple[Epoch, ...]
    best_epoch: int
    predictions: NDArray[np.int64]
    logits: NDArray[np.float32]
    metrics: Metrics
    seconds: float
    model: Any


def fit(
    config: TrainingConfig, data: SplitData, *, run: RunLog | None = None, seed: int, progress: bool = True
) -> FitResult:
    """Fine-tune ``config.model`` on ``data.train`` and return the epoch that is best on ``data.validation``.

    Every epoch is logged to ``run`` where one is given, and printed on a line where ``progress`` is true.
    Training stops after ``config.patience`` epochs without a higher validation macro-F1. One GPU is used where
    there is one. On a CPU the result is a function of config, data and seed (and of the number of threads).
    Leaves no file behind.

    Raises TrainingError where the training loss stops being finite, the model cannot be loaded, or the data do
    not fit the configuration.
    """
    seed_everything(seed)
    network, tokenizer = models.load(config.model, len(data.classes), texts=data.train.texts, seed=seed)
    prepared = prepare(data, config, tokenizer)
    device, precision = device_and_precision()
    network.to(device)
    passes = _Passes(prepared.train, config.batch_size, seed)
    optimizer = make_optimizer(network, config)
    schedule = make_schedule(optimizer, config, config.epochs * len(passes))
    keeper = _KeepBest(prepared, config, precision, run, len(passes), progress=progress)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="paribus-fit-") as scratch:
        trainer = _WeightedTrainer(
            passes,
            _weights_on(device, config, prepared),
            config.label_smoothing,
            model=network,
            args=_arguments(config, precision, seed, scratch, on_cpu=device.type == "cpu"),
            optimizers=(optimizer, schedule),
            callbacks=[keeper],
        )
        trainer.remove_callback(PrinterCallback)
        keeper.trainer = trainer
        trainer.train()
    seconds = time.perf_counter() - began
    network = trainer.accelerator.unwrap_model(network, keep_fp32_wrapper=False)
    return keeper.result(network, seconds)


class _Passes:
    """The training batches as the Trainer asks for them: one pass an epoch, each in an order of its own."""

    def __init__(self, encoded: Encoded, batch_size: int, seed: int) -> None:
        self._encoded, self._batch_size, self._seed = encoded, batch_size, seed
        self._epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """The Trainer counts epochs from 0, people and the visible loop from 1."""
        self._epoch = epoch + 1

    def __len__(self) -> int:
        return math.ceil(len(self._encoded) / self._batch_size)

    def __iter__(self) -> Iterator[dict[str, torch.Tensor]]:
        for batch in batches(self._encoded, self._batch_size, shuffle_seed=(self._seed, self._epoch)):
            yield {**batch.inputs, "labels": batch.labels}


class _WeightedTrainer(Trainer):  # type: ignore[misc]
    """A Trainer with our batches and our loss; it sums up the epoch's training loss on the device."""

    def __init__(
        self,
        passes: _Passes,
        weights: torch.Tensor | None,
        label_smoothing: float,
        **arguments: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(**arguments)
        self._passes, self._weights, self._label_smoothing = passes, weights, label_smoothing
        self._loss_sum = self._weight_sum = torch.zeros((), device=self.args.device)

    def get_train_dataloader(self) -> _Passes:
        """Ours are batched, shuffled and padded already, the same way on every version of transformers."""
        return self._passes

    def compute_loss(
        self,
        model: Any,  # noqa: ANN401
        inputs: dict[str, torch.Tensor],
        return_outputs: bool = False,
        num_items_in_batch: Any = None,  # noqa: ANN401 - the Trainer's signature
    ) -> Any:  # noqa: ANN401
        """Σ w·loss / Σ w over the batch; the Trainer's own mean would divide by the number of items."""
        labels = inputs.pop("labels")
        outputs = model(**inputs)
        loss = weighted_loss(outputs.logits, labels, self._weights, self._label_smoothing)
        weight = labels.numel() if self._weights is None else self._weights[labels].sum()
        self._loss_sum = self._loss_sum + loss.detach() * weight
        self._weight_sum = self._weight_sum + weight
        return (loss, outputs) if return_outputs else loss

    def take_train_loss(self) -> float:
        """The mean training loss since the last call: Σ w·loss / Σ w over all items seen."""
        mean = float(self._loss_sum / self._weight_sum)
        self._loss_sum = self._weight_sum = torch.zeros((), device=self.args.device)
        return mean


@dataclass
class _Best:
    """The best epoch so far."""

    epoch: int
    logits: NDArray[np.float32]
    metrics: Metrics
    weights: dict[str, torch.Tensor] | None


class _KeepBest(TrainerCallback):  # type: ignore[misc]
    """Evaluates after each epoch, logs it, keeps the best weights in memory, and stops when patience ends."""

    trainer: _WeightedTrainer

    def __init__(
        self,
        prepared: Prepared,
        config: TrainingConfig,
        precision: Precision,
        run: RunLog | None,
        steps: int,
        *,
        progress: bool,
    ) -> None:
        self._prepared, self._config, self._precision, self._run = prepared, config, precision, run
        self._steps, self._progress = steps, progress
        self._lines: list[Epoch] = []
        self._best: _Best | None = None
        self._ticker: Ticker | None = None

    def on_epoch_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:  # noqa: ANN401
        """Start the epoch's line of progress."""
        if self._progress:
            self._ticker = Ticker(f"epoch {len(self._lines) + 1} of {self._config.epochs}", self._steps)

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:  # noqa: ANN401
        """Move the line on."""
        if self._ticker:
            self._ticker.step(state.global_step - len(self._lines) * self._steps)

    def on_epoch_end(self, args: Any, state: Any, control: Any, model: Any, **kwargs: Any) -> None:  # noqa: ANN401
        """Evaluate, log, keep, and perhaps stop."""
        if self._ticker:
            self._ticker.close()
        epoch = len(self._lines) + 1
        train_loss = self.trainer.take_train_loss()
        if not math.isfinite(train_loss):
            raise TrainingError(
                f"The training loss is {train_loss} in epoch {epoch}: training has diverged. "
                f"Lower learning_rate (now {self._config.learning_rate:g}) or lengthen the warm-up "
                f"(warmup_share, now {self._config.warmup_share:g})."
            )
        logits = predict(model, self._prepared.validation, precision=self._precision)
        labels = self._prepared.validation.labels
        scores = metrics.evaluate(labels, logits.argmax(axis=1), self._prepared.n_classes)
        loss = validation_loss(logits, labels)
        values = scores.values()
        told = {name: values[name] for name in told_first(values)}
        line = Epoch(epoch, {"train_loss": train_loss, "validation_loss": loss, **told})
        self._lines.append(line)
        if self._run is not None:  # says the epoch's line itself
            self._run.log(
                epoch=epoch, train_loss=train_loss, validation_loss=loss, predictions=logits.argmax(axis=1)
            )
        elif self._progress:
            sys.stdout.write(_sentence(line, self._config.epochs) + "\n")
        by = CLASS_METRICS[0]
        if self._best is None or registry()[by].better(values[by], self._best.metrics.values()[by]):
            # The last epoch's weights are in the model anyway; a copy would only cost memory.
            is_last = epoch == self._config.epochs
            self._best = _Best(epoch, logits, scores, None if is_last else _copy_of_weights(model))
        elif self._config.patience is not None and epoch - self._best.epoch >= self._config.patience:
            control.should_training_stop = True

    def result(self, network: Any, seconds: float) -> FitResult:  # noqa: ANN401
        """The finished run, with the best epoch's weights put back into ``network``."""
        best = self._best
        assert best is not None, "the Trainer ends at least one epoch"  # noqa: S101 - config.epochs is at least 1
        if best.weights is not None and best.epoch != len(self._lines):
            network.load_state_dict(best.weights)
        return FitResult(
            epochs=tuple(self._lines),
            best_epoch=best.epoch,
            predictions=best.logits.argmax(axis=1),
            logits=best.logits,
            metrics=best.metrics,
            seconds=seconds,
            model=network,
        )


def _arguments(
    config: TrainingConfig, precision: Precision, seed: int, scratch: str, *, on_cpu: bool
) -> TrainingArguments:
    arguments = TrainingArguments(
        output_dir=scratch,
        per_device_train_batch_size=config.batch_size,
        num_train_epochs=config.epochs,
        max_grad_norm=0.0,  # the visible loop clips nothing
        fp16=precision.name == "fp16",
        bf16=precision.name == "bf16",
        use_cpu=on_cpu,
        seed=seed,
        disable_tqdm=True,
        eval_strategy="no",
        logging_strategy="no",
        save_strategy="no",
        report_to="none",
        remove_unused_columns=False,
        dataloader_pin_memory=False,
    )
    if arguments.n_gpu > 1:
        # Two T4s would split each batch by DataParallel, slower than one and another run than the visible loop.
        arguments._n_gpu = 1  # there is no public way to say it
    return arguments


def _weights_on(device: Any, config: TrainingConfig, prepared: Prepared) -> torch.Tensor | None:  # noqa: ANN401
    weights = class_weights(config.class_weights, prepared.train.labels, prepared.n_classes)
    return None if weights is None else torch.tensor(weights, dtype=torch.float32, device=device)


def _copy_of_weights(model: Any) -> dict[str, torch.Tensor]:  # noqa: ANN401
    return {name: value.detach().to("cpu", copy=True) for name, value in model.state_dict().items()}


def _sentence(line: Epoch, epochs: int) -> str:
    told = ", ".join(f"{title(name)} {value:.3f}" for name, value in line.metrics.items())
    return f"epoch {line.epoch} of {epochs}: {told}"
