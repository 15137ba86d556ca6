"""A rubric's score, and what of an assignment a rubric touches: neither its digest nor what students get."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paribus.course.assignment import Assignment, Cell, CheckPoints, Role
from paribus.course.errors import AssignmentError
from paribus.course.public import public_form
from paribus.course.rubric import RubricLine, line_key, rubric_score

TEXTS = ("names two rescued classes", "offers an explanation", "generalises from one seed")
LINES = tuple(
    RubricLine(line_key(text), points, text) for text, points in zip(TEXTS, (2.0, 2.0, -1.0), strict=True)
)
KEYS = tuple(line.key for line in LINES)
CELL = Cell(
    "trade_off", Role.MEMO, "markdown", "What did it cost? *Write your answer here.*", points=6.0, manual=4.0,
    checks=(CheckPoints("memo.answered", 2.0),),
)  # fmt: skip
PLAIN = Assignment("week1_homework", "Week 1", "week1", "homework", "full", (CELL,), release="feedbeefcafe0001")
WITH = replace(PLAIN, cells=(replace(CELL, rubric=LINES, model_answer="Rescue costs two points of accuracy."),))

POINTS = st.integers(-20, 20).map(lambda quarters: quarters / 4)
RUBRICS = st.lists(POINTS, min_size=1, max_size=6).map(
    lambda points: tuple(RubricLine(f"line{number}", each, f"Line {number}") for number, each in enumerate(points))
)
CHOICES = st.sets(st.integers(0, 5))


def chosen_of(lines: tuple[RubricLine, ...], numbers: set[int]) -> set[str]:
    return {lines[number].key for number in numbers if number < len(lines)}


@pytest.mark.parametrize(
    ("chosen", "score"),
    [((), 0), ((0,), 2), ((0, 2), 1), ((2,), 0), ((0, 1), 3), ((0, 1, 2), 3), ((0, 0), 2)],
    ids=["none", "one", "with one that costs", "not below 0", "not above the most", "capped last", "twice is once"],
)
def test_the_score_is_the_sum_of_the_chosen_lines_within_its_bounds(chosen: tuple[int, ...], score: float) -> None:
    assert rubric_score(LINES, [KEYS[number] for number in chosen], 3.0) == score


@given(RUBRICS, CHOICES, st.integers(0, 40).map(lambda quarters: quarters / 4))
def test_no_rubric_and_no_choice_leaves_the_bounds(
    lines: tuple[RubricLine, ...], numbers: set[int], most: float
) -> None:
    assert 0 <= rubric_score(lines, chosen_of(lines, numbers), most) <= most


@given(RUBRICS, CHOICES, POINTS, st.data())
def test_new_points_of_a_line_touch_exactly_those_who_have_it(
    lines: tuple[RubricLine, ...], numbers: set[int], points: float, data: st.DataObject
) -> None:
    """Bounds out of the way, the score moves by the change; within them it may stay, and nobody else's moves."""
    line = data.draw(st.sampled_from(lines))
    changed = tuple(replace(item, points=points) if item == line else item for item in lines)
    chosen = chosen_of(lines, numbers)
    before, after = (rubric_score(each, chosen, 9.0) for each in (lines, changed))
    if line.key not in chosen:
        assert after == before
    lifted = (*lines, RubricLine("lift", 500.0, "Lift"))
    before, after = (rubric_score(each, chosen | {"lift"}, 1000.0) for each in (lifted, (*changed, lifted[-1])))
    assert after - before == (points - line.points if line.key in chosen else 0)


def test_points_do_not_change_a_key_and_words_do() -> None:
    assert line_key("names two  rescued classes ") == KEYS[0]
    assert line_key("names three rescued classes") != KEYS[0]
    assert len(set(KEYS)) == len(TEXTS)


def test_a_key_that_no_line_has_is_refused_with_the_lines_there_are() -> None:
    with pytest.raises(AssignmentError, match=r"no line with the key 'gone'.*names two rescued classes\).*again"):
        rubric_score(LINES, ["gone"], 4.0)
    with pytest.raises(AssignmentError, match="none, it is empty"):
        rubric_score((), ["gone"], 4.0)
    assert rubric_score((), [], 4.0) == 0


@pytest.mark.parametrize("most", [-1.0, float("nan"), float("inf")])
def test_a_most_that_is_no_number_is_refused(most: float) -> None:
    with pytest.raises(AssignmentError, match="expected a number from 0 on"):
        rubric_score(LINES, KEYS[:1], most)


def test_a_rubric_comes_back_from_a_release_as_it_went_in() -> None:
    assert Assignment.from_json(WITH.to_json()) == WITH


def test_an_assignment_of_an_earlier_paribus_is_read_and_written_as_it_was() -> None:
    text = PLAIN.to_json()
    assert not {"rubric", "model_answer"} & set(json.loads(text)["cells"][0])
    assert Assignment.from_json(text) == PLAIN


@pytest.mark.parametrize("line", [{"key": "a", "points": 1}, {"key": "a", "points": 1, "text": "b", "more": 1}])
def test_a_line_with_other_fields_is_refused(line: dict[str, object]) -> None:
    body = json.loads(WITH.to_json())
    body["cells"][0]["rubric"] = [line]
    with pytest.raises(AssignmentError, match="a field is missing or unknown"):
        Assignment.from_json(json.dumps(body))


def test_the_digest_is_the_same_with_a_rubric_and_without() -> None:
    """Students may have the notebook already; other points for a person are another release."""
    other = replace(PLAIN, cells=(replace(CELL, manual=3.0),))
    assert WITH.compute_release() == PLAIN.compute_release() != other.compute_release()


def test_students_get_neither_lines_nor_the_model_answer() -> None:
    text = public_form(WITH).to_json()
    assert text == public_form(PLAIN).to_json()
    assert not any(secret in text for secret in (*TEXTS, *KEYS, WITH.cells[0].model_answer))
