"""What a run's code assigns or fills itself: counters, logs and tables are results, and no settings."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

MUTATORS = frozenset(
    """
    add append appendleft clear discard extend insert pop popitem remove reverse setdefault sort subtract update
    """.split()
)
"""Methods that change the collection they belong to."""


@dataclass(frozen=True)
class Filled:
    """A name that code fills: one entry or attribute of it, or, where ``part`` is "", any of it."""

    name: str
    part: str = ""


def filled(tree: ast.AST, functions: Mapping[str, ast.AST] | None = None) -> Iterator[Filled]:
    """What a function's tree assigns or fills beside its own variables, and what it hands to one of ``functions``
    that fills it there.
    """
    for node in ast.walk(tree):
        if isinstance(node, ast.Global | ast.Nonlocal):
            yield from (Filled(name) for name in node.names)
        elif isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del):
            yield from _rooted(node)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in MUTATORS:
            yield from _rooted(node.func.value)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield from _handed_on(node, (functions or {}).get(node.func.id))


def parts_of(found: Iterable[Filled]) -> dict[str, frozenset[str] | None]:
    """Every name that is filled, with the parts that are; None where it may be any."""
    names: dict[str, frozenset[str] | None] = {}
    for item in found:
        known = names.get(item.name, frozenset())
        names[item.name] = None if known is None or not item.part else known | {item.part}
    return names


def parts_read(tree: ast.AST, name: str) -> frozenset[str]:
    """The entries and attributes of a name that a function's tree reads, where they are written out."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Load):
            if isinstance(node.value, ast.Name) and node.value.id == name:
                found.add(_part(node))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
            of, key = node.func.value, node.args[0] if node.args else None
            if isinstance(of, ast.Name) and of.id == name and isinstance(key, ast.Constant):
                found.add(str(key.value))
    return frozenset(found - {""})


def fills_itself(method: ast.AST) -> bool:
    """Whether a method fills the object that it belongs to."""
    own = _parameters(method)[:1]
    return any([item.name] == own for item in filled(method))


def _rooted(node: ast.expr) -> Iterator[Filled]:
    """The name with which ``book["a"].lines[3]`` begins, and the first step from it where that is written out."""
    step: ast.expr | None = None
    while isinstance(node, ast.Attribute | ast.Subscript):
        step, node = node, node.value
    if isinstance(node, ast.Name):
        yield Filled(node.id, _part(step))


def _part(step: ast.expr | None) -> str:
    if isinstance(step, ast.Attribute):
        return step.attr
    key = step.slice if isinstance(step, ast.Subscript) else None
    return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""


def _handed_on(call: ast.Call, function: ast.AST | None) -> Iterator[Filled]:
    """Names that a call hands to a function which fills that argument."""
    if function is None:
        return
    theirs = {item.name for item in filled(function)}
    given = [*zip(_parameters(function), call.args, strict=False)]
    given += [(item.arg, item.value) for item in call.keywords if item.arg]
    for name, value in given:
        if name in theirs and isinstance(value, ast.Name):
            yield Filled(value.id)


def _parameters(function: ast.AST) -> list[str]:
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        return []
    return [item.arg for item in (*function.args.posonlyargs, *function.args.args)]
