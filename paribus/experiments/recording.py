"""What a notebook writes down: the data it uses, the runs it starts, the numbers it claims.

Each call displays a table for people with the record for grading folded in below it. Experiments, sweeps and
comparisons rest on this; `paribus.experiments.notebook` puts them all into one handle.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, SupportsIndex

from paribus.check.tested import draws, passed_tests
from paribus.display.markup import Table
from paribus.display.show import say, show, show_tables
from paribus.errors import EvidenceError
from paribus.experiments.arms import same_run
from paribus.experiments.beforehand import look_at, tell_again, tell_finished
from paribus.experiments.quotes import Quotes
from paribus.experiments.wide import WIDEST
from paribus.metrics.metric import Scored
from paribus.metrics.packing import unpack
from paribus.metrics.registry import registry
from paribus.metrics.scoring import scored
from paribus.records import block, tables
from paribus.records.data import Data, pack_labels, predicts
from paribus.records.diagnosis import Diagnosis
from paribus.records.environment import environment as surroundings
from paribus.records.fields import clean_text, config_fields, plain
from paribus.records.identity import data_identity
from paribus.records.misnamed import not_its_own
from paribus.records.objects import code_fields
from paribus.records.predictions import restored_metrics
from paribus.records.record import Record
from paribus.records.runs import Run, RunResult
from paribus.records.session import Session
from paribus.records.simple import is_number

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_VALUE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)+")


@dataclass(repr=False)
class Recording:
    """A session's records, written and shown. ``runs`` are those begun since, ``shown`` the digests of the records
    displayed, ``told`` what was said of code before it trained; ``widest_range`` says how wide a prediction may be.
    """

    session: Session
    widest_range: float = WIDEST
    runs: list[Run] = field(default_factory=list)
    shown: set[str] = field(default_factory=set)
    told: set[tuple[str, str]] = field(default_factory=set)

    def use(self, data: Data) -> None:
        """Write down which data this notebook uses: identity, class names and validation labels.

        Once a data set: called again, it shows the same record again.
        """
        identity = data_identity(data)
        labels = pack_labels(data)
        classes = tuple(clean_text(name) for name in data.classes)
        facts: dict[str, Any] = {"data": identity, "labels": labels, "classes": classes,
                 "predicts": predicts(data), "metrics": tuple(getattr(data, "metrics", ()))}  # fmt: skip
        for name in facts["metrics"]:
            if name not in registry():
                raise EvidenceError(f"The data set is to be scored by {name!r}. {registry().unknown(name)}")
        earlier = self.session.find("data", release=self.session.release, **facts)
        record = next(earlier, None) or self.session.write("data", self.session.new_run("d"), **facts)
        self._show(record, tables.data_table(identity, len(data.validation.labels), len(classes)))

    def start(
        self,
        name: str,
        *,
        config: object,
        seed: SupportsIndex,
        data: Data,
        code: Callable[..., object] | None = None,
        derived: Mapping[str, object] | None = None,
        outcome: Mapping[str, object] | None = None,
        environment: Mapping[str, object] | None = None,
        experiment: str = "",
        arm: str = "",
        vary: str = "",
    ) -> Run:
        """Write and display the start record of a run, before it trains.

        ``config`` (dataclass or dict of plain values) holds the knobs; ``derived`` what follows from them, as a
        value or ``(value, "knob", …)``; ``environment`` settings that say where it ran. ``code`` is the
        training function. Raises EvidenceError that names a setting which cannot be recorded.
        """
        prepared = self.prepare(
            name, config=config, seed=seed, data=data, code=code, derived=derived, outcome=outcome,
            environment=environment, experiment=experiment, arm=arm, vary=vary,
        )  # fmt: skip
        look_at(self, prepared, code)
        tell_finished(self, prepared)
        return self.start_prepared(prepared, data)

    def prepare(
        self,
        name: str,
        *,
        config: object,
        seed: SupportsIndex,
        data: Data,
        code: Callable[..., object] | None = None,
        derived: Mapping[str, object] | None = None,
        outcome: Mapping[str, object] | None = None,
        environment: Mapping[str, object] | None = None,
        experiment: str = "",
        arm: str = "",
        vary: str = "",
    ) -> Record:
        """The start record as it would be written, written nowhere: an experiment looks at it before it runs."""
        if not isinstance(name, str) or not name.strip() or len(name) > 80:
            raise EvidenceError(f"A run needs a short name such as 'tfidf' or 'batch_16'; got {name!r}.")
        if isinstance(seed, bool) or not hasattr(seed, "__index__"):
            raise EvidenceError(f"The seed of {name!r} is {seed!r}; a seed is a whole number such as 0.")
        made = self.session.predictions.get(experiment, []) if experiment else []
        return self.session.draft(
            "start",
            self.session.new_run("r"),
            run_name=clean_text(name),
            experiment=experiment,
            arm=arm,
            vary=vary,
            seed=seed.__index__(),
            config=config_fields(config, derived=derived, outcome=outcome, environment=environment),
            data=data_identity(data),
            **code_fields(code),
            environment=surroundings(),
            prediction=made[-1] if made else None,
        )

    def start_prepared(self, prepared: Record, data: Data) -> Run:
        """Write and display a start record that `prepare` made, after the data record where that is missing."""
        if not self._known(data):
            self.use(data)
        tell_again(self, prepared)
        record = self.session.write_draft(replace(prepared, run=self.session.new_run("r")))
        self._show(record, tables.start_table(record), tables.settings_table(record))
        self.runs.append(Run(self.session, record, data))
        return self.runs[-1]

    def finished_as(self, prepared: Record) -> RunResult | None:
        """The newest finished run that began as ``prepared`` would, from this session or one it goes on with."""
        for record in self.session.find(
            "result", experiment=prepared.experiment, arm=prepared.arm, seed=prepared.seed
        ):
            start = self._start_of(record)
            if start is not None and same_run(start, prepared) and (restored := self._restore(record)) is not None:
                return restored
        return None

    def finished_elsewhere(self, prepared: Record) -> RunResult | None:
        """The newest finished run outside of this experiment, or of it while it varied something else, that had the
        configuration, seed, data and code that ``prepared`` would have, whatever it was called. For a run that
        belongs to no experiment, also another one that belongs to none.
        """
        for record in self.session.find("result", seed=prepared.seed):
            elsewhere = (record.experiment, record.vary) != (prepared.experiment, prepared.vary)
            elsewhere |= not prepared.experiment and record.run_name != prepared.run_name
            start = self._start_of(record) if elsewhere else None
            moved = replace(
                prepared, run_name=record.run_name, arm=record.arm, experiment=record.experiment, vary=record.vary
            )
            if start is not None and same_run(start, moved) and (restored := self._restore(record)) is not None:
                return restored
        return None

    def show_again(self, result: RunResult, data: Data) -> None:
        """Display the records of a run that finished earlier: this output is what is handed in."""
        kept = next(self.session.find("data", data=result.record.data), None)
        if kept is not None and kept.digest() not in self.shown:
            self.use(data)
        self._show(result.start, tables.start_table(result.start), tables.settings_table(result.start))
        never = getattr(result.metrics, "never_predicted", None)
        self._show(result.record, tables.result_table(result.record, never))
        for record in self.session.values_during(result.start, result.record):
            self._show(record, *tables.values_tables(record.values))

    def labels_of(self, result: RunResult) -> "tuple[NDArray[np.int64] | None, int]":
        """The validation labels of a run, class ids of shape (items,), and how many classes; (None, 0) if they are
        lost or are no class ids.
        """
        kept = next(self.session.find("data", data=result.record.data), None)
        return (None, 0) if kept is None or kept.predicts else (unpack(kept.labels), len(kept.classes))

    def scored(self, result: RunResult) -> Scored | None:
        """A run's predictions beside the labels of its split; None where either is lost."""
        kept = next(self.session.find("data", data=result.record.data), None)
        if kept is None or not result.record.predictions:
            return None
        return scored(
            kept.labels, result.record.predictions, predicts=kept.predicts, n_classes=len(kept.classes),
            scores=result.record.scores,
        )  # fmt: skip

    def value(self, name: str, value: float) -> float:
        """Write down a number that the prose or the memo uses, under a dotted name such as "audit.redacted_share".

        Returns the number. The same number under the same name is written once. Raises EvidenceError where the
        name is not dotted or the number is not finite.
        """
        kept = _checked_value(name, value)
        self.values({name: kept})
        return kept

    def values(self, numbers: Mapping[str, float]) -> None:
        """Write down several numbers at once, in one record; the same numbers are written once.

        Raises EvidenceError as `value` does.
        """
        kept = {name: _checked_value(name, value) for name, value in numbers.items()}
        made = self.session.find("value", serves=())
        newest = next((record for record in made if record.values.keys() == kept.keys()), None)
        stale = newest is None or newest.values != kept or newest.release != self.session.release
        if newest is None or stale or (self.runs and self.runs[-1].began_after(newest)):
            newest = self.session.write("value", self.session.new_run("v"), values=kept)
        self._show(newest, *tables.values_tables(kept))
        for name, value in kept.items():
            if recorded := not_its_own(name, value, self.session.find("result")):
                say(
                    f"{name} is written down as {value:.4f}, and the run of that name recorded "
                    f"{' or '.join(f'{item:.4f}' for item in recorded)}. Write down the run's own number, or call "
                    "this one something else."
                )

    def same(self, name: str, result: RunResult) -> None:
        """Write down and show that a finished run was taken in place of one that was to be called ``name``."""
        about: dict[str, Any] = {"run_name": clean_text(name), "serves": (result.run,)}
        made = next(self.session.find("value", release=self.session.release, **about), None)
        record = made or self.session.write("value", self.session.new_run("v"), **about)
        self._show(record, tables.reused_table(name, result.record))

    def serve(self, experiment: str, runs: Sequence[RunResult]) -> None:
        """Write down and show that finished runs are the baseline of an experiment that they were not made for."""
        about: dict[str, Any] = {
            "experiment": experiment,
            "arm": "baseline",
            "serves": tuple(run.run for run in runs),
        }
        made = next(self.session.find("value", release=self.session.release, **about), None)
        record = made or self.session.write("value", self.session.new_run("v"), **about)
        self._show(record, tables.served_table(experiment, [run.record for run in runs]))

    @property
    def quote(self) -> Quotes:
        """Numbers to paste into a memo, each recorded with what it is: see `paribus.experiments.quotes`."""
        return Quotes(self)

    def tested(self, task: str) -> None:
        """Write down and show that the tests of ``task`` passed: the last line of a tests cell.

        Raises EvidenceError where no cell that was run makes it.
        """
        record, table = passed_tests(self.session, task)
        if record is None:
            say(table.note)
        else:
            self._show(record, table)

    def draws(self, task: str) -> "np.random.Generator":
        """Random numbers for the tests of ``task``: the same at every run, others in everybody's notebook."""
        return draws(self.session.nonce, task)

    def diagnosis(self, made: Diagnosis, table: Table) -> None:
        """Write and display what is said of a blind model; the one in force, made again, is shown again."""
        written = self.session.find("diagnosis", release=self.session.release)
        newest = next((item for item in written if item.diagnosis and item.diagnosis.place == made.place), None)
        if newest is None or newest.diagnosis != made:
            newest = self.session.write("diagnosis", self.session.new_run("g"), diagnosis=made)
        self._show(newest, table)

    def result(self, name: str, seed: int | None = None) -> RunResult:
        """The newest finished run of this name, also one from before the kernel was restarted.

        Raises EvidenceError that lists the runs there are.
        """
        for record in self.session.find("result", run_name=name):
            restored = self._restore(record) if seed is None or record.seed == seed else None
            if restored is not None:
                return restored
        names = sorted({f"{record.run_name} (seed {record.seed})" for record in self.session.find("result")})
        raise EvidenceError(
            f"This notebook has no finished run called {name!r}"
            f"{'' if seed is None else f' with seed {seed}'}. Finished runs: {', '.join(names) or 'none'}. "
            "Run the cell that trains it."
        )

    def summary(self) -> None:
        """Show every run of this notebook in one table, unfinished ones included."""
        show_tables(tables.summary_table(self.session.records))

    def check(self) -> None:
        """Look over this session's records before handing in; says what cannot be seen from inside."""
        from paribus.experiments.unfinished import look

        show_tables(look(self.session.records).table())

    def records(self) -> tuple[Record, ...]:
        """Every record of this notebook, in order."""
        return tuple(self.session.records)

    def _start_of(self, result: Record) -> Record | None:
        return next((item for item in self.session.find("start") if item.digest() == result.start), None)

    def _restore(self, record: Record) -> RunResult | None:
        """The finished run of a result record; None where its start, its data or its predictions are lost."""
        start = self._start_of(record)
        data = next(self.session.find("data", data=record.data), None)
        if start is None or data is None or "predictions_left_out" in record.config:
            return None
        metrics, guess = restored_metrics(record, data)
        return RunResult(
            record.run_name, record.run, record.seed or 0, metrics, record.epochs, record.chosen_epoch, guess,
            record, start,
        )  # fmt: skip

    def _known(self, data: Data) -> bool:
        identity = data_identity(data)
        return next(self.session.find("data", data=identity, release=self.session.release), None) is not None

    def _show(self, record: Record, table: Table, more: Table | None = None) -> None:
        self.shown.add(record.digest())
        line = "; ".join(" ".join(cell for cell in row if cell) for row in table.rows) or table.note
        show(block.render(record, table, more), f"{table.title}: {line}" if table.title else line)


def _checked_value(name: str, value: object) -> float:
    if not isinstance(name, str) or not _VALUE_NAME.fullmatch(name) or len(name) > 120:
        raise EvidenceError(f"A recorded value has a dotted name such as 'audit.redacted_share'; got {name!r}.")
    kept = plain(name, value)
    if not is_number(kept) or not math.isfinite(kept):
        raise EvidenceError(f"The value {name!r} is {value!r}; a recorded value is a finite number.")
    return kept
