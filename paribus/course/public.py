"""What of an assignment a student may have beside the notebook: enough to check one's own file before handing in.

The released sources are the student's already. Points stay out, and so do the checks that would give something
away: reference bands, keys of blind models, what is compared over the class. Hidden tests are in no release.
"""

from dataclasses import replace
from pathlib import Path

from paribus.course.assignment import Assignment, Cell
from paribus.course.errors import AssignmentError

SUFFIX = ".public.json"
SETTINGS = ("languages", "margin", "seeds_minimum", "widest_range")
NOT_PUBLIC = frozenset({"metrics.near_reference", "integrity.copied"})
NOT_PUBLIC_FAMILIES = frozenset({"diagnosis"})


def public_form(assignment: Assignment) -> Assignment:
    """The assignment with public checks alone, no points, and the settings that these checks need."""
    return replace(
        assignment,
        cells=tuple(_public_cell(cell) for cell in assignment.cells),
        settings={name: value for name, value in assignment.settings.items() if name in SETTINGS},
    )


def _public_cell(cell: Cell) -> Cell:
    checks = tuple(replace(item, points=0.0) for item in cell.checks if is_public(item.check))
    return replace(cell, points=0.0, manual=0.0, line=0, checks=checks)


def is_public(check: str) -> bool:
    """Whether a student may be told this check's verdict before handing in."""
    return check not in NOT_PUBLIC and check.partition(".")[0] not in NOT_PUBLIC_FAMILIES


def public_name(assignment: Assignment) -> str:
    """The file's name: ``ASSIGNMENT.public.json``."""
    return f"{assignment.name}{SUFFIX}"


def read_public(path: Path) -> Assignment:
    """The form in a file. AssignmentError where it is none, or a private one; OSError where it cannot be read."""
    try:
        form = Assignment.from_json(path.read_text(encoding="utf-8", errors="replace"), str(path))
    except AssignmentError as error:
        raise AssignmentError(
            f"{path}: is no form of an assignment. Name the file that ends in {SUFFIX}, which came with "
            "the notebook."
        ) from error
    if form != public_form(form):
        raise AssignmentError(f"{path}: is not a public form. Name the file that ends in {SUFFIX}.")
    return form
