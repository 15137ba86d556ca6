"""What a submission's records hold of its runs, as arrays: what plausibility and re-execution look at."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from paribus.errors import ParibusError
from paribus.metrics.packing import unpack
from paribus.records.record import Epoch, Record


@dataclass(frozen=True, eq=False)
class TracedRun:
    """One result. ``labels`` and ``predictions`` are class ids, one an item, None where the records hold none;
    ``trained`` says that it has a log of epochs; ``start`` is its start record, None where that is missing.
    """

    record: Record
    labels: NDArray[np.int64] | None
    predictions: NDArray[np.int64] | None
    start: Record | None = None

    @property
    def key(self) -> tuple[str, str, str, int | None]:
        """What names the same run in another execution of the notebook."""
        return (self.record.experiment, self.record.arm, self.record.run_name, self.record.seed)

    @property
    def name(self) -> str:
        """What people call it."""
        return self.record.run_name or self.record.run

    @property
    def trained(self) -> bool:
        """It has a log of epochs: it is no baseline without training."""
        return bool(self.record.epochs)

    @property
    def device(self) -> str:
        """The device that it trained on, "" where nobody knows."""
        return self.start.environment.get("device", "") if self.start is not None else ""

    @property
    def chosen(self) -> Epoch | None:
        """The epoch whose checkpoint was chosen."""
        return next((line for line in self.record.epochs if line.epoch == self.record.chosen_epoch), None)

    @cached_property
    def wrong(self) -> NDArray[np.bool_]:
        """Where it errs; of shape (items,), empty where predictions or labels are not there."""
        if self.labels is None or self.predictions is None or len(self.labels) != len(self.predictions):
            return np.zeros(0, dtype=bool)
        return np.asarray(self.labels != self.predictions, dtype=bool)


@dataclass(frozen=True, eq=False)
class Trace:
    """One submission's records, in the order in which its file shows them."""

    submission: str
    records: tuple[Record, ...]
    runs: tuple[TracedRun, ...]

    @property
    def trained(self) -> tuple[TracedRun, ...]:
        """The runs that trained and whose predictions are there."""
        return tuple(run for run in self.runs if run.trained and len(run.wrong))

    @property
    def data(self) -> tuple[str, str]:
        """Fingerprint and split that its trained runs were measured on: whoever shares them can be compared."""
        found = next((run.record.data for run in self.runs if run.record.data is not None), None)
        return (found.fingerprint, found.split) if found is not None else ("", "")


def trace_of(submission: str, records: Iterable[Record]) -> Trace:
    """The trace of a submission; a record that is shown twice counts once."""
    kept = tuple({record.digest(): record for record in records}.values())
    labels = {record.data: _ids(record.labels) for record in kept if record.kind == "data" and not record.predicts}
    starts = {record.digest(): record for record in kept if record.kind == "start"}
    runs = tuple(
        TracedRun(record, labels.get(record.data), _ids(record.predictions), starts.get(record.start))
        for record in kept
        if record.kind == "result"
    )
    return Trace(submission, kept, runs)


def comparable(trace: Trace, others: Sequence[Trace]) -> tuple[Trace, ...]:
    """Those of ``others`` that were measured on the same split."""
    return tuple(other for other in others if other.data == trace.data and other is not trace)


def _ids(packed: str) -> NDArray[np.int64] | None:
    if not packed.startswith(("u1:", "u2:")):
        return None
    try:
        return np.asarray(unpack(packed), dtype=np.int64)
    except (ParibusError, ValueError):
        return None
