"""What earlier weeks recorded: the term carries on.

    first = earlier("ASSIGNMENT", reference={"encoder.macro_f1": "0.209"})
    first.mean("encoder", "macro_f1")      over the seeds of the newest runs of that name
    first.origin                           "your records", "an attached output" or "the reference run"

Records are looked for beside the notebook (``.paribus/<assignment>``), below ``previous``, and below the host's
inputs. Where there are none, the reference run's numbers are taken, which the build wrote into the notebook: of the
profile that students run, or of a smaller one, which is then named ("0.657 on smoke"). What neither has is missing,
and is said to be.
"""

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from paribus.display.show import say
from paribus.errors import EvidenceError
from paribus.hosts import known as hosts
from paribus.metrics.registry import in_order, registry, title
from paribus.records.attached import SESSION, find_attached
from paribus.records.record import Record
from paribus.records.session import open_session

ON = " on "
"""Between a reference's number and the profile that it was measured on."""
Origin = Literal["your records", "an attached output", "the reference run", "missing"]


@dataclass(frozen=True, eq=False)
class Earlier:
    """What is known of one earlier assignment. ``results`` are its finished runs, the newest of each name and seed;
    ``numbers`` its recorded values, or what the reference run measured, by dotted name; ``profile`` names the
    reference run's profile where it is not the one that students run.
    """

    assignment: str
    origin: Origin
    results: tuple[Record, ...] = ()
    numbers: Mapping[str, float] = field(default_factory=dict)
    profile: str = ""

    @property
    def whose(self) -> str:
        """The origin, with the profile where that is another one."""
        return f"{self.origin} on {self.profile}" if self.profile else self.origin

    def seeds(self, name: str) -> tuple[int, ...]:
        """The seeds of the finished runs of this name."""
        return tuple(record.seed or 0 for record in self._named(name))

    def mean(self, name: str, metric: str) -> float | None:
        """The mean of a metric over the seeds of a run's name, else the recorded value "name.metric"; None where
        neither is known.
        """
        found = [record.values[metric] for record in self._named(name) if metric in record.values]
        if found:
            return statistics.fmean(found)
        return self.numbers.get(f"{name}.{metric}")

    def knobs(self, name: str) -> dict[str, Any]:
        """The settings of the newest run of this name; none where only numbers are known."""
        found = self._named(name)
        return found[-1].knobs() if found else {}

    def on(self, fingerprint: str) -> bool:
        """Whether every run saw the data of this fingerprint; true where there are no runs to ask."""
        return all(record.data is None or record.data.fingerprint == fingerprint for record in self.results)

    def _named(self, name: str) -> list[Record]:
        return [record for record in self.results if record.run_name == name]


def earlier(
    assignment: str,
    *,
    reference: Mapping[str, str] | None = None,
    directory: str | Path = ".paribus",
    previous: str | Path | None = None,
    inputs: Iterable[Path] | None = None,
) -> Earlier:
    """The records of an earlier assignment; says which were found and where.

    ``reference`` holds numbers as text, with "on" and a profile where that is not the students', and "" where no
    reference run measured them. EvidenceError where ``previous`` is named and no records of the assignment are
    below it, or a reference is no number.
    """
    numbers = {name: _number(assignment, name, text) for name, text in (reference or {}).items() if text}
    elsewhere = {profile for text in (reference or {}).values() if (profile := text.partition(ON)[2])}
    beside = Path(directory) / assignment
    if (beside / SESSION).is_file():
        found = _opened(beside, assignment, "your records")
        if found.results:
            return _told(found)
    roots = (*(() if previous is None else (Path(previous),)), *(hosts.inputs() if inputs is None else inputs))
    attached = find_attached(assignment, roots)
    if attached is not None and attached.finished:
        return _told(_opened(attached.folder, assignment, "an attached output"))
    if previous is not None:
        raise EvidenceError(
            f"There are no finished runs of {assignment} below {previous}: attach the output of that notebook with "
            "its .paribus folder, or leave previous=… out to go on with the reference run."
        )
    origin: Origin = "the reference run" if numbers else "missing"
    return _told(Earlier(assignment, origin, (), numbers, " and ".join(sorted(elsewhere))))


@dataclass(frozen=True)
class Row:
    """One line of a scoreboard: what it is called, and where its numbers are: an assignment's run, by name."""

    title: str
    assignment: str
    run: str


def scoreboard(
    rows: Sequence[Row], of: Mapping[str, Earlier], metrics: Sequence[str], fingerprint: str
) -> Any:  # a DataFrame
    """The term in one table, a line a row: the mean of each metric over seeds, how many, and where it comes from.

    What is missing is an empty field and says so in the last column, as do runs on other data.
    """
    import pandas as pd

    lines = []
    for row in rows:
        found = of.get(row.assignment, Earlier(row.assignment, "missing"))
        values = {metric: found.mean(row.run, metric) for metric in in_order(metrics)}
        lines.append(
            {
                "model": row.title,
                **{title(name): math.nan if value is None else value for name, value in values.items()},
                "seeds": len(found.seeds(row.run)) or "",
                "from": _from(found, row, values, fingerprint),
            }
        )
    table = pd.DataFrame(lines).set_index("model")
    digits = {title(name): registry()[name].digits for name in metrics}
    return table.round(digits)


def _from(found: Earlier, row: Row, values: Mapping[str, float | None], fingerprint: str) -> str:
    if all(value is None for value in values.values()):
        return f"missing: run {row.assignment}, or attach its output"
    mine = bool(found.seeds(row.run))
    if mine and not found.on(fingerprint):
        return f"{found.origin} of {row.assignment}, on other data"
    return f"{found.whose} of {row.assignment}"


def _opened(folder: Path, assignment: str, origin: Origin) -> Earlier:
    session = open_session(folder, assignment, "")
    newest: dict[tuple[str, int | None], Record] = {}
    numbers: dict[str, float] = {}
    for record in session.records:
        if record.kind == "result":
            newest.pop((record.run_name, record.seed), None)
            newest[(record.run_name, record.seed)] = record
        elif record.kind == "value":
            numbers |= record.numbers()
    return Earlier(assignment, origin, tuple(newest.values()), numbers)


def _told(found: Earlier) -> Earlier:
    runs = len(found.results)
    say({
        "your records": f"{found.assignment}: {runs} finished runs of your own, beside this notebook.",
        "an attached output": f"{found.assignment}: {runs} finished runs from an attached output.",
        "the reference run": f"{found.assignment}: no records of yours, so these are {len(found.numbers)} numbers "
        f"of {found.whose}. To use your own, run that notebook in this folder, or attach its output.",
        "missing": f"{found.assignment}: no records of yours and no reference run: what needs them is marked as "
        "missing. Run that notebook in this folder, or attach its output.",
    }[found.origin])  # fmt: skip
    return found


def _number(assignment: str, name: str, text: str) -> float:
    try:
        return float(text.partition(ON)[0])
    except ValueError:
        raise EvidenceError(
            f"The reference {name} of {assignment} is {text!r}; expected a number. Keep the cell as it was."
        ) from None
