"""From a case to the verdicts of its cells. The one place where a check's own fault is caught.

A score is the sum over passed checks. Pending is what a person still decides: undecided checks, checks
that did not apply although the cell gives points for them (a student loses nothing through them), and the
manual points of a cell that somebody worked on.
"""

import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path

from grader.checks import CHECKS, checks_of
from grader.checks.base import Check, Finding
from grader.checks.survival import unless_unread
from grader.evidence.says_little import says_little
from grader.grading.causes import Found, settle
from grader.model import Basis, Case, CellResult, Outcome, Verdict
from grader.reading.answers import is_untouched
from paribus.course.assignment import Cell, CheckPoints

HIDDEN_TESTS = "tasks.hidden_tests"
OPEN = (Outcome.UNDECIDED, Outcome.NOT_APPLICABLE)


def judge(case: Case, checks: Mapping[str, Check] | None = None) -> tuple[CellResult, ...]:
    """Every graded cell of the assignment, in order; ``checks`` are ours and the release's where none are given."""
    known = checks or checks_of(case.assignment)
    return _judge_cells(case, case.assignment.graded(), known)


def judge_cell(case: Case, cell: Cell, checks: Mapping[str, Check] = CHECKS) -> CellResult:
    """One cell's verdicts, score and pending points, as if no other cell were graded."""
    return _judge_cells(case, [cell], checks)[0]


def _judge_cells(case: Case, cells: Sequence[Cell], checks: Mapping[str, Check]) -> tuple[CellResult, ...]:
    found = settle(
        [
            [_decide(case, cell, wanted, checks) for wanted in (*cell.checks, *_of_execution(case, cell))]
            for cell in cells
        ],
        checks,
    )
    return tuple(_summed_up(case, cell, verdicts) for cell, verdicts in zip(cells, found, strict=True))


def _summed_up(case: Case, cell: Cell, verdicts: tuple[Verdict, ...]) -> CellResult:
    score = sum(verdict.points for verdict in verdicts if verdict.outcome is Outcome.PASSED)
    pending = sum(verdict.points for verdict in verdicts if verdict.outcome in OPEN)
    if cell.manual and not is_untouched(case, cell):
        pending += cell.manual
    return CellResult(cell.key, cell.points, score, pending, verdicts, _says_little(case, cell))


def _of_execution(case: Case, cell: Cell) -> tuple[CheckPoints, ...]:
    """The check of hidden tests where they were run and the course gives no points for them: it is shown all the
    same.
    """
    ran = case.executed is not None and cell.key in case.executed
    asked = any(item.check == HIDDEN_TESTS for item in cell.checks)
    return (CheckPoints(HIDDEN_TESTS, 0.0),) if ran and not asked else ()


def _says_little(case: Case, cell: Cell) -> tuple[str, ...]:
    """Why an answer is to be looked at first. Our own fault in it costs nobody a point, and is a reason to look."""
    try:
        return says_little(case, cell)
    except Exception as error:  # noqa: BLE001 - as for a check
        return (f"The grader could not find out whether it says something ({type(error).__name__}).",)


def _decide(case: Case, cell: Cell, wanted: CheckPoints, checks: Mapping[str, Check]) -> Found:
    """Run one check: its verdict and the causes it names. A check that is not there, or breaks, is undecided: the
    grader's fault costs nothing.
    """
    try:
        check = checks[wanted.check]
        found = unless_unread(case, cell, check, check(case, cell, wanted.options))
        return _as_verdict(wanted, found, _basis(case, check)), found.causes
    except Exception as error:  # noqa: BLE001 - the documented boundary between a check and the batch
        broken = Verdict(
            check=wanted.check,
            outcome=Outcome.UNDECIDED,
            because="This check could not be carried out. That is not your fault; your instructor decides.",
            points=wanted.points,
            traceback=describe_error(error),
        )
        return broken, ()


def _basis(case: Case, check: Check) -> str:
    """What a check rests on; "" where it rests on records and the file holds none."""
    return "" if check.basis is Basis.RECORDED and not case.records else check.basis.value


def _as_verdict(wanted: CheckPoints, finding: Finding, basis: str) -> Verdict:
    return Verdict(
        check=wanted.check,
        outcome=finding.outcome,
        because=finding.because,
        points=wanted.points,
        values=finding.values,
        evidence=finding.evidence,
        basis=finding.basis or basis,
        proposal=finding.proposal,
        proposed_because=finding.proposed_because,
    )


def describe_error(error: BaseException) -> str:
    """A traceback without this machine's folders, so that a result is the same wherever it was made."""
    lines = [
        f'  File "{Path(frame.filename).name}", line {frame.lineno}, in {frame.name}\n    {frame.line}'
        for frame in traceback.extract_tb(error.__traceback__)
    ]
    return "\n".join(["Traceback (most recent call last):", *lines, f"{type(error).__name__}: {error}"])
