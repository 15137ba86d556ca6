"""Lengths as style sheets write them, in pixels: also those that are reckoned, and names of a value."""

import ast
import operator
import re
from collections.abc import Callable, Mapping

_UNITS = {
    "px": 1.0, "pt": 1.33, "em": 16.0, "rem": 16.0, "ex": 8.0, "ch": 8.0, "lh": 20.0, "%": 0.16, "": 1.0,
    "vw": 10.0, "vh": 8.0, "vmin": 8.0, "vmax": 10.0, "in": 96.0, "cm": 37.8, "mm": 3.78, "pc": 16.0, "q": 0.945,
}  # fmt: skip
_UNIT = "|".join(sorted(filter(None, _UNITS), key=len, reverse=True))
_NUMBER = r"(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,2})?"
_LENGTH = re.compile(rf"([+-]?{_NUMBER})({_UNIT}|)")
_TERM = re.compile(rf"(?<![\w.])({_NUMBER})({_UNIT}|)(?![\w.%])")
_VARIABLE = re.compile(r"var\(\s*(--[\w-]{1,80})\s*(?:,([^()]{0,200}))?\)")
_LONGEST, _DEEPEST = 300, 5
"""Characters of a value that is reckoned, and names within names."""
_REFUSED = (SyntaxError, ValueError, TypeError, ArithmeticError, RecursionError, MemoryError)
_SIGNS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
}  # fmt: skip
_CHOICES: dict[str, Callable[..., float]] = {
    "min": min, "max": max, "clamp": lambda least, wanted, most: max(least, min(wanted, most)),
}  # fmt: skip


def pixels(value: str) -> float | None:
    """A length, roughly; None where it is none, or nobody can tell it here.

    >>> pixels("2em"), pixels("calc(1px - 1px)"), pixels("auto")
    (32.0, 0.0, None)
    """
    found = _LENGTH.fullmatch(value)
    if found is not None:
        return float(found[1]) * _UNITS[found[2]]
    if "(" not in value or len(value) > _LONGEST:
        return None
    written = _TERM.sub(lambda term: repr(float(term[1]) * _UNITS[term[2]]), value)
    try:
        return _reckoned(ast.parse(written.replace("calc(", "(").strip(), mode="eval").body)
    except _REFUSED:
        return None


def _reckoned(node: ast.expr) -> float:
    """The value of an expression. ValueError where something else than reckoning is in it."""
    match node:
        case ast.Constant(value=float() | int() as value):
            return float(value)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_reckoned(operand)
        case ast.BinOp(left=left, op=sign, right=right) if type(sign) in _SIGNS:
            return _SIGNS[type(sign)](_reckoned(left), _reckoned(right))
        case ast.Call(func=ast.Name(id=name), args=[_, _, *_] as parts) if name in _CHOICES:
            return float(_CHOICES[name](*map(_reckoned, parts)))
    raise ValueError(ast.dump(node))


def share(value: str) -> float | None:
    """A plain number or a percentage as a share of one; None where nobody can tell it."""
    if value.endswith("%") and (found := _LENGTH.fullmatch(value)) is not None:
        return float(found[1]) / 100
    return pixels(value)


def settled(value: str, names: Mapping[str, str]) -> str:
    """A value with what its names mean; a name that is not known stays, unless something takes its place.

    >>> settled("var(--a)", {"--a": "none"}), settled("var(--b, 2px)", {}), settled("var(--c)", {})
    ('none', '2px', 'var(--c)')
    """
    for _ in range(_DEEPEST):
        if "var(" not in value:
            return value
        value = _VARIABLE.sub(lambda found: names.get(found[1]) or (found[2] or found[0]).strip(), value)[:_LONGEST]
    return value
