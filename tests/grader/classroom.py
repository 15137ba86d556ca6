"""A small assignment, its release and the results of a small class, for tests of pages and gradebooks."""

from dataclasses import replace
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from grader.checks import CHECKS
from grader.model import CellResult, Evidence, Match, Outcome, RecoveredCell, Result, Submission, Verdict
from grader.pages.shared import CheckWords
from paribus.course.assignment import Assignment, Cell, CheckPoints, Role
from paribus.course.release import Release

TASK_SOURCE = "def tail_share(counts):\n    raise NotImplementedError('count the tail')\n"
MEMO_SOURCE = "## The trade-off\n\nWhat did you give up?\n\n*Write your answer here.*"

CELLS = (
    Cell("title", Role.PROSE, "markdown", "# Week 1: homework", heading="Week 1: homework"),
    Cell("setup", Role.SETUP, "code", "import paribus", heading="Set-up"),
    Cell("tail_share", Role.TASK, "code", TASK_SOURCE, heading="How long is the tail?"),
    Cell(
        "tail_share-tests", Role.TESTS, "code", "assert tail_share([1]) == 1", points=4.0, grades="tail_share",
        checks=(CheckPoints("tasks.tests_passed", 4.0),), heading="How long is the tail?",
    ),
    Cell(
        "batch_size", Role.EXPERIMENT, "code", "experiment = ...", points=10.0,
        checks=(
            CheckPoints("experiments.one_change", 4.0), CheckPoints("experiments.predicted_first", 3.0),
            CheckPoints("experiments.result_matches", 3.0),
        ),
        options={"vary": "batch_size"}, heading="Change one thing",
    ),
    Cell(
        "trade_off", Role.MEMO, "markdown", MEMO_SOURCE, points=8.0, manual=2.0,
        checks=(CheckPoints("memo.answered", 3.0), CheckPoints("memo.numbers_traced", 3.0)),
        heading="The trade-off",
    ),
    Cell(
        "whole", Role.NOTEBOOK, "code", "# The notebook as a whole", points=6.0,
        checks=(CheckPoints("form.ran_in_order", 3.0), CheckPoints("metrics.near_reference", 3.0)),
        heading="The notebook as a whole",
    ),
)  # fmt: skip


def make_assignment(cells: tuple[Cell, ...] = CELLS) -> Assignment:
    """The assignment of `CELLS` with its release digest."""
    assignment = Assignment(
        name="week1_homework", title="Week 1 · Fine-tune the encoder", week="week1", kind="homework",
        profile="smoke", cells=cells,
    )  # fmt: skip
    return replace(assignment, release=assignment.compute_release())


def nbgrader_metadata(grade_id: str, *, grade: bool, solution: bool, locked: bool, kind: str,
                      points: float = 0.0) -> dict[str, Any]:  # fmt: skip
    """nbgrader's cell metadata, schema 3."""
    metadata = {
        "grade": grade, "grade_id": grade_id, "locked": locked, "schema_version": 3, "solution": solution,
        "task": False, "cell_type": kind,
    }  # fmt: skip
    return {**metadata, "points": points} if grade else metadata


def make_release(assignment: Assignment | None = None) -> Release:
    """The release as contracts describe it: evidence cells stand after every graded cell that is no task."""
    assignment = assignment or make_assignment()
    cells: list[nbformat.NotebookNode] = []
    for cell in assignment.cells:
        metadata: dict[str, Any] = {"tags": [cell.tag]}
        if cell.role is Role.TESTS:
            metadata["nbgrader"] = nbgrader_metadata(
                cell.key, grade=True, solution=False, locked=True, kind="code", points=cell.points
            )
        elif cell.role is Role.MEMO:
            metadata["nbgrader"] = nbgrader_metadata(
                cell.key, grade=True, solution=True, locked=False, kind="markdown", points=cell.manual
            )
        elif cell.role in (Role.TASK, Role.EXPERIMENT):
            metadata["nbgrader"] = nbgrader_metadata(
                cell.key, grade=False, solution=True, locked=False, kind="code"
            )
        make = new_code_cell if cell.cell_type == "code" else new_markdown_cell
        cells.append(make(cell.source, id=cell.key, metadata=metadata))
        if cell.points and cell.role is not Role.TESTS:
            key = f"{cell.key}-evidence"
            given = nbgrader_metadata(
                key, grade=True, solution=False, locked=True, kind="code", points=cell.points - cell.manual
            )
            cells.append(
                new_code_cell("# Scored by paribus from the evidence above; see the comment.", id=key,
                              metadata={"nbgrader": given})
            )  # fmt: skip
    notebook = new_notebook(cells=cells)
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return Release(assignment, nbformat.writes(notebook) + "\n", references=REFERENCES)


REFERENCES: dict[str, Any] = {
    "week1_homework": [
        {
            "profile": "smoke", "data": "0" * 16, "model": "tiny", "versions": {},
            "values": {
                "encoder.macro_f1": {
                    "mean": 0.209, "sd": 0.004, "n": 10, "low": 0.19, "high": 0.228, "values": [],
                    "deterministic": False,
                },
                "tfidf.macro_f1": {
                    "mean": 0.132, "sd": 0.0, "n": 10, "low": 0.131, "high": 0.133, "values": [],
                    "deterministic": True,
                },
            },
        }
    ]
}  # fmt: skip


WORDS = {name: CheckWords(item.title, item.about, item.withheld) for name, item in CHECKS.items()}
"""What today's table calls its checks, as pages are given it."""

GOOD, BAD, OPEN, NONE = Outcome.PASSED, Outcome.FAILED, Outcome.UNDECIDED, Outcome.NOT_APPLICABLE


def verdict(check: str, outcome: Outcome, points: float, because: str, **more: Any) -> Verdict:
    """One verdict, in one line."""
    return Verdict(check, outcome, because, points, **more)


def cell_result(key: str, manual: float, *verdicts: Verdict) -> CellResult:
    """A cell's result, added up as the judge does it."""
    score = sum(item.points for item in verdicts if item.outcome is Outcome.PASSED)
    pending = sum(item.points for item in verdicts if item.outcome in (OPEN, NONE)) + manual
    return CellResult(key, sum(item.points for item in verdicts) + manual, score, pending, verdicts)


def make_result(submission: str, *cells: CellResult, name: str = "", **more: Any) -> Result:
    """A graded result of these cells."""
    return Result(
        **{
            "submission": submission, "student": submission, "source": f"{submission}.html",
            "sha256": "ab" * 32, "status": "graded", "name": name, "release": make_assignment().release,
            "family": "nbconvert-lab", "score": sum(cell.score for cell in cells),
            "pending": sum(cell.pending for cell in cells), "max_score": 28.0, "cells": cells,
            "needs_person": tuple(cell.key for cell in cells if cell.pending), **more,
        }
    )  # fmt: skip


def careful_result(submission: str = "ada", **more: Any) -> Result:
    """A student who did nearly everything: one failed check, one undecided, and the memo waits."""
    return make_result(
        submission,
        cell_result(
            "tail_share-tests", 0.0,
            verdict("tasks.tests_passed", GOOD, 4.0, "The visible tests ran after your code and passed.",
                    evidence=(Evidence("tail_share-tests", "no output, run as In [7]"),)),
        ),
        cell_result(
            "batch_size", 0.0,
            verdict("experiments.one_change", BAD, 4.0,
                    "Two settings differ between the arms, batch_size and learning_rate, so the difference "
                    "cannot be put down to either. Run the changed arm again with only batch_size changed.",
                    values={"batch_size": "32 → 16", "learning_rate": "0.001 → 0.0005"},
                    evidence=(Evidence("batch_size", "record run-3 (changed), record run-2 (baseline)"),)),
            verdict("experiments.predicted_first", GOOD, 3.0,
                    "You wrote your prediction before the changed arm ran.",
                    values={"predicted": "macro_f1 up by 0.00 to 0.03"}),
            verdict("experiments.result_matches", GOOD, 3.0, "The table shows what the records hold."),
        ),
        cell_result(
            "trade_off", 2.0,
            verdict("memo.answered", GOOD, 3.0, "Your answer has 164 words.", values={"words": 164}),
            verdict("memo.numbers_traced", OPEN, 3.0,
                    "The number 0.231 in your memo is in no record and no output of this notebook, so a person "
                    "will look at it.",
                    values={"not found": "0.231"}, evidence=(Evidence("trade_off", "… rose to 0.231 while …"),)),
        ),
        cell_result(
            "whole", 0.0,
            verdict("form.ran_in_order", GOOD, 3.0, "The outputs fit the order of the cells."),
            verdict("metrics.near_reference", NONE, 3.0, "There is no reference for this data set."),
        ),
        **{"name": "Ada Lovelace", "metrics": {"tfidf.accuracy": 0.544, "tfidf.macro_f1": 0.132,
                                               "encoder.accuracy": 0.566, "encoder.macro_f1": 0.213,
                                               "encoder.zero_f1_classes": 46.0}, **more},
    )  # fmt: skip


def unreadable_result(submission: str = "pdf", **more: Any) -> Result:
    """A file that is no notebook."""
    return make_result(
        submission,
        **{"status": "unreadable", "family": "", "release": "", "source": f"{submission}.html",
           "remarks": ("This file seems to be a PDF. Export the notebook as HTML and hand that in.",), **more},
    )  # fmt: skip


def make_matches(assignment: Assignment, **sources: str) -> dict[str, Match]:
    """Every cell found as released, those in ``sources`` with the student's text."""
    matches: dict[str, Match] = {}
    for position, cell in enumerate(assignment.cells):
        source = sources.get(cell.key.replace("-", "_"), cell.source)
        found = RecoveredCell(
            position, "code" if cell.cell_type == "code" else "markdown", source, id=cell.key, tags=(cell.tag,)
        )
        matches[cell.key] = Match(cell, found, "id", unchanged=source == cell.source)
    return matches


def make_submission(submission: str, content: bytes = b"", **more: str) -> Submission:
    """A submission with the fields that outputs read."""
    values = {"student": submission, "name": "", "source": f"{submission}.html", "sha256": "ab" * 32, **more}
    return Submission(submission, content=content, **values)  # type: ignore[arg-type]
