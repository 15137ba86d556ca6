"""Canvas by its web services, against a site in memory to which canvasapi itself speaks."""

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest

from grader.commands import canvas as command
from grader.commands.exchange import tell
from grader.errors import CanvasError, PlatformError
from grader.lms.canvas.web.fake import Comment, FakeCanvasSite, Person
from grader.lms.canvas.web.fetch import SHEET, fetch, read_fetched
from grader.lms.canvas.web.service import CanvasService
from grader.lms.canvas.web.site import Site, Upload, read_address
from grader.lms.exchange.graded import read_mine
from grader.lms.exchange.push import journal, plan, push, read_journal
from grader.lms.exchange.record import SUBMISSIONS
from paribus.cli import main
from tests.robust.small_class import NAME, make_class

TOKEN = "secret-token"
ADDRESS = "https://canvas.example/courses/12/assignments/345"
POLICY = """[grading]
lms = "canvas"
timezone = "UTC"
late_penalty = { percent = 10, per = "day" }
[grading.assignments.week1_homework]
column = "Homework (345)"
due = { A = 2026-11-21T23:59:00, B = 2026-11-23T23:59:00 }
"""


def class_of(folder: Path, students: int = 3) -> list[Person]:
    make_class(folder, students)
    people = []
    for number in range(students):
        path = next((folder / "submissions").glob(f"Student {number}_*")) / "homework.ipynb"
        section = "B" if number == 2 else "A"
        people.append(Person(1000 + number, f"{number}, Student", section, {"homework.ipynb": path.read_bytes()}))
    return [*people, Person(1900, "=Cmd, O'Neill & Sons", "A")]


def site_of(fake: FakeCanvasSite) -> Site:
    return Site(fake.url, TOKEN, fake)


def grade(folder: Path, fetched: Path, out: Path, *more: str) -> int:
    return main(
        ["grade", str(fetched / SUBMISSIONS), "--gradebook", str(fetched / SHEET), "--assignment", NAME,
         "--release", str(folder / "release"), "--release", str(folder / "older"),
         "--course", str(folder / "course.toml"), "--out", str(out), "--json", *more]
    )  # fmt: skip


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class that was fetched and graded; tests push it to a site of their own."""
    folder = tmp_path_factory.mktemp("canvas")
    fake = FakeCanvasSite(class_of(folder))
    fake.people[1].submitted, fake.people[1].late = "2026-11-23T12:00:00Z", True
    fake.people[2].submitted, fake.people[2].late = "2026-11-23T12:00:00Z", True
    (folder / "course.toml").write_text(POLICY)
    fetch(site_of(fake), 12, 345, folder / "fetched")
    assert grade(folder, folder / "fetched", folder / "out") == 0
    return folder


def fresh(graded: Path) -> tuple[FakeCanvasSite, CanvasService]:
    people = [Person(1000 + n, f"{n}, Student", "A", {"homework.ipynb": b"x"}) for n in range(3)]
    fake = FakeCanvasSite(people)
    journal(graded / "out", "Canvas").unlink(missing_ok=True)
    _, task = read_fetched(graded / "fetched")
    return fake, CanvasService(site_of(fake), task)


def planned(graded: Path, service: CanvasService):  # type: ignore[no-untyped-def]  # noqa: ANN201
    record, _ = read_fetched(graded / "fetched")
    out = graded / "out"
    return plan(service, record.rows, read_mine(out, service.maximum), read_journal(out, "Canvas"))


def test_what_is_fetched_is_named_as_canvass_zip_and_the_gradebook_says_when(graded: Path) -> None:
    names = sorted(path.name for path in (graded / "fetched" / SUBMISSIONS).iterdir() if path.name[0] != ".")
    assert names == [
        "0student_1000_100001_homework.ipynb", "1student_LATE_1001_100101_homework.ipynb",
        "2student_LATE_1002_100201_homework.ipynb",
    ]  # fmt: skip
    rows = list(csv.reader(io.StringIO((graded / "fetched" / SHEET).read_text())))
    assert rows[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "Homework (345)",
                       "Handed in at", "Due at"]  # fmt: skip
    assert rows[3][1:] == ["1001", "", "u1001", "A", "", "2026-11-23T12:00:00Z", "2026-11-21T23:59:00Z"]
    assert rows[5][0] == "'=Cmd, O'Neill & Sons"
    assert not [path for path in graded.rglob("*.*") if path.is_file() and TOKEN.encode() in path.read_bytes()]


def test_lateness_follows_canvass_times_by_the_section_s_own_due_time(graded: Path) -> None:
    from grader.grading.results import read_results

    late = {result.student: result.late for result in read_results(graded / "out" / "results.jsonl")}
    assert late["1000"] == 0
    assert late["1001"] == 36 * 3600 + 60  # a day and twelve hours after section A's time
    assert late["1002"] == 0  # section B had two days more
    text = (graded / "out" / "feedback" / "1-student-1001.html").read_text()
    assert "1 d 12 h 1 min after the time at which it was due" in text
    assert "does not say by how much" not in text


def test_a_due_time_of_canvass_for_one_person_extends_theirs(graded: Path, tmp_path: Path) -> None:
    people = class_of(tmp_path / "class")
    people[1].submitted, people[1].due, people[1].late = "2026-11-23T12:00:00Z", "2026-11-24T00:00:00Z", False
    (tmp_path / "class" / "course.toml").write_text(POLICY)
    fetch(site_of(FakeCanvasSite(people)), 12, 345, tmp_path / "to")
    assert grade(tmp_path / "class", tmp_path / "to", tmp_path / "out") == 0
    report = (tmp_path / "out" / "report.html").read_text()
    assert "On time by a due time in Canvas that course.toml does not name: " in report


def test_fetching_again_takes_what_is_new_and_what_was_withdrawn_goes_away(tmp_path: Path) -> None:
    fake = FakeCanvasSite(class_of(tmp_path / "class"))
    fetch(site_of(fake), 12, 345, tmp_path / "to")
    (tmp_path / "to" / SUBMISSIONS / "mine.txt").write_text("a note of the instructor's")
    fake.people[0].files = {"../again.ipynb": b"new"}
    fake.people[1].files = {}
    found = fetch(site_of(fake), 12, 345, tmp_path / "to")
    assert (found.files, found.known, found.people) == (2, 1, 4)
    left = sorted(path.name for path in (tmp_path / "to" / SUBMISSIONS).iterdir() if path.name[0] != ".")
    assert left == ["0student_1000_100001_..-again.ipynb", "2student_1002_100201_homework.ipynb", "mine.txt"]


FORM = "Please look again\nsubmission: 0-student-1000\nabout: trade_off\nbecause: I did say what was given up.\n"


def test_a_students_comment_that_asks_to_look_again_reaches_the_desk(
    graded: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fake, service = fresh(graded)
    fake.people[0].comments += [Comment("Well done."), Comment(FORM, author=1000), Comment("Thanks!", author=1000)]
    fake.people[1].comments.append(Comment(FORM, author=1001))  # a form for another person's submission
    assert fetch(service.site, 12, 345, tmp_path / "to").requests == 2
    assert (
        main(["desk", str(graded / "out"), "--requests", str(tmp_path / "to" / "requests"), "--disagreements"]) == 0
    )
    said = capsys.readouterr().out
    assert "1 new requests to look again" in said
    assert "asks about 0-student-1000, which is another person's" in said


def test_a_group_that_is_graded_as_one_is_fetched_once_and_gets_its_grade_together(graded: Path) -> None:
    fake, service = fresh(graded)
    fake.assignment["group_category_id"] = 5
    for person in fake.people[:2]:
        person.group, person.group_name, person.files = 607, "Alpha & Co", {"homework.ipynb": b"x"}
    found = fetch(site_of(fake), 12, 345, graded / "team")
    assert found.files == 2
    record, task = read_fetched(graded / "team")
    assert [row.group for row in record.rows] == [607, 607, 0]
    service = CanvasService(service.site, task)
    mine = read_mine(graded / "out", service.maximum)
    push(service, plan(service, record.rows, mine, {}), graded / "out")
    assert fake.saved == 2
    assert fake.people[0].comments[0].text == fake.people[1].comments[0].text
    fake.assignment["grade_group_students_individually"] = True
    assert fetch(site_of(fake), 12, 345, graded / "alone").files == 3


def test_grades_comments_and_pages_arrive_and_what_is_open_takes_no_grade_away(graded: Path) -> None:
    fake, service = fresh(graded)
    fake.people[0].comments.append(Comment("from a colleague", {"notes.pdf": b"%PDF"}))
    changes = planned(graded, service)
    assert [change.why for change in changes] == ["", "", ""]
    assert push(service, changes, graded / "out") == 3
    assert fake.people[0].comments[0].text == "from a colleague"
    ours = fake.people[0].comments[1]
    assert "points so far" in ours.text
    page = (graded / "out" / "feedback" / "0-student-1000.html").read_bytes()
    assert ours.files == {"feedback-week1_homework.html": page}
    assert [person.entered for person in fake.people] == [None, None, None]


def test_a_push_that_breaks_off_in_the_middle_goes_on_and_doubles_no_comment(graded: Path) -> None:
    fake, service = fresh(graded)
    changes = planned(graded, service)
    fake.fails_after = fake.requests + 4
    with pytest.raises(CanvasError, match=r"does not answer.*run the same command again"):
        push(service, changes, graded / "out")
    assert fake.saved == 1
    fake.fails_after = None
    assert [change.why for change in planned(graded, service)] == ["pushed already", "", ""]
    journal(graded / "out", "Canvas").unlink()  # as if the machine had died between Canvas and the journal
    assert push(service, planned(graded, service), graded / "out") == 3
    assert [len(person.comments) for person in fake.people] == [1, 1, 1]


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ({"entered": 77.0}, "somebody gave 77 in Canvas since: fetch again"),
        ({"excused": True}, "Canvas excuses them from this assignment"),
    ],
)
def test_what_changed_in_canvas_since_is_left_alone_and_said(
    graded: Path, what: dict[str, object], why: str
) -> None:
    fake, service = fresh(graded)
    for name, value in what.items():
        setattr(fake.people[1], name, value)
    changes = planned(graded, service)
    assert [change.why for change in changes] == ["", why, ""]
    push(service, changes, graded / "out")
    assert fake.people[1].comments == []


def test_a_grade_from_which_canvass_late_policy_took_points_is_the_one_that_was_entered(graded: Path) -> None:
    fake, service = fresh(graded)
    fake.people[1].entered, fake.people[1].deducted = 50.0, 10.0
    assert planned(graded, service)[1].before == 50.0


def test_a_grade_that_was_released_already_is_told_before_it_is_changed(
    graded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fake, service = fresh(graded)
    fake.people[1].entered, fake.people[1].posted = 50.0, "2026-11-25T08:00:00Z"
    record, _ = read_fetched(graded / "fetched")
    rows = [replace(row, grade=50.0 if row.number == "1001" else None) for row in record.rows]
    mine = {number: replace(one, grade=60.0) for number, one in read_mine(graded / "out", 100.0).items()}
    changes = plan(service, rows, mine, {})
    tell(changes)
    told = [line for line in capsys.readouterr().out.splitlines() if "released already" in line]
    assert [line.split()[:4] for line in told] == [["1001", "50", "→", "60"]]
    push(service, changes, graded / "out")
    assert fake.people[1].entered == 60.0
    assert all(not change.note for change in plan(service, rows, mine, {}))  # what is the same is no news


@pytest.mark.parametrize(
    ("about", "why"),
    [
        ({"grading_type": "pass_fail"}, "the assignment is pass or fail"),
        ({"grading_type": "not_graded"}, "is not graded in Canvas"),
        ({"points_possible": None}, "has no points in Canvas"),
    ],
)
def test_an_assignment_that_takes_no_points_is_told(graded: Path, about: dict[str, object], why: str) -> None:
    fake, _ = fresh(graded)
    fake.assignment.update(about)
    service = CanvasService(site_of(fake), site_of(fake).task(12, 345))
    assert all(why in change.why for change in planned(graded, service))


def test_hidden_names_are_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(CanvasError, match="hides the names in Homework"):
        fetch(site_of(FakeCanvasSite([], anonymize_students=True)), 12, 345, tmp_path / "to")
    assert not (tmp_path / "to").exists()


def test_what_canvas_refuses_is_a_sentence_without_the_token() -> None:
    fake = FakeCanvasSite([Person(1, "A, B", files={"x": b"x"})])
    with pytest.raises(CanvasError, match="knows this token not, or not any more") as told:
        Site(fake.url, "expired-one", fake).task(12, 345)
    assert "expired-one" not in str(told.value)
    with pytest.raises(CanvasError, match="has nothing like the assignment 9 of course 12"):
        site_of(fake).task(12, 9)
    with pytest.raises(CanvasError, match="There is no token"):
        Site(fake.url, "", fake)
    task = site_of(fake).task(12, 345)
    with pytest.raises(CanvasError, match="at most 200000000 are fetched"):
        site_of(fake).download(Upload(1, "huge.html", f"{fake.url}/files/1/1", 10**9))
    fake.forbidden = True
    with pytest.raises(CanvasError, match="gives you no right to the submissions"):
        site_of(fake).submissions(task)


def test_the_token_goes_to_no_other_site() -> None:
    fake = FakeCanvasSite([Person(1, "A, B", files={"x": b"x"})])
    with pytest.raises(CanvasError, match="knows this token not"):  # the fake answers for all sites, and got none
        site_of(fake).download(Upload(1, "x", "https://elsewhere.example/files/1/1", 1))


@pytest.mark.parametrize("address", ["https://canvas.example/courses/12", "ftp://x/courses/1/assignments/2", "",
                                     "http://canvas.example/courses/12/assignments/345"])  # fmt: skip
def test_an_address_that_is_no_assignments_is_told(address: str) -> None:
    with pytest.raises(CanvasError, match="no address of an assignment in Canvas"):
        read_address(address)
    assert read_address(f"{ADDRESS}?module_item_id=7") == ("https://canvas.example", 12, 345)


def test_a_record_of_something_else_is_told(tmp_path: Path) -> None:
    with pytest.raises(PlatformError, match="Fetch with `paribus canvas fetch` first"):
        read_fetched(tmp_path)
    (tmp_path / "canvas.json").write_text(
        '{"schema": "paribus.canvas/1", "site": "x", "assignment": {}, "rows": []}'
    )
    with pytest.raises(PlatformError, match="no record of what was fetched"):
        read_fetched(tmp_path)


def test_the_commands_fetch_say_what_would_change_and_push(
    graded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fake, _ = fresh(graded)
    monkeypatch.setenv(command.TOKEN, TOKEN)
    monkeypatch.setattr("grader.lms.canvas.web.site.Patient", lambda: fake)
    assert main(["canvas", "fetch", str(tmp_path / "to"), "--canvas", ADDRESS]) == 0
    assert f"paribus grade {tmp_path / 'to' / SUBMISSIONS} --gradebook" in (said := capsys.readouterr().out)
    assert "3 files of 3 people" in said
    arguments = ["canvas", "push", str(graded / "out"), "--fetched", str(graded / "fetched")]
    assert main([*arguments, "--dry-run"]) == 0
    assert "Nothing was written" in capsys.readouterr().out
    assert fake.saved == 0
    fake.people[2].excused = True
    assert main(arguments) == 1  # not everybody got theirs
    assert "left alone: Canvas excuses them" in (said := capsys.readouterr().out)
    assert "2 people got their grade" in said
    for wrong in (["canvas", "fetch", str(tmp_path)], ["canvas", "push", str(tmp_path)]):
        with pytest.raises(SystemExit, match="2"):
            main(wrong)
