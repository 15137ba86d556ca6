"""Weights of a loss or a sampler that are counted on held-out labels, followed back through names and functions."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from paribus.check.code.cells import KEPT
from paribus.check.code.facts import Scope
from paribus.check.code.flow import CLASSES, HELD_OUT, JOINED, LABELS, STEERED, Flow, Held
from paribus.check.code.paths import path_of
from paribus.check.code.program import Program, Step
from paribus.check.code.taken_apart import arguments

WEIGHTS = frozenset({"weight", "weights", "class_weight", "class_weights", "sample_weight", "pos_weight"})
"""Keywords and parameters by which a loss takes weights."""
_WEIGHS = frozenset(
    {"weigh_classes", "class_weights", "compute_class_weight", "compute_sample_weight", "WeightedRandomSampler"}
)
"""Calls that make weights, or draw by them, of all that they are given."""
_FIRST = frozenset({"CrossEntropyLoss", "NLLLoss", "BCELoss"})
_THIRD = frozenset({"cross_entropy", "nll_loss", "binary_cross_entropy"})
"""Losses, and at which place they take weights where no keyword names them."""
_COUNTS = frozenset({"bincount", "Counter", "value_counts", "unique", "histogram", "histc"})
_SUMS = frozenset({"sum", "count", "count_nonzero"})
_FITS = frozenset({"fit", "partial_fit"})
_MOST = 60
"""Expressions that are followed from one weight."""


@dataclass(frozen=True, eq=False)
class Weighing:
    """What decides whether weights are learnt from: the ``scopes`` that train, by identity, the notebook's names
    that they read, and ``last``, the step of the last run.
    """

    program: Program
    scopes: frozenset[int]
    free: frozenset[str]
    last: int

    @cached_property
    def losses(self) -> frozenset[str]:
        """The names of what is called where gradients are taken."""
        return frozenset(
            path[-1]
            for _, scope in self.program.scopes
            if id(scope) in self.scopes
            for path, call in scope.called
            if id(call) in _stepped_on(scope)
        )


def counted_weights(weighing: Weighing, step: Step, scope: Scope, flow: Flow) -> Iterator[ast.Call]:
    """The calls of a scope that weigh what is trained by counts of held-out labels."""
    for path, call in scope.called:
        given = [*_given(weighing.program, path[-1], call)]
        if not given or not _trains(weighing, scope, call, path[-1]):
            continue
        order = weighing.last if scope.name else step.order
        if any(_is_counted(weighing.program, scope, item, flow, order) for item in given):
            yield call


def weights_given(name: str, call: ast.Call) -> list[ast.expr]:
    """What a call is given as weights, by a keyword or because it makes weights of what it is given."""
    given = [item.value for item in call.keywords if item.arg in WEIGHTS]
    return given + (list(arguments(call)) if name in _WEIGHS else [])


def _given(program: Program, name: str, call: ast.Call) -> Iterator[ast.expr]:
    yield from weights_given(name, call)
    if name in _FIRST:
        yield from call.args[:1]
    if name in _THIRD:
        yield from call.args[2:3]
    for scope in program.functions_of(call.func):
        params = scope.params[1:] if scope.params[:1] == ("self",) else scope.params
        yield from (item for word, item in zip(params, call.args, strict=False) if word in WEIGHTS)


def _trains(weighing: Weighing, scope: Scope, call: ast.Call, name: str) -> bool:
    """What the call makes is learnt from: it goes into a step of training, or training reads it."""
    inside, free, losses = id(scope) in weighing.scopes, weighing.free, weighing.losses
    stored = {
        store.path[-1]
        for store in scope.stores
        if store.source is not None and any(node is call for node in ast.walk(store.source))
    }
    if name in _WEIGHS | _FITS:
        return inside or bool(stored & free)
    if stored & losses and (inside or stored & free or scope.name):
        return True
    if not inside:
        return False
    return id(call) in _stepped_on(scope) or scope.name.partition(".")[0] in losses


@lru_cache(maxsize=KEPT)
def _stepped_on(scope: Scope) -> frozenset[int]:
    """The nodes from which gradients are taken: what ``backward`` belongs to, through the scope's own names."""
    found: set[int] = set()
    waiting: list[ast.AST] = [
        call.func.value
        for call in scope.calls
        if isinstance(call.func, ast.Attribute) and call.func.attr == "backward"
    ]
    names: set[str] = set()
    while waiting:
        for node in ast.walk(waiting.pop()):
            found.add(id(node))
            if isinstance(node, ast.Name) and node.id not in names:
                names.add(node.id)
                waiting += [store.source for store in scope.stores if store.path == (node.id,) and store.source]
    return frozenset(found)


def _is_counted(program: Program, scope: Scope, weights: ast.expr, flow: Flow, order: int) -> bool:
    """Weights follow from a count of held-out labels, through the last meaning of each name."""
    waiting: list[tuple[ast.expr, int]] = [(weights, weights.lineno)]
    seen: set[tuple[int, int]] = set()
    while waiting and len(seen) < _MOST:
        expression, line = waiting.pop()
        if (id(expression), line) in seen:
            continue
        seen.add((id(expression), line))
        if flow.holds(expression) & {STEERED}:
            return True
        for node in ast.walk(expression):
            if isinstance(node, ast.Call) and _counts(program, node, flow):
                return True
            if isinstance(node, ast.Name):
                waiting += _meant(program, scope, node.id, line, order)
    return False


def _meant(program: Program, scope: Scope, name: str, line: int, order: int) -> list[tuple[ast.expr, int]]:
    """What a name means at a line: what was last assigned to it, with the line of that."""
    if scope.name and name in scope.local and name not in scope.outer:
        earlier = [store for store in scope.stores if store.path == (name,) and store.line <= line and store.source]
        plain = [store for store in earlier if store.how == "assign"][-1:]
        kept = [store for store in earlier if store.how == "augment" and plain and store.line >= plain[0].line]
        return [(store.source, store.line - 1) for store in (*plain, *kept) if store.source is not None]
    before = [store for step, store in program.bound.get(name, ()) if step.order <= order and store.source]
    return [(store.source, store.line) for store in before[-1:] if store.source is not None]


def _counts(program: Program, call: ast.Call, flow: Flow) -> bool:
    """A call that counts held-out labels: by a library, by comparing each with a class, by a helper."""
    path = path_of(call.func)
    name = path[-1] if path is not None else getattr(call.func, "attr", "")
    parts = list(arguments(call))
    if isinstance(call.func, ast.Attribute):
        parts.append(call.func.value)
    held = [flow.holds(item) for item in parts]
    if name in _COUNTS:
        return any(map(_secret, held))
    if name in _SUMS:
        return any(map(_compares_with_a_class, parts)) and any(STEERED in flow.holds(item) for item in parts)
    helpers = [scope for scope in program.functions_of(call.func) if not scope.is_class]
    return any(_secret(item) or HELD_OUT in item for item in held) and any(
        path[-1] in _COUNTS for scope in helpers for path, _ in scope.called
    )


def _secret(held: Held) -> bool:
    """Held-out labels, alone or put together with those of the training rows."""
    return LABELS in held or {JOINED, CLASSES} <= held


def _compares_with_a_class(node: ast.expr) -> bool:
    """``labels == 3``: whatever else is compared may be a prediction, and the sum a score."""
    return isinstance(node, ast.Compare) and any(isinstance(side, ast.Constant) for side in node.comparators)
