"""What a run leaves in an object that lasts, and the next run decides by: a default, a name of the notebook, an
iterator that runs on.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from grader.code.facts import Scope
from grader.code.findings import CodeFinding, Kind, Standing, place_of, said
from grader.code.gathered import returned_by
from grader.code.moments import Trained
from grader.code.paths import Path, path_of
from grader.code.program import Program, Step
from grader.model import Case
from paribus.check.names import called, root_name
from paribus.check.shows import only_shows, shown_in

_COLLECTIONS = frozenset({"list", "deque", "set"})
_ANEW = frozenset({"clear", "reset", "begin", "restart", "fresh", "new"})
"""Calls after which an object holds nothing of the run before."""
_BY_ITSELF = frozenset({"iter", "map", "zip", "filter", "enumerate", "reversed"})
"""Python's own functions that make an iterator, which can be gone through once."""
_MOST = 40
"""Names of the notebook that are looked at in one function."""
_STEPS = frozenset({"backward", "partial_fit", "training_step", "train_step"})
_ENDLESS = frozenset({"cycle", "count", "repeat"})


@dataclass(frozen=True, eq=False)
class _Lasting:
    """An object that is made once: its ``name`` in a function, where it is made, and the reads of it that hold what
    earlier runs have left: paths as long as those that are filled.
    """

    name: str
    step: Step
    line: int
    filled: frozenset[Path]


def left_behind(case: Case, program: Program, found: Trained) -> Iterator[CodeFinding]:
    """What a run decides by something that the runs before it have filled."""
    for scope in found.reach.scopes:
        for kept in (*_defaults(program, found, scope), *_of_the_notebook(program, found, scope)):
            node = next(_decides_by(program, scope, kept), None)
            if node is not None:
                where, there = (
                    place_of(case, kept.step, kept.line),
                    place_of(case, program.step_of(scope), node.lineno),
                )
                yield CodeFinding(
                    Kind.CHANGE, Standing.SUSPECTED,
                    f"{kept.name} is made once ({said(case, where)}), every run fills it, and {scope.name} decides "
                    f"by what is in it ({said(case, there)}): the second arm seems to begin with what the first "
                    "has left. A person looks; make it anew in every run.",
                    (where, there), kept.name,
                )  # fmt: skip


def _defaults(program: Program, found: Trained, scope: Scope) -> Iterator[_Lasting]:
    """Parameters whose default is a collection that the function fills, and that no call gives."""
    for name in scope.params:
        default = scope.default_of(name)
        if default is None or not _is_collection(program, default) or _is_given(found, scope, name):
            continue
        filled = {store.path for store in scope.stores if store.root == name and store.how in ("change", "augment")}
        bound = any(store.path == (name,) and store.how == "assign" for store in scope.stores)
        if filled and not bound and not _begun_anew(scope, name):
            yield _Lasting(name, program.step_of(scope), default.lineno, frozenset({(name,)}))


def _is_collection(program: Program, value: ast.expr) -> bool:
    made = isinstance(value, ast.Call) and called(value) in _COLLECTIONS
    return made or isinstance(value, ast.List | ast.Set)


def _is_given(found: Trained, scope: Scope, name: str) -> bool:
    """Some call of the function gives the parameter."""
    place = scope.params.index(name) - (scope.params[:1] == ("self",))
    for other in found.reach.scopes:
        for path, call in other.called:
            mine = path[-1] == scope.name.rpartition(".")[2]
            if mine and (len(call.args) > place or any(item.arg in (name, None) for item in call.keywords)):
                return True
    return False


def _of_the_notebook(program: Program, found: Trained, scope: Scope) -> Iterator[_Lasting]:
    """Names of the notebook that stand for a collection, or an object of a class of the notebook, made before both
    arms and filled by the training.
    """
    first, last = min(found.baseline.first, found.changed.first), max(found.baseline.last, found.changed.last)
    names = {node.id for node in scope.loads if node.id not in scope.local or node.id in scope.outer}
    for name in sorted(names & set(program.bound) - set(program.imports) if scope.name else ())[:_MOST]:
        bound = program.bound[name]
        before = [(step, store) for step, store in bound if step.order < first]
        if not before or any(first <= step.order <= last for step, _ in bound):
            continue
        step, store = before[-1]
        if store.value is None or any(_begun_anew(other, name) for other in found.reach.scopes):
            continue
        if _is_collection(program, store.value):
            filled = _filled(found, name)
        elif isinstance(store.value, ast.Call):
            filled = _by_methods(program, found, store.value, name)
        else:
            continue
        if filled:
            yield _Lasting(name, step, store.line, filled)


def _filled(found: Trained, name: str) -> frozenset[Path]:
    stores = [store for scope in found.reach.scopes if scope.name for store in scope.stores if store.root == name]
    own = [store for store in stores if store.how in ("change", "augment") and store.path == (name,)]
    return frozenset({(name,)}) if own and all(store.how != "assign" for store in stores) else frozenset()


def _by_methods(program: Program, found: Trained, made: ast.Call, name: str) -> frozenset[Path]:
    """The attributes, and the methods that return them, which a method called by the training changes."""
    classes = [scope for scope in program.functions_of(made.func) if scope.is_class]
    used = {
        path[1] for scope in found.reach.scopes for path, _ in scope.called if len(path) == 2 and path[0] == name
    }
    changed: set[str] = set()
    methods = [inner for scope in classes for inner in scope.inner]
    for inner in methods:
        short = inner.name.rpartition(".")[2]
        if short in used or (short == "__call__" and _is_called(found, name)):
            changed |= {
                store.path[1] for store in inner.stores
                if len(store.path) > 1 and store.root == "self" and store.how in ("augment", "change", "assign")
            }  # fmt: skip
            if short in _ANEW or short.startswith("reset"):
                return frozenset()
    reads = {(name, attribute) for attribute in changed}
    for inner in methods:
        short = inner.name.rpartition(".")[2]
        values = returned_by(inner.node)
        if any((path_of(node) or ())[:2] in {("self", item) for item in changed}
               for value in values for node in ast.walk(value) if isinstance(node, ast.Attribute)):  # fmt: skip
            reads.add((name, short) if short != "__call__" else (name,))
    return frozenset(reads)


def _is_called(found: Trained, name: str) -> bool:
    return any(path == (name,) for scope in found.reach.scopes for path, _ in scope.called)


def _begun_anew(scope: Scope, name: str) -> bool:
    """The function empties it, or gives it a first value of its own."""
    empties = any(path[0] == name and path[-1] in _ANEW for path, _ in scope.called)
    sets = any(
        store.root == name and store.how == "assign" and (name not in scope.local or name in scope.outer)
        and "[]" not in store.path
        for store in scope.stores
    )  # fmt: skip
    deletes = any(store.root == name and store.how == "delete" for store in scope.stores)
    return bool(scope.name) and (empties or sets or deletes)


def _decides_by(program: Program, scope: Scope, kept: _Lasting) -> Iterator[ast.expr]:
    """Where what is read of it decides: over a branch or the end of a loop, a rate, predictions, a gradient."""
    shown, derived = shown_in(scope.node), _derived(scope, kept)

    def holds(node: ast.AST | None) -> bool:
        return node is not None and any(_reads(inner, kept, derived, shown) for inner in ast.walk(node))

    for branch in scope.branches:
        shows = isinstance(branch, ast.If) and only_shows(branch)
        if not shows and holds(branch.test) and not _only_asks(branch.test):
            yield branch.test
    for store in scope.stores:
        rate = store.path[-1] in ("['lr']", "lr") and len(store.path) > 1 and store.root != kept.name
        if rate and store.value is not None and holds(store.value):
            yield store.value
    for path, call in scope.called:
        answers = [item.value for item in call.keywords if item.arg == "predictions"]
        if path[-1] == "backward" and isinstance(call.func, ast.Attribute):
            answers.append(call.func.value)
        for item in answers:
            if any(_reads(inner, kept, derived, frozenset()) for inner in ast.walk(item)):
                yield item


def _derived(scope: Scope, kept: _Lasting) -> frozenset[str]:
    """The function's names that are made of it."""
    found: set[str] = set()
    for _ in range(3):
        for store in scope.stores:
            new = len(store.path) == 1 and store.root not in found | {kept.name}
            parts = ast.walk(store.source) if new and store.source is not None else ()
            if any(_reads(node, kept, frozenset(found), frozenset()) for node in parts):
                found.add(store.root)
    return frozenset(found)


def _reads(node: ast.AST, kept: _Lasting, derived: frozenset[str], shown: frozenset[int]) -> bool:
    if id(node) in shown:
        return False
    if isinstance(node, ast.Name):
        return node.id in derived or ((kept.name,) in kept.filled and node.id == kept.name)
    path = path_of(node) if isinstance(node, ast.Attribute) else None
    return path is not None and path[:2] in kept.filled


def _only_asks(test: ast.expr) -> bool:
    """It is only asked whether there is anything, or whether something is in it."""
    if isinstance(test, ast.UnaryOp):
        return _only_asks(test.operand)
    if isinstance(test, ast.Compare):
        return any(isinstance(item, ast.In | ast.NotIn | ast.Is | ast.IsNot) for item in test.ops)
    return isinstance(test, ast.Name)


# --- iterators ----------------------------------------------------------------------------------------------------


def used_up(case: Case, program: Program, found: Trained) -> Iterator[CodeFinding]:
    """An iterator that is made once and gone through in every run, or in every epoch: the second time it is empty,
    or goes on where the first time ended.
    """
    first, last = min(found.baseline.first, found.changed.first), max(found.baseline.last, found.changed.last)
    for scope in found.reach.scopes if not any(item.is_class for item in found.roots) else ():
        if not scope.name:
            continue
        for name, node, within in _gone_through(program, scope):
            outside = name not in scope.local or name in scope.outer
            if outside and name in program.bound:
                before = [(step, store) for step, store in program.bound[name] if step.order < first]
                between = any(first <= step.order <= last for step, _ in program.bound[name])
                made = before[-1] if before and not between else None
                if made is None or not _is_iterator(program, made[1].value, endless=True):
                    continue
                where = place_of(case, made[0], made[1].line)
                what = "every run goes on where the one before it stopped"
            elif not outside and within is not None:
                stores = [store for store in scope.stores if store.path == (name,)]
                anew = any(within.lineno <= store.line <= (within.end_lineno or 0) for store in stores)
                if len(stores) != 1 or anew or not _is_iterator(program, stores[0].value, endless=False):
                    continue
                where = place_of(case, program.step_of(scope), stores[0].line)
                what = "after its first round nothing is left in it"
            else:
                continue
            there = place_of(case, program.step_of(scope), node.lineno)
            yield CodeFinding(
                Kind.CONFIG, Standing.SUSPECTED,
                f"{name} is an iterator that is made once ({said(case, where)}) and gone through again and again "
                f"({said(case, there)}): {what}. A person looks what was trained on.",
                (where, there), name,
            )  # fmt: skip


def _gone_through(program: Program, scope: Scope) -> Iterator[tuple[str, ast.expr, ast.For | ast.While | None]]:
    """Names that a loop that trains takes its batches from, with the loop around it."""
    trains = [
        loop for loop in scope.loops
        if any(
            isinstance(node, ast.Call) and called(node) in _STEPS
            for node in ast.walk(loop)
        )
    ]  # fmt: skip
    for loop in trains:
        around = [other for other in trains if other is not loop and any(node is loop for node in ast.walk(other))]
        outer = around[-1] if around else None
        if isinstance(loop, ast.For):
            inner = loop.iter
            parts = [inner] if isinstance(inner, ast.Name) else []
            if isinstance(inner, ast.Call) and (_yields(program, inner) or called(inner) in _BY_ITSELF):
                parts = list(inner.args)
            for item in parts:
                if isinstance(item, ast.Name):
                    yield item.id, item, outer
        for node in ast.walk(loop):
            if isinstance(node, ast.Call) and called(node) == "next" and node.args:
                yield root_name(node.args[0]), node.args[0], None


def _is_iterator(program: Program, value: ast.expr | None, *, endless: bool) -> bool:
    """An expression makes something that can be gone through once; ``endless`` counts what has no end, too."""
    if isinstance(value, ast.GeneratorExp):
        return True
    if not isinstance(value, ast.Call):
        return False
    if called(value) in _BY_ITSELF:
        return True
    if called(value) in _ENDLESS:
        return endless
    return _yields(program, value) and (endless or not _without_end(program, value))


def _yields(program: Program, call: ast.Call) -> bool:
    return any(
        isinstance(node, ast.Yield | ast.YieldFrom)
        for scope in program.functions_of(call.func) if not scope.is_class for node in ast.walk(scope.node)
    )  # fmt: skip


def _without_end(program: Program, call: ast.Call) -> bool:
    return any(
        isinstance(node, ast.While) and isinstance(node.test, ast.Constant)
        for scope in program.functions_of(call.func) for node in ast.walk(scope.node)
    )  # fmt: skip
