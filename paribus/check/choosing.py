"""What a run's code decides by the varied setting itself, or by the arm: more may differ then than was declared."""

import ast
from collections.abc import Iterator

from paribus.check.names import last_name
from paribus.check.shows import only_shows, shown_in
from paribus.records.simple import is_number

ARMS = frozenset({"baseline", "changed"})


def choices_by(tree: ast.AST, vary: str) -> Iterator[ast.expr]:
    """The expressions in a function that choose something by the size of the varied setting, or by the arm:
    conditions that do more than show or refuse, and tables of values that are looked up by it.
    """
    yield from looked_up_by(tree, vary)
    shown = shown_in(tree)
    for node in ast.walk(tree):
        if id(node) in shown:
            continue
        if isinstance(node, ast.If | ast.IfExp | ast.While):
            shows = isinstance(node, ast.If) and only_shows(node)
            if not shows and (compares_size(node.test, vary) or compares_arm(node.test)):
                yield node.test


def looked_up_by(tree: ast.AST, vary: str) -> Iterator[ast.expr]:
    """Where a table that is written out on the spot is looked up by the varied setting's size, or by the arm."""
    shown = shown_in(tree)
    for node in ast.walk(tree):
        table, key = _table_and_key(node) if id(node) not in shown else (None, None)
        if table is None or key is None or not table.keys:
            continue
        by_arm = all(isinstance(item, ast.Constant) and item.value in ARMS for item in table.keys)
        by_size = all(item is not None and _is_size(item) for item in table.keys)
        if by_arm or (by_size and mentions(key, vary)):
            yield key


def compares_size(test: ast.expr, vary: str) -> bool:
    """The varied setting is compared with a number that is not zero."""
    for node in ast.walk(test):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            if any(map(_is_size, sides)) and any(last_name(side) == vary for side in sides):
                return True
    return False


def compares_arm(test: ast.expr) -> bool:
    """A run's arm or name is compared with one of the arms."""
    return any(
        isinstance(side, ast.Constant) and side.value in ARMS
        for node in ast.walk(test)
        if isinstance(node, ast.Compare)
        for side in (node.left, *node.comparators)
    )


def mentions(node: ast.AST, vary: str) -> bool:
    """The varied setting is read of something: ``config.batch_size``, ``config["batch_size"]``."""
    return any(
        last_name(inner) == vary
        for inner in ast.walk(node)
        if isinstance(inner, ast.Attribute | ast.Subscript | ast.Call)
    )


def _is_size(node: ast.expr) -> bool:
    value = node.value if isinstance(node, ast.Constant) else None
    return is_number(value) and value != 0


def _table_and_key(node: ast.AST) -> tuple[ast.Dict | None, ast.expr | None]:
    """A table that is looked up where it is written, and by what: ``{16: 4, 32: 2}[size]``."""
    table: ast.expr | None = None
    key: ast.expr | None = None
    if isinstance(node, ast.Subscript):
        table, key = node.value, node.slice
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
        table, key = node.func.value, node.args[0] if node.args else None
    return (table, key) if isinstance(table, ast.Dict) else (None, None)
