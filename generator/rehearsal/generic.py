"""A rehearsal without tables: faults and honest wordings that are made from the assignment's own solution.

The solution is run once. Every fault is an edit of what it recorded or of what it says, so nothing else runs. Which
faults there are depends on the assignment: a fault is planted where the assignment has the check that owns it, and
where the solution holds something that can be made wrong.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from generator.errors import RehearsalError
from generator.rehearsal.edits import Edit, Notebook
from generator.rehearsal.exports import find_exporters
from generator.rehearsal.facts import Facts, read_facts
from generator.rehearsal.matrix import Matrix
from generator.rehearsal.rehearse import Order, Say, rehearse_executed
from generator.rehearsal.solution import Solutions, solve
from generator.rehearsal.table import Choice, Execution, Fault, Table
from paribus.course.catalog import Course
from paribus.course.release import Release, write_release
from paribus.metrics.registry import title as title_of
from paribus.records.block import records_of
from paribus.records.record import Record
from paribus.records.simple import is_number

SOLUTION = "solution"
_NUMBER = re.compile(r"(?<![\d.,])\d+\.\d{2,}(?![\d.,]*\d)")
"""With one decimal, a setting or a predicted bound looks like a rounded metric."""
_ROW = re.compile(r"^\| (?P<label>[^|]+) \| (?P<words>[^|]+) \|$", re.MULTILINE)
SENTENCES = {
    "arms": "Over the seeds, the mean {title} is {before} in the baseline arm and {after} in the changed arm.",
    "from_to": "The mean {title} went from {before} (baseline) to {after} (changed).",
    "brackets": "We measured a mean {title} of {after} with the change ({before} without it).",
}
"""Honest ways to say a result, by name."""


@dataclass(frozen=True)
class Solved:
    """What faults are made from: the executed solution, what it recorded, the release that grades it."""

    work: Notebook
    records: tuple[Record, ...]
    facts: Facts
    release: Release

    @property
    def checks(self) -> frozenset[str]:
        """The checks that the assignment asks for."""
        return frozenset(item.check for cell in self.release.assignment.cells for item in cell.checks)

    def starts(self, experiment: str) -> list[Record]:
        """The start records of an experiment's changed arm, one a seed."""
        return [
            item
            for item in self.records
            if item.kind == "start" and (item.experiment, item.arm) == (experiment, "changed")
        ]

    def text(self, key: str) -> str:
        """A cell's source; empty where the executed solution has no such cell."""
        return next(("".join(cell["source"]) for cell in self.work["cells"] if cell.get("id") == key), "")


def read_solved(work: Notebook, release: Release) -> Solved:
    """What an executed solution holds."""
    return Solved(work, tuple(records_of(work)), read_facts(work), release)


def rehearse_generic(
    course: Course, order: Order, solutions: Solutions, *, say: Say = lambda words: None
) -> Matrix:
    """Run the solution, plant what can be planted, grade, and write the matrix as JSON and as a page."""
    say(f"{order.assignment} has no tables of its own: faults and wordings are made from its solution.")
    material, work = solve(course, course.entry(order.assignment), solutions)
    table = make_table(order.assignment, solutions.profile.name, read_solved(work, material.release))
    if not table.faults:
        raise RehearsalError(
            f"{order.assignment}: no fault can be made from its solution, since none of its checks looks at an "
            f"experiment or at a memo. Write {course.folders.rehearsal}/tables/{order.assignment}/*.toml "
            "(docs/rehearsal.md)."
        )
    size = min(order.size, len(table.layouts) * len(find_exporters()))
    release = write_release(order.out / "release", material.release)
    return rehearse_executed(
        replace(order, size=size), table, material, {SOLUTION: work}, release,
        outsiders=course.folders.rehearsal / "outsiders", say=say,
    )  # fmt: skip


def make_table(assignment: str, profile: str, solved: Solved) -> Table:
    """The tables that the assignment itself gives."""
    return Table(
        assignment=assignment, profile=profile, base=SOLUTION, memos=(),
        executions=(Execution(SOLUTION, "the solution as it is", (), frozenset()),),
        faults=tuple(fault for fault in _faults(solved) if fault.expects in solved.checks),
        templates=(), conclusions=(), texts=(), exempt={},
        numbers=(Choice("as_written", "numbers as the solution writes them"),),
        layouts=(Choice("as_it_is", "nothing added"), *_lost(solved), *_wordings(solved)),
    )  # fmt: skip


# --- faults -----------------------------------------------------------------------------------------------------


def _faults(solved: Solved) -> Iterator[Fault]:
    def fault(
        name: str, about: str, expects: str, cell: str, *, text: tuple[Edit, ...] = (), file: tuple[Edit, ...] = ()
    ) -> Fault:
        # Other checks may rightly fail beside the owner: which do depends on a course that nobody here knows.
        return Fault(name, about, expects, solved.checks, cell, SOLUTION, (), text, file)

    for experiment in solved.facts.vary:
        if starts := solved.starts(experiment):
            if other := _another_setting(starts[0]):
                edits = tuple(
                    _signed(kind, item, {f"config.{other[0]}.value": other[1]})
                    for item in starts
                    for kind in ("start", "result")
                )
                about = f"{experiment}: the changed arm has another {other[0]} as well"
                yield fault(f"{experiment}-two_settings", about, "experiments.one_change", "", file=edits)
            edits = tuple(_signed("start", item, {"prediction": ""}) for item in starts)
            about = f"{experiment}: no prediction was recorded"
            yield fault(f"{experiment}-no_prediction", about, "experiments.predicted_first", "", file=edits)
            edits = tuple(
                _signed(kind, item, {"seed": 1_000 + (item.seed or 0)})
                for item in starts
                for kind in ("start", "result")
            )
            about = f"{experiment}: the changed arm has other seeds than the baseline"
            yield fault(f"{experiment}-other_seeds", about, "seeds.paired", "", file=edits)
        if solved.text(experiment):
            about = f"{experiment}: the cell never ran in this notebook"
            edits = ({"do": "uncount", "cell": experiment},)
            yield fault(f"{experiment}-never_ran", about, "form.ran_in_order", "", file=edits)
    for cell in solved.release.assignment.cells:
        if cell.role != "memo" or not solved.text(cell.key):
            continue
        checks = {item.check for item in cell.checks}
        if found := _a_recorded_number(solved, cell.key):
            edit = {"do": "replace", "cell": cell.key, "find": found[0], "put": found[1]}
            for owner in sorted(checks & {"experiments.result_matches", "memo.numbers_traced"}):
                about = f"{cell.key}: says {found[1]} where the runs gave {found[0]}"
                yield fault(f"{cell.key}-edited_number", about, owner, cell.key, text=(edit,))
        for owner in sorted(checks & {"experiments.template_complete", "memo.answered"}):
            released = ({"do": "released", "cell": cell.key},)
            yield fault(
                f"{cell.key}-unanswered", f"{cell.key}: as it was given out", owner, cell.key, text=released
            )


def _signed(kind: str, start: Record, fields: Mapping[str, Any]) -> Edit:
    """A record of the run that ``start`` began, changed, and made to fit."""
    return {"do": "record", "kind": kind, "run": start.run, "set": fields, "signed": True}


def _another_setting(start: Record) -> tuple[str, float] | None:
    """A numeric setting that is not the varied one, and another value for it."""
    for name, value in start.knobs().items():
        if name not in (start.vary, "seed") and is_number(value):
            return name, value + 1
    return None


def _a_recorded_number(solved: Solved, key: str) -> tuple[str, str] | None:
    """A number of the cell that is a run's metric as it is recorded, and a false one of as many digits."""
    means = [
        solved.facts.mean(who, metric)
        for who, runs in solved.facts.metrics.items()
        for metric in next(iter(runs.values()))
    ]
    for number in _NUMBER.findall(solved.text(key)):
        digits = len(number.partition(".")[2])
        if any(f"{mean:.{digits}f}" == number for mean in means):
            return number, f"{float(number) * 0.83 + 10**-digits:.{digits}f}"
    return None


# --- honest wordings --------------------------------------------------------------------------------------------


def _lost(solved: Solved) -> Iterator[Choice]:
    """Cleared outputs: a tool may have lost them, so a person looks, and no check fails."""
    for experiment in solved.facts.vary:
        if solved.text(experiment):
            edit = {"do": "clear", "cell": experiment}
            yield Choice(f"{experiment}-cleared", f"{experiment}: its outputs are cleared", edits=(edit,))


def _wordings(solved: Solved) -> Iterator[Choice]:
    """The result of every predicted metric, said in other words at the end of a memo or in the template's row."""
    for cell in solved.release.assignment.cells:
        if cell.role != "memo" or not solved.text(cell.key):
            continue
        for experiment, prediction in solved.facts.predictions.items():
            about = str(cell.options.get("experiment", experiment))
            row = _result_row(solved, cell.key)
            if about != experiment or f"{experiment}:baseline" not in solved.facts.metrics:
                continue
            for name, sentence in SENTENCES.items():
                words = sentence.format(
                    title=title_of(prediction.metric),
                    before=f"<<{experiment}:baseline.{prediction.metric}>>",
                    after=f"<<{experiment}:changed.{prediction.metric}>>",
                )
                edit: Edit = {"do": "append", "cell": cell.key, "text": words}
                if cell.options.get("memo") == "template":
                    if row is None:
                        continue
                    edit = {"do": "row", "cell": cell.key, "label": row, "put": f"| {row} | {words} |"}
                yield Choice(f"{cell.key}-{experiment}-{name}", f"{cell.key}: “{sentence}”", edits=(edit,))


def _result_row(solved: Solved, key: str) -> str | None:
    """The label of the template's row that holds a recorded number."""
    found = _a_recorded_number(solved, key)
    rows = [match["label"] for match in _ROW.finditer(solved.text(key)) if found and found[0] in match["words"]]
    return rows[0] if rows else None
