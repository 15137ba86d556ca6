"""Training loops that end early, read off a cell's code: an epoch of a few steps is no epoch."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

MAX_SOURCE = 20_000
"""A cell that is longer than any training loop is not looked through."""
_STEPS = frozenset({"backward", "step", "training_step", "train_step"})


@dataclass(frozen=True)
class ShortLoop:
    """A loop over batches that ends after so many ``rounds``: where, and in which function."""

    function: str
    line: int
    rounds: int


@lru_cache(maxsize=512)  # most cells are a whole class's
def short_loops(source: str) -> tuple[ShortLoop, ...]:
    """The innermost loops that train, in functions that log epochs, and end after a number of rounds that is in
    the code.
    """
    if len(source) > MAX_SOURCE or ".log(" not in source:
        return ()
    try:
        tree = ast.parse(source)
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and _calls(node, {"log"})]
        return tuple(
            ShortLoop(function.name, loop.lineno, rounds)
            for function in functions
            for loop in ast.walk(function)
            if isinstance(loop, ast.For) and _is_innermost(loop) and _calls(loop, _STEPS)
            for rounds in sorted({*_taken(loop), *_left(loop)})[:1]
        )
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # magics, another language, or nothing to parse
        return ()


def _is_innermost(loop: ast.For) -> bool:
    return not any(isinstance(node, ast.For | ast.While) for node in ast.walk(loop) if node is not loop)


def _calls(node: ast.AST, names: frozenset[str] | set[str]) -> bool:
    calls = (item.func for item in ast.walk(node) if isinstance(item, ast.Call))
    return any(getattr(call, "attr", getattr(call, "id", "")) in names for call in calls)


def _taken(loop: ast.For) -> Iterator[int]:
    """How many batches are taken: ``batches[:1]``, ``islice(batches, 1)``, also within another call."""
    for node in ast.walk(loop.iter):
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice) and node.slice.lower is None:
            yield from _number(node.slice.upper)
        elif isinstance(node, ast.Call) and len(node.args) == 2 and _calls(ast.Expr(node), {"islice"}):
            yield from _number(node.args[1])


def _left(loop: ast.For) -> Iterator[int]:
    """After how many rounds the loop is left: at the end of its body, or where a counter reaches a number."""
    for statement in loop.body:
        if isinstance(statement, ast.Break | ast.Return):
            yield 1
        elif isinstance(statement, ast.If) and any(isinstance(item, ast.Break) for item in statement.body):
            test = statement.test
            if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.left, ast.Name):
                more = isinstance(test.ops[0], ast.GtE | ast.Eq)
                yield from (number + (not more) for number in _number(test.comparators[0]))


def _number(node: ast.expr | None) -> Iterator[int]:
    if isinstance(node, ast.Constant) and isinstance(node.value, int) and not isinstance(node.value, bool):
        yield max(1, node.value)
