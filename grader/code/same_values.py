"""Whether an expression makes the changed configuration, however its value is spelled: ``2e-4``, ``rate / 10``."""

import ast
import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from grader.evidence.runs import Run, finished
from grader.evidence.submitted import Trained
from paribus.check.code.paths import entry_of
from paribus.check.code.program import Program
from paribus.check.names import called, last_name
from paribus.experiments.one_change import choices
from paribus.records.simple import is_number

_OPERATORS: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
}  # fmt: skip
_COPIES = ("replace", "dict", "_replace")
_DEEPEST = 6


@dataclass(frozen=True, eq=False)
class Same:
    """Holds expressions against the value that the changed arm's records have for the varied setting."""

    program: Program
    found: Trained
    vary: str

    def is_changed(self, node: ast.expr, order: int, depth: int = 0) -> bool:
        """A copy of a configuration, or a dictionary, in which the varied setting has the changed arm's value."""
        if isinstance(node, ast.Name):
            value = self.program.value_before(node.id, order + 1)
            return value is not None and depth < _DEEPEST and self.is_changed(value, order, depth + 1)
        wanted, before = _value(self.found.arms.changed, self.vary), _value(self.found.arms.baseline, self.vary)
        if wanted is None or wanted == before:
            return False
        given = self._given(node)
        value = self._worked_out(given, order) if given is not None else None
        if isinstance(value, float) and isinstance(wanted, int | float):
            return math.isclose(value, wanted, rel_tol=1e-9)
        return value is not None and value == wanted

    def _given(self, node: ast.expr) -> ast.expr | None:
        """What a copy or a dictionary has for the varied setting."""
        if isinstance(node, ast.BinOp):
            return self._given(node.right)
        makes = not isinstance(node, ast.Call) or called(node) in _COPIES or "Config" in called(node)
        return entry_of(node, self.vary) if makes else None

    def _worked_out(self, node: ast.expr, order: int, depth: int = 0) -> Any:  # any plain value
        """The value of an expression of numbers and of the baseline's settings; None where it is not known."""
        if isinstance(node, ast.Constant):
            return _plain(node.value)
        if depth > _DEEPEST:
            return None
        if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
            left, right = (self._worked_out(item, order, depth + 1) for item in (node.left, node.right))
            known = isinstance(left, float) and isinstance(right, float)
            divides = isinstance(node.op, ast.Div) and right == 0
            return _OPERATORS[type(node.op)](left, right) if known and not divides else None
        if isinstance(node, ast.Name):
            value = self.program.value_before(node.id, order + 1)
            return self._worked_out(value, order, depth + 1) if value is not None else None
        if name := last_name(node):
            return _plain(_value(self.found.arms.baseline, name))
        return None


def _value(arm: tuple[Run, ...], name: str) -> Any:  # any plain value
    """What all finished runs of an arm have for a setting; None where they differ."""
    values = [choices(run).get(name) for run in finished(arm)]
    return values[0] if values and all(value == values[0] for value in values) else None


def _plain(value: Any) -> Any:  # any plain value
    """A number as Python computes with it; all else as it is."""
    return float(value) if is_number(value) else value
