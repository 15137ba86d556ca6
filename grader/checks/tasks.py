"""Code tasks: the visible tests, unchanged, run after the task, without error."""

from collections.abc import Mapping, Sequence
from typing import Any

from grader.checks.base import Finding, check, failed, not_applicable, passed, proposed, shorten, undecided
from grader.checks.doubts import doubts_of, evidence_of, with_doubts
from grader.checks.faults import ended_in, never_run
from grader.checks.survival import code_cells, hand_in, never_ran
from grader.code.answers import suspicious_answers
from grader.code.selfchecks import replaced_checks
from grader.evidence.tested import error_in_words, find_tested, like_an_error, says_when_passed
from grader.model import Case, Evidence, Match, Outcome, Output, RecoveredCell
from paribus.course.assignment import Cell


@check("tasks.tests_passed", "Its tests passed", options={"task": "text"}, basis="shown")
def tests_passed(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
    """The tests below your code are as released, ran after it, and ended without an error."""
    tests = case.matches.get(cell.key)
    task_key = str(options.get("task") or cell.grades)
    task = case.matches.get(task_key)
    if tests is None or tests.recovered is None:
        return undecided(f"The tests of {task_key} are not in your file. Hand in the notebook with all its cells.")
    evidence = [Evidence(cell.key, f"[{_count(tests)}]")]
    if tests.unchanged is None:
        return undecided(
            "Your file does not hold all the code of the tests, so they cannot be compared.", {}, evidence
        )
    if not tests.unchanged:
        return undecided(
            f"The tests of {task_key} differ from the released ones, so their result says little. "
            "A person compares them; restore the cell if you can.",
            {},
            [Evidence(cell.key, shorten(tests.recovered.source))],
        )
    if (replaced := replaced_checks(case, tests.recovered.position)) is not None:
        return undecided(replaced.because, {}, evidence_of(case, [replaced]))
    values = {"tests_ran_as": tests.recovered.count, "task_ran_as": _count(task)}
    if (error := first_error(tests)) is not None:
        quoted = error_line(error)
        return failed(
            f"The tests of {task_key} stopped with: {quoted}",
            {**values, "error": quoted},
            [Evidence(cell.key, quoted)],
            [ended_in(quoted)],
        )
    if (copy := _failing_copy(case, task, tests)) is not None:
        return undecided(
            f"The tests of {task_key} are in your file more than once, and another copy, {copy.cell}, stopped "
            f"with: {copy.text}. A person looks which of them counts; delete the copy you do not need.",
            {**values, "error": copy.text},
            [*evidence, copy],
        )
    if task is not None and says_when_passed(cell):
        return _as_recorded(case, task, tests, values)
    return _ran_after(case, task, tests, task_key, values)


@check(
    "tasks.hidden_tests", "Further tests passed", options={"task": "text"}, public=False, basis="shown",
    withheld={
        "passed": "Tests of your code that the notebook does not show passed as well.",
        "failed": "A test of your code that the notebook does not show did not pass.",
        "undecided": "Tests of your code that the notebook does not show could not be run.",
    },
)  # fmt: skip
def hidden_tests(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
    """Your code also passes tests that the notebook does not show, where your instructor runs them."""
    task = str(options.get("task") or cell.grades)
    if case.executed is None:
        return undecided(f"The hidden tests of {task} were not run: `paribus grade --run-tests` runs them.")
    found = case.executed.get(cell.key)
    if found is None:
        return not_applicable(f"There are no hidden tests of {task}.")
    values = {"tests": found.tests, "also_ran": list(found.unsure)}
    if not found.ran:
        return undecided(f"The tests of {task} could not be run here: {shorten(found.why)}.", values)
    evidence = [Evidence(cell.key, shorten(found.visible or found.hidden or f"{found.tests} tests passed"))]
    if found.visible:
        return undecided(
            f"The visible tests of {task} do not pass where they were run again: {shorten(found.visible)} A person "
            "looks whether the code or the place is the reason.",
            values,
            evidence,
        )
    if found.hidden:
        return failed(f"A hidden test of {task} does not pass: {shorten(found.hidden)}", values, evidence)
    return passed(f"All {found.tests} tests of {task} passed, the hidden ones too.", values, evidence)


def _as_recorded(case: Case, task: Match, tests: Match, values: dict[str, Any]) -> Finding:
    """Tests that show a record when they have passed: it decides, and without it nothing is passed."""
    key, found = task.cell.key, find_tested(case, tests, task)
    counted = _ran_after(case, task, tests, key, values)
    if found is None:
        if words := error_in_words(tests.recovered):
            quoted = shorten(words)
            because = f"The tests of {key} stopped with: {quoted}"
            return failed(because, {**values, "error": quoted}, [Evidence(tests.cell.key, quoted)])
        return counted if counted.outcome is not Outcome.PASSED else _nothing_says_so(case, tests, counted, key)
    if counted.outcome is Outcome.FAILED or task.unchanged or any(item.cut for item in code_cells(case)):
        return counted
    values = {**counted.values, "tests": found.tests}
    if not found.same_tests or not found.same_code:
        what = "code on your page" if found.same_tests else "tests on your page"
        return undecided(
            f"The record below the tests of {key} is of another run: the {what} changed since. Run both cells "
            "again, then hand in again.",
            values,
            counted.evidence,
        )
    passing = passed(
        f"{found.tests} of {found.tests} tests of {key} passed on this code.", values, counted.evidence
    )
    return with_doubts(passing, doubts_of(case, tuple(suspicious_answers(case, key))))


def _failing_copy(case: Case, task: Match | None, tests: Match) -> Evidence | None:
    """Another cell that claims to be these tests and shows an error from after the task's last run.

    Markup in an output can pretend to be a cell, and nobody can tell which of two cells is the real one.
    """
    ran = task.recovered.count if task is not None and task.recovered is not None else None
    for position in tests.duplicates:
        copy = case.notebook.cells[position]
        error = next((output for output in copy.outputs if output.kind == "error"), None)
        if error is not None and (copy.count is None or ran is None or copy.count > ran):
            return Evidence(case.cell_name(position), error_line(error))
    return None


def _ran_after(case: Case, task: Match | None, tests: Match, task_key: str, values: dict[str, Any]) -> Finding:
    """Hold the execution counts of a task and its tests against each other, as far as the file kept them."""
    evidence = [Evidence(tests.cell.key, f"[{_count(tests)}]"), Evidence(task_key, f"[{_count(task)}]")]
    shown = tests.recovered
    if shown is None or task is None or task.recovered is None:
        return undecided(f"The cell of {task_key} was not found in your file.", values, evidence)
    untouched = task.unchanged is True
    if untouched and shown.count is None and not (shown.survived.outputs and not shown.survived.count):
        # Nothing was done here, whether or not the file shows what ran.
        told = f"{task_key} is as it was released: it was not done."
        return failed(told, values, evidence, [never_run(task_key)] if task.recovered.count is None else [])
    if shown.count is None:
        if not never_ran(shown):
            return undecided(f"Your file does not tell whether the tests ran. {hand_in(case)}", values, evidence)
        because = f"{task_key} has tests that never ran: run the cell below your code, then hand in again."
        return failed(because, values, evidence)
    if task.recovered.count is None:
        if not never_ran(task.recovered):
            return undecided(f"Your file does not tell whether your code ran. {hand_in(case)}", values, evidence)
        told = f"The code of {task_key} never ran, so the tests say nothing of it."
        return failed(told, values, evidence, [never_run(task_key)])
    if shown.count < task.recovered.count:
        return failed(
            f"The tests of {task_key} ran as [{shown.count}], before your code as "
            f"[{task.recovered.count}]: run them again after the last change.",
            values,
            evidence,
        )
    return _as_seen(case, shown, values, evidence, task_key=task_key, untouched=untouched)


def _as_seen(
    case: Case,
    shown: RecoveredCell,
    values: dict[str, Any],
    evidence: list[Evidence],
    *,
    task_key: str,
    untouched: bool,
) -> Finding:
    """The tests ran after the code and show no error: would one have been seen, and code that undoes them?"""
    if not shown.survived.outputs:
        return undecided(
            f"The outputs of the tests of {task_key} may have been taken out of your file, and an error would "
            f"are there. {hand_in(case)}",
            values,
            evidence,
        )
    if any(cell.cut for cell in code_cells(case)):
        return undecided(
            f"The tests of {task_key} show no error, but some code of your file cannot be read. A person looks "
            "whether the self-checks are as released.",
            values,
            evidence,
        )
    if words := error_in_words(shown) or like_an_error(shown):
        return _seems_to_have_stopped(task_key, words, values, [*evidence, _quote(case, shown, words)])
    if untouched:
        return undecided(
            f"{task_key} is as released, yet its tests show no error. A person looks at it.", values, evidence
        )
    found = passed(f"The tests of {task_key} ran after your code and ended without an error.", values, evidence)
    return with_doubts(found, doubts_of(case, tuple(suspicious_answers(case, task_key))))


def _nothing_says_so(case: Case, tests: Match, counted: Finding, key: str) -> Finding:
    """Tests that ran after the code, without the record that they passed."""
    shown = tests.recovered
    if shown is not None and (words := like_an_error(shown)):
        return _seems_to_have_stopped(key, words, counted.values, [*counted.evidence, _quote(case, shown, words)])
    return undecided(
        f"The tests of {key} ran, and your file does not show that they passed. Run them again, and hand in the "
        "notebook with the line in which they say so.",
        counted.values,
        counted.evidence,
    )


def _quote(case: Case, cell: RecoveredCell, words: str) -> Evidence:
    return Evidence(case.cell_name(cell.position), shorten(words))


def _seems_to_have_stopped(
    task_key: str, words: str, values: Mapping[str, Any], evidence: Sequence[Evidence]
) -> Finding:
    """Words that read like an error, which nothing else on the page says."""
    quoted = shorten(words)
    found = undecided(
        f"Below the tests of {task_key} is what reads like the end of an error: {quoted}. A person looks.",
        {**values, "error": quoted},
        list(evidence),
    )
    return proposed(found, Outcome.FAILED, f"the tests seem to have stopped with {quoted}")


def first_error(match: Match) -> Output | None:
    """The cell's first error output."""
    outputs = match.recovered.outputs if match.recovered is not None else ()
    return next((output for output in outputs if output.kind == "error"), None)


def error_line(error: Output) -> str:
    """The last line of a traceback: the error's name and message."""
    lines = [line.strip() for line in error.text.strip().splitlines() if line.strip()]
    named = [line for line in lines if ":" in line and line.split(":")[0].rsplit(".", 1)[-1].isidentifier()]
    wanted = [line for line in named if line.split(":")[0].endswith(("Error", "Exception", "Yet", "Interrupt"))]
    return shorten((wanted or lines or [error.name or "an error"])[-1])


def _count(match: Match | None) -> int | str:
    if match is None or match.recovered is None or match.recovered.count is None:
        return " "
    return match.recovered.count
