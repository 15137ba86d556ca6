"""What a notebook says before a run trains: of its code, of its settings, of runs that are finished already.

None of it is refused. An experiment refuses what is certain (`paribus.experiments.arms`).
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from paribus.check.before import look_before, table_of
from paribus.display.show import say, show_tables, written_cells
from paribus.experiments.doubtful import doubts_of
from paribus.experiments.one_change import choices
from paribus.experiments.tried import known_before, trained_so_often
from paribus.records.code import reach
from paribus.records.record import Record
from paribus.records.runs import RunResult
from paribus.records.session import Session

EXPERIMENT = "the experiment"
Told = tuple[str, str]


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

    def finished_elsewhere(self, prepared: Record) -> RunResult | None:
        """The same of another experiment, or of none."""


def look_at(
    notebook: Asked, prepared: Record, train: Callable[..., object] | None, seeds: Sequence[int] = ()
) -> None:
    """Say, before it trains, what in the code and the settings is worth a second look; each once. ``seeds`` are all
    with which it is about to train, where there are several.
    """
    records = notebook.session.records
    baseline = _baseline_of(prepared.experiment, records) if prepared.arm == "changed" else None
    found = {(EXPERIMENT, said): (EXPERIMENT, said) for said in _of_records(prepared, baseline, records)}
    try:
        found |= _of_function(prepared, train)
        found |= _of_cells(prepared, baseline, seeds or (prepared.seed or 0,))
    except Exception as error:  # noqa: BLE001 - advice that fails never keeps a student from training
        say(f"Your code could not be looked at before it trains ({type(error).__name__}); nothing else changes.")
    new = {key: said for key, said in found.items() if key not in notebook.told}
    if new:
        notebook.told.update(new)
        show_tables(table_of(tuple(new.values()), prepared.experiment or prepared.run_name))


def tell_finished(notebook: Asked, prepared: Record) -> None:
    """Say of an own loop, before it trains, that a run like it is finished, and how to get it."""
    result = notebook.finished_as(prepared) if prepared.code else None
    whose = "experiment" if prepared.experiment else "notebook"
    ways = (
        f"{whose}.finished(…), with the same arguments, gives it without training again, and a loop over "
        f"{whose}.unfinished(…) leaves it out."
    )
    if result is None and prepared.code and prepared.arm != "changed":
        result = notebook.finished_elsewhere(prepared)
        if result is not None and not prepared.experiment:
            ways = f"notebook.result({result.name!r}, seed={result.seed}) gives it without training again."
    if result is not None:
        say(
            f"{prepared.run_name}, seed {prepared.seed}: finished earlier (run {result.run}) with the same "
            f"configuration, data and code. {ways}"
        )


def tell_again(notebook: Asked, prepared: Record) -> None:
    """Say of a run that is about to train that its seed has trained with this configuration several times."""
    if sentence := trained_so_often(prepared, notebook.session.records):
        say(f"{prepared.run_name}: {sentence}")


def _of_records(prepared: Record, baseline: Record | None, records: Sequence[Record]) -> Iterator[str]:
    """What the records say of the run that is about to train."""
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


def _of_function(prepared: Record, train: Callable[..., object] | None) -> dict[Told, Told]:
    """What the training function shows of itself."""
    reached = reach(train) if train is not None else None
    if reached is None:
        return {}
    rows = prepared.data.train_rows if prepared.data is not None else 0
    return {item: item for item in look_before(reached, prepared.vary, prepared.knobs(), rows)}


def _of_cells(prepared: Record, baseline: Record | None, seeds: Sequence[int]) -> dict[Told, Told]:
    """What the cells that were run so far show around it; nothing where no notebook runs."""
    cells = written_cells()
    if not cells:
        return {}
    from paribus.check.code.ahead import Planned, said_ahead

    known = tuple(choices(start) for start in (baseline, prepared) if start is not None)
    planned = Planned(
        prepared.experiment, prepared.arm, prepared.run_name, prepared.vary, tuple(sorted(set(seeds))), known
    )
    return {(item.kind, item.lines): (item.cell, item.sentence) for item in said_ahead(cells, planned)}
