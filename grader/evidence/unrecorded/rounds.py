"""How many rounds a loop of one's own makes over the data."""

import ast

from paribus.check.code.paths import path_of

EPOCH_NAMES = frozenset({"epoch", "ep", "e", "_", "_epoch", "n_epoch", "epoch_number"})
"""What a variable that counts epochs is called."""


def rounds_of(node: ast.For | ast.While) -> ast.expr | None:
    """How many rounds a loop over epochs makes: what ``range`` is given, where it counts from 0 or from 1."""
    if not (isinstance(node, ast.For) and isinstance(node.iter, ast.Call) and isinstance(node.target, ast.Name)):
        return None
    arguments = node.iter.args
    if path_of(node.iter.func) != ("range",) or node.target.id.lower() not in EPOCH_NAMES:
        return None
    if len(arguments) == 1:
        return arguments[0]
    last = arguments[1] if len(arguments) == 2 else None
    one_more = isinstance(last, ast.BinOp) and isinstance(last.op, ast.Add) and _is_one(last.right)
    return last.left if isinstance(last, ast.BinOp) and one_more and _is_one(arguments[0]) else None


def _is_one(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value == 1
