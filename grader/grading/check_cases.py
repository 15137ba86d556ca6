"""A course's own checks on their cases: what was handed in, and what the check has to say of it.

cases/own.names_its_unit/without.toml      the folder is called as the check; the page shows the cases by file

about = "a number without its unit"        what was handed in, for people
assignment = "first_homework"              whose release it is made from
at = "recommendation"                      the cell that the check looks at
expect = "failed"                          passed, failed, undecided or not_applicable
because = "no unit"                        words of its reason; may be left out
notebook = "worked.ipynb"                  a file beside it, to start from; left out: the released notebook

[handed]                                   cells by key, with what is in them in place of their own text
recommendation = "The error is 57.9."
"""

import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from grader.errors import CheckTableError
from grader.grading.grade import grade_one
from grader.model import Outcome, Submission, Verdict
from paribus.course.assignment import Cell, CheckPoints
from paribus.course.near import did_you_mean
from paribus.course.release import Release

FOLDER = "cases"
FIELDS = ("about", "assignment", "at", "expect", "because", "notebook", "handed")


@dataclass(frozen=True)
class CheckCase:
    """One case of one check; ``file`` is where it was read."""

    check: str
    file: Path
    about: str
    assignment: str
    at: str
    expect: str
    because: str = ""
    notebook: Path | None = None
    handed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Tried:
    """A case, and what the check says of it."""

    case: CheckCase
    verdict: Verdict

    @property
    def wrong(self) -> str:
        """How the verdict differs from what the case expects; "" where it does not."""
        found, case = self.verdict, self.case
        said = found.traceback.strip() or found.because
        if found.outcome != case.expect:
            return f"{case.file}: expected {case.expect}, found {found.outcome}: {said}"
        return "" if case.because in found.because else f"{case.file}: expected {case.because!r} in: {said}"


def read_cases(folder: Path, known: Iterable[str]) -> tuple[CheckCase, ...]:
    """The cases below a folder, by check and file. CheckTableError says what is wrong in which file; ``known`` are
    the checks that there are.
    """
    found = []
    names = tuple(known)
    for path in sorted(folder.glob("*/*.toml")):
        check = path.parent.name
        if check not in names:
            raise CheckTableError(f"{path}: there is no check {check!r}.{did_you_mean(check, names)}")
        found.append(_read(path, check))
    return tuple(found)


def _read(path: Path, check: str) -> CheckCase:
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CheckTableError(f"{path}: is no TOML ({error}).") from error
    for name in sorted(set(raw) - set(FIELDS)):
        raise CheckTableError(f"{path}: holds {name!r}; expected {', '.join(FIELDS)}.{did_you_mean(name, FIELDS)}")
    for name in FIELDS[:-1]:
        value = raw.get(name, "" if name in ("because", "notebook") else None)
        if not isinstance(value, str):
            raise CheckTableError(f"{path}: {name} is {value!r}; expected {name} = a text.")
    handed = raw.pop("handed", {})
    if raw["expect"] not in list(Outcome):
        raise CheckTableError(f"{path}: expect is {raw['expect']!r}; expected one of {', '.join(Outcome)}.")
    notebook = path.parent / raw.pop("notebook") if "notebook" in raw else None
    if notebook is not None and not notebook.is_file():
        raise CheckTableError(f"{path}: there is no notebook {notebook.name} beside it.")
    return CheckCase(check, path, notebook=notebook, handed=handed, **raw)


def try_case(case: CheckCase, release: Release) -> Tried:
    """Grade what the case hands in, with its release. CheckTableError where a cell that it names is not there."""
    text = release.notebook if case.notebook is None else case.notebook.read_text(encoding="utf-8")
    notebook = json.loads(text)
    cells = {str(cell.get("id")): cell for cell in notebook["cells"]}
    for key in (*case.handed, case.at):
        if key not in cells:
            raise CheckTableError(f"{case.file}: there is no cell {key!r}.{did_you_mean(key, cells)}")
    for key, source in case.handed.items():
        cells[key]["source"] = source
    asked = replace(release, assignment=replace(release.assignment, cells=tuple(
        _asking(cell, case.check) if cell.key == case.at else cell for cell in release.assignment.cells
    )))  # fmt: skip
    content = json.dumps(notebook).encode()
    result = grade_one(Submission("case", "case", "", f"{case.assignment}.ipynb", content, ""), [asked])
    found = [item for cell in result.cells if cell.key == case.at for item in cell.verdicts]
    return Tried(case, next(item for item in found if item.check == case.check))


def _asking(cell: Cell, check: str) -> Cell:
    """A cell that asks for a check, with the options that the release gives it there."""
    asked = any(item.check == check for item in cell.checks)
    return cell if asked else replace(cell, checks=(*cell.checks, CheckPoints(check, 0.0)))


def page_of(title: str, checks: Iterable[Any], tried: Iterable[Tried]) -> str:
    """The checks for people, as Markdown: title and sentence of each, and its cases with what a student reads."""
    by_check: dict[str, list[Tried]] = {}
    for item in tried:
        by_check.setdefault(item.case.check, []).append(item)
    lines = [f"# {title}", ""]
    for check in checks:
        seen = "Students see it before they hand in." if check.public else "Students see it after grading alone."
        lines += [f"## {check.name}", "", f"**{check.title}.** {check.about} {seen}", ""]
        rows = [
            case_row(item.verdict.outcome, item.case.about, item.verdict.because)
            for item in by_check.get(check.name, ())
        ]
        lines += [*CASE_HEAD, *rows, ""] if rows else []
    return "\n".join(lines)


CASE_HEAD = ("| verdict | what was handed in | what the student reads |", "| --- | --- | --- |")


def case_row(outcome: str, about: str, because: str) -> str:
    """One row of a table of cases."""
    return f"| {outcome.replace('_', ' ')} | {in_cell(about)} | {in_cell(because)} |"


def in_cell(text: str) -> str:
    """A text as it is in a cell of a Markdown table."""
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")
