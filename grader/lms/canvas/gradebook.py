"""Canvas's gradebook as it is exported: who is in the course, and the column of one assignment. Written back, it
holds the people's columns as they are, this column alone, and the rows of those who get a grade.

Canvas's importer (``lib/gradebook_importer.rb``) finds people by ID and a column by the number in its name. A cell
that is empty clears a grade, and a column that is not there changes nothing: so everything else is left out.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from grader.errors import WorksheetError
from grader.intake.languages import plain_word
from grader.intake.numerals import decimal_sign, read_number
from grader.lms.tables import PLAIN_FORM, Form, Table, no_formula, read_table, write_table
from paribus.course.assignment import Assignment
from paribus.course.near import did_you_mean
from paribus.course.policy import Policy

WHERE = "In Canvas: Grades, Export, Export Entire Gradebook."
EXCUSED, NOT_ASSIGNED = "EX", "N/A"
POINTS = "Points Possible"
SUBMITTED, DUE = "Handed in at", "Due at"
"""Columns that no export of Canvas's has: `paribus canvas fetch` adds them. They do not go back."""
_TITLE_AND_NUMBER = re.compile(r"(.*) \(([0-9]+)\)", re.DOTALL)
_UNTAKEN = re.compile(r"\s*(muted|manual posting.*)?\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Student:
    """One row: Canvas's number, the name as it sorts ("Doe, Jane"), the section, and the assignment's cell; and
    when it was handed in and due, "" where the table has no times.
    """

    number: str
    name: str
    section: str
    cell: str
    row: tuple[str, ...]
    submitted: str = ""
    due: str = ""


@dataclass(frozen=True)
class Gradebook:
    """A gradebook as read. ``people`` counts the columns of people, with which every row begins; ``column`` is the
    assignment's, ``points`` the row of points possible, and ``maximum`` this column's, None where it is no number.
    """

    header: tuple[str, ...]
    students: tuple[Student, ...]
    people: int
    column: int
    points: tuple[str, ...] = ()
    maximum: float | None = None
    form: Form = PLAIN_FORM

    @property
    def has_times(self) -> bool:
        """Whether it says when work was handed in."""
        return SUBMITTED in self.header

    def numbers(self) -> frozenset[str]:
        """Canvas's numbers of everyone in the course."""
        return frozenset(student.number for student in self.students)


@dataclass(frozen=True)
class _Wanted:
    """Which column is looked for, in which file: course.toml's, else the assignment's."""

    origin: str
    assignment: Assignment
    column: str


def is_gradebook(header: Sequence[str]) -> bool:
    """Whether a header is that of Canvas's export: names, ID, and Section at the end of the people's columns."""
    first = 3 if list(header[:2]) == ["LastName", "FirstName"] else 2 if header and header[0] == "Student" else 0
    return bool(first) and len(header) > first and header[first - 1] == "ID" and "Section" in header[first:]


def read_gradebook(content: bytes, origin: str, assignment: Assignment, policy: Policy) -> Gradebook:
    """Read an export. WorksheetError says what is missing, and which columns there are where it is not told which
    one is the assignment's.
    """
    table = read_table(content, origin)
    header = table.header
    if not is_gradebook(header):
        raise WorksheetError(
            f"{origin}: is no gradebook of Canvas; its first line is {', '.join(header[:6]) or 'empty'}, expected "
            f"Student, ID, …, Section and the assignments. {WHERE}"
        )
    people = header.index("Section") + 1
    points = next((row for _, row in table.rows if POINTS in row[0]), ())
    column = _column(table, points, people, _Wanted(origin, assignment, policy.column))
    students = _students(table, people, column, origin)
    decimal = decimal_sign(row[column] for _, row in table.rows) or ("," if table.form.delimiter == ";" else ".")
    maximum = read_number(points[column], decimal) if points else None
    return Gradebook(header, students, people, column, points, maximum, table.form)


def write_gradebook(gradebook: Gradebook, grades: Mapping[str, float], *, nameless: bool = False) -> bytes:
    """The rows of those in ``grades`` (by Canvas's number), the people's columns and the assignment's. ``nameless``
    keeps nothing of people but the number and the section.
    """
    people, column = gradebook.people, gradebook.column
    lines = [[*gradebook.header[:people], gradebook.header[column]]]
    if gradebook.points:
        lines.append([*gradebook.points[:people], gradebook.points[column]])
    kept = {gradebook.header.index("ID"), people - 1}
    for student in gradebook.students:
        if student.number in grades:
            cells = [
                cell if place in kept or not nameless else "" for place, cell in enumerate(student.row[:people])
            ]
            lines.append([*cells, f"{grades[student.number]:.2f}"])
    return write_table(lines, gradebook.form)


def _students(table: Table, people: int, column: int, origin: str) -> tuple[Student, ...]:
    place = table.header.index("ID")
    times = [table.header.index(name) if name in table.header else -1 for name in (SUBMITTED, DUE)]
    found: dict[str, Student] = {}
    for line, row in table.rows:
        if POINTS in row[0] or all(_UNTAKEN.fullmatch(cell) for cell in row):
            continue
        number, name = row[place].strip(), ", ".join(filter(None, map(_unquoted, row[:place])))
        if not (number.isascii() and number.isdigit()):
            raise WorksheetError(
                f"{origin}, row {line}: found {row[place]!r} in the column ID for {name or 'nobody'}, expected "
                f"Canvas's number. Export the gradebook again. {WHERE}"
            )
        if number in found:
            raise WorksheetError(f"{origin}, row {line}: the ID {number} is there twice. Export it again.")
        if len(row) != len(table.header):
            raise WorksheetError(f"{origin}, row {line}: has {len(row)} cells, the header has {len(table.header)}.")
        submitted, due = (row[time].strip() if time >= 0 else "" for time in times)
        found[number] = Student(number, name, row[people - 1].strip(), row[column].strip(), row, submitted, due)
    return tuple(found.values())


def _unquoted(name: str) -> str:
    """A name without what Canvas puts around one that would be a formula."""
    found = re.fullmatch(r'\s*="(.*)"', name)
    return (found[1] if found else name).strip()


def _column(table: Table, points: Sequence[str], people: int, wanted: _Wanted) -> int:
    """The assignment's column: the one that course.toml names, else the one that bears its title or name."""
    header = table.header
    columns = {
        place: found
        for place in range(people, len(header))
        if (found := _TITLE_AND_NUMBER.fullmatch(header[place])) and not (points and "read only" in points[place])
    }
    called = [wanted.column] if wanted.column else [wanted.assignment.title, wanted.assignment.name]
    words = {plain_word(text) for text in called}
    fit = [
        place
        for place, found in columns.items()
        if words & {plain_word(header[place]), plain_word(found[1]), found[2]}
    ]
    if len(fit) == 1:
        return fit[0]
    known = [header[place] for place in columns]
    raise WorksheetError(
        f"{wanted.origin}: has {f'{len(fit)} columns' if fit else 'no column'} called {called[0]!r}"
        f"{', which course.toml names' if wanted.column else ''}; it has {_listed(known)}."
        f'{did_you_mean(called[0], known)} Give the gradebook of this course, or write column = "…" with the '
        f"column's name under [grading.assignments.{wanted.assignment.name}]."
    )


def _listed(names: Iterable[str]) -> str:
    found = [no_formula(name) for name in names]
    more = f" and {len(found) - 8} more" if len(found) > 8 else ""
    return (", ".join(found[:8]) or "none of any assignment") + more
