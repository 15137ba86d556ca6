"""From checks to points: what counts, what waits, and whose fault a broken check is."""

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from grader.checks import CHECKS
from grader.checks.base import Check, Finding, failed, not_applicable, passed, plain, undecided
from grader.grading.judge import judge, judge_cell
from grader.model import Case, Outcome
from paribus.course.assignment import Cell, CheckPoints
from tests.grader.build import CASES, build, load


@pytest.fixture(name="case")
def homework() -> Case:
    """An honest homework."""
    return build(load(CASES / "_bases" / "homework.json"))


def table(**findings: Finding | Exception) -> Mapping[str, Check]:
    """Checks that always say the same."""

    def make(name: str, finding: Finding | Exception) -> Check:
        def say(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
            if isinstance(finding, Exception):
                raise finding
            return finding

        return Check(f"form.{name}", f"Form {name}", say, "says something")

    return {f"form.{name}": make(name, finding) for name, finding in findings.items()}


def graded(case: Case, key: str, manual: float = 0.0, **points: float) -> Cell:
    """A cell with points for checks."""
    checks = tuple(CheckPoints(f"form.{name}", value) for name, value in points.items())
    return replace(case.assignment.cell(key), checks=checks, manual=manual, points=sum(points.values()) + manual)


def test_a_score_is_the_sum_over_passed_checks(case: Case) -> None:
    """Failed earns nothing, undecided waits, and so does what did not apply."""
    checks = table(a=passed("yes"), b=failed("no"), c=undecided("perhaps"), d=not_applicable("nothing to see"))
    result = judge_cell(case, graded(case, "memo", a=3, b=2, c=1, d=0.5), checks)
    assert (result.points, result.score, result.pending) == (6.5, 3, 1.5)
    assert [verdict.outcome for verdict in result.verdicts] == ["passed", "failed", "undecided", "not_applicable"]


def test_an_exception_in_a_check_goes_to_the_instructor_and_costs_nothing(case: Case) -> None:
    """Undecided, with a traceback that names no folder of the grading machine."""
    result = judge_cell(case, graded(case, "memo", a=3), table(a=RuntimeError("boom")))
    verdict = result.verdicts[0]
    assert (verdict.outcome, result.score, result.pending) == (Outcome.UNDECIDED, 0, 3)
    assert "RuntimeError: boom" in verdict.traceback
    assert 'File "test_judge.py"' in verdict.traceback
    assert "boom" not in verdict.because


def test_a_check_that_is_not_there_is_undecided(case: Case) -> None:
    """A release of a newer version may ask for a check that this version lacks."""
    result = judge_cell(case, graded(case, "memo", unknown=2), {})
    assert result.verdicts[0].outcome is Outcome.UNDECIDED
    assert "KeyError" in result.verdicts[0].traceback


def test_manual_points_of_an_answer_wait_for_a_person(case: Case) -> None:
    """Quality of argument is for a person."""
    assert judge_cell(case, graded(case, "memo", manual=5, a=1), table(a=passed("yes"))).pending == 5


def test_manual_points_of_an_untouched_memo_wait_for_nobody() -> None:
    """What was cleanly recovered and stands as released is not done."""
    raw = load(CASES / "_bases" / "homework.json")
    raw["cells"]["memo"]["handed"] = raw["cells"]["memo"]["released"]
    case = build(raw)
    assert judge_cell(case, graded(case, "memo", manual=5), {}).pending == 0


def test_manual_points_of_a_missing_memo_wait_for_a_person() -> None:
    """What an export may have lost costs nothing."""
    raw = load(CASES / "_bases" / "homework.json")
    raw["cells"]["memo"]["missing"] = True
    case = build(raw)
    assert judge_cell(case, graded(case, "memo", manual=5), {}).pending == 5


def test_judge_takes_the_graded_cells_in_order(case: Case) -> None:
    """Cells without points or checks have no result."""
    cells = (case.assignment.cells[0], graded(case, "memo", a=1), graded(case, "last", a=2))
    results = judge(replace(case, assignment=replace(case.assignment, cells=cells)), table(a=passed("yes")))
    assert [(result.key, result.score) for result in results] == [("memo", 1), ("last", 2)]


def test_values_of_a_finding_are_plain_json() -> None:
    """Sets in order, numbers that are not finite as text, anything else as text."""
    values = plain({"a": {3, 1}, 2: float("nan"), "c": (1.5, None, True), "d": Outcome.PASSED, "e": object})
    assert values["a"] == [1, 3]
    assert values["2"] == "nan"
    assert values["c"] == [1.5, None, True]
    assert values["d"] == "passed"
    assert isinstance(values["e"], str)


@pytest.mark.parametrize(
    "text",
    ["[" * 180_000, "<!--" * 45_000, "# " + " " * 180_000 + "x", "(" * 180_000, "a" * 180_000, "1," * 90_000,
     "_a" * 90_000, "<a " * 60_000, "macro-F1 of the encoder is 0.51 and " * 5_000, "| a | 0.3 |\n" * 15_000],
    ids=lambda text: text[:12].strip(),
)  # fmt: skip
def test_a_text_made_to_be_slow_is_judged_all_the_same(text: str) -> None:
    """Bounded work on whatever stands in a cell, and no check breaks on it (the limit only catches a hang)."""
    raw = load(CASES / "_bases" / "homework.json")
    for key in ("template", "memo", "last"):
        raw["cells"][key]["handed"] = text
    raw["cells"]["rescue-run"]["handed"] = text.replace("1,", "\n")
    case = build(raw)
    began = time.monotonic()
    for name in CHECKS:
        key = "template" if name.startswith(("experiments", "seeds")) else "memo"
        result = judge_cell(case, replace(case.assignment.cell(key), checks=(CheckPoints(name, 1.0),)))
        assert not result.verdicts[0].traceback
    assert time.monotonic() - began < 20
