"""Moodle by files: its zip and its grading worksheet in; the worksheet and a zip of feedback files back."""

from collections.abc import Mapping, Sequence

from grader.intake.file_names import ReadName
from grader.intake.languages import Language, language_named, languages_of, plain_word, words_for
from grader.intake.roster import Roster
from grader.lms.moodle.ignored_rows import ADVICE, FILE, compare, graded_at, read_earlier
from grader.lms.moodle.late_notes import time_notes
from grader.lms.moodle.names import read_name
from grader.lms.moodle.notes import batch_notes, made_notes, round_notes, worksheet_notes
from grader.lms.moodle.outputs import feedback_zip, make_worksheet, worksheet_entries
from grader.lms.moodle.regrade import regrade
from grader.lms.moodle.roster import check_belongs, read_roster, with_roster
from grader.lms.moodle.worksheet import Worksheet, read_worksheet, without_names, write_worksheet
from grader.lms.platform import Enrolled, Marked, Platform, Returned
from grader.model import Result
from paribus.course.assignment import Assignment
from paribus.course.policy import Policy

SHEET, ZIP = "worksheet.csv", "feedback.zip"


def is_worksheet(header: Sequence[str]) -> bool:
    """Whether a header is that of a grading worksheet in a language that is known."""
    cells = {plain_word(cell) for cell in header}
    return bool(languages_of(header)) and not cells.isdisjoint(words_for("modified", ()))


def read(content: bytes, origin: str, assignment: Assignment, policy: Policy) -> Worksheet:
    """The worksheet; course.toml's language counts where its header does not tell."""
    return read_worksheet(content, origin, (_site(policy),) if policy.language else ())


def grades(given: Worksheet | None, marked: Marked) -> Returned:
    """The ``given`` worksheet, or one that is made, with grades and comments, beside those of earlier runs."""
    policy, results = marked.policy, marked.results
    worksheet = given or make_worksheet(results, marked.assignment, policy.attempts, _site(policy))
    worksheet = without_names(worksheet) if policy.anonymous else worksheet
    entries = worksheet_entries(results, marked.assignment, worksheet, policy.attempts, policy.scale)
    this = compare(read_earlier(marked.out), worksheet, entries, policy)
    sheet = made_notes(results, policy) if given is None else worksheet_notes(worksheet, results, entries)
    times = time_notes(given, marked.roster, policy, results)
    return Returned(
        # The record comes first: a run that ends in between must not forget what may have been uploaded.
        {FILE: this.to_json(), SHEET: write_worksheet(worksheet, entries, graded_at(worksheet, policy))},
        (*batch_notes(results), *sheet, *times, *round_notes(this, policy)),
    )


def feedback(results: Sequence[Result], pages: Mapping[str, str], assignment: Assignment) -> dict[str, bytes]:
    """The pages as Moodle's feedback upload takes them."""
    return {ZIP: feedback_zip(results, pages, assignment)}


def _site(policy: Policy) -> Language:
    """The language of the site, as the course names it."""
    return language_named(policy.language or "en")


def roster(worksheet: Worksheet | None, policy: Policy) -> Roster:
    """The roster of a worksheet. GraderError where course.toml names a language that is not known."""
    _site(policy)
    return read_roster(worksheet, policy)


def enrolled(worksheet: Worksheet, policy: Policy) -> list[Enrolled]:
    """Everyone in the worksheet. A group that is a hyphen is none."""
    place = worksheet.columns.email
    return [
        Enrolled(
            student.number,
            student.name,
            worksheet.rows[student.row][place].strip() if place >= 0 else "",
            "" if student.group == "-" else student.group,
        )
        for student in worksheet.students
    ]


def reader(worksheet: Worksheet | None) -> ReadName:
    """How Moodle names files, whoever is in the worksheet."""
    return read_name


PLATFORM = Platform(
    name="moodle",
    table="Moodle's grading worksheet (in the assignment: Download grading worksheet)",
    is_table=is_worksheet,
    read_table=read,
    reader=reader,
    roster=roster,
    enrolled=enrolled,
    place=with_roster,
    check=check_belongs,
    grades=grades,
    feedback=feedback,
    outputs=(("for Moodle, first", SHEET), ("then", ZIP)),
    advice=ADVICE,
    regrade=regrade,
)
