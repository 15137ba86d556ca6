"""The notebook that has everything in it, its exports, and an assignment whose release it is."""

import json
import lzma
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from grader.model import Recovered, RecoveredCell
from grader.recover import recover
from paribus.course.assignment import Assignment, Cell, Role

EXPORTS = Path(__file__).parent / "fixtures" / "exports"
NOTEBOOK: dict[str, Any] = json.loads((EXPORTS / "everything.ipynb").read_text(encoding="utf-8"))
NAMES = sorted(path.name for path in EXPORTS.glob("everything.*"))
ROLES = {"memo": Role.MEMO, "error": Role.TASK, "table": Role.EXPERIMENT}


def make_assignment(cells: Sequence[Cell]) -> Assignment:
    return Assignment("week1_homework", "Week 1", "week1", "homework", "smoke", tuple(cells), release="0" * 16)


ASSIGNMENT = make_assignment(
    [
        Cell(cell["id"], ROLES.get(cell["id"], Role.PROSE if cell["cell_type"] == "markdown" else Role.CODE),
             cell["cell_type"], "".join(cell["source"]))
        for cell in NOTEBOOK["cells"]
        if cell["cell_type"] != "raw"
    ]
)  # fmt: skip
KEYS = [cell.key for cell in ASSIGNMENT.cells]


@cache
def exported(name: str) -> Recovered:
    content = (EXPORTS / name).read_bytes()
    return recover(lzma.decompress(content) if name.endswith(".xz") else content, name)


def of(cells: Sequence[RecoveredCell]) -> Recovered:
    """A notebook of these cells, numbered anew."""
    return Recovered("test", tuple(replace(cell, position=index) for index, cell in enumerate(cells)))


def bare(recovered: Recovered) -> list[RecoveredCell]:
    """The cells as an export shows them that keeps neither ids nor tags."""
    return [replace(cell, id="", tags=()) for cell in recovered.cells]
