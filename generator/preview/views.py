"""The student, solution and released view of one assignment as values: cells with their points and checks."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from generator.building.build import Built
from generator.templates.pages import render_markdown
from paribus.course.assignment import Assignment, Cell

VIEWS: Mapping[str, str] = {"student": "Student", "solution": "Solution", "released": "Released"}
"""The views by their names in the address, with their titles."""


@dataclass(frozen=True)
class ViewedCell:
    """One cell: its text, rendered where it is markdown, and what it is worth. ``checks`` are (name, points)."""

    key: str
    kind: str
    text: str
    html: Markup
    role: str = ""
    points: float = 0.0
    manual: float = 0.0
    checks: Sequence[tuple[str, float]] = ()
    locked: bool = False


@dataclass(frozen=True)
class View:
    """One notebook to look at."""

    name: str
    title: str
    cells: Sequence[ViewedCell]


def views_of(built: Built, platform: str) -> Mapping[str, View]:
    """All views of an assignment that was built for ``platform``, by name."""
    texts = {
        "student": built.notebooks["student", platform],
        "solution": built.notebooks["solution", platform],
        "released": built.release.notebook,
    }
    return {
        name: View(name, VIEWS[name], tuple(_cells(json.loads(text), built.assignment)))
        for name, text in texts.items()
    }


def _cells(notebook: Mapping[str, Any], assignment: Assignment) -> list[ViewedCell]:
    known = {cell.key: cell for cell in assignment.cells}
    return [_cell(raw, known.get(raw["id"])) for raw in notebook["cells"]]


def _cell(raw: Mapping[str, Any], cell: Cell | None) -> ViewedCell:
    text = "".join(raw["source"])
    nbgrader = raw["metadata"].get("nbgrader", {})
    html = render_markdown(text) if raw["cell_type"] == "markdown" else Markup()
    if cell is None:  # a cell that only this variant has, or the released notebook's cell for the checks' points
        return ViewedCell(
            raw["id"], raw["cell_type"], text, html, points=float(nbgrader.get("points", 0.0)),
            locked=bool(nbgrader.get("locked")),
        )  # fmt: skip
    checks = tuple((item.check, item.points) for item in cell.checks)
    return ViewedCell(
        cell.key, raw["cell_type"], text, html, str(cell.role), cell.points, cell.manual, checks,
        bool(nbgrader.get("locked")),
    )  # fmt: skip
