"""What of an assignment a student may have beside the notebook: enough to check one's own file before handing in.

The released sources are the student's already. Points, rubrics and model answers stay out, and so do the checks
that would give something away (``public=False`` on them): reference bands, keys of blind models, what is compared
over the class. Hidden tests are in a file of their own in the
instructor's release.
"""

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from paribus.course.assignment import Assignment, Cell
from paribus.course.declared import with_own
from paribus.course.errors import AssignmentError
from paribus.course.own import CHECKS
from paribus.course.publiccode import public_code

SUFFIX = ".public.json"
SETTINGS = ("languages", "margin", "seeds_minimum", "widest_range")


def public_form(assignment: Assignment) -> Assignment:
    """The assignment with public checks alone, no points, no rubric, and the settings that these checks need."""
    own = dict(assignment.own)
    if CHECKS in own:
        own[CHECKS] = public_code(own[CHECKS], CHECKS)
    public = {item.name for item in with_own(own.get(CHECKS, ""), CHECKS).values() if item.public}
    return replace(
        assignment,
        cells=tuple(_public_cell(cell, public) for cell in assignment.without_rubrics().cells),
        settings={name: value for name, value in assignment.settings.items() if name in SETTINGS},
        own={name: text for name, text in own.items() if text},
    )


def _public_cell(cell: Cell, public: Collection[str]) -> Cell:
    checks = tuple(replace(item, points=0.0) for item in cell.checks if item.check in public)
    return replace(cell, points=0.0, manual=0.0, line=0, checks=checks)


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
