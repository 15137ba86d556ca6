"""What may be decided, what it gives, what holds: laws over results and decisions."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.desk.errors_in_the_field import exact, in_the_field, rates
from grader.desk.items import (
    MANUAL,
    Decision,
    Item,
    Work,
    current,
    holds,
    items_of,
    points_of,
    slot_grades,
    standing,
)
from grader.desk.queue import is_blind, next_open, questions, word_of
from grader.gradebook.scores import read_slots
from grader.model import CellResult, Outcome, Result, Verdict
from paribus.course.rubric import RubricLine
from tests.grader.classroom import make_assignment, make_release

ASSIGNMENT = make_assignment()
RELEASE = make_release(ASSIGNMENT)
SLOTS = read_slots(ASSIGNMENT, RELEASE.notebook)
LINES = (
    RubricLine("a", 1.5, "names the trade-off"),
    RubricLine("b", 1.0, "quotes it"),
    RubricLine("c", -0.5, "guesses"),
)


def verdict(check: str, outcome: Outcome, points: float, proposal: str = "") -> Verdict:
    return Verdict(check, outcome, "because", points, proposal=proposal)


def work(traced: Outcome = Outcome.UNDECIDED, proposal: str = "", sha: str = "f" * 64) -> Work:
    said = (verdict("memo.answered", Outcome.PASSED, 3.0), verdict("memo.numbers_traced", traced, 3.0, proposal))
    memo = CellResult("trade_off", 8.0, 3.0, 2.0 + 3.0 * (traced is Outcome.UNDECIDED), said)
    tests = CellResult("tail_share-tests", 4.0, 4.0, 0.0, (verdict("tasks.tests_passed", Outcome.PASSED, 4.0),))
    result = Result("ann", "1", "ann.html", sha, "graded", release=ASSIGNMENT.release, cells=(tests, memo))
    return Work(result, ASSIGNMENT, items_of(result, ASSIGNMENT, {"trade_off": "said"}), SLOTS)


def decision(item: Item, points: float | None = 1.0, number: int = 1, **more: object) -> Decision:
    return Decision(number, item.submission, item.cell, item.name, points, asked=item.asked, answered=item.answered,
                    word=word_of(item), **more)  # type: ignore[arg-type]  # fmt: skip


def item(found: Work, name: str) -> Item:
    return next(one for one in found.items if one.name == name)


def test_every_check_with_points_and_the_manual_rest_can_be_decided_and_the_undecided_are_open() -> None:
    found = {one.name: one.open for one in work().items}
    assert found == {"tasks.tests_passed": False, "memo.answered": False, "memo.numbers_traced": True, MANUAL: True}


def test_a_decision_holds_while_question_points_and_answer_are_the_same() -> None:
    one = item(work(), MANUAL)
    cell = ASSIGNMENT.cell("trade_off")
    assert holds(decision(one), one, cell)
    assert not holds(decision(one), replace(one, asked="another question"), cell)
    assert not holds(decision(one), replace(one, answered="another answer"), cell)
    assert not holds(decision(one, None, lines=("gone",)), one, cell)
    assert holds(decision(one, None, lines=("a",)), one, replace(cell, rubric=LINES))


def test_points_and_source_of_the_question_are_what_is_asked_and_a_release_digest_is_not() -> None:
    other = replace(ASSIGNMENT, release="0" * 16)
    again = items_of(work().result, other, {"trade_off": "said"})
    assert [one.asked for one in again] == [one.asked for one in work().items]
    changed = tuple(
        replace(cell, source=cell.source + "?") if cell.key == "trade_off" else cell for cell in ASSIGNMENT.cells
    )
    now = items_of(work().result, replace(ASSIGNMENT, cells=changed), {"trade_off": "said"})
    assert {one.name for one, before in zip(now, work().items, strict=True) if one.asked != before.asked} == {
        "memo.answered", "memo.numbers_traced", MANUAL}  # fmt: skip


def test_what_was_decided_of_another_answer_is_shown_beside_the_item_which_waits() -> None:
    found = work()
    one = item(found, MANUAL)
    now = standing([found], [replace(decision(one), answered="before")])
    assert one in now.open
    assert now.earlier[one.key].answered == "before"
    assert one.key not in now.decided


def test_nbgraders_cell_is_decided_when_nothing_of_it_is_open() -> None:
    found = work()
    manual, traced = item(found, MANUAL), item(found, "memo.numbers_traced")
    alone = slot_grades(found, {manual.key: decision(manual, 1.5)})
    assert {name: one.score for name, one in alone.items()} == {"trade_off": 1.5}
    both = slot_grades(found, {manual.key: decision(manual, 1.5), traced.key: decision(traced, 0.0, comment="no")})
    assert both["trade_off-evidence"].score == 3.0  # what memo.answered had passed stays
    assert both["trade_off-evidence"].comment == "no"


def test_a_verdict_can_be_overturned_and_the_rest_of_its_cell_stays() -> None:
    found = work(Outcome.PASSED)
    answered = item(found, "memo.answered")
    assert slot_grades(found, {answered.key: decision(answered, 1.0)})["trade_off-evidence"].score == 4.0


@given(st.sets(st.sampled_from("abc")), st.floats(-3, 3), st.floats(0, 4))
def test_points_never_leave_the_items_range_and_a_line_that_costs_more_costs_all_who_have_it(
    chosen: set[str], worth: float, most: float
) -> None:
    one = replace(item(work(), MANUAL), points=most)
    lines = tuple(replace(line, points=worth) if line.key == "b" else line for line in LINES)
    cell = replace(ASSIGNMENT.cell("trade_off"), rubric=lines)
    given = points_of(decision(one, None if chosen else 9.0, lines=tuple(chosen)), one, cell)
    assert 0 <= given <= most
    if chosen:
        assert given == pytest.approx(min(max(sum(line.points for line in lines if line.key in chosen), 0), most))


@given(
    st.lists(st.tuples(st.sampled_from("xy"), st.one_of(st.none(), st.integers(0, 3)), st.booleans()), max_size=12)
)
def test_the_last_word_counts_what_is_withdrawn_is_gone_and_a_blind_look_gives_no_points(
    entries: list[tuple[str, int | None, bool]],
) -> None:
    log = [Decision(n, "ann", "c", name, points, blind=blind) for n, (name, points, blind) in enumerate(entries)]
    last: dict[str, Decision] = {}
    for one in log:
        if not one.blind:
            last[one.item] = one
    assert current(log) == {one.key: one for one in last.values() if one.points is not None}


def test_the_order_goes_through_one_question_first_or_one_student_and_passes_over_what_others_hold() -> None:
    works = []
    for name in ("ann", "ben", "eve"):
        base = work()
        items = tuple(replace(one, submission=name) for one in base.items)
        extra = tuple(replace(one, cell="batch_size") for one in items if one.name == MANUAL)
        works.append(Work(replace(base.result, submission=name), ASSIGNMENT, (*items, *extra), SLOTS))
    now, names = standing(works, []), ("ann", "ben", "eve")
    assert next_open(now, names, ("ann", "trade_off"), set()) == ("ben", "trade_off")
    assert next_open(now, names, ("ann", "trade_off"), set(), by_student=True) == ("ann", "batch_size")
    assert next_open(now, names, ("ann", "trade_off"), {("ben", "trade_off")}) == ("eve", "trade_off")
    assert next_open(now, names, ("eve", "batch_size"), set()) == ("ann", "batch_size")
    assert next_open(standing(works[:1], []), names, ("ann", "trade_off"), {("ann", "batch_size")}) is None
    # Ben's two are done, and so he is in no list any more: Eve comes after him, not Ann.
    left = standing([works[0], works[2]], [])
    assert next_open(left, names, ("ben", "trade_off"), set(), by_student=True) == ("eve", "trade_off")


def test_answers_that_say_little_come_first_within_a_question_and_within_a_student() -> None:
    """The class is ann, ben, eve, zoe; zoe's trade_off and eve's batch_size are word salad."""
    names, salad = ("ann", "ben", "eve", "zoe"), {("zoe", "trade_off"), ("eve", "batch_size")}
    works = []
    for name in names:
        base = work()
        both = [
            replace(one, submission=name, cell=cell) for cell in ("trade_off", "batch_size") for one in base.items
        ]
        items = tuple(replace(one, says_little=(one.submission, one.cell) in salad) for one in both)
        works.append(Work(replace(base.result, submission=name), ASSIGNMENT, items, SLOTS))
    now = standing(works, [])
    waiting = {one.cell: one.open for one in questions(works, now, {})}
    assert waiting == {"trade_off": ("zoe", "ann", "ben", "eve"), "batch_size": ("eve", "ann", "ben", "zoe")}
    assert next_open(now, names, ("ann", "trade_off"), set()) == ("zoe", "trade_off")
    # Once it is decided, or somebody else has it at hand, the class's order holds.
    assert next_open(now, names, ("ann", "trade_off"), {("zoe", "trade_off")}) == ("ben", "trade_off")
    assert next_open(now, names, ("zoe", "trade_off"), set()) == ("ann", "trade_off")
    # The next student begins with what says little, and none is passed over for it.
    done = standing([works[0], works[2], works[3]], [])
    assert next_open(done, names, ("ben", "trade_off"), set(), by_student=True) == ("eve", "batch_size")
    # So does the next question.
    left = [replace(one, items=one.of_cell("trade_off")) for one in works[1:]]
    assert next_open(standing(left, []), names, ("ann", "batch_size"), set()) == ("zoe", "trade_off")


def test_an_item_says_little_where_its_cells_result_does() -> None:
    result = work().result
    cells = tuple(replace(cell, says_little=("No sentence.",)) for cell in result.cells if cell.key == "trade_off")
    assert cells
    assert all(one.says_little for one in items_of(replace(result, cells=cells), ASSIGNMENT, {}))
    assert not any(one.says_little for one in work().items)


def test_the_blind_sample_is_a_twentieth_of_verdicts_a_tenth_of_proposals_and_always_the_same() -> None:
    decided = [replace(item(work(Outcome.PASSED), "memo.answered"), answered=str(n)) for n in range(4000)]
    proposed = [replace(item(work(proposal="passed"), "memo.numbers_traced"), answered=str(n)) for n in range(4000)]
    assert 0.03 < sum(is_blind(one, "r") for one in decided) / 4000 < 0.07
    assert 0.08 < sum(is_blind(one, "r") for one in proposed) / 4000 < 0.12
    assert [is_blind(one, "r") for one in decided] == [is_blind(one, "r") for one in decided]
    assert not any(is_blind(one, "r") for one in [item(work(), MANUAL), item(work(), "memo.numbers_traced")])


def test_the_error_rate_rests_on_the_sample_alone() -> None:
    found = work(Outcome.PASSED)
    answered = item(found, "memo.answered")
    seen, unseen = decision(answered, 3.0), decision(answered, 0.0, 2, blind=True)
    (rate,) = rates([found], [seen, unseen])
    assert (rate.confirmed, rate.raised, rate.lowered, rate.wrong, rate.of) == (1, 0, 0, 1, 1)


def test_the_graders_own_error_rate_is_of_verdicts_and_proposals_apart_and_says_on_how_many_it_rests() -> None:
    found = work(Outcome.PASSED)
    answered = item(found, "memo.answered")
    log = [decision(answered, 3.0), decision(answered, 0.0, 2, blind=True)]
    assert [(one.what, one.wrong, one.of) for one in in_the_field([found], log)] == [("verdicts", 1, 1)]
    assert in_the_field([found], log[:1]) == ()  # whoever knew the verdict says nothing of its rate


def test_the_interval_is_the_exact_one() -> None:
    from scipy.stats import binomtest

    for count, of in ((0, 20), (3, 40), (7, 7)):
        expected = binomtest(count, of).proportion_ci(method="exact")
        assert exact(count, of) == pytest.approx((expected.low, expected.high))
    assert exact(0, 0) == (0.0, 1.0)
