"""The course's policy from course.toml to everything that leaves grading."""

import csv
import io
import json
import os
import re
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from paribus.cli import main
from paribus.course.release import write_release
from tests.grader.classroom import CELLS, make_assignment, make_release
from tests.grader.test_grade_command import NAME, RELEASE, submission
from tests.robust.small_class import decide

HEADER = ["Identifier", "Full name", "Email address", "Status", "Group", "Grade", "Maximum grade",
          "Last modified (submission)", "Last modified (grade)", "Feedback comments"]  # fmt: skip
PLACE = {name: place for place, name in enumerate(HEADER)}
DONE = submission(tail_share="def tail_share(counts):\n    return 1\n", trade_off="Macro-F1 rose, accuracy fell.")


class Class:
    """A folder with submissions, worksheet, release and course.toml."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.out = folder, folder / "out"
        self.header = list(HEADER)
        self.rows: list[list[str]] = []
        write_release(folder / "release", RELEASE)
        (folder / "in").mkdir()
        self.policy("")

    def policy(self, text: str) -> None:
        (self.folder / "course.toml").write_text(text, encoding="utf-8")

    def student(self, number: int, name: str, when: str = "2027-03-01 12:00", group: str = "") -> None:
        self.rows.append(
            [f"Participant {number}", name, f"{number}@example.org", "Submitted", group, "", "28.00", when, "-", ""]
        )

    def hand_in(self, owner: str, content: bytes = DONE, file: str = "homework.ipynb", age: float = 0.0) -> None:
        path = self.folder / "in" / f"{owner}_assignsubmission_file_" / file
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        os.utime(path, (1_800_000_000 - age, 1_800_000_000 - age))

    def grade(self, *more: str, releases: tuple[str, ...] = ("release",), worksheet: bool = True) -> int:
        sheet = io.StringIO()
        csv.writer(sheet, lineterminator="\n").writerows([self.header, *self.rows])
        (self.folder / "sheet.csv").write_text(sheet.getvalue(), encoding="utf-8")
        named = [word for name in releases for word in ("--release", str(self.folder / name))]
        named += ["--worksheet", str(self.folder / "sheet.csv")] if worksheet else []
        return main(["grade", str(self.folder / "in"), "--assignment", NAME, *named,
                     "--course", str(self.folder / "course.toml"), "--out", str(self.out), "--json",
                     *more])  # fmt: skip

    def results(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.out / "results.jsonl").read_text(encoding="utf-8").splitlines()]

    def sheet(self) -> dict[str, list[str]]:
        rows = csv.reader(io.StringIO((self.out / "worksheet.csv").read_text(encoding="utf-8")))
        return {row[0].removeprefix("Participant "): row for row in rows}

    def cell(self, number: int, column: str) -> str:
        return self.sheet()[str(number)][PLACE[column]]


@pytest.fixture
def room(tmp_path: Path) -> Class:
    return Class(tmp_path)


LATE = """
[grading]
timezone = "UTC"
late_penalty = "zero"
[grading.assignments.week1_homework]
due = 2027-03-01T12:00:00
"""


def test_late_work_is_listed_costs_what_the_plugin_says_and_an_extension_takes_it_back(room: Class) -> None:
    for number, name, when in (
        (101, "Ada", "2027-03-01 12:00"),
        (102, "Bob", "2027-03-01 13:30"),
        (103, "Cem", "noonish"),
    ):
        room.student(number, name, when)
        room.hand_in(f"{name}_{number}")
    room.policy(LATE)
    assert room.grade() == 0
    decide(room.out, every=1)
    assert room.grade("--collect") == 0
    by_student = {result["student"]: result for result in room.results()}
    assert [by_student[number]["late"] for number in ("101", "102", "103")] == [0.0, 5400.0, 0.0]
    assert "late: handed in 1 h 30 min after" in " ".join(by_student["102"]["remarks"])
    assert "'noonish' in the worksheet could not be read" in " ".join(by_student["103"]["remarks"])
    assert room.cell(102, "Grade") == "0.00"
    assert float(room.cell(101, "Grade")) == float(room.cell(103, "Grade")) > 0
    page = (room.out / "feedback" / "bob-102.html").read_text(encoding="utf-8")
    assert "because it was late" in page
    assert "noonish" in (room.out / "report.html").read_text(encoding="utf-8")
    query = "SELECT student_id, timestamp IS NOT NULL FROM submitted_assignment ORDER BY student_id"
    with closing(sqlite3.connect(room.out / "gradebook.db")) as database:
        assert database.execute(query).fetchall() == [("ada-101", 0), ("bob-102", 1), ("cem-103", 0)]
    room.policy(LATE + "extensions = { 102 = 2 }\n")
    assert room.grade() == 0
    assert room.cell(102, "Grade") == room.cell(101, "Grade")
    assert "late:" not in (room.out / "results.jsonl").read_text(encoding="utf-8").replace("late: the date", "")


def test_a_penalty_that_cannot_be_loaded_is_told_before_anyone_is_late(
    room: Class, capsys: pytest.CaptureFixture[str]
) -> None:
    room.student(101, "Ada")
    room.hand_in("Ada_101")
    room.policy("[grading]\nlate_penalty = 'no.such:Plugin'")
    assert room.grade() == 1
    assert "cannot be loaded" in capsys.readouterr().err
    assert not (room.out / "results.jsonl").exists()


def teams(room: Class, when: str = "2027-03-01 12:00") -> None:
    groups = {"Reds": "Ada Bob", "Blues": "Cem Dee", "Default group": "Eve"}
    everyone = [(name, group) for group, names in groups.items() for name in names.split()]
    for number, (name, group) in enumerate(everyone, 101):
        room.student(number, name, when, group)


def zip_numbers(room: Class) -> list[str]:
    with zipfile.ZipFile(room.out / "feedback.zip") as archive:
        return sorted(name.split("_")[1] for name in archive.namelist())


@pytest.mark.parametrize("anonymous", ["false", "true"])
def test_a_teams_grade_page_and_extension_are_its_members_whoever_bears_its_number(
    room: Class, anonymous: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both groups' numbers are those of participants in the other group; one person is in no group."""
    teams(room, "2027-03-01 13:00")
    room.hand_in("Reds_103")
    room.hand_in("Blues_101", submission())
    room.hand_in("Default group", submission(trade_off="Nothing."))
    room.policy(f"[grading]\nanonymous = {anonymous}\n{LATE.partition('[grading]')[2]}extensions = {{ 103 = 2 }}\n")
    assert room.grade() == 0
    found = {tuple(result["team"]): result for result in room.results()}
    assert {team: result["late"] for team, result in found.items()} == {
        ("101", "102"): 3600.0, ("103", "104"): 0.0, ("105",): 3600.0
    }  # fmt: skip
    assert [found[team]["group"] for team in sorted(found)] == ["103", "101", ""]
    decide(room.out, every=1)
    assert room.grade() == 0
    grades = [room.cell(number, "Grade") for number in range(101, 106)]
    assert grades[0] == grades[1] == grades[4] == "0.00"
    assert grades[2] == grades[3] != "0.00"
    assert zip_numbers(room) == ["101", "103"]
    assert "Moodle takes no feedback file for those who are in no group" in capsys.readouterr().out
    query = "SELECT extension IS NOT NULL, timestamp IS NOT NULL FROM submitted_assignment"
    with closing(sqlite3.connect(room.out / "gradebook.db")) as database:
        assert sorted(database.execute(query).fetchall()) == [(0, 1), (0, 1), (1, 0)]


def test_before_moodle_4_1_a_team_has_one_result_and_every_member_the_grade_and_a_page(room: Class) -> None:
    teams(room)
    for folder in ("Reds-Ada_101", "Reds-Bob_102", "Default group-Eve_105"):
        room.hand_in(folder)
    assert room.grade() == 0
    decide(room.out, every=1)
    assert room.grade("--collect") == 0
    assert [tuple(result["team"]) for result in room.results()] == [("105",), ("101", "102")]
    assert len({room.cell(number, "Grade") for number in (101, 102, 105)}) == 1
    assert set(room.sheet()) == {"Identifier", "101", "102", "105"}
    assert zip_numbers(room) == ["101", "102", "105"]


def test_nothing_is_written_for_those_of_whom_nobody_can_tell_whose_a_file_is(
    room: Class, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two groups have one name. Their pages go back to the folders that they came from."""
    teams(room)
    for folder in ("Reds_1", "Reds_2", "Blues_3"):
        room.hand_in(folder, submission(trade_off=folder))
    assert room.grade() == 0
    decide(room.out, every=1)
    assert room.grade() == 0
    assert set(room.sheet()) == {"Identifier", "103", "104"}
    assert zip_numbers(room) == ["1", "2", "3"]
    assert "Nobody can tell whose work this is: Reds (1), Reds (2)." in capsys.readouterr().out
    assert "may be the work of one of 101, 102" in (room.out / "report.html").read_text(encoding="utf-8")


def test_sections_are_no_teams(room: Class) -> None:
    teams(room)
    room.hand_in("Ada_101")
    room.hand_in("Bob_102", submission())
    assert room.grade() == 0
    decide(room.out, every=1)
    assert room.grade() == 0
    assert [result["team"] for result in room.results()] == [[], []]
    assert float(room.cell(101, "Grade")) > 0
    assert float(room.cell(102, "Grade")) > 0


def test_a_second_round_from_one_download_says_that_moodle_may_ignore_it(
    room: Class, capsys: pytest.CaptureFixture[str]
) -> None:
    def told(*more: str) -> bool:
        capsys.readouterr()
        assert room.grade(*more) == 0
        return any("ignores this one" in note for note in json.loads(capsys.readouterr().out)["notes"])

    room.student(101, "Ada")
    room.student(102, "Bob")
    room.hand_in("Ada_101")
    assert not told()
    assert not told("--collect")
    decide(room.out, every=1)
    assert told("--collect")
    assert told()
    assert "ignores this one" in (room.out / "report.html").read_text(encoding="utf-8")
    room.rows[0][PLACE["Last modified (grade)"]] = "Monday, 1 March 2027, 5:15 PM"
    room.policy("[grading]\ntimezone = 'America/New_York'")
    assert not told("--collect")
    assert room.cell(101, "Last modified (grade)") == "2027-03-01T17:15:00-05:00"


@pytest.mark.parametrize(("attempts", "counts"), [("last", "second.ipynb"), ("best", "first.ipynb"), ("ask", "")])
def test_the_policy_says_which_of_two_files_counts_and_both_are_kept(
    room: Class, attempts: str, counts: str
) -> None:
    room.student(101, "Ada")
    room.hand_in("Ada_101", DONE, "first.ipynb", age=3600)
    room.hand_in("Ada_101", submission(), "second.ipynb")
    room.policy(f"[grading]\nattempts = {attempts!r}")
    assert room.grade() == 0
    decide(room.out, every=1)
    assert room.grade("--collect") == 0
    assert [result["attempt"] for result in room.results()] == [1, 2]
    assert len(list((room.out / "feedback").iterdir())) == 2
    words = room.cell(101, "Feedback comments")
    assert f"Of your 2 files {counts} counts." in words if counts else "Your instructor chooses one" in words
    assert bool(room.cell(101, "Grade")) == bool(counts)


def test_in_an_anonymous_class_no_name_is_stored_or_shown(room: Class) -> None:
    """Not even those that Moodle, or a student who names a file, gave away."""
    room.student(101, "Ada Lovelace")
    room.student(102, "Bob Hope")
    room.hand_in("Ada Lovelace_101", DONE, "lovelace final.ipynb")
    room.hand_in("Ada Lovelace_101", submission(), "lovelace.ipynb", age=60)
    room.hand_in("Bob Hope_102", b"%PDF-1.7", "hope.html")
    (room.folder / "in" / "grace hopper.ipynb").write_bytes(submission())
    room.policy("[grading]\nanonymous = true\nattempts = 'last'")
    assert room.grade() == 0
    decide(room.out, every=1)
    assert room.grade() == 0
    assert {result["student"] for result in room.results()} >= {"101", "102"}
    for path in room.out.rglob("*"):
        told = path.name.encode() + (path.read_bytes() if path.is_file() else b"")
        if path.suffix == ".zip":
            with zipfile.ZipFile(path) as archive:
                told += "".join(archive.namelist()).encode()
        assert not re.search(rb"(?i)lovelace|hope|hopper|example\.org", told), path
    assert room.cell(101, "Grade")


def test_an_erratum_in_mid_week_is_graded_with_what_was_there(room: Class) -> None:
    """The old release's submissions keep their place in the gradebook, and what people gave them."""
    newer = make_release(make_assignment(CELLS[:-1]))
    write_release(room.folder / "newer", newer)

    def of(digest: str) -> bytes:
        begin = f'import paribus\nnotebook = paribus.begin("{NAME}", release="{digest}")'
        return submission(setup=begin, trade_off="Macro-F1 rose.")

    room.student(101, "Ada")
    room.hand_in("Ada_101", of(RELEASE.digest))
    assert room.grade() == 0
    decide(room.out, every=1)
    room.student(102, "Bob")
    room.hand_in("Bob_102", of(newer.digest))
    assert room.grade(releases=("newer", "release")) == 0
    assert [result["release"] for result in room.results()] == [RELEASE.digest, newer.digest]
    assert room.cell(101, "Grade")
    assert not room.cell(102, "Grade")


def test_what_changed_for_whom_is_said(room: Class, capsys: pytest.CaptureFixture[str]) -> None:
    for number, name in ((101, "Ada"), (102, "Bob"), (103, "Cem")):
        room.student(number, name)
        room.hand_in(f"{name}_{number}", submission())
    assert room.grade() == 0
    capsys.readouterr()
    room.hand_in("Ada_101", DONE)
    room.hand_in("Eve_105")
    (room.folder / "in" / "Cem_103_assignsubmission_file_" / "homework.ipynb").unlink()
    assert room.grade("--replace", "--diff", str(room.out)) == 0
    told = json.loads(capsys.readouterr().out)["changes"]
    changed = {(item["who"], item["what"].partition(", ")[2] or item["what"]) for item in told}
    assert {who for who, _ in changed} == {"Ada", "Cem", "Eve"}
    assert {("Ada", "file"), ("Ada", "score"), ("Eve", "submission"), ("Cem", "submission")} <= changed
    assert room.grade("--diff", str(room.out)) == 0
    assert json.loads(capsys.readouterr().out)["changes"] == []


@pytest.mark.parametrize(
    ("more", "told"), [(("--collect",), "holds no finished batch"), (("--diff", "none"), "holds no results")]
)
def test_nothing_to_collect_or_to_compare_with_is_wrong_usage(
    room: Class, capsys: pytest.CaptureFixture[str], more: tuple[str, ...], told: str
) -> None:
    room.hand_in("Ada_101")
    with pytest.raises(SystemExit) as stopped:
        room.grade(*more)
    assert stopped.value.code == 2
    assert told in " ".join(capsys.readouterr().err.split())
