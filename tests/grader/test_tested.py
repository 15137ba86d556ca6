"""Passing is shown by a record of the code that passed; without it a tests cell has not passed."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import nbformat
import pytest
from nbconvert import HTMLExporter

from grader.checks import tasks
from grader.checks.base import Finding
from grader.evidence.tested import ends_in_words, error_in_words
from grader.grading.match import match
from grader.model import ALL_SURVIVED, Case, FoundRecord, Outcome, Output, Recovered, RecoveredCell
from grader.recover import recover
from grader.recover.survival import mark_survival
from paribus.course.assignment import Assignment, Cell, CheckPoints, Role
from paribus.records.code import cell_digest
from paribus.records.record import Record

STUB = "def double(number):\n    raise NotImplementedError('not done')"
DONE = "def double(number):\n    return 2 * number"
TESTS = 'selfcheck.equal(double(2), 4, "two")\nnotebook.tested("double")'
CHECKS = (CheckPoints("tasks.tests_passed", 2.0),)
CELLS = (
    Cell("double", Role.TASK, "code", STUB),
    Cell("double-tests", Role.TESTS, "code", TESTS, points=2.0, grades="double", checks=CHECKS),
)
ASSIGNMENT = Assignment("week1_homework", "Week 1", "week1", "homework", "smoke", CELLS, release="abc")
SHOWN = Output("display", "1 of 1 tests passed.")
PRINTED = "NotRightYet: Two: expected 4, got 5. Look at the cell above."


def record(task: str = DONE, tests: str = TESTS, **more: Any) -> Record:  # Record's own fields
    fields: dict[str, Any] = {
        "kind": "tests", "assignment": "week1_homework", "release": "abc", "nonce": "n", "run": "t1",
        "run_name": "double", "code": {"task": cell_digest(task), "tests": cell_digest(tests)},
        "values": {"tests": 1.0, "passed": 1.0, "count": 2.0},
    }  # fmt: skip
    return Record(**{**fields, **more})


def judge(
    shown: Record | None,
    *outputs: Output,
    task: str = DONE,
    counts: Sequence[int | None] = (1, 2),
    tests: str = TESTS,
) -> Finding:
    """What the check says of a task and its tests with these outputs and this record."""
    cells = (replace(CELLS[0]), replace(CELLS[1], source=tests))
    handed = tuple(
        RecoveredCell(
            position, "code", source, count=counts[position], outputs=given, id=cell.key, tags=(cell.tag,)
        )
        for position, (cell, source, given) in enumerate(zip(cells, (task, tests), ((), outputs), strict=True))
    )
    printing = RecoveredCell(2, "code", "print(1)", count=counts[0], outputs=(said("1", "stdout"),))
    recovered = Recovered("ipynb", mark_survival((*handed, printing), ALL_SURVIVED))
    assignment = replace(ASSIGNMENT, cells=cells)
    matches, unmatched = match(assignment, recovered)
    records = () if shown is None else (FoundRecord(1, shown),)
    return tasks.tests_passed(Case(assignment, {}, recovered, matches, unmatched, records), cells[1], {})


def said(text: str, name: str = "stderr") -> Output:
    return Output("stream", text, name=name)


PASSED, FAILED, OPEN = Outcome.PASSED, Outcome.FAILED, Outcome.UNDECIDED
TRIPLE = DONE.replace("2", "3")


@pytest.mark.parametrize(
    ("shown", "outputs", "more", "expected", "words"),
    [
        (record(), [SHOWN], {}, PASSED, "1 of 1 tests of double passed"),
        (record(), [SHOWN], {"counts": (None, None)}, PASSED, "1 of 1"),
        (record(), [SHOWN], {"task": f"# mine\n{DONE}"}, PASSED, "1 of 1"),
        (record(), [SHOWN, said(PRINTED)], {}, PASSED, "1 of 1"),
        (record(), [SHOWN], {"task": TRIPLE}, OPEN, "changed since"),
        (record(tests="assert True"), [SHOWN], {}, OPEN, "tests on your page"),
        (record(), [SHOWN], {"counts": (5, 2)}, FAILED, "before your code"),
        (record(run_name="triple"), [SHOWN], {}, OPEN, "does not show that"),
        (record(task=STUB), [SHOWN], {"task": STUB}, OPEN, "is as released"),
        (None, [], {}, OPEN, "does not show that they passed"),
        (None, [said(PRINTED)], {}, FAILED, "stopped with: NotRightYet"),
        (None, [said(PRINTED, "stdout")], {}, FAILED, "stopped with: NotRightYet"),
        (None, [said("ValueError")], {}, FAILED, "stopped with: ValueError"),
        (None, [said("Warning: none")], {}, OPEN, "does not show that they passed"),
    ],
    ids=[
        "a record of this code", "counts were stripped", "a comment was added", "a passing test prints an error",
        "other code on the page", "other tests ran", "the code ran after its tests", "another task's record",
        "the stub with a record", "no record", "an error in plain words", "on the other stream",
        "an error of Python's", "words that are no error",
    ],
)  # fmt: skip
def test_passing_is_shown(
    shown: Record | None, outputs: list[Output], more: dict[str, Any], expected: Outcome, words: str
) -> None:
    found = judge(shown, *outputs, **more)
    assert found.outcome is expected
    assert words in found.because


OLDER = 'selfcheck.equal(double(2), 4, "two")'


def test_tests_of_an_older_release_are_judged_as_before() -> None:
    assert judge(None, tests=OLDER).outcome is PASSED
    assert judge(None, said("doubling 2", "stdout"), tests=OLDER).outcome is PASSED


@pytest.mark.parametrize(
    "output", [said(PRINTED), said(f"\n{PRINTED}\n"), said("NotRightYet: Two: exp…", "stdout")]
)
def test_words_of_an_error_below_the_tests_of_an_older_release_are_for_a_person(output: Output) -> None:
    """Plain, colourless, cut short: the page shows them, and does not show that nothing else printed them."""
    found = judge(None, output, tests=OLDER)
    assert (found.outcome, found.proposal) == (OPEN, "failed")
    assert "reads like the end of an error: NotRightYet: Two" in found.because


LIKE_ERRORS = [
    "OutOfMemoryError: CUDA out of memory.",
    "sklearn.exceptions.NotFittedException: fit it first",
    "Fehler (ValueError): ungültig",
    "Fehler: AssertionError: erwartet 0.1",
    'Traceback (most recent call last):\n  File "x", line 3, in f\n    return 1/0',
    "\x1b[0;31mSomeError\x1b[0m: it broke",
]


@pytest.mark.parametrize("line", LIKE_ERRORS)
@pytest.mark.parametrize("tests", [TESTS, OLDER])
def test_what_looks_like_an_error_on_stderr_below_tests_is_for_a_person(line: str, tests: str) -> None:
    """Of a library, translated, coloured, or a traceback whose end is not there; with a record it is no matter."""
    found = judge(None, said(line), tests=tests)
    assert (found.outcome, found.proposal) == (OPEN, "failed")
    assert "reads like the end of an error" in found.because
    assert judge(record(), SHOWN, said(line)).outcome is PASSED


@pytest.mark.parametrize(
    "line",
    ["UserWarning: a path is deprecated", "no error: ValueError handled", "Error rate: 0.2", "epoch 1: loss 0.3"],
)
def test_warnings_and_numbers_on_stderr_are_no_errors(line: str) -> None:
    assert judge(None, said(line), tests=OLDER).outcome is PASSED
    assert judge(None, said("CudaError: it broke", "stdout"), tests=OLDER).outcome is PASSED


@pytest.mark.parametrize("template", ["lab", "classic"])
def test_an_error_in_ipythons_minimal_mode_is_read_from_an_export(template: str) -> None:
    """`%xmode Minimal` writes the last line alone, and nbconvert shows it as it shows stderr."""
    error = nbformat.v4.new_output("error", ename="NotRightYet", evalue="Two", traceback=[f"\n{PRINTED}"])
    cell = nbformat.v4.new_code_cell(TESTS, execution_count=1, outputs=[error])
    page = HTMLExporter(template_name=template).from_notebook_node(nbformat.v4.new_notebook(cells=[cell]))[0]
    (read,) = recover(page.encode(), "a.html").cells
    assert error_in_words(read) == PRINTED
    assert ends_in_words(read) == PRINTED or read.outputs[0].kind == "error"
