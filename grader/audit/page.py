"""The page about an audit, for the instructor alone: what was run again, whose records look unlike the others'."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grader.audit.class_audit import Finished
from grader.audit.compare import Compared, Status
from grader.audit.plausible import ALPHA, LEVEL, STATISTICS, Plausibility
from grader.audit.rerun import Audited
from grader.pages.shared import Mark, render, who
from paribus.course.assignment import Assignment
from paribus.metrics.registry import title

MARKS: Mapping[Status, Mark] = {
    Status.REPRODUCED: Mark("passed", "Reproduced"),
    Status.WITHIN_NOISE: Mark("passed", "Within noise"),
    Status.OUTSIDE: Mark("undecided", "Outside"),
    Status.COULD_NOT_RUN: Mark("none", "Could not run"),
}
SHOWN = 40
"""Metrics that are shown of one submission, the worst first."""


@dataclass(frozen=True)
class Row:
    """One submission that was run again, with its metrics, the worst first."""

    name: str
    link: str
    audited: Audited
    compared: tuple[Compared, ...]
    counts: Mapping[Status, int]


@dataclass(frozen=True)
class Unusual:
    """One submission whose records are unlike the class's, with the statistics that say so."""

    name: str
    link: str
    found: Plausibility
    said: tuple[tuple[str, float], ...]


def audit_page(finished: Finished, assignment: Assignment, notes: Sequence[str] = ()) -> str:
    """The page as HTML."""
    names = {result.submission: who(result) for result in finished.results}
    rows = [_row(item, names) for item in finished.audited]
    order = list(Status)
    unusual = [_unusual(item, names) for item in finished.plausible if item.flagged]
    compared = sum(item.overall is not None for item in finished.plausible)
    return render(
        "audit.html.j2", assignment=assignment, marks=MARKS, statuses=order, notes=notes, level=LEVEL,
        rows=sorted(rows, key=lambda row: -order.index(row.audited.status)),
        counts={status: sum(row.audited.status is status for row in rows) for status in order},
        unusual=unusual, comparable=compared, alpha=ALPHA,
        beside_references=sum(item.beside_references is not None for item in finished.plausible),
        people=len(finished.results),
        waiting=[names[name] for name in finished.not_reached], title=title,
    )  # fmt: skip


def _row(item: Audited, names: Mapping[str, str]) -> Row:
    order = [Status.OUTSIDE, Status.WITHIN_NOISE, Status.REPRODUCED, Status.COULD_NOT_RUN]
    worst = sorted(item.compared, key=lambda one: (order.index(one.status), one.run, one.metric))
    counts = {status: sum(one.status is status for one in item.compared) for status in Status}
    return Row(names[item.submission], _link(item.submission), item, tuple(worst[:SHOWN]), counts)


def _unusual(item: Plausibility, names: Mapping[str, str]) -> Unusual:
    about = {statistic.name: statistic.about for statistic in STATISTICS}
    said = sorted(
        (rank, about[name]) for name, rank in item.ranks.items() if rank <= LEVEL or name == item.strangest
    )
    if item.overall is None:
        said = [(item.beside_references or 0.0, "errs where the course's own runs do not")]
    return Unusual(
        names[item.submission], _link(item.submission), item, tuple((words, rank) for rank, words in said)
    )


def _link(submission: str) -> str:
    return f"../feedback/{submission}.html"
