"""Names in code: what is called, read of something, given to a function; and what a slip of the pen means."""

import ast
import difflib
from collections.abc import Collection


def called(call: ast.Call) -> str:
    """The last name of what is called."""
    return str(getattr(call.func, "attr", getattr(call.func, "id", "")))


def last_name(node: ast.AST) -> str:
    """The attribute, or the entry that is written out, with which an expression ends; "" for a plain name.

    ``config.rate``, ``config["rate"]``, ``config.get("rate")`` and ``getattr(config, "rate")`` end alike.
    """
    if isinstance(node, ast.Attribute):
        return node.attr
    key = node.slice if isinstance(node, ast.Subscript) else None
    if isinstance(node, ast.Call):
        place = {"get": 0, "getattr": 1}.get(called(node), len(node.args))
        key = node.args[place] if place < len(node.args) else None
    return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""


def root_name(node: ast.AST) -> str:
    """The plain name with which ``config.model["name"]`` begins; "" where it begins with none."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def parameters(function: ast.AST) -> list[str]:
    """The names of a function's arguments, in order."""
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        return []
    of = function.args
    return [item.arg for item in (*of.posonlyargs, *of.args, *of.kwonlyargs)]


def nearest(name: str, known: Collection[str]) -> str:
    """The known name that an abbreviation, a part or a slip of the pen means; "" where none is near."""
    short = name.lower().replace(" ", "_").replace("-", "_")
    initials = {"".join(word[:1] for word in item.split("_")): item for item in known}
    parts = [item for item in known if short and short in item.lower().split("_")]
    close = difflib.get_close_matches(short, known, n=1)
    return next(iter([*([initials[short]] if short in initials else []), *parts, *close]), "")
