"""What is gathered over several parts of the data, by loops over parts or rows, and what functions return."""

import ast
from collections.abc import Iterator
from functools import lru_cache

from paribus.check.code.cells import KEPT

_FLATTENS = frozenset({"extend", "update"})
_ADDS = frozenset({"append", "add"})


def parts_of_a_loop(node: ast.expr) -> tuple[ast.expr, ...]:
    """The parts that a loop goes through, written out: ``for part in (data.train, data.validation)``."""
    return tuple(node.elts) if isinstance(node, ast.Tuple | ast.List) and len(node.elts) > 1 else ()


@lru_cache(maxsize=KEPT)
def put_together_by(loop: ast.For | ast.While) -> tuple[tuple[str, ast.expr], ...]:
    """Collections into which a loop puts rows, and what: ``words.update(part.texts)``, and within a loop over rows
    ``texts.append(text)``. A list of parts, one an item, keeps them apart.
    """
    return tuple(_put_together(loop)) if isinstance(loop, ast.For) else ()


def _put_together(loop: ast.For) -> Iterator[tuple[str, ast.expr]]:
    over_parts = bool(parts_of_a_loop(loop.iter))
    inner = {id(node) for other in ast.walk(loop) if isinstance(other, ast.For) and other is not loop
             for node in ast.walk(other)}  # fmt: skip
    for node in ast.walk(loop):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            owner, name = node.func.value, node.func.attr
            by_rows = not over_parts or id(node) in inner
            if isinstance(owner, ast.Name) and (name in _FLATTENS or (name in _ADDS and by_rows)):
                yield owner.id, node.args[0]


@lru_cache(maxsize=KEPT)
def returned_by(function: ast.AST) -> tuple[ast.expr, ...]:
    """What a function returns, but for what functions in it return."""
    inner = {
        id(node)
        for other in ast.walk(function)
        if isinstance(other, ast.FunctionDef | ast.Lambda) and other is not function
        for node in ast.walk(other)
    }
    return tuple(
        node.value
        for node in ast.walk(function)
        if isinstance(node, ast.Return) and node.value is not None and id(node) not in inner
    )


def names_in(node: ast.AST) -> frozenset[str]:
    """The names that an expression reads or binds."""
    return frozenset(inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name))
