"""What a notebook says before a run trains: of its code, of its settings, of runs that are finished already.

None of it is refused. An experiment refuses what is certain (`paribus.experiments.arms`).
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from paribus.check.before import look_before, table_of
from paribus.display.show import say, show_tables
from paribus.experiments.doubtful import doubts_of
from paribus.experiments.tried import known_before, trained_so_often
from paribus.records.code import reach
from paribus.records.record import Record
from paribus.records.runs import RunResult
from paribus.records.session import Session

EXPERIMENT = "the experiment"


class Asked(Protocol):
    """What of a notebook is asked: its records, what it has said before, and the finished runs."""

    @property
    def session(self) -> Session:
        """The records."""

    @property
    def told(self) -> set[tuple[str, str]]:
        """What was said of a run before it trained."""

    def finished_as(self, prepared: Record) -> RunResult | None:
        """The finished run that began as ``prepared`` would."""


def look_at(notebook: Asked, prepared: Record, train: Callable[..., object] | None) -> None:
    """Say, before it trains, what in the code and the settings is worth a second look; each once."""
    found = [(EXPERIMENT, sentence) for sentence in _of_records(prepared, notebook.session.records)]
    found += _of_code(prepared, train)
    new = tuple(item for item in dict.fromkeys(found) if item not in notebook.told)
    if new:
        notebook.told.update(new)
        show_tables(table_of(new, prepared.experiment or prepared.run_name))


def tell_finished(notebook: Asked, prepared: Record) -> None:
    """Say of an own loop, before it trains, that a run like it is finished, and how to get it."""
    result = notebook.finished_as(prepared) if prepared.code else None
    if result is not None:
        whose = "experiment.finished" if prepared.experiment else "notebook.finished"
        say(
            f"{prepared.run_name}, seed {prepared.seed}: finished earlier (run {result.run}) with the same "
            f"configuration, data and code. {whose}(…), with the same arguments, gives it without training again."
        )


def tell_again(notebook: Asked, prepared: Record) -> None:
    """Say of a run that is about to train that its seed has trained with this configuration several times."""
    if sentence := trained_so_often(prepared, notebook.session.records):
        say(f"{prepared.run_name}: {sentence}")


def _of_records(prepared: Record, records: Sequence[Record]) -> Iterator[str]:
    """What the records say of the run that is about to train."""
    baseline = _baseline_of(prepared.experiment, records) if prepared.arm == "changed" else None
    if baseline is not None:
        yield from doubts_of(baseline, prepared, prepared.vary)
    if known := known_before(prepared, records):
        yield known


def _baseline_of(key: str, records: Sequence[Record]) -> Record | None:
    """The start of the run that came last as the baseline of an experiment, or that serves as it."""
    starts = {record.run: record for record in records if record.kind == "start"}
    for record in reversed(records):
        served = [run for experiment, run in record.served() if experiment == key]
        if record.kind == "start" and (record.experiment, record.arm) == (key, "baseline"):
            return record
        if served and served[-1] in starts:
            return starts[served[-1]]
    return None


def _of_code(prepared: Record, train: Callable[..., object] | None) -> list[tuple[str, str]]:
    reached = reach(train) if train is not None else None
    if reached is None:
        return []
    rows = prepared.data.train_rows if prepared.data is not None else 0
    try:
        return list(look_before(reached, prepared.vary, prepared.knobs(), rows))
    except Exception as error:  # noqa: BLE001 - advice that fails never keeps a student from training
        say(f"Your code could not be looked at before it trains ({type(error).__name__}); nothing else changes.")
        return []
