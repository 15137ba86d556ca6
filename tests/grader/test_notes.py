"""What is said at the end of a run."""

from collections.abc import Iterable

from grader.intake.roster import UNCLEAR
from grader.lms.moodle.ignored_rows import Earlier, Round, compare
from grader.lms.moodle.notes import batch_notes, made_notes, round_notes, worksheet_notes
from grader.lms.moodle.roster import MISSING
from grader.lms.moodle.worksheet import Entry, read_worksheet
from paribus.course.policy import Policy
from tests.grader.classroom import careful_result

SHEET = read_worksheet(
    b"Identifier,Full name,Group,Grade,Maximum grade,Grade can be changed,Last modified (grade),Feedback comments\n"
    b"Participant 101,Ada,Mondays,,28.00,Yes,-,\n"
    b"Participant 102,Bob,Mondays,,28.00,No,-,\n"
    b'Participant 103,,Tuesdays,,28.00,No,"1 March 2027, 10:00 AM",\n'
)
ENTRIES = {"101": Entry(1.0), "102": Entry(1.0)}


def one(notes: Iterable[str]) -> str:
    (found,) = notes
    return found


def test_a_batch_in_order_has_no_notes() -> None:
    results = [careful_result(student="103")]
    assert [*batch_notes(results), *worksheet_notes(SHEET, results, {"101": Entry(1.0)})] == []
    assert [*round_notes(compare(Earlier(), SHEET, ENTRIES, Policy()), Policy())] == []


def test_files_of_which_nobody_can_tell_whose_they_are_are_named() -> None:
    results = [
        careful_result(str(n), student=str(n), name="Team 1", group=str(n), remarks=(UNCLEAR,)) for n in range(7)
    ]
    note = one(batch_notes(results))
    assert note.startswith("Nobody can tell whose work this is: Team 1 (0), Team 1 (1),")
    assert "Team 1 (4) and 2 more." in note
    assert "by hand" in note


def test_files_that_are_not_in_the_worksheet_are_counted() -> None:
    results = [careful_result("a", remarks=(MISSING,)), careful_result("b")]
    assert one(batch_notes(results)).startswith("The worksheet has no row for 1 of 2 submissions: Ada Lovelace.")


def test_who_gets_no_page_by_the_zip_is_said() -> None:
    result = careful_result(student="Default group", name="Default group", team=("101",))
    assert "Default group is not in feedback.zip" in one(batch_notes([result]))
    assert [*batch_notes([careful_result(student="7", team=("101",), group="7")])] == []


def test_groups_that_are_sections_are_said() -> None:
    results = [careful_result("a", student="101"), careful_result("b", student="102")]
    assert one(worksheet_notes(SHEET, results, {})).startswith("The worksheet has groups, and the work of Ada")


def test_whose_grade_moodle_does_not_take_is_said() -> None:
    note = one(worksheet_notes(SHEET, [], {**ENTRIES, "103": Entry(None)}))
    assert note.startswith("Moodle will not take the grade of Bob (102), 103: the worksheet says")


def test_a_round_that_is_ignored_says_what_to_tick() -> None:
    first = compare(Earlier(), SHEET, {"101": Entry(1.0)}, Policy())
    note = one(round_notes(compare(Earlier(first.written), SHEET, {"101": Entry(2.0)}, Policy()), Policy()))
    assert note.startswith("An earlier worksheet.csv held another grade or comment for Ada (101).")
    assert (
        "tick “Allow updating records that have been modified more recently in Moodle than in the spreadsheet”"
        in note
    )
    student = SHEET.students[0]
    assert "is older than one" in one(round_notes(Round({}, older=(student,)), Policy()))
    assert "cannot be read" in one(round_notes(Round({}, unread=(student,)), Policy()))
    assert "handed_back.json cannot be read" in one(round_notes(Round({}, damaged=True), Policy()))


def test_times_without_a_zone_are_said() -> None:
    this = compare(Earlier(), SHEET, {"103": Entry(1.0)}, Policy())
    assert "names no timezone" in one(round_notes(this, Policy()))
    assert [*round_notes(this, Policy(zone_given=True))] == []


def test_a_worksheet_that_was_made_says_what_it_cannot_do() -> None:
    assert [*made_notes([careful_result("ada")], Policy())] == []
    assert "only a site in English (course.toml may name another) takes it" in one(
        made_notes([careful_result(student="101")], Policy())
    )
    assert "for teams" in one(made_notes([careful_result(student="101", group="101")], Policy()))
