"""What of each cell a file can tell: whether something that is not there may have been taken out by a tool.

Counts are stripped by nbstripout and nb-clean, outputs are cleared by VS Code, which leaves the counts, and by
Jupyter, which does not; browsers and exporters keep what they keep. What a whole file lacks was taken out or never
there, and nobody can tell which; what one cell lacks, and others have, is a fact about that cell.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from grader.model import RecoveredCell, Survived
from paribus.check.code.cells import MAX_SOURCE

RUNNING = 1
"""Of how many cells a notebook may show outputs without a count: the one that ran while it was saved."""
_SHOWS = re.compile(r"(?:print|display|plt\.show|(?:paribus\.)?figures(?:_\w+)?\.\w+)\(")


def mark_survival(cells: Sequence[RecoveredCell], keeps: Survived) -> tuple[RecoveredCell, ...]:
    """The cells with what survived of each. ``keeps``: what this kind of file keeps; what a reader noted stays."""
    code = [cell for cell in cells if cell.cell_type == "code"]
    uncounted = sum(cell.count is None for cell in code if cell.outputs)
    counts = keeps.count and any(cell.count is not None for cell in code) and uncounted <= RUNNING
    outputs = keeps.outputs and any(cell.outputs for cell in code) and not _cleared(code)
    ids = keeps.id and any(cell.id for cell in cells)
    return tuple([_marked(cell, Survived(True, counts, outputs, ids, keeps.tags)) for cell in cells])


def shows_something(source: str, *, in_loops: bool = False) -> bool:
    """A line at the top level that prints, displays or draws; an ending semicolon keeps it silent. ``in_loops``:
    also one in a loop that is there.
    """
    looping = False
    for raw in source[:MAX_SOURCE].splitlines():
        inner = raw[:1].isspace()
        looping = looping if inner or not raw else raw.startswith("for ")
        line = raw.strip() if in_loops and looping and inner else raw
        if line[:1].isspace() or line.lstrip().startswith("#") or line.rstrip().endswith(";"):
            continue
        if _SHOWS.match(line):
            return True
    return False


def _marked(cell: RecoveredCell, file: Survived) -> RecoveredCell:
    noted = cell.survived
    found = Survived(
        source=not cell.cut,
        count=cell.count is not None or (noted.count and file.count and not cell.outputs),
        outputs=noted.outputs and file.outputs,
        id=bool(cell.id) or (noted.id and file.id),
        tags=bool(cell.tags) or (noted.tags and file.tags),
    )
    return cell if found == noted else replace(cell, survived=found)


def _cleared(code: Sequence[RecoveredCell]) -> bool:
    """Most cells that ran show nothing, also of those that print, display or draw something: outputs were cleared,
    and some cells perhaps run again.
    """
    ran = [cell for cell in code if cell.count is not None]
    bare = [cell for cell in ran if not cell.outputs]
    if 2 * len(bare) <= len(ran):
        return False
    silent = sum(shows_something(cell.source) for cell in bare)
    return silent > sum(shows_something(cell.source) for cell in ran if cell.outputs)
