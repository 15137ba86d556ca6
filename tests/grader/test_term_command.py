"""From the instructor's commands, `paribus grade` a week and `paribus term`, to final grades and pages."""

import csv
import io
import json
import re
import shutil
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from grader.desk.folder import DeskFolder
from grader.desk.session import Session
from grader.desk.store import FILE
from grader.lms.choose import platforms
from grader.lms.regraded import Regraded
from grader.output.made_from import write_made_from
from grader.term.decided import with_decisions
from grader.term.folders import read_folders
from paribus.cli import main
from paribus.course.release import write_release
from paribus.course.term import load_term
from paribus.files import write_atomic
from tests.grader.classroom import make_assignment, make_release
from tests.grader.desk_class import decide as decide_at_the_desk
from tests.grader.term_class import COURSE, course_toml
from tests.grader.test_grade_command import submission
from tests.robust.small_class import decide

TERM = """
[grading]
timezone = "UTC"
late_penalty = { percent = 10, per = "day" }
[grading.assignments.week1_homework]
due = { A = 2027-03-01T12:00:00, B = 2027-03-03T12:00:00 }
[grading.assignments.week2_homework]
due = 2027-03-08T12:00:00

[term]
weights = { memos = 70, quizzes = 30 }
late_days = 1
[term.columns.quizzes]
"Quiz: Week 1 (Real)" = 10
"""
QUIZZES = (
    "First name,Last name,ID number,Email address,Quiz: Week 1 (Real),Last downloaded from this course\n"
    "Ada,King,77,ada@example.org,8.00,1\n"
    "Bob,Hope,78,bob@example.org,-,1\n"
    "Cem,Day,79,cem@example.org,5.00,1\n"
    "Eve,Nobody,80,eve@example.org,9.00,1\n"
)
HEADER = ["Identifier", "Full name", "Email address", "Status", "Group", "Grade", "Maximum grade",
          "Last modified (submission)", "Last modified (grade)", "Feedback comments"]  # fmt: skip
DONE = submission(tail_share="def tail_share(counts):\n    return 1\n", trade_off="Macro-F1 rose, accuracy fell.")
# Moodle's numbers are others in each assignment; Ada married between the two.
CLASS = {
    1: [(101, "Ada Lovelace", "ada", "A", "2027-03-02 13:00"), (102, "Bob Hope", "bob", "B", "2027-03-02 13:00"),
        (103, "Cem Day", "cem", "A", "")],
    2: [(204, "Ada King", "ada", "A", "2027-03-08 11:00"), (205, "Bob Hope", "bob", "B", "2027-03-10 11:00"),
        (206, "Cem Day", "cem", "A", "2027-03-08 11:00")],
}  # fmt: skip


def hand_in(folder: Path, place: int) -> None:
    """One week's release, submissions and worksheet."""
    assignment = replace(
        make_assignment(), name=f"week{place}_homework", title=f"Week {place}", week=f"week{place}"
    )
    assignment = replace(assignment, release=assignment.compute_release())
    write_release(folder / f"release{place}", make_release(assignment))
    rows = io.StringIO()
    writer = csv.writer(rows, lineterminator="\n")
    writer.writerow(HEADER)
    for number, name, mail, section, when in CLASS[place]:
        writer.writerow([f"Participant {number}", name, f"{mail}@example.org", "Submitted" if when else "", section,
                         "", "28.00", when or "-", "-", ""])  # fmt: skip
        if when:
            path = folder / f"in{place}" / f"{name}_{number}_assignsubmission_file_" / "homework.ipynb"
            path.parent.mkdir(parents=True)
            path.write_bytes(DONE.replace(b"week1_homework", assignment.name.encode()))
    (folder / f"sheet{place}.csv").write_text(rows.getvalue(), encoding="utf-8")


def grade(folder: Path, place: int, *more: str) -> int:
    return main(["grade", str(folder / f"in{place}"), "--assignment", f"week{place}_homework", "--release",
                 str(folder / f"release{place}"), "--worksheet", str(folder / f"sheet{place}.csv"), "--course",
                 str(folder), "--out", str(folder / f"out{place}"), "--json", *more])  # fmt: skip


def term(folder: Path, *more: str, weeks: tuple[int, ...] = (1, 2), out: str = "term") -> int:
    outs = [str(folder / f"out{place}") for place in weeks]
    return main(["term", *outs, "--course", str(folder), "--csv", f"quizzes={folder / 'quizzes.csv'}",
                 "--out", str(folder / out), *more])  # fmt: skip


def rows_of(folder: Path) -> dict[str, dict[str, str]]:
    text = (folder / "grades.csv").read_text(encoding="utf-8")
    return {row["name"].partition(" ")[0]: row for row in csv.DictReader(io.StringIO(text))}


def words(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text[text.index("<header") :])))


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two weeks graded by two commands each, all decided, and the term of them."""
    folder = tmp_path_factory.mktemp("term")
    course_toml(folder, TERM, ("week1_homework", "week2_homework"))
    (folder / "quizzes.csv").write_text(QUIZZES, encoding="utf-8")
    for place in CLASS:
        hand_in(folder, place)
        assert grade(folder, place) == 0
        decide(folder / f"out{place}", every=1)
        assert grade(folder, place, "--collect") == 0
    assert term(folder) == 0
    return folder


def points_of(folder: Path, place: int, number: int) -> float:
    """The grade in the worksheet for Moodle."""
    rows = csv.reader(io.StringIO((folder / f"out{place}" / "worksheet.csv").read_text(encoding="utf-8")))
    return next(float(row[5]) for row in rows if row[0] == f"Participant {number}")


def test_two_weeks_and_a_table_of_moodles_become_grades(room: Path) -> None:
    """Ada is 25 hours late in section A and Bob, at the same time, on time in B. The bank covers a day of each."""
    found = rows_of(room / "term")
    whole = 100 * points_of(room, 2, 204) / 28
    assert float(found["Ada"]["week1_homework"]) == pytest.approx(0.9 * whole, abs=0.01)
    assert float(found["Ada"]["week2_homework"]) == pytest.approx(whole, abs=0.01)
    assert points_of(room, 1, 101) == pytest.approx(0.8 * points_of(room, 2, 204), abs=0.01)  # a week knows no bank
    assert float(found["Bob"]["week1_homework"]) == pytest.approx(whole, abs=0.01)
    assert float(found["Bob"]["week2_homework"]) == pytest.approx(0.9 * whole, abs=0.01)
    assert found["Cem"]["week1_homework"] == "0.00"
    assert [found[name]["late_days"] for name in ("Ada", "Bob", "Cem")] == ["1", "1", "0"]
    assert [found[name]["quizzes"] for name in ("Ada", "Bob", "Cem")] == ["80.00", "0.00", "50.00"]
    memos = (0.9 * whole + whole) / 2
    assert float(found["Ada"]["grade"]) == pytest.approx(0.7 * memos + 0.3 * 80, abs=0.02)
    assert found["Ada"]["name"] == "Ada King"
    assert set(found) == {"Ada", "Bob", "Cem"}


def test_late_days_reach_a_worksheet_for_moodle_with_the_rows_that_they_change(room: Path) -> None:
    """A week's own worksheet took two days from Ada; the bank gives one back, in Moodle's points."""
    whole = points_of(room, 2, 204)
    for place, number, name in ((1, 101, "Ada Lovelace"), (2, 205, "Bob Hope")):
        path = room / "term" / "worksheets" / f"week{place}_homework.csv"
        header, *rows = csv.reader(io.StringIO(path.read_text(encoding="utf-8")))
        assert header == HEADER
        assert [row[:2] for row in rows] == [[f"Participant {number}", name]]
        assert points_of(room, place, number) == pytest.approx(0.8 * whole, abs=0.01)
        assert float(rows[0][5]) == pytest.approx(0.9 * whole, abs=0.01)
        assert rows[0][9].endswith("With 1 late day of your bank: 4.5 of 28 points.")


def test_what_was_decided_at_the_desk_or_in_formgrader_counts_before_it_is_collected(
    room: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ada's memo of week 2 had 1 of 2 points; somebody gives it both at the desk, and Bob's in formgrader."""
    folder = Path(shutil.copytree(room, tmp_path / "room"))
    before = rows_of(room / "term")
    session = Session(DeskFolder(folder / "out2"), "Ada")
    ada = next(name for name in session.folder.batch.works if name.startswith("ada"))
    items = session.work(ada).of_cell("trade_off")
    for item in items:
        decide_at_the_desk(session, ada, item.name, item.points)
    assert session.disagreements()  # formgrader has 1 point there, which counts until somebody chooses
    session.choose(ada, session.disagreements()[0].grade_id, "desk")
    assert term(folder) == 0
    after = rows_of(folder / "term")
    assert float(after["Ada"]["week2_homework"]) > float(before["Ada"]["week2_homework"])
    assert after["Bob"] == before["Bob"]
    assert "counts here already, for 1 person" in re.sub(r"\s+", " ", capsys.readouterr().out)
    assert grade(folder, 2, "--collect") == 0
    assert term(folder) == 0
    assert rows_of(folder / "term") == after
    assert "counts here already" not in capsys.readouterr().out


def test_without_its_release_a_term_says_what_it_cannot_count(room: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(room / "out1", tmp_path / "out1"))
    (folder / FILE).touch()
    write_made_from(folder, tmp_path, [tmp_path / "moved"])
    (found,) = read_folders([folder], load_term(room / "course.toml"))
    assert re.search(r"the release \w+ is not there any more.* with --collect and --release", found.note)
    (folder / FILE).unlink()
    assert with_decisions(folder, found.graded) == (found.graded, "")


CANVAS = (
    'Student,ID,Section,"Week 1 (7)"\n    Points Possible,,,56.00\n'
    '"King, Ada",101,A,20.00\n"Hope, Bob",102,B,30.00\n'
)
PLAIN = "identifier,name,points,of\n101,Ada King,20.00,28\n102,Bob Hope,30.00,28\n"


@pytest.mark.parametrize(
    ("name", "table", "row"),
    [("canvas_gradebook.csv", CANVAS, '"King, Ada",101,A,9.00'), ("grades.csv", PLAIN, '101,"Ada King",4.50,28')],
)
def test_late_days_reach_each_platforms_own_table(name: str, table: str, row: str) -> None:
    """Ada's late day leaves her 4.5 of 28 points, and Canvas counts 56; the table holds her row alone."""
    (platform,) = (one for one in platforms().values() if one.outputs[0][1] == name)
    content = platform.regrade(table.encode(), {"101": Regraded(4.5, 28.0, 1), "999": Regraded(1.0, 28.0, 1)})
    assert content is not None
    *head, last = content.decode().splitlines()
    assert last == row
    assert [line.replace('"', "") for line in head] == [
        line.replace('"', "") for line in table.splitlines()[: len(head)]
    ]
    assert platform.regrade(table.encode(), {"999": Regraded(1.0, 28.0, 1)}) is None


def test_the_pages_say_who_is_in_no_week_and_each_student_sees_their_own_results_alone(room: Path) -> None:
    index = words(room / "term" / "index.html")
    assert "quizzes.csv, row 5: Eve Nobody is in no graded week" in index
    assert "Ada King" in index
    page = words(room / "term" / "students" / "ada-king-204.html")
    assert "Late by 1 d 1 h 0 min; 1 late day covers a part of it; it costs" in page
    assert "1 of your 1 late day is used" in page
    assert not re.search("Bob|Hope|Cem|median", page)
    assert len(list((room / "term" / "students").iterdir())) == 3


def test_the_order_of_folders_changes_no_byte_and_what_is_gone_goes_away(
    room: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first = {path.name: path.read_bytes() for path in (room / "term").rglob("*") if path.is_file()}
    (room / "term" / "students" / "of-nobody.html").write_text("kept", encoding="utf-8")
    marker = json.loads((room / "term" / "complete.json").read_text(encoding="utf-8"))
    assert marker["assignments"] == ["week1_homework", "week2_homework"]
    assert term(room, "--json", weeks=(2, 1)) == 0
    assert json.loads(capsys.readouterr().out)["final"] == 3
    (room / "term" / "students" / "of-nobody.html").unlink()
    assert first == {path.name: path.read_bytes() for path in (room / "term").rglob("*") if path.is_file()}
    assert term(room, weeks=(1,), out="shorter") == 0
    before = json.loads((room / "shorter" / "complete.json").read_text(encoding="utf-8"))["files"]
    assert "students/ada-lovelace-101.html" in before
    assert term(room, out="shorter") == 0
    assert not (room / "shorter" / "students" / "ada-lovelace-101.html").exists()
    assert COURSE in words(room / "shorter" / "index.html")


def test_a_run_that_was_ended_is_seen_to_be_incomplete_and_the_next_one_goes_on(
    room: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = [3]

    def some(path: Path, content: str) -> None:
        left[0] -= 1
        if not left[0]:
            raise KeyboardInterrupt
        write_atomic(path, content)

    monkeypatch.setattr("grader.output.written.write_atomic", some)
    assert term(room, out="ended") == 130
    assert not (room / "ended" / "complete.json").exists()
    monkeypatch.undo()
    assert term(room, out="ended") == 0
    assert not (room / "ended" / "unfinished.json").exists()
    assert (room / "ended" / "grades.csv").read_bytes() == (room / "term" / "grades.csv").read_bytes()


WRONG = {
    "no batch": (("in1",), "holds no finished batch (No such file or directory)"),
    "twice": (("out1", "out1"), "both hold week1_homework"),
    "a term": (("term",), "holds no finished batch (its complete.json is none of `paribus grade`)"),
}


@pytest.mark.parametrize(("folders", "told"), WRONG.values(), ids=list(WRONG))
def test_what_is_no_graded_week_is_said(
    room: Path, capsys: pytest.CaptureFixture[str], folders: tuple[str, ...], told: str
) -> None:
    outs = [str(room / name) for name in folders]
    assert main(["term", *outs, "--course", str(room), "--out", str(room / "wrong")]) == 1
    assert told in capsys.readouterr().err
    assert not (room / "wrong").exists()


USAGE = {
    "no part": (("--csv", "quizzes.csv"), "expected a part and its file"),
    "a part twice": (("--csv", "quizzes=other.csv"), "Give one table for each part"),
    "a graded folder": (("--out", "OUT1"), "is the folder of a graded batch"),
    "a file": (("--out", "COURSE"), "is a file; expected a folder"),
    "somebody's pages": (("--out", "PAGES"), "which no `paribus term` wrote there"),
}


@pytest.mark.parametrize(("more", "told"), USAGE.values(), ids=list(USAGE))
def test_wrong_usage_ends_with_two_and_writes_nothing(
    room: Path, capsys: pytest.CaptureFixture[str], more: tuple[str, ...], told: str
) -> None:
    pages = room / "pages" / "index.html"
    pages.parent.mkdir(exist_ok=True)
    pages.write_text("mine", encoding="utf-8")
    places = {"OUT1": room / "out1", "COURSE": room / "course.toml", "PAGES": pages.parent}
    with pytest.raises(SystemExit) as ended:
        term(room, *(str(places.get(word, word)) for word in more))
    assert ended.value.code == 2
    assert told in " ".join(capsys.readouterr().err.split())
    assert pages.read_text(encoding="utf-8") == "mine"
