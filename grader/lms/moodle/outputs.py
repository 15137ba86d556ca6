"""What goes back to Moodle: the worksheet with grades and comments, and the zip with the feedback pages."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from grader.gradebook.scores import TOLERANCE
from grader.intake.languages import Language, languages
from grader.lms.comments import comment_of
from grader.lms.counting import by_student, chosen, points_of
from grader.lms.moodle.columns import Columns
from grader.lms.moodle.names import as_html, feedback_member
from grader.lms.moodle.worksheet import Entry, Worksheet
from grader.lms.tables import no_formula
from grader.model import Result
from grader.recover.text import harmless
from paribus.course.assignment import Assignment
from paribus.course.policy import Attempts

MADE = ("identifier", "name", "status", "grade", "maximum", "changeable", "submitted", "modified", "feedback")
"""The columns of a worksheet that is made here, by what they hold."""
NO_SCALE: Mapping[str, float] = MappingProxyType({})
# The earliest time that a zip can hold: the same pages give the same bytes.
NO_TIME = (1980, 1, 1, 0, 0, 0)


def worksheet_entries(
    results: Sequence[Result],
    assignment: Assignment,
    worksheet: Worksheet,
    attempts: Attempts = "ask",
    scale: Mapping[str, float] = NO_SCALE,
) -> dict[str, Entry]:
    """Grade and comment by Moodle's number. Points are scaled to the worksheet's maximum where it has another;
    where the assignment has a scale, they become the word of ``scale`` that they reach.

    Of a student with several submissions ``attempts`` says which one counts; with "ask" none is graded, a person
    chooses, and the comment says so.
    """
    found = by_student(results)
    fits = bool(scale) and set(scale) <= set(worksheet.scale)
    entries: dict[str, Entry] = {}
    for student in worksheet.students:
        if student.number in found:
            entry = _entry(found[student.number], assignment, student.maximum, attempts)
            if not worksheet.takes_points(student):
                entry = replace(entry, grade=word_for(entry.grade, scale) if fits else None)
            entries[student.number] = entry
    return entries


def word_for(points: float | str | None, scale: Mapping[str, float]) -> str | None:
    """The word whose least points are reached and nearest; none where there are no points yet."""
    if points is None or isinstance(points, str):
        return None
    reached = {word: least for word, least in scale.items() if points >= least - TOLERANCE}
    return max(reached, key=lambda word: reached[word])


def make_worksheet(
    results: Sequence[Result], assignment: Assignment, attempts: Attempts = "ask", site: Language | None = None
) -> Worksheet:
    """A worksheet for those who gave none: everyone who handed in, with Moodle's identifiers where known, in the
    site's language, else in English.

    Rows without a number of Moodle's are filled in here, since no entry can name them.
    """
    site = site or languages()["en"]
    rows: list[tuple[str, ...]] = []
    strangers: set[str] = set()
    for student, found in sorted(by_student(results).items(), key=lambda item: (len(item[0]), item[0])):
        grade, comment = "", ""
        if not is_number(student):
            entry = _entry(found, assignment, None, attempts)
            grade = entry.text(site.decimal)
            comment = no_formula(as_html(entry.feedback))
            strangers.add(no_formula(student))
        identifier = f"{site.word('participant')}{student}" if is_number(student) else no_formula(harmless(student))
        name, maximum = (
            no_formula(harmless(found[0].name)),
            f"{assignment.max_score:.2f}".replace(".", site.decimal),
        )
        rows.append((identifier, name, "", grade, maximum, site.word("yes"), "-", "-", comment))
    columns = Columns(**{role: place for place, role in enumerate(MADE)})
    header = tuple(site.word(role) for role in MADE)
    return Worksheet(header, tuple(rows), columns, decimal=site.decimal, strangers=frozenset(strangers))


def feedback_zip(results: Sequence[Result], pages: Mapping[str, str], assignment: Assignment) -> bytes:
    """The pages (by submission) under the names from which Moodle's feedback upload finds the student or the team.

    Where a team's folder came in with its number, it goes out with it, once: Moodle copies the page to everyone in
    the group. Who has no number of Moodle's is left out: their page lies in the feedback folder all the same.
    """
    members: dict[str, str] = {}
    for result in results:
        for number in numbers_in_zip(result):
            name = f"feedback-{assignment.name}.html"
            member = feedback_member(result.name, number, name)
            if member in members:
                member = feedback_member(result.name, number, f"{result.submission}-{name}")
            members[member] = pages[result.submission]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for member, page in sorted(members.items()):
            info = zipfile.ZipInfo(member, NO_TIME)
            info.external_attr = 0o644 << 16
            archive.writestr(info, page.encode(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def numbers_in_zip(result: Result) -> tuple[str, ...]:
    """The numbers by which Moodle finds whose feedback a page is: the group's, else those of its people.

    Those who are in no group hand in under no number. Theirs as participants would be taken for groups.
    """
    if result.group:
        return (result.group,)
    return tuple(owner for owner in result.owners if is_number(owner)) if is_number(result.student) else ()


def is_number(student: str) -> bool:
    """Whether the student goes by Moodle's number; else it is a file's or a folder's name."""
    return student.isascii() and student.isdigit()


def _entry(found: Sequence[Result], assignment: Assignment, maximum: float | None, attempts: Attempts) -> Entry:
    counts = chosen(found, attempts)
    return Entry(
        None if counts is None else points_of(counts, maximum), comment_of(found, counts, assignment, attempts)
    )
