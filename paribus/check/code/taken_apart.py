"""How expressions take rows apart and overwrite them, and which names a piece of code gives or reads."""

import ast
import re
from collections.abc import Iterator
from functools import lru_cache

from paribus.check.code.cells import KEPT
from paribus.check.code.facts import Scope
from paribus.check.code.paths import SPACE, path_of

PARTS = frozenset({"train", "validation", "val", "valid", "dev", "test"})
"""Attributes that are a part of a data set."""
_OVERWRITES = frozenset(
    {"putmask", "copyto", "place", "masked_fill_", "index_fill_", "masked_scatter_", "put_along_axis"}
)
_MAKES_ROWS = frozenset({"fit_resample", "choice"})
"""Calls that multiply rows, whatever they are given."""
_NAMES_A_PART = re.compile(r"mask|train|val|part|is_|rows|idx|index|split")


@lru_cache(maxsize=KEPT)
def overwritten(scope: Scope) -> tuple[tuple[str, ast.expr], ...]:
    """Names of which a part is overwritten, and by what the part is chosen or what is put there:
    ``scores[:, absent] = value``, ``np.putmask(scores, mask, value)``, ``scores.masked_fill_(mask, value)``.
    """
    found: list[tuple[str, ast.expr]] = []
    for node in ast.walk(scope.node):
        if isinstance(node, ast.Assign | ast.AugAssign):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Subscript) and not isinstance(target.slice, ast.Constant):
                    path = path_of(target.value)
                    given = (*index_parts(target.slice), node.value)
                    found += [(path[0], item) for item in given] if path is not None else []
    for path, call in scope.called:
        if path[-1] in _OVERWRITES:
            method = path[-1].endswith("_") and len(path) > 1
            changed = path if method else path_of(call.args[0]) if call.args else None
            items = arguments(call) if method else arguments(call)[1:]
            found += [(changed[0], item) for item in items] if changed is not None else []
    return tuple(found)


def index_parts(node: ast.expr) -> tuple[ast.expr, ...]:
    """The parts of an index: one for each axis."""
    return tuple(node.elts) if isinstance(node, ast.Tuple) else (node,)


def by_column(node: ast.Call) -> bool:
    """A mean of each column, not of everything: it is told along which axis."""
    numbers = [item for item in node.args if isinstance(item, ast.Constant) and isinstance(item.value, int)]
    return bool(numbers) or any(item.arg == "axis" for item in node.keywords)


def says(node: ast.Call, name: str, *, value: bool) -> bool:
    return any(
        item.arg == name and isinstance(item.value, ast.Constant) and item.value.value is value
        for item in node.keywords
    )


def asks_for_numbers(node: ast.Call) -> bool:
    """``table.query("words > 2")`` takes no part of the data by its name."""
    text = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
    query = isinstance(text, str) and isinstance(node.func, ast.Attribute) and node.func.attr == "query"
    return query and not any(mark in str(text) for mark in "'\"@") and not _NAMES_A_PART.search(str(text).lower())


@lru_cache(maxsize=KEPT)
def mentioned(scope: Scope) -> tuple[frozenset[str], bool]:
    """The names that a scope reads, changes or calls, and whether it names a part of the data, or makes rows."""
    scopes = tuple(scope.whole())
    named = {node.id for inner in scopes for node in inner.loads}
    changed = {store.root for inner in scopes for store in inner.stores if store.how != "assign"}
    parts = any(node.attr in PARTS for inner in scopes for node in inner.attributes)
    rows = any(path[-1] in _MAKES_ROWS or SPACE in path for inner in scopes for path, _ in inner.called)
    return frozenset(named | changed), parts or rows


def assigned(scope: Scope) -> Iterator[str]:
    """The names that a scope's assignments and loops give something new."""
    yield from (store.root for store in scope.stores if len(store.path) == 1 and store.how == "assign")
    for loop in scope.loops:
        if isinstance(loop, ast.For) and isinstance(loop.target, ast.Name):
            yield loop.target.id


def takes_apart(node: ast.Subscript) -> bool:
    """``rows[:n]``, ``frame[frame.part == "train"]``, ``frame.loc[is_train, "text"]``."""
    return any(
        isinstance(inner, ast.Slice | ast.Compare)
        or (isinstance(inner, ast.Name) and _NAMES_A_PART.search(inner.id.lower()) is not None)
        for inner in ast.walk(node.slice)
    )


def arguments(call: ast.Call) -> tuple[ast.expr, ...]:
    """All that a call is given, by place and by name."""
    return (*call.args, *(item.value for item in call.keywords))
