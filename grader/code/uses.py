"""How training uses what it reads: it only shows it, or hands it to what decides over a model."""

import ast
from collections.abc import Iterator, Sequence

from grader.evidence.submitted import Trained
from grader.model import Case
from paribus.check.code.facts import Scope
from paribus.check.code.findings import Place, place_of
from paribus.check.code.paths import Path
from paribus.check.code.program import Program
from paribus.check.shows import DISPLAYS, only_shows

HYPERPARAMETERS = frozenset(
    """
    lr learning_rate weight_decay label_smoothing dropout p alpha beta gamma momentum temperature batch_size
    max_norm max_length epochs C l1_ratio smoothing margin eps
    """.split()
)
"""Keywords under which libraries take what decides over a model."""
_DECIDES = (("torch", "nn"), ("torch", "optim"))
"""Modules whose functions turn numbers into losses, gradients and weights."""
_BY_INSTANCE = frozenset({"__init__", "__call__", "forward"})
"""Methods that run when the class is made or its instance called."""


def is_shown(found: Trained, node: ast.expr) -> bool:
    """The expression only goes into something that is printed or drawn, or decides whether it is."""
    for scope in found.reach.scopes:
        for path, call in scope.called:
            if path[-1] in DISPLAYS and _holds(node, (*call.args, *call.keywords)):
                return True
        for branch in scope.branches:
            if isinstance(branch, ast.If) and only_shows(branch) and _holds(node, (branch.test,)):
                return True
    return False


def _holds(node: ast.AST, parts: Sequence[ast.AST]) -> bool:
    return any(inner is node for part in parts for inner in ast.walk(part))


def surely_read(program: Program, found: Trained, used: Sequence[ast.expr], *, any_call: bool) -> bool:
    """One of the expressions is met whenever a run trains, and called, or handed to what decides over a model."""
    for scope in found.reach.scopes:
        for node, value in _decisive(program, scope, any_call=any_call):
            mine = any(value is item for item in used)
            if mine and not _is_conditional(scope, node) and _always_runs(found, scope):
                return True
    return False


def _decisive(program: Program, scope: Scope, *, any_call: bool) -> Iterator[tuple[ast.Call, ast.expr]]:
    """The calls that decide over a model, with what they are given; with ``any_call`` what is called itself."""
    for path, call in scope.called:
        if any_call:
            yield call, call.func
            continue
        resolved: Path = program.resolve(path)
        decides = resolved[:2] in _DECIDES
        yield from ((call, item) for item in call.args if decides)
        yield from ((call, item.value) for item in call.keywords if decides or item.arg in HYPERPARAMETERS)


def _is_conditional(scope: Scope, node: ast.AST) -> bool:
    """It is below a condition, or where an error may have been caught."""
    caught = [item for item in ast.walk(scope.node) if isinstance(item, ast.Try | ast.Match)]
    return any(_holds(node, (branch,)) for branch in (*scope.branches, *caught))


def _always_runs(found: Trained, scope: Scope) -> bool:
    """A function that is named for the runs, or is called by one of those that train, without a condition."""
    if any(root is scope for root in found.roots):
        return True
    owner, _, name = scope.name.rpartition(".")
    wanted = {owner, name} if name in _BY_INSTANCE else {name}
    for other in found.reach.scopes:
        for path, call in other.called:
            if path[-1] in wanted and not _is_conditional(other, call):
                return True
    return False


def training_name(found: Trained) -> str:
    """What the function that trains is called."""
    return next((root.name for root in found.roots if root.name and root.name != "<lambda>"), "the training")


def read_places(case: Case, program: Program, found: Trained, used: Sequence[ast.expr]) -> tuple[Place, ...]:
    """Where the training reads it: the first such line."""
    for scope in found.reach.scopes:
        nodes = {id(node) for node in (*scope.attributes, *scope.subscripts, *scope.loads, *scope.calls)}
        first = next((node for node in used if id(node) in nodes), None)
        if first is not None:
            return (place_of(case, program.step_of(scope), first.lineno),)
    return ()
