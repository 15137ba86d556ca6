"""Requests to look again: read without guessing, shown at the desk, answered on the next page."""

import zipfile
from pathlib import Path

import pytest

from grader.desk.items import Item, Work
from grader.desk.requests import read_form, read_requests
from grader.errors import DeskError
from grader.model import Result
from grader.pages.look_again import form
from paribus.cli import main
from tests.grader.classroom import make_assignment
from tests.grader.desk_class import ANN, MEMO, copy_of, graded_class, pages_of, sit_down
from tests.robust.small_class import command


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return graded_class(tmp_path_factory.mktemp("requests"))


ITEM = Item(ANN, MEMO, "person", 2.0, None, "asked", "answered")
WORKS = {ANN: Work(Result(ANN, "1000", "a.html", "f" * 64, "graded"), make_assignment(), (ITEM,))}
FILLED = form(ANN, MEMO).replace(
    "(your reasons, in a few sentences)", "You read 0.5 as 5.\nLook at the second table."
)


@pytest.mark.parametrize(
    "text",
    [
        FILLED,
        f"Dear Ada,\n\nsorry to bother you!\n\n{FILLED}",
        "\n".join(f"> {line}" for line in FILLED.splitlines()).replace("> Please", "Please"),
        FILLED.replace("submission:", "**Submission:**").replace("about:", "About :"),
        FILLED.replace("\n", "\r\n"),
    ],
    ids=["plain", "in a letter", "quoted", "bold", "windows"],
)
def test_a_form_is_read_whatever_is_around_it(text: str) -> None:
    found = read_form(text, WORKS)
    assert (found.submission, found.cell) == (ANN, MEMO)
    assert found.because.startswith("You read 0.5 as 5.")
    assert "second table" in found.because


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Hello, I want more points.", "there is no line “Please look again”"),
        (FILLED.replace("about:", "regarding:"), "has no line “about: …”"),
        (form(ANN, MEMO), "gives no reason"),
        (FILLED.replace(ANN, "nobody"), "no submission 'nobody'"),
        (FILLED.replace(MEMO, "memo9"), f"nothing of 'memo9' is graded. The form can be about {MEMO}"),
    ],
)
def test_a_form_that_cannot_be_read_is_told_in_a_sentence(text: str, told: str) -> None:
    with pytest.raises(DeskError, match=told):
        read_form(text, WORKS, "mail.txt")


def test_of_a_zip_from_moodle_each_form_is_its_senders_and_others_files_are_named(tmp_path: Path) -> None:
    path = tmp_path / "requests.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Student 0_1000_assignsubmission_file_/again.txt", FILLED)
        archive.writestr("Eve_1099_assignsubmission_file_/again.txt", FILLED)
        archive.writestr(
            "Bo_1002_assignsubmission_onlinetext_/onlinetext.html", FILLED.replace("\n", "<br>") + "<p>Bye"
        )
        archive.writestr("Cy_1003_assignsubmission_file_/photo.png", b"\x89PNG")
    requests, problems = read_requests(path, WORKS)
    assert [one.source.split("_")[0] for one in requests] == ["Student 0"]
    assert len(problems) == 2
    assert all("another person's. Nothing was taken in." in problem for problem in problems)


def test_a_request_is_listed_at_the_desk_answered_there_and_read_on_the_next_feedback_page(
    room: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = copy_of(room, tmp_path / "out")
    page = (out / "feedback" / f"{ANN}.html").read_text()
    assert "Please look again" in page
    assert f"submission: {ANN}" in page
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "ann.txt").write_text(FILLED.replace("5.\n", "5 <script>alert(1)</script>.\n"))
    (tmp_path / "mail" / "other.txt").write_text("no form")
    arguments = ["desk", str(out), "--requests", str(tmp_path / "mail"), "--disagreements"]
    assert main(arguments) == 0
    assert "1 new requests to look again, 0 known already." in (said := capsys.readouterr().out)
    assert "other.txt: there is no line" in said
    assert main(arguments) == 0
    assert "0 new requests to look again, 1 known already." in capsys.readouterr().out
    session = sit_down(room, out)
    pages = pages_of(session)
    assert "1 request to look again" in pages.overview()
    shown = pages.decide(ANN, MEMO)
    assert "asks for another look" in shown
    assert "<script>alert" not in shown
    (asked,) = session.folder.store.asked()[ANN]
    session.answer(asked.number, "You are right: the second table counts.")
    assert "to look again</h2>" not in pages.overview()
    for text, told in (("", "1 to 5000 characters"), ("x" * 6000, "this one has 6000")):
        with pytest.raises(DeskError, match=told):
            session.answer(asked.number, text)
    with pytest.raises(DeskError, match="not there any more"):
        session.answer(99, "to nobody")
    assert main([*command(room, out, "--json"), "--collect"]) == 0
    page = (out / "feedback" / f"{ANN}.html").read_text()
    assert "You asked for another look" in page
    assert "You are right: the second table counts." in page
    assert "<script>alert" not in page


def test_a_place_without_requests_is_told(room: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(
            ["desk", str(copy_of(room, tmp_path / "out")), "--requests", str(tmp_path / "gone"), "--disagreements"]
        )
    assert "gone does not exist. Name the file or folder" in capsys.readouterr().err
