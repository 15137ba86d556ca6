"""The demo's class: entries of the rehearsal's tables, handed in as Moodle gives them, and graded as expected."""

import csv
import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from generator.classroom import students as module
from generator.classroom.moodle import HandedIn, identifier_of, write_worksheet, write_zip
from generator.classroom.room import Classroom, make_files
from generator.classroom.students import FILES, NoWork, class_assignment, class_audit, read_class
from generator.demo import compare
from generator.errors import RehearsalError
from generator.rehearsal.draw import Variant
from generator.rehearsal.exports import exporter_for
from generator.rehearsal.table import Fault
from paribus.cli import main
from paribus.course.declared import shipped_checks
from paribus.records.block import records_of
from tests.generator.rehearsal_fixtures import executed, material
from tests.shipped import COURSE, load_table

CLASS_FILE = COURSE.folders.rehearsal / "class.toml"
TABLE = load_table(class_assignment(CLASS_FILE))
CLASS = read_class(TABLE, CLASS_FILE)


def test_the_class_has_24_students_of_whom_at_least_eight_are_really_executed() -> None:
    assert len(CLASS) == len({student.name for student in CLASS}) == 24
    assert len({student.runs_as for student in CLASS} - {""}) >= 8


def test_the_class_shows_honest_work_faults_of_every_kind_and_files_without_work() -> None:
    """What is known to be wrong with whom is known by the tables."""
    faults = [student.work for student in CLASS if isinstance(student.work, Fault)]
    assert {fault.made for fault in faults} == {"code", "text", "file"}
    assert len({fault.expects.partition(".")[0] for fault in faults}) >= 4
    assert {student.work for student in CLASS if isinstance(student.work, NoWork)} == set(FILES.values())
    assert sum(isinstance(student.work, Variant) for student in CLASS) >= 10
    assert {check for student in CLASS for check in student.expects} <= set(shipped_checks())


def test_every_student_is_described_in_a_line() -> None:
    for student in CLASS:
        assert student.about.startswith("honest: ") == (student.expects == () and isinstance(student.work, Variant))
        assert "\n" not in student.about


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"fault": "none_such"}, r"Ann has fault = 'none_such'; there are .*rate_and_batch"),
        ({"file": "poem"}, r"Ann has file = 'poem'; there are released, corrupt"),
        ({"execution": "slower", "form": "song"}, r"Ann has form = 'song'; there are table, bullets"),
        ({"execution": "slower", "exporter": "word"}, r"no exporter 'word' at hand; there are lab, classic, basic"),
    ],
)
def test_an_entry_that_the_tables_do_not_hold_is_named_with_those_they_hold(
    entry: dict[str, str], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = {"assignment": "week1_homework", "student": [{"name": "Ann", **entry}]}
    monkeypatch.setattr(module, "_raw", lambda file: raw)
    with pytest.raises(RehearsalError, match=message):
        read_class(TABLE, CLASS_FILE)


# --- from works to files ----------------------------------------------------------------------------------------


def some() -> list[module.Student]:
    """Those whose executions are kept as fixtures, and one of every kind of file."""
    kept = set(executed())
    return [student for student in CLASS if student.runs_as in kept or not student.runs_as]


@pytest.mark.long
def test_every_student_hands_in_what_their_work_makes(tmp_path: Path) -> None:
    """Honest work in its own export, faults in theirs, files that are no notebook, and attempts."""
    room = Classroom(TABLE, material(), {**material().released, "metadata": {"title": "the lab"}})
    files = make_files(room, some(), executed(), tmp_path / "files", workers=1)
    by_name = {item.student: item for item in files}
    assert {item.student for item in files} == {student.name for student in some()}
    assert by_name["Viktor Ólafsson"].content.startswith(b"%PDF")
    assert b"Log in" in by_name["Uma Krishnan"].content
    assert len(by_name["Tomasz Zieliński"].content) == 4096
    assert b"jp-Notebook" in by_name["Ada Fekete"].content
    assert [item.in_worksheet for item in files if item.student == "Yusuf Demir"] == [False, False]
    again = make_files(room, some(), executed(), tmp_path / "again", workers=1)
    assert [item.content for item in files] == [item.content for item in again]


def test_students_who_share_an_execution_have_notebooks_of_their_own(tmp_path: Path) -> None:
    """The records stand under another nonce for each."""
    sharing = [replace(student, exporter=exporter_for("ipynb")) for student in some() if student.runs_as]
    ready = [
        replace(student, work=replace(student.work, exporter=student.exporter))
        if isinstance(student.work, Variant) else student
        for student in sharing if not (isinstance(student.work, Fault) and student.work.file)
    ]  # fmt: skip
    room = Classroom(TABLE, material(), material().released)
    files = make_files(room, ready, executed(), tmp_path / "files", workers=1)
    first = {item.student: records_of(json.loads(item.content))[0].nonce for item in files}
    assert len(set(first.values())) == len(first) > 1


# --- grades beside what is known --------------------------------------------------------------------------------


def result(position: int, status: str, *failed: str) -> dict[str, Any]:
    verdicts = [{"check": name, "outcome": "failed", "because": "so"} for name in failed]
    return {
        "student": str(identifier_of(position)), "status": status, "score": 1.0, "pending": 0.0, "max_score": 2.0,
        "cells": [{"key": "a", "verdicts": verdicts}],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "status", "failed", "problem"),
    [
        ("Ada Fekete", "graded", (), ""),
        ("Ada Fekete", "graded", ("memo.no_diary",), "honest, but failed: memo.no_diary"),
        ("Ada Fekete", "unreadable", (), "status unreadable, expected graded"),
        ("Rosa_María Gil", "graded", ("memo.no_diary",), ""),
        ("Rosa_María Gil", "graded", (), "missed: failed nothing"),
        (
            "Rosa_María Gil",
            "graded",
            ("memo.no_diary", "form.links"),
            "wrong reason: failed form.links, memo.no_diary",
        ),
        ("Samir Haddad", "graded", ("memo.answered",), "not caught: tasks.tests_passed, experiments.one_change"),
        ("Viktor Ólafsson", "unreadable", (), ""),
    ],
)
def test_a_grade_is_held_against_what_is_known_of_the_work(
    tmp_path: Path, name: str, status: str, failed: tuple[str, ...], problem: str
) -> None:
    student = next(item for item in CLASS if item.name == name)
    (tmp_path / "results.jsonl").write_text(json.dumps(result(0, status, *failed)) + "\n", encoding="utf-8")
    assert compare(tmp_path / "results.jsonl", [student])[0].problem == problem


def test_a_student_without_a_result_is_told(tmp_path: Path) -> None:
    (tmp_path / "results.jsonl").write_text("", encoding="utf-8")
    assert compare(tmp_path / "results.jsonl", CLASS[:1])[0].problem == "no result was written"


# --- Moodle's files ---------------------------------------------------------------------------------------------

FILES_OF_TWO = [HandedIn("Rosa_María", identifier_of(0), "hw.html", b"one"),
                HandedIn("Rosa_María", identifier_of(0), "hw (1).html", b"two"),
                HandedIn("Zoë", identifier_of(1), "hw.html", b"three", in_worksheet=False)]  # fmt: skip


def test_the_zip_is_the_same_twice_and_named_as_moodle_names_it() -> None:
    assert write_zip(FILES_OF_TWO) == write_zip(FILES_OF_TWO)
    names = zipfile.ZipFile(io.BytesIO(write_zip(FILES_OF_TWO))).namelist()
    assert names[0] == f"Rosa María_{identifier_of(0)}_assignsubmission_file/hw.html"


def test_the_worksheet_has_one_row_an_enrolled_student() -> None:
    rows = list(csv.DictReader(io.StringIO(write_worksheet(FILES_OF_TWO, 100.0).decode("utf-8-sig"))))
    assert [row["Identifier"] for row in rows] == [f"Participant {identifier_of(0)}"]
    assert rows[0]["Maximum grade"] == "100.00"


def test_the_demo_audits_one_who_is_honest_and_one_with_a_forged_record() -> None:
    honest, forged = (next(item for item in CLASS if item.name == name) for name in class_audit(CLASS_FILE))
    assert isinstance(honest.work, Variant)
    assert "a digest that fits" in forged.about


def test_a_course_without_a_class_is_no_demo(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Its other course is named by --course, and one that holds no class says what it lacks."""
    assert main(["new", f"{tmp_path / 'mine'}"]) == 0
    assert main(["demo", "--course", f"{tmp_path / 'mine'}", "--out", f"{tmp_path / 'demo'}"]) == 1
    told = capsys.readouterr().err
    assert "class.toml is not there: it says which class the demo simulates" in told
