"""Canvas by files, against a Canvas in memory that shares no code with what is tested."""

import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.intake.inbox import iter_unread
from grader.intake.roster import Roster
from grader.lms.canvas.fake import FakeCanvas, Person, Upload
from grader.lms.canvas.gradebook import Gradebook, read_gradebook
from grader.lms.canvas.names import feedback_name, read_name
from grader.lms.canvas.platform import feedback, grades
from grader.lms.canvas.roster import LATE, check_belongs, place, read_roster, reader
from grader.lms.platform import Marked
from grader.model import Result, Submission
from paribus.course.policy import Policy
from tests.grader.classroom import careful_result, make_assignment

ASSIGNMENT = make_assignment()
JANE = Person(4101, "Doe, Jane", "jane", "S-1", "Mondays")
ZOE = Person(4102, "O'Neil-Müller, Zoë", "zoe", "S-2", "Tuesdays")
BOB = Person(4103, '=cmd"|x, Bob', "bob", "S-3")
TEST = Person(4199, "Student, Test")
PEOPLE = (JANE, ZOE, BOB, TEST)


def course(**changes: object) -> FakeCanvas:
    found = FakeCanvas(PEOPLE, {7: ASSIGNMENT.title, 8: "Another (one)"}, {7: 56.0, 8: 10.0})
    for name, value in changes.items():
        setattr(found, name, value)
    return found


def book(canvas: FakeCanvas, policy: Policy | None = None) -> Gradebook:
    return read_gradebook(canvas.gradebook(), "book.csv", ASSIGNMENT, policy or Policy())


def placed(folder: Path, canvas: FakeCanvas, gradebook: Gradebook | None) -> list[Submission]:
    path = folder / "submissions.zip"
    path.write_bytes(canvas.submissions_zip())
    return list(place(iter_unread(path, read_name=reader(gradebook)), read_roster(gradebook, Policy())))


def done(person: Person, upload: int = 501, **changes: object) -> Result:
    name = "".join(filter(str.isalnum, person.name.lower()))
    source = f"{name}_{person.number}_{upload}_hw.ipynb"
    changes = {"source": source, "name": person.name, "pending": 0.0, "needs_person": ()} | changes
    return replace(careful_result(f"{person.number}-{upload}", student=str(person.number)), **changes)  # type: ignore[arg-type]


def back(
    canvas: FakeCanvas, results: Sequence[Result], folder: Path, policy: Policy | None = None
) -> tuple[bytes, str]:
    """The gradebook that goes back, and the notes as one text."""
    policy = policy or Policy()
    found = grades(book(canvas), Marked(results, ASSIGNMENT, policy, Roster(), folder))
    content = found.files["canvas_gradebook.csv"]
    assert isinstance(content, bytes)
    return content, " ".join(found.notes)


# --- names ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "number", "file", "late"),
    [
        ("doejane_4101_501_hw.html", "4101", "hw.html", False),
        ("doejane_LATE_4101_501_hw.html", "4101", "hw.html", True),
        ("doejane_4101_501_hw-2.html", "4101", "hw-2.html", False),
        ("doejane_4101_501_my_hw_3_4.html", "4101", "my_hw_3_4.html", False),
        ("4u_4101_501_hw.html", "4101", "hw.html", False),
        ("anon_aB3xY_501_hw.html", "anon_aB3xY", "hw.html", False),
        ("LATE_anon_aB3xY_501_hw.html", "anon_aB3xY", "hw.html", True),
        ("anon_12345_501_hw.html", "anon_12345", "hw.html", False),
    ],
)
def test_a_name_of_canvas_is_read(path: str, number: str, file: str, late: bool) -> None:
    found = read_name(path)
    assert found is not None
    assert (found.number, found.file, found.late, found.upload) == (number, file, late, 501)


@pytest.mark.parametrize(
    "path",
    [
        "hw.html",
        "ada/doejane_4101_501_hw.html",
        "doejane_4101_hw.html",
        "week_1_homework.html",
        "a_b_c.html",
        "anon",
    ],
)
def test_other_names_are_not_canvas_s(path: str) -> None:
    assert read_name(path) is None


@settings(deadline=None)  # the first call reads the words of forty languages
@given(
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=8), st.integers(1, 10**9), st.integers(1, 10**9),
    st.text(st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="/"), min_size=1, max_size=8),
    st.booleans(),
)  # fmt: skip
def test_canvas_takes_feedback_for_what_it_named(
    name: str, person: int, upload: int, file: str, late: bool
) -> None:
    canvas = FakeCanvas(
        [Person(person, f"{name}, X")], {7: "A"}, {7: 1.0}, [Upload(person, upload, file, b"", late=late)]
    )
    (member,) = zipfile.ZipFile(io.BytesIO(canvas.submissions_zip())).namelist()
    called = feedback_name(member)
    if called is None:  # a name of underscores and digits: Canvas itself cannot tell it either
        return
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(called, "page")
    taken, _ = canvas.import_feedback(buffer.getvalue())
    assert set(taken) <= {person}


# --- whose it is ------------------------------------------------------------------------------------------------


def test_files_are_their_persons_and_late_ones_are_marked(tmp_path: Path) -> None:
    canvas = course(uploads=[Upload(4101, 501, "hw.html", b"1"), Upload(4102, 502, "hw.ipynb", b"2", late=True)])
    jane, zoe = placed(tmp_path, canvas, book(canvas))
    assert (jane.owners, jane.name, jane.remarks, jane.late) == (("4101",), "Doe, Jane", (), 0.0)
    assert (zoe.owners, zoe.name, zoe.remarks, zoe.late) == (("4102",), "O'Neil-Müller, Zoë", (LATE,), 0.0)


def test_a_column_of_times_that_was_added_says_by_how_much(tmp_path: Path) -> None:
    """Canvas's export has none; a table of the times, from its web services or typed in, becomes one."""
    uploads = [Upload(4101, 501, "a", b"1"), Upload(4102, 502, "b", b"2", late=True), Upload(4103, 503, "c", b"3")]
    canvas = course(uploads=[replace(item, name=f"{item.name}.html") for item in uploads])
    rows = list(csv.reader(io.StringIO(canvas.gradebook().decode("utf-8-sig"))))
    times = {"4101": "2027-03-01 22:00", "4102": "2027-03-02 01:30", "4103": "yesterday"}
    text = io.StringIO()
    number = rows[0].index("ID")
    times["ID"] = "Handed in at"
    csv.writer(text).writerows([[*row, times.get(row[number], "")] for row in rows])
    policy = Policy(due=datetime(2027, 3, 1, 23, tzinfo=UTC))
    gradebook = read_gradebook(text.getvalue().encode(), "book.csv", ASSIGNMENT, policy)
    (tmp_path / "in.zip").write_bytes(canvas.submissions_zip())
    listed = iter_unread(tmp_path / "in.zip", read_name=reader(gradebook))
    bob, jane, zoe = place(listed, read_roster(gradebook, policy))
    assert (jane.late, jane.remarks) == (0.0, ())
    assert (zoe.late, zoe.remarks) == (9000.0, ("late: handed in 2 h 30 min after the time at which it was due.",))
    assert (bob.late, bob.remarks[0][:40]) == (0.0, "late: the date 'yesterday' in the gradeb")
    found = grades(gradebook, Marked([done(JANE)], ASSIGNMENT, policy, Roster(), tmp_path))
    assert b"Handed in at" not in bytes(found.files["canvas_gradebook.csv"])  # type: ignore[arg-type]
    assert "hold no times" not in " ".join(found.notes)


def test_the_last_upload_is_the_last_file(tmp_path: Path) -> None:
    """Every file in Canvas's zip bears the time of the download; an upload's number rises."""
    canvas = course(uploads=[Upload(4101, 502, "hw-1.html", b"1"), Upload(4101, 501, "hw.html", b"2")])
    found = placed(tmp_path, canvas, book(canvas))
    assert {item.source[-9:]: item.attempt for item in found} == {"1_hw.html": 1, "hw-1.html": 2}


def test_whoever_is_not_in_the_gradebook_gets_nothing(tmp_path: Path) -> None:
    canvas = course(uploads=[Upload(4101, 501, "hw.html", b"1"), Upload(4102, 502, "hw.html", b"2")])
    sheet = book(course(people=(JANE,)))
    _, zoe = placed(tmp_path, canvas, sheet)
    assert zoe.remarks[0].startswith("not in the gradebook")


def test_a_number_under_another_persons_name_is_nobodys(tmp_path: Path) -> None:
    path = tmp_path / "doejane_4102_501_hw.html"
    path.write_text("x", encoding="utf-8")
    sheet = book(course())
    (found,) = place(iter_unread(path, read_name=reader(sheet)), read_roster(sheet, Policy()))
    assert found.owners == ()
    assert "may be the work of 4101 or 4102" in found.remarks[0]


def test_a_group_is_graded_by_the_member_whose_number_it_bears(tmp_path: Path) -> None:
    canvas = course(groups={4101: "Team 1"}, uploads=[Upload(4101, 501, "hw.html", b"1")])
    (found,) = placed(tmp_path, canvas, book(canvas))
    assert found.owners == ("4101",)
    _, notes = back(canvas, [done(JANE, source="team1_4101_501_hw.html")], tmp_path)
    assert "another than the gradebook's for its number: team1 (Doe, Jane)" in notes


def test_hidden_names_stay_hidden_and_get_no_grade(tmp_path: Path) -> None:
    canvas = course(
        anonymous={4101: "aB3xY", 4102: "41020"},
        uploads=[Upload(4101, 501, "hw.html", b"1"), Upload(4102, 502, "hw.html", b"2", late=True)],
    )
    found = placed(tmp_path, canvas, book(canvas))
    assert {item.name for item in found} == {""}
    assert not {owner for item in found for owner in item.owners} & {str(person.number) for person in PEOPLE}
    check_belongs(book(canvas), found, "book.csv")
    results = [done(JANE, student=item.student, source=item.source, name="") for item in found]
    content, notes = back(canvas, results, tmp_path)
    assert canvas.import_gradebook(content) == {}
    assert "Canvas hides the names in this assignment" in notes
    pages = {result.submission: "page" for result in results}
    taken, ignored = canvas.import_feedback(feedback(results[:1], pages, ASSIGNMENT)["canvas_feedback.zip"])
    assert (set(taken), ignored) == ({4102}, [])  # names of late files come first


def test_a_text_that_was_typed_is_no_notebook(tmp_path: Path) -> None:
    path = tmp_path / "doejane_4101_text.html"
    path.write_text("x", encoding="utf-8")
    (found,) = iter_unread(path, read_name=read_name)
    assert found.problem == "Only a text typed into Canvas was handed in, no notebook."


@settings(deadline=None)  # the first call reads the words of forty languages
@given(st.data())
def test_no_file_of_canvas_reaches_another_person(data: st.DataObject) -> None:
    """Whatever people, groups and files are called: a file is its sender's, or nobody's."""
    names = st.text("ab_1, ", min_size=1, max_size=6)
    numbers = data.draw(st.lists(st.integers(1, 15), min_size=1, max_size=5, unique=True))
    people = [Person(number, data.draw(names)) for number in numbers]
    sender = data.draw(st.sampled_from(people))
    upload = Upload(
        sender.number, data.draw(st.integers(16, 30)), data.draw(st.sampled_from(["h.html", "1_2_h.html"])), b""
    )
    canvas = FakeCanvas(people, {7: ASSIGNMENT.title}, {7: 1.0}, [upload])
    (member,) = zipfile.ZipFile(io.BytesIO(canvas.submissions_zip())).namelist()
    sheet = read_gradebook(canvas.gradebook(), "book.csv", ASSIGNMENT, Policy())
    named = reader(sheet)(member)
    item = Submission("s", named.number if named and named.number else "s", "", member, b"", "", path=member)
    (found,) = place([item], read_roster(sheet, Policy()))
    others = {str(number) for number in numbers} - {str(sender.number)}
    assert not others & set(found.owners), (member, people)


# --- grades -----------------------------------------------------------------------------------------------------


def test_grades_go_into_their_column_and_nothing_else_changes(tmp_path: Path) -> None:
    canvas = course(manual=True, grades={(8, 4101): "3.00", (7, 4102): "11.00"})
    content, notes = back(canvas, [done(JANE), done(BOB, pending=2.0)], tmp_path)
    assert notes == ""
    rows = list(csv.reader(io.StringIO(content.decode())))
    assert rows[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", f"{ASSIGNMENT.title} (7)"]
    assert rows[1] == ["    Points Possible", "", "", "", "", "56.00"]
    assert [row[:5] for row in rows[2:]] == [["Doe, Jane", "4101", "S-1", "jane", "Mondays"]]
    score = done(JANE).score * 56.0 / 28.0
    assert canvas.import_gradebook(content) == {(7, 4101): ("", f"{score:.2f}")}
    assert canvas.points == {7: 56.0, 8: 10.0}
    assert canvas.import_gradebook(content) == {}


@pytest.mark.parametrize("separator", [",", ";"])
def test_a_gradebook_goes_back_in_the_form_in_which_it_came(tmp_path: Path, separator: str) -> None:
    canvas = course(separator=separator)
    content, _ = back(canvas, [done(JANE), done(BOB)], tmp_path)
    assert set(canvas.import_gradebook(content)) == {(7, 4101), (7, 4103)}


def test_excused_and_unassigned_people_are_left_alone(tmp_path: Path) -> None:
    canvas = course(grades={(7, 4101): "EX", (7, 4102): "N/A"})
    content, notes = back(canvas, [done(JANE), done(ZOE)], tmp_path)
    assert canvas.import_gradebook(content) == {}
    assert "No grade is written for those who are excused in Canvas: Doe, Jane." in notes
    assert "have N/A in the gradebook: the assignment is not theirs, or its names are hidden: O'Neil" in notes


def test_where_names_are_not_kept_the_gradebook_has_none_and_is_taken(tmp_path: Path) -> None:
    canvas = course()
    content, _ = back(canvas, [done(JANE)], tmp_path, Policy(anonymous=True))
    assert not any(word in content for word in (b"Jane", b"S-1", b"jane"))
    assert set(canvas.import_gradebook(content)) == {(7, 4101)}


def test_what_cannot_go_to_canvas_is_said(tmp_path: Path) -> None:
    results = [
        done(JANE, remarks=(LATE,)),
        done(ZOE, student="9999", remarks=("not in the gradebook: …",), source="zoe.html"),
        done(BOB, group="4103", remarks=("unclear whose: …",)),
    ]
    due = Policy(due=datetime(2027, 3, 1, tzinfo=UTC))
    content, notes = back(course(), results, tmp_path, due)
    assert set(course().import_gradebook(content)) == {(7, 4101)}
    for said in (
        "The gradebook has no row for 1 of 3 submissions",
        "Nobody can tell whose work this is",
        "Canvas marks these as late and does not say by how much, so nothing is taken off here: 4101-501 (1 of 3)",
        "course.toml names a due time, but Canvas's files hold no times",
        "Canvas takes no feedback file for these, since no upload of its own is behind them: 4102-501 (1 of 3)",
    ):
        assert said in notes


def test_without_a_gradebook_there_is_none_to_send_back(tmp_path: Path) -> None:
    found = grades(None, Marked([done(JANE)], ASSIGNMENT, Policy(), Roster(), tmp_path))
    assert found.files == {}
    assert "Without Canvas's gradebook no grades can be written for it" in found.notes[0]


def test_pages_go_back_as_feedback_on_their_uploads() -> None:
    canvas = course(uploads=[Upload(4101, 501, "hw.ipynb", b"1"), Upload(4102, 502, "hw.html", b"2", late=True)])
    members = zipfile.ZipFile(io.BytesIO(canvas.submissions_zip())).namelist()
    results = [
        done(JANE, source=f"submissions/{members[0]}"),
        done(ZOE, source=members[1]),
        done(BOB, source="bob.html"),
    ]
    pages = {result.submission: f"page of {result.submission}" for result in results}
    content = feedback(results, pages, ASSIGNMENT)["canvas_feedback.zip"]
    taken, ignored = canvas.import_feedback(content)
    assert ignored == []
    assert taken == {
        4101: [("hw.ipynb", b"page of 4101-501")], 4102: [("hw.html", b"page of 4102-501")]
    }  # fmt: skip
    assert content == feedback(results, pages, ASSIGNMENT)["canvas_feedback.zip"]
