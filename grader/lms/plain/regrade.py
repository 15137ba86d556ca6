"""grades.csv once more, with the rows whose points changed."""

from collections.abc import Mapping

from grader.lms.regraded import Regraded
from grader.lms.tables import read_table, write_table


def regrade(content: bytes, changed: Mapping[str, Regraded]) -> bytes | None:
    """The table with these rows alone."""
    table = read_table(content, "grades.csv")
    who, points = table.header.index("identifier"), table.header.index("points")
    decimal = "," if table.form.delimiter == ";" else "."
    rows = [
        [*row[:points], f"{changed[row[who]].points:.2f}".replace(".", decimal), *row[points + 1 :]]
        for _, row in table.rows
        if row[who] in changed
    ]
    return write_table([table.header, *rows], table.form) if rows else None
