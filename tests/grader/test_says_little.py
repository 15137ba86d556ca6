"""Answers that say nothing: marked for a person, never failed, first in the queue; honest ones are left alone."""

import json
from dataclasses import replace
from typing import Any

import pytest

from grader.evidence.says_little import says_little
from grader.gradebook.scores import PERSON
from grader.grading import judge as judging
from grader.grading.grade import grade_one
from grader.grading.judge import judge_cell
from grader.grading.results import from_line, to_line
from grader.model import CellResult, Outcome, Result, Submission
from grader.pages.feedback import feedback_page
from grader.pages.report import report_page
from tests.grader.build import CASES, build, load
from tests.grader.classroom import careful_result, make_assignment, verdict
from tests.grader.releases import released
from tests.grader.test_report import words
from tests.shipped import load_texts, written

ANSWERS = json.loads((CASES / "_says_little.json").read_text(encoding="utf-8"))
EVERY, MOST_MARKED = 11, 0.03
WHY = "It is a list of terms: hardly a word joins them."


def answered(**texts: str) -> dict[str, Any]:
    """The base with these answers; the others as they were released."""
    base = load(CASES / "_bases" / "homework.json")
    for key in ("template", "memo", "last"):
        base["cells"][key]["handed"] = base["cells"][key]["released"]
    for key, text in texts.items():
        prompt = base["cells"][key]["released"].removesuffix("*Write your answer here.*")
        base["cells"][key]["handed"] = prompt.removesuffix("| field | what you write |\n| --- | --- |\n") + text
    return base


@pytest.mark.parametrize("raw", ANSWERS, ids=lambda raw: raw["about"])
def test_an_answer_is_marked_for_what_it_lacks_and_an_honest_one_is_not(raw: dict[str, Any]) -> None:
    case = build(answered(**{raw["cell"]: raw["text"]}))
    found = says_little(case, case.assignment.cell(raw["cell"]))
    assert bool(found) is bool(raw["why"]), found
    for words_ in raw["why"]:
        assert words_ in " ".join(found)


def test_the_answers_show_every_kind() -> None:
    assert {raw["kind"] for raw in ANSWERS} == {"passing", "failing", "undecidable", "disguised"}


def test_one_text_for_two_questions_is_marked_in_both() -> None:
    """And two texts that share a sentence in neither."""
    one = next(
        raw["text"] for raw in ANSWERS if raw["about"] == "a list of results, each in a sentence like the others"
    )
    other = next(raw["text"] for raw in ANSWERS if raw["about"] == "a decision with its reason, without a number")
    case = build(answered(memo=one, last=one))
    for key, heading in (("memo", "Recommendation and sources"), ("last", "What the encoder changed")):
        assert f"is in the answer to {heading} as well" in says_little(case, case.assignment.cell(key))[0]
    case = build(answered(memo=one, last=f"{other} {one.split('. ')[2]}."))
    assert not any(says_little(case, case.assignment.cell(key)) for key in ("memo", "last"))


def test_a_cell_that_is_no_memo_is_not_looked_at() -> None:
    case = build(answered())
    assert not any(says_little(case, cell) for cell in case.assignment.cells)


@pytest.mark.long
def test_a_part_of_the_honest_texts_of_other_hands_is_left_alone() -> None:
    """Of every eleventh at most three in a hundred are marked; docs/grading.md has the figure for all of them."""
    honest = [
        text for name in ("week1_homework", "week2_homework")
        for text in load_texts(name) if text.kind in ("honest", "twin")
    ][::EVERY]  # fmt: skip
    marked = []
    for text in honest:
        content = json.dumps(written(text)).encode()
        result = grade_one(
            Submission(text.name, text.name, "", f"{text.name}.ipynb", content, "0" * 64),
            [released(text.assignment)],
        )
        marked += [text.name for cell in result.cells if cell.key == text.cell and cell.says_little]
    assert len(marked) <= MOST_MARKED * len(honest), marked


def test_a_mark_moves_no_point() -> None:
    """The same verdicts and the same points as without it."""
    for raw in (raw for raw in ANSWERS if raw["why"]):
        case = build(answered(**{raw["cell"]: raw["text"]}))
        cell = replace(case.assignment.cell(raw["cell"]), points=2.0, manual=2.0)
        judged = judge_cell(case, cell)
        assert judged.says_little
        assert (judged.score, judged.pending) == (0.0, 2.0)


def test_our_own_fault_in_it_is_a_reason_to_look_and_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(judging, "says_little", broken)
    case = build(answered())
    cell = replace(case.assignment.cell("memo"), points=2.0, manual=2.0)
    assert judge_cell(case, cell).says_little == (
        "The grader could not find out whether it says something (ZeroDivisionError).",
    )


# --- the queue ------------------------------------------------------------------------------------------------


def hollow(submission: str, name: str, key: str = "trade_off") -> Result:
    result = careful_result(submission, name=name)
    cells = tuple(replace(cell, says_little=(WHY,) if cell.key == key else ()) for cell in result.cells)
    return replace(result, cells=cells)


def test_who_may_have_said_nothing_comes_first_with_the_reason() -> None:
    markup = report_page([careful_result("ann", name="Ann"), hollow("zoe", "Zoë")], make_assignment())
    text = words(markup)
    assert f"Answers to read first {text.split('Answers to read first ')[1].split(' Student')[0]}" in text
    assert f"Zoë The trade-off {WHY}" in text
    queue = markup[markup.index('id="waiting"') :]
    assert queue.index("Zoë") < queue.index("Ann")


def test_the_marked_answer_is_the_first_of_those_that_wait() -> None:
    """In the report's row and in needs_person, whatever its place in the notebook."""
    base = answered(last=ANSWERS[6]["text"], memo=ANSWERS[1]["text"])
    case = build(base)
    cells = [
        judge_cell(case, replace(case.assignment.cell(key), points=2.0, manual=2.0)) for key in ("memo", "last")
    ]
    assert [bool(cell.says_little) for cell in cells] == [False, True]
    text = words(report_page([hollow("zoe", "Zoë", "whole")], make_assignment()))
    assert text.index("The notebook as a whole (3) · The trade-off (5)") > 0


def test_a_person_who_decided_has_looked() -> None:
    result = hollow("zoe", "Zoë")
    decided = verdict(PERSON, Outcome.PASSED, 8.0, "Fine.")
    cells = tuple(
        replace(cell, pending=0.0, verdicts=(*cell.verdicts, decided)) if cell.says_little else cell
        for cell in result.cells
    )
    assert "Answers to read first" not in report_page([replace(result, cells=cells)], make_assignment())


def test_no_student_reads_it() -> None:
    page = feedback_page(hollow("zoe", "Zoë"), make_assignment())
    assert WHY not in page
    assert page == feedback_page(careful_result("zoe", name="Zoë"), make_assignment())


def test_lines_without_marks_are_read() -> None:
    """Those of an earlier version."""
    line = json.loads(to_line(hollow("zoe", "Zoë")))
    assert from_line(json.dumps(line)).cells[2].says_little == (WHY,)
    for cell in line["cells"]:
        del cell["says_little"]
    del line["sketch"]["marks"]
    read = from_line(json.dumps(line))
    assert isinstance(read.cells[2], CellResult)
    assert read.cells[2].says_little == ()
    assert read.sketch.marks == {}
