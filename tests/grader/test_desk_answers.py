"""What a person sees of a submission at the desk: the answer wherever it goes on, and what it rests on first."""

import json
from pathlib import Path
from typing import Any

import pytest
from markupsafe import Markup

from grader.desk import pages as desk_pages
from grader.desk.answers import NEAR, CellView, answer_of, beside, read_case, view_cells
from grader.model import Outcome
from grader.pages.outputs import OutputView
from paribus.course.limits import DEFAULT_LIMITS
from tests.grader.classroom import make_release, verdict
from tests.grader.desk_class import ANN, MEMO, graded_class, pages_of, sit_down
from tests.grader.graded import submit
from tests.grader.test_grade_command import submission

RELEASE = make_release()
READ = verdict("memo.numbers_traced", Outcome.PASSED, 3.0, "Agreeing: 1 number.", values={
    "traced": [{"text": "0.41", "metric": "macro_f1", "of": "encoder", "recorded": 0.412}]})  # fmt: skip


def views_of(*added: dict[str, Any], **sources: str) -> tuple[CellView, ...]:
    """The views of a submission with cells of the student's own after the memo."""
    raw = json.loads(submission(**sources))
    place = next(number for number, cell in enumerate(raw["cells"]) if cell["id"] == MEMO)
    raw["cells"][place + 1 : place + 1] = added
    case = read_case(submit(json.dumps(raw), source="ann.ipynb"), RELEASE, DEFAULT_LIMITS)
    return view_cells(case, {MEMO: [READ]})


def own(kind: str, source: str) -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": kind, "id": f"own-{len(source)}", "metadata": {}, "source": source}
    return cell | ({"outputs": [], "execution_count": 9} if kind == "code" else {})


def test_numbers_are_coloured_with_their_source_in_formulas_too() -> None:
    (answer,) = answer_of(views_of(trade_off="Macro-F1 is $0.41$ now."), MEMO)
    assert '<mn><mark class="agrees" title="agrees: macro f1 of encoder is 0.412">0.41</mark></mn>' in answer.markup


@pytest.mark.parametrize(
    "cell",
    [own("markdown", "Macro-F1 is 0.41 and accuracy fell."),
     own("code", 'print("Macro-F1 is 0.41, and the accuracy fell by a little in the head of the classes.")')],
)  # fmt: skip
def test_an_answer_that_goes_on_in_cells_of_the_students_own_is_shown_whole(cell: dict[str, Any]) -> None:
    first, second = answer_of(views_of(cell, own("code", "x = 1")), MEMO)
    assert first.untouched
    assert "0.41" in second.markup


def test_an_answer_that_nobody_wrote_is_told() -> None:
    assert [view.untouched for view in answer_of(views_of(), MEMO)] == [True]
    assert answer_of(views_of(), "nothing") == ()


def cell(place: int, key: str = "") -> CellView:
    outputs = () if key == MEMO else (OutputView(Markup("shown"), "text"),)
    return CellView(key, "", "code", Markup("code"), outputs, place, place)


def test_what_the_grader_read_comes_first_then_what_is_nearest_and_the_rest_is_folded() -> None:
    views = [*(cell(place, "named" if place == 2 else "") for place in range(20)), cell(20, MEMO)]
    near, rest = beside(views, answer_of(views, MEMO), {"named", "cell 1"})
    assert [view.position for view in near] == [0, 2, 19, 18, 17]
    assert len(near) == NEAR
    assert [view.position for view in rest] == [1, *range(3, 17)]
    assert beside(views, (), ()) == (tuple(views[:20]), ())  # about the notebook as a whole


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return graded_class(tmp_path_factory.mktemp("answers"))


def test_whoever_decides_without_the_graders_word_sees_no_colours(
    room: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = sit_down(room, room / "out")
    shown = views_of(trade_off="Macro-F1 is 0.41 now.")
    monkeypatch.setattr(
        desk_pages, "view_cells",
        lambda case, verdicts: shown if verdicts else views_of(trade_off="Macro-F1 is 0.41 now, seen blind."),
    )  # fmt: skip
    assert '<mark class="agrees" title' in pages_of(session).decide(ANN, MEMO)
    monkeypatch.setattr(desk_pages, "is_blind", lambda item, release: item.name == "memo.answered")
    page = pages_of(session).decide(ANN, MEMO)
    assert "seen blind" in page
    assert "A second look" in page


def test_the_question_stands_beside_the_answer(room: Path) -> None:
    page = pages_of(sit_down(room, room / "out")).decide(ANN, MEMO)
    assert page.index("What did you give up?") < page.index("Student 0 gave up accuracy")
