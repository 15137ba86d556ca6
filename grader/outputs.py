"""What goes back to Moodle: the worksheet with grades and comments, and the zip with the feedback pages.

A Grade is written only where nothing is open any more and there is exactly one submission to grade.
"""

import io
import zipfile
from collections.abc import Mapping, Sequence

from course.assignment import Assignment
from grader.feedback import summary_line
from grader.model import Result
from grader.moodle import feedback_member
from grader.scores import TOLERANCE
from grader.worksheet import Columns, Entry, Worksheet, no_formula

HEADER = (
    "Identifier", "Full name", "Status", "Grade", "Maximum grade", "Grade can be changed",
    "Last modified (submission)", "Last modified (grade)", "Feedback comments",
)  # fmt: skip
# The earliest time that a zip can hold: the same pages give the same bytes.
NO_TIME = (1980, 1, 1, 0, 0, 0)


def is_final(result: Result) -> bool:
    """Whether there is a score, and nobody has to look at anything any more."""
    return bool(result.cells) and result.pending <= TOLERANCE and not result.needs_person


def worksheet_entries(results: Sequence[Result], assignment: Assignment, worksheet: Worksheet) -> dict[str, Entry]:
    """Grade and comment by Moodle's number. Points are scaled to the worksheet's maximum where it has another.

    Of a student with several submissions none is graded: a person chooses, and the comment says so.
    """
    found = _by_student(results)
    return {
        student.number: _entry(found[student.number], assignment, student.maximum)
        for student in worksheet.students
        if student.number in found
    }


def make_worksheet(results: Sequence[Result], assignment: Assignment) -> Worksheet:
    """A worksheet for those who gave none: everyone who handed in, with Moodle's identifiers where known.

    Rows without a number of Moodle's are filled in here, since no entry can name them.
    """
    rows: list[tuple[str, ...]] = []
    for student, found in sorted(_by_student(results).items(), key=lambda item: (len(item[0]), item[0])):
        grade, comment = "", ""
        if not is_number(student):
            entry = _entry(found, assignment, None)
            grade = "" if entry.grade is None else f"{entry.grade:.2f}"
            comment = no_formula(entry.feedback)
        identifier = f"Participant {student}" if is_number(student) else no_formula(student)
        name, maximum = no_formula(found[0].name), f"{assignment.max_score:.2f}"
        rows.append((identifier, name, "", grade, maximum, "Yes", "-", "-", comment))
    columns = Columns(identifier=0, grade=3, modified=7, feedback=8, maximum=4, name=1)
    return Worksheet(HEADER, tuple(rows), columns)


def feedback_zip(results: Sequence[Result], pages: Mapping[str, str], assignment: Assignment) -> bytes:
    """The pages (by submission) under the names from which Moodle's feedback upload finds the student.

    Who has no number of Moodle's is left out: their page lies in the feedback folder all the same.
    """
    members: dict[str, str] = {}
    for result in results:
        if is_number(result.student):
            name = f"feedback-{assignment.name}.html"
            member = feedback_member(result.name, result.student, name)
            if member in members:
                member = feedback_member(result.name, result.student, f"{result.submission}-{name}")
            members[member] = pages[result.submission]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for member, page in sorted(members.items()):
            info = zipfile.ZipInfo(member, NO_TIME)
            info.external_attr = 0o644 << 16
            archive.writestr(info, page.encode(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def is_number(student: str) -> bool:
    """Whether Moodle's number stands for the student; else it is a file's or a folder's name."""
    return student.isascii() and student.isdigit()


def _by_student(results: Sequence[Result]) -> dict[str, list[Result]]:
    found: dict[str, list[Result]] = {}
    for result in results:
        found.setdefault(result.student, []).append(result)
    return found


def _entry(found: Sequence[Result], assignment: Assignment, maximum: float | None) -> Entry:
    if len(found) > 1:
        files = ", ".join(result.source.rsplit("/", 1)[-1] for result in found)
        return Entry(None, f"You handed in {len(found)} files ({files}). Your instructor chooses one.")
    return Entry(_grade(found[0], maximum), summary_line(found[0], assignment))


def _grade(result: Result, maximum: float | None) -> float | None:
    if not is_final(result):
        return None
    if maximum is None or not result.max_score:
        return result.score
    return result.score * maximum / result.max_score
