"""One raw cell → one typed cell: its role, its options, its Python, its regions, its points."""

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NoReturn

from generator.sources.expressions import ReferenceCall, check_expressions
from generator.sources.keys import KEY_SHAPE
from generator.sources.percent import RawCell
from generator.sources.regions import Region, find_regions
from generator.sources.roles import (
    DESCRIPTIONS,
    EDITOR_MARKS,
    ROLE_OPTIONS,
    RULES,
    allowed_options,
    fits,
    only_names,
)
from generator.sources.rubrics import read_rubric
from generator.sources.scored import metrics_named
from paribus.course.assignment import CheckPoints, Role
from paribus.course.declared import Declared
from paribus.course.errors import SourceError
from paribus.course.near import did_you_mean
from paribus.course.rubric import RubricLine
from paribus.course.yours import set_names
from paribus.metrics.registry import Registry


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
    rubric: tuple[RubricLine, ...] = ()


@dataclass(frozen=True)
class CellReader:
    """Types the cells of one file with the course's shares of points; refuses with SourceError."""

    file: str
    shares: Mapping[str, Mapping[str, float]]
    check_options: Mapping[str, Mapping[str, Any]]
    checks: Mapping[str, Declared]
    metrics: Registry

    def refuse(self, line: int, found: str, expected: str) -> NoReturn:
        """Raise SourceError for a line of this file."""
        raise SourceError(self.file, line, found, expected)

    # --- one cell ------------------------------------------------------------------------------------------

    def type_cells(self, raws: Sequence[RawCell]) -> list[SourceCell]:
        """The typed cells of a file, without what editors write for themselves: their options, and the empty cell
        that JupyterLab keeps at the end.
        """
        written = [replace(raw, options=_without_marks(raw.options)) for raw in raws]
        while len(written) > 1 and not written[-1].text.strip() and not written[-1].options:
            written.pop()
        return [self.type_cell(raw) for raw in written]

    def type_cell(self, raw: RawCell) -> SourceCell:
        """A typed cell, its key still what the author gave or empty."""
        role = self._role(raw)
        rules = RULES[role]
        if raw.cell_type != rules.cell_type:
            header = "`# %% [markdown]`" if rules.cell_type == "markdown" else "`# %%` without [markdown]"
            self.refuse(raw.line, f"{_a(role)} cell that is {raw.cell_type}", f"{header} for this role")
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
        self._check_yours(cell)
        return self._with_rubric(self._with_points(cell, raw) if rules.graded else cell)

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
                expected = f"one of {', '.join(sorted(allowed))}.{did_you_mean(name, [*ROLE_OPTIONS, *allowed])}"
                self.refuse(raw.line, f"the option {name}= on {_a(role)} cell", expected)
            if not fits(value, allowed[name]):
                self.refuse(raw.line, f"{name}={value!r}", f"{name}= with {DESCRIPTIONS[allowed[name]]}")
        if (metric := raw.options.get("metric")) is not None:
            self._check_metric(raw.line, metric, f"metric={metric!r}")
        for name in ("key", *ROLE_OPTIONS):
            if name in raw.options and not KEY_SHAPE.match(raw.options[name]):
                self.refuse(raw.line, f"{name}={raw.options[name]!r}", "1–64 letters, digits, hyphens, underscores")

    def _check_metric(self, line: int, metric: str, found: str) -> None:
        if metric not in self.metrics:
            names = [item.name for item in self.metrics]
            expected = f"one of {', '.join(names)}, or a metric of your metrics.py.{did_you_mean(metric, names)}"
            self.refuse(line, found, expected)

    def _check_python(self, raw: RawCell) -> None:
        try:
            tree = ast.parse(raw.text)
        except SyntaxError as error:
            line = raw.body_line + (error.lineno or 1) - 1
            found = (error.text or "").strip() or "code"
            self.refuse(line, f"`{found[:60]}`, which is no Python ({error.msg})", "code that runs as a script")
        for metric, number in metrics_named(tree):
            self._check_metric(raw.body_line + number - 1, metric, f"{metric!r} in metrics=")

    def _check_yours(self, cell: SourceCell) -> None:
        """What a student is to set anew, the cell sets."""
        yours = _texts(cell.options.get("yours", []))
        known = set_names(ast.parse(cell.text)) if yours else frozenset()
        for name in yours:
            if name not in known:
                expected = f"a name that a line of the cell sets.{did_you_mean(name, sorted(known))}"
                self.refuse(cell.line, f"yours={name!r}, which the cell does not set", expected)

    def _only(self, raw: RawCell) -> tuple[str, ...]:
        only = _texts(raw.options.get("only", []))
        unknown = [name for name in only if name not in only_names()]
        if unknown:
            self.refuse(raw.line, f"only={unknown[0]!r}", f"one of {', '.join(only_names())}")
        return only

    def _check_regions(self, cell: SourceCell) -> None:
        for region in cell.regions:
            line = cell.body_line + region.begin
            if region.kind == "SOLUTION" and not RULES[cell.role].solution:
                self.refuse(
                    line,
                    f"a solution in {_a(cell.role)} cell",
                    "solutions in task, experiment, diagnosis and memo cells",
                )
            if region.kind == "HIDDEN TESTS" and cell.role is not Role.TESTS:
                self.refuse(line, f"hidden tests in {_a(cell.role)} cell", 'them in the tests="…" cell')
            if region.kind == "HIDDEN TESTS" and region.indent:
                self.refuse(line, "hidden tests inside a block", "them at the top level of the cell")
        solutions = [region for region in cell.regions if region.kind == "SOLUTION"]
        if RULES[cell.role].solution and not solutions:
            self.refuse(cell.line, f"{_a(cell.role)} cell without a solution", "BEGIN SOLUTION, END SOLUTION in it")
        if cell.role in {Role.TASK, Role.MEMO} and len(solutions) > 1:
            line = cell.body_line + solutions[1].begin
            self.refuse(line, f"a second solution in the {cell.role} {cell.name!r}", "one solution region")

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
                self.refuse(
                    raw.line, f"no checks for the {cell.role} {cell.name!r}", f"checks=, or [points.{cell.role}]"
                )
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
            self.refuse(
                raw.line, f"{manual:g} points for a person on {_a(cell.role)} cell", "all its points on checks"
            )
        return replace(cell, points=points, manual=manual, checks=checks)

    def _with_rubric(self, cell: SourceCell) -> SourceCell:
        regions = [region for region in cell.regions if region.kind == "RUBRIC"]
        if not regions:
            return cell
        line = cell.body_line + regions[0].begin
        if not cell.manual:
            called = f"the {cell.role} {cell.name!r}" if cell.name else f"{_a(cell.role)} cell"
            self.refuse(line, f"a rubric in {called}, which has no manual points", _MANUAL)
        if len(regions) > 1:
            second = cell.body_line + regions[1].begin
            self.refuse(second, f"a second rubric in the {cell.role} {cell.name!r}", "one rubric region")
        rubric = read_rubric(cell.text, regions[0], file=self.file, line=cell.body_line)
        largest = max(rubric, key=lambda item: item.points, default=None)
        if largest is not None and largest.points > cell.manual + 1e-9:
            self.refuse(
                line,
                f"the rubric's line `{largest.text}` with {largest.points:g} points",
                f"{cell.manual:g} at most, the cell's manual points",
            )
        reached = sum(item.points for item in rubric if item.points > 0)
        if reached < cell.manual - 1e-9:
            self.refuse(
                line,
                f"a rubric whose lines give {reached:g} points at most, with {cell.manual:g} manual points",
                f"lines that give {cell.manual:g} or more together, or else nobody gets full points",
            )
        return replace(cell, rubric=rubric)

    def _own_checks(self, raw: RawCell) -> tuple[CheckPoints, ...]:
        checks = []
        for name, value in raw.options.get("checks", {}).items():
            if name not in self.checks:
                family = name.split(".")[0]
                known = ", ".join(sorted(item.name for item in self.checks.values() if item.family == family))
                near = did_you_mean(name, self.checks)
                self.refuse(
                    raw.line,
                    f"the check {name!r}",
                    f"{known or 'a check of docs/checks.md, or of your checks.py'}.{near}",
                )
            settings = dict(value) if isinstance(value, dict) else {"points": value}
            points = settings.pop("points", None)
            if not fits(points, "number"):
                self.refuse(raw.line, f"checks={{{name!r}: {value!r}}}", 'points, or {"points": 3, …}')
            self._check_check_options(raw, name, settings)
            checks.append(CheckPoints(name, float(points), {**self.check_options.get(name, {}), **settings}))
        return tuple(checks)

    def _check_check_options(self, raw: RawCell, name: str, settings: Mapping[str, Any]) -> None:
        known = self.checks[name].options
        for option in sorted(set(settings) - set(known)):
            expected = f"points or one of {', '.join(known)}" if known else "points alone: it takes no option"
            self.refuse(raw.line, f"the option {option!r} of {name}", f"{expected}.{did_you_mean(option, known)}")
        if (unfit := self.checks[name].unfit(settings)) is not None:
            option, expected = unfit
            self.refuse(raw.line, f"{option} = {settings[option]!r} at {name}", expected)


_MANUAL = "rubrics in memos, experiments and diagnoses with points for a person: manual= or [points.<role>]"


def _a(role: Role) -> str:
    return f"an {role}" if role is Role.EXPERIMENT else f"a {role}"


def _without_marks(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if name not in EDITOR_MARKS}


def _texts(value: object) -> tuple[str, ...]:
    return tuple(value) if isinstance(value, list) else (str(value),) if value else ()


def _share(points: float, share: float) -> float:
    """A share of points without binary dust: 6 decimals."""
    return round(points * share, 6)
