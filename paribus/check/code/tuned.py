"""What is chosen, learnt or scored by held-out labels: a strength tuned on them, a model that is told them, a loss
over rows that were chosen by them.
"""

import ast
from collections.abc import Iterator

from paribus.check.code.facts import Scope
from paribus.check.code.flow import LABELS, STEERED, TRAIN, Flow
from paribus.check.code.paths import path_of
from paribus.check.code.program import Program
from paribus.check.names import called

_GRIDS = frozenset({"linspace", "arange", "logspace", "geomspace"})
_CHOOSES = frozenset({"max", "min", "sorted", "argmax", "argmin", "nlargest", "nsmallest", "idxmax"})
_TRAINS = frozenset({"fit", "partial_fit", "backward"})
_MANY = (ast.ListComp, ast.DictComp, ast.GeneratorExp)
_SPLITS_LOSS = frozenset({"validation_loss"})


def tuned(program: Program, scope: Scope, flow: Flow) -> Iterator[ast.expr]:
    """Where one of several numbers, or of several models, is chosen by how well it does on held-out labels."""
    made = {store.root: store.value for store in scope.stores if len(store.path) == 1 and store.value is not None}
    for call in scope.calls:
        if called(call) not in _CHOOSES:
            continue
        of = [call.func.value] if isinstance(call.func, ast.Attribute) and not call.args else call.args[:1]
        key = next((item.value for item in call.keywords if item.arg == "key"), None)
        for item in of:
            table = made.get(item.id) if isinstance(item, ast.Name) else item
            tries = is_grid(program, item) or _tries(program, table)
            if (tries and isinstance(key, ast.Lambda) and _asks_labels(key.body, flow)) or (
                _tries(program, table) and table is not None and _asks_labels(table, flow)
            ):
                yield call
    for loop in scope.loops:
        tries = isinstance(loop, ast.For) and is_grid(program, loop.iter) and not _logs(loop)
        if isinstance(loop, ast.For) and (tries or _trains_anew(program, loop)):
            scores = {
                store.root
                for store in scope.stores
                if store.value is not None
                and loop.lineno <= store.line <= (loop.end_lineno or 0)
                and _asks_labels(store.value, flow)
            }
            for branch in ast.walk(loop):
                if isinstance(branch, ast.If) and isinstance(branch.test, ast.Compare):
                    names = {node.id for node in ast.walk(branch.test) if isinstance(node, ast.Name)}
                    if names & scores:
                        yield branch.test


def is_grid(program: Program, node: ast.expr | None) -> bool:
    """Numbers to try: ``np.linspace(0, 2, 21)``, ``(0.1, 1.0, 10.0)``, or a name of such."""
    if isinstance(node, ast.Call):
        return called(node) in _GRIDS
    if isinstance(node, ast.Name):
        values = [store.value for _, store in program.bound.get(node.id, ())]
        return bool(values) and values[-1] is not None and not isinstance(values[-1], ast.Name) and is_grid(
            program, values[-1]
        )  # fmt: skip
    numbers = node.elts if isinstance(node, ast.Tuple | ast.List) else []
    return len(numbers) > 1 and all(
        isinstance(item, ast.Constant) and isinstance(item.value, int | float) for item in numbers
    )


def _logs(loop: ast.For) -> bool:
    """Its rounds are the epochs of a run, however they are written: ``for epoch in np.arange(1, 4)``."""
    return any(
        isinstance(node, ast.Call) and called(node) == "log" and any(item.arg == "epoch" for item in node.keywords)
        for node in ast.walk(loop)
    )


def _tries(program: Program, table: ast.AST | None) -> bool:
    """Several of something: one for each number of a grid, or models that are trained one after another."""
    if not isinstance(table, _MANY):
        return False
    if any(is_grid(program, item.iter) for item in table.generators):
        return True
    element = table.value if isinstance(table, ast.DictComp) else table.elt
    return any(
        path[-1] in _TRAINS
        for node in ast.walk(element) if isinstance(node, ast.Call)
        for function in program.functions_of(node.func) for inner in function.whole() for path, _ in inner.called
    ) or any(isinstance(node, ast.Call) and called(node) in _TRAINS for node in ast.walk(element))  # fmt: skip


def _trains_anew(program: Program, loop: ast.For) -> bool:
    """Each round makes a model and trains it: several tries, and not the epochs of one."""
    calls = [node for node in ast.walk(loop) if isinstance(node, ast.Call)]
    inner = [
        call for node in calls for function in program.functions_of(node.func) if not function.is_class
        for scope in program.reach([function]).scopes for call in scope.calls
    ]  # fmt: skip
    names = {path_of(call.func) or ("",) for call in (*calls, *inner)}
    makes = any(path[-2:] == ("models", "load") or path[-1] == "from_pretrained" for path in names)
    return makes and any(called(call) in _TRAINS for call in (*calls, *inner))


def _asks_labels(node: ast.AST, flow: Flow) -> bool:
    """A call in it is given held-out labels, or they are compared with something."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call) and any(LABELS in flow.holds(item) for item in inner.args):
            return True
        if isinstance(inner, ast.Compare) and STEERED in flow.holds(inner):
            return True
    return False


def told(program: Program, scope: Scope, flow: Flow) -> Iterator[ast.Call]:
    """Where a model is given held-out labels by the method by which it learns from the training rows."""
    loops = [loop for loop in scope.loops if isinstance(loop, ast.For)]
    of_training = {id(node): _variables(loop, flow, TRAIN) for loop in loops for node in ast.walk(loop)}
    learns = {
        path
        for path, call in scope.called
        if len(path) == 2
        and any(
            TRAIN in flow.holds(item) or getattr(item, "id", "") in of_training.get(id(call), ())
            for item in call.args
        )
    }
    for loop in loops:
        secret = _variables(loop, flow, LABELS)
        for node in ast.walk(loop) if secret else ():
            if not isinstance(node, ast.Call) or (path := path_of(node.func)) not in learns:
                continue
            given = {item.id for item in node.args if isinstance(item, ast.Name)}
            if secret & given and _keeps(program, path):
                yield node


def _variables(loop: ast.For, flow: Flow, wanted: str) -> set[str]:
    """The loop's variables that hold this: of ``for text, label in zip(texts, labels)`` the second is a label."""
    parts = loop.iter.args if isinstance(loop.iter, ast.Call) and called(loop.iter) == "zip" else [loop.iter]
    targets = loop.target.elts if isinstance(loop.target, ast.Tuple) else [loop.target]
    return {
        target.id
        for target, part in zip(targets, parts, strict=False)
        if isinstance(target, ast.Name) and wanted in flow.holds(part)
    }


def _keeps(program: Program, path: tuple[str, ...] | None) -> bool:
    """A method of a class of the notebook that puts something into its object."""
    return path is not None and any(
        store.root == "self"
        for defined in program.defined.values() for _, scope in defined if scope.is_class
        for inner in scope.inner if inner.name == f"{scope.name}.{path[-1]}" for store in inner.stores
    )  # fmt: skip


def scored_rows(scope: Scope, flow: Flow) -> Iterator[ast.expr]:
    """Where a run logs a loss over rows that were chosen by held-out labels, such as those that it gets right."""
    made = {store.root: store.value for store in scope.stores if len(store.path) == 1 and store.value is not None}
    for path, call in scope.called:
        for item in call.keywords if path[-1] in ("log", "finish") else ():
            if item.arg not in _SPLITS_LOSS:
                continue
            value = made.get(item.value.id) if isinstance(item.value, ast.Name) else item.value
            for node in ast.walk(value) if value is not None else ():
                if not isinstance(node, ast.Subscript) or value is None or not flow.holds(node.slice) & {STEERED}:
                    continue
                mask = made.get(node.slice.id) if isinstance(node.slice, ast.Name) else node.slice
                if mask is None or not _keeps_all(mask, value):
                    yield node
                    break


def _keeps_all(mask: ast.expr, value: ast.expr) -> bool:
    """A mask that leaves no row out for its label: it asks whether there is a label (``labels >= 0``), or for one
    class after another (``losses[labels == kind].mean() for kind in range(4)``).
    """
    if not isinstance(mask, ast.Compare) or len(mask.ops) != 1:
        return False
    if not isinstance(mask.left, ast.Name | ast.Attribute | ast.Subscript):
        return False
    other = mask.comparators[0]
    classes = {
        target.id for node in ast.walk(value) if isinstance(node, ast.ListComp | ast.GeneratorExp)
        for item in node.generators for target in ast.walk(item.target)
        if isinstance(target, ast.Name) and not item.ifs
    }  # fmt: skip
    if isinstance(mask.ops[0], ast.Eq) and isinstance(other, ast.Name) and other.id in classes:
        return True
    nothing = ast.unparse(other)
    return (isinstance(mask.ops[0], ast.GtE) and nothing == "0") or (
        isinstance(mask.ops[0], ast.NotEq | ast.Gt) and nothing in ("-1", "-100")
    )
