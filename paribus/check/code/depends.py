"""Whether what a function of the notebook returns depends on what it is given for a parameter."""

import ast
from collections.abc import Collection

from paribus.check.code.facts import Scope
from paribus.check.code.gathered import names_in
from paribus.check.code.taken_apart import arguments
from paribus.check.shows import shown_in

_ROUNDS = 8
_LEAVES = (ast.Return, ast.Raise, ast.Break)


def depends_on(scope: Scope, params: Collection[str]) -> bool:
    """A value that it returns may depend on one of these parameters: by an assignment, a condition, a loop, or a
    call that may change what it is given. True where that cannot be told.
    """
    node = scope.node
    if not isinstance(node, ast.FunctionDef) or not scope.returns or scope.inner or scope.outer:
        return True
    held = depending(node, params)
    steered = [
        item for item in ast.walk(node) if isinstance(item, ast.If | ast.While | ast.For) and _asks(item, held)
    ]
    leaves = any(
        isinstance(inner, ast.Return | ast.Raise | ast.Break) for item in steered for inner in ast.walk(item)
    )
    yields = any(isinstance(item, ast.Yield | ast.YieldFrom) for item in ast.walk(node))
    return leaves or yields or any(item.value is not None and _mentions(item.value, held) for item in scope.returns)


def depending(function: ast.AST, params: Collection[str]) -> set[str]:
    """The names of a function that depend on these parameters."""
    shown, held = shown_in(function), set(params)
    for _ in range(_ROUNDS):
        before = len(held)
        for statement in ast.walk(function):
            held |= _gets(statement, held, shown)
        if len(held) == before:
            break
    return held


def _gets(statement: ast.AST, held: set[str], shown: frozenset[int]) -> set[str]:
    """The names that a statement makes depend on what is held."""
    if isinstance(statement, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.NamedExpr):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        mine = statement.value is not None and _mentions(statement.value, held)
        keys = any(_mentions(item.slice, held) for item in targets if isinstance(item, ast.Subscript))
        return set().union(*map(names_in, targets)) if mine or keys else set()
    if isinstance(statement, ast.For | ast.comprehension):
        return set(names_in(statement.target)) if _mentions(statement.iter, held) else set()
    if isinstance(statement, ast.If | ast.While) and _asks(statement, held):
        return {name for item in ast.walk(statement) if isinstance(item, ast.Assign | ast.AugAssign)
                for target in (item.targets if isinstance(item, ast.Assign) else [item.target])
                for name in names_in(target)}  # fmt: skip
    if (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Call)
        and id(statement.value) not in shown
    ):
        return _changed_by(statement.value, held, shown)
    return set()


def _changed_by(call: ast.Call, held: set[str], shown: frozenset[int]) -> set[str]:
    """``rows.append(label)``, ``fill(rows, labels)``: whatever it is given may hold it afterwards."""
    parts = arguments(call)
    if any(id(item) in shown for item in parts) or not any(_mentions(item, held) for item in (*parts, call.func)):
        return set()
    return set().union(*map(names_in, (*parts, call.func)))


def _asks(node: ast.If | ast.While | ast.For, held: set[str]) -> bool:
    return _mentions(node.iter if isinstance(node, ast.For) else node.test, held)


def _mentions(node: ast.AST, held: set[str]) -> bool:
    return any(isinstance(item, ast.Name) and item.id in held for item in ast.walk(node))
