"""The watched loop: its log, its resume, its instruments, and what it does when a loss is no number."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from paribus import training
from paribus.errors import TrainingError
from paribus.training import TrainingConfig, models
from paribus.training.checkpoint import POINTER, read_checkpoint, write_checkpoint
from paribus.training.deep import DeepNetwork
from paribus.training.recorded import Progress, Recorded, train_recorded
from paribus.training.regime import Making, Regime, Wiring, regime_from
from paribus.training.shared import encode_shared, prepare_shared
from paribus.zoo.logs import LAYERS, ROWS, STEPS, log_from
from tests.sampled import sampled

WATCHED = Regime(evaluate_every=4, instruments=True)


def _run(
    data: Any,  # the toy corpus of conftest
    config: TrainingConfig,
    regime: Regime = Regime(evaluate_every=4),  # noqa: B008 - frozen
    checkpoints: Path | None = None,
    report: Callable[[Progress], None] = lambda progress: None,
) -> Recorded:
    training.seed_everything(7)
    tokenizer = models.load_tokenizer(config.model, texts=data.train.texts)
    if regime.wiring is None:
        model, tokenizer = models.load(config.model, len(data.classes), texts=data.train.texts, seed=7)
    else:
        model = DeepNetwork(len(tokenizer), len(data.classes), regime.wiring, 7)
    device, precision = training.device_and_precision(training.precision.DeviceInfo("cpu"))
    return train_recorded(
        model, config, regime, training.prepare(data, config, tokenizer), seed=7, device=device,
        precision=precision, checkpoints=checkpoints, report=report,
    )  # fmt: skip


def test_the_log_has_a_line_an_evaluation(toy_data: Any, toy_config: TrainingConfig) -> None:
    """Ten batches an epoch, evaluated every four steps and at each end of an epoch."""
    run = _run(toy_data, toy_config)
    log = log_from(run.log)
    assert run.steps_per_epoch == 10
    assert log.column("step") == [4, 8, 10, 12, 16, 20]
    assert [row["epoch"] for row in log.epochs()] == [1.0, 2.0]
    assert not log.steps
    assert all(len(row) == len(ROWS) for row in log.rows)


@pytest.mark.long
def test_it_learns_what_fit_learns(toy_data: Any, toy_config: TrainingConfig) -> None:
    """The same batches, loss and schedule: the losses of both loops agree."""
    fitted = training.fit(toy_config, toy_data, seed=7, progress=False)
    ends = log_from(_run(toy_data, toy_config).log).epochs()
    assert [row["train_loss"] for row in ends] == pytest.approx(
        [line.metrics["train_loss"] for line in fitted.epochs], rel=1e-3
    )


@pytest.mark.long
def test_a_killed_run_goes_on_to_the_same_end(toy_data: Any, toy_config: TrainingConfig, tmp_path: Path) -> None:
    """Stopped in its third epoch, it resumes after the second: the log and the logits are those of one run."""
    config = replace(toy_config, epochs=3)
    whole = _run(toy_data, config, WATCHED)

    def stop(progress: Progress) -> None:
        if progress.epoch == 3 and progress.step == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _run(toy_data, config, WATCHED, tmp_path, stop)
    resumed = _run(toy_data, config, WATCHED, tmp_path)
    assert resumed.resumed == 2
    assert resumed.log == whole.log
    np.testing.assert_array_equal(resumed.logits, whole.logits)


@pytest.mark.parametrize("damage", sampled(["half", "", "{}"], 3))
def test_half_a_checkpoint_is_none(damage: str, toy_data: Any, toy_config: TrainingConfig, tmp_path: Path) -> None:
    config = replace(toy_config, epochs=2)
    _run(toy_data, config, checkpoints=tmp_path)
    if damage == "half":
        file = next(tmp_path.glob("*.safetensors"))
        file.write_bytes(file.read_bytes()[:-10])
    else:
        (tmp_path / POINTER).write_text(damage)
    assert read_checkpoint(tmp_path) is None


def test_a_disk_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    model = torch.nn.Linear(2, 2)
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(TrainingError, match="checkpoint of epoch 1 cannot be kept"):
        write_checkpoint(tmp_path / "file" / "runs", 1, model, torch.optim.AdamW(model.parameters()), {})


def test_instruments_are_logged_step_by_step_and_layer_by_layer(toy_data: Any, toy_config: TrainingConfig) -> None:
    log = log_from(_run(toy_data, toy_config, WATCHED).log)
    assert log.column("step", "steps") == list(range(1, 21))
    assert all(len(row) == len(STEPS) for row in log.steps)
    assert all(len(row) == len(LAYERS) for row in log.layers)
    assert set(log.column("step", "layers")) == {4, 8, 10, 12, 16, 20}
    assert all(0 < ratio < 1 for ratio in log.column("update_ratio", "layers"))
    assert all(sum(counts) > 0 for counts in log.column("histogram", "layers"))


DEEP = Wiring(width=16, depth=6)


def test_a_deep_network_trains_when_it_is_normalised(toy_data: Any, toy_config: TrainingConfig) -> None:
    run = _run(toy_data, replace(toy_config, epochs=4), replace(WATCHED, wiring=DEEP))
    losses = [row["train_loss"] for row in log_from(run.log).epochs()]
    assert losses[-1] < losses[0]


def test_gradients_explode_without_normalisation(toy_data: Any, toy_config: TrainingConfig) -> None:
    """Intended by the recipe it ends the run and is logged as nothing; unintended it is an error."""
    config = replace(toy_config, learning_rate=1.0)
    regime = Regime(optimizer="sgd", wiring=replace(DEEP, normalised=False, gain=4.0), may_diverge=True)
    run = _run(toy_data, config, regime)
    assert not run.finite
    assert log_from(run.log).rows[-1][3] is None
    with pytest.raises(TrainingError, match="stopped being finite in epoch 1"):
        _run(toy_data, config, replace(regime, may_diverge=False))


def test_clipping_keeps_the_same_run_alive(toy_data: Any, toy_config: TrainingConfig) -> None:
    regime = Regime(optimizer="sgd", wiring=replace(DEEP, normalised=False, gain=2.0), clip_norm=0.01)
    assert _run(toy_data, toy_config, regime).finite


def test_gradients_vanish_in_a_stack_of_sigmoids(toy_data: Any, toy_config: TrainingConfig) -> None:
    wiring = Wiring(width=16, depth=8, activation="sigmoid", normalised=False, residual=False)
    log = log_from(_run(toy_data, toy_config, replace(WATCHED, wiring=wiring)).log)
    norms = {row[1]: row[2] for row in log.layers}
    assert norms["layers.0"] < 1e-4 * norms["layers.7"]


@pytest.mark.long
def test_the_softmax_taken_twice_keeps_the_loss_above_its_floor(toy_data: Any, toy_config: TrainingConfig) -> None:
    """The loss cannot fall below ln(K - 1 + e) - 1, whatever is learned."""
    run = _run(toy_data, replace(toy_config, epochs=4), Regime(loss="softmax_cross_entropy", evaluate_every=50))
    floor = np.log(len(toy_data.classes) - 1 + np.e) - 1
    assert min(row["train_loss"] for row in log_from(run.log).epochs()) > floor


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"optimizer": "adam"}, "optimizer is 'adam'"),
        ({"loss": "focal"}, "loss is 'focal'"),
        ({"clip_norm": 0.0}, "clip_norm is 0.0"),
        ({"evaluate_every": 0}, "evaluate_every is 0"),
        ({"speed": 1}, "no 'speed'"),
        ({"wiring": {"heads": 2}}, "no 'heads'"),
        ({"wiring": {"activation": "gelu"}}, "activation is 'gelu'"),
        ({"wiring": {"depth": 0}}, "depth 0"),
    ],
)
def test_a_regime_that_cannot_be_meant_is_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(TrainingError, match=message):
        regime_from(fields)


def test_a_regime_survives_the_trip_through_plain_values() -> None:
    regime = Regime(clip_norm=1.0, wiring=DEEP)
    assert regime_from(regime.to_json()) == regime


def test_texts_are_tokenised_once_for_all_runs(toy_data: Any, toy_config: TrainingConfig) -> None:
    """The second time nothing is tokenised, also for a subset: a tokenizer that refuses is never asked."""
    config = replace(toy_config, train_rows=64)
    tokenizer = models.load_tokenizer("tiny", texts=toy_data.train.texts)
    first = prepare_shared(toy_data, config, tokenizer)
    plain = training.prepare(toy_data, config, tokenizer)

    class Refusing:
        backend_tokenizer = tokenizer.backend_tokenizer

    again = prepare_shared(toy_data, config, Refusing())
    for one in (first, plain):
        np.testing.assert_array_equal(again.train.tokens, one.train.tokens)
        np.testing.assert_array_equal(again.validation.offsets, one.validation.offsets)
    assert again.train.pad_id == plain.train.pad_id


def test_a_subset_larger_than_the_data_is_refused(toy_data: Any, toy_config: TrainingConfig) -> None:
    tokenizer = models.load_tokenizer("tiny", texts=toy_data.train.texts)
    with pytest.raises(TrainingError, match="train_rows is 100,000"):
        prepare_shared(toy_data, replace(toy_config, train_rows=100_000), tokenizer)


def test_a_cache_that_cannot_be_written_is_said(
    toy_data: Any, toy_config: TrainingConfig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokenizer = models.load_tokenizer("tiny", texts=toy_data.train.texts)
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("PARIBUS_CACHE", str(tmp_path / "file"))
    with pytest.raises(TrainingError, match="PARIBUS_CACHE"):
        encode_shared(toy_data.train, tokenizer, toy_config.max_length)


@pytest.mark.long
def test_a_student_learns_from_its_teachers_logits(toy_data: Any, toy_config: TrainingConfig) -> None:
    """With the teacher alone (mix 1), labels do not enter: the training loss is a divergence from what it says."""
    plain = _run(toy_data, toy_config)
    prepared = training.prepare(toy_data, toy_config)
    soft = np.zeros((len(prepared.train), prepared.n_classes), dtype=np.float32)
    soft[:, 0] = 6.0  # a teacher that knows one class
    regime = Regime(making=Making(teacher="tiny-teacher", mix=1.0))
    model, _ = models.load("tiny", prepared.n_classes, texts=toy_data.train.texts, seed=1)
    device, precision = training.device_and_precision()
    taught = train_recorded(
        model, toy_config, regime, prepared, seed=1, device=device, precision=precision, soft=soft
    )
    assert (taught.logits.argmax(axis=1) == 0).all()
    assert len(set(plain.logits.argmax(axis=1))) > 1
