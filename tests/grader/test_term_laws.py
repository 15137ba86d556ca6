"""What holds of every term's grade, whatever the class: laws, with drawn weeks, weights and excuses."""

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.lms.grades import Grade, Graded
from grader.term.late_days import LateWork, spend
from grader.term.outside import Outside
from grader.term.people import bring_together
from grader.term.reckon import Line, reckon, weighed
from paribus.course.policy import LateTable
from paribus.course.term import TermPlan
from tests.grader.term_class import DAY, WEEKS, absent, got, plan, week

PARTS = ("memos", "quizzes", "exam")


@st.composite
def weights(draw: st.DrawFn) -> dict[str, float]:
    first = draw(st.integers(1, 97))
    second = draw(st.integers(1, 98 - first))
    return dict(zip(PARTS, map(float, (first, second, 100 - first - second)), strict=True))


@st.composite
def grades(draw: st.DrawFn) -> Grade:
    """Somebody's week: on time, late, missing or waiting."""
    score, late = draw(st.integers(0, 100)), draw(st.integers(0, 20)) / 4
    kind = draw(st.sampled_from(["done", "done", "done", "missing", "waiting"]))
    return absent("7") if kind == "missing" else got("7", score, late, waiting="Open." if kind == "waiting" else "")


classes = st.lists(grades(), min_size=1, max_size=4)
late_tables = st.builds(LateTable, st.sampled_from([5.0, 10.0, 40.0]), st.sampled_from(["hour", "day", "week"]),
                        st.sampled_from([30.0, 100.0]))  # fmt: skip


def weeks_of(mine: list[Grade]) -> list[Graded]:
    return [week(place, one) for place, one in enumerate(mine, 1)]


def line(mine: list[Grade], chosen: TermPlan, outside: dict[str, Outside] | None = None) -> Line:
    weeks = weeks_of(mine)
    return reckon(chosen, weeks, bring_together(weeks), outside or {})[0]


@given(weights(), st.dictionaries(st.sampled_from(PARTS), st.floats(0, 1), min_size=1))
def test_a_grade_lies_between_its_lowest_and_its_highest_part(
    weights: dict[str, float], parts: dict[str, float]
) -> None:
    grade = weighed(weights, parts)
    assert grade is not None
    assert min(parts.values()) <= grade <= max(parts.values())


@given(classes, weights(), st.integers(0, 10))
def test_every_line_lies_within_its_parts_and_every_part_within_its_items(
    mine: list[Grade], weights: dict[str, float], quiz: int
) -> None:
    chosen = plan(weights=weights, columns={"quizzes": {"Q": 10.0}}, late_days=2)
    found = line(mine, chosen, {"quizzes": Outside({"Q": {0: float(quiz)}})})
    if found.so_far is not None:
        assert min(found.parts.values()) <= found.so_far <= max(found.parts.values())
    for part, share in found.parts.items():
        shares = [item.share for item in found.items if item.part == part and item.share is not None]
        assert min(shares) - 1e-12 <= share <= max(shares) + 1e-12


@given(classes, st.integers(0, 3), st.integers(0, 5))
def test_dropping_one_more_never_lowers_a_grade(mine: list[Grade], drop: int, bank: int) -> None:
    fewer, more = (line(mine, plan(drop={"memos": count}, late_days=bank)).so_far for count in (drop, drop + 1))
    assert (fewer is None) == (more is None)
    assert fewer is None or more is None or more >= fewer - 1e-12


@given(classes, st.data(), st.integers(0, 2), st.integers(0, 5))
def test_an_excused_week_changes_nothing(mine: list[Grade], data: st.DataObject, drop: int, bank: int) -> None:
    """The term is as if the week had not been: it takes no late days, and it is not the one that is dropped."""
    place = data.draw(st.integers(0, len(mine) - 1))
    chosen = plan(drop={"memos": drop}, late_days=bank)
    excused = line(mine, replace(chosen, excused={WEEKS[place]: ("7",)}))
    weeks = [one for at, one in enumerate(weeks_of(mine)) if at != place]
    if not weeks:
        assert excused.so_far is None
        return
    without = reckon(chosen, weeks, bring_together(weeks), {})[0]
    assert (excused.so_far, excused.grade, excused.days) == (without.so_far, without.grade, without.days)


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(0, 40)), max_size=5), st.integers(0, 6), late_tables)
def test_the_bank_never_costs_never_overspends_and_serves_the_earliest_first(
    works: list[tuple[int, int]], bank: int, table: LateTable
) -> None:
    late = [LateWork("7", score, hours * 7 * 3600.0, table) for score, hours in works]
    none, some, more = (spend(size, late) for size in (0, bank, bank + 1))
    assert sum(one.days for one in some) <= bank
    assert all(one.penalty <= other.penalty + 1e-9 for one, other in zip(some, none, strict=True))
    assert all(one.days == 0 or one.penalty < other.penalty for one, other in zip(some, none, strict=True))
    firsts = [place for place, one in enumerate(late) if one.late]
    if firsts:  # a larger bank is first of all the earliest one's
        assert more[firsts[0]].penalty <= some[firsts[0]].penalty + 1e-9


def test_the_bank_covers_whole_days_of_the_earliest_weeks_and_the_table_takes_the_rest() -> None:
    """1.5 days late take two days of three; of 2.2 days late one is covered, and 1.2 days cost two days' points."""
    found = line([got("7", 90, 1.5), got("7", 80, 0), got("7", 60, 2.2), got("7", 50, 1)], plan(late_days=3))
    assert [(item.days, round(item.penalty, 6)) for item in found.items] == [(2, 0), (0, 0), (1, 12), (0, 5)]
    assert found.grade == pytest.approx((90 + 80 + 48 + 45) / 400)


def test_no_day_is_spent_where_it_lowers_nothing() -> None:
    """Not where lateness is free, and not where a part of the days does not help."""
    free, nothing, capped = (
        LateWork("7", 50, 3 * DAY, method) for method in ("none", "zero", LateTable(50, "day", 50))
    )
    assert [one.days for one in spend(2, [free, nothing, capped])] == [0, 0, 0]
    assert [(one.days, one.penalty) for one in spend(3, [nothing])] == [(3, 0)]


@given(st.permutations(range(4)), st.lists(grades(), min_size=4, max_size=4))
@settings(max_examples=25)
def test_people_are_the_same_in_whatever_order_weeks_list_them(order: list[int], mine: list[Grade]) -> None:
    people = [replace(one, number=str(place), name=f"P{place}") for place, one in enumerate(mine)]
    shuffled = [people[place] for place in order]
    one = bring_together([week(1, *people), week(2, *people)])
    other = bring_together([week(1, *shuffled), week(2, *shuffled)])
    assert one == other


def test_points_that_a_person_gives_replace_everything_and_take_no_late_days() -> None:
    chosen = plan(late_days=1, points={WEEKS[0]: {"7": 70.0}})
    found = line([got("7", 10, 1, waiting="Open."), got("7", 80, 1)], chosen)
    assert [item.days for item in found.items] == [0, 1]
    assert found.grade is not None
    assert math.isclose(found.grade, 0.75)


def test_what_is_open_leaves_the_grade_open_and_what_is_known_is_so_far() -> None:
    found = line([got("7", 60), got("7", 0, waiting="Answers wait for a person.")], plan())
    assert (found.so_far, found.grade, found.waiting) == (0.6, None, ("Week 2: Answers wait for a person.",))


def test_a_part_of_which_nothing_has_come_leaves_the_grade_open() -> None:
    found = line([got("7", 60)], plan(weights={"memos": 80.0, "exam": 20.0}))
    assert (found.so_far, found.grade, found.waiting) == (0.6, None, ("Nothing of exam has come yet.",))


def test_a_week_in_whose_list_somebody_is_not_costs_nothing_until_a_person_looks() -> None:
    weeks = [week(1, got("7", 60), got("8", 50)), week(2, got("8", 50)), week(3, got("8", 50), whole=False)]
    lines = {one.person.number: one for one in reckon(plan(), weeks, bring_together(weeks), {})}
    assert [item.share for item in lines["7"].items] == [0.6, None, 0.0]
    assert lines["7"].grade is None
    assert lines["8"].grade == 0.5
