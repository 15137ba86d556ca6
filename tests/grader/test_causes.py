"""One cause costs once: a fault that two checks see takes points in one of them."""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.checks import CHECKS
from grader.checks.base import Check
from grader.grading.causes import settle
from grader.grading.judge import judge
from grader.model import Case, Outcome, Verdict
from paribus.course.assignment import CheckPoints
from paribus.course.declared import declared_in, require_order
from paribus.course.errors import CatalogError
from tests.grader.build import CASES, build, load

PAIRS = tomllib.loads((CASES / "_causes.toml").read_text(encoding="utf-8"))["pair"]
named = pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair["about"])


def places(text: str) -> list[tuple[str, str]]:
    """("check", "cell") of "check, check at cell"."""
    checks, _, cell = text.partition(" at ")
    return [(check, cell) for check in checks.split(", ")]


def outcomes(case: Case, wanted: Sequence[tuple[str, str]], options: Mapping[str, Any]) -> dict[str, Verdict]:
    """The verdicts of these checks, each for a point, where no other check is asked."""
    cells = tuple(
        replace(
            cell,
            checks=tuple(CheckPoints(name, 1.0, dict(options)) for name, key in wanted if key == cell.key),
            points=float(sum(key == cell.key for _, key in wanted)),
        )
        for cell in case.assignment.cells
    )
    found = judge(replace(case, assignment=replace(case.assignment, cells=cells)))
    return {verdict.check: verdict for cell in found for verdict in cell.verdicts}


def with_fault(pair: Mapping[str, Any]) -> Case:
    raw = load(CASES / f"{pair['case']}.json")
    text = json.dumps(raw)
    for old, new in pair.get("replace", ()):
        assert old in text
        text = text.replace(old, new)
    raw = json.loads(text)
    for place, value in pair.get("change", {}).items():
        _, key, name = place.split("/")
        raw["cells"][key][name] = value
    return build(raw)


@named
def test_one_fault_takes_points_in_one_check(pair: Mapping[str, Any]) -> None:
    """What comes after says why it does not count, and a person decides over its points."""
    costs, ((spared, where),) = places(pair["costs"]), places(pair["spared"])
    found = outcomes(with_fault(pair), [*costs, (spared, where)], {})
    assert [found[name].outcome for name, _ in costs] == [Outcome.FAILED] * len(costs)
    assert found[spared].outcome is Outcome.NOT_APPLICABLE, found[spared].because
    assert f"“{CHECKS[costs[0][0]].title}”" in found[spared].because
    assert "one fault costs once" in found[spared].because


@named
def test_another_fault_costs_of_its_own(pair: Mapping[str, Any]) -> None:
    """The true twin: the check that is spared above fails where the fault is its own, or costs nowhere else."""
    raw = load(CASES / f"{pair['twin']}.json")
    ((spared, where),) = places(pair["spared"])
    costs = [item for item in places(pair["costs"]) if item[0] not in pair.get("twin_without", ())]
    assert outcomes(build(raw), [*costs, (spared, where)], raw.get("options", {}))[spared].outcome is Outcome.FAILED


@pytest.mark.parametrize("base", ["homework", "seeds"])
def test_where_nothing_is_wrong_nothing_is_spared(base: str) -> None:
    wanted = [*{place for pair in PAIRS for part in ("costs", "spared") for place in places(pair[part])}]
    found = outcomes(build(load(CASES / "_bases" / f"{base}.json")), wanted, {})
    assert not [item.because for item in found.values() if "one fault costs once" in item.because]


def test_a_check_without_points_takes_none_so_the_next_one_does() -> None:
    checks = order("first.a", "second.b")
    found = [[fault("first.a", "x", points=0.0), fault("second.b", "x")]]
    assert [item.outcome for item in settle(found, checks)[0]] == [Outcome.FAILED, Outcome.FAILED]


def test_a_verdict_that_is_not_failed_costs_nothing() -> None:
    checks = order("first.a", "second.b")
    open_one = replace(fault("first.a", "x")[0], outcome=Outcome.UNDECIDED)
    found = [[(open_one, ("x",)), fault("second.b", "x")]]
    assert settle(found, checks)[0][1].outcome is Outcome.FAILED


NAMES = ("first.a", "second.b", "third.c")


@given(
    seen=st.lists(st.sets(st.sampled_from("uvwx"), max_size=3), min_size=3, max_size=3),
    by=st.sets(st.integers(0, 2)), places=st.permutations(range(3)),
)  # fmt: skip
def test_one_more_fault_lowers_the_points_of_one_check_at_most(
    seen: list[set[str]], by: set[int], places: list[int]
) -> None:
    """Whoever sees the fault, beside whatever other faults, and in whatever order the cells stand."""
    checks = order(*NAMES)

    def failing(causes: Sequence[set[str]]) -> set[str]:
        cells = [[fault(NAMES[at], *sorted(causes[at]))] for at in places if causes[at]]
        return {item.check for cell in settle(cells, checks) for item in cell if item.outcome is Outcome.FAILED}

    more = [causes | ({"new"} if at in by else set()) for at, causes in enumerate(seen)]
    assert len(failing(more)) <= len(failing(seen)) + 1
    assert failing(more) or not any(more)


def order(*names: str) -> dict[str, Check]:
    """Checks each of which comes after those before it."""
    blank = next(iter(CHECKS.values()))
    return {name: replace(blank, name=name, title=name, after=names[:at]) for at, name in enumerate(names)}


def fault(check: str, *causes: str, points: float = 1.0) -> tuple[Verdict, tuple[str, ...]]:
    return Verdict(check, Outcome.FAILED, "It is wrong.", points), causes


def test_our_checks_come_after_checks_that_are_there() -> None:
    for item in CHECKS.values():
        assert set(item.after) <= set(CHECKS)


@pytest.mark.parametrize(
    ("after", "told"),
    [
        ('after=("own.unit",)', r"own\.range says after='own\.unit'.*own\.units"),
        ("after=3", r"after= of own\.range is 3; expected names of checks"),
        ('after=("own.units",)', r"come after one another; take a name out"),
    ],
)
def test_an_order_that_cannot_be_is_refused(after: str, told: str) -> None:
    """A name that is not there, no names at all, and two checks that wait for each other."""
    text = f'''
@check("own.units", "Units", after=("own.range",))
def units(case, cell, options):
    """Units."""

@check("own.range", "Range", {after})
def ranges(case, cell, options):
    """A range."""
'''
    with pytest.raises(CatalogError, match=told):
        require_order({item.name: item for item in declared_in(text, "checks.py")}, "checks.py")
