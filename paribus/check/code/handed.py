"""Held-out rows that training hands to a function or a method which learns from whatever it is given."""

import ast
from collections.abc import Iterator, Sequence

from paribus.check.code.depends import depending
from paribus.check.code.facts import Scope
from paribus.check.code.flow import FITS, HELD_OUT, JOINED, NOTHING, STEERED, TRAIN, Flow
from paribus.check.code.following import arguments_of
from paribus.check.code.paths import path_of
from paribus.check.code.program import Program
from paribus.check.code.taken_apart import arguments
from paribus.check.code.tuned import is_grid
from paribus.check.names import called

_DEEPEST = 2
_SECRET = frozenset({HELD_OUT, JOINED, STEERED})
_DEPENDS = (ast.If, ast.IfExp, ast.Try, ast.Match, ast.FunctionDef, ast.Lambda, ast.While)
_MAY_STEP = frozenset({"set_grad_enabled", "inference_mode", "no_grad", "nullcontext"})


def learnt_from(
    program: Program, scope: Scope, flow: Flow, notebook: Flow, depth: int = 0
) -> Iterator[tuple[ast.Call, Scope, str]]:
    """The calls by which a function hands held-out rows to one that takes training steps on them, or fits something
    to them, on no condition: the call, what it calls, and "trains on" or "fits something to".
    """
    for call in scope.calls:
        for inner in _functions(program, scope, call):
            given = {name: flow.holds(item) for name, item in arguments_of(inner, call)}
            if not any(held & _SECRET and TRAIN not in held for held in given.values()):
                continue
            if _may_end_early(inner):
                continue
            within = (flow if inner in scope.inner else notebook).inside(inner, given)
            secret = {name for name, held in given.items() if held & _SECRET and TRAIN not in held}
            how = _learns(program, inner, within) or _chooses(program, inner, secret)
            if how:
                yield call, inner, how
            elif depth < _DEEPEST:
                yield from (
                    (call, inner, found) for _, _, found in learnt_from(program, inner, within, notebook, depth + 1)
                )


def _functions(program: Program, scope: Scope, call: ast.Call) -> list[Scope]:
    """The function of the notebook behind a call: one that is defined here, or another, or a method of an object
    whose class is known.
    """
    if isinstance(call.func, ast.Name):
        name = call.func.id
        here = [inner for inner in scope.inner if inner.name == name]
        return here or [item for item in program.functions_of(call.func) if not item.is_class]
    if not isinstance(call.func, ast.Attribute):
        return []
    owner = _class_behind(program, scope, call.func.value)
    return [inner for inner in owner.inner if inner.name == f"{owner.name}.{call.func.attr}"] if owner else []


def _class_behind(program: Program, scope: Scope, node: ast.expr, depth: int = 0) -> Scope | None:
    """``Loop(config)``, ``Loop(config).fit(part)``, ``loop`` for what was made so, ``self``."""
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name):
            made = program.functions_of(node.func)
            return made[0] if made and made[0].is_class else None
        return (
            _class_behind(program, scope, node.func.value, depth) if isinstance(node.func, ast.Attribute) else None
        )
    if not isinstance(node, ast.Name) or depth > _DEEPEST:
        return None
    if node.id == "self":
        known = program.defined.get(scope.name.rpartition(".")[0], ())
        return known[-1][1] if known else None
    values = [store.value for store in scope.stores if store.path == (node.id,)]
    if not values and node.id not in scope.local:
        values = [store.value for _, store in program.bound.get(node.id, ())]
    made_of = values[-1] if values else None
    return _class_behind(program, scope, made_of, depth + 1) if isinstance(made_of, ast.Call) else None


def _may_end_early(scope: Scope) -> bool:
    """A condition may leave the function or a round before anything is learnt."""
    return any(
        isinstance(node, ast.Return | ast.Continue | ast.Raise)
        for branch in scope.branches
        if isinstance(branch, ast.If)
        for node in ast.walk(branch)
    )


def _learns(program: Program, scope: Scope, flow: Flow) -> str:
    body = getattr(scope.node, "body", [])
    for node in _surely(body):
        if isinstance(node, ast.For) and flow.holds(node.iter) & _SECRET and _steps(program, node.body):
            return "trains on"
        if isinstance(node, ast.Call) and called(node) in FITS and scope.returns:
            parts = (*arguments(node), *([node.func.value] if isinstance(node.func, ast.Attribute) else []))
            held = NOTHING.union(*map(flow.holds, parts))
            names = ast.unparse(node.func)
            if held & _SECRET and TRAIN not in held and "Label" not in names and not _is_new_here(node):
                return "fits something to"
    return ""


def _chooses(program: Program, scope: Scope, secret: set[str]) -> str:
    """It takes the best of some numbers, by how well each does on what it is given."""
    known = depending(scope.node, secret)
    for node in _surely(getattr(scope.node, "body", [])):
        key = (
            next((item.value for item in node.keywords if item.arg == "key"), None)
            if (isinstance(node, ast.Call) and called(node) in ("max", "min") and node.args)
            else None
        )
        if isinstance(key, ast.Lambda) and isinstance(node, ast.Call) and is_grid(program, node.args[0]):
            read = {inner.id for inner in ast.walk(key.body) if isinstance(inner, ast.Name)}
            if read & known:
                return "chooses a number by"
    return ""


def _is_new_here(call: ast.Call) -> bool:
    """``TSNE(2).fit_transform(points)``: a picture, perhaps."""
    path = path_of(call.func)
    return path is None


def _steps(program: Program, body: Sequence[ast.stmt]) -> bool:
    """A training step is taken in these statements, by themselves or by a function of the notebook."""
    for node in _surely(body):
        if isinstance(node, ast.Call):
            if called(node) == "backward":
                return True
            for scope in program.functions_of(node.func) if isinstance(node.func, ast.Name) else ():
                inner = getattr(scope.node, "body", [])
                if any(isinstance(item, ast.Call) and called(item) == "backward" for item in _surely(inner)):
                    return True
    return False


def _surely(body: Sequence[ast.AST]) -> Iterator[ast.AST]:
    """What is done on no condition."""
    for node in body:
        if isinstance(node, _DEPENDS):
            continue
        if isinstance(node, ast.With) and any(
            isinstance(item.context_expr, ast.Call) and called(item.context_expr) in _MAY_STEP
            for item in node.items
        ):
            continue
        yield node
        yield from _surely(list(ast.iter_child_nodes(node)))
