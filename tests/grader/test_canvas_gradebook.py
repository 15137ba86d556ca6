"""A gradebook that is another than it should be, and what course.toml says of its columns."""

import io
import zipfile
from pathlib import Path

import pytest

from grader.errors import WorksheetError
from grader.lms.canvas.fake import CanvasRefusal, Person, Upload
from grader.lms.canvas.gradebook import read_gradebook
from grader.lms.canvas.roster import check_belongs
from paribus.course.policy import Policy
from tests.grader.test_canvas import ASSIGNMENT, book, course, placed

HEADER = b"Student,ID,SIS User ID,SIS Login ID,Section,"


COLUMN = f"{ASSIGNMENT.title} (7)".encode()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"id,name\n1,Ada\n", "is no gradebook of Canvas; its first line is id, name, expected Student, ID"),
        (b"", "its first line is empty"),
        (HEADER + b"Other (9)\nAda,1,,,A,\n", "no column called 'Week 1"),
        (HEADER + b"Other (9)\nAda,1,,,A,\n", "it has Other (9). Give the gradebook of this course, or write"),
        (HEADER + COLUMN + b"," + COLUMN.replace(b"7", b"8") + b"\n", "has 2 columns called 'Week 1"),
        (HEADER + COLUMN + b"\nAda,1,,,A,\nBob,1,,,A,\n", "book.csv, row 3: the ID 1 is there twice."),
        (HEADER + COLUMN + b"\nAda,x1,,,A,\n", "row 2: found 'x1' in the column ID for Ada, expected Canvas"),
        (HEADER + COLUMN + b"\nAda,1,,,A,,,\n", "row 2: has 8 cells, the header has 6"),
    ],
)  # fmt: skip
def test_a_bad_gradebook_is_one_sentence_that_says_what_to_do(content: bytes, said: str) -> None:
    with pytest.raises(WorksheetError) as raised:
        read_gradebook(content, "book.csv", ASSIGNMENT, Policy())
    assert said in str(raised.value)


@pytest.mark.parametrize("column", ["Another (one) (8)", "8", "another (one)"])
def test_course_toml_may_name_the_column(column: str) -> None:
    sheet = book(course(), Policy(column=column))
    assert sheet.header[sheet.column] == "Another (one) (8)"


def test_a_column_that_course_toml_names_must_be_there() -> None:
    with pytest.raises(WorksheetError, match=r"no column called 'Anther', which course\.toml names; it has Week 1"):
        book(course(), Policy(column="Anther"))


def test_first_and_last_names_may_have_columns_of_their_own() -> None:
    content = b"LastName,FirstName,ID,SIS Login ID,Section," + COLUMN + b"\nDoe,Jane,4101,jane,A,\n"
    sheet = read_gradebook(content, "book.csv", ASSIGNMENT, Policy())
    assert [(student.number, student.name) for student in sheet.students] == [("4101", "Doe, Jane")]


def test_a_total_is_no_assignment() -> None:
    content = HEADER + b"Current Score (7)," + COLUMN + b"\n    Points Possible,,,,,(read only),28\nAda,1,,,A,,\n"
    assert read_gradebook(content, "book.csv", ASSIGNMENT, Policy(column="7")).column == 6


def test_another_courses_gradebook_stops_the_run(tmp_path: Path) -> None:
    canvas = course(uploads=[Upload(4101, 501, "hw.html", b"1")])
    other = book(course(people=(Person(9, "Else, Somebody"),)))
    with pytest.raises(
        WorksheetError, match=r"another course's gradebook: none of those who handed in is in it \(0 of 1\)"
    ):
        check_belongs(other, placed(tmp_path, canvas, other), "book.csv")
    check_belongs(book(canvas), placed(tmp_path, canvas, book(canvas)), "book.csv")


def test_the_canvas_in_memory_refuses_what_canvas_does() -> None:
    """Else a test that passes would say nothing."""
    canvas = course()
    for content in (b"a,b,c,d\n", HEADER + b"New\n", HEADER + COLUMN + b"\nEve,666,,,A,1\n"):
        with pytest.raises(CanvasRefusal):
            canvas.import_gradebook(content)
    assert canvas.import_feedback(_zip("hw.html"))[1] == ["hw.html"]


def _zip(name: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, "x")
    return buffer.getvalue()
