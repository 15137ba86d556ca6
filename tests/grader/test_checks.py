"""Every check on its cases: a folder a check, a JSON file a case; adding a file adds a test."""

import re
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from grader.checks import CHECKS, collect
from grader.checks.base import Finding, check
from grader.checks.form import text
from grader.errors import CheckTableError
from grader.model import Case
from paribus.course.assignment import Cell
from paribus.metrics.registry import SHIPPED_REGISTRY
from tests.grader.build import CASES, build, load

FILES = sorted(path for path in CASES.glob("*/*.json") if not path.parent.name.startswith("_"))
INTERNAL = [name for name in SHIPPED_REGISTRY.metrics if "_" in name]
"""What a metric is called in records and code, and not to a person."""
KINDS = ("passing", "failing", "undecidable", "disguised")


def run(raw: dict[str, Any], name: str) -> Finding:
    case = build(raw)
    return CHECKS[name](case, case.assignment.cell(raw["at"]), raw.get("options", {}))


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_case(path: Path) -> None:
    """The verdict, words of its reason and its values are those that the case expects."""
    raw = load(path)
    found = run(raw, path.parent.name)
    expected = raw["expect"]
    assert found.outcome == expected["outcome"], found.because
    for words in expected.get("because", ()):
        assert words in found.because
    for name, value in expected.get("values", {}).items():
        assert found.values[name] == value
    said = f"{found.because} {found.proposed_because}"
    assert not [name for name in INTERNAL if re.search(rf"(?<![.\w]){name}\b", said)], f"a student reads {said}"


# A reference band is never a reason to fail: outside of it a person looks.
NEVER_FAILS = frozenset({"metrics.near_reference"})
# What two submissions have in common is no verdict on one of them: tests/grader/test_copied.py has its cases.
OVER_THE_CLASS = frozenset({"integrity.copied"})


@pytest.mark.parametrize("name", sorted(set(CHECKS) - OVER_THE_CLASS))
def test_every_check_has_a_case_of_every_kind(name: str) -> None:
    """A check without a passing, a failing, an undecidable and a disguised case is not finished."""
    kinds = {load(path)["kind"] for path in (CASES / name).glob("*.json")}
    wanted = set(KINDS) - ({"failing"} if name in NEVER_FAILS else set())
    assert wanted <= kinds


def test_every_folder_of_cases_is_a_check() -> None:
    """A renamed check takes its cases along."""
    assert {path.parent.name for path in FILES} == set(CHECKS) - OVER_THE_CLASS


@pytest.mark.parametrize("change", [{}, {"without_records": True}, {"data": {}}, {"family": "colab-page"}])
@pytest.mark.parametrize("base", ["homework", "seeds", "diagnosis"])
def test_every_check_survives_every_cell(base: str, change: dict[str, Any]) -> None:
    """No check breaks on a cell that it was not made for, and each gives a reason."""
    case = build({**load(CASES / "_bases" / f"{base}.json"), **change})
    for cell in case.assignment.cells:
        for item in CHECKS.values():
            assert item(case, cell, {}).because


def test_a_check_without_a_sentence_for_the_student_is_refused() -> None:
    """The docstring is what the student reads."""

    def silent(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
        raise AssertionError  # never called

    with pytest.raises(CheckTableError, match="no docstring"):
        check("form.silent", "Silent")(silent)


@pytest.mark.parametrize("title", ["", "  "])
def test_a_check_without_a_title_for_people_is_refused(title: str) -> None:
    """A page would call it by nothing."""
    with pytest.raises(CheckTableError, match=r"'form\.silent' has no title: give @check a few words"):
        check("form.silent", title)


def test_no_two_checks_share_a_title() -> None:
    """A student could not tell them apart."""
    assert len({item.title for item in CHECKS.values()}) == len(CHECKS)


def test_two_checks_of_one_name_are_refused() -> None:
    """The table is explicit: a name stands for one function."""
    with pytest.raises(CheckTableError, match="Two checks are called"):
        collect((text, text))


def test_a_check_in_another_family_is_refused() -> None:
    """A check stands in the module of its family."""
    stray = ModuleType("grader.checks.stray")
    stray.__dict__["headings"] = text.headings
    with pytest.raises(CheckTableError, match="move it to its family"):
        collect((stray,))
