"""What something does that is put in the place of a function: it hands on what it is given, or adds a setting."""

import ast
from typing import Any

from grader.code.uses import HYPERPARAMETERS
from paribus.check.code.paths import Path, path_of
from paribus.check.code.program import Program
from paribus.records.simple import is_number


def passes_through(program: Program, value: ast.expr | None) -> bool:
    """A function that hands on what it is given: a progress bar made silent."""
    for scope in program.functions_of(value):
        node = scope.node
        body = [node.body] if isinstance(node, ast.Lambda) else [item.value for item in scope.returns if item.value]
        if not scope.params or len(body) != 1 or (scope.stores and not isinstance(node, ast.Lambda)):
            return False
        given = body[0]
        if isinstance(given, ast.Call) and path_of(given.func) in (("iter",), ("list",), ("tuple",)) and given.args:
            given = given.args[0]
        return isinstance(given, ast.Name) and given.id == scope.params[0]
    return False


def added_by(program: Program, value: ast.expr | None, path: Path) -> str:
    """The settings that a replacement hands to the original beside what it is given: ``label_smoothing=0.2``."""
    calls = [call for scope in program.functions_of(value) for call in scope.calls]
    if isinstance(value, ast.Call) and (function := path_of(value.func)) is not None and function[-1] == "partial":
        inner = path_of(value.args[0]) if value.args else None
        if inner is not None and program.resolve(inner) == path:
            return _settings(value)
    for call in calls:
        function = path_of(call.func)
        if function is not None and program.resolve(function) == path and (found := _settings(call)):
            return found
    return ""


def _settings(call: ast.Call) -> str:
    pairs: list[tuple[str, Any]] = []
    for item in call.keywords:
        if item.arg is None and isinstance(item.value, ast.Dict):
            for key, value in zip(item.value.keys, item.value.values, strict=True):
                if isinstance(key, ast.Constant):
                    pairs.append((str(key.value), literal(value)))
        elif item.arg is not None:
            pairs.append((item.arg, literal(item.value)))
    told = [(name, value) for name, value in pairs if name in HYPERPARAMETERS and is_number(value) and value]
    return ", ".join(f"{name}={value:g}" for name, value in told)


def literal(node: ast.expr | None) -> Any:  # any plain value
    """A value that is written out, None where it is none."""
    if node is None:
        return None
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return None
