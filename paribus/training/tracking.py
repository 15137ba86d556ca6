"""Experiment tracking: a finished run as TensorBoard's event files, offline, and read back against its record.

Event files are what TensorBoard shows (`tensorboard --logdir runs`). A tracked curve is worth something only if it
is the run's own, so each file carries the run's id, and `agrees` holds its numbers against the record.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from paribus.errors import TrainingError
from paribus.records.runs import RunResult

RUN_TAG = "paribus/run"
TOLERANCE = 1e-6
"""What a number may differ by on its way through 32-bit floats, relative to its size."""


@dataclass(frozen=True)
class Tracked:
    """What an event file holds: the run's id, and of each metric its value at each epoch."""

    run: str
    values: Mapping[str, Mapping[int, float]]


def write_events(result: RunResult, folder: str | Path) -> Path:
    """Write a finished run's epochs below ``folder`` in a folder of its own, and return that folder.

    A run that was written before is left as it is. TrainingError where TensorBoard is not installed.
    """
    writer_class = _tensorboard("torch.utils.tensorboard", "SummaryWriter")
    place = Path(folder) / f"{result.name}-seed{result.seed}"
    if any(place.glob("events.out.tfevents.*")):
        return place
    with writer_class(str(place)) as writer:
        writer.add_text(RUN_TAG, result.run)
        for line in result.epochs:
            for name, value in line.metrics.items():
                if math.isfinite(value):
                    writer.add_scalar(name, value, line.epoch)
    return place


def read_events(folder: str | Path) -> Tracked:
    """Read a run's event files. TrainingError where the folder holds none, or they name no run."""
    accumulator_class = _tensorboard("tensorboard.backend.event_processing.event_accumulator", "EventAccumulator")
    if not any(Path(folder).glob("events.out.tfevents.*")):
        raise TrainingError(
            f"{folder} holds no event file of TensorBoard. Name the folder that write_events returned, or write it "
            "with tracking.write_events(result, folder)."
        )
    accumulator = accumulator_class(str(folder), size_guidance={"scalars": 0, "tensors": 0})
    accumulator.Reload()
    tag = f"{RUN_TAG}/text_summary"
    if tag not in accumulator.Tags()["tensors"]:
        raise TrainingError(f"The event file in {folder} names no run: write_events did not write it.")
    run = accumulator.Tensors(tag)[0].tensor_proto.string_val[0].decode()
    values = {
        name: {event.step: event.value for event in accumulator.Scalars(name)}
        for name in accumulator.Tags()["scalars"]
    }
    return Tracked(run, values)


def agrees(result: RunResult, folder: str | Path) -> int:
    """How many tracked numbers are those of the record: all of them, else a TrainingError says which one is not."""
    tracked = read_events(folder)
    if tracked.run != result.run:
        raise TrainingError(
            f"The event file in {folder} belongs to the run {tracked.run}, and the record to {result.run}. Write "
            "it anew: delete the folder and call tracking.write_events(result, folder)."
        )
    checked = 0
    for line in result.epochs:
        for name, value in line.metrics.items():
            if not math.isfinite(value):
                continue
            found = tracked.values.get(name, {}).get(line.epoch)
            if found is None or abs(found - value) > TOLERANCE * max(1.0, abs(value)):
                shown = "nothing" if found is None else f"{found:g}"
                raise TrainingError(
                    f"Epoch {line.epoch} of {result.name}: {name} is {value:g} in the record and {shown} in the "
                    f"event file of {folder}. Delete that folder and write it anew."
                )
            checked += 1
    return checked


def _tensorboard(module: str, name: str) -> Any:  # a class of an optional package
    from importlib import import_module

    try:
        return getattr(import_module(module), name)
    except ImportError as error:
        raise TrainingError(
            f"TensorBoard is not installed ({error}). Type: pip install tensorboard. Or leave tracking out: the "
            "records in this notebook hold the same numbers."
        ) from error
