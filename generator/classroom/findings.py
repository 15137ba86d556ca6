"""What a simulated student knows: the numbers that the runs in their own executed notebook recorded."""

from collections.abc import Mapping
from dataclasses import dataclass
from html import unescape
from typing import Any

from paribus.evidence.block import find_records
from paribus.evidence.record import Record


@dataclass(frozen=True)
class Findings:
    """Metrics by run name, recorded values by dotted name, and the two arms of the experiment.

    Metrics are fractions between 0 and 1 (losses in nats, counts as numbers), as the records hold them.
    """

    metrics: Mapping[str, Mapping[str, float]]
    values: Mapping[str, float]
    knobs: Mapping[str, Mapping[str, Any]]
    vary: str

    def of(self, run: str, metric: str) -> float:
        """One metric of one run."""
        return self.metrics[run][metric]

    @property
    def before_and_after(self) -> tuple[Any, Any]:
        """The varied knob's value in the baseline arm and in the changed arm."""
        return self.knobs["encoder"].get(self.vary), self.knobs["changed"].get(self.vary)


def read_findings(notebook: Mapping[str, Any]) -> Findings:
    """Read every record that an executed notebook (nbformat JSON) displays."""
    metrics: dict[str, Mapping[str, float]] = {}
    values: dict[str, float] = {}
    knobs: dict[str, Mapping[str, Any]] = {}
    vary = ""
    for record in records_of(notebook):
        if record.kind == "result":
            metrics.setdefault(_name(record), dict(record.values))
        elif record.kind == "value":
            values.update(record.values)
        elif record.kind == "start":
            knobs.setdefault(_name(record), record.knobs())
            vary = record.vary or vary
    return Findings(metrics, values, knobs, vary)


def records_of(notebook: Mapping[str, Any]) -> list[Record]:
    """All whole records in a notebook's HTML outputs, in order."""
    found = []
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            found += records_in("".join(output.get("data", {}).get("text/html", "")))
    return found


def records_in(markup: str) -> list[Record]:
    """All whole records in one output's markup, in order."""
    return [item.record for item in find_records(unescape(markup)) if item.record is not None]


def _name(record: Record) -> str:
    """An experiment's changed arm is "changed" to the student, whatever its run is called."""
    return record.arm if record.arm == "changed" else record.run_name
