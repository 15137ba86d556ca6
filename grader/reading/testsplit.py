"""Where a notebook's code reaches for the test split, read off the code without running it.

The test split is `data.test`, under that name or through another: an alias, a function that uses it, an entry
of a mapping. Its size is no secret: `len(data.test)` is no use of it.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from grader.model import RecoveredCell
from grader.reading.nouns import is_plural
from paribus.check.code.cells import MAX_SOURCE
from paribus.check.code.taken_apart import arguments

NAME = "test"
_MAGIC = re.compile(r"^[ \t]*[%!?].*$", re.MULTILINE)
_PLAIN = re.compile(r"\bdata\.test\b(?!\s*\()")
_HOLDERS = frozenset({"getattr", "vars", "load_dataset"})
_DATA = frozenset({"data", "dataset", "datasets", "ds", "splits", "raw"})

Kind = Literal["training", "use"]


@dataclass(frozen=True)
class TestUse:
    """One cell that uses the test split. ``kind`` is "training" where a function that logs a run does it;
    ``repeated`` where it is in a loop.
    """

    position: int
    count: int | None
    kind: Kind
    repeated: bool
    text: str


def find_uses(cells: Iterable[RecoveredCell]) -> tuple[TestUse, ...]:
    """The cells that use the test split when they run, in notebook order.

    A definition uses nothing until it is called; code that cannot be parsed is searched as text.
    """
    tainted: dict[str, bool] = {}
    found = []
    for cell in cells:
        if cell.cell_type != "code" or cell.hidden:
            continue
        source = _MAGIC.sub("", cell.source[:MAX_SOURCE])
        if not tainted and NAME not in source:
            continue
        statements = _statements(source)
        if statements is None:
            if plain := _PLAIN.search(source):
                found.append(TestUse(cell.position, cell.count, "use", False, plain.group()))
            continue
        uses = list(_uses(statements, tainted))
        if uses:
            training = any(kind == "training" for kind, _, _ in uses)
            repeated = any(again for _, again, _ in uses)
            kind: Kind = "training" if training else "use"
            found.append(TestUse(cell.position, cell.count, kind, repeated, uses[0][2]))
    return tuple(found)


@dataclass(frozen=True)
class _Statement:
    """A statement with what is asked of it first: the names that it reads, and whether it says the split's own."""

    node: ast.stmt
    reads: frozenset[str]
    says_it: bool

    def touched(self, tainted: dict[str, bool]) -> list[ast.expr]:
        """The expressions in it that lead to the split."""
        if not self.says_it and self.reads.isdisjoint(tainted):
            return []
        return list(_touches(self.node, tainted))


@lru_cache(maxsize=512)  # most cells are a whole class's
def _statements(source: str) -> tuple[_Statement, ...] | None:
    """The code of a cell, which nobody changes; None where it cannot be parsed."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return tuple(map(_statement, tree.body))


def _statement(statement: ast.stmt) -> _Statement:
    nodes = list(ast.walk(statement))
    reads = frozenset(node.id for node in nodes if isinstance(node, ast.Name))
    says_it = any((isinstance(node, ast.Attribute) and node.attr == NAME) or _is_name(node) for node in nodes)
    return _Statement(statement, reads, says_it)


def _uses(statements: Iterable[_Statement], tainted: dict[str, bool]) -> Iterator[tuple[Kind, bool, str]]:
    """The uses of one cell, as (kind, in a loop, text); ``tainted`` learns the names that now lead to the split.

    ``tainted`` maps a name to whether it is a function that logs a run.
    """
    for read in statements:
        statement = read.node
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            tainted.pop(statement.name, None)
            if read.touched(tainted):
                tainted[statement.name] = _logs(statement)
            continue
        touched = read.touched(tainted)
        names = _assigned(statement)
        if names and touched and _is_alias(statement):
            tainted.update(dict.fromkeys(names, False))
            continue
        for name in names:
            tainted.pop(name, None)
        again = isinstance(statement, ast.For | ast.While)
        for node in touched:
            training = isinstance(node, ast.Name) and tainted.get(node.id, False)
            yield "training" if training else "use", again, ast.unparse(node)


def _touches(node: ast.AST, tainted: dict[str, bool]) -> Iterator[ast.expr]:
    """The expressions below ``node`` that lead to the split; what only asks for a length does not."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "len":
        return
    if isinstance(node, ast.Attribute) and node.attr == NAME and isinstance(node.ctx, ast.Load):
        yield node
        return
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == NAME:
        # A method that is called so is somebody's own, such as a statistical test.
        for child in (node.func.value, *arguments(node)):
            yield from _touches(child, tainted)
        return
    if isinstance(node, ast.Subscript) and _is_name(node.slice) and _holds_splits(node.value):
        yield node
        return
    if isinstance(node, ast.Call) and _called(node) in _HOLDERS and any(map(_is_name, arguments(node))):
        yield node
        return
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in tainted:
        yield node
        return
    for below in ast.iter_child_nodes(node):
        yield from _touches(below, tainted)


def _is_name(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.partition("[")[0] == NAME


def _holds_splits(node: ast.expr) -> bool:
    """What a data set is called; another mapping may well have an entry "test" that is none of ours."""
    if isinstance(node, ast.Call):
        return _called(node) in _HOLDERS
    return isinstance(node, ast.Name) and (node.id.lower() in _DATA or is_plural(node.id))


def _called(node: ast.Call) -> str:
    if isinstance(node.func, ast.Attribute):
        return node.func.attr
    return node.func.id if isinstance(node.func, ast.Name) else ""


def _logs(function: ast.AST) -> bool:
    """A function that keeps an epoch's log is one that trains."""
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("log", "backward")
        for node in ast.walk(function)
    )


def _assigned(statement: ast.stmt) -> list[str]:
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    return [node.id for target in targets for node in ast.walk(target) if isinstance(node, ast.Name)]


def _is_alias(statement: ast.stmt) -> bool:
    """``held_out = data.test`` only names the split; a call in it does something with it."""
    return isinstance(statement, ast.Assign) and not any(
        isinstance(node, ast.Call) and _called(node) not in _HOLDERS for node in ast.walk(statement.value)
    )
