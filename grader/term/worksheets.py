"""A week's worksheet for Moodle once more, for those whom the bank of late days gives points back.

It holds their rows alone, as `paribus grade` wrote them, with the new grade and a sentence on it.
"""

from collections.abc import Mapping, Sequence

from grader.errors import WorksheetError
from grader.lms.moodle.worksheet import Worksheet, read_worksheet
from grader.lms.tables import write_table
from grader.pages.shared import points
from grader.term.reckon import Item, Line


def banked(content: bytes, assignment: str, lines: Sequence[Line]) -> bytes | None:
    """The worksheet that a graded folder holds as ``content``; None where the bank gives nobody anything there, or
    it is none of Moodle's.
    """
    items = {
        line.person.grades[assignment].number: item
        for line in lines
        if not line.person.unclear
        for item in line.items
        if item.name == assignment and item.days and item.share is not None and not item.excused
    }
    if not items:
        return None
    try:
        sheet = read_worksheet(content)
    except WorksheetError:
        return None  # it was made for a class that is on no Moodle
    rows = [
        _row(sheet, sheet.rows[student.row], student.maximum, items[student.number])
        for student in sheet.students
        if student.number in items and sheet.takes_points(student)
    ]
    return write_table([sheet.header, *rows], sheet.form) if rows else None


def _row(sheet: Worksheet, row: Sequence[str], maximum: float | None, item: Item) -> list[str]:
    """A row with the grade that the bank leaves, of Moodle's own maximum."""
    cells, columns = list(row), sheet.columns
    grade = item.points if maximum is None or not item.maximum else item.points * maximum / item.maximum
    cells[columns.grade] = f"{grade:.2f}".replace(".", sheet.decimal)
    if columns.feedback >= 0:
        days = "1 late day" if item.days == 1 else f"{item.days} late days"
        said = f"With {days} of your bank: {points(item.points)} of {points(item.maximum)} points."
        cells[columns.feedback] = "<br>".join(filter(None, (cells[columns.feedback], said)))
    return cells


def files_of(worksheets: Mapping[str, bytes], lines: Sequence[Line]) -> dict[str, bytes]:
    """The worksheets to write, by their names below the output folder; ``worksheets`` are the weeks' own."""
    found = {name: banked(content, name, lines) for name, content in worksheets.items()}
    return {f"worksheets/{name}.csv": content for name, content in found.items() if content is not None}
