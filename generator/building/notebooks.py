"""From a source to notebooks: student, solution and instructor, for Kaggle, Colab and Jupyter.

Pure: sources and settings in, cells and JSON text out. The JSON is written here, in nbformat's own layout (a test
holds it against nbformat's writer), since importing nbformat takes longer than building a course.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from generator.building.forms import forms_of
from generator.building.frame import frame, notebook_metadata, setting_of
from generator.building.variants import is_included, model_answer, text_for
from generator.platforms.choose import platforms
from generator.platforms.platform import Setting
from generator.sources.expressions import RELEASE, ValueOf, substitute_references
from generator.sources.headers import SourceCell
from generator.sources.parameters import with_profile
from generator.sources.source import EVIDENCE_SUFFIX, Source, load_source
from paribus.course.assignment import Assignment, Cell, Role
from paribus.course.catalog import Course, Entry
from paribus.training.profiles import Profile

EVIDENCE_SOURCE = "# Scored by paribus from the evidence above; see the comment."
EVIDENCE_ROLES = (Role.EXPERIMENT, Role.DIAGNOSIS, Role.MEMO, Role.NOTEBOOK)


@dataclass(frozen=True)
class NotebookCell:
    """One cell of a notebook to be written: the released cell and what only the notebook knows."""

    cell: Cell
    tags: tuple[str, ...] = ()


def make_cells(
    source: Source,
    entry: Entry,
    setting: Setting,
    platform: str,
    variant: str,
    *,
    profile: Profile,
    value_of: ValueOf,
) -> tuple[NotebookCell, ...]:
    """The cells of one notebook in order; ``{{ release }}`` is still in place."""
    around = frame(platform, entry, setting, profile)
    own = [cell for cell in source.cells if is_included(cell, platform, variant)]
    parameters = partial(with_profile, profile=profile, carried=setting.course.carried, asked=source.asks_profiles)
    forms = forms_of(source)
    built: list[NotebookCell] = []
    for cell in own:
        if cell.key in forms:
            built.append(NotebookCell(forms[cell.key]))
        built.append(_make_cell(source, cell, variant, parameters, value_of))
    first_code = next((number for number, item in enumerate(built) if item.cell.cell_type == "code"), len(built))
    top, setup, end = map(NotebookCell, around.top), NotebookCell(around.setup), map(NotebookCell, around.end)
    return (*top, *built[:first_code], setup, *built[first_code:], *end)


def _make_cell(
    source: Source, cell: SourceCell, variant: str, parameters: Callable[[str], str], value_of: ValueOf
) -> NotebookCell:
    text, answer = text_for(cell, variant), model_answer(cell)
    in_prose = cell.cell_type == "markdown"
    text, answer = (substitute_references(item, value_of, markdown=in_prose) for item in (text, answer))
    if cell.role is Role.PARAMETERS:
        text = parameters(text)
    points, checks = cell.points, cell.checks
    if cell.role is Role.TASK:
        points, checks = 0.0, ()
    if cell.role is Role.TESTS:
        task = next(other for other in source.tasks() if other.name == cell.name)
        points, checks = task.points, task.checks
    options = {name: value for name, value in cell.options.items() if name != "stub"}
    released = Cell(
        cell.key, cell.role, cell.cell_type, text, cell.line, points, cell.manual, checks, cell.grades, options,
        cell.heading, cell.rubric, answer,
    )  # fmt: skip
    return NotebookCell(released, cell.tags)


def make_assignment(
    cells: Sequence[NotebookCell], entry: Entry, *, profile: Profile, references: Mapping[str, Any],
    profiles: Mapping[str, Mapping[str, Any]], own: Mapping[str, str],
) -> Assignment:  # fmt: skip
    """The typed assignment from the student's Jupyter cells, its release digest computed and filled in."""
    draft = Assignment(
        name=entry.name,
        title=entry.title,
        week=entry.week,
        kind=entry.kind,
        profile=profile.name,
        profiles=profiles,
        own=own,
        cells=tuple(item.cell for item in cells),
        settings=entry.settings,
    )
    digest = draft.compute_release(json.dumps(references, sort_keys=True))
    filled = tuple(
        replace(
            cell,
            source=cell.source.replace(RELEASE, digest),
            model_answer=cell.model_answer.replace(RELEASE, digest),
        )
        for cell in draft.cells
    )
    return replace(draft, cells=filled, release=digest)


def with_evidence_cells(cells: Sequence[NotebookCell]) -> tuple[NotebookCell, ...]:
    """The release notebook's cells: after each cell that people or checks score apart, a locked cell for
    the automatic points, since nbgrader scores cells and paribus scores checks.
    """
    result: list[NotebookCell] = []
    for item in cells:
        result.append(item)
        if item.cell.role in EVIDENCE_ROLES:
            automatic = round(item.cell.points - item.cell.manual, 6)
            key = item.cell.key + EVIDENCE_SUFFIX
            evidence = Cell(key, Role.TESTS, "code", EVIDENCE_SOURCE, item.cell.line, automatic)
            result.append(NotebookCell(evidence))
    return tuple(result)


def to_json(
    cells: Sequence[NotebookCell], metadata: Mapping[str, Any], *, release: str, platform: str
) -> dict[str, Any]:
    """The notebook as nbformat 4.5 JSON values; a cell's key is its id and its tag."""
    return {
        "cells": [_cell_json(item, release, platform) for item in cells],
        "metadata": dict(metadata),
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _cell_json(item: NotebookCell, release: str, platform: str) -> dict[str, Any]:
    cell = item.cell
    metadata: dict[str, Any] = {"tags": [*item.tags, cell.tag]}
    metadata |= _lock(cell)
    written = cell.role in {Role.SETUP, Role.HANDIN} and cell.cell_type == "code"
    metadata |= platforms()[platform].cell(cell.key, written)
    nbgrader = nbgrader_metadata(cell)
    if nbgrader:
        metadata["nbgrader"] = nbgrader
    source = cell.source.replace(RELEASE, release).splitlines(keepends=True)
    common = {"cell_type": cell.cell_type, "id": cell.key, "metadata": metadata, "source": source}
    return {**common, "execution_count": None, "outputs": []} if cell.cell_type == "code" else common


def _lock(cell: Cell) -> dict[str, bool]:
    """As nbgrader locks: nothing graded can be deleted, tests cannot be edited."""
    if cell.role in {Role.TESTS, Role.NOTEBOOK}:
        return {"deletable": False, "editable": False}
    answers = {Role.TASK, Role.EXPERIMENT, Role.DIAGNOSIS, Role.MEMO}
    return {"deletable": False} if cell.role in answers else {}


def nbgrader_metadata(cell: Cell) -> dict[str, Any]:
    """Nbgrader's metadata, schema 3; empty for a cell that nbgrader has nothing to do with.

    A memo must be a grade cell (schema 3 knows no markdown solution that is none), so its points there are
    the person's share, which may be 0.
    """
    base = {"schema_version": 3, "grade_id": cell.key, "task": False}
    if cell.role is Role.TESTS:
        return {**base, "grade": True, "solution": False, "locked": True, "points": cell.points}
    if cell.role is Role.MEMO or (cell.role in {Role.EXPERIMENT, Role.DIAGNOSIS} and cell.manual):
        return {**base, "grade": True, "solution": True, "locked": False, "points": cell.manual}
    if cell.role in {Role.TASK, Role.EXPERIMENT, Role.DIAGNOSIS}:
        return {**base, "grade": False, "solution": True, "locked": False}
    if cell.role is Role.NOTEBOOK:
        return {**base, "grade": False, "solution": False, "locked": True}
    return {}


def solution_notebook(
    course: Course, name: str, *, platform: str = "jupyter", value_of: ValueOf = lambda call: None
) -> dict[str, Any]:
    """The solution of an assignment as `paribus run` executes it: its own profile, and the references that
    ``value_of`` knows (default: none).

    UsageError where there is no such assignment, SourceError where its source is wrong.
    """
    entry = course.entry(name)
    setting, profile = setting_of(course), course.profile(entry.profile)
    source = load_source(entry.source, course)

    def cells(variant: str) -> tuple[NotebookCell, ...]:
        return make_cells(source, entry, setting, platform, variant, profile=profile, value_of=value_of)

    assignment = make_assignment(
        cells("student"), entry, profile=profile, references={}, profiles=course.carried, own=course.own
    )
    metadata = notebook_metadata(platform, entry, setting)
    return to_json(cells("solution"), metadata, release=assignment.release, platform=platform)
