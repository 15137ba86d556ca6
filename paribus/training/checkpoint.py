"""Checkpoints at the end of an epoch: tensors as safetensors, the rest as JSON, nothing that is unpickled.

FOLDER/epoch-3.safetensors     model, optimiser and random state
FOLDER/checkpoint.json         written last; names the file and its digest
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save

from paribus.errors import TrainingError
from paribus.files import write_atomic

POINTER = "checkpoint.json"
SCHEMA = "paribus.checkpoint/1"


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """The state of a run after ``epoch``; ``log`` is what it had logged, in plain values."""

    epoch: int
    tensors: Mapping[str, torch.Tensor]
    log: Mapping[str, Any]


def write_checkpoint(
    folder: Path,
    epoch: int,
    model: Any,  # any torch module
    optimizer: Any,  # any torch optimiser
    log: Mapping[str, Any],
) -> None:
    """Keep the state after ``epoch`` and drop the one before it. TrainingError where the disk is full."""
    tensors = {f"model.{name}": value for name, value in model.state_dict().items()}
    for index, state in optimizer.state_dict()["state"].items():
        tensors |= {f"optimizer.{index}.{name}": torch.as_tensor(value) for name, value in state.items()
                    if value is not None}  # fmt: skip
    tensors["random.cpu"] = torch.get_rng_state()
    if torch.cuda.is_available():
        tensors["random.cuda"] = torch.cuda.get_rng_state()
    raw = save({name: value.detach().cpu().contiguous() for name, value in tensors.items()})
    name = f"epoch-{epoch}.safetensors"
    pointer = {"schema": SCHEMA, "epoch": epoch, "file": name, "sha256": hashlib.sha256(raw).hexdigest(),
               "log": log}  # fmt: skip
    try:
        write_atomic(folder / name, raw)
        write_atomic(folder / POINTER, json.dumps(pointer, sort_keys=True) + "\n")
        for other in folder.glob("epoch-*.safetensors"):
            if other.name != name:
                other.unlink()
    except OSError as error:
        raise TrainingError(
            f"The checkpoint of epoch {epoch} cannot be kept in {folder} ({error.strerror}). Earlier epochs are "
            "kept; free some space, or point PARIBUS_CACHE to another disk, and run the same command again."
        ) from error


def read_checkpoint(folder: Path) -> Checkpoint | None:
    """The last finished epoch, or None: nothing there, cut short, of another schema, or damaged."""
    try:
        pointer = json.loads((folder / POINTER).read_text(encoding="utf-8"))
        if pointer["schema"] != SCHEMA:
            return None
        raw = (folder / pointer["file"]).read_bytes()
        if hashlib.sha256(raw).hexdigest() != pointer["sha256"]:
            return None
        return Checkpoint(int(pointer["epoch"]), load(raw), pointer["log"])
    except (OSError, ValueError, KeyError, TypeError, SafetensorError):
        return None  # half of a checkpoint is none: the run begins again


def restore(checkpoint: Checkpoint, model: Any, optimizer: Any) -> None:
    """Put a checkpoint's weights, optimiser state and random state back."""
    tensors = checkpoint.tensors
    model.load_state_dict(
        {name.removeprefix("model."): value for name, value in tensors.items() if name.startswith("model.")}
    )
    state: dict[int, dict[str, torch.Tensor]] = {}
    for name, value in tensors.items():
        if name.startswith("optimizer."):
            _, index, key = name.split(".", 2)
            state.setdefault(int(index), {})[key] = value
    optimizer.load_state_dict({**optimizer.state_dict(), "state": state})
    torch.set_rng_state(tensors["random.cpu"])
    if "random.cuda" in tensors and torch.cuda.is_available():
        torch.cuda.set_rng_state(tensors["random.cuda"])
