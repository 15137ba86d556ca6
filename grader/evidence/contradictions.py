"""Settings that a cell's code gives otherwise than the records that are in its output."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from grader.evidence.runs import own_records
from grader.model import Case
from grader.reading.sources import written_settings


@dataclass(frozen=True)
class Contradiction:
    """A setting that is in a cell's code with another value than in the run that the cell shows."""

    position: int
    name: str
    written: Any
    recorded: Any


def contradictions(case: Case) -> Iterator[Contradiction]:
    """Settings written as plain values in a cell whose records show other values, and none of these."""
    recorded: dict[int, dict[str, list[Any]]] = {}
    for found in own_records(case):
        if found.record is not None and found.record.kind == "start":
            settings = recorded.setdefault(found.position, {})
            for name, item in found.record.config.items():
                settings.setdefault(name, []).append(item.value)
            if found.record.seed is not None:
                settings.setdefault("seed", []).append(found.record.seed)
    # Where a record of a cell cannot be read, the others do not show all that the cell ran.
    for damaged in case.records:
        if damaged.record is None:
            recorded.pop(damaged.position, None)
    sources = {
        cell.position: cell.source
        for cell in case.notebook.cells
        if cell.position in recorded and not cell.cut and cell.survived.outputs
    }
    for position, source in sources.items():
        for name, values in written_settings(source).items():
            shown = recorded[position].get(name)
            if shown and not any(value in shown for value in values):
                yield Contradiction(position, name, values[0], shown[-1])
