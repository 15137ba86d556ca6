"""`paribus grade` from a folder of files to everything that leaves grading."""

import csv
import hashlib
import io
import json
import re
import shutil
import zipfile
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook

from grader.classrun.storage import LOCK, MARKER
from paribus.cli import main
from paribus.course.assignment import Role
from paribus.course.release import write_release
from tests.grader.classroom import CELLS, make_assignment, make_release

NAME = "week1_homework"
RELEASE = make_release()
SHEET = (
    "Identifier,Full name,Status,Grade,Maximum grade,Grade can be changed,"
    "Last modified (submission),Last modified (grade),Feedback comments\n"
    'Participant 101,"Ada Lovelace",Submitted,,28.00,Yes,-,-,\n'
    'Participant 109,"Nobody Yet",No submission,,28.00,Yes,-,-,\n'
)


def submission(**sources: str) -> bytes:
    """The student's notebook, run from top to bottom, with these sources in it."""
    cells = []
    for number, cell in enumerate(CELLS, 1):
        source = sources.get(cell.key, cell.source)
        if cell.cell_type == "markdown":
            cells.append(nbformat.v4.new_markdown_cell(source, id=cell.key))
        else:
            shown = [nbformat.v4.new_output("stream", text="done\n")] if cell.role is Role.SETUP else []
            cells.append(nbformat.v4.new_code_cell(source, id=cell.key, execution_count=number, outputs=shown))
    return str(nbformat.writes(nbformat.v4.new_notebook(cells=cells))).encode()


def moodle_zip(path: Path, trace: Path) -> Path:
    """Ada's work, a PDF, an empty file and a file of someone who is in no worksheet."""
    attack = f"open({str(trace)!r}, 'w').write('x')"
    done = submission(tail_share=attack, trade_off="## The trade-off\n\nMacro-F1 rose, accuracy fell.")
    members = {
        "Ada Lovelace_101_assignsubmission_file_/homework.ipynb": done,
        "Bob_102_assignsubmission_file_/homework.html": b"%PDF-1.7 not a notebook",
        "Eve_103_assignsubmission_file_/empty.html": b"",
        "Eve_103_assignsubmission_file_/later.ipynb": submission(),
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def read_results(out: Path) -> dict[str, dict[str, Any]]:
    lines = (out / "results.jsonl").read_text(encoding="utf-8").splitlines()
    return {item["submission"]: item for item in map(json.loads, lines)}


def rows(out: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO((out / "worksheet.csv").read_text(encoding="utf-8"))))


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the release, the zip and the worksheet, graded once."""
    folder = tmp_path_factory.mktemp("room")
    write_release(folder / "release", RELEASE)
    moodle_zip(folder / "class.zip", folder / "ran")
    (folder / "sheet.csv").write_text(SHEET, encoding="utf-8")
    assert run_grade(folder) == 0
    return folder


def run_grade(folder: Path, *more: str) -> int:
    return main(
        ["grade", str(folder / "class.zip"), "--assignment", NAME, "--release", str(folder / "release"),
         "--worksheet", str(folder / "sheet.csv"), "--out", str(folder / "out"), *more]
    )  # fmt: skip


def test_a_batch_with_bad_files_is_graded_and_exits_with_zero(room: Path) -> None:
    found = read_results(room / "out")
    status = {
        result["source"].rsplit("/", 1)[-1] + result["student"]: result["status"] for result in found.values()
    }
    assert status == {
        "homework.ipynb101": "graded",
        "homework.html102": "unreadable",
        "empty.html103": "unreadable",
        "later.ipynb103": "graded",
    }
    marker = json.loads((room / "out" / MARKER).read_text())
    assert marker["submissions"] == 4
    for name in marker["files"]:
        assert (room / "out" / name).is_file()


def test_every_bad_file_has_a_clear_line_in_the_report(room: Path) -> None:
    text = (room / "out" / "report.html").read_text(encoding="utf-8")
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))
    assert re.search(r"Bob homework.html Not graded\. This file seems to be \w", text)
    assert re.search(r"Eve \(empty\.html\) empty\.html Not graded\.", text)
    assert "2 files were handed in" in text
    assert "not in the worksheet" in text


def test_no_code_of_a_student_was_run(room: Path) -> None:
    assert not (room / "ran").exists()


def test_moodle_gets_no_grade_while_anything_is_open(room: Path) -> None:
    identifiers = [row[0] for row in rows(room / "out")]
    assert identifiers == ["Identifier", "Participant 101"]
    ada = rows(room / "out")[1]
    assert ada[3] == ""
    assert "wait for a person" in ada[8]


def test_the_end_of_a_run_says_in_which_order_to_upload(room: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A feedback file that comes first makes Moodle ignore the worksheet without a word."""
    assert run_grade(room, "--collect") == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "upload worksheet.csv first and feedback.zip after it" in told
    assert "tick “Allow updating records" in told
    assert f"To decide what waits, type: paribus desk {room / 'out'}" in told


def test_every_submission_has_a_page_and_a_place_in_moodles_zip(room: Path) -> None:
    pages = {path.stem for path in (room / "out" / "feedback").iterdir()}
    assert pages == set(read_results(room / "out"))
    with zipfile.ZipFile(room / "out" / "feedback.zip") as archive:
        numbers = sorted(name.split("_")[1] for name in archive.namelist())
    assert numbers == ["101", "102", "103", "103"]


def test_a_persons_grades_reach_moodle_and_the_page_and_survive_a_second_run(room: Path) -> None:
    """Grade every open cell in formgrader and run the command again: the Grade is there, the verdicts stay."""
    out = room / "out"
    before = (out / "results.jsonl").read_bytes()
    student = next(name for name, result in read_results(out).items() if result["student"] == "101")
    with Gradebook(f"sqlite:///{out / 'gradebook.db'}", "") as book:
        notebook = book.find_submission_notebook(NAME, NAME, student)
        assert notebook.needs_manual_grade
        for cell in notebook.grades:
            if cell.needs_manual_grade:
                cell.manual_score, cell.needs_manual_grade = cell.max_score, False
        book.find_comment("trade_off", NAME, NAME, student).manual_comment = "Well argued."
        book.db.commit()
        total = book.find_submission(NAME, student).score
    assert run_grade(room) == 0
    ada = rows(out)[1]
    assert ada[3] == f"{total:.2f}"
    assert "Well argued." in (out / "feedback" / f"{student}.html").read_text(encoding="utf-8")
    assert (out / "results.jsonl").read_bytes() == before
    written = {
        path: path.read_bytes() for path in out.iterdir() if path.suffix in (".html", ".csv", ".zip", ".json")
    }
    assert run_grade(room) == 0
    assert {path: path.read_bytes() for path in written} == written


BAD = {
    "a zip that is cut": ("class.zip", b"PK no zip", "is no zip"),
    "an archive of another kind": ("class.rar", b"Rar!", "is neither a zip, nor a folder, nor a notebook"),
    "another table": ("sheet.csv", b"Eins,Zwei,Drei\nx,y,z\n", "expected Moodle's identifier"),
    "an Excel workbook": ("sheet.csv", b"PK\x03\x04\xff", "Save the table as CSV UTF-8"),
}


@pytest.mark.parametrize("case", BAD.values(), ids=list(BAD))
def test_a_wrong_file_ends_the_run_before_anything_is_changed(
    tmp_path: Path, room: Path, capsys: pytest.CaptureFixture[str], case: tuple[str, bytes, str]
) -> None:
    """A download that was cut off takes nothing away from the class that was graded before."""
    name, content, told = case
    out = tmp_path / "out"
    shutil.copytree(room / "out", out)
    before = {path: path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}
    (tmp_path / name).write_bytes(content)
    submissions = room / "class.zip" if name == "sheet.csv" else tmp_path / name
    more = ["--worksheet", str(tmp_path / name)] if name == "sheet.csv" else []
    arguments = ["grade", str(submissions), "--assignment", NAME, "--release", str(room / "release"), *more]
    assert main([*arguments, "--out", str(out)]) == 1
    assert told in " ".join(capsys.readouterr().err.split())
    assert {path: content for path, content in before.items() if path.name != LOCK} == {
        path: path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file() and path.name != LOCK
    }


def test_the_summary_for_programs(tmp_path: Path, room: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "page.html").write_bytes(b"%PDF-1.7")
    status = main(
        ["grade", str(tmp_path / "page.html"), "--assignment", NAME, "--release", str(room / "release" / NAME),
         "--out", str(tmp_path / "out"), "--json"]
    )  # fmt: skip
    told = json.loads(capsys.readouterr().out)
    assert status == 0
    assert told["status"] == {"unreadable": 1}
    assert told["waiting"] == ["page"]
    assert "seems to be a PDF" in told["remarks"]["page"][0]
    assert told["notes"] == []


def test_an_assignment_without_a_release_is_told_with_the_one_that_was_meant(
    room: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    releases = tmp_path / "build" / "instructor" / "release"
    shutil.copytree(room / "release", releases)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit):
        main(["grade", str(room / "class.zip"), "--assignment", f"{NAME}k", "--out", str(tmp_path / "out")])
    told = " ".join(capsys.readouterr().err.split())
    assert f"Make it with `paribus release {NAME}k`" in told
    assert f"Did you mean '{NAME}'?" in told


def test_an_empty_folder_is_refused(tmp_path: Path, room: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "empty").mkdir()
    arguments = ["grade", str(tmp_path / "empty"), "--assignment", NAME, "--release", str(room / "release")]
    assert main([*arguments, "--out", str(tmp_path / "out")]) == 1
    assert "there is no submission in it" in capsys.readouterr().err


def test_files_of_somebodys_own_are_not_written_over(
    tmp_path: Path, room: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A worksheet of Moodle's that lies in the output folder, before any run was there."""
    arguments = ["grade", str(room / "class.zip"), "--assignment", NAME, "--release", str(room / "release")]
    out = tmp_path / "out"
    out.mkdir()
    (out / "worksheet.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(SystemExit):
        main([*arguments, "--out", str(out)])
    assert "holds worksheet.csv, which no `paribus grade` wrote there" in " ".join(capsys.readouterr().err.split())
    with pytest.raises(SystemExit):
        main([*arguments, "--out", str(out), "--worksheet", str(out / "worksheet.csv")])
    assert "is what a run writes in" in " ".join(capsys.readouterr().err.split())
    assert (out / "worksheet.csv").read_text(encoding="utf-8") == "mine"


def test_a_folder_of_a_build_is_no_release(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It ends in the same marker, and holds files that are no text."""
    picture = b"\x89PNG\xff"
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "a.png").write_bytes(picture)
    marker = {"files": {"a.png": hashlib.sha256(picture).hexdigest()}}
    (tmp_path / "build" / "complete.json").write_text(json.dumps(marker), encoding="utf-8")
    (tmp_path / "in").mkdir()
    arguments = ["grade", str(tmp_path / "in"), "--assignment", NAME, "--out", str(tmp_path / "out")]
    assert main([*arguments, "--release", str(tmp_path / "build")]) == 1
    told = " ".join(capsys.readouterr().err.split())
    assert "names no assignment.json" in told
    assert "instructor/release below it" in told


GIVEN = ["here.zip", "--assignment", NAME, "--release", "release"]
WRONG = {
    "no release": (["here.zip", "--assignment", "week9_lab"], "Make it with `paribus release week9_lab`"),
    "another release": ([*GIVEN[:3], "--release", "other/week1_lab"], "is the release of week1_lab"),
    "other releases": ([*GIVEN[:3], "--release", "other"], "holds the releases of week1_lab, and none of"),
    "no submissions": (["nowhere.zip", *GIVEN[1:]], "nowhere.zip does not exist"),
    "no worksheet": ([*GIVEN, "--worksheet", "no.csv"], "there is no file no.csv"),
    "no processes": ([*GIVEN, "-j", "0"], "-j 0"),
    "a file as folder": ([*GIVEN, "--out", "here.zip"], "is a file"),
    "no assignment": (["here.zip"], "--assignment"),
}


@pytest.mark.parametrize(("arguments", "told"), WRONG.values(), ids=list(WRONG))
def test_wrong_usage_exits_with_two_and_says_what_to_type(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    told: str,
) -> None:
    from dataclasses import replace

    monkeypatch.chdir(tmp_path)
    Path("here.zip").write_bytes(b"")
    write_release(Path("release"), RELEASE)
    write_release(Path("other"), replace(RELEASE, assignment=replace(make_assignment(), name="week1_lab")))
    with pytest.raises(SystemExit) as stopped:
        main(["grade", "--out", "out", *arguments])
    assert stopped.value.code == 2
    assert told in " ".join(capsys.readouterr().err.split())
