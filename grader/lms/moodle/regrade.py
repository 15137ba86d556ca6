"""Moodle's worksheet once more, with the rows whose points changed and a sentence on each."""

from collections.abc import Mapping, Sequence

from grader.lms.moodle.worksheet import Worksheet, read_worksheet
from grader.lms.regraded import Regraded
from grader.lms.tables import write_table


def regrade(content: bytes, changed: Mapping[str, Regraded]) -> bytes | None:
    """The worksheet with these rows alone; where the assignment has a scale there are none."""
    sheet = read_worksheet(content)
    rows = [
        _row(sheet, sheet.rows[student.row], student.maximum, changed[student.number])
        for student in sheet.students
        if student.number in changed and sheet.takes_points(student)
    ]
    return write_table([sheet.header, *rows], sheet.form) if rows else None


def _row(sheet: Worksheet, row: Sequence[str], maximum: float | None, one: Regraded) -> list[str]:
    cells, columns = list(row), sheet.columns
    cells[columns.grade] = f"{one.of(maximum):.2f}".replace(".", sheet.decimal)
    if columns.feedback >= 0:
        cells[columns.feedback] = "<br>".join(filter(None, (cells[columns.feedback], one.said)))
    return cells
