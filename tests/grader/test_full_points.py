"""Full points for everyone: a decision like any other, reversible, and told in the feedback."""

from pathlib import Path

import pytest

from grader.desk.items import MANUAL, points_of
from grader.errors import DeskError
from paribus.cli import main
from tests.grader.desk_class import ANN, BEN, MEMO, STUDENTS, copy_of, decide, graded_class, sit_down
from tests.robust.small_class import command

WHY = "The rubric asked for something that the notebook did not say."


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return graded_class(tmp_path_factory.mktemp("desk"))


@pytest.fixture
def out(room: Path, tmp_path: Path) -> Path:
    return copy_of(room, tmp_path / "out")


def desk(room: Path, out: Path, *more: str) -> int:
    places = [f"{room / name / 'week1_homework'}" for name in ("release", "older")]
    releases = [part for place in places for part in ("--release", place)]
    return main(["desk", f"{out}", "--submissions", f"{room / 'submissions'}", *releases, "--name", "Ada", *more])


def held(room: Path, out: Path, submission: str, item: str) -> float | None:
    """What a person gave an item; None where nobody decided."""
    session = sit_down(room, out)
    decision = session.folder.standing().decided.get((submission, MEMO, item))
    if decision is None:
        return None
    work = session.work(submission)
    return next(points_of(decision, one, None) for one in work.of_cell(MEMO) if one.name == item)


def most(room: Path, out: Path, item: str) -> float:
    return next(one.points for one in sit_down(room, out).work(ANN).of_cell(MEMO) if one.name == item)


def test_everyone_gets_full_points_and_reads_why(room: Path, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert desk(room, out, "--full-points", MEMO, "--because", WHY) == 0
    assert f"Full points for {MEMO} were given to {STUDENTS} submissions." in capsys.readouterr().out
    assert not [item for item in sit_down(room, out).folder.standing().open if item.cell == MEMO]
    assert held(room, out, BEN, MANUAL) == most(room, out, MANUAL)
    assert main([*command(room, out), "--collect"]) == 0
    pages = [page.read_text(encoding="utf-8") for page in (out / "feedback").glob("*.html")]
    assert len(pages) == STUDENTS
    assert all(WHY in page for page in pages)


def test_one_check_alone_is_given_and_nothing_else(room: Path, out: Path) -> None:
    assert desk(room, out, "--full-points", f"{MEMO}:{MANUAL}", "--because", WHY) == 0
    decided = sit_down(room, out).folder.standing().decided
    assert {key[1:] for key in decided} == {(MEMO, MANUAL)}


def test_it_can_be_typed_again(room: Path, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        assert desk(room, out, "--full-points", MEMO, "--because", WHY) == 0
    assert f"given to 0 submissions; {STUDENTS} had them" in capsys.readouterr().out


@pytest.mark.parametrize("by", ["the command", "z at the desk"])
def test_taken_back_everyone_has_what_was_before(
    room: Path, out: Path, by: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also what a person had decided before."""
    decide(sit_down(room, out, "Bo"), ANN, MANUAL, 1.0)
    assert desk(room, out, "--full-points", MEMO, "--because", WHY) == 0
    assert held(room, out, ANN, MANUAL) == most(room, out, MANUAL)
    if by == "the command":
        assert desk(room, out, "--take-back", MEMO) == 0
        assert f"were taken back for {STUDENTS} submissions" in capsys.readouterr().out
    else:
        sit_down(room, out, "Ada").undo("")
    assert held(room, out, ANN, MANUAL) == 1.0
    assert held(room, out, BEN, MANUAL) is None
    assert desk(room, out, "--take-back", MEMO) == 1
    with pytest.raises(DeskError, match="nothing of yours"):
        sit_down(room, out, "Ada").undo("")


def test_what_somebody_decided_since_stays_when_it_is_taken_back(room: Path, out: Path) -> None:
    assert desk(room, out, "--full-points", MEMO, "--because", WHY) == 0
    decide(sit_down(room, out, "Bo"), ANN, MANUAL, 1.0)
    assert desk(room, out, "--take-back", MEMO) == 0
    assert held(room, out, ANN, MANUAL) == 1.0
    assert held(room, out, BEN, MANUAL) is None


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--full-points", "trade_of", "--because", WHY), "Did you mean 'trade_off'?"),
        (("--full-points", f"{MEMO}:persn", "--because", WHY), f"Did you mean '{MEMO}:person'?"),
        (("--full-points", MEMO), 'Say why in 1 to 5000 characters, for students to read: --because "…".'),
        (("--take-back", MEMO), "there is nothing to take back"),
    ],
)
def test_what_cannot_be_given_is_said(
    room: Path, out: Path, arguments: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert desk(room, out, *arguments) == 1
    assert says in capsys.readouterr().err
    assert sit_down(room, out).folder.decisions() == []


def test_a_take_back_names_what_was_given(room: Path, out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert desk(room, out, "--full-points", MEMO, "--because", WHY) == 0
    assert desk(room, out, "--take-back", f"{MEMO}:{MANUAL}") == 1
    assert f"They were given for {MEMO}." in capsys.readouterr().err
