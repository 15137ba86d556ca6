"""Quizzes: every number is computed, neighbours differ, and Moodle takes the file."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generator.errors import QuizError, ReferenceMissingError
from generator.quizzes.draw import seat, sheets, variants
from generator.quizzes.files import quiz_files, quizzes_of, read_quiz, week_files
from generator.quizzes.formulas import evaluate, fill
from generator.quizzes.moodle_xml import moodle_xml
from generator.quizzes.question import Measured, Quiz
from generator.quizzes.source import load_quiz
from generator.running.references import References, load_references
from paribus.course.catalog import load_course
from paribus.errors import UsageError
from tests.generator.moodle_rules import problems
from tests.shipped import COURSE

REFERENCES = load_references(COURSE.folders.solutions)
QUIZZES = tuple(COURSE.quizzes)

NUMBER = """
title = "Seeds"
[[question]]
name = "mean"
text = "Three seeds gave {a:.2f}, {b:.2f} and 0.30. What is their mean, less {early:.3f}?"
draw = { a = [0.1, 0.2, 0.4], b = [0.5, 0.6] }
measured = { early = "week1_homework early.macro_f1" }
let = { values = "[a, b, 0.3]" }
answer = "mean(values) - early"
mistake = [{ answer = "sum(values) - early", feedback = "Divide by three." }]
feedback = "The mean of {values} is meant."
"""
CHOICE = """
title = "Words"
[[question]]
name = "noise"
text = "Which sentence can one seed support?"
feedback = "One seed says nothing about the spread."
shown = 3
choice = [
  { text = "The run ended at 0.61.", right = true }, { text = "It reached 0.61 here.", right = true },
  { text = "It is better.", feedback = "Better than what?" },
  { text = "It will be 0.61 again." }, { text = "It never fails." },
]
"""
MATCH = """
title = "Pairs"
[[question]]
name = "pairs"
text = "What belongs together?"
feedback = "Each means another one."
shown = 3
pairs = [["loss", "falls"], ["macro-F1", "rises"], ["rate", "is set"], ["seed", "is drawn"], ["data", "is split"]]
"""


def _quiz(tmp_path: Path, text: str) -> Quiz:
    file = tmp_path / "quiz.toml"
    file.write_text(text, encoding="utf-8")
    return load_quiz("quiz", file)


def _early(item: Measured, where: str) -> float:
    assert (item.assignment, item.name) == ("week1_homework", "early.macro_f1"), where
    return 0.05


def test_a_numbers_answer_is_computed_for_every_variant(tmp_path: Path) -> None:
    for asked in variants(_quiz(tmp_path, NUMBER), "1", _early)["mean"]:
        a, b = map(float, re.findall(r"gave (0\.\d\d), (0\.\d\d)", asked.text)[0])
        assert float(asked.right[0].text) == pytest.approx((a + b + 0.3) / 3 - 0.05, abs=1e-5)
        assert [item.feedback for item in asked.options[1:]] == ["Divide by three."]


def test_one_choice_is_right_among_those_shown(tmp_path: Path) -> None:
    for asked in variants(_quiz(tmp_path, CHOICE), "1", _early)["noise"]:
        assert len(asked.options) == 3
        assert len(asked.right) == 1


def test_several_right_choices_share_the_points_and_marking_all_brings_none(tmp_path: Path) -> None:
    quiz = _quiz(tmp_path, CHOICE.replace("shown = 3", "shown = 4\nseveral = true"))
    for asked in variants(quiz, "1", _early)["noise"]:
        assert sum(item.credit for item in asked.right) == pytest.approx(1)
        assert sum(item.credit for item in asked.options) == pytest.approx(0)


@settings(deadline=None, max_examples=10)
@given(seed=st.text(max_size=8), count=st.integers(1, 4))
def test_no_two_sheets_share_a_variant(seed: str, count: int) -> None:
    drawn = variants(read_quiz(COURSE, QUIZZES[0]), seed, lambda item, where: 0.25)
    made = list(sheets(drawn, count).values())
    for place in range(len(drawn)):
        assert len({sheet[place].content for sheet in made}) == count


@given(
    names=st.integers(4, 8).map(lambda count: "ABCDEFGH"[:count]), row=st.integers(0, 30), column=st.integers(0, 30)
)
def test_all_eight_neighbours_of_a_seat_have_other_sheets(names: str, row: int, column: int) -> None:
    around = [(row + i, column + j) for i in (-1, 0, 1) for j in (-1, 0, 1) if (i, j) != (0, 0)]
    assert seat(row, column, names) not in {seat(i, j, names) for i, j in around if i >= 0 and j >= 0}


@pytest.mark.parametrize("name", QUIZZES)
def test_moodle_takes_every_quiz_of_the_course(name: str) -> None:
    files = quiz_files(COURSE, read_quiz(COURSE, name), REFERENCES, "2027S")
    (content,) = (content for path, content in files.items() if path.endswith(".xml"))
    assert problems(content) == []
    asked = [item for item in ET.fromstring(content) if item.get("type") != "category"]  # noqa: S314 - our own
    assert all(question.findtext("generalfeedback/text") for question in asked)


@pytest.mark.parametrize(
    ("break_", "told"),
    [
        (('fraction="100"', 'fraction="99"'), "the grade 99.0"),
        (('fraction="100"', 'fraction="0"'), "no answer at 100 %"),
        (("$course$/", "here/"), "category"),
        (("quiz-mean-2", "quiz-mean-1"), "the ID number quiz-mean-1 twice"),
        (("<text>*</text>", "<text>many</text>"), "the number 'many'"),
        (('type="numerical"', 'type="number"'), "of type 'number'"),
    ],
)
def test_the_rules_see_what_moodle_would_refuse(tmp_path: Path, break_: tuple[str, str], told: str) -> None:
    quiz = _quiz(tmp_path, NUMBER)
    text = moodle_xml(quiz, variants(quiz, "1", _early), "Course").decode()
    assert problems(text.encode()) == []
    assert told in "; ".join(problems(text.replace(*break_).encode()))


@pytest.mark.parametrize(
    "source", [NUMBER, CHOICE, MATCH, CHOICE.replace("shown = 3", "shown = 4\nseveral = true")]
)
def test_every_kind_becomes_moodle_xml_and_paper(tmp_path: Path, source: str) -> None:
    (tmp_path / "quiz.toml").write_text(source, encoding="utf-8")
    quiz = load_quiz("quiz", tmp_path / "quiz.toml")
    drawn = variants(quiz, "1", _early)
    assert problems(moodle_xml(quiz, drawn, "A/B course")) == []


def test_the_same_seed_gives_the_same_bytes_and_another_one_other_variants() -> None:
    quiz = read_quiz(COURSE, QUIZZES[0])
    first = quiz_files(COURSE, quiz, REFERENCES, "2027S")
    assert quiz_files(COURSE, quiz, REFERENCES, "2027S") == first
    assert quiz_files(COURSE, quiz, REFERENCES, "2028S") != first


def test_the_sheets_tell_no_answer_and_the_key_tells_all() -> None:
    quiz = read_quiz(COURSE, QUIZZES[0])
    files: Mapping[str, str] = {
        path.rpartition("/")[2]: content.decode()
        for path, content in quiz_files(COURSE, quiz, REFERENCES, "1").items()
    }
    assert 'class="right"' not in files["sheets.html"]
    assert "(± " not in files["sheets.html"]
    assert files["key.html"].count('class="key"') == 4 * len(quiz.questions)


@pytest.mark.parametrize("name", QUIZZES)
def test_no_answer_of_a_quiz_is_typed(name: str) -> None:
    """A formula without a name is a typed number, and so is the name of a drawn value alone."""
    for question in read_quiz(COURSE, name).questions:
        if question.kind == "number":
            known = {
                *question.draw,
                *question.measured,
                *question.let,
                *(key for case in question.cases for key in case),
            }
            assert known & set(re.findall(r"[A-Za-z_]\w*", question.answer)), question.name
            assert question.answer not in known - {*question.let}, question.name


@pytest.mark.parametrize("name", [name for name in QUIZZES if name.startswith("week")])
def test_a_weeks_quiz_has_ten_questions_and_goes_with_its_week(name: str) -> None:
    quiz = read_quiz(COURSE, name)
    assert len(quiz.questions) >= 10
    assert quiz in quizzes_of(COURSE, {quiz.week})


def test_a_missing_reference_stops_the_quiz_or_leaves_it_out() -> None:
    entries = [entry for entry in COURSE.entries() if entry.week == "week2"]
    with pytest.raises(ReferenceMissingError, match=r"paribus run .* --record"):
        week_files(COURSE, entries, References({}), allow_missing=False)
    files, left_out = week_files(COURSE, entries, References({}), allow_missing=True)
    assert not files
    assert "needs" in left_out[0]


CHANGES = [
    ("title = ", "titel = ", "Did you mean 'title'"),
    ('name = "mean"', 'name = "The Mean"', "small letters"),
    ('answer = "mean(values) - early"\n', "", "none of them; expected one of answer"),
    ('answer = "mean(values) - early"', 'answer = "mean(value)"', "cannot be computed"),
    ('answer = "mean(values) - early"', "answer = \"'many'\"", "expected a number"),
    ('answer = "mean(values) - early"', 'answer = "a.__class__"', "cannot be computed"),
    ("{a:.2f}", "{c:.2f}", "no value of this question"),
    ("{a:.2f}", "{a:.2q}", "cannot be filled in"),
    ("draw = { a = [0.1, 0.2, 0.4], b = [0.5, 0.6] }", "draw = { a = [0.1], b = [0.5] }", "asked in one way"),
    ("draw = { a = [0.1, 0.2, 0.4], b = [0.5, 0.6] }", "draw = { a = 0.1, b = [0.5] }", "a list of values"),
    ('"week1_homework early.macro_f1"', '"early"', "an assignment and a reference's name"),
    ("[[question]]", "[question]", "a list of tables"),
    ('title = "Seeds"', "title = 3", "title = a text"),
    ('title = "Seeds"', 'title = "Seeds"\nvariants = 2.5', "a whole number from 0 on"),
    ('feedback = "The mean', 'feedbock = "The mean', "Did you mean 'feedback'"),
    ("mistake = [{", 'pairs = "x"\nmistake = [{', "answer and pairs"),
]


@pytest.mark.parametrize(("old", "new", "told"), CHANGES)
def test_what_is_wrong_with_a_source_is_said_with_its_file(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in NUMBER
    with pytest.raises(QuizError, match=re.escape("quiz.toml")) as caught:
        variants(_quiz(tmp_path, NUMBER.replace(old, new, 1)), "1", _early)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ('title = "Empty"', "no question"),
        (NUMBER + NUMBER.partition("\n[[")[1] + NUMBER.partition("[[")[2], "two questions called 'mean'"),
        (CHOICE.replace("right = true", "right = '3'"), "expected true or false"),
        (CHOICE.replace("right = true", "right = false"), "0 right"),
        (MATCH.replace('["loss", "falls"]', '["loss"]'), "a list of pairs"),
        ("title = ", "is no TOML"),
    ],
)
def test_a_source_that_is_no_quiz_is_refused(tmp_path: Path, source: str, told: str) -> None:
    with pytest.raises(QuizError) as caught:
        variants(_quiz(tmp_path, source), "1", _early)
    assert told in str(caught.value)


def test_more_sheets_than_variants_are_refused(tmp_path: Path) -> None:
    with pytest.raises(QuizError, match="at most 4 sheets"):
        sheets(variants(_quiz(tmp_path, NUMBER), "1", _early), 5)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(QuizError, match="cannot be read"):
        load_quiz("quiz", tmp_path / "gone.toml")


def test_an_unknown_quiz_and_an_unknown_week_are_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"[Dd]id you mean"):
        read_quiz(COURSE, "week2_quizz")
    text = COURSE.file.read_text(encoding="utf-8")
    folder = tmp_path / "course"
    folder.mkdir()
    for path in COURSE.file.parent.iterdir():
        if path.is_dir():
            (folder / path.name).symlink_to(path)
    (folder / "quiz.toml").write_text('week = "week9"\n' + CHOICE.lstrip(), encoding="utf-8")
    quizzes = tomllib.loads(text)["quizzes"]
    first = next(iter(quizzes))
    (folder / "course.toml").write_text(text.replace(f'{first} = "{quizzes[first]}"', f'{first} = "quiz.toml"'))
    with pytest.raises(QuizError, match="week9"):
        read_quiz(load_course(folder / "course.toml"), first)


def test_texts_show_a_minus_sign_and_formulas_reach_nothing_else() -> None:
    assert fill("{x:.1f} {{kept}}", {"x": -2}, "here") == "−2.0 {kept}"
    with pytest.raises(QuizError):
        evaluate("open('x')", {}, "here")
    assert evaluate("sd([1, 2, 3])", {}, "here") == 1
