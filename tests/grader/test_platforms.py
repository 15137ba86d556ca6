"""The seam to learning platforms: which one a class comes from, and what a whole run says and writes for it."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import WorksheetError
from grader.intake.file_names import read_any_name
from grader.intake.roster import Roster
from grader.lms.canvas.fake import FakeCanvas, Person, Upload
from grader.lms.choose import check_table, platform_named, platforms, told_by
from grader.lms.platform import Marked
from paribus.cli import main
from paribus.course.policy import Policy
from paribus.course.release import write_release
from paribus.errors import UsageError
from tests.grader.test_grade_command import NAME, RELEASE, SHEET, submission

ROSTER = b"id,name,email,section\ns1001,Ada Lovelace,ada@example.org,A\ns1002,Grace Hopper,grace@example.org,B\n"
CANVAS = FakeCanvas(
    [Person(4101, "Lovelace, Ada"), Person(4102, "Hopper, Grace")], {7: RELEASE.assignment.title}, {7: 28.0}
)
TABLES = {"moodle": SHEET.encode(), "canvas": CANVAS.gradebook(), "plain": ROSTER}
WORDS = re.compile(r"moodle|worksheet|canvas", re.IGNORECASE)


def test_there_are_three_and_each_has_a_folder() -> None:
    assert sorted(platforms()) == ["canvas", "moodle", "plain"]
    folder = Path(__file__).parents[2] / "grader" / "lms"
    assert all((folder / name / "platform.py").is_file() for name in platforms())


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_table_of_people_tells_its_platform(name: str) -> None:
    header = TABLES[name].decode().splitlines()[0].split(",")
    assert [item.name for item in platforms().values() if item.is_table(header)] == [name]
    assert told_by(header, ()).name == name


@pytest.mark.parametrize(
    ("paths", "name"),
    [
        (["Ada_101_assignsubmission_file_/a.html", "Bob_102_assignsubmission_file_/b.html"], "moodle"),
        (["in/Ada_101_assignsubmission_file_/a.html"], "moodle"),
        (["ada_4101_501_a.html", "bob_4102_502_b.html"], "canvas"),
        (["submissions/ada_4101_501_a.html", "submissions/readme.txt"], "plain"),  # half of them is not most
        (["ada.html", "bob.html"], "plain"),
        ([], "plain"),
    ],
)
def test_names_tell_a_platform_where_most_are_its_own(paths: list[str], name: str) -> None:
    assert told_by((), paths).name == name


def test_what_an_earlier_run_wrote_tells_where_names_are_not_kept() -> None:
    assert told_by((), ["submission-1.html"], ["feedback/a.html", "worksheet.csv"]).name == "moodle"
    assert told_by((), ["submission-1.html"], ["feedback/a.html", "canvas_feedback.zip"]).name == "canvas"
    assert told_by((), ["Ada_101_assignsubmission_file_/a.html"], ["grades.csv"]).name == "moodle"


def test_any_platforms_name_is_read_where_none_is_known() -> None:
    for path, number in (("Ada_101_assignsubmission_file_/a.html", "101"), ("ada_4101_501_a.html", "4101")):
        found = read_any_name(path)
        assert found is not None
        assert found.number == number
    assert read_any_name("ada.html") is None


@pytest.mark.parametrize("given", sorted(TABLES))
@pytest.mark.parametrize("course", sorted(TABLES))
def test_another_platforms_table_is_refused_in_a_sentence(course: str, given: str) -> None:
    platform = platform_named(course)
    if course == given:
        check_table(platform, TABLES[given], "people.csv")
        return
    with pytest.raises(WorksheetError) as raised:
        check_table(platform, TABLES[given], "people.csv")
    said = str(raised.value)
    assert said.startswith("people.csv is ")
    assert f"the course has lms = {course!r}. Give " in said
    assert said.endswith(f"or write lms = {given!r} under [grading] in course.toml.")


def test_a_name_that_is_none_is_refused_in_a_sentence() -> None:
    with pytest.raises(UsageError) as raised:
        platform_named("modle")
    assert str(raised.value) == (
        "course.toml, [grading]: lms = 'modle' is no learning platform; write one of canvas, moodle, plain. "
        "Did you mean 'moodle'?"
    )


CELLS = st.lists(st.sampled_from([*'aB1,;"\n\t =@()', "ID", "id", "Student", "Section"]), max_size=40).map("".join)


@settings(deadline=None)  # the first call reads the words of forty languages
@given(st.one_of(st.binary(max_size=60), CELLS.map(str.encode)), st.sampled_from(sorted(TABLES)), st.booleans())
def test_no_bytes_break_a_reader(noise: bytes, name: str, after: bool) -> None:
    """Whatever is in a table, it is read, or refused in a sentence."""
    content = TABLES[name].rstrip(b"\n") + noise if after else noise
    platform = platforms()[name]
    try:
        people = platform.read_table(content, "people.csv", RELEASE.assignment, Policy())
        platform.roster(people, Policy(due=datetime(2027, 3, 1, tzinfo=UTC)))
        platform.reader(people)("x_1_2_y.html")
        platform.grades(people, Marked([], RELEASE.assignment, Policy(), Roster(), Path()))
    except WorksheetError:
        return


# --- whole runs -------------------------------------------------------------------------------------------------


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a release, in which commands are typed."""
    write_release(tmp_path / "build" / "instructor" / "release" / NAME, RELEASE)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def course(room: Path, lms: str, more: str = "") -> None:
    (room / "course.toml").write_text(f'[grading]\nlms = "{lms}"\n{more}', encoding="utf-8")


def typed(*arguments: str) -> int:
    return main(["grade", *arguments, "--assignment", NAME, "--out", "graded"])


def read_all(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in (".html", ".csv", ".json", ".jsonl"):
            yield str(path), re.sub(r"data:[a-z/+-]+;base64,[A-Za-z0-9+/=]+", "", path.read_text(encoding="utf-8"))


def test_a_class_without_a_platform_reads_no_platforms_words(
    room: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also where things go wrong: a stray file, a person without work, work of nobody."""
    course(room, "plain", 'roster = "roster.csv"\n')
    (room / "roster.csv").write_bytes(ROSTER.replace(b"\n", b"\n", 1) + b"s1003,Alan Turing,alan@example.org,B\n")
    handed_in = room / "handed_in"
    handed_in.mkdir()
    (handed_in / "ada.ipynb").write_bytes(submission())
    (handed_in / "Hopper Grace.html").write_bytes(b"%PDF-1.7")
    (handed_in / "who.ipynb").write_bytes(b"{}")
    (handed_in / "notes.csv").write_text("a,b\n", encoding="utf-8")
    assert typed("handed_in") == 0
    printed = capsys.readouterr()
    assert "grades.csv" in printed.out
    texts = {"printed": printed.out + printed.err, **dict(read_all(room / "graded"))}
    assert {name: found for name, text in texts.items() if (found := WORDS.findall(text))} == {}
    rows = (room / "graded" / "grades.csv").read_text(encoding="utf-8").splitlines()
    assert [row.split(",")[0] for row in rows] == ["identifier", "s1001", "s1002", "s1003"]
    assert not {path.name for path in (room / "graded").iterdir()} & {"worksheet.csv", "feedback.zip"}
    assert typed("handed_in", "--collect") == 0
    assert (room / "graded" / "grades.csv").read_text(encoding="utf-8").splitlines() == rows


def test_a_class_of_canvas_goes_there_and_back(room: Path, capsys: pytest.CaptureFixture[str]) -> None:
    course(room, "canvas")
    canvas = FakeCanvas(CANVAS.people, dict(CANVAS.titles), dict(CANVAS.points))
    canvas.uploads = [Upload(4101, 501, "hw.ipynb", submission()), Upload(4102, 502, "hw.html", b"%PDF", late=True)]
    (room / "submissions.zip").write_bytes(canvas.submissions_zip())
    (room / "book.csv").write_bytes(canvas.gradebook())
    assert typed("submissions.zip", "--gradebook", "book.csv") == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "upload canvas_gradebook.csv under Grades, Import" in printed
    assert not re.search("moodle|worksheet", printed, re.IGNORECASE)
    assert canvas.import_gradebook((room / "graded" / "canvas_gradebook.csv").read_bytes()) == {}
    taken, ignored = canvas.import_feedback((room / "graded" / "canvas_feedback.zip").read_bytes())
    assert (sorted(taken), ignored) == ([4101, 4102], [])


@pytest.mark.parametrize(
    ("lms", "table", "said"),
    [
        ("plain", SHEET.encode(), "table.csv is Moodle's grading worksheet, and the course has lms = 'plain'."),
        ("canvas", SHEET.encode(), "table.csv is Moodle's grading worksheet, and the course has lms = 'canvas'."),
        ("moodle", CANVAS.gradebook(), "table.csv is Canvas's gradebook, and the course has lms = 'moodle'."),
        ("modle", ROSTER, "lms = 'modle' is no learning platform"),
        ("plain", ROSTER.replace(b"s1002", b"s1001"), "rows 2 and 3: the same person, 's1001'"),
        ("plain", ROSTER.replace(b"Ada", b"Eve").replace(b"ada", b"eve"), "nobody of those who handed in (0 of 1"),
        ("plain", b"", "table.csv. Name the table of the class with --roster CSV, or add --no-roster."),
    ],
)  # fmt: skip
def test_a_wrong_table_stops_a_run_before_anything_is_written(
    room: Path, lms: str, table: bytes, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    course(room, lms, 'roster = "table.csv"\n')
    if table:
        (room / "table.csv").write_bytes(table)
    (room / "handed_in").mkdir()
    (room / "handed_in" / "ada.ipynb").write_bytes(submission())
    try:
        status: Any = typed("handed_in")
    except SystemExit as ended:
        status = ended.code
    assert status in (1, 2)
    printed = " ".join(capsys.readouterr().err.split())
    assert said in printed
    assert "Traceback" not in printed
    assert not (room / "graded" / "results.jsonl").exists()
