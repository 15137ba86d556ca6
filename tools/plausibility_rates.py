"""False alarms and what is caught of forgeries, measured on the packed honest executions (`tools.honest_runs`).

    python -m tools.plausibility_rates          # prints the tables of docs/audit.md

Each half of the executions is a class: whoever is named in it is a false alarm. Then one forger at a time takes the
place of an honest student of the first half. Intervals are exact (Clopper and Pearson, 1934).
"""

import gzip
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.audit.plausible import LEVEL, STATISTICS, Plausibility, plausibilities
from grader.audit.trace import Trace, trace_of
from paribus.records.record import Record
from tools.forgeries import KINDS, forge
from tools.honest_runs import PACKED

FORGERS = 20
"""Forgers of each kind."""


@dataclass(frozen=True)
class Rate:
    """How many of how many, and the exact 95 % interval."""

    what: str
    hits: int
    of: int
    by: str = ""

    @property
    def interval(self) -> tuple[float, float]:
        """Clopper and Pearson's."""
        from scipy.stats import binomtest

        found = binomtest(self.hits, self.of).proportion_ci(0.95, "exact")
        return float(found.low), float(found.high)

    @property
    def row(self) -> str:
        """One row of a table in Markdown."""
        low, high = self.interval
        share = f"{self.hits} of {self.of}"
        return f"| {self.what} | {share} | {100 * low:.0f}–{100 * high:.0f} % |" + (
            f" {self.by} |" if self.by else ""
        )


def executions(path: Path) -> list[list[Record]]:
    """The packed executions, each as its records."""
    lines = gzip.decompress(path.read_bytes()).decode().splitlines()
    return [[Record.from_json(text) for text in json.loads(line)] for line in lines]


def classes_of(honest: Sequence[Sequence[Record]]) -> tuple[list[Trace], list[Trace]]:
    """Two classes of different students."""
    traces = [trace_of(f"student-{number:03d}", records) for number, records in enumerate(honest)]
    return traces[: len(traces) // 2], traces[len(traces) // 2 :]


def false_alarms(honest: Sequence[Sequence[Record]]) -> Iterator[Rate]:
    """For each statistic, and for all together, how many honest students are named at 5 %."""
    found = [item for half in classes_of(honest) for item in plausibilities(half)]
    for statistic in STATISTICS:
        ranks = [item.ranks[statistic.name] for item in found if statistic.name in item.ranks]
        if ranks:
            yield Rate(f"`{statistic.name}`: {statistic.about}", sum(rank <= LEVEL for rank in ranks), len(ranks))
    yield Rate("**all together**", sum(item.flagged for item in found), len(found))


def caught(honest: Sequence[Sequence[Record]], kind: str, forgers: int = FORGERS) -> Rate:
    """How many forgers of a kind are named, each alone in an honest class."""
    half, named = len(honest) // 2, []
    for number in range(forgers):
        place = number % half
        others = [records for position, records in enumerate(honest[:half]) if position != place]
        forged = trace_of("forger", forge(kind, honest[place], others, number))
        traces = [trace_of(f"student-{position:03d}", records) for position, records in enumerate(others)]
        named.append(plausibilities([*traces, forged])[-1])
    return Rate(kind, sum(item.flagged for item in named), len(named), _most(named))


def _most(named: Sequence[Plausibility]) -> str:
    """The statistic that most of those who were named were named by."""
    by = [item.strangest for item in named if item.flagged]
    return f"`{max(sorted(set(by)), key=by.count)}`" if by else "–"


def tables() -> Iterator[str]:
    """The tables, line by line."""
    for path in sorted(PACKED.glob("*.jsonl.gz")):
        honest = executions(path)
        trace = trace_of("", honest[0])
        yield f"### {path.name.partition('.')[0]}: {len(honest)} executions, {len(trace.trained[0].wrong)} items"
        yield ""
        yield "| honest students named | at 5 % | 95 % interval |"
        yield "| --- | --- | --- |"
        yield from (rate.row for rate in false_alarms(honest))
        yield ""
        yield "| forgery | caught | 95 % interval | mostly by |"
        yield "| --- | --- | --- | --- |"
        yield from (caught(honest, kind).row for kind in KINDS)
        yield ""


if __name__ == "__main__":
    for line in tables():
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
