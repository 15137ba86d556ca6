"""The checks that a file declares, read without running it: names, titles, options, what students may see.

The generator validates sources with this and never imports the grader; a course's checks.py is read in the same
way. What a check is called, and what may be said to it, is written once: on its decorator.
"""

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Any

from paribus.course.errors import CatalogError
from paribus.course.kinds import KINDS, Kind
from paribus.course.near import did_you_mean

DECORATOR = "check"
SAYS = ("name", "title", "options", "public", "withheld", "basis", "texts", "after")
"""What ``@check(…)`` may be given, by name."""
NAME = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Declared:
    """One check as its decorator declares it. ``options`` are what a source may say to it beyond its points, and
    ``kinds`` what their values may be, where the decorator says so; ``public``: a student may be told its verdict
    before handing in; ``compares``: it holds work against what the course recorded, and has other words where the
    course keeps that to itself. ``after`` are the checks at which a fault that both see costs points.
    """

    name: str
    options: tuple[str, ...] = ()
    public: bool = True
    compares: bool = False
    function: str = ""
    after: tuple[str, ...] = ()
    kinds: Mapping[str, Kind] = field(default_factory=dict, hash=False)

    @property
    def family(self) -> str:
        """What its name begins with."""
        return self.name.partition(".")[0]

    def unfit(self, options: Mapping[str, object]) -> tuple[str, str] | None:
        """The first option whose value is not of its kind, and what was expected of it; None where all fit."""
        wrong = (name for name, kind in self.kinds.items() if name in options and not kind.fits(options[name]))
        return next(((name, self.kinds[name].words) for name in wrong), None)


def declared_in(text: str, file: str) -> tuple[Declared, ...]:
    """The checks of a Python text, in order. CatalogError names ``file`` and the line where one cannot be read."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError) as error:
        line = f":{error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        raise CatalogError(f"{file}{line}: is no Python ({error}). Correct the line.") from error
    return tuple(
        _declared(node, call, file)
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        for call in node.decorator_list
        if is_check(call)
    )


def is_check(node: ast.expr) -> bool:
    """Whether a decorator is ``@check(…)``."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == DECORATOR


def _declared(node: ast.FunctionDef, decorator: ast.expr, file: str) -> Declared:
    assert isinstance(decorator, ast.Call)  # noqa: S101 - `is_check` has looked
    where = f"{file}:{decorator.lineno}"
    said: dict[str, Any] = {}
    given = [
        *zip(SAYS, decorator.args, strict=False),
        *((item.arg or "**", item.value) for item in decorator.keywords),
    ]
    for name, value in given:
        if name not in SAYS:
            raise CatalogError(
                f"{where}: @check is given {name}=; expected some of {', '.join(SAYS)}.{did_you_mean(name, SAYS)}"
            )
        try:
            said[name] = ast.literal_eval(value)
        except ValueError as error:
            raise CatalogError(
                f"{where}: {name}= of @check is `{ast.unparse(value)}`; write the value itself, since this file is "
                "also read without being run."
            ) from error
    called, options = said.get("name", ""), said.get("options", ())
    if not isinstance(called, str) or not NAME.fullmatch(called):
        raise CatalogError(
            f"{where}: the check is called {called!r}; expected a family and a name, such as 'own.units'."
        )
    if not isinstance(options, tuple | list | dict) or not all(isinstance(item, str) for item in options):
        raise CatalogError(
            f"{where}: options= of {called} is {options!r}; expected names and kinds, such as {{'words': 'whole'}}."
        )
    kinds = options if isinstance(options, dict) else {}
    for option, kind in kinds.items():
        if not isinstance(kind, str) or kind not in KINDS:
            raise CatalogError(
                f"{where}: options= of {called} says that {option!r} is {kind!r}; expected one of "
                f"{', '.join(map(repr, KINDS))}.{did_you_mean(str(kind), KINDS)}"
            )
    after = said.get("after", ())
    if not isinstance(after, tuple | list) or not all(isinstance(item, str) for item in after):
        raise CatalogError(
            f"{where}: after= of {called} is {after!r}; expected names of checks, such as ('own.units',)."
        )
    public, compares = bool(said.get("public", True)), bool(said.get("withheld"))
    read = {option: KINDS[kind] for option, kind in kinds.items()}
    return Declared(called, tuple(options), public, compares, node.name, tuple(after), read)


def require_order(known: Mapping[str, Declared], file: str) -> None:
    """CatalogError where a check comes after one that is not there, or after itself by way of others."""
    for item in known.values():
        for name in item.after:
            if name not in known:
                raise CatalogError(
                    f"{file}: {item.name} says after={name!r}, and there is no such check."
                    + did_you_mean(name, known)
                )
    try:
        TopologicalSorter({name: {*item.after} - {name} for name, item in known.items()}).prepare()
    except CycleError as error:
        raise CatalogError(
            f"{file}: by their after=, {', '.join(error.args[1][1:])} come after one another; take a name out."
        ) from error


@cache
def shipped_checks() -> Mapping[str, Declared]:
    """The grader's own checks, by name, from the files that declare them."""
    spec = find_spec("grader")
    folders = [Path(place) / "checks" for place in (spec.submodule_search_locations or ())] if spec else []
    files = sorted(path for folder in folders for path in folder.rglob("*.py"))
    found = (item for path in files for item in declared_in(path.read_text(encoding="utf-8"), str(path)))
    return MappingProxyType({item.name: item for item in found})


def with_own(text: str, file: str) -> Mapping[str, Declared]:
    """The grader's checks and those of a course's checks.py, by name. CatalogError where one takes a name or a
    family of ours, or is there twice.
    """
    known = dict(shipped_checks())
    families = {item.family for item in known.values()}
    for item in declared_in(text, file):
        if item.family in families:
            raise CatalogError(
                f"{file}: the check {item.name!r} has a family of paribus's own; call it, for example, "
                f"'own.{item.name.partition('.')[2]}'."
            )
        if item.name in known:
            raise CatalogError(f"{file}: two checks are called {item.name!r}; give each a name of its own.")
        known[item.name] = item
    return MappingProxyType(known)
