"""The desk and the folders on the disk: what was moved, replaced or is gone, and who is told apart by files."""

import fcntl
import json
import re
import shutil
from pathlib import Path

import pytest

from grader.desk.folder import DeskFolder
from grader.desk.items import MANUAL
from grader.errors import DeskError
from grader.grading.results import read_results
from grader.model import Submission
from paribus.cli import main
from tests.grader.desk_class import ANN, BEN, MEMO, copy_of, decide, graded_class, pages_of, sit_down
from tests.grader.test_desk_session import scores
from tests.robust.small_class import command


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return graded_class(tmp_path_factory.mktemp("desk"))


@pytest.fixture
def out(room: Path, tmp_path: Path) -> Path:
    return copy_of(room, tmp_path / "out")


def test_nothing_is_decided_while_the_folder_is_being_graded(room: Path, out: Path) -> None:
    session = sit_down(room, out)
    with (out / ".paribus.lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(DeskError, match="being graded at the moment"):
            decide(session, ANN, MANUAL, 1.0)
    assert session.folder.decisions() == []
    decide(session, ANN, MANUAL, 1.0)


def test_a_submission_that_was_withdrawn_or_replaced_is_told(room: Path, tmp_path: Path) -> None:
    own = tmp_path / "room"
    shutil.copytree(room, own)
    session = sit_down(own, own / "out")
    path = next((own / "submissions").glob("Student 1_*")) / "homework.ipynb"
    path.write_bytes(b"another")
    with pytest.raises(DeskError, match=r"another file than the one that was graded\. Grade again"):
        session.folder.file(BEN)
    path.unlink()
    again = sit_down(own, own / "out")
    with pytest.raises(DeskError, match=f"no file of {BEN} any more"):
        again.folder.file(BEN)


def test_what_the_first_pages_need_is_read_before_and_a_file_that_is_gone_stops_nothing(
    room: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = sit_down(room, out)
    pages = pages_of(session)
    file = session.folder.file

    def without_ann(submission: str) -> Submission:
        if submission == ANN:
            raise DeskError("There is no file of Ann any more.")
        return file(submission)

    monkeypatch.setattr(session.folder, "file", without_ann)
    pages.prepare()
    monkeypatch.setattr(session.folder, "file", lambda name: pytest.fail(f"{name} was read again"))
    assert "Student 1" in pages.decide(BEN, MEMO)


def test_what_is_not_there_is_said_with_what_to_type(room: Path, out: Path, tmp_path: Path) -> None:
    with pytest.raises(DeskError, match="no submission 'nobody'"):
        sit_down(room, out).work("nobody")
    with pytest.raises(DeskError, match="Nothing of 'nothing' is graded"):
        sit_down(room, out).work(ANN, "nothing")
    with pytest.raises(DeskError, match=r"gone is no folder. Name the --out of a finished `paribus grade`"):
        DeskFolder(tmp_path / "gone")
    (tmp_path / "wrong" / "here").mkdir(parents=True)
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "complete.json").write_text("{}")  # as `paribus release` leaves one
    with pytest.raises(
        DeskError, match=r"wrong/here is no folder that `paribus grade … --out OUT` wrote.*desk OUT`"
    ):
        DeskFolder(tmp_path / "wrong" / "here")
    with pytest.raises(
        DeskError, match=rf"there is no results\.jsonl in it\. Type `paribus desk {re.escape(str(out))}`"
    ):
        DeskFolder(out.parent)
    with pytest.raises(DeskError, match=r"is not there. Name them with --submissions PATH"):
        DeskFolder(out, tmp_path / "gone")
    with pytest.raises(DeskError, match=r"neither in .* nor beside it\. Type `paribus desk .* --release DIR`"):
        _ = DeskFolder(out, releases=[tmp_path / "gone" / "gone"]).batch
    (out / "made_from.json").write_text(json.dumps({"submissions": str(room), "releases": []}))
    with pytest.raises(DeskError, match=r"which release was used. Name it with --release DIR"):
        DeskFolder(out)
    (out / "made_from.json").unlink()
    with pytest.raises(DeskError, match=r"nothing says where they are"):
        DeskFolder(out)
    with pytest.raises(DeskError, match=r"was graded with the release .* neither in .*older"):
        _ = DeskFolder(out, room / "submissions", [room / "older" / "week1_homework"]).batch
    (out / "complete.json").unlink()
    with pytest.raises(DeskError, match=r"no finished batch\. Run `paribus grade"):
        _ = sit_down(room, out).folder.batch


def test_a_release_that_was_moved_or_followed_by_another_is_found(room: Path, tmp_path: Path) -> None:
    own = Path(shutil.copytree(room, tmp_path / "room"))
    places = [own / "release" / "week1_homework", own / "older" / "week1_homework"]
    known = DeskFolder(own / "out", own / "submissions", places).batch.releases.keys()
    (own / "release").rename(own / "release of March")
    assert DeskFolder(own / "out", own / "submissions", places).batch.releases.keys() == known
    kept = own / "release of March" / "week1_homework" / "older" / "before"
    kept.parent.mkdir()
    (own / "older" / "week1_homework").rename(kept)  # as `paribus release` sets the one before aside
    now = [own / "release of March" / "week1_homework"]
    assert DeskFolder(own / "out", own / "submissions", now).batch.releases.keys() == known


def test_names_are_hidden_where_a_grader_wants_it(room: Path, out: Path) -> None:
    session = sit_down(room, out, blind=True)
    pages = pages_of(session)
    for page in (pages.overview(), pages.decide(ANN, "batch_size"), pages.notebook(ANN)):
        assert "Student 0<" not in page
        assert "Submission " in page


def test_two_people_of_one_name_are_told_apart_by_their_files(
    room: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "<strong>Student 0</strong>" in pages_of(sit_down(room, out)).decide(ANN, MEMO)
    monkeypatch.setattr("grader.desk.pages.who", lambda result: "Yusuf Demir")
    pages = pages_of(sit_down(room, out))
    source = pages.session.work(ANN).result.source
    assert f"Yusuf Demir ({source})" in pages.decide(ANN, MEMO)
    assert f"Yusuf Demir ({source})" in pages.overview()


def test_a_graded_folder_stays_one_that_grading_knows(room: Path, out: Path) -> None:
    """The store is in it; a later run keeps it, and its results are what they were."""
    decide(sit_down(room, out), ANN, MANUAL, 2.0)
    before = read_results(out / "results.jsonl")
    assert main(command(room, out, "--json")) == 0
    assert read_results(out / "results.jsonl") == before
    assert (out / "decisions.db").is_file()
    assert scores(out, ANN)["trade_off"] == (2.0, 0)
