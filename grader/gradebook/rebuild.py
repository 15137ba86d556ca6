"""A submission rebuilt from the release notebook, with the student's sources put in by key.

nbgrader grades nothing that lacks its metadata, and an HTML export has none. So the release notebook is the
frame; locked cells and prose stay as released; what a student wrote goes in sanitised, because formgrader
renders it with the rights of the person who grades. So do outputs, but for those of grade cells, whose output is
the score.
"""

import functools
import json
from collections.abc import Mapping, Sequence
from typing import Any

from grader.gradebook.rebuilt_outputs import Room
from grader.model import Match, RecoveredCell
from grader.recover.clean import MAX_SOURCE, clean_code, clean_html, clean_markdown
from paribus.course.release import Release

MAX_EXTRA_CELLS = 200


def rebuild(release: Release, matches: Mapping[str, Match], unmatched: Sequence[RecoveredCell] = ()) -> str:
    """The submission as an ipynb that nbgrader can grade, as JSON text.

    A cell that is missing, or is as it was released, keeps the released source to the letter, so that
    nbgrader's own test for "no answer" works. Cells that belong to no cell of the assignment are kept where
    they were, after the cell they followed.
    """
    notebook: dict[str, Any] = json.loads(release.notebook)
    rebuilt: list[dict[str, Any]] = []
    room = Room()
    extras = _extras_by_key(matches, unmatched, room)
    rebuilt.extend(extras.pop("", []))
    for cell in notebook["cells"]:
        key = str(cell.get("id", ""))
        rebuilt.append(_with_outputs(_with_source(cell, matches.get(key)), matches.get(key), room))
        rebuilt.extend(extras.pop(key, []))
    for left in extras.values():
        rebuilt.extend(left)
    return to_text({**notebook, "cells": rebuilt})


def to_text(notebook: Mapping[str, Any]) -> str:
    """A notebook as nbformat reads it, in one line: indented, it would take many times as long to write."""
    return json.dumps(notebook, ensure_ascii=False, sort_keys=True) + "\n"


def rebuild_rendered(
    release: Release, matches: Mapping[str, Match], unmatched: Sequence[RecoveredCell] = ()
) -> str:
    """As `rebuild`, but "" where markdown would have to be rendered: that may take as long as a student likes."""
    code = _code_keys(release.notebook)
    told = [found.recovered for key, found in matches.items() if found.recovered is not None and key not in code]
    told += [found for found in unmatched if found.cell_type != "code"]
    return rebuild(release, matches, unmatched) if all(cell.rendered and cell.html for cell in told) else ""


@functools.lru_cache(maxsize=8)
def _code_keys(notebook: str) -> frozenset[str]:
    """The release's code cells."""
    return frozenset(
        str(cell.get("id", "")) for cell in json.loads(notebook)["cells"] if cell["cell_type"] == "code"
    )


def _with_source(cell: dict[str, Any], match: Match | None) -> dict[str, Any]:
    """The release's cell with the student's source, where a student may write there."""
    fresh = {**cell, "outputs": [], "execution_count": None} if cell["cell_type"] == "code" else dict(cell)
    if match is None or match.recovered is None or match.unchanged or match.recovered.hidden:
        return fresh
    nbgrader = cell.get("metadata", {}).get("nbgrader", {})
    locked = nbgrader and not nbgrader.get("solution")
    if locked or (cell["cell_type"] == "markdown" and not nbgrader):
        return fresh
    return {**fresh, "source": _student_source(match.recovered, cell["cell_type"])}


def _with_outputs(cell: dict[str, Any], match: Match | None, room: Room) -> dict[str, Any]:
    """The cell with what it showed; nbgrader reads a grade cell's score from its output, so it gets none here."""
    graded = cell.get("metadata", {}).get("nbgrader", {}).get("grade")
    if cell["cell_type"] != "code" or graded or match is None or match.recovered is None:
        return cell
    return {**cell, "outputs": room.outputs(match.recovered.outputs)}


def _student_source(found: RecoveredCell, cell_type: str) -> str:
    if cell_type == "code":
        return clean_code(found.source)
    return clean_html(found.html[:MAX_SOURCE]) if found.rendered and found.html else clean_markdown(found.source)


def _extras_by_key(
    matches: Mapping[str, Match], unmatched: Sequence[RecoveredCell], room: Room
) -> dict[str, list[dict[str, Any]]]:
    """The cells of the student's own, by the key of the assignment's cell they followed."""
    places = sorted(
        (match.recovered.position, key) for key, match in matches.items() if match.recovered is not None
    )
    extras: dict[str, list[dict[str, Any]]] = {}
    for number, found in enumerate(unmatched[:MAX_EXTRA_CELLS], 1):
        before = [key for position, key in places if position < found.position]
        extra: dict[str, Any] = {
            "cell_type": "code" if found.cell_type == "code" else "markdown",
            "id": f"added-{number}",
            "metadata": {"tags": ["paribus-added"]},
            "source": _student_source(found, found.cell_type),
        }
        if extra["cell_type"] == "code":
            extra |= {"outputs": room.outputs(found.outputs), "execution_count": None}
        extras.setdefault(before[-1] if before else "", []).append(extra)
    return extras
