"""One run: a start record before training, a log line an epoch, a result record after.

A student's own loop calls ``run.log(...)`` once an epoch and ``run.finish()`` once. Nothing that training
produces, a loss that is not a number included, makes these two lose a run.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

from paribus.errors import EvidenceError
from paribus.evidence import block
from paribus.evidence.fields import config_fields
from paribus.evidence.packing import pack
from paribus.evidence.record import MAX_RECORD_BYTES, ConfigField, Epoch, Record
from paribus.metrics import Metrics, evaluate_fast
from paribus.session import Session
from paribus.show import say, show
from paribus.tables import epoch_line, result_table

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray


class Part(Protocol):
    """One part of the split: texts and class ids, in one order."""

    @property
    def texts(self) -> Sequence[str]:
        """The texts, in order."""

    @property
    def labels(self) -> "NDArray[np.int64]":
        """Class ids, shape (items,)."""


class Data(Protocol):
    """What a run needs to know about its data; `paribus.data.complaints.Complaints` is one."""

    @property
    def train(self) -> Part:
        """What models learn from."""

    @property
    def validation(self) -> Part:
        """What runs are compared on."""

    @property
    def classes(self) -> Sequence[str]:
        """Class names by id."""

    @property
    def source(self) -> str:
        """What the data were called when they were loaded."""

    @property
    def fingerprint(self) -> str:
        """Digest of texts and labels."""

    @property
    def split_digest(self) -> str:
        """Digest of who is in which part."""


@dataclass(frozen=True, eq=False)
class RunResult:
    """A finished run. ``predictions`` are class ids of the chosen checkpoint on the validation split, (items,)."""

    name: str
    run: str
    seed: int
    metrics: Metrics
    epochs: tuple[Epoch, ...]
    chosen_epoch: int | None
    predictions: "NDArray[np.int64]"
    record: Record
    start: Record

    def value(self, metric: str) -> float:
        """A metric by its name; EvidenceError lists the names this run has."""
        try:
            return float(self.record.values[metric])
        except KeyError:
            known = ", ".join(sorted(self.record.values))
            raise EvidenceError(f"The run {self.name!r} has no metric {metric!r}; it has {known}.") from None

    def __repr__(self) -> str:
        """One line for people."""
        return (
            f"RunResult({self.name}, seed {self.seed}: accuracy {self.metrics.accuracy:.3f}, "
            f"macro-F1 {self.metrics.macro_f1:.3f}, {self.metrics.zero_f1} classes at F1 = 0)"
        )


@dataclass(repr=False)
class Run:
    """A run that has begun. `Notebook.start` makes it; call `log` once an epoch and `finish` at the end."""

    session: Session
    start: Record
    data: Data
    epochs: list[Epoch] = field(default_factory=list)
    nonfinite: bool = False
    result: RunResult | None = None
    _logged: dict[int, "NDArray[np.int64]"] = field(default_factory=dict)

    def __repr__(self) -> str:
        """One line for people."""
        state = "finished" if self.result is not None else f"{len(self.epochs)} epochs logged"
        return f"Run({self.name}, seed {self.seed}, {state})"

    @property
    def seed(self) -> int:
        """The run's seed, for everything random in training."""
        return self.start.seed or 0

    @property
    def name(self) -> str:
        """What the run is called."""
        return self.start.run_name

    def log(
        self,
        *,
        epoch: int,
        train_loss: object = None,
        validation_loss: object = None,
        predictions: "ArrayLike | None" = None,
    ) -> Metrics | None:
        """Keep one epoch: its losses, and the metrics of its validation predictions (class ids, shape (items,)).

        Prints one line; an epoch logged twice replaces the first. Returns the metrics where there are
        predictions. A loss that is not a finite number is left out and marks the run as nonfinite.
        """
        metrics = None
        if predictions is not None:
            ids = self._ids(predictions)
            metrics = evaluate_fast(self.data.validation.labels, ids, len(self.data.classes))
            self._logged[int(epoch)] = ids
        line = Epoch(
            epoch=int(epoch),
            train_loss=self._loss(train_loss),
            validation_loss=self._loss(validation_loss),
            accuracy=metrics.accuracy if metrics else None,
            macro_f1=metrics.macro_f1 if metrics else None,
        )
        self.epochs = [*(item for item in self.epochs if item.epoch != line.epoch), line]
        self.result = None
        lost = [
            name for name, loss in (("train_loss", train_loss), ("validation_loss", validation_loss))
            if loss is not None and getattr(line, name) is None
        ]  # fmt: skip
        say(epoch_line(line, lost))
        return metrics

    def finish(
        self, predictions: "ArrayLike | None" = None, *, outcome: Mapping[str, object] | None = None
    ) -> RunResult:
        """Write and display the result record.

        The chosen epoch is the first maximum of the unrounded macro-F1 over the logged predictions; where
        ``predictions`` are given, they are the result, and the chosen epoch is the first logged one that
        made the same. ``outcome`` holds what training found by itself, such as the seconds it took. Called
        again, it shows the same result again. Raises EvidenceError where there are no predictions at all.
        """
        if self.result is None or predictions is not None or outcome:
            chosen, ids = self._choose(predictions)
            record = self._write(chosen, ids, outcome or {})
            metrics = evaluate_fast(self.data.validation.labels, ids, len(self.data.classes))
            self.result = RunResult(
                self.name, self.start.run, self.seed, metrics, record.epochs, chosen, ids, record, self.start
            )
        self._show(self.result)
        return self.result

    def _show(self, result: RunResult) -> None:
        table = result_table(result.record, result.metrics.never_predicted)
        show(block.render(result.record, table), repr(result))

    def _choose(self, predictions: "ArrayLike | None") -> tuple[int | None, "NDArray[np.int64]"]:
        if predictions is not None:
            ids = self._ids(predictions)
            same = [epoch for epoch in sorted(self._logged) if (self._logged[epoch] == ids).all()]
            return (same[0] if same else None), ids
        scored = [line for line in self.epochs if line.macro_f1 is not None]
        if not scored:
            raise EvidenceError(
                f"The run {self.name!r} has no predictions. Pass the validation predictions, one class id an item: "
                "run.log(epoch=…, predictions=…) after each epoch, or run.finish(predictions=…)."
            )
        best = max(sorted(scored, key=lambda line: line.epoch), key=lambda line: line.macro_f1 or 0.0)
        return best.epoch, self._logged[best.epoch]

    def _write(self, chosen: int | None, ids: "NDArray[np.int64]", outcome: Mapping[str, object]) -> Record:
        metrics = evaluate_fast(self.data.validation.labels, ids, len(self.data.classes))
        found: dict[str, object] = dict(outcome)
        if self.epochs:
            found["epochs_run"] = len(self.epochs)
        if self.nonfinite:
            found["nonfinite"] = True
        values = metrics.values()
        for line in self.epochs:
            if line.epoch == chosen:
                losses = {"train_loss": line.train_loss, "validation_loss": line.validation_loss}
                values |= {name: value for name, value in losses.items() if value is not None}
        fields: dict[str, Any] = {
            "run_name": self.start.run_name, "experiment": self.start.experiment, "arm": self.start.arm,
            "vary": self.start.vary, "seed": self.start.seed,
            "config": {**self.start.config, **config_fields({}, outcome=found)},
            "data": self.start.data, "epochs": tuple(sorted(self.epochs, key=lambda line: line.epoch)),
            "chosen_epoch": chosen, "values": values, "predictions": pack(ids), "start": self.start.digest(),
        }  # fmt: skip
        fitted = fit_to_size(self.session.draft("result", self.start.run, **fields))
        fields |= {name: getattr(fitted, name) for name in ("config", "epochs", "predictions")}
        return self.session.write("result", self.start.run, **fields)

    def _ids(self, predictions: "ArrayLike") -> "NDArray[np.int64]":
        """Class ids as an array of its own, from a list, an array or a tensor on any device."""
        import numpy as np

        if hasattr(predictions, "detach"):
            predictions = predictions.detach().cpu().numpy()
        ids = np.array(predictions)
        expected = np.asarray(self.data.validation.labels).shape
        if ids.shape != expected or ids.dtype.kind not in "iu":
            raise EvidenceError(
                f"The predictions of {self.name!r} have shape {ids.shape} and type {ids.dtype}; expected one class "
                f"id for each validation item, shape {expected} of whole numbers. "
                "For logits, pass logits.argmax(axis=1)."
            )
        if ids.size and (ids.min() < 0 or ids.max() >= len(self.data.classes)):
            raise EvidenceError(
                f"The predictions of {self.name!r} run from {ids.min()} to {ids.max()}; class ids go from 0 to "
                f"{len(self.data.classes) - 1}."
            )
        return ids.astype(np.int64)

    def _loss(self, value: Any) -> float | None:  # noqa: ANN401 - a number, a numpy scalar or a tensor
        if value is None:
            return None
        number = float(value)
        if not math.isfinite(number):
            self.nonfinite = True
            return None
        return float(f"{number:.6g}")


def fit_to_size(record: Record) -> Record:
    """``record``, made to fit the size a record may have, and saying so.

    Of a very long log, every k-th epoch is kept beside the first, the chosen and the last ("log_every": k);
    predictions that do not fit even then are left out ("predictions_left_out"), and the metrics stay.
    """
    every = 1
    full = record
    while _too_large(record) and every < len(full.epochs):
        every *= 2
        last = len(full.epochs) - 1
        kept = tuple(
            line for i, line in enumerate(full.epochs)
            if i % every == 0 or i == last or line.epoch == full.chosen_epoch
        )  # fmt: skip
        note = {"log_every": ConfigField(every, "outcome")}
        record = replace(full, epochs=kept, config={**full.config, **note})
    if _too_large(record):
        note = {"predictions_left_out": ConfigField(value=True, role="outcome")}
        record = replace(record, predictions="", config={**record.config, **note})
    return record


def _too_large(record: Record) -> bool:
    return len(record.to_json().encode()) > MAX_RECORD_BYTES
