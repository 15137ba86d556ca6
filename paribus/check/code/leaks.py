"""Rows and labels of the held-out parts that flow into training, fitting, vocabularies or predictions."""

import ast
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from paribus.check.code.depends import depends_on
from paribus.check.code.facts import Scope
from paribus.check.code.findings import CodeFinding, Kind, Page, Place, place_of, said, suspected
from paribus.check.code.flow import FITS, HELD_OUT, JOINED, JOINS, LABELS, MULTIPLIED, NOTHING, STEERED, TRAIN, Flow
from paribus.check.code.following import arguments_of
from paribus.check.code.handed import learnt_from
from paribus.check.code.moments import BEGINS, TRAINS, run_calls
from paribus.check.code.paths import path_of
from paribus.check.code.program import Program, Step
from paribus.check.code.taken_apart import arguments
from paribus.check.code.tuned import scored_rows, told, tuned
from paribus.check.code.weighed import Weighing, counted_weights, weights_given

_LABEL_FITS = ("LabelEncoder", "LabelBinarizer", "MultiLabelBinarizer")
"""What only learns the names of the classes."""
_LEARNS = frozenset({"prepare", "load", "load_tokenizer"})
"""Functions of paribus that take what they are given for the rows to learn from."""
_SCORES = frozenset({"log", "finish"})
"""Calls that score a run."""


@dataclass(frozen=True)
class _Look:
    """What is looked at: the notebook, and the functions that its runs train with, by identity: those that are
    named (``roots``), all they reach, and the notebook's names that they read.
    """

    page: Page
    program: Program
    roots: frozenset[int]
    scopes: frozenset[int]
    free: frozenset[str]
    weighing: Weighing


def held_out_rows(page: Page, program: Program, given: Collection[int] = ()) -> tuple[CodeFinding, ...]:
    """Held-out rows in what is fitted or trained and then scored, and held-out labels in predictions. ``given`` are
    the positions of cells that were handed out.
    """
    look = _look(page, program)
    functions = {name: scopes[-1][1] for name, scopes in program.defined.items()}
    flow = Flow({}, functions)
    found: list[CodeFinding] = []
    fitted: dict[str, tuple[Step, ast.Call]] = {}
    for step in program.steps:
        if step.position not in given:
            for scope in step.scope.whole():
                inner = flow.inside(scope) if scope.name else flow
                for detect in (_trained_on, _answers, _weighed, _joined_rows, _by_labels):
                    found += detect(look, step, scope, inner)
                found += _handed(look, step, scope, inner, flow)
                for name, call in _fits(scope, inner):
                    fitted.setdefault(name, (step, call))
        flow.assign(step.scope)
    found += _scored_afterwards(look, fitted) if fitted else ()
    return tuple(dict.fromkeys(found))


def _scored_afterwards(look: _Look, fitted: dict[str, tuple[Step, ast.Call]]) -> Iterator[CodeFinding]:
    """Of what was fitted on held-out rows, that from which predictions follow; what comes after the last run is
    looked at and no more.
    """
    scored = _scored_names(look)
    last = max(
        (
            step.order
            for step in look.program.steps
            if any(path[-1] in _SCORES | BEGINS for path, _ in step.scope.called)
        ),
        default=0,
    )
    for name, (step, call) in fitted.items():
        if name in scored and step.order <= last:
            where = place_of(look.page, step, call.lineno)
            what = f"{ast.unparse(call.func)} learns from validation or test rows ({said(look.page, where)})"
            yield _leak(look, where, f"{what}, and what it learnt is scored afterwards", "fit")


def _fits(scope: Scope, flow: Flow) -> Iterator[tuple[str, ast.Call]]:
    """What is fitted on held-out rows: the names under which it is used afterwards."""
    for path, call in scope.called:
        if path[-1] not in FITS:
            continue
        parts = (*arguments(call), *([call.func.value] if isinstance(call.func, ast.Attribute) else []))
        held = NOTHING.union(*(flow.holds(item) for item in parts))
        text = ast.unparse(call.func)
        if not held & {HELD_OUT, JOINED, STEERED} or any(word in text for word in _LABEL_FITS):
            continue
        if len(path) > 1 and path[0]:
            yield path[0], call
        for store in scope.stores:
            if store.source is not None and any(node is call for node in ast.walk(store.source)):
                yield store.root, call


def _trained_on(look: _Look, step: Step, scope: Scope, flow: Flow) -> Iterator[CodeFinding]:
    """Loops that take training steps on held-out batches."""
    for loop in scope.loops:
        if not isinstance(loop, ast.For):
            continue
        held = flow.holds(loop.iter)
        if held & {HELD_OUT, JOINED, STEERED} and _steps(look.program, loop.body):
            where = place_of(look.page, step, loop.lineno)
            what = f"The loop trains on validation or test rows ({said(look.page, where)})"
            yield _leak(look, where, what, scope.name)


def _handed(look: _Look, step: Step, scope: Scope, inner: Flow, notebook: Flow) -> Iterator[CodeFinding]:
    """Held-out rows that training hands to what learns from all that it is given."""
    if id(scope) not in look.scopes:
        return
    for call, function, how in learnt_from(look.program, scope, inner, notebook):
        where = place_of(look.page, step, call.lineno)
        what = (
            f"{function.name} {how} whatever it is given, here validation or test rows ({said(look.page, where)})"
        )
        yield _leak(look, where, what, function.name)


def _steps(program: Program, body: Sequence[ast.stmt]) -> bool:
    """A body that takes a training step, by itself or through a function of the notebook."""
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Call):
                if getattr(node.func, "attr", "") == "backward":
                    return True
                for scope in program.functions_of(node.func):
                    if any(getattr(call.func, "attr", "") == "backward" for call in scope.calls):
                        return True
    return False


def _weighed(look: _Look, step: Step, scope: Scope, flow: Flow) -> Iterator[CodeFinding]:
    """Weights that are made of held-out labels, and rows that were multiplied before they were split."""
    for call in counted_weights(look.weighing, step, scope, flow):
        where = place_of(look.page, step, call.lineno)
        what = f"Weights are made of validation labels ({said(look.page, where)})"
        yield _leak(look, where, what, scope.name)
    for path, call in scope.called:
        name = path[-1]
        given = weights_given(name, call)
        if not given and name != "train_test_split":
            continue
        where = place_of(look.page, step, call.lineno)
        if any(LABELS in flow.holds(item) for item in given):
            what = f"Weights are made of validation labels ({said(look.page, where)})"
            yield _leak(look, where, what, scope.name)
        if name == "train_test_split" and any(MULTIPLIED in flow.holds(item) for item in call.args):
            what = f"Rows are multiplied before they are split ({said(look.page, where)})"
            yield _leak(look, where, what, scope.name)


def _joined_rows(look: _Look, step: Step, scope: Scope, flow: Flow) -> Iterator[CodeFinding]:
    """Training and held-out rows in one, where training uses them."""
    for store in scope.stores if not scope.name else ():
        made = store.source
        if (
            store.root in look.free
            and len(store.path) == 1
            and not _only_joins(made)
            and JOINED in flow.holds(made)
        ):
            where = place_of(look.page, step, store.line)
            what = f"{store.root}, which training uses, is made of training and validation rows in one"
            yield _leak(look, where, f"{what} ({said(look.page, where)})", store.root)
    for store in scope.stores if id(scope) in look.scopes else ():
        if "train" in store.path[1:] and JOINED in flow.holds(store.source):
            where = place_of(look.page, step, store.line)
            what = f"{'.'.join(store.path)} is given training and validation rows in one ({said(look.page, where)})"
            yield _leak(look, where, what, store.root)
    for path, call in scope.called:
        begins = path[-1] in BEGINS and any(item.arg == "data" for item in call.keywords)
        trains = any(id(inner) in look.roots for inner in look.program.functions_of(call.func, step.order))
        inside = id(scope) in look.scopes and (path[-1] in _LEARNS or _learns_from_all(look, call))
        if begins or trains or inside:
            given = (*call.args, *(item.value for item in call.keywords if not begins or item.arg == "data"))
            if any(JOINED in flow.holds(item) for item in given) or _learns_from_both(look.program, call, flow):
                where = place_of(look.page, step, call.lineno)
                what = f"Training gets training and validation rows in one ({said(look.page, where)})"
                yield _leak(look, where, what, scope.name)
                return


def _learns_from_all(look: _Look, call: ast.Call) -> bool:
    """A function or a class of the notebook that counts, or fits something to, what it is given."""
    return any(
        path[-1] in FITS or (path[-1] in ("Counter", "most_common") and not _only_tells(function))
        for function in look.program.functions_of(call.func)
        if id(function) not in look.roots
        for inner in function.whole()
        for path, _ in inner.called
    )


def _learns_from_both(program: Program, call: ast.Call, flow: Flow) -> bool:
    """It is given a collection of parts, training rows and held-out ones among them, and fits something to each."""
    for scope in program.functions_of(call.func):
        begins = [inner for inner in scope.inner if inner.name == f"{scope.name}.__init__"]
        for function in begins if scope.is_class else [scope]:
            for name, item in arguments_of(function, call):
                parts = flow.parts.get(item.id) if isinstance(item, ast.Name) else item
                every = [flow.holds(part) for part in parts.elts] if isinstance(parts, ast.Tuple | ast.List) else []
                both = {TRAIN, HELD_OUT} <= NOTHING.union(*every)
                if both and any(path[-1] in FITS and _goes_through(fit, name) for path, fit in function.called):
                    return True
    return False


def _goes_through(call: ast.Call, name: str) -> bool:
    return any(
        isinstance(node, ast.comprehension) and path_of(node.iter) == (name,)
        for item in call.args
        for node in ast.walk(item)
    )


def _only_tells(function: Scope) -> bool:
    """A function that returns nothing and puts nothing elsewhere: what it counts, it can only print."""
    own = function.local - function.outer - set(function.params)
    returns = any(item.value is not None for item in function.returns)
    return not function.is_class and not returns and all(store.root in own for store in function.stores)


def _by_labels(look: _Look, step: Step, scope: Scope, flow: Flow) -> Iterator[CodeFinding]:
    """What training chooses or learns by held-out labels, and rows that are scored because of theirs."""
    if id(scope) not in look.scopes:
        return
    for node in tuned(look.program, scope, flow):
        where = place_of(look.page, step, node.lineno)
        what = f"One of several is chosen by how well it does on the validation labels ({said(look.page, where)})"
        yield _leak(look, where, what, scope.name)
    for node in told(look.program, scope, flow):
        where = place_of(look.page, step, node.lineno)
        yield _leak(look, where, f"The model is told validation labels ({said(look.page, where)})", scope.name)
    for node in scored_rows(scope, flow):
        where = place_of(look.page, step, node.lineno)
        because = (
            f"A loss is logged over rows that were chosen by the validation labels ({said(look.page, where)}), and "
            f"not over all. {look.page.asks('score all rows')}"
        )
        yield suspected(Kind.PREDICTIONS, scope.name, where).saying(because)


def _only_joins(node: ast.expr | None) -> bool:
    """Two parts put together and nothing more: what is done with them is elsewhere."""
    if isinstance(node, ast.Call):
        path = path_of(node.func)
        copies = path in (("list",), ("tuple",)) and bool(node.args) and _only_joins(node.args[0])
        return copies or (path is not None and path[-1] in JOINS)
    return isinstance(node, ast.BinOp | ast.List | ast.Tuple)


def _answers(look: _Look, step: Step, scope: Scope, flow: Flow) -> Iterator[CodeFinding]:
    """Predictions that are made with the labels they are scored against."""
    for path, call in scope.called:
        if path[-1] not in _SCORES:
            continue
        for item in call.keywords:
            held = flow.holds(item.value) if item.arg == "predictions" else NOTHING
            if held & {LABELS, STEERED} and not _only_told(look.program, scope, flow, item.value):
                where = place_of(look.page, step, item.value.lineno)
                how = (
                    "are made with the validation labels themselves"
                    if LABELS in held
                    else "were changed by a mask, a share or a comparison that follows from the validation labels"
                )
                because = (
                    f"The predictions {how} ({said(look.page, where)}). {look.page.asks('predict without them')}"
                )
                yield suspected(Kind.PREDICTIONS, scope.name, where).saying(because)


def _only_told(program: Program, scope: Scope, flow: Flow, value: ast.expr) -> bool:
    """A function of the notebook is given the labels, and what it returns does not depend on them."""
    if isinstance(value, ast.Name):
        made = [store.value for store in scope.stores if store.path == (value.id,)]
        value = made[0] if len(made) == 1 and made[0] is not None else value
    functions = program.functions_of(value.func) if isinstance(value, ast.Call) else ()
    if len(functions) != 1 or functions[0].is_class or not isinstance(value, ast.Call):
        return False
    given = dict(arguments_of(functions[0], value))
    secret = {name for name, item in given.items() if flow.holds(item) & {LABELS, STEERED}}
    return bool(secret) and len(given) == len(arguments(value)) and not depends_on(functions[0], secret)


def _look(page: Page, program: Program) -> _Look:
    roots: set[int] = set()
    scopes: set[int] = set()
    free: set[str] = set()
    last = 0
    for call in run_calls(program):
        last = max(last, call.step.order)
        named = program.functions_of(call.function, call.step.order)
        if named:
            reach = program.reach(named, call.step.order)
            roots |= {id(scope) for scope in named}
            scopes |= {id(scope) for scope in reach.scopes}
            free |= reach.free
    own = {id(step.scope) for step in program.steps if any(path[-1] in TRAINS for path, _ in step.scope.called)}
    weighing = Weighing(program, frozenset(scopes | own), frozenset(free), last)
    return _Look(page, program, frozenset(roots), frozenset(scopes), frozenset(free), weighing)


def _scored_names(look: _Look) -> frozenset[str]:
    """Names that predictions follow from, through assignments, and those that training reads."""
    found: set[str] = set()
    made: dict[str, list[ast.expr]] = {}
    waiting = sorted(look.free)
    for _, scope in look.program.scopes:
        for store in scope.stores:
            if store.source is not None:
                made.setdefault(store.root, []).append(store.source)
        for path, call in scope.called:
            if path[-1] in _SCORES:
                parts = (*call.args, *(item.value for item in call.keywords if item.arg == "predictions"))
                waiting += [node.id for part in parts for node in ast.walk(part) if isinstance(node, ast.Name)]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            for value in made.get(name, ()):
                waiting += [node.id for node in ast.walk(value) if isinstance(node, ast.Name)]
    return frozenset(found)


def _leak(look: _Look, where: Place, what: str, name: str) -> CodeFinding:
    because = (
        f"{what}. A score on rows that were learnt from is no validation score. "
        f"{look.page.asks('learn from the training rows alone')}"
    )
    return suspected(Kind.LEAK, name, where).saying(because)
