"""From a py:percent source to typed cells: keys, headings, and what only the whole source can tell."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn

from generator.sources.expressions import ReferenceCall
from generator.sources.headers import CellReader, SourceCell
from generator.sources.keys import assign, suggest
from generator.sources.parameters import PROFILE_LINE, asks_profiles
from generator.sources.percent import read_percent
from generator.sources.regions import replace_regions
from generator.sources.roles import RESERVED_KEYS, RULES
from paribus.course.assignment import Role
from paribus.course.catalog import Course
from paribus.course.declared import Declared, shipped_checks
from paribus.course.errors import SourceError
from paribus.metrics.registry import Registry, registry

EVIDENCE_SUFFIX = "-evidence"
TESTS_SUFFIX = "-tests"
FORM_SUFFIX = "-form"
_HEADING = re.compile(r"^(#{1,6})\s+(?P<words>.+?)\s*$", re.MULTILINE)

Refuse = Callable[[int, str, str], NoReturn]


@dataclass(frozen=True)
class Source:
    """One source: ``file`` is how messages call it."""

    file: str
    cells: tuple[SourceCell, ...]

    @cached_property
    def references(self) -> tuple[ReferenceCall, ...]:
        """Every reference that its prose uses, once each, in order."""
        return tuple(dict.fromkeys(call for cell in self.cells for call in cell.references))

    @property
    def asks_profiles(self) -> bool:
        """Whether its code looks settings up in PROFILES, which the build then writes into its parameters cell."""
        return asks_profiles([cell.text for cell in self.cells if cell.cell_type == "code"])

    def tests_of(self, task: SourceCell) -> SourceCell:
        """The tests cell of a task; a source that was read has exactly one."""
        return next(cell for cell in self.cells if cell.role is Role.TESTS and cell.name == task.name)

    def tasks(self) -> tuple[SourceCell, ...]:
        """Its code tasks in order."""
        return tuple(cell for cell in self.cells if cell.role is Role.TASK)


def load_source(path: Path, course: Course) -> Source:
    """Read a source file with the course's shares of points. SourceError names the file as given."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise SourceError(path.name, 1, f"bytes that are no UTF-8 ({error.reason})", "a UTF-8 text") from error
    return read_source(
        text, f"{path.parent.name}/{path.name}", course.shares, course.check_options, checks=course.checks,
        metrics=course.metrics,
    )  # fmt: skip


def read_source(
    text: str,
    file: str,
    shares: Mapping[str, Mapping[str, float]],
    check_options: Mapping[str, Mapping[str, Any]] | None = None,
    *,
    checks: Mapping[str, Declared] | None = None,
    metrics: Registry | None = None,
) -> Source:
    """Type every cell of a source, which may name these checks and metrics (default: paribus's own); pure. Raises
    SourceError at the first mistake.
    """
    reader = CellReader(file, shares, check_options or {}, checks or shipped_checks(), metrics or registry())
    typed = reader.type_cells(read_percent(text, file))
    cells = _with_headings(_with_keys(typed, reader.refuse))
    _check_together(cells, reader.refuse)
    return Source(file, tuple(cells))


def _with_keys(cells: Iterable[SourceCell], refuse: Refuse) -> list[SourceCell]:
    """The cells with their final keys; tests learn their task's key."""
    listed = list(cells)
    suggestions = [_suggestion(cell, position) for position, cell in enumerate(listed)]
    keys = assign(suggestions, RESERVED_KEYS)
    keyed = [replace(cell, key=key) for cell, key in zip(listed, keys, strict=True)]
    seen: dict[str, int] = dict.fromkeys(RESERVED_KEYS, 0)
    for cell in keyed:
        graded = RULES[cell.role].graded if cell.role in RULES else False
        made = [cell.key + EVIDENCE_SUFFIX] if graded else []
        made += [cell.key + FORM_SUFFIX] if cell.role is Role.EXPERIMENT else []
        for key in (cell.key, *made):
            if key in seen:
                where = f"line {seen[key]} has it" if seen[key] else "the generator keeps it for its own cells"
                refuse(cell.line, f"the key {key!r}, and {where}", "a key of its own for each cell")
            seen[key] = cell.line
    tasks = {cell.name: cell.key for cell in keyed if cell.role is Role.TASK}
    return [replace(cell, grades=tasks.get(cell.name, "")) if cell.role is Role.TESTS else cell for cell in keyed]


def _suggestion(cell: SourceCell, position: int) -> tuple[str, bool]:
    if cell.key:
        return cell.key, True
    if cell.role is Role.TESTS:
        return cell.name + TESTS_SUFFIX, True
    if cell.name:
        return cell.name, True
    if cell.role is Role.PARAMETERS:
        return "parameters", False
    return suggest(cell.text, markdown=cell.cell_type == "markdown", position=position), False


def _with_headings(cells: Iterable[SourceCell]) -> list[SourceCell]:
    """The cells with the nearest heading above (or in) each; one in a solution is no heading for students."""
    heading, result = "", []
    for cell in cells:
        if cell.cell_type == "markdown":
            found = _HEADING.findall(replace_regions(cell.text, cell.regions, lambda region, inner: []))
            heading = found[-1][1] if found else heading
        result.append(replace(cell, heading=heading))
    return result


def _check_together(cells: list[SourceCell], refuse: Refuse) -> None:
    """What only the whole source can tell: tasks and tests, experiments, parameters."""
    tasks = {cell.name: cell for cell in cells if cell.role is Role.TASK}
    tests = {cell.name: cell for cell in cells if cell.role is Role.TESTS}
    experiments = {cell.name for cell in cells if cell.role is Role.EXPERIMENT}
    for name, cell in tasks.items():
        if name not in tests:
            refuse(cell.line, f"the task {name!r} without tests", f'a cell `# %% tests="{name}"` after it')
    for name, cell in tests.items():
        if name not in tasks:
            refuse(cell.line, f"tests of {name!r}, and no such task", f"one of {', '.join(tasks) or 'no tasks'}")
        if tasks[name].line > cell.line:
            refuse(cell.line, f"tests of {name!r} before the task", "the tests after their task")
    for cell in cells:
        linked = cell.options.get("experiment")
        if cell.role is Role.MEMO and linked and linked not in experiments:
            expected = f"one of {', '.join(sorted(experiments)) or 'no experiments'}"
            refuse(cell.line, f"a memo about the experiment {linked!r}, and no such experiment", expected)
        if cell.role is Role.EXPERIMENT and "vary" not in cell.options:
            refuse(cell.line, f"the experiment {cell.name!r} without vary=", 'vary="the one knob"')
        if cell.role is Role.DIAGNOSIS and not {"zoo", "model"} <= set(cell.options):
            refuse(cell.line, f"the diagnosis {cell.name!r} without zoo= or model=", 'zoo="…" model="Alpha"')
    parameters = [cell for cell in cells if cell.role is Role.PARAMETERS]
    if len(parameters) > 1:
        refuse(parameters[1].line, "a second parameters cell", "one")
    if parameters and len(PROFILE_LINE.findall(parameters[0].text)) != 1:
        refuse(parameters[0].line, "parameters without a profile", 'one line PROFILE = "full"')
