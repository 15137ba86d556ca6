"""Where both values of the varied setting come to one: a table that lacks the changed one and has a default, a key
whose text is the same for both.
"""

import ast
from collections.abc import Iterator
from typing import Any

from grader.evidence.runs import Run, finished
from grader.evidence.submitted import Trained
from grader.model import Case
from paribus.check.code.facts import Scope
from paribus.check.code.findings import CodeFinding, Kind, place_of, said, suspected
from paribus.check.code.following import arguments_of
from paribus.check.code.program import Program
from paribus.check.names import called, last_name
from paribus.check.shows import shown_in
from paribus.experiments.one_change import choices

_ROUNDS = frozenset({"round", "int"})
_BY_KEY = frozenset({"get", "setdefault", "pop"})


def as_one(case: Case, program: Program, found: Trained, vary: str) -> Iterator[CodeFinding]:
    """Such places in the functions that train, by the values that the records of both arms hold."""
    first, second = _value(found.arms.baseline, vary), _value(found.arms.changed, vary)
    if first is None or second is None or first == second:
        return
    for scope in found.reach.scopes:
        if not scope.name or scope.is_class:
            continue
        exact = _exactly(found, scope, vary)
        for node, text in _keys(scope, exact, first, second):
            where = place_of(case, program.step_of(scope), node.lineno)
            yield suspected(Kind.SAME, scope.name, where, sure=True).saying(
                f"{scope.name} keeps results by a key in which {vary} is {text} for {first!r} and for {second!r} "
                f"({said(case, where)}): the second arm seems to get what the first one made. A person looks."
            )
        for call in scope.calls:
            if call.args and id(call.args[0]) in exact and _falls_back(program, scope, call, first, second):
                where = place_of(case, program.step_of(scope), call.lineno)
                yield suspected(Kind.SAME, vary, where, sure=True).saying(
                    f"{ast.unparse(call.func)[: -len('.get')]} has no entry for {second!r}, and a default in its "
                    f"place ({said(case, where)}): both arms seem to train alike in this. A person looks."
                )


def _value(arm: tuple[Run, ...], vary: str) -> Any:  # any plain value
    values = {repr(value): value for run in finished(arm) if (value := choices(run).get(vary)) is not None}
    return next(iter(values.values())) if len(values) == 1 else None


def _exactly(found: Trained, scope: Scope, vary: str) -> frozenset[int]:
    """The expressions of a function that are the varied setting itself, by identity: read of a configuration, or a
    parameter for which every call of the training gives it.
    """
    nodes = [*scope.attributes, *scope.subscripts]
    exact = {id(node) for node in nodes if last_name(node) == vary}
    calls = [call for other in found.reach.scopes for call in other.calls if called(call) == scope.name]
    given = [dict(arguments_of(scope, call)) for call in calls]
    for name in scope.params:
        values = [item.get(name) for item in given]
        if values and all(value is not None and last_name(value) == vary for value in values):
            exact |= {id(node) for node in scope.loads if node.id == name}
    return frozenset(exact)


def _keys(scope: Scope, exact: frozenset[int], first: Any, second: Any) -> Iterator[tuple[ast.expr, str]]:
    """Where the setting is written into a key in so few digits that both values are one."""
    keyed = _keyed(scope)
    for node in ast.walk(scope.node):
        value = node.value if isinstance(node, ast.FormattedValue) else None
        if isinstance(node, ast.Call) and called(node) in _ROUNDS and node.args:
            value = node.args[0]
        if value is None or id(value) not in exact or id(node) not in keyed:
            continue
        texts = {_text(node, item) for item in (first, second)}
        if len(texts) == 1 and None not in texts:
            yield value, str(texts.pop())


def _text(node: ast.AST, value: Any) -> str | None:  # any plain value
    """What a key holds for a value: formatted, rounded; None where it is not known."""
    if isinstance(node, ast.FormattedValue):
        parts = node.format_spec.values if isinstance(node.format_spec, ast.JoinedStr) else []
        form = "".join(str(item.value) for item in parts if isinstance(item, ast.Constant))
        plain = len(form) < 10 and all(isinstance(item, ast.Constant) for item in parts) and node.conversion == -1
        try:
            return format(value, form) if plain else None
        except ValueError:  # no form of such a value
            return None
    if not isinstance(node, ast.Call) or not isinstance(value, int | float):
        return None
    if called(node) == "int":
        return str(int(value)) if len(node.args) == 1 else None
    digits = node.args[1] if len(node.args) > 1 else ast.Constant(0)
    return (
        str(round(value, digits.value)) if isinstance(digits, ast.Constant) and type(digits.value) is int else None
    )


def _keyed(scope: Scope) -> frozenset[int]:
    """The nodes of what a table is asked by, through one name, by identity."""
    asked: list[ast.expr] = [node.slice for node in ast.walk(scope.node) if isinstance(node, ast.Subscript)]
    for node in ast.walk(scope.node):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In | ast.NotIn):
            asked.append(node.left)
        elif isinstance(node, ast.Call) and called(node) in _BY_KEY and isinstance(node.func, ast.Attribute):
            asked += node.args[:1]
    names = {item.id for item in asked if isinstance(item, ast.Name)}
    asked += [store.value for store in scope.stores if store.value is not None and store.path[0] in names]
    shown = shown_in(scope.node)
    return frozenset(id(inner) for item in asked for inner in ast.walk(item) if id(inner) not in shown)


def _falls_back(program: Program, scope: Scope, call: ast.Call, first: Any, second: Any) -> bool:
    """``TABLE.get(…, default)`` where the table is written out and lacks the changed value, and the baseline gets
    what is the default.
    """
    if called(call) != "get" or not isinstance(call.func, ast.Attribute) or not isinstance(second, str):
        return False
    table = _table(program, scope, call.func.value)
    keys = [key.value for key in table.keys if isinstance(key, ast.Constant)] if table is not None else []
    if table is None or len(keys) < len(table.keys) or second in keys:
        return False
    if first not in keys:
        return True
    default = call.args[1] if len(call.args) > 1 else ast.Constant(None)
    asks = isinstance(default, ast.Subscript) and ast.unparse(default.slice) == repr(first)
    return asks or ast.dump(default) == ast.dump(table.values[keys.index(first)])


def _table(program: Program, scope: Scope, node: ast.expr) -> ast.Dict | None:
    """The table of a name, where it is written out once and gets no more entries."""
    if not isinstance(node, ast.Name) or node.id in scope.params:
        return node if isinstance(node, ast.Dict) else None
    own = [store.value for store in scope.stores if store.path[0] == node.id]
    values = own or [store.value for _, store in program.stores if store.path[0] == node.id]
    return values[0] if len(values) == 1 and isinstance(values[0], ast.Dict) else None
