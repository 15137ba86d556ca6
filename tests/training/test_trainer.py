"""`fit` is the visible loop on a Trainer: it learns, repeats, stops early and keeps the best epoch."""

import tempfile
import warnings
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from paribus.errors import TrainingError
from paribus.metrics import Metrics, evaluate
from paribus.training import FitResult, Prepared, TrainingConfig, fit, predict, validation_loss
from paribus.training.precision import Precision
from paribus.training.protocols import SplitData
from tests.sampled import sampled


@dataclass
class ListLog:
    """A run's log that only remembers."""

    lines: list[dict[str, Any]] = field(default_factory=list)

    def log(
        self,
        *,
        epoch: int,
        train_loss: float | None = None,
        validation_loss: float | None = None,
        predictions: NDArray[np.int64] | None = None,
    ) -> None:
        self.lines.append(
            {"epoch": epoch, "train": train_loss, "validation": validation_loss, "predictions": predictions}
        )


@pytest.fixture(scope="module")
def log() -> ListLog:
    return ListLog()


@pytest.fixture(scope="module")
def result(toy_data: SplitData, toy_config: TrainingConfig, log: ListLog) -> FitResult:
    return fit(toy_config, toy_data, run=log, seed=1, progress=False)


def test_two_epochs_beat_the_majority_class(toy_data: SplitData, result: FitResult) -> None:
    majority = np.full(len(toy_data.validation.labels), np.bincount(toy_data.train.labels).argmax())

    assert result.metrics.macro_f1 > 2 * evaluate(toy_data.validation.labels, majority, 8).macro_f1
    assert result.epochs[0].metrics["train_loss"] > result.epochs[1].metrics["train_loss"]


def test_every_epoch_is_logged_as_it_is_returned(result: FitResult, log: ListLog) -> None:
    assert [line["epoch"] for line in log.lines] == [epoch.epoch for epoch in result.epochs] == [1, 2]
    assert [line["train"] for line in log.lines] == [epoch.metrics["train_loss"] for epoch in result.epochs]
    best = log.lines[result.best_epoch - 1]
    assert best["predictions"].tolist() == result.predictions.tolist()


def test_the_result_is_one_consistent_claim(toy_data: SplitData, toy_prepared: Prepared, result: FitResult) -> None:
    labels = toy_data.validation.labels
    best = result.epochs[result.best_epoch - 1]

    assert result.predictions.tolist() == result.logits.argmax(axis=1).tolist()
    assert best.metrics["macro_f1"] == result.metrics.macro_f1 == evaluate(labels, result.predictions, 8).macro_f1
    assert best.metrics["validation_loss"] == validation_loss(result.logits, labels)
    np.testing.assert_allclose(predict(result.model, toy_prepared.validation), result.logits, atol=1e-5)


@pytest.mark.long
def test_the_same_seed_gives_the_same_run_and_another_seed_another(
    toy_data: SplitData, toy_config: TrainingConfig, result: FitResult
) -> None:
    again = fit(toy_config, toy_data, seed=1, progress=False)
    other = fit(toy_config, toy_data, seed=2, progress=False)

    assert again.epochs == result.epochs
    assert np.array_equal(again.logits, result.logits)
    assert not np.array_equal(other.logits, result.logits)


@dataclass
class Scripted:
    """Stands for the metrics module: macro-F1 as the script says, epoch after epoch."""

    scores: list[float]

    def evaluate(self, labels: NDArray[np.int64], predictions: NDArray[np.int64], n_classes: int) -> Metrics:
        return replace(evaluate(labels, predictions, n_classes), macro_f1=self.scores.pop(0))


@dataclass(frozen=True)
class Stop:
    """After these macro-F1 scores, with this patience, training has run so long and returns to that epoch."""

    scores: tuple[float, ...]
    patience: int | None
    epochs: int
    best: int


STOPS = [
    Stop((0.1, 0.3, 0.2, 0.3, 0.9), 2, epochs=4, best=2),  # a tie is no improvement
    Stop((0.1, 0.3, 0.2, 0.4, 0.3), 2, epochs=5, best=4),
    Stop((0.5, 0.4, 0.3, 0.2, 0.6), 1, epochs=2, best=1),
    Stop((0.5, 0.4, 0.3, 0.2, 0.1), None, epochs=5, best=1),
]


@pytest.mark.parametrize("stop", sampled(STOPS, 6), ids=str)
def test_training_stops_when_patience_ends_and_returns_to_the_best_epoch(
    toy_data: SplitData,
    toy_config: TrainingConfig,
    toy_prepared: Prepared,
    monkeypatch: pytest.MonkeyPatch,
    stop: Stop,
) -> None:
    monkeypatch.setattr("paribus.training.trainer.metrics", Scripted(list(stop.scores)))
    config = replace(toy_config, epochs=5, patience=stop.patience, train_rows=32)

    result = fit(config, toy_data, seed=0, progress=False)

    assert (len(result.epochs), result.best_epoch) == (stop.epochs, stop.best)
    assert result.metrics.macro_f1 == stop.scores[stop.best - 1]
    np.testing.assert_allclose(predict(result.model, toy_prepared.validation), result.logits, atol=1e-5)


@pytest.mark.long
def test_class_weights_change_the_training_loss_and_never_the_validation_loss(
    toy_data: SplitData, toy_config: TrainingConfig
) -> None:
    short = replace(toy_config, epochs=1, train_rows=64)
    weighted = fit(replace(short, class_weights="sqrt_inverse"), toy_data, seed=1, progress=False)
    smoothed = fit(replace(short, label_smoothing=0.2), toy_data, seed=1, progress=False)
    plain = fit(short, toy_data, seed=1, progress=False)

    assert len({run.epochs[0].metrics["train_loss"] for run in (weighted, smoothed, plain)}) == 3
    for run in (weighted, smoothed):
        assert run.epochs[0].metrics["validation_loss"] == validation_loss(run.logits, toy_data.validation.labels)


def test_nothing_is_left_behind_and_nothing_warns(
    toy_data: SplitData, toy_config: TrainingConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work, scratch = tmp_path / "work", tmp_path / "scratch"
    work.mkdir()
    scratch.mkdir()
    monkeypatch.chdir(work)
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit(replace(toy_config, train_rows=64), toy_data, seed=0, progress=False)

    assert list(work.iterdir()) == []
    assert list(scratch.iterdir()) == []


@pytest.mark.long
def test_progress_is_one_line_an_epoch_and_can_be_silent(
    toy_data: SplitData, toy_config: TrainingConfig, capsys: pytest.CaptureFixture[str]
) -> None:
    config = replace(toy_config, train_rows=64)

    fit(config, toy_data, seed=0, progress=False)
    silent = capsys.readouterr()
    fit(config, toy_data, seed=0)
    told = capsys.readouterr()
    fit(config, toy_data, run=ListLog(), seed=0)
    logged = capsys.readouterr()

    assert logged.out == "", "a run says its epochs itself"
    assert silent.out == silent.err == told.err == ""
    lines = told.out.splitlines()
    assert [line.split(":")[0] for line in lines] == ["epoch 1 of 2", "epoch 2 of 2"]
    assert all("macro-F1" in line for line in lines)


@pytest.mark.long
def test_mixed_precision_trains_and_leaves_a_model_in_32_bits(
    toy_data: SplitData, toy_config: TrainingConfig, toy_prepared: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    """bf16 on the CPU takes the same path as half precision on a GPU."""
    half = Precision("bf16", "cpu")
    monkeypatch.setattr("paribus.training.trainer.device_and_precision", lambda: (torch.device("cpu"), half))

    result = fit(toy_config, toy_data, seed=1, progress=False)

    assert result.epochs[1].metrics["train_loss"] < result.epochs[0].metrics["train_loss"]
    assert {parameter.dtype for parameter in result.model.parameters()} == {torch.float32}
    assert not hasattr(result.model, "_original_forward"), "the Trainer's wrapper around forward is off again"
    np.testing.assert_allclose(
        predict(result.model, toy_prepared.validation, precision=half), result.logits, atol=1e-5
    )
    assert np.abs(predict(result.model, toy_prepared.validation) - result.logits).max() > 0


def test_a_run_whose_loss_is_no_number_says_which_setting_to_change(
    toy_data: SplitData, toy_config: TrainingConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("paribus.training.trainer.class_weights", lambda *_: np.full(8, np.nan))

    with pytest.raises(TrainingError, match=r"is nan in epoch 1.*Lower learning_rate \(now 0\.003\)"):
        fit(replace(toy_config, train_rows=64), toy_data, seed=0)
