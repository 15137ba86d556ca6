"""False alarms and what is caught of forgeries, measured on the packed honest executions (`tools.honest_runs`).

    python -m tools.plausibility_rates --write      # puts the tables into docs/audit.md

Each half of the executions is a class. Each student of one half is held against the other: whoever is named is a
false alarm. Then one forger at a time, a student of the second half, is held against the first. Intervals are
exact (Clopper and Pearson, 1934).
"""

import gzip
import json
import random
import statistics
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from generator.project import ROOT
from grader.audit.plausible import ALPHA, LEVEL, STATISTICS, Plausibility, against, plausibilities
from grader.audit.reference_errors import ReferenceErrors
from grader.audit.trace import Trace, trace_of
from paribus.files import write_atomic
from paribus.records.record import Record
from tools.forgeries import KINDS, OF_TIME, forge
from tools.honest_runs import PACKED

FORGERS = 50
"""Forgers of each kind."""
REFERENCES, DRAWS = 10, 10
"""Executions that stand in for the references, and how often they are drawn."""
AGAINST_ITEMS = tuple(KINDS)[:6]
"""The kinds that put errors where trained models make none."""


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
    one, two = classes_of(honest)
    found = [
        against(trace, others, known)
        for mine, others in ((one, two), (two, one))
        for known in [plausibilities(others)]
        for trace in mine
    ]
    for statistic in STATISTICS:
        ranks = [item.ranks[statistic.name] for item in found if statistic.name in item.ranks]
        if ranks:
            yield Rate(f"`{statistic.name}`: {statistic.about}", sum(rank <= LEVEL for rank in ranks), len(ranks))
    yield Rate("**all together**", sum(item.flagged for item in found), len(found))


def caught(honest: Sequence[Sequence[Record]], forgers: int = FORGERS) -> Iterator[Rate]:
    """How many forgers of each kind are named: students of the second class who forge, each beside the whole first
    class and, where a friend is needed, with one of it.
    """
    half = len(honest) // 2
    traces, _ = classes_of(honest)
    known = plausibilities(traces)
    timed = bool(seconds_of(honest))
    for kind in KINDS:
        if kind in OF_TIME and not timed:
            continue
        named = []
        for number in range(forgers):
            records = honest[half + number % (len(honest) - half)]
            forged = trace_of("forger", forge(kind, records, honest[:half], number))
            named.append(against(forged, traces, known))
        yield Rate(kind, sum(item.flagged for item in named), len(named), _most(named))


def beside(honest: Sequence[Sequence[Record]]) -> Iterator[str]:
    """Rows of a table: who is named where the errors of ten other students' runs stand in for the references, over
    DRAWS draws of the ten.
    """
    traces, _ = classes_of([*honest, *honest])
    shares: dict[str, list[float]] = {}
    for draw in range(DRAWS):
        drawn = random.Random(draw).sample(range(len(honest)), REFERENCES)  # noqa: S311 - a sample, no secret
        known = ReferenceErrors(np.array([run.wrong for place in drawn for run in traces[place].trained]))
        others = [place for place in range(len(honest)) if place not in drawn]
        shares.setdefault("**honest**", []).append(_named(known, [traces[place] for place in others]))
        for kind in AGAINST_ITEMS:
            friends = [honest[place] for place in drawn]
            forged = [trace_of("", forge(kind, honest[place], friends, place)) for place in others[:FORGERS]]
            shares.setdefault(kind, []).append(_named(known, forged))
    for kind, found in shares.items():
        yield f"| {kind} | {100 * statistics.mean(found):.0f} % | {100 * min(found):.0f}–{100 * max(found):.0f} % |"


def _named(known: ReferenceErrors, traces: Sequence[Trace]) -> float:
    """The share that is named."""
    ranks = [known.p_value(trace) for trace in traces]
    return sum(rank is not None and rank <= ALPHA for rank in ranks) / len(ranks)


def seconds_of(honest: Sequence[Sequence[Record]]) -> list[float]:
    """What the runs that trained took, in order; nothing where the records are older than the field."""
    runs = (record for records in honest for record in records if record.kind == "result" and record.epochs)
    return sorted(record.seconds for record in runs if record.seconds is not None)


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
        yield _time(seconds_of(honest))
        yield ""
        yield "| honest students named | at 5 % | 95 % interval |"
        yield "| --- | --- | --- |"
        yield from (rate.row for rate in false_alarms(honest))
        yield ""
        yield "| forgery | caught | 95 % interval | mostly by |"
        yield "| --- | --- | --- | --- |"
        yield from (rate.row for rate in caught(honest))
        yield ""
        yield f"| in a small class, beside the runs of {REFERENCES} | named | least and most of {DRAWS} draws |"
        yield "| --- | --- | --- |"
        yield from beside(honest)
        yield ""


def _time(seconds: Sequence[float]) -> str:
    if not seconds:
        return "These records are older than `seconds`: nothing is measured of `duration`."
    low, middle, high = seconds[0], statistics.median(seconds), seconds[-1]
    return f"A run took {low:.1f} to {high:.1f} seconds, half of them less than {middle:.1f}."


PAGE = ROOT / "docs" / "audit.md"
BEGIN, END = "<!-- rates -->\n", "<!-- end of rates -->\n"


def page_with(rates: str) -> str:
    """The page with these tables."""
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    return f"{before}{BEGIN}{rates}{END}{rest.split(END)[1]}"


if __name__ == "__main__":
    found = "".join(f"{line}\n" for line in tables())
    if "--write" in sys.argv:
        write_atomic(PAGE, page_with(found))
    sys.stdout.write(found)
