"""Whatever reading the code can find stands in the cases: a faulty program that shows it beside an honest twin.

`test_programs` holds that no honest twin is marked at all.
"""

import ast
import importlib
import pkgutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import grader.code
import paribus.check.code
from grader.code.answers import suspicious_answers
from grader.code.by_name import reached_by_name
from grader.code.digests import other_code
from grader.code.extremes import best_of_seeds
from grader.code.judged import misjudged
from grader.code.leaks import leaks
from grader.code.looks import helper_looks
from grader.code.reading import about_experiment
from grader.code.selfchecks import handled_errors, replaced_checks
from grader.code.typed_in import typed_in
from grader.code.unequal import unequal_arms
from grader.code.writers import edited_records
from grader.evidence.runs import experiment_keys
from grader.model import Case
from paribus.check.code.findings import CodeFinding, Kind
from paribus.course.assignment import Role
from tests.grader.program_cases import cases, submitted

PACKAGES = (paribus.check.code, grader.code)
MAKERS = frozenset({"CodeFinding", "suspected", "_finding", "_leak"})
"""What makes a finding; the others are short forms of the first."""
Place = tuple[str, int, int]


def places() -> Iterator[Place]:
    """Every place of the code at which a finding is made: file, first and last line."""
    for path in sorted(path for package in PACKAGES for path in Path(package.__path__[0]).glob("*.py")):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(function, ast.FunctionDef) and function.name not in MAKERS:
                yield from (
                    (str(path), call.lineno, call.end_lineno or call.lineno)
                    for call in ast.walk(function)
                    if isinstance(call, ast.Call) and getattr(call.func, "id", "") in MAKERS
                )


def read(case: Case, vary: str) -> None:
    """Ask for everything that can be found in one notebook."""
    for key in experiment_keys(case):
        about_experiment(case, key, vary)
    of_values = (typed_in, unequal_arms, best_of_seeds, misjudged)
    of_the_notebook = (leaks, reached_by_name, helper_looks, edited_records, other_code, handled_errors)
    for detect in (*of_values, *of_the_notebook):
        detect(case)
    for cell in case.assignment.cells:
        found = case.matches[cell.key].recovered if cell.key in case.matches else None
        if cell.role is Role.TESTS and found is not None:
            replaced_checks(case, found.position)
            list(suspicious_answers(case, cell.grades))


@pytest.mark.long
def test_every_finding_has_a_faulty_case_with_an_honest_twin(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reads every faulty program once more, which takes some seconds: a finding does not tell where it was made."""
    made: set[tuple[str, int]] = set()
    kinds: set[Kind] = set()

    def noted(kind: Kind, *rest: Any, **named: Any) -> CodeFinding:  # a finding's own
        frame = sys._getframe(1)
        while frame.f_code.co_name in MAKERS and frame.f_back is not None:
            frame = frame.f_back
        made.add((frame.f_code.co_filename, frame.f_lineno))
        kinds.add(kind)
        return CodeFinding(kind, *rest, **named)

    for package in PACKAGES:
        for module in pkgutil.iter_modules(package.__path__):
            named = importlib.import_module(f"{package.__name__}.{module.name}")
            monkeypatch.setattr(named, "CodeFinding", noted, raising=False)
    for example in cases():
        if example.raw.get("faulty"):
            assert example.raw.get("honest") or example.raw.get("ran")
            read(submitted(example, "faulty"), str(example.raw.get("vary", "learning_rate")))
    missing = [
        (file, first) for file, first, last in places()
        if not any(name == file and first <= line <= last for name, line in made)
    ]  # fmt: skip
    assert missing == []
    assert kinds == set(Kind)
