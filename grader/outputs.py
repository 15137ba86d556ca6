"""What goes back to Moodle: the worksheet with grades and comments, and the zip with the feedback pages.

A Grade is written only where nothing is open any more. Of several files of one student one counts, by the
course's policy, or a person chooses.
"""

import io
import zipfile
from collections.abc import Mapping, Sequence

from course.assignment import Assignment
from course.policy import Attempts
from grader.gradebook.scores import TOLERANCE
from grader.intake.moodle import feedback_member
from grader.intake.worksheet import Columns, Entry, Worksheet, no_formula
from grader.model import Result
from grader.pages.feedback import summary_line
from grader.recover.text import harmless

HEADER = (
    "Identifier", "Full name", "Status", "Grade", "Maximum grade", "Grade can be changed",
    "Last modified (submission)", "Last modified (grade)", "Feedback comments",
)  # fmt: skip
# The earliest time that a zip can hold: the same pages give the same bytes.
NO_TIME = (1980, 1, 1, 0, 0, 0)


def is_final(result: Result) -> bool:
    """Whether there is a score, and nobody has to look at anything any more."""
    return bool(result.cells) and result.pending <= TOLERANCE and not result.needs_person


def worksheet_entries(
    results: Sequence[Result], assignment: Assignment, worksheet: Worksheet, attempts: Attempts = "ask"
) -> dict[str, Entry]:
    """Grade and comment by Moodle's number. Points are scaled to the worksheet's maximum where it has another.

    Of a student with several submissions ``attempts`` says which one counts; with "ask" none is graded, a person
    chooses, and the comment says so.
    """
    found = _by_student(results)
    return {
        student.number: _entry(found[student.number], assignment, student.maximum, attempts)
        for student in worksheet.students
        if student.number in found
    }


def make_worksheet(results: Sequence[Result], assignment: Assignment, attempts: Attempts = "ask") -> Worksheet:
    """A worksheet for those who gave none: everyone who handed in, with Moodle's identifiers where known.

    Rows without a number of Moodle's are filled in here, since no entry can name them.
    """
    rows: list[tuple[str, ...]] = []
    for student, found in sorted(_by_student(results).items(), key=lambda item: (len(item[0]), item[0])):
        grade, comment = "", ""
        if not is_number(student):
            entry = _entry(found, assignment, None, attempts)
            grade = "" if entry.grade is None else f"{entry.grade:.2f}"
            comment = no_formula(entry.feedback)
        identifier = f"Participant {student}" if is_number(student) else no_formula(harmless(student))
        name, maximum = no_formula(harmless(found[0].name)), f"{assignment.max_score:.2f}"
        rows.append((identifier, name, "", grade, maximum, "Yes", "-", "-", comment))
    columns = Columns(identifier=0, grade=3, modified=7, feedback=8, maximum=4, name=1)
    return Worksheet(HEADER, tuple(rows), columns)


def feedback_zip(results: Sequence[Result], pages: Mapping[str, str], assignment: Assignment) -> bytes:
    """The pages (by submission) under the names from which Moodle's feedback upload finds the student.

    Who has no number of Moodle's is left out: their page lies in the feedback folder all the same.
    """
    members: dict[str, str] = {}
    for result, owner in [(item, owner) for item in results for owner in item.owners]:
        if is_number(owner):
            name = f"feedback-{assignment.name}.html"
            member = feedback_member(result.name, owner, name)
            if member in members:
                member = feedback_member(result.name, owner, f"{result.submission}-{name}")
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
        for owner in result.owners:
            found.setdefault(owner, []).append(result)
    return found


def chosen(found: Sequence[Result], attempts: Attempts) -> Result | None:
    """The submission of one student that counts; None where a person chooses.

    "last" is the file that was changed last. "best" has the highest score once nothing is open in any of them;
    before, it cannot be told.
    """
    if len(found) == 1:
        return found[0]
    if attempts == "last":
        return max(found, key=lambda result: result.attempt)
    if attempts == "best" and all(is_final(result) for result in found if result.cells):
        return max(found, key=lambda result: (bool(result.cells), result.net, result.attempt))
    return None


def _entry(found: Sequence[Result], assignment: Assignment, maximum: float | None, attempts: Attempts) -> Entry:
    entry = _counting(found, assignment, maximum, attempts)
    return Entry(entry.grade, harmless(entry.feedback))


def _counting(found: Sequence[Result], assignment: Assignment, maximum: float | None, attempts: Attempts) -> Entry:
    counts = chosen(found, attempts)
    files = ", ".join(result.source.rsplit("/", 1)[-1] for result in found)
    if counts is None:
        who = (
            "The best of them counts, once all are graded."
            if attempts == "best"
            else "Your instructor chooses one."
        )
        return Entry(None, f"You handed in {len(found)} files ({files}). {who}")
    words = summary_line(counts, assignment)
    if len(found) > 1:
        words = f"Of your {len(found)} files {counts.source.rsplit('/', 1)[-1]} counts. {words}"
    return Entry(_grade(counts, maximum), words)


def _grade(result: Result, maximum: float | None) -> float | None:
    if not is_final(result):
        return None
    if maximum is None or not result.max_score:
        return result.net
    return result.net * maximum / result.max_score
