"""A release over one that went out: which points and cells would change, before any file does.

A replaced release stays below the new one (`paribus.course.release.OLDER`): those who have its notebook are graded
with it.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path

from generator.building.build import RELEASES, Built
from generator.errors import ReleaseWouldChangeError
from paribus.course.assignment import Assignment, Cell
from paribus.course.errors import ReleaseError
from paribus.course.release import Release, read_release, went_out


def require_accepted(built: Sequence[Built], out: Path) -> None:
    """ReleaseWouldChangeError where a release below ``out`` went out and would be replaced by another one."""
    lines = []
    for item in built:
        folder = out / RELEASES / item.entry.name
        if not went_out(folder):
            continue
        try:
            before = read_release(folder)
        except ReleaseError as error:
            lines.append(f"{item.entry.name}: cannot be compared. {error}")
            continue
        if before.digest != item.release.digest:
            lines.append(f"{item.entry.name}: release {before.digest} → {item.release.digest}")
            lines.extend(f"  {line}" for line in differences(before, item.release))
    if lines:
        listed = "\n".join(lines)
        raise ReleaseWouldChangeError(
            f"{out} holds a release that went out, and this one is another:\n{listed}\n"
            "Nothing was changed. Read the list. --accept puts the new release in place and keeps the old one "
            "below it, for those who have its notebook; another --out leaves both alone."
        )


def differences(before: Release, after: Release) -> Iterator[str]:
    """What students and graders would get otherwise, a line each: points first, then texts and settings."""
    old, new = _cells(before.assignment), _cells(after.assignment)
    names = tuple(dict.fromkeys((*old, *new)))
    for name in names:
        if name not in old or name not in new:
            cell = old.get(name) or new[name]
            yield f"{name}: {'new' if name in new else 'gone'}{f', {cell.points:g} points' if cell.points else ''}"
            continue
        if old[name].points != new[name].points:
            yield f"{name}: {old[name].points:g} → {new[name].points:g} points"
        told, tells = _checks(old[name]), _checks(new[name])
        for check in dict.fromkeys((*told, *tells)):
            if told.get(check) != tells.get(check):
                yield f"{name}, {check}: {told.get(check, 'not there')} → {tells.get(check, 'not there')}"
    both = [name for name in names if name in old and name in new]
    texts = [name for name in both if _text(old[name], before) != _text(new[name], after)]
    if texts:
        yield f"other text in {', '.join(texts)}"
    for item in fields(before.assignment):
        told, tells = getattr(before.assignment, item.name), getattr(after.assignment, item.name)
        if item.name not in ("cells", "release") and _canonical(told) != _canonical(tells):
            yield f"other {item.name}"
    if _canonical(before.references) != _canonical(after.references):
        yield "other reference numbers"


def _cells(assignment: Assignment) -> dict[str, Cell]:
    return {cell.key: cell for cell in assignment.cells}


def _text(cell: Cell, release: Release) -> str:
    """What a cell says, without the release's own digest, which is another one in any case."""
    return cell.source.replace(release.digest, "")


def _checks(cell: Cell) -> dict[str, str]:
    """What each check is worth, with its options where it has any; a person's share is one of them."""
    worth = {
        item.check: f"{item.points:g}{f' with {json.dumps(dict(item.options))}' if item.options else ''}"
        for item in cell.checks
    }
    return {**worth, "manual": f"{cell.manual:g}"} if cell.manual else worth


def _canonical(values: object) -> str:
    return json.dumps(values, sort_keys=True, default=dict)
