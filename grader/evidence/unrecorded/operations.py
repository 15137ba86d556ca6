"""What Python itself does with plain values: operators, comparisons, its own functions, configurations as text."""

import ast
import json
import operator
import re
from collections.abc import Callable, Mapping
from itertools import islice, product
from typing import Any

from grader.evidence.unrecorded.names import plain_value

MAX_ITEMS, MAX_DEPTH, MAX_STEPS = 24, 24, 100_000
"""Elements of a sequence that a loop runs over, expressions within each other, and expressions in all."""
MAX_SIZE, MAX_LIST = 1e15, 1_000
"""Numbers and sequences beyond which nothing is worked out."""


class _Unknown:
    """A value that the code does not write out."""

    def __repr__(self) -> str:
        return "unknown"


UNKNOWN = _Unknown()


OPERATORS: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod,
}  # fmt: skip
COMPARED: Mapping[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt,
    ast.GtE: operator.ge, ast.Is: operator.is_, ast.IsNot: operator.is_not,
    ast.In: lambda item, items: item in items, ast.NotIn: lambda item, items: item not in items,
}  # fmt: skip


def _zip(*parts: Any) -> Any:
    return [list(item) for item in zip(*parts, strict=False)]


def _product(*parts: Any) -> Any:
    return [list(item) for item in islice(product(*parts), MAX_ITEMS + 1)]


LOADS = frozenset({"loads", "safe_load", "load"})
_ENTRY = re.compile(r"^ *(?:- +)?([\w.-]+) *: +([^\s#][^#\n]*?) *(?:#.*)?$")


def loaded(text: Any, name: str) -> Any:
    """A configuration that is written as text: JSON, or one entry a line as YAML has it."""
    if not isinstance(text, str):
        return UNKNOWN
    if name == "loads":
        try:
            return json.loads(text)
        except ValueError:
            return UNKNOWN
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    hits = [_ENTRY.match(line) for line in lines]
    return {hit[1]: plain_value(hit[2].strip("\"'")) for hit in hits if hit is not None} if all(hits) else UNKNOWN


BUILTINS: Mapping[str, Callable[..., Any]] = {
    "range": range, "list": list, "tuple": list, "sorted": sorted, "zip": _zip, "float": float, "int": int,
    "product": _product,
    "str": str, "len": len, "max": max, "min": min, "abs": abs, "round": round,
    "enumerate": lambda items, start=0: [[index, item] for index, item in enumerate(items, start)],
}  # fmt: skip


def is_plain(value: Any) -> bool:
    """A number, a word, a truth value, None, or a list of these."""
    if isinstance(value, list):
        return all(is_plain(item) and not isinstance(item, list) for item in value)
    return value is None or isinstance(value, str | int | float)


def is_number(value: Any) -> bool:
    """A number that is no truth value, and not beyond all measure."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= MAX_SIZE
