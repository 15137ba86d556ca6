"""The typed model of an assignment: what the generator writes and the grader reads.

An assignment is a list of cells, each with a key that is its id and, as ``paribus-<key>``, a tag. Points
are in the cells and are split over checks; what no check decides is for a person (``manual``).
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any, Self

from paribus.course.errors import AssignmentError
from paribus.course.rubric import RubricLine

SCHEMA = "paribus.assignment/1"


class Role(StrEnum):
    """What a cell is for."""

    PROSE = "prose"
    """Markdown a student reads."""
    PARAMETERS = "parameters"
    """papermill's parameters."""
    SETUP = "setup"
    """Written by the generator: installs and imports."""
    CODE = "code"
    """Code that runs as it is."""
    TASK = "task"
    """Code a student completes; its points are earned by the tests cell."""
    TESTS = "tests"
    """The visible tests of a task, locked."""
    EXPERIMENT = "experiment"
    """A controlled experiment a student completes."""
    DIAGNOSIS = "diagnosis"
    """What a student says of one model of a blind zoo, with evidence."""
    MEMO = "memo"
    """A markdown answer."""
    NOTEBOOK = "notebook"
    """A locked code cell that carries the points for the notebook as a whole (form.*, metrics.*, integrity.*)."""
    HANDIN = "handin"
    """Written by the generator: how to hand in."""


@dataclass(frozen=True)
class CheckPoints:
    """One check of a cell, its points, and what it needs to know (from the source header or course.toml)."""

    check: str
    points: float
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Cell:
    """One cell as it was released to the student (Jupyter's variant; ``only`` cells of other platforms left out).

    ``source`` is the released source. ``points`` = sum of the checks' points + ``manual``.
    ``grades`` names, in a tests cell, the task it grades. ``options`` holds the header's other settings
    (``vary``, ``min_words``, …). ``heading`` is the nearest heading above, for people. ``rubric`` and
    ``model_answer`` are for the person who gives the manual points, and no part of the release's digest.
    """

    key: str
    role: Role
    cell_type: str
    source: str
    line: int = 0
    points: float = 0.0
    manual: float = 0.0
    checks: tuple[CheckPoints, ...] = ()
    grades: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    heading: str = ""
    rubric: tuple[RubricLine, ...] = ()
    model_answer: str = ""

    @property
    def tag(self) -> str:
        """The tag that carries the key through exports that lose ids."""
        return f"paribus-{self.key}"


@dataclass(frozen=True)
class Assignment:
    """One notebook of the course, as released.

    ``name`` is like ``first_homework``. ``release`` is the digest that is in the notebook and in every
    record. ``settings`` holds course.toml's settings that grading needs (margins, tolerances);
    ``profiles`` what each of the course's profiles is. ``own`` holds the texts of the course's metrics.py,
    checks.py and vocabulary.toml by name, where it has them.
    ``late`` etc. are no part of it: an assignment has no clock.
    """

    name: str
    title: str
    week: str
    kind: str
    profile: str
    cells: tuple[Cell, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    release: str = ""
    profiles: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    own: Mapping[str, str] = field(default_factory=dict)
    schema: str = SCHEMA

    @property
    def max_score(self) -> float:
        """All points of the assignment."""
        return sum(cell.points for cell in self.cells)

    def cell(self, key: str) -> Cell:
        """The cell with this key; AssignmentError names the keys there are."""
        for cell in self.cells:
            if cell.key == key:
                return cell
        keys = ", ".join(cell.key for cell in self.cells)
        raise AssignmentError(f"{self.name} has no cell with key {key!r}. Its keys are: {keys}.")

    def graded(self) -> tuple[Cell, ...]:
        """The cells that carry points or checks, in order."""
        return tuple(cell for cell in self.cells if cell.points or cell.checks)

    def to_json(self) -> str:
        """Canonical, indented JSON with a final newline."""
        return json.dumps(self._values(), sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False) + "\n"

    def without_rubrics(self) -> Self:
        """The assignment without what is for graders alone: rubrics and model answers, which no check reads."""
        return replace(self, cells=tuple(replace(cell, rubric=(), model_answer="") for cell in self.cells))

    def _values(self) -> dict[str, Any]:
        """Its JSON values. A cell without a rubric or a model answer does not name them, and a course without files
        of its own says nothing of them.
        """
        body = asdict(self)
        for cell in body["cells"]:
            for name in ("rubric", "model_answer"):
                if not cell[name]:
                    del cell[name]
        return body if self.own else {name: value for name, value in body.items() if name != "own"}

    def compute_release(self, references: str = "") -> str:
        """The digest of all that students and graders get: 16 hex digits of a SHA-256.

        Line numbers of the author's source are no part of it: they serve error messages alone. Rubrics and model
        answers are no part of it either: they may change after students have the notebook. Sources carry the digest
        as the placeholder ``{{ release }}`` until it is known; ``references`` is the canonical JSON of the
        references that the prose and the bands use.
        """
        body = {**self.without_rubrics()._values(), "release": ""}
        for cell in body["cells"]:
            del cell["line"]
        text = json.dumps(body, sort_keys=True, ensure_ascii=False, allow_nan=False) + references
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    @classmethod
    def from_json(cls, text: str, origin: str = "assignment.json") -> Self:
        """Read what `to_json` wrote. AssignmentError says what is wrong and where."""
        try:
            raw = json.loads(text)
        except ValueError as error:
            raise AssignmentError(f"{origin}: not JSON ({error}). Build the release again.") from error
        if not isinstance(raw, dict) or raw.get("schema") != SCHEMA:
            found = raw.get("schema") if isinstance(raw, dict) else type(raw).__name__
            raise AssignmentError(
                f"{origin}: found schema {found!r}, expected {SCHEMA!r}. Build the release again."
            )
        try:
            cells = tuple(
                Cell(
                    **{
                        **cell,
                        "role": Role(cell["role"]),
                        "checks": tuple(CheckPoints(**item) for item in cell["checks"]),
                        "rubric": tuple(RubricLine(**item) for item in cell.get("rubric", ())),
                    }
                )
                for cell in raw["cells"]
            )
            return cls(**{**raw, "cells": cells})
        except (KeyError, TypeError, ValueError) as error:
            raise AssignmentError(
                f"{origin}: a field is missing or unknown ({error}). Build the release again."
            ) from error
