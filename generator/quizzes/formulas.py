"""Formulas of a quiz, evaluated by simpleeval, and texts with their values put in."""

import math
import statistics
import string
from collections.abc import Callable, Mapping
from typing import Any

from simpleeval import EvalWithCompoundTypes, FeatureNotAvailable, InvalidExpression

from generator.errors import QuizError
from paribus.records.simple import is_number
from paribus.statistics.intervals import t_quantile

FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "abs": abs, "argmax": lambda values: list(values).index(max(values)), "ceil": math.ceil, "exp": math.exp,
    "floor": math.floor, "len": len, "log": math.log, "log2": math.log2, "max": max, "mean": statistics.fmean,
    "median": statistics.median, "min": min, "round": round, "sd": statistics.stdev, "sorted": sorted,
    "sqrt": math.sqrt, "sum": math.fsum, "t_quantile": t_quantile,
}  # fmt: skip
"""What a formula may call. ``sd`` has n − 1 in its denominator; ``t_quantile(p, df)`` is Student's;
``argmax`` is the place of the first largest value, from 0.
"""


def evaluate(formula: str, values: Mapping[str, Any], where: str) -> Any:  # a number, a text or a truth
    """The value of a formula; QuizError says what is wrong with it."""
    evaluator = EvalWithCompoundTypes(functions=dict(FUNCTIONS), names=dict(values))
    try:
        return evaluator.eval(formula)
    except (InvalidExpression, FeatureNotAvailable, SyntaxError, ArithmeticError, ValueError, TypeError) as error:
        raise QuizError(
            f"{where}: the formula {formula!r} cannot be computed ({error}). It may use "
            f"{', '.join(values) or 'no names'} and the functions {', '.join(FUNCTIONS)}."
        ) from error


def number(formula: str, values: Mapping[str, Any], where: str) -> float:
    """The value of a formula that must be a finite number."""
    value = evaluate(formula, values, where)
    if not is_number(value) or not math.isfinite(value):
        raise QuizError(f"{where}: the formula {formula!r} gives {value!r}; expected a number.")
    return float(value)


def fill(text: str, values: Mapping[str, Any], where: str) -> str:
    """A text with ``{name}`` and ``{name:.3f}`` replaced; QuizError where a name or a form is none.

    Numbers without a form are shown as Python shows them, lists with commas; a minus sign is written as one.
    """
    parts = []
    try:
        for literal, name, form, conversion in string.Formatter().parse(text):
            parts.append(literal)
            if name is None:
                continue
            if conversion or name not in values:
                raise QuizError(
                    f"{where}: the text names {{{name}}}, which is no value of this question. It has "
                    f"{', '.join(values) or 'none'}; write {{{{ and }}}} for braces that are meant."
                )
            parts.append(_shown(values[name], form or ""))
    except ValueError as error:
        raise QuizError(f"{where}: the text {text[:60]!r} cannot be filled in ({error}).") from error
    return "".join(parts)


def _shown(value: Any, form: str) -> str:  # a number, a text or a list of them
    if isinstance(value, list):
        return ", ".join(_shown(item, form) for item in value)
    shown = format(value, form)
    return shown.replace("-", "−") if isinstance(value, int | float) else shown
