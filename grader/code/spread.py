"""What a call is given otherwise than by a word: tables that are spread, shares of rows, scaled rates."""

import ast
from collections.abc import Iterator, Mapping

from paribus.check.code.facts import Scope
from paribus.check.code.following import Context, Following
from paribus.check.code.gathered import returned_by
from paribus.check.code.moments import Training
from paribus.check.code.paths import path_of
from paribus.check.code.program import Program
from paribus.check.code.taken_apart import arguments
from paribus.check.names import called, last_name

_SHARES: Mapping[str, int] = {"WeightedRandomSampler": 0, "multinomial": 0}
"""What draws rows by shares that it is given by their place; `choice` and `choices` take them by a keyword."""


_SHARES_BY_NAME: Mapping[str, str] = {"choice": "p", "choices": "weights", "sample": "weights"}


_DEEPEST = 2


def words_spread(
    following: Following, context: Context, node: ast.expr, names: frozenset[str], depth: int = 0
) -> Iterator[str]:
    """The keys under which a table that is spread holds what follows: ``**options_for(config)``, ``**options``."""
    if isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            word = key.value if isinstance(key, ast.Constant) else None
            if isinstance(word, str) and following.follows(context, value, names):
                yield word
    elif isinstance(node, ast.Call) and depth < _DEEPEST:
        for function in following.functions(context.scope, node):
            inner = following.called_with(context, function, node, names)
            for value in returned_by(function.node):
                yield from words_spread(following, inner, value, following.names(inner), depth + 1)
        if called(node) == "dict":
            yield from (
                item.arg for item in node.keywords if item.arg and following.follows(context, item.value, names)
            )
    elif isinstance(node, ast.Name) and depth < _DEEPEST:
        for store in context.scope.stores:
            if store.path == (node.id,) and store.value is not None:
                yield from words_spread(following, context, store.value, names, depth + 1)


def shares_of(call: ast.Call) -> Iterator[ast.expr]:
    """By what shares a call draws rows."""
    name = called(call)
    if name in _SHARES:
        yield from call.args[_SHARES[name] : _SHARES[name] + 1]
    yield from (item.value for item in call.keywords if item.arg and item.arg == _SHARES_BY_NAME.get(name))


def weighs_losses(following: Following) -> bool:
    """The class weights weigh the losses: what draws rows by them is no other way of saying the same."""
    for context in following.contexts():
        names = following.names(context)
        for call in context.scope.calls:
            loss = any(word in called(call).lower() for word in ("loss", "entropy", "weighted_mean", "criterion"))
            parts = arguments(call)
            if loss and any(following.follows(context, item, names) for item in parts):
                return True
    return False


def takes_a_rate(scope: Scope, call: ast.Call) -> bool:
    """An optimiser begins with a rate that is scaled by the batch size."""
    rates = [item.value for item in call.keywords if item.arg == "lr"]
    rates += [rate for item in call.keywords if item.arg is None for rate in _rates_of_table(scope, item.value)]
    return any(isinstance(rate, ast.Name | ast.BinOp) and is_scaled(scope, rate) for rate in rates)


def hands_a_rate(found: Training, scope: Scope, call: ast.Call) -> bool:
    """An object is given a rate that is scaled so, and an optimiser takes it from there: ``lr=self.peak``."""
    taken = {
        path[1] for other in found.reach.scopes for inner in other.calls for item in inner.keywords
        if item.arg == "lr" and (path := path_of(item.value)) is not None and len(path) == 2 and path[0] == "self"
    }  # fmt: skip
    return any(item.arg in taken and is_scaled(scope, item.value) for item in call.keywords)


def _rates_of_table(scope: Scope, node: ast.expr) -> list[ast.expr]:
    """The rates of a table that is spread: ``**(OPTIONS | {"lr": rate})``, or of a name that means one."""
    made = [store.value for store in scope.stores if isinstance(node, ast.Name) and store.path == (node.id,)]
    return [
        value for part in (node, *filter(None, made)) for inner in ast.walk(part) if isinstance(inner, ast.Dict)
        for key, value in zip(inner.keys, inner.values, strict=True)
        if isinstance(key, ast.Constant) and key.value in ("lr", "learning_rate")
    ]  # fmt: skip


def is_scaled(scope: Scope, node: ast.expr | None, depth: int = 0) -> bool:
    """A factor is the batch size as a share of another one, ``config.batch_size / 32``: no count of steps."""
    for inner in ast.walk(node) if node is not None else ():
        divides = isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Div)
        if isinstance(inner, ast.BinOp) and divides and "batch_size" in _factors(inner.left):
            return isinstance(inner.right, ast.Constant | ast.Attribute | ast.Subscript | ast.Name)
        made = [
            store.value for store in scope.stores
            if isinstance(inner, ast.Name) and store.path == (inner.id,) and store.value is not node
        ] if depth < _DEEPEST else []  # fmt: skip
        if any(is_scaled(scope, value, depth + 1) for value in made):
            return True
    return False


def _factors(node: ast.expr) -> set[str]:
    """The last names of a product's factors."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return _factors(node.left) | _factors(node.right)
    return {last_name(node)}


def words_of_table(program: Program, node: ast.expr) -> set[str]:
    """The keys of a table's entries: of ``**OPTIONS[config.weights]``."""
    inner = node.value if isinstance(node, ast.Subscript) else node
    table = program.value_before(inner.id, len(program.steps)) if isinstance(inner, ast.Name) else inner
    entries = table.values if isinstance(table, ast.Dict) else []
    found = {key.value for entry in entries if isinstance(entry, ast.Dict) for key in entry.keys
             if isinstance(key, ast.Constant)}  # fmt: skip
    found |= {item.arg for entry in entries if isinstance(entry, ast.Call) for item in entry.keywords}
    return {word for word in found if isinstance(word, str)}
