"""What Moodle takes back: the worksheet and the zip of feedback pages."""

import csv
import io
import zipfile
from dataclasses import replace

import pytest

from grader.intake.moodle import parse_name
from grader.intake.worksheet import Worksheet, read_worksheet, write_worksheet
from grader.model import Result
from grader.outputs import feedback_zip, is_final, make_worksheet, worksheet_entries
from tests.grader.classroom import (
    GOOD,
    careful_result,
    cell_result,
    make_assignment,
    make_result,
    unreadable_result,
    verdict,
)

ASSIGNMENT = make_assignment()
SHEET = (
    "Identifier,Full name,Status,Grade,Maximum grade,Grade can be changed,"
    "Last modified (submission),Last modified (grade),Feedback comments\n"
    "Participant 101,Ada Lovelace,Submitted,,{maximum},Yes,-,-,\n"
    "Participant 102,Bob,Submitted,7.00,{maximum},Yes,-,-,old\n"
)


def sheet(maximum: str = "28.00") -> Worksheet:
    return read_worksheet(SHEET.format(maximum=maximum).encode())


def done(student: str = "101", **more: object) -> Result:
    cell = cell_result("whole", 0.0, verdict("form.ran_in_order", GOOD, 21.0, "In order."))
    return replace(make_result(f"s-{student}", cell), student=student, **more)  # type: ignore[arg-type]


def written(results: list[Result], worksheet: Worksheet) -> list[list[str]]:
    content = write_worksheet(worksheet, worksheet_entries(results, ASSIGNMENT, worksheet)).decode()
    return list(csv.reader(io.StringIO(content)))


def test_a_final_score_is_written_and_everybody_else_is_left_out() -> None:
    rows = written([done()], sheet())
    assert ",".join(rows[1]) == "Participant 101,Ada Lovelace,Submitted,21.00,28.00,Yes,-,-,21 of 28 points."
    assert len(rows) == 2


@pytest.mark.parametrize(
    "result",
    [
        careful_result(student="102"),
        done("102", needs_person=("whole",)),
        replace(unreadable_result(), student="102"),
    ],
)
def test_the_grade_is_empty_while_anything_is_open(result: Result) -> None:
    cells = written([replace(result, student="102")], sheet())[1]
    assert cells[3] == ""
    assert cells[8] != "old"
    assert not is_final(result)


def test_points_are_scaled_to_moodles_maximum() -> None:
    assert written([done()], sheet("10.00"))[1][3] == "7.50"


def test_of_two_files_of_one_student_a_person_chooses() -> None:
    row = written([done(source="a/one.html"), done(source="a/two.html")], sheet())[1]
    assert row[8] == "You handed in 2 files (one.html, two.html). Your instructor chooses one."
    assert row[3] == ""


def test_without_a_worksheet_one_is_made_that_moodle_can_read() -> None:
    results = [done("102", name="Bob"), done("101", name="=cmd()"), done("1011")]
    made = make_worksheet(results, ASSIGNMENT)
    content = write_worksheet(made, worksheet_entries(results, ASSIGNMENT, made))
    assert [row[0] for row in made.rows] == ["Participant 101", "Participant 102", "Participant 1011"]
    assert [row[3] for row in read_worksheet(content).rows] == ["21.00"] * 3
    assert b"'=cmd()" in content


def test_files_without_a_number_of_moodles_have_a_row_too() -> None:
    results = [done("ada"), replace(careful_result("bob"), student="bob"), done("=x")]
    made = make_worksheet(results, ASSIGNMENT)
    rows = [row[:5] for row in written(results, made)[1:]]
    assert rows[0] == ["'=x", "", "", "21.00", "28.00"]
    assert rows[1] == ["ada", "", "", "21.00", "28.00"]
    assert rows[2] == ["bob", "Ada Lovelace", "", "", "28.00"]


def test_every_page_in_the_zip_is_found_by_moodle() -> None:
    results = [done(name="Ada_Mary Lovelace"), done("102"), done("ada"), done("102", submission="again")]
    pages = {result.submission: f"<p>{result.submission}</p>" for result in results}
    content = feedback_zip(results, pages, ASSIGNMENT)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        found = {name: archive.read(name).decode() for name in archive.namelist()}
    assert len(found) == 3
    for name, page in found.items():
        parsed = parse_name(name)
        assert parsed is not None
        assert name.split("_")[1:4] == [parsed.number, "assignsubmission", "file"]
        assert parsed.file.endswith("feedback-week1_homework.html")
        assert page in pages.values()
    assert {parse.number for name in found if (parse := parse_name(name))} == {"101", "102"}


def test_the_same_pages_give_the_same_zip() -> None:
    results = [done(), done("102")]
    pages = {result.submission: "x" for result in results}
    assert feedback_zip(results, pages, ASSIGNMENT) == feedback_zip(results[::-1], pages, ASSIGNMENT)
