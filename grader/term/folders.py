"""The graded folders of a term, read and held against course.toml: one finished batch for each assignment."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.errors import ResultError, TermError
from grader.lms.grades import FILE, Graded, from_text
from grader.output.storage import MARKER
from grader.term.decided import with_decisions
from paribus.course.term import TermPlan


@dataclass(frozen=True)
class Folder:
    """A graded folder and what it holds; ``note`` is what the instructor should know of it, "" of nothing."""

    path: Path
    graded: Graded
    note: str = ""


def read_folders(paths: Sequence[Path], plan: TermPlan) -> tuple[Folder, ...]:
    """The folders in the order of the course, whatever order they are named in.

    TermError where one holds no finished batch, or another course's, or an assignment that counts in no part; and
    where two are of one assignment.
    """
    found: dict[str, Folder] = {}
    for path in paths:
        folder = Folder(path, *with_decisions(path, _read(path)))
        name = folder.graded.assignment
        _check_course(folder, plan)
        if name in found:
            raise TermError(
                f"{found[name].path} and {path} both hold {name}. Name one folder for each assignment: the one "
                "that was graded last."
            )
        if not plan.part_of(name):
            raise TermError(
                f"{path} holds {name}, which counts in no part of the grade. Add it, or its kind, to a part under "
                "[term.assignments], or leave the folder out."
            )
        found[name] = folder
    return tuple(found[name] for name in plan.assignments if name in found)


def _read(path: Path) -> Graded:
    marker = _marker(path)
    try:
        content = (path / FILE).read_bytes()
    except OSError as error:
        raise TermError(
            f"{path} holds no {FILE}: an older paribus graded it. Run its `paribus grade` again with --collect."
        ) from error
    if marker["files"].get(FILE) != hashlib.sha256(content).hexdigest():
        raise TermError(
            f"{path / FILE} is not what `paribus grade` wrote: it was edited or damaged. Run its `paribus grade` "
            "again with --collect."
        )
    try:
        return from_text(content.decode(), str(path / FILE))
    except (ResultError, UnicodeDecodeError) as error:
        raise TermError(str(error)) from error


def _marker(path: Path) -> dict[str, Any]:
    try:
        marker: dict[str, Any] = json.loads((path / MARKER).read_text(encoding="utf-8"))
        if not isinstance(marker["files"], dict) or not isinstance(marker["assignment"], str):
            raise TypeError
    except (OSError, ValueError, LookupError, TypeError) as error:
        why = error.strerror if isinstance(error, OSError) else f"its {MARKER} is none of `paribus grade`"
        raise TermError(
            f"{path} holds no finished batch ({why}). Name the --out of a `paribus grade` that ended."
        ) from error
    return marker


def _check_course(folder: Folder, plan: TermPlan) -> None:
    """A course is told by its title and by the names of its assignments."""
    mine, graded = plan.course, folder.graded
    if graded.course and mine and graded.course != mine:
        raise TermError(
            f"{folder.path} is of another course: it was graded for {graded.course!r}, and course.toml is of "
            f"{mine!r}. Name that course with --course DIR; or, where the title was corrected, run its `paribus "
            "grade` again with --collect."
        )
    if graded.assignment not in plan.assignments:
        raise TermError(
            f"{folder.path} is of another course: course.toml has no assignment {graded.assignment}, but "
            f"{', '.join(plan.assignments)}."
        )
