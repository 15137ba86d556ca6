"""A week's table for the learning platform once more, for those whom the bank of late days gives points back.

It holds their rows alone, as `paribus grade` wrote them for the platform, with the new points.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from grader.errors import TermError, WorksheetError
from grader.lms.choose import platforms
from grader.lms.regraded import Regraded
from grader.term.reckon import Line


def files_of(folders: Mapping[str, Path], lines: Sequence[Line]) -> dict[str, bytes]:
    """The tables to write, by their names below the output folder; ``folders`` are the graded ones by assignment.

    TermError where a table is not as `paribus grade` wrote it.
    """
    found = {}
    for assignment, folder in folders.items():
        changed = banked(assignment, lines)
        for platform in platforms().values() if changed else ():
            table = folder / platform.outputs[0][1]
            if not table.is_file():
                continue
            try:
                content = platform.regrade(table.read_bytes(), changed)
            except (WorksheetError, ValueError) as error:
                raise TermError(
                    f"{table}: is not as `paribus grade` wrote it ({error}). Run it again with --collect."
                ) from error
            if content is not None:
                found[f"worksheets/{assignment}.csv"] = content
    return found


def banked(assignment: str, lines: Sequence[Line]) -> dict[str, Regraded]:
    """By the platform's number: what those get to whom the bank gave days in an assignment."""
    return {
        line.person.grades[assignment].number: Regraded(item.points, item.maximum, item.days)
        for line in lines
        if not line.person.unclear
        for item in line.items
        if item.name == assignment and item.days and item.share is not None and not item.excused
    }
