"""A gradebook of Canvas's once more, with the rows whose points changed; it has no room for comments."""

from collections.abc import Mapping

from grader.intake.numerals import read_number
from grader.lms.canvas.gradebook import POINTS
from grader.lms.regraded import Regraded
from grader.lms.tables import read_table, write_table


def regrade(content: bytes, changed: Mapping[str, Regraded]) -> bytes | None:
    """The gradebook with these rows alone."""
    table = read_table(content, "canvas_gradebook.csv")
    place, decimal = table.header.index("ID"), "," if table.form.delimiter == ";" else "."
    possible = [row for _, row in table.rows if POINTS in row[0]]
    maximum = read_number(possible[0][-1], decimal) if possible else None
    rows = [
        [*row[:-1], f"{changed[row[place]].of(maximum):.2f}".replace(".", decimal)]
        for _, row in table.rows
        if row[place] in changed
    ]
    return write_table([table.header, *possible, *rows], table.form) if rows else None
