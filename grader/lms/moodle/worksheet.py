"""Moodle's grading worksheet: read in any language, written back with the graded rows alone.

Moodle imports a worksheet whose header it wrote itself, so header, identifiers and every other cell stay as
they are. The columns are found by their names where we know the language, else by what is in them. It exports
comments as plain text and takes them as HTML: a row that goes back unchanged would lose its formatting, so rows
that nothing was written into are left out.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from grader.errors import WorksheetError
from grader.intake.languages import Language, languages_of, plain_word, words_for
from grader.intake.numerals import NUMBER, decimal_sign, read_number
from grader.lms.moodle.columns import Columns, find_columns, scale_words
from grader.lms.moodle.names import as_html
from grader.lms.tables import PLAIN_FORM, Form, no_formula, read_table, write_table

IDENTIFIER = re.compile(r"\D*?\s*([0-9]{1,18})")


@dataclass(frozen=True)
class Student:
    """One row: Moodle's number (the one in the zip's names), the full name or "", the maximum grade, the team, and
    whether Moodle takes no grade for it; and as it is there, when the submission and the grade were last
    changed, Moodle's words on the submission, and when it was due.
    """

    number: str
    name: str
    maximum: float | None
    row: int
    submitted: str = ""
    group: str = ""
    graded: str = ""
    locked: bool = False
    status: str = ""
    due: str = ""


@dataclass(frozen=True)
class Worksheet:
    """A worksheet as read: its cells verbatim and how they were written. ``languages`` are those in which its
    header may be, none where that cannot be told. ``strangers`` are identifiers that are not Moodle's, in a
    worksheet that was made without one.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    columns: Columns
    form: Form = PLAIN_FORM
    decimal: str = "."
    languages: tuple[Language, ...] = ()
    strangers: frozenset[str] = frozenset()

    @property
    def students(self) -> tuple[Student, ...]:
        """Who is in the worksheet, in order."""
        return tuple(_student(row, index, self) for index, row in enumerate(self.rows))

    @property
    def scale(self) -> tuple[str, ...]:
        """The words of the scale that the assignment is graded with; none where it takes numbers."""
        place = self.columns.scale
        return scale_words(self.rows[0][place]) if place >= 0 and self.rows else ()

    def takes_points(self, student: Student) -> bool:
        """Whether a number can be written for a student: there is no scale, and a maximum is a number."""
        return self.columns.scale < 0 and (self.columns.maximum < 0 or student.maximum is not None)

    def unread_maximum(self) -> str | None:
        """A maximum grade that is no number, as it is there; None where all are numbers."""
        place = self.columns.maximum
        cells = [row[place] for row in self.rows] if place >= 0 else []
        return next((cell for cell in cells if read_number(cell, self.decimal) is None), None)

    def numbers(self) -> frozenset[str]:
        """Moodle's numbers of everyone in the worksheet."""
        return frozenset(student.number for student in self.students)


@dataclass(frozen=True)
class Entry:
    """What is written for one student: no grade while anything is pending, else points or a word of the scale."""

    grade: float | str | None
    feedback: str = ""

    def text(self, decimal: str = ".") -> str:
        """The cell of the grade; empty, so that Moodle leaves the student ungraded, where there is none."""
        if isinstance(self.grade, str):
            return self.grade
        return "" if self.grade is None else f"{self.grade:.2f}".replace(".", decimal)


def read_worksheet(content: bytes, origin: str = "worksheet", language: Sequence[Language] = ()) -> Worksheet:
    """Read a worksheet as Moodle wrote it, or as a spreadsheet saved it (``,``, ``;`` or tabs). ``language`` is the
    site's, where the course names it: it counts where the header does not tell.

    Raises WorksheetError, naming what is missing, where it is no worksheet.
    """
    table = read_table(content, origin)
    header = table.header
    if len(header) < 3:
        raise WorksheetError(
            f"{origin}: has no table in it. Expected Moodle's grading worksheet: in the assignment, choose "
            "Download grading worksheet."
        )
    _check_identifiers(table.rows, len(header), origin)
    rows = tuple(row for _, row in table.rows)
    known = languages_of(header) or tuple(language)
    worksheet = Worksheet(header, rows, find_columns(header, rows, known, origin), table.form, languages=known)
    return replace(worksheet, decimal=_decimal(worksheet))


def write_worksheet(
    worksheet: Worksheet, entries: Mapping[str, Entry], graded: Mapping[str, str] | None = None
) -> bytes:
    """The rows of those in ``entries`` (by Moodle's number) with their grades and comments.

    An entry without a grade empties Grade. The rows of strangers were filled in when they were made, and stay.
    ``graded`` are the times for "Last modified (grade)"; without one the cell stays.
    Comments are text, and leave as HTML. Names, groups and texts that a spreadsheet would take for formulas get an
    apostrophe: students choose them, and Moodle reads back none of them.
    """
    columns = worksheet.columns
    lines = [list(worksheet.header)]
    for student, row in zip(worksheet.students, worksheet.rows, strict=True):
        entry = entries.get(student.number)
        if student.number and entry is None:
            continue
        cells = [_harmless(cell) for cell in row]
        if entry is not None:
            cells[columns.grade] = entry.text(worksheet.decimal)
            cells[columns.modified] = (graded or {}).get(student.number, cells[columns.modified])
            if columns.feedback >= 0:
                cells[columns.feedback] = no_formula(as_html(entry.feedback))
        lines.append(cells)
    return write_table(lines, worksheet.form)


def _harmless(cell: str) -> str:
    """A cell as Moodle wrote it, unless it is a formula; Moodle's own numbers and "-" for nothing are none."""
    return cell if cell == "-" or NUMBER.fullmatch(cell) else no_formula(cell)


def without_names(worksheet: Worksheet) -> Worksheet:
    """The worksheet with nothing in it but what is known to name nobody; Moodle finds its students by the
    identifier, and reads back the grade, its time and the comment.
    """
    kept = worksheet.columns.nameless
    rows = tuple(tuple(cell if column in kept else "" for column, cell in enumerate(row)) for row in worksheet.rows)
    return replace(worksheet, rows=rows)


def _check_identifiers(rows: Sequence[tuple[int, Sequence[str]]], width: int, origin: str) -> None:
    seen: set[str] = set()
    for line, row in rows:
        found = IDENTIFIER.fullmatch(row[0].strip())
        if found is None:
            raise WorksheetError(
                f"{origin}, row {line}: found {row[0]!r} in the first column, expected Moodle's identifier, like "
                "'Participant 123'. Take out rows that a spreadsheet added."
            )
        if found[1] in seen:
            raise WorksheetError(f"{origin}, row {line}: the identifier {row[0]!r} is there twice.")
        if len(row) != width:
            raise WorksheetError(f"{origin}, row {line}: has {len(row)} cells, the header has {width}.")
        seen.add(found[1])


def _student(row: Sequence[str], index: int, worksheet: Worksheet) -> Student:
    columns = worksheet.columns

    def cell(place: int) -> str:
        return row[place].strip() if place >= 0 else ""

    found = IDENTIFIER.fullmatch(cell(columns.identifier))
    return Student(
        number=found[1] if found and row[columns.identifier] not in worksheet.strangers else "",
        name=cell(columns.name),
        maximum=read_number(cell(columns.maximum), worksheet.decimal),
        row=index,
        submitted=cell(columns.submitted),
        group=cell(columns.group),
        graded=cell(columns.modified),
        locked=plain_word(cell(columns.changeable)) in words_for("no", worksheet.languages),
        status=cell(columns.status),
        due=cell(columns.due),
    )


def _decimal(worksheet: Worksheet) -> str:
    """The decimal sign that Moodle reads back: the one of its numbers, of its language, or of the separator."""
    places = [place for place in (worksheet.columns.maximum, worksheet.columns.grade) if place >= 0]
    shown = decimal_sign(row[place] for place in places for row in worksheet.rows)
    of_language = {language.decimal for language in worksheet.languages}
    if shown or len(of_language) == 1:
        return shown or of_language.pop()
    return "," if worksheet.form.delimiter == ";" else "."
