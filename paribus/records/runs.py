"""One run: a start record before training, a log line an epoch, a result record after.

A student's own loop calls ``run.log(...)`` once an epoch and ``run.finish()`` once. Nothing that training
produces, a loss that is not a number included, makes these two lose a run.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from paribus.display.show import say, show
from paribus.errors import EvidenceError
from paribus.metrics import Metrics
from paribus.metrics.metric import PROBABLE
from paribus.metrics.packing import MAX_SCORES, columns_of
from paribus.metrics.registry import FIRST_CHOSEN_BY, in_order, registry, title
from paribus.metrics.scoring import Values, score, scored
from paribus.records import block
from paribus.records.environment import PLACE, Placed, place
from paribus.records.fields import config_fields
from paribus.records.fitting import fit_to_size
from paribus.records.predictions import ONE, Predicted, no_predictions, predicted
from paribus.records.record import Epoch, Record
from paribus.records.session import Session
from paribus.records.tables import epoch_line, number, result_table

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray
from paribus.records.data import Data, chooser, metrics_of, pack_labels, predicts


@dataclass(frozen=True, eq=False)
class RunResult:
    """A finished run. ``metrics`` are `Metrics` of classes, else `Values`; ``predictions`` are those of the chosen
    checkpoint on the validation split, shape (items,).
    """

    name: str
    run: str
    seed: int
    metrics: Any
    epochs: tuple[Epoch, ...]
    chosen_epoch: int | None
    predictions: "NDArray[Any]"
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
        known = registry()
        values = self.record.values
        scored = [name for name in values if name in known and known[name].compute is not None]
        told = ", ".join(f"{title(name)} {number(name, values[name])}" for name in in_order(scored or values))
        return f"RunResult({self.name}, seed {self.seed}: {told})"

    @property
    def chosen_by(self) -> str:
        """The metric by which the checkpoint was chosen."""
        return self.record.chosen_by or FIRST_CHOSEN_BY


@dataclass(repr=False)
class Run:
    """A run that has begun. `Notebook.start` makes it; call `log` once an epoch and `finish` at the end."""

    session: Session
    start: Record
    data: Data
    epochs: list[Epoch] = field(default_factory=list)
    nonfinite: bool = False
    result: RunResult | None = None
    _logged: dict[int, Predicted] = field(default_factory=dict)
    _began: float = field(init=False)

    def __post_init__(self) -> None:
        """From here on the run takes its time."""
        self._began = self.session.timer()

    def __repr__(self) -> str:
        """One line for people."""
        state = "finished" if self.result is not None else f"{len(self.epochs)} epochs logged"
        return f"Run({self.name}, seed {self.seed}, {state})"

    def began_after(self, record: Record) -> bool:
        """Whether the run is not finished yet, and ``record`` was written before it began."""
        records = self.session.records
        return self.result is None and records.index(self.start) > records.index(record)

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
        scores: "ArrayLike | None" = None,
    ) -> Metrics | Values | None:
        """Keep one epoch: its losses, and the metrics of its validation predictions, shape (items,).

        ``scores`` are the probabilities of the classes, shape (items, classes), for metrics that need them; for the
        calibration error that of the predicted class will do, shape (items,). Prints one line; an epoch logged
        twice replaces the first. Returns the metrics where there are predictions. A loss that is not a finite
        number is left out and marks the run as nonfinite.
        """
        measured = {"train_loss": self._loss(train_loss), "validation_loss": self._loss(validation_loss)}
        lost = [name for name, loss in (("train_loss", train_loss), ("validation_loss", validation_loss))
                if loss is not None and measured[name] is None]  # fmt: skip
        values = {name: loss for name, loss in measured.items() if loss is not None}
        metrics = None
        if predictions is not None:
            made = predicted(self.name, self.data, predictions, scores)
            metrics, found = self._score(made)
            values |= {name: found[name] for name in in_order(found) if self._in_log(name)}
            self._logged[int(epoch)] = made
        line = Epoch(int(epoch), values)
        self.epochs = [*(item for item in self.epochs if item.epoch != line.epoch), line]
        self.result = None
        say(epoch_line(line, lost))
        return metrics

    def finish(
        self,
        predictions: "ArrayLike | None" = None,
        *,
        scores: "ArrayLike | None" = None,
        measured: Mapping[str, float] | None = None,
        outcome: Mapping[str, object] | None = None,
    ) -> RunResult:
        """Write and display the result record.

        The chosen epoch is the first that is best by the unrounded metric that the data name first over the logged
        predictions; where ``predictions`` are given, they are the result, and the chosen
        epoch is the first logged one that made the same. ``scores`` as in `log`. ``measured`` holds metrics that
        nobody can compute from predictions, such as ``latency_p50``: the record keeps the place of a time.
        ``outcome`` is what training found by itself, such as the seconds it took. Called again, it shows the same
        result again. Raises EvidenceError where there are no predictions at all, and nothing was ``measured`` in
        their place.
        """
        if self.result is None or predictions is not None or outcome or measured:
            chosen, made = self._choose(predictions, scores, measured or {})
            found = {**self._place(measured or {}), **(outcome or {})}
            record = self._write(chosen, made, self._measured(measured or {}), found)
            self.result = RunResult(
                self.name, self.start.run, self.seed, self._score(made)[0], record.epochs, chosen, made.values,
                record, self.start,
            )  # fmt: skip
            self._say_missing(made)
        self._show(self.result)
        return self.result

    def _say_missing(self, made: Predicted) -> None:
        """Say which of the data's metrics this run does not have, and what would give them."""
        missing = [registry()[name].title for name in metrics_of(self.data) if registry()[name].needs in PROBABLE]
        if missing and not made.scores:
            say(
                f"{self.name}, seed {self.seed}, has no {' and no '.join(missing)}: that needs the probability "
                "of each class. Pass them, of shape (items, classes): run.finish(predictions=…, scores=…)."
            )

    def _show(self, result: RunResult) -> None:
        table = result_table(result.record, getattr(result.metrics, "never_predicted", None))
        show(block.render(result.record, table), repr(result))

    def _choose(
        self, predictions: "ArrayLike | None", scores: "ArrayLike | None", measured: Mapping[str, float]
    ) -> tuple[int | None, Predicted]:
        if predictions is not None:
            made = predicted(self.name, self.data, predictions, scores)
            same = [epoch for epoch in sorted(self._logged) if self._logged[epoch].packed == made.packed]
            return (same[0] if same else None), made
        metric = registry()[chooser(self.data)]
        if self._logged and metric.needs in PROBABLE and not any(made.scores for made in self._logged.values()):
            raise EvidenceError(
                f"The best epoch of {self.name!r} is told by {metric.title}, which needs the probability of each "
                "class, and no epoch has them. Pass them, of shape (items, classes): "
                "run.log(epoch=…, predictions=…, scores=…)."
            )
        lines = {line.epoch: value for line in self.epochs if (value := line.get(metric.name)) is not None}
        if not lines:
            return self._without_choice(measured)
        best = min(lines)
        for epoch in sorted(lines):
            if metric.better(lines[epoch], lines[best]):
                best = epoch
        return best, self._logged.get(best, no_predictions())

    def _without_choice(self, measured: Mapping[str, float]) -> tuple[int | None, Predicted]:
        """Where no epoch has the metric that chooses: the last logged predictions, or none where a run measures."""
        if self._logged:
            last = max(self._logged)
            return last, self._logged[last]
        if measured:
            return None, no_predictions()
        kind = predicts(self.data)
        metric = registry()[chooser(self.data)]
        if kind == "none":
            raise EvidenceError(
                f"The run {self.name!r} has no {metric.title}. Pass it: "
                f"run.finish(measured={{{metric.name!r}: …}})."
            )
        raise EvidenceError(
            f"The run {self.name!r} has no predictions. Pass the validation predictions, one {ONE[kind]} an item: "
            "run.log(epoch=…, predictions=…) after each epoch, or run.finish(predictions=…). A run that only "
            "measures something passes run.finish(measured={…})."
        )

    def _write(
        self, chosen: int | None, made: Predicted, measured: Mapping[str, float], outcome: Mapping[str, object]
    ) -> Record:
        found: dict[str, object] = dict(outcome)
        if self.epochs:
            found["epochs_run"] = len(self.epochs)
        if self.nonfinite:
            found["nonfinite"] = True
        values = {**self._score(made)[1], **measured}
        for line in self.epochs:
            if line.epoch == chosen:
                losses = {name: line.get(name) for name in ("train_loss", "validation_loss")}
                values |= {name: value for name, value in losses.items() if value is not None}
        fields: dict[str, Any] = {
            "run_name": self.start.run_name, "experiment": self.start.experiment, "arm": self.start.arm,
            "vary": self.start.vary, "seed": self.start.seed,
            "config": {**self.start.config, **config_fields({}, outcome=found)},
            "data": self.start.data, "epochs": tuple(sorted(self.epochs, key=lambda line: line.epoch)),
            "chosen_epoch": chosen, "chosen_by": chooser(self.data), "values": values, "seconds": self._seconds(),
            "predictions": made.packed, "scores": made.scores, "start": self.start.digest(),
        }  # fmt: skip
        entries = len(self.data.validation.labels) * columns_of(made.scores)
        draft = self.session.draft("result", self.start.run, **fields)
        fitted = fit_to_size(draft, too_many_scores=entries > MAX_SCORES)
        fields |= {name: getattr(fitted, name) for name in ("config", "epochs", "predictions", "scores")}
        return self.session.write("result", self.start.run, **fields)

    def _seconds(self) -> float:
        """What the run took, to a hundredth; finished once more, with nothing logged since, it keeps that."""
        if self.result is not None and self.result.record.seconds is not None:
            return self.result.record.seconds
        return round(self.session.timer() - self._began, 2)

    def _score(self, made: Predicted) -> tuple[Metrics | Values, dict[str, float]]:
        """What these predictions score, from the packed arrays: the grader gets the same numbers to the bit."""
        kind, n = predicts(self.data), len(self.data.classes)
        if not made.packed:
            return Values({}, 0), {}
        # Scores too many to be handed in still give the metrics that need them.
        items = scored(
            pack_labels(self.data), made.packed, predicts=kind, n_classes=n, scores=made.scores,
            most_scores=len(self.data.validation.labels) * n,
        )  # fmt: skip
        return score(items, predicts=kind, names=metrics_of(self.data))

    def _in_log(self, name: str) -> bool:
        """A line of the log holds this metric; that by which the checkpoint is chosen is in every line."""
        return registry()[name].in_log or name == chooser(self.data)

    def _place(self, given: Mapping[str, float]) -> dict[str, str]:
        """Where those of the measured metrics were measured that hold for one machine alone: as the number itself
        says (`Placed`), else here and now.
        """
        placed = [value for name, value in given.items() if name in registry() and registry()[name].placed]
        places = dict.fromkeys(value.place if isinstance(value, Placed) else place() for value in placed)
        return {PLACE: "; ".join(places)} if places else {}

    def _measured(self, given: Mapping[str, float]) -> dict[str, float]:
        for name, value in given.items():
            if name not in registry() or registry()[name].compute is not None:
                known = ", ".join(metric.name for metric in registry() if metric.compute is None)
                raise EvidenceError(f"A run can measure {known}; got {name!r}. Others follow from predictions.")
            if not math.isfinite(float(value)):
                raise EvidenceError(f"The measured {name} of {self.name!r} is {value!r}, expected a finite number.")
        return {name: float(value) for name, value in given.items()}

    def _loss(self, value: Any) -> float | None:  # a number, a numpy scalar or a tensor
        if value is None:
            return None
        number = float(value)
        if not math.isfinite(number):
            self.nonfinite = True
            return None
        return float(f"{number:.6g}")
