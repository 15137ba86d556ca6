"""Moodle's grading worksheet: read in any language, written back with the graded rows alone.

Moodle imports a worksheet whose header it wrote itself, so header, identifiers and every other cell stay as
they are. The columns are found by their names where we know the language, else by what stands in them. It exports
comments as plain text and takes them as HTML: a row that goes back unchanged would lose its formatting, so rows
that nothing was written into are left out.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from grader.errors import WorksheetError
from grader.intake.columns import Columns, find_columns, scale_words
from grader.intake.languages import Language, languages_of, plain_word, words_for
from grader.intake.moodle import as_html
from grader.intake.numerals import NUMBER, decimal_sign, read_number

IDENTIFIER = re.compile(r"\D*?\s*([0-9]{1,18})")
# A cell that begins so is a formula to a spreadsheet; to some of them the wide forms as well.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
MAX_BYTES = 20_000_000
_SEPARATOR = re.compile(r"sep=[,;\t]", re.IGNORECASE)


@dataclass(frozen=True)
class Student:
    """One row: Moodle's number (the one in the zip's names), the full name or "", the maximum grade, the team, and
    whether Moodle takes no grade for it; and as it stands there, when the submission and the grade were last
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
    delimiter: str = ","
    line_end: str = "\n"
    byte_order_mark: bool = False
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
        """A maximum grade that is no number, as it stands there; None where all are numbers."""
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
    if len(content) > MAX_BYTES:
        raise WorksheetError(f"{origin}: is {len(content):,} bytes large; at most {MAX_BYTES:,} are read.")
    text = _decode(content, origin)
    line_end = "\r\n" if "\r\n" in text else "\n"
    delimiter = _delimiter(text)
    try:
        lines = list(_lines(text, delimiter))
    except csv.Error as error:
        raise WorksheetError(f"{origin}: is no CSV file ({error}). Download the worksheet again.") from error
    if not lines or len(lines[0][1]) < 3:
        raise WorksheetError(
            f"{origin}: has no table in it. Expected Moodle's grading worksheet: in the assignment, choose "
            "Download grading worksheet."
        )
    header = tuple(lines[0][1])
    numbered = [(number, _filled(row, len(header))) for number, row in lines[1:]]
    _check_identifiers(numbered, len(header), origin)
    rows = tuple(row for _, row in numbered)
    known = languages_of(header) or tuple(language)
    worksheet = Worksheet(header, rows, find_columns(header, rows, known, origin), delimiter, line_end,
                          content.startswith(b"\xef\xbb\xbf"), languages=known)  # fmt: skip
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
    quoted = re.compile(rf'[\s"\\{worksheet.delimiter}]')
    text = "".join(
        worksheet.delimiter.join(_quoted(cell) if quoted.search(cell) else cell for cell in line)
        + worksheet.line_end
        for line in lines
    )
    return text.encode("utf-8-sig" if worksheet.byte_order_mark else "utf-8")


def _quoted(cell: str) -> str:
    """A cell in quotes; Moodle puts them around everything with a blank in it, so that what is unchanged also
    looks unchanged.
    """
    doubled = cell.replace('"', '""')
    return f'"{doubled}"'


def no_formula(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe is put before what would be one."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text


def _harmless(cell: str) -> str:
    """A cell as Moodle wrote it, unless it is a formula; Moodle's own numbers and "-" for nothing are none."""
    return cell if cell == "-" or NUMBER.fullmatch(cell) else no_formula(cell)


# --- reading --------------------------------------------------------------------------------------------------


def _decode(content: bytes, origin: str) -> str:
    for encoding in ("utf-8-sig", "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"):
        try:
            return content.decode(encoding).lstrip("\ufeff")
        except UnicodeDecodeError:
            continue
    if content.startswith(b"PK"):
        raise WorksheetError(f"{origin}: is an Excel workbook or a zip. Save the table as CSV UTF-8.")
    raise WorksheetError(
        f"{origin}: is not in UTF-8. Use the file as Moodle gave it, or save it as CSV UTF-8 in the spreadsheet."
    )


def _delimiter(text: str) -> str:
    """The one that a first line ``sep=;`` names, else the one that the header holds most of, outside of quotes."""
    first = text.lstrip().split("\n", 1)[0].rstrip("\r")
    if _SEPARATOR.fullmatch(first):
        return first[-1]
    header = re.sub(r'"[^"]*"', "", first)
    return max(",;\t", key=header.count)


def _lines(text: str, delimiter: str) -> Iterator[tuple[int, Sequence[str]]]:
    """The rows that hold something, each with the line that it ends on; without the line that names the separator,
    which spreadsheets write, and Moodle does not know.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    for row in reader:
        names_separator = reader.line_num == 1 and _SEPARATOR.fullmatch(delimiter.join(row))
        if not names_separator and any(cell.strip() for cell in row):
            yield reader.line_num, row


def _filled(row: Sequence[str], width: int) -> tuple[str, ...]:
    """A row as wide as the header: spreadsheets drop empty cells at the end."""
    return tuple(row) + ("",) * (width - len(row))


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
    return "," if worksheet.delimiter == ";" else "."
