"""From a py:percent source to typed cells: roles, keys, points, regions; every mistake names its line."""

import ast
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn

from course.assignment import CheckPoints, Role
from course.catalog import Course
from course.checknames import CHECK_NAMES
from course.errors import SourceError
from generator.expressions import ReferenceCall, check_expressions
from generator.keys import KEY_SHAPE, assign, suggest
from generator.percent import RawCell, read_percent
from generator.regions import Region, find_regions
from generator.roles import (
    DESCRIPTIONS,
    ONLY,
    RESERVED_KEYS,
    ROLE_OPTIONS,
    RULES,
    allowed_options,
    fits,
)

EVIDENCE_SUFFIX = "-evidence"
TESTS_SUFFIX = "-tests"
_HEADING = re.compile(r"^(#{1,6})\s+(?P<words>.+?)\s*$", re.MULTILINE)
_PROFILE_LINE = re.compile(r'^PROFILE\s*=\s*"(?P<profile>\w+)"', re.MULTILINE)


@dataclass(frozen=True)
class SourceCell:
    """One cell as its author wrote it: ``text`` still holds solutions, hidden tests and expressions.

    ``name`` is the role's name ("tail_share" of a task and of its tests); ``only`` the platforms and
    variants it is written for, empty for all.
    """

    key: str
    name: str
    role: Role
    cell_type: str
    text: str
    line: int
    body_line: int
    points: float = 0.0
    manual: float = 0.0
    checks: tuple[CheckPoints, ...] = ()
    grades: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    only: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    heading: str = ""
    regions: tuple[Region, ...] = ()
    references: tuple[ReferenceCall, ...] = ()


@dataclass(frozen=True)
class Source:
    """One source: ``file`` is how messages call it."""

    file: str
    cells: tuple[SourceCell, ...]

    @cached_property
    def references(self) -> tuple[ReferenceCall, ...]:
        """Every reference that its prose uses, once each, in order."""
        return tuple(dict.fromkeys(call for cell in self.cells for call in cell.references))

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
    return read_source(text, f"{path.parent.name}/{path.name}", course.shares, course.check_options)


def read_source(
    text: str,
    file: str,
    shares: Mapping[str, Mapping[str, float]],
    check_options: Mapping[str, Mapping[str, Any]] | None = None,
) -> Source:
    """Type every cell of a source; pure. Raises SourceError at the first mistake."""
    reader = _Reader(file, shares, check_options or {})
    raw_cells = read_percent(text, file)
    typed = [reader.type_cell(raw) for raw in raw_cells]
    cells = reader.with_headings(reader.with_keys(typed))
    reader.check_together(cells)
    return Source(file, tuple(cells))


@dataclass(frozen=True)
class _Reader:
    file: str
    shares: Mapping[str, Mapping[str, float]]
    check_options: Mapping[str, Mapping[str, Any]]

    def refuse(self, line: int, found: str, expected: str) -> NoReturn:
        raise SourceError(self.file, line, found, expected)

    # --- one cell ------------------------------------------------------------------------------------------

    def type_cell(self, raw: RawCell) -> SourceCell:
        """A typed cell, its key still what the author gave or empty."""
        role = self._role(raw)
        rules = RULES[role]
        if raw.cell_type != rules.cell_type:
            header = "`# %% [markdown]`" if rules.cell_type == "markdown" else "`# %%` without [markdown]"
            self.refuse(raw.line, f"a {role} cell that is {raw.cell_type}", f"{header} for this role")
        self._check_options(raw, role)
        if not raw.text.strip():
            self.refuse(raw.line, "an empty cell", "some text below the header")
        if raw.cell_type == "code":
            self._check_python(raw)
        name = str(raw.options.get(next((o for o, r in ROLE_OPTIONS.items() if r is role), ""), ""))
        cell = SourceCell(
            key=str(raw.options.get("key", "")),
            name=name,
            role=role,
            cell_type=raw.cell_type,
            text=raw.text,
            line=raw.line,
            body_line=raw.body_line,
            options={key: value for key, value in raw.options.items() if key in rules.options},
            only=self._only(raw),
            tags=_texts(raw.options.get("tags", [])),
            regions=find_regions(
                raw.text, markdown=raw.cell_type == "markdown", file=self.file, line=raw.body_line
            ),
            references=check_expressions(
                raw.text, markdown=raw.cell_type == "markdown", file=self.file, line=raw.body_line
            ),
        )
        self._check_regions(cell)
        return self._with_points(cell, raw) if rules.graded else cell

    def _role(self, raw: RawCell) -> Role:
        named = [option for option in ROLE_OPTIONS if option in raw.options]
        if "memo" in named and set(named) <= {"memo", "experiment"}:
            return Role.MEMO
        if len(named) > 1:
            self.refuse(raw.line, f"the roles {' and '.join(named)} in one cell", "one role a cell")
        if named:
            return ROLE_OPTIONS[named[0]]
        if raw.cell_type == "markdown":
            return Role.PROSE
        return Role.PARAMETERS if "parameters" in _texts(raw.options.get("tags", [])) else Role.CODE

    def _check_options(self, raw: RawCell, role: Role) -> None:
        allowed = allowed_options(role)
        for name, value in raw.options.items():
            if name not in allowed:
                self.refuse(
                    raw.line, f"the option {name}= on a {role} cell", f"one of {', '.join(sorted(allowed))}"
                )
            if not fits(value, allowed[name]):
                self.refuse(raw.line, f"{name}={value!r}", f"{name}= with {DESCRIPTIONS[allowed[name]]}")
        for name in ("key", *ROLE_OPTIONS):
            if name in raw.options and not KEY_SHAPE.match(raw.options[name]):
                self.refuse(raw.line, f"{name}={raw.options[name]!r}", "1–64 letters, digits, hyphens, underscores")

    def _check_python(self, raw: RawCell) -> None:
        try:
            ast.parse(raw.text)
        except SyntaxError as error:
            line = raw.body_line + (error.lineno or 1) - 1
            found = (error.text or "").strip() or "code"
            self.refuse(line, f"`{found[:60]}`, which is no Python ({error.msg})", "code that runs as a script")

    def _only(self, raw: RawCell) -> tuple[str, ...]:
        only = _texts(raw.options.get("only", []))
        unknown = [name for name in only if name not in ONLY]
        if unknown:
            self.refuse(raw.line, f"only={unknown[0]!r}", f"one of {', '.join(ONLY)}")
        return only

    def _check_regions(self, cell: SourceCell) -> None:
        for region in cell.regions:
            line = cell.body_line + region.begin
            if region.kind == "SOLUTION" and not RULES[cell.role].solution:
                self.refuse(line, f"a solution in a {cell.role} cell", "solutions in task, experiment and memo cells")
            if region.kind == "HIDDEN TESTS" and cell.role is not Role.TESTS:
                self.refuse(line, f"hidden tests in a {cell.role} cell", 'them in the tests="…" cell')
            if region.kind == "HIDDEN TESTS" and region.indent:
                self.refuse(line, "hidden tests inside a block", "them at the top level of the cell")
        solutions = [region for region in cell.regions if region.kind == "SOLUTION"]
        if RULES[cell.role].solution and not solutions:
            self.refuse(cell.line, f"a {cell.role} cell without a solution", "BEGIN SOLUTION … END SOLUTION in it")
        if cell.role in {Role.TASK, Role.MEMO} and len(solutions) > 1:
            line = cell.body_line + solutions[1].begin
            self.refuse(line, f"a second solution in the {cell.role} {cell.name!r}", "one solution region")
        if cell.role is Role.TESTS and not cell.regions:
            self.refuse(cell.line, f"no hidden tests for {cell.name!r}", "BEGIN HIDDEN TESTS … END HIDDEN TESTS")

    # --- points --------------------------------------------------------------------------------------------

    def _with_points(self, cell: SourceCell, raw: RawCell) -> SourceCell:
        if "points" not in raw.options:
            self.refuse(raw.line, f"the {cell.role} {cell.name!r} without points", "points= with a number")
        points = float(raw.options["points"])
        if "checks" in raw.options or "manual" in raw.options:
            checks = self._own_checks(raw)
            manual = float(raw.options.get("manual", 0))
        else:
            shares = self.shares.get(cell.role.value)
            if shares is None:
                self.refuse(raw.line, f"no checks for the {cell.role} {cell.name!r}", f"checks=, or [points.{cell.role}]")
            checks = tuple(
                CheckPoints(name, _share(points, share), dict(self.check_options.get(name, {})))
                for name, share in sorted(shares.items())
                if name != "manual"
            )
            manual = points - sum(check.points for check in checks)
            manual = 0.0 if abs(manual) < 1e-9 else round(manual, 6)
        total = sum(check.points for check in checks) + manual
        if abs(total - points) > 1e-9:
            self.refuse(
                raw.line,
                f"points={points:g} over checks and manual that sum to {total:g}",
                "points = the checks' points + manual",
            )
        if manual and not RULES[cell.role].manual:
            self.refuse(raw.line, f"{manual:g} points for a person on a {cell.role} cell", "all its points on checks")
        return replace(cell, points=points, manual=manual, checks=checks)

    def _own_checks(self, raw: RawCell) -> tuple[CheckPoints, ...]:
        checks = []
        for name, value in raw.options.get("checks", {}).items():
            if name not in CHECK_NAMES:
                known = ", ".join(sorted(other for other in CHECK_NAMES if other.split(".")[0] == name.split(".")[0]))
                self.refuse(raw.line, f"the check {name!r}", known or "a check of course/checknames.py")
            settings = dict(value) if isinstance(value, dict) else {"points": value}
            points = settings.pop("points", None)
            if not fits(points, "number"):
                self.refuse(raw.line, f"checks={{{name!r}: {value!r}}}", 'points, or {"points": 3, …}')
            checks.append(CheckPoints(name, float(points), {**self.check_options.get(name, {}), **settings}))
        return tuple(checks)

    # --- all cells together --------------------------------------------------------------------------------

    def with_keys(self, cells: Iterable[SourceCell]) -> list[SourceCell]:
        """The cells with their final keys; tests learn their task's key."""
        listed = list(cells)
        suggestions = [self._suggestion(cell, position) for position, cell in enumerate(listed)]
        keys = assign(suggestions, RESERVED_KEYS)
        keyed = [replace(cell, key=key) for cell, key in zip(listed, keys, strict=True)]
        seen: dict[str, int] = dict.fromkeys(RESERVED_KEYS, 0)
        for cell in keyed:
            graded = RULES[cell.role].graded if cell.role in RULES else False
            for key in (cell.key, *([cell.key + EVIDENCE_SUFFIX] if graded else [])):
                if key in seen:
                    where = f"line {seen[key]} has it" if seen[key] else "the generator keeps it for its own cells"
                    self.refuse(cell.line, f"the key {key!r}, and {where}", "a key of its own for each cell")
                seen[key] = cell.line
        tasks = {cell.name: cell.key for cell in keyed if cell.role is Role.TASK}
        return [
            replace(cell, grades=tasks.get(cell.name, "")) if cell.role is Role.TESTS else cell for cell in keyed
        ]

    def _suggestion(self, cell: SourceCell, position: int) -> tuple[str, bool]:
        if cell.key:
            return cell.key, True
        if cell.role is Role.TESTS:
            return cell.name + TESTS_SUFFIX, True
        if cell.name:
            return cell.name, True
        if cell.role is Role.PARAMETERS:
            return "parameters", False
        return suggest(cell.text, markdown=cell.cell_type == "markdown", position=position), False

    def with_headings(self, cells: Iterable[SourceCell]) -> list[SourceCell]:
        """The cells with the nearest heading above (or in) each."""
        heading, result = "", []
        for cell in cells:
            if cell.cell_type == "markdown":
                found = _HEADING.findall(cell.text)
                heading = found[-1][1] if found else heading
            result.append(replace(cell, heading=heading))
        return result

    def check_together(self, cells: list[SourceCell]) -> None:
        """What only the whole source can tell: tasks and tests, experiments, parameters."""
        tasks = {cell.name: cell for cell in cells if cell.role is Role.TASK}
        tests = {cell.name: cell for cell in cells if cell.role is Role.TESTS}
        experiments = {cell.name for cell in cells if cell.role is Role.EXPERIMENT}
        for name, cell in tasks.items():
            if name not in tests:
                self.refuse(cell.line, f"the task {name!r} without tests", f'a cell `# %% tests="{name}"` after it')
        for name, cell in tests.items():
            if name not in tasks:
                self.refuse(cell.line, f"tests of {name!r}, and no such task", f"one of {', '.join(tasks) or 'no tasks'}")
            if tasks[name].line > cell.line:
                self.refuse(cell.line, f"tests of {name!r} before the task", "the tests after their task")
        for cell in cells:
            linked = cell.options.get("experiment")
            if cell.role is Role.MEMO and linked and linked not in experiments:
                expected = f"one of {', '.join(sorted(experiments)) or 'no experiments'}"
                self.refuse(cell.line, f"a memo about the experiment {linked!r}, and no such experiment", expected)
            if cell.role is Role.EXPERIMENT and "vary" not in cell.options:
                self.refuse(cell.line, f"the experiment {cell.name!r} without vary=", 'vary="the one knob"')
        parameters = [cell for cell in cells if cell.role is Role.PARAMETERS]
        if len(parameters) > 1:
            self.refuse(parameters[1].line, "a second parameters cell", "one")
        if parameters and len(_PROFILE_LINE.findall(parameters[0].text)) != 1:
            self.refuse(parameters[0].line, "parameters without a profile", 'one line PROFILE = "full"')


def with_profile(text: str, profile: str) -> str:
    """A parameters cell whose default profile is ``profile``."""
    return _PROFILE_LINE.sub(f'PROFILE = "{profile}"', text)


def _texts(value: object) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, list) else (str(value),) if value else ()


def _share(points: float, share: float) -> float:
    """A share of points without binary dust: 6 decimals."""
    return round(points * share, 6)
