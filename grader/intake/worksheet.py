"""Moodle's grading worksheet: read in any language, written back with the graded rows alone.

Moodle imports a worksheet whose header it wrote itself, so header, identifiers and every other cell stay as
they are. The columns are found by their names where we know the language, else by what stands in them. It exports
comments as plain text and takes them as HTML: a row that goes back unchanged would lose its formatting, so rows
that nothing was written into are left out.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from grader.errors import WorksheetError
from grader.intake.moodle import as_html

# Moodle's own words in the languages whose worksheets were seen; compared without case.
NAMES: Mapping[str, tuple[str, ...]] = {
    "name": ("Full name", "Vollständiger Name", "Nom complet", "Nombre completo", "Полное имя"),
    "grade": ("Grade", "Bewertung", "Note", "Calificación", "Оценка"),
    "maximum": ("Maximum grade", "Bestwertung", "Note maximale", "Calificación máxima", "Максимальная оценка"),
    "modified": (
        "Last modified (grade)", "Zuletzt geändert (Bewertung)", "Dernière modification (note)",
        "Última modificación (calificación)", "Последнее изменение (оценка)",
    ),
    "submitted": (
        "Last modified (submission)", "Zuletzt geändert (Abgabe)", "Dernière modification (travail remis)",
        "Última modificación (entrega)", "Последнее изменение (ответ)",
    ),
    "group": ("Group", "Gruppe", "Groupe", "Grupo", "Группа"),
    "feedback": (
        "Feedback comments", "Feedback als Kommentar", "Feedback par commentaires",
        "Comentarios de retroalimentación", "Отзыв в виде комментария",
    ),
}  # fmt: skip
# Moodle's words in "Grade can be changed", which stands between the grade and its time.
YES = frozenset(
    {"yes", "ja", "oui", "sí", "si", "да", "igen", "sim", "tak", "kyllä", "evet", "так", "ano", "áno", "da", "ναι"}
)  # fmt: skip
NO = frozenset(
    {"no", "nein", "non", "нет", "nem", "não", "nee", "nie", "nej", "nei", "ei", "hayır", "ні", "ne", "nu", "όχι"}
)  # fmt: skip
IDENTIFIER = re.compile(r"\D*?\s*([0-9]{1,18})")
NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")
DATE_OR_NONE = re.compile(r"-|.*\d.*", re.DOTALL)
# A cell that begins so is a formula to a spreadsheet; to some of them the wide forms as well.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
MAX_BYTES = 20_000_000


@dataclass(frozen=True)
class Columns:
    """Where the worksheet has what; -1 for a column it does not have. Anonymous worksheets have no names."""

    identifier: int
    grade: int
    modified: int
    feedback: int = -1
    maximum: int = -1
    name: int = -1
    submitted: int = -1
    group: int = -1
    changeable: int = -1


@dataclass(frozen=True)
class Student:
    """One row: Moodle's number (the one in the zip's names), the full name or "", the maximum grade, when the
    submission was last changed, as it stands there, the team, when the grade was last changed, as it stands there,
    and whether Moodle takes no grade for it.
    """

    number: str
    name: str
    maximum: float | None
    row: int
    submitted: str = ""
    group: str = ""
    graded: str = ""
    locked: bool = False


@dataclass(frozen=True)
class Worksheet:
    """A worksheet as read: its cells verbatim and how they were written. ``strangers`` are identifiers that are not
    Moodle's, in a worksheet that was made without one.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    columns: Columns
    delimiter: str = ","
    line_end: str = "\n"
    byte_order_mark: bool = False
    decimal: str = "."
    strangers: frozenset[str] = frozenset()

    @property
    def students(self) -> tuple[Student, ...]:
        """Who is in the worksheet, in order."""
        return tuple(_student(row, index, self) for index, row in enumerate(self.rows))

    def numbers(self) -> frozenset[str]:
        """Moodle's numbers of everyone in the worksheet."""
        return frozenset(student.number for student in self.students)


@dataclass(frozen=True)
class Entry:
    """What is written for one student: no grade while anything is pending."""

    grade: float | None
    feedback: str = ""


def read_worksheet(content: bytes, origin: str = "worksheet") -> Worksheet:
    """Read a worksheet as Moodle wrote it, or as a spreadsheet saved it (``,``, ``;`` or tabs).

    Raises WorksheetError, naming what is missing, where it is no worksheet.
    """
    if len(content) > MAX_BYTES:
        raise WorksheetError(f"{origin}: is {len(content):,} bytes large; at most {MAX_BYTES:,} are read.")
    text = _decode(content, origin)
    line_end = "\r\n" if "\r\n" in text else "\n"
    delimiter = _delimiter(text)
    try:
        lines = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True) if row]
    except csv.Error as error:
        raise WorksheetError(f"{origin}: is no CSV file ({error}). Download the worksheet again.") from error
    if not lines or len(lines[0]) < 3:
        raise WorksheetError(
            f"{origin}: has no table in it. Expected Moodle's grading worksheet: in the assignment, choose "
            "Download grading worksheet."
        )
    header = tuple(lines[0])
    rows = tuple(_filled(row, len(header)) for row in lines[1:])
    worksheet = Worksheet(header, rows, _columns(header, rows, origin), delimiter, line_end,
                          content.startswith(b"\xef\xbb\xbf"))  # fmt: skip
    _check_identifiers(worksheet, origin)
    return replace(worksheet, decimal=_decimal(worksheet))


def write_worksheet(
    worksheet: Worksheet, entries: Mapping[str, Entry], graded: Mapping[str, str] | None = None
) -> bytes:
    """The rows of those in ``entries`` (by Moodle's number) with their grades and comments.

    An entry without a grade empties Grade, so that Moodle leaves it ungraded. The rows of strangers were filled in
    when they were made, and stay. ``graded`` are the times for "Last modified (grade)"; without one the cell stays.
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
            cells[columns.grade] = (
                "" if entry.grade is None else f"{entry.grade:.2f}".replace(".", worksheet.decimal)
            )
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
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    if content.startswith(b"PK"):
        raise WorksheetError(f"{origin}: is an Excel workbook or a zip. Save the table as CSV UTF-8.")
    raise WorksheetError(
        f"{origin}: is not in UTF-8. Use the file as Moodle gave it, or save it as CSV UTF-8 in the spreadsheet."
    )


def _delimiter(text: str) -> str:
    """The one that the header holds most of, outside of quotes."""
    header = re.sub(r'"[^"]*"', "", text.lstrip().split("\n", 1)[0])
    return max(",;\t", key=header.count)


def _filled(row: Sequence[str], width: int) -> tuple[str, ...]:
    """A row as wide as the header: spreadsheets drop empty cells at the end."""
    return tuple(row) + ("",) * (width - len(row))


def _columns(header: Sequence[str], rows: Sequence[Sequence[str]], origin: str) -> Columns:
    """Find the columns by name, and those whose name is not known by what stands in them."""
    known = [text.strip().casefold() for text in header]
    found = {
        role: next((known.index(name.casefold()) for name in names if name.casefold() in known), -1)
        for role, names in NAMES.items()
    }
    values = [[row[column].strip() for row in rows] for column in range(len(header))]
    if found["maximum"] < 0:
        found["maximum"] = _maximum_by_shape(values)
    if found["grade"] < 0 and found["maximum"] > 0:
        found["grade"] = found["maximum"] - 1
    if found["modified"] < 0 and found["grade"] >= 0:
        found["modified"] = _modified_by_shape(values, found["grade"])
    if found["submitted"] < 0 and found["modified"] > 0:
        found["submitted"] = _submitted_by_shape(values, found["modified"])
    if found["feedback"] < 0 and 0 <= found["modified"] < len(header) - 1:
        found["feedback"] = found["modified"] + 1
    missing = [
        what for role, what in (("grade", "Grade"), ("modified", "Last modified (grade)")) if found[role] < 0
    ]
    if missing:
        raise WorksheetError(
            f"{origin}: no column could be told to be {' or '.join(missing)}; its header is "
            f"{', '.join(repr(text) for text in header)}. Download the grading worksheet from Moodle again, "
            "with its columns as they are, or with the site's language set to English."
        )
    found["changeable"] = _changeable_by_shape(values, found["grade"], found["modified"])
    return Columns(identifier=0, **found)


def _maximum_by_shape(values: Sequence[Sequence[str]]) -> int:
    """The same positive number in every row, after a column that holds grades or nothing."""
    for column in range(2, len(values)):
        content = set(values[column])
        if len(content) == 1 and NUMBER.fullmatch(next(iter(content))) and all(
            not grade or grade == "-" or NUMBER.fullmatch(grade) for grade in values[column - 1]
        ):  # fmt: skip
            return column
    return -1


def _modified_by_shape(values: Sequence[Sequence[str]], grade: int) -> int:
    """The last column after the grade that holds dates or ``-`` in every row."""
    dates = [
        column
        for column in range(grade + 2, len(values))
        if values[column]
        and all(DATE_OR_NONE.fullmatch(value) and not NUMBER.fullmatch(value) for value in values[column])
    ]
    return dates[-1] if dates else -1


def _changeable_by_shape(values: Sequence[Sequence[str]], grade: int, modified: int) -> int:
    """The column between the grade and its time that says yes or no in every row."""
    for column in range(grade + 1, modified):
        words = {value.casefold() for value in values[column]}
        if words and words <= YES | NO:
            return column
    return -1


def _submitted_by_shape(values: Sequence[Sequence[str]], modified: int) -> int:
    """The last column of dates before the grade's."""
    for column in range(modified - 1, 1, -1):
        content = [value for value in values[column] if value and value != "-"]
        if content and all(len(re.findall(r"\d+", value)) >= 4 for value in content):
            return column
    return -1


def without_names(worksheet: Worksheet) -> Worksheet:
    """The worksheet with empty names and addresses; Moodle finds its students by the identifier."""
    addresses = {column for row in worksheet.rows for column, cell in enumerate(row) if "@" in cell}
    hidden = (addresses | {worksheet.columns.name}) - {worksheet.columns.identifier, worksheet.columns.feedback}
    rows = tuple(
        tuple("" if column in hidden else cell for column, cell in enumerate(row)) for row in worksheet.rows
    )
    return replace(worksheet, rows=rows)


def _check_identifiers(worksheet: Worksheet, origin: str) -> None:
    seen: set[str] = set()
    for line, row in enumerate(worksheet.rows, start=2):
        found = IDENTIFIER.fullmatch(row[0].strip())
        if found is None:
            raise WorksheetError(
                f"{origin}, row {line}: found {row[0]!r} in the first column, expected Moodle's identifier, like "
                "'Participant 123'."
            )
        if found[1] in seen:
            raise WorksheetError(f"{origin}, row {line}: the identifier {row[0]!r} is there twice.")
        if len(row) != len(worksheet.header):
            raise WorksheetError(
                f"{origin}, row {line}: has {len(row)} cells, the header has {len(worksheet.header)}."
            )
        seen.add(found[1])


def _student(row: Sequence[str], index: int, worksheet: Worksheet) -> Student:
    columns = worksheet.columns
    found = IDENTIFIER.fullmatch(row[columns.identifier].strip())
    return Student(
        number=found[1] if found and row[columns.identifier] not in worksheet.strangers else "",
        name=row[columns.name].strip() if columns.name >= 0 else "",
        maximum=_number(row[columns.maximum]) if columns.maximum >= 0 else None,
        row=index,
        submitted=row[columns.submitted].strip() if columns.submitted >= 0 else "",
        group=row[columns.group].strip() if columns.group >= 0 else "",
        graded=row[columns.modified].strip(),
        locked=columns.changeable >= 0 and row[columns.changeable].strip().casefold() in NO,
    )


def _number(text: str) -> float | None:
    return float(text.strip().replace(",", ".")) if NUMBER.fullmatch(text.strip()) else None


def _decimal(worksheet: Worksheet) -> str:
    """The decimal sign of the numbers that are there: Moodle reads back the one of its language."""
    places = [place for place in (worksheet.columns.maximum, worksheet.columns.grade) if place >= 0]
    numbers: Iterable[str] = (row[place] for place in places for row in worksheet.rows)
    return "," if any(re.fullmatch(r"\s*\d+,\d+\s*", number) for number in numbers) else "."
