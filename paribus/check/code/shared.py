"""Attributes that all objects of a class share: what stands in its body, and defaults that no call gives."""

import ast
from collections.abc import Iterator, Mapping

from paribus.check.code.facts import Scope
from paribus.check.code.moments import Training
from paribus.check.code.paths import Store, path_of
from paribus.check.code.program import Program
from paribus.check.names import called

_COLLECTIONS = frozenset({"list", "deque", "set"})


def made_by(value: ast.expr | None) -> Iterator[ast.Call]:
    """``Mean(network)``, ``given or Mean(network)``."""
    parts = value.values if isinstance(value, ast.BoolOp) else [value]
    yield from (item for item in parts if isinstance(item, ast.Call) and isinstance(item.func, ast.Name))


def shared_attributes(program: Program, found: Training, made: ast.Call) -> dict[str, tuple[int, bool]]:
    """The attributes of an object that are one for all objects of its class, with the line that makes them, and
    whether each is a table: collections in the class's body, or in a default that no call gives.
    """
    result: dict[str, tuple[int, bool]] = {}
    for owner in (scope for scope in program.functions_of(made.func) if scope.is_class):
        body = {store.root: store for store in owner.stores if len(store.path) == 1 and store.value is not None}
        own = [(inner, store) for inner in owner.inner for store in inner.stores
               if len(store.path) == 2 and store.root == "self" and store.how == "assign"]  # fmt: skip
        for name in {*body, *(store.path[1] for _, store in own)}:
            puts = [(inner, store.value) for inner, store in own if store.path[1] == name]
            value, line = (body[name].value, body[name].line) if name in body and not puts else (None, 0)
            if len(puts) == 1 and puts[0][0].name.endswith(".__init__"):
                value, line = _behind(found, owner, body, *puts[0])
            if value is not None and (isinstance(value, ast.Dict) or is_collection(program, value)):
                result[name] = (line, isinstance(value, ast.Dict))
    return result


def _behind(
    found: Training, owner: Scope, body: Mapping[str, Store], method: Scope, value: ast.expr | None
) -> tuple[ast.expr | None, int]:
    """What an attribute is another name for: a default that no call gives, or what stands in the class's body."""
    path = path_of(value) if value is not None else None
    if path is not None and len(path) == 2 and path[0] in (owner.name, "self", "cls") and path[1] in body:
        return body[path[1]].value, body[path[1]].line
    if path is None or len(path) > 1 or path[0] not in method.params:
        return None, 0
    default = method.default_of(path[0])
    place = method.params.index(path[0]) - 1
    makes = [call for other in found.reach.scopes for made, call in other.called if made[-1] == owner.name]
    given = any(
        len(call.args) > place or any(item.arg in (path[0], None) for item in call.keywords) for call in makes
    )
    return (None, 0) if given or default is None else (default, default.lineno)


def is_collection(program: Program, value: ast.expr) -> bool:
    made = isinstance(value, ast.Call) and called(value) in _COLLECTIONS
    return made or isinstance(value, ast.List | ast.Set)
