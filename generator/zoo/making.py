"""One model of a zoo from its recipe: trained, and where the recipe says so distilled, rounded or pruned.

The training notebook and `make zoo-terms` both come here, so that what is measured is what is handed out.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generator.zoo.outcome import make_model
from paribus import compression, training
from paribus.training.config import TrainingConfig
from paribus.training.preparing import Prepared
from paribus.training.recorded import Progress, Recorded, train_recorded
from paribus.training.regime import Making, Regime
from paribus.training.shared import prepare_shared
from paribus.zoo.sheets import Sheet

GROUP = 32
TIMED_TEXTS = 20
REPETITIONS = 21
"""Short turns and many: what else runs on the machine then slows a model and its yardstick by the same amount."""


@dataclass(frozen=True, eq=False)
class Made:
    """A finished model. ``logits`` (n, classes) are what it says as it is handed out; ``sheet`` is None where the
    zoo has none; ``tokenizer`` is the model's.
    """

    recorded: Recorded
    logits: NDArray[np.float32]
    sheet: Sheet | None
    tokenizer: Any
    prepared: Prepared


def make(
    config: TrainingConfig, regime: Regime, data: Any, seed: int, *, sheets: bool, yardstick: str,
    checkpoints: Path | None = None, report: Callable[[Progress], None] = lambda progress: None,
) -> Made:  # fmt: skip
    """Train as the recipe says, make the model smaller where it says so, and measure it for its sheet.

    ``yardstick`` is the baseline's model, whose architecture latencies are held against.
    """
    device, precision = training.device_and_precision()
    making = regime.making
    soft = None
    if making is not None and making.teacher:
        soft = _soft_targets(replace(config, model=making.teacher), regime, data, seed, checkpoints=checkpoints)
    training.seed_everything(seed)
    model, tokenizer = make_model(config, regime, data, seed)
    prepared = prepare_shared(data, config, tokenizer)
    recorded = train_recorded(
        model, config, regime, prepared, seed=seed, device=device, precision=precision, checkpoints=checkpoints,
        report=report, soft=soft,
    )  # fmt: skip
    if not sheets:
        return Made(recorded, recorded.logits, None, tokenizer, prepared)
    small = smaller(recorded.model, making)
    logits = recorded.logits if small is recorded.model else training.predict(small, prepared.validation)
    plain, _ = make_model(replace(config, model=yardstick), replace(regime, making=None), data, seed)
    return Made(recorded, logits, sheet_of(small.cpu(), plain.cpu(), prepared), tokenizer, prepared)


def smaller(model: Any, making: Making | None) -> Any:
    """The model as it is handed out; itself where nothing is done to it after training."""
    if making is None or making.compress == "none":
        return model
    if making.compress == "int8":
        return compression.dynamic_int8(model)
    if making.compress == "int4":
        return compression.coded(model, encode, decode)
    return compression.pruned(model, making.share)


def sheet_of(model: Any, yardstick: Any, prepared: Prepared) -> Sheet:
    """Size and latency of ``model`` on the CPU, in turn with the yardstick, on texts of every length."""
    encoded = prepared.validation
    order = np.argsort(encoded.lengths, kind="stable")
    rows = order[np.linspace(0, len(order) - 1, TIMED_TEXTS).astype(int)].tolist()
    answer = {
        "model": compression.one_by_one(model, encoded),
        "yardstick": compression.one_by_one(yardstick, encoded),
    }
    found = compression.side_by_side(answer, rows, repetitions=REPETITIONS, threads=1)
    mine = found["model"]
    fastest, slowest = mine.spread
    size = compression.size_mb(model)
    return Sheet(
        size_mb=size, zipped_share=compression.zipped_mb(model) / size, latency_p50=mine.p50, latency_p95=mine.p95,
        latency_ratio=mine.p50 / found["yardstick"].p50, fastest=fastest, slowest=slowest,
        place=mine.place.partition(", torch")[0],
    )  # fmt: skip


def encode(weight: Any) -> tuple[Any, Any]:  # torch tensors
    """A matrix as packed codes of four bits, two in a byte, and scales of 16 bits, one for 32 neighbours."""
    import torch

    rows, columns = weight.shape
    parts = weight.reshape(-1, GROUP)
    scales = (parts.abs().amax(dim=1, keepdim=True) / 7).clamp(min=1e-8).half().float()
    codes = (torch.round(parts / scales).clamp(-7, 7) + 8).to(torch.uint8).reshape(rows, columns)
    return codes[:, 0::2] | (codes[:, 1::2] << 4), scales.half().reshape(rows, columns // GROUP)


def decode(packed: Any, scales: Any) -> Any:
    """The matrix back, in 32-bit floats."""
    import torch

    codes = torch.stack([packed & 15, packed >> 4], dim=-1).flatten(1).float() - 8
    return codes * scales.float().repeat_interleave(GROUP, dim=1)


def _soft_targets(
    config: TrainingConfig, regime: Regime, data: Any, seed: int, *, checkpoints: Path | None
) -> NDArray[np.float32]:
    """A teacher's logits for the training rows, after training it as the student will be, on the labels alone."""
    plain = replace(regime, making=None)
    device, precision = training.device_and_precision()
    training.seed_everything(seed)
    teacher, tokenizer = make_model(config, plain, data, seed)
    prepared = prepare_shared(data, config, tokenizer)
    folder = checkpoints.with_name(f"{checkpoints.name}-teacher") if checkpoints is not None else None
    train_recorded(
        teacher, config, plain, prepared, seed=seed, device=device, precision=precision, checkpoints=folder
    )
    return training.predict(teacher, prepared.train, precision=precision)
