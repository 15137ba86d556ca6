"""Moodle's worksheet and course.toml beside each other, from the command to what leaves grading."""

import json

import pytest

from tests.grader.test_grade_command import submission
from tests.grader.test_policy_end_to_end import DONE, LATE, PLACE, Class, room
from tests.robust.small_class import decide

__all__ = ["room"]
LATER = "2027-03-01 13:30"


def notes(told: str) -> list[str]:
    """The notes of the last run."""
    return list(json.loads(told[told.rindex('{\n "notes"') :])["notes"])


def status(room: Class, words: str) -> None:
    """Let the last student's Status say ``words``."""
    room.rows[-1][PLACE["Status"]] = words


def test_collect_goes_by_the_policy_and_the_worksheet_that_it_is_given(
    room: Class, capsys: pytest.CaptureFixture[str]
) -> None:
    """An extension that came after the grading, a due time that was moved, and no worksheet to tell the times."""
    room.student(101, "Ada", LATER)
    room.hand_in("Ada_101")
    room.policy(LATE)
    assert room.grade() == 0
    decide(room.out, every=1)
    assert room.grade("--collect") == 0
    assert room.cell(101, "Grade") == "0.00"
    room.policy(LATE + "extensions = { 101 = 48 }\n")
    assert room.grade("--collect") == 0
    assert float(room.cell(101, "Grade")) > 0
    page = (room.out / "feedback" / "ada-101.html").read_text(encoding="utf-8")
    assert "late" not in page.partition("<body")[2]
    room.policy(LATE.replace("12:00:00", "11:00:00"))
    assert room.grade("--collect") == 0
    assert room.cell(101, "Grade") == "0.00"
    assert "handed in 2 h 30 min after" in (room.out / "feedback" / "ada-101.html").read_text(encoding="utf-8")
    assert [result["late"] for result in room.results()] == [5400.0]  # what was graded stays as it was
    assert room.grade() == 0
    assert [result["late"] for result in room.results()] == [9000.0]
    capsys.readouterr()
    assert room.grade("--collect", worksheet=False) == 0
    assert any("is as it was graded" in note for note in notes(capsys.readouterr().out))


def test_what_a_new_run_says_is_what_collect_says(room: Class) -> None:
    """The same remarks in the same places, on a file that cannot be read as well."""
    for number, name, content in ((101, "Ada", DONE), (102, "Bob", b"%PDF-1.7")):
        room.student(number, name, LATER)
        room.hand_in(f"{name}_{number}", content)
    room.policy("")
    assert room.grade() == 0
    room.policy(LATE)
    assert room.grade("--collect") == 0
    collected = {path.name: path.read_bytes() for path in (room.out / "feedback").iterdir()}
    assert room.grade() == 0
    assert {path.name: path.read_bytes() for path in (room.out / "feedback").iterdir()} == collected


def test_drafts_extensions_and_contradictions_are_said(room: Class, capsys: pytest.CaptureFixture[str]) -> None:
    for number, name, when, words in (
        (101, "Ada", LATER, "Submitted for grading - Extension granted until: Friday, 5 March 2027, 11:59 PM"),
        (102, "Bob", LATER, "Submitted for grading"),
        (103, "Cem", "2027-03-01 11:00", "Submitted for grading - 3 mins late"),
        (104, "Dee", "2027-03-01 11:00", "Draft (not submitted)"),
        (105, "Eve", LATER, "Submitted for grading - Extended to: 5.III.2027 23:59"),
    ):
        room.student(number, name, when)
        status(room, words)
        room.hand_in(f"{name}_{number}")
    room.policy(LATE)
    assert room.grade() == 0
    told = notes(capsys.readouterr().out)
    assert [note.partition(":")[0] for note in told if " of 5)" in note] == [
        "Drafts in Moodle, not submitted for grading, and graded all the same",
        "Times that could not be read, so that these count as handed in on time",
        "On time by an extension in Moodle that course.toml does not name",
        "Late by course.toml, and not in Moodle's Status",
        "Late in Moodle's Status, and not by course.toml",
    ]
    late = {result["student"]: result["late"] for result in room.results()}
    assert late == {"101": 0.0, "102": 5400.0, "103": 0.0, "104": 0.0, "105": 0.0}
    remarks = {result["student"]: " ".join(result["remarks"]) for result in room.results()}
    assert "draft: in Moodle this is a draft" in remarks["104"]
    assert "an extension that could not be read" in remarks["105"]


def test_a_worksheet_of_another_assignment_is_refused_before_anything_is_written(
    room: Class, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, name in ((101, "Ada"), (102, "Bob")):
        room.student(number + 7_000, name)
        room.hand_in(f"{name}_{number}")
    assert room.grade() == 1
    told = " ".join(capsys.readouterr().err.split())
    assert "none of the submissions' identifiers is in it (0 of 2), although names are (2 of 2)" in told
    assert not (room.out / "results.jsonl").exists()
    room.student(101, "Ada")
    assert room.grade() == 0
    assert any("The worksheet has no row for 1 of 2 submissions: Bob" in note
               for note in notes(capsys.readouterr().out))  # fmt: skip
    room.rows.pop()
    assert room.grade("--collect") == 1


@pytest.mark.parametrize(
    ("column", "cell", "told"),
    [("Scale", "Poor   Fair   Good", "graded with a scale (Poor, Fair, Good)"),
     ("Maximum grade", "ten", "The maximum grade 'ten' in the worksheet is no number")],
)  # fmt: skip
def test_no_number_goes_into_a_scale_or_beside_a_maximum_that_is_none(
    room: Class, capsys: pytest.CaptureFixture[str], column: str, cell: str, told: str
) -> None:
    room.header[PLACE["Maximum grade"]] = column
    room.student(101, "Ada")
    room.rows[-1][PLACE["Maximum grade"]] = cell
    room.hand_in("Ada_101")
    assert room.grade() == 0
    decide(room.out, every=1)
    assert room.grade("--collect") == 0
    assert any(told in note for note in notes(capsys.readouterr().out))
    assert room.cell(101, "Grade") == ""
    assert "points" in room.cell(101, "Feedback comments")


def test_points_become_the_words_that_the_course_names(room: Class, capsys: pytest.CaptureFixture[str]) -> None:
    """Once nothing is open; where the words are not Moodle's, and where Moodle takes numbers, that is said."""
    room.student(101, "Ada")
    room.hand_in("Ada_101")
    scale = "[grading.assignments.week1_homework]\nscale = {{ 'Not yet' = 0, 'Good' = {}, 'Very good' = {} }}\n"
    room.policy(scale.format(1, 2))
    assert room.grade() == 0
    decide(room.out, every=1)
    for worksheet in (False, True):
        capsys.readouterr()
        assert room.grade("--collect", worksheet=worksheet) == 0
        assert any("and the worksheet takes numbers" in note for note in notes(capsys.readouterr().out))
    points = float(room.cell(101, "Grade"))
    room.header[PLACE["Maximum grade"]] = "Scale"
    room.rows[-1][PLACE["Maximum grade"]] = "Not yet   Good   Very good"
    for good, very, word in (
        (1, points, "Very good"),
        (points, points + 1, "Good"),
        (points + 1, points + 2, "Not yet"),
    ):
        room.policy(scale.format(good, very))
        assert room.grade("--collect") == 0
        assert room.cell(101, "Grade") == word
    room.policy(scale.format(1, 2).replace("'Good'", "'Fine'"))
    capsys.readouterr()
    assert room.grade("--collect") == 0
    assert room.cell(101, "Grade") == ""
    told = " ".join(notes(capsys.readouterr().out))
    assert "names Fine, which is no word of the assignment's scale in Moodle (Not yet, Good, Very good)" in told


def test_a_penalty_without_a_due_time_and_an_extension_of_nobody_are_said(
    room: Class, capsys: pytest.CaptureFixture[str]
) -> None:
    """As after a slip in the assignment's name, or in a student's number."""
    room.student(101, "Ada", LATER)
    room.hand_in("Ada_101")
    for policy, wanted in (
        (LATE.replace("week1_homework", "week1_homwork"), "names no due time for this assignment"),
        (LATE + "extensions = { 1001 = 48, 101 = 48 }\n", "gives an extension to 1001, and the worksheet"),
        (LATE + "extensions = { 101 = 48 }\n", ""),
    ):  # fmt: skip
        room.policy(policy)
        assert room.grade() == 0
        told = [note for note in notes(capsys.readouterr().out) if "names no due" in note or "extension to" in note]
        assert [wanted in note for note in told] == ([True] if wanted else [])


def test_of_files_with_the_times_of_a_download_a_person_chooses_one(
    room: Class, capsys: pytest.CaptureFixture[str]
) -> None:
    room.student(101, "Ada")
    room.hand_in("Ada_101", DONE, "a (1).ipynb")
    room.hand_in("Ada_101", submission(), "a.ipynb")
    room.policy("[grading]\nattempts = 'last'")
    assert room.grade() == 0
    assert any("do not tell which is the last one" in note for note in notes(capsys.readouterr().out))
    assert [result["attempt"] for result in room.results()] == [0, 0]
    assert "Your instructor chooses one" in room.cell(101, "Feedback comments")


def test_without_a_worksheet_one_is_made_in_the_sites_language(
    room: Class, capsys: pytest.CaptureFixture[str]
) -> None:
    room.hand_in("Ada_101")
    room.policy(LATE.replace("[grading]", "[grading]\nlanguage = 'de'"))
    assert room.grade(worksheet=False) == 0
    sheet = (room.out / "worksheet.csv").read_text(encoding="utf-8").splitlines()
    assert sheet[0].startswith('ID,"Vollständiger Name",Status,Bewertung,Bestwertung')
    assert sheet[1].startswith('Teilnehmer/in101,Ada,,,"28,00",Ja')
    told = " ".join(notes(capsys.readouterr().out))
    assert "only a site in the language 'de' takes it" in told
    assert "without --worksheet no times are known" in told
    room.policy("[grading]\nlanguage = 'tlh'")
    assert room.grade(worksheet=False) == 1
    assert "language = 'tlh' is none that a worksheet can be made in" in " ".join(capsys.readouterr().err.split())


def test_where_no_column_holds_times_that_is_said(room: Class, capsys: pytest.CaptureFixture[str]) -> None:
    room.student(101, "Ada", "-")
    room.hand_in("Ada_101")
    room.policy(LATE)
    room.header[PLACE["Last modified (submission)"]] = "Something else"
    assert room.grade() == 0
    assert any("No column of the worksheet" in note for note in notes(capsys.readouterr().out))
