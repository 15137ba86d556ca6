"""A grader at a graded folder: decisions reach gradebook, feedback and worksheet, and nothing is overwritten."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from grader.desk.folder import DeskFolder
from grader.desk.items import MANUAL
from grader.errors import DeskError
from grader.output.made_from import MadeFrom, read_made_from
from paribus.cli import main
from tests.grader.desk_class import (
    ANN,
    BEN,
    MEMO,
    OLD_ONE,
    Clock,
    copy_of,
    decide,
    graded_class,
    pages_of,
    sit_down,
)
from tests.robust.small_class import command, hand_in_again

TRACED = "memo.numbers_traced"


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return graded_class(tmp_path_factory.mktemp("desk"))


@pytest.fixture
def out(room: Path, tmp_path: Path) -> Path:
    return copy_of(room, tmp_path / "out")


def scores(out: Path, student: str) -> dict[str, tuple[float | None, int]]:
    with closing(sqlite3.connect(out / "gradebook.db")) as line:
        rows = line.execute(
            "SELECT base_cell.name, grade.manual_score, grade.needs_manual_grade FROM grade JOIN base_cell "
            "ON base_cell.id = grade.cell_id JOIN submitted_notebook ON submitted_notebook.id = grade.notebook_id "
            "JOIN submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id "
            "WHERE submitted_assignment.student_id = ?",
            (student,),
        )
        return {name: (score, waits) for name, score, waits in rows}


def comments(out: Path, student: str) -> str:
    with closing(sqlite3.connect(out / "gradebook.db")) as line:
        return str(line.execute(
            "SELECT manual_comment FROM comment JOIN base_cell ON base_cell.id = comment.cell_id JOIN "
            "submitted_notebook ON submitted_notebook.id = comment.notebook_id JOIN submitted_assignment "
            "ON submitted_assignment.id = submitted_notebook.assignment_id "
            "WHERE base_cell.name = 'trade_off' AND student_id = ?", (student,)).fetchone()[0])  # fmt: skip


def type_in_formgrader(out: Path, student: str, cell: str, score: float) -> None:
    with closing(sqlite3.connect(out / "gradebook.db")) as line, line:
        line.execute(
            "UPDATE grade SET manual_score = ?, needs_manual_grade = 0 WHERE cell_id IN (SELECT id FROM base_cell "
            "WHERE name = ?) AND notebook_id IN (SELECT submitted_notebook.id FROM submitted_notebook JOIN "
            "submitted_assignment ON submitted_assignment.id = submitted_notebook.assignment_id "
            "WHERE student_id = ?)",
            (score, cell, student),
        )


def collect(room: Path, out: Path) -> dict[str, float]:
    arguments = command(room, out, "--json")
    assert main([*arguments, "--collect"]) == 0
    return {}


def test_the_desk_finds_everything_where_grading_found_it(room: Path) -> None:
    made = read_made_from(room / "out")
    assert made.submissions == (room / "submissions").resolve()
    assert len(DeskFolder(room / "out").batch.works) == 5
    assert read_made_from(room) == MadeFrom()


def test_what_is_decided_is_in_the_gradebook_before_the_page_answers(room: Path, out: Path) -> None:
    session = sit_down(room, out)
    decide(session, ANN, MANUAL, 1.5)
    assert scores(out, ANN)["trade_off"] == (1.5, 0)
    assert scores(out, ANN)["trade_off-evidence"][0] is None  # numbers_traced is still open there
    decide(session, ANN, TRACED, 3.0)
    assert scores(out, ANN)["trade_off-evidence"] == (6.0, 0)


def test_what_two_parts_of_an_answer_get_as_comments_is_kept_together_with_what_formgrader_holds(
    room: Path, out: Path
) -> None:
    with closing(sqlite3.connect(out / "gradebook.db")) as line, line:
        line.execute(
            "UPDATE comment SET manual_comment = 'typed before' WHERE id IN (SELECT comment.id FROM comment "
            "JOIN base_cell ON base_cell.id = comment.cell_id WHERE base_cell.name = 'trade_off')"
        )
    session = sit_down(room, out)
    decide(session, ANN, MANUAL, 1.5, comment="one")
    decide(session, ANN, TRACED, 0.0, comment="two")
    assert comments(out, ANN) == "typed before\n\none\n\ntwo"
    session.undo("")
    assert comments(out, ANN) == "typed before\n\none"
    assert session.disagreements() == ()


def test_undo_takes_back_the_last_decision_in_store_and_gradebook(room: Path, out: Path) -> None:
    session = sit_down(room, out)
    decide(session, ANN, MANUAL, 2.0)
    assert session.undo("") == ((ANN, MEMO), 1)
    assert scores(out, ANN)["trade_off"] == (None, 1)
    assert any(item.key == (ANN, MEMO, MANUAL) for item in session.folder.standing().open)
    with pytest.raises(DeskError, match="nothing of yours"):
        session.undo("")


def test_decisions_reach_feedback_page_score_and_worksheet_by_collect(room: Path, out: Path) -> None:
    session = sit_down(room, out)
    for item, points in ((MANUAL, 1.5), (TRACED, 0.0)):
        decide(session, ANN, item, points, comment=f"about {item}")
    collect(room, out)
    page = (out / "feedback" / f"{ANN}.html").read_text()
    assert "about person" in page
    assert f"about {TRACED}" in page
    assert "Ada" not in page  # who decided is the graders' own business
    line = json.loads((out / "results.jsonl").read_text().splitlines()[0])
    assert line["pending"] == 11.0  # the checks' own word stays what it was


def test_a_score_that_was_typed_in_formgrader_is_a_decision_and_not_open_at_the_desk(room: Path, out: Path) -> None:
    type_in_formgrader(out, ANN, "trade_off", 1.0)
    session = sit_down(room, out)
    assert not any(item.key == (ANN, MEMO, MANUAL) for item in session.folder.standing().open)
    assert scores(out, ANN)["trade_off"] == (1.0, 0)


@pytest.mark.parametrize(("keep", "left"), [("desk", 2.0), ("formgrader", 0.5)])
def test_where_both_hold_a_score_neither_is_overwritten_until_a_person_chooses(
    room: Path, out: Path, keep: str, left: float
) -> None:
    session = sit_down(room, out)
    decide(session, ANN, MANUAL, 2.0)
    type_in_formgrader(out, ANN, "trade_off", 0.5)
    (found,) = session.disagreements()
    assert (found.desk.score, found.formgrader.score) == (2.0, 0.5)
    assert scores(out, ANN)["trade_off"] == (0.5, 0)
    assert "hold different things" in pages_of(session).overview()
    session.choose(ANN, "trade_off", keep)
    assert session.disagreements() == ()
    assert scores(out, ANN)["trade_off"] == (left, 0)
    with pytest.raises(DeskError, match="not there any more"):
        session.choose(ANN, "trade_off", keep)


def test_a_decision_survives_a_new_grading_and_waits_again_where_the_answer_is_another(
    room: Path, tmp_path: Path
) -> None:
    own = tmp_path / "room"
    shutil.copytree(room, own)
    session = sit_down(own, own / "out")
    for student in (ANN, BEN):
        decide(session, student, MANUAL, 2.0)
    hand_in_again(own, [1])
    assert main(command(own, own / "out", "--json")) == 0
    now = session.folder.standing()
    assert (ANN, MEMO, MANUAL) in now.decided
    assert (BEN, MEMO, MANUAL) in now.earlier
    assert any(item.key == (BEN, MEMO, MANUAL) for item in now.open)
    assert "have changed since" in pages_of(session).decide(BEN, MEMO)


def test_equal_answers_are_one_group_and_only_those_that_were_looked_at_are_decided(room: Path, out: Path) -> None:
    """Nobody answered batch_size, so all of them say the same there."""
    session = sit_down(room, out)
    work, now = session.work(ANN), session.folder.standing()
    item = next(one for one in work.of_cell("batch_size") if one.open)
    alike = [one.result.submission for one in session.alike(work, item, now)]
    assert BEN in alike
    decide(session, ANN, item.name, 0.0, "batch_size", alike=[BEN])
    decided = {key[0] for key in session.folder.standing().decided}
    assert decided == {ANN, BEN}
    assert session.undo("") == ((ANN, "batch_size"), 2)  # where the group was decided, not its last member
    assert session.folder.standing().decided == {}


def test_two_graders_see_what_the_other_has_open_and_are_led_past_it(room: Path, out: Path) -> None:
    ada, bo = sit_down(room, out), sit_down(room, out, "Bo")
    assert ada.take(ANN, MEMO) == ""
    assert bo.take(ANN, MEMO) == "Ada"
    assert "Ada has this open" in pages_of(bo).decide(ANN, MEMO)
    assert bo.first_of(MEMO) == (BEN, MEMO)


def test_what_both_decide_is_written_once_and_the_second_is_told(room: Path, out: Path) -> None:
    ada, bo = sit_down(room, out), sit_down(room, out, "Bo")
    seen = bo.last_seen()
    decide(ada, ANN, MANUAL, 2.0)
    with pytest.raises(DeskError, match="Ada decided this"):
        bo.save(ANN, MEMO, {"item": MANUAL, "points": 0, "seen": seen, "request": "bo"})
    assert scores(out, ANN)["trade_off"] == (2.0, 0)


def test_what_is_decided_while_a_page_is_made_does_not_count_as_seen_on_it(
    room: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada, bo = sit_down(room, out), sit_down(room, out, "Bo")
    take = bo.take
    monkeypatch.setattr(bo, "take", lambda *place: decide(ada, ANN, MANUAL, 2.0) and take(*place))
    assert 'data-seen="0"' in pages_of(bo).decide(ANN, MEMO)
    with pytest.raises(DeskError, match="Ada decided this"):
        bo.save(ANN, MEMO, {"item": MANUAL, "points": 0, "seen": 0, "request": "bo"})


def test_an_equal_answer_can_be_decided_again_once_a_decision_on_it_was_taken_back(room: Path, out: Path) -> None:
    session = sit_down(room, out)
    item = next(one for one in session.work(ANN).of_cell("batch_size") if one.open)
    decide(session, BEN, item.name, 0.0, "batch_size")
    session.undo("")
    decide(session, ANN, item.name, 0.0, "batch_size", alike=[BEN])
    assert {key[0] for key in session.folder.standing().decided} == {ANN, BEN}


def test_time_left_follows_the_pace_of_the_last_decisions(room: Path, out: Path) -> None:
    clock = Clock()
    session = sit_down(room, out, clock=clock)
    assert session.progress().left is None
    for number, student in enumerate((ANN, BEN, OLD_ONE, "student-2-1002")):
        clock.pass_by(seconds=20 if number else 3600)
        decide(session, student, MANUAL, 1.0)
    now = session.progress()
    assert now.left == pytest.approx(20 * now.open)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"item": MANUAL, "points": 2.5}, r"2.5 points are not possible here. Give 0 to 2"),
        ({"item": MANUAL, "points": -1}, "-1 points are not possible"),
        ({"item": MANUAL, "points": float("nan")}, "nan points are not possible"),
        ({"item": MANUAL}, "Give points from 0 to 2, or choose a line"),
        ({"item": MANUAL, "points": "many"}, "Give points from 0 to 2"),
        ({"item": MANUAL, "points": 1, "lines": ["gone"]}, "no line 'gone' any more"),
        ({"item": "memo.other", "points": 1}, "Nothing called 'memo.other' is decided"),
        ({"item": MANUAL, "points": 1, "comment": "x" * 6000}, "has 6000 characters; at most 5000"),
        ({"item": MANUAL, "points": 1, "request": ""}, "no request number"),
    ],
)
def test_a_decision_that_cannot_be_is_refused_in_a_sentence_and_nothing_is_written(
    room: Path, out: Path, body: dict[str, object], told: str
) -> None:
    session = sit_down(room, out)
    with pytest.raises(DeskError, match=told):
        session.save(ANN, MEMO, {"request": "r", "seen": 0, **body})
    assert session.folder.decisions() == []
