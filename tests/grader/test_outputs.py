"""What Moodle takes back: the worksheet and the zip of feedback pages."""

import csv
import io
import zipfile
from dataclasses import replace

import pytest

from grader.lms.counting import is_final
from grader.lms.moodle.names import read_name
from grader.lms.moodle.outputs import feedback_zip, make_worksheet, worksheet_entries
from grader.lms.moodle.worksheet import Worksheet, read_worksheet, write_worksheet
from grader.model import Result
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
    row = written([done(source="a/one.html"), done(source="a/two.html", sha256="2" * 64)], sheet())[1]
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
        parsed = read_name(name)
        assert parsed is not None
        assert name.split("_")[1:4] == [parsed.number, "assignsubmission", "file"]
        assert parsed.file.endswith("feedback-week1_homework.html")
        assert page in pages.values()
    assert {parse.number for name in found if (parse := read_name(name))} == {"101", "102"}


def zip_names(*results: Result) -> list[str]:
    pages = {result.submission: "<p>" for result in results}
    with zipfile.ZipFile(io.BytesIO(feedback_zip(results, pages, ASSIGNMENT))) as archive:
        return archive.namelist()


def test_a_teams_page_goes_back_once_under_the_folder_that_came_in() -> None:
    """From 4.1 on Moodle looks the number up among groups, and copies the page to all members."""
    team = done("607", name="Müllers team amp; friends", team=("600", "601"), group="607")
    assert zip_names(team) == ["Müllers team amp; friends_607_assignsubmission_file_/feedback-week1_homework.html"]


def test_before_4_1_every_member_has_a_folder() -> None:
    names = zip_names(done("101", name="Reds-Ada", team=("101", "102")))
    assert [name.split("_")[1] for name in names] == ["101", "102"]


def test_the_page_of_those_in_no_group_is_in_no_zip() -> None:
    """Moodle would take their numbers for groups'."""
    assert zip_names(done("Default group", name="Default group", team=("101", "102"))) == []


def test_a_page_of_which_nobody_can_tell_whose_it_is_goes_back_where_it_came_from() -> None:
    unclear = done("101", name="Ada", group="101")
    assert [name.split("_")[:2] for name in zip_names(unclear)] == [["Ada", "101"]]
    assert written([unclear], sheet()) == [list(sheet().header)]


def test_what_a_student_wrote_turns_no_text_around_it_in_a_comment() -> None:
    result = replace(unreadable_result(remarks=("It is \u202egnp.x\x1b[31m.",)), student="101")
    assert written([result], sheet())[1][8] == "It is gnp.x[31m."


def test_a_made_worksheet_takes_no_file_for_a_student_of_that_number() -> None:
    results = [done("7"), replace(careful_result("x7"), student="x7")]
    made = make_worksheet(results, ASSIGNMENT)
    assert [(row[0], row[3]) for row in written(results, made)[1:]] == [("Participant 7", "21.00"), ("x7", "")]


def test_a_comment_of_a_made_worksheet_is_html_too() -> None:
    result = replace(unreadable_result(remarks=("<b>bold</b>",)), student="ada")
    made = make_worksheet([result], ASSIGNMENT)
    assert written([result], made)[1][8] == "&lt;b&gt;bold&lt;/b&gt;"


def test_the_same_pages_give_the_same_zip() -> None:
    results = [done(), done("102")]
    pages = {result.submission: "x" for result in results}
    assert feedback_zip(results, pages, ASSIGNMENT) == feedback_zip(results[::-1], pages, ASSIGNMENT)
