"""Moodle by web services, against a site that answers as a real one did: fetched, graded, pushed, and nothing
lost.
"""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from grader.commands import moodle as command
from grader.errors import MoodleError, PlatformError
from grader.intake.inbox import iter_submissions
from grader.lms.exchange.graded import read_mine
from grader.lms.exchange.push import journal, plan, push, read_journal
from grader.lms.exchange.record import SUBMISSIONS, record_name, safe
from grader.lms.moodle.web.fake import FakeMoodle, Person
from grader.lms.moodle.web.fetch import SHEET, fetch, read_fetched
from grader.lms.moodle.web.service import MoodleService
from grader.lms.moodle.web.site import Site
from grader.lms.moodle.worksheet import read_worksheet
from paribus.cli import main
from tests.robust.small_class import command as grade_command
from tests.robust.small_class import make_class

TOKEN = "secret-token"


def class_of(folder: Path, students: int = 3) -> list[Person]:
    make_class(folder, students)
    people = []
    for number in range(students):
        path = next((folder / "submissions").glob(f"Student {number}_*")) / "homework.ipynb"
        people.append(Person(1000 + number, f"Student {number}", {"homework.ipynb": path.read_bytes()}))
    return [*people, Person(1900, "=Cmd O'Neill & Sons", status="new")]


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class that was fetched, graded with the fetched worksheet, and whose fake is made anew by each test."""
    folder = tmp_path_factory.mktemp("web")
    fake = FakeMoodle(class_of(folder))
    fetch(Site(fake.url, TOKEN, fake), 42, folder / "fetched")
    arguments = grade_command(folder, folder / "out", "--json")
    arguments[1] = str(folder / "fetched" / SUBMISSIONS)
    arguments[arguments.index("--worksheet") + 1] = str(folder / "fetched" / SHEET)
    assert main(arguments) == 0
    return folder


def fresh(graded: Path) -> tuple[FakeMoodle, MoodleService]:
    people = [Person(1000 + n, f"Student {n}", {"homework.ipynb": b"x"}) for n in range(3)]
    fake = FakeMoodle(people)
    journal(graded / "out", "Moodle").unlink(missing_ok=True)
    _, activity = read_fetched(graded / "fetched")
    return fake, MoodleService(Site(fake.url, TOKEN, fake), activity)


def changes(graded: Path, service: MoodleService):  # type: ignore[no-untyped-def]  # noqa: ANN201
    record, _ = read_fetched(graded / "fetched")
    out = graded / "out"
    return plan(service, record.rows, read_mine(out, service.maximum), read_journal(out, "Moodle"))


def test_what_is_fetched_is_named_as_moodles_zip_and_read_by_the_same_inbox(tmp_path: Path) -> None:
    people = class_of(tmp_path / "class")
    people[0].files = {"sub folder/homework.ipynb": b"{}", "notes.html": b"<p>"}
    people[1].extension, people[1].locked, people[1].grade, people[1].graded = (
        1_795_300_000,
        True,
        55.5,
        1_795_150_000,
    )
    fake = FakeMoodle(people)
    found = fetch(Site(fake.url, TOKEN, fake), 42, tmp_path / "to")
    assert (found.files, found.known, found.people) == (4, 0, 4)
    students = {item.student: item.name for item in iter_submissions(tmp_path / "to" / SUBMISSIONS)}
    assert students == {"1000": "Student 0", "1001": "Student 1", "1002": "Student 2"}
    sheet = read_worksheet((tmp_path / "to" / SHEET).read_bytes(), SHEET)
    by_number = {one.number: one for one in sheet.students}
    assert by_number["1001"].locked
    assert by_number["1001"].due.startswith("2026-11-21T")
    assert "Extension granted until" in by_number["1001"].status
    assert by_number["1900"].name.endswith("Cmd O'Neill & Sons")
    assert TOKEN not in "".join(path.read_text() for path in (tmp_path / "to").iterdir() if path.is_file())


def test_fetching_again_takes_only_what_is_new(tmp_path: Path) -> None:
    fake = FakeMoodle(class_of(tmp_path / "class"))
    site = Site(fake.url, TOKEN, fake)
    fetch(site, 42, tmp_path / "to")
    fake.people[0].files, fake.people[0].modified = {"homework.ipynb": b"new"}, fake.people[0].modified + 60
    found = fetch(site, 42, tmp_path / "to")
    assert (found.files, found.known) == (3, 2)
    assert next((tmp_path / "to" / SUBMISSIONS).glob("Student 0_*/homework.ipynb")).read_bytes() == b"new"


def test_a_fetch_that_breaks_off_has_no_record_and_goes_on_where_it_was(tmp_path: Path) -> None:
    fake = FakeMoodle(class_of(tmp_path / "class"), fails_after=4)
    site = Site(fake.url, TOKEN, fake)
    with pytest.raises(MoodleError, match=r"does not answer.*run the same command again"):
        fetch(site, 42, tmp_path / "to")
    assert not (tmp_path / "to" / record_name("Moodle")).exists()
    fake.fails_after = None
    assert fetch(site, 42, tmp_path / "to").known == 1


FORM = "Please look again<br>submission: student-0-1000<br>about: trade_off<br>because: I did say it."


def test_comments_and_online_text_that_ask_to_look_again_reach_the_desk(
    graded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fake, service = fresh(graded)
    fake.people[0].comments = [(2, "Well done."), (1000, FORM), (1000, "Thanks!")]
    fake.people[1].typed = f"<p>{FORM}</p>"  # a form for another person's submission
    assert fetch(service.site, 42, tmp_path / "to").requests == 2
    out = tmp_path / "out"
    shutil.copytree(graded / "out", out)
    assert main(["desk", str(out), "--requests", str(tmp_path / "to" / "requests"), "--disagreements"]) == 0
    said = capsys.readouterr().out
    assert "1 new requests to look again" in said
    assert "asks about student-0-1000, which is another person's" in said


def test_names_are_hidden_where_moodle_marks_blind(tmp_path: Path) -> None:
    fake = FakeMoodle(class_of(tmp_path / "class"), blind=True)
    fetch(Site(fake.url, TOKEN, fake), 42, tmp_path / "to")
    text = (tmp_path / "to" / SHEET).read_text()
    assert "Participant 10000" in text
    assert "Student" not in text
    assert {item.student for item in iter_submissions(tmp_path / "to" / SUBMISSIONS)} == {"10000", "10001", "10002"}


def test_grades_comments_and_pages_arrive_and_others_feedback_files_stay(graded: Path) -> None:
    fake, service = fresh(graded)
    fake.people[0].feedback = {"from-a-colleague.pdf": b"%PDF"}
    planned = changes(graded, service)
    assert [change.why for change in planned] == ["", "", ""]
    assert push(replace(service, state="released"), planned, graded / "out") == 3
    assert set(fake.people[0].feedback) == {"from-a-colleague.pdf", "feedback-week1_homework.html"}
    assert b"<!doctype html>" in fake.people[1].feedback["feedback-week1_homework.html"]
    assert fake.people[0].state == "released"
    assert "points" in fake.people[0].comment
    assert fake.people[0].grade is None  # points are open: no grade is written, and none taken away


def test_a_comment_reaches_moodle_as_html_in_which_words_stay_words(graded: Path) -> None:
    fake, service = fresh(graded)
    (first, *_) = changes(graded, service)
    push(service, [replace(first, mine=replace(first.mine, comment="got a<b>\nand & more"))], graded / "out")
    assert fake.people[0].comment == "got a&lt;b&gt;<br>and &amp; more"


def test_what_is_still_open_takes_no_grade_away(graded: Path) -> None:
    fake, service = fresh(graded)
    planned = changes(graded, service)
    fake.people[0].grade = 40.0
    push(service, [replace(planned[0], before=40.0)], graded / "out")
    assert fake.people[0].grade == 40.0


def test_a_push_that_breaks_off_in_the_middle_goes_on_where_it_was_and_doubles_nothing(graded: Path) -> None:
    fake, service = fresh(graded)
    planned = changes(graded, service)
    fake.fails_after = fake.requests + 4
    with pytest.raises(MoodleError, match="does not answer"):
        push(service, planned, graded / "out")
    assert fake.saved == 1
    fake.fails_after = None
    planned = changes(graded, service)
    assert [change.why for change in planned] == ["pushed already", "", ""]
    assert push(service, planned, graded / "out") == 2
    assert fake.saved == 3
    assert push(service, changes(graded, service), graded / "out") == 0


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ({"grade": 77.0, "graded": 1_795_190_000}, "somebody gave 77 in Moodle since: fetch again"),
        ({"locked": True}, "Moodle has this grade locked"),
    ],
)
def test_what_changed_in_moodle_since_is_left_alone_and_said(
    graded: Path, what: dict[str, object], why: str
) -> None:
    fake, service = fresh(graded)
    for name, value in what.items():
        setattr(fake.people[1], name, value)
    planned = changes(graded, service)
    assert [change.why for change in planned] == ["", why, ""]
    push(service, planned, graded / "out")
    assert fake.people[1].feedback == {}
    assert fake.people[0].feedback


def test_grades_that_moodle_would_swallow_are_not_sent(graded: Path) -> None:
    fake, service = fresh(graded)
    planned = changes(graded, service)
    row, mine = planned[0].row, replace(planned[0].mine, grade=30.0)
    for maximum, why in ((20.0, "30 is more than Moodle's maximum of 20"),
                         (-3.0, "has a scale: upload worksheet.csv")):  # fmt: skip
        other = replace(service, activity=replace(service.activity, maximum=maximum))
        (one,) = plan(other, [row], {row.number: mine}, {})
        assert why in one.why
    fake.people[0].grade, fake.people[0].graded = 30.0, 9
    (same,) = plan(service, [row], {row.number: mine}, {})
    assert same.why == ""


@pytest.mark.parametrize(("workflow", "state", "seen"), [(False, "", True), (True, "released", True),
                                                         (True, "inmarking", False)])  # fmt: skip
def test_a_grade_that_the_student_has_seen_is_told_before_it_is_changed(
    graded: Path, workflow: bool, state: str, seen: bool
) -> None:
    fake, service = fresh(graded)
    person = fake.people[1]
    person.grade, person.graded, person.state = 50.0, 9, state
    service = replace(service, activity=replace(service.activity, workflow=workflow))
    record, _ = read_fetched(graded / "fetched")
    rows = [replace(row, grade=50.0) for row in record.rows if row.user == person.id]
    mine = replace(read_mine(graded / "out", 100.0)["1001"], grade=60.0)
    (change,) = plan(service, rows, {"1001": mine}, {})
    assert (change.note == "released already: the student has seen the grade before") is seen
    assert change.why == ""


def test_points_are_scaled_to_moodles_maximum(graded: Path) -> None:
    out = graded / "out"
    text = (out / "grades.json").read_text()
    raw = json.loads(text)
    try:
        raw["people"][0]["points"] = 14.0  # of 28
        (out / "grades.json").write_text(json.dumps(raw))
        assert read_mine(out, 20.0)["1000"].grade == 10.0
    finally:
        (out / "grades.json").write_text(text)


def test_a_team_gets_its_grade_once_and_everybody_of_it_has_it(graded: Path) -> None:
    fake, service = fresh(graded)
    fake.team = True
    for person in fake.people[:2]:
        person.group = 607
    planned = changes(graded, service)
    rows = [replace(one.row, group=607) if one.row.number in ("1000", "1001") else one.row for one in planned]
    planned = tuple(replace(one, row=row) for one, row in zip(planned, rows, strict=True))
    push(service, planned, graded / "out")
    assert fake.saved == 2
    assert fake.people[1].feedback == fake.people[0].feedback != {}


def test_what_moodle_refuses_is_a_sentence_without_the_token(graded: Path) -> None:
    fake, _ = fresh(graded)
    with pytest.raises(MoodleError, match="knows this token not") as told:
        Site(fake.url, "expired", fake).activity(42)
    assert "expired" not in str(told.value)
    site = Site(fake.url, TOKEN, fake)
    with pytest.raises(MoodleError, match=r"no assignment 99 .* There are: 42 \(Homework\)"):
        site.activity(99)
    with pytest.raises(MoodleError, match="names a file on another site"):
        site.download("https://elsewhere.example/pluginfile/1")
    with pytest.raises(MoodleError, match="gives no file at /pluginfile/x"):
        Site(fake.url, TOKEN, lambda *_: b'{"error":"no"}').download(f"{fake.url}/pluginfile/x")
    with pytest.raises(MoodleError, match="with no JSON"):
        Site(fake.url, TOKEN, lambda *_: b"<html>Log in").activity(42)
    with pytest.raises(MoodleError, match="lets this token do no"):
        Site(fake.url, TOKEN, lambda *_: b'{"exception":"x","errorcode":"accessexception"}').activity(42)
    with pytest.raises(MoodleError, match=r"refused .*: broken"):
        Site(fake.url, TOKEN, lambda *_: b'{"exception":"x","message":"broken"}').activity(42)


@pytest.mark.parametrize("url", ["http://moodle.example", "moodle.example", "ftp://moodle.example", "file:///etc"])
def test_a_token_is_sent_over_https_or_to_this_machine_alone(url: str) -> None:
    with pytest.raises(MoodleError, match="no address of a Moodle site"):
        Site(url, TOKEN, FakeMoodle([]))
    Site("http://127.0.0.1:8000", TOKEN, FakeMoodle([]))


def test_without_a_token_it_is_said_where_it_belongs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(command.TOKEN, raising=False)
    with pytest.raises(MoodleError, match="environment variable PARIBUS_MOODLE_TOKEN"):
        command.open_site("https://moodle.example")


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "..\\x", "C:\\x", ""])
def test_a_file_name_that_leads_out_of_its_folder_is_refused(name: str) -> None:
    with pytest.raises(PlatformError, match="outside of its folder"):
        safe(name)
    assert str(safe("sub/x.html")) == "sub/x.html"


def test_records_and_journals_that_are_damaged_or_missing_are_told(graded: Path, tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match="Fetch with `paribus moodle fetch` first"):
        read_fetched(tmp_path)
    for text in ("{}", '{"schema": "paribus.moodle/1", "site": "x", "assignment": {}, "rows": []}'):
        (tmp_path / record_name("Moodle")).write_text(text)
        with pytest.raises(PlatformError, match="no record of what was fetched"):
            read_fetched(tmp_path)
    journal(tmp_path, "Moodle").write_text("[]")
    with pytest.raises(PlatformError, match="Move it away"):
        read_journal(tmp_path, "Moodle")
    with pytest.raises(PlatformError, match="no finished grading"):
        read_mine(tmp_path, 100.0)


def test_the_commands_fetch_say_what_would_change_and_push(
    graded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fake, _ = fresh(graded)
    monkeypatch.setenv(command.TOKEN, TOKEN)
    monkeypatch.setattr("grader.lms.moodle.web.send.Send", lambda: fake)
    assert main(["moodle", "fetch", str(tmp_path / "to"), "--moodle", fake.url, "--id", "42"]) == 0
    assert "3 files of 3 people" in (said := capsys.readouterr().out)
    assert "paribus grade" in said
    arguments = ["moodle", "push", str(graded / "out"), "--fetched", str(graded / "fetched")]
    assert main([*arguments, "--dry-run"]) == 0
    assert "Nothing was written" in (said := capsys.readouterr().out)
    assert "– → open" in said
    assert fake.saved == 0
    fake.people[2].locked = True
    assert main(arguments) == 1  # not everybody got theirs
    assert "2 people got their grade" in (said := capsys.readouterr().out)
    assert "left alone: Moodle has this grade locked" in said
    for wrong in (["moodle", "fetch", str(tmp_path)], ["moodle", "push", str(tmp_path)]):
        with pytest.raises(SystemExit, match="2"):
            main(wrong)
