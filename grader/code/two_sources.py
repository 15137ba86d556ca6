"""A run that is given one configuration and takes something of another: the varied setting in one place of several,
or all of the training in a helper that begins the run.
"""

import ast
from collections.abc import Iterator
from functools import lru_cache

from grader.evidence.submitted import Trained
from grader.model import Case
from paribus.check.before import NOT_SETTINGS
from paribus.check.code.cells import KEPT
from paribus.check.code.facts import Scope
from paribus.check.code.findings import CodeFinding, Kind, place_of, said, suspected
from paribus.check.code.following import arguments_of
from paribus.check.code.moments import configuration_names, run_calls
from paribus.check.code.paths import path_of
from paribus.check.code.program import Program
from paribus.check.code.taken_apart import arguments
from paribus.check.names import called, last_name, root_name
from paribus.check.shows import shown_in

_MEASURES = ("valid", "test", "held", "eval", "predict", "dev")
"""Parts of the words around what only measures: it may be cut into batches as one likes."""


def read_beside(case: Case, program: Program, found: Trained, vary: str) -> Iterator[CodeFinding]:
    """The varied setting taken from a configuration of the notebook, somewhere in the training of both arms."""
    if not vary or vary in NOT_SETTINGS:
        return
    configs = configuration_names(program)
    for scope in found.reach.scopes:
        if not scope.name or scope.is_class or program.step_of(scope).position in case.released_positions:
            continue
        for node in _read_alone(scope.node, vary):
            name = root_name(node)
            if name in configs and name not in scope.local and _is_the_same(program, found, name):
                where = place_of(case, program.step_of(scope), node.lineno)
                yield suspected(Kind.SAME, name, where).saying(
                    f"{scope.name} takes {vary} from {name}, which is the same in both arms ({said(case, where)}), "
                    "and not from the configuration that it is given: that part of the training does not follow "
                    "the change. A person looks."
                )


@lru_cache(maxsize=KEPT)
def _read_alone(function: ast.AST, vary: str) -> tuple[ast.expr, ...]:
    """Where a function reads the setting of a name, but to show it, to hold it against another, or to measure."""
    left = set(shown_in(function))
    for node in ast.walk(function):
        words = ast.unparse(node).lower() if isinstance(node, ast.Call) else ""
        works = isinstance(node, ast.Call) and called(node) not in ("range", "log", "finish")
        measures = works and any(word in words for word in _MEASURES)
        ratio = isinstance(node, ast.BinOp) and len({root_name(item) for item in _settings(node, vary)}) > 1
        if isinstance(node, ast.Compare | ast.Assert) or ratio or measures:
            left |= {id(inner) for inner in ast.walk(node)}
    return tuple(node for node in _settings(function, vary) if id(node) not in left)


def _settings(tree: ast.AST, vary: str) -> list[ast.expr]:
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute | ast.Subscript)
        and last_name(node) == vary
        and isinstance(node.ctx, ast.Load)
    ]


def _is_the_same(program: Program, found: Trained, name: str) -> bool:
    """A name of the notebook that is bound before both arms, and not between them."""
    first, last = found.first, found.last
    orders = [step.order for step, _ in program.bound.get(name, ())]
    return bool(orders) and min(orders) < first and not any(first <= order <= last for order in orders)


def trained_with_another(case: Case, program: Program, position: int) -> Iterator[CodeFinding]:
    """A helper that begins a run with the configuration it is given, and trains it with one of the notebook."""
    for call in run_calls(program):
        config = path_of(call.config) if call.config is not None else None
        helper = call.helper
        if call.how != "start" or helper is None or config is None or config[0] not in helper.params:
            continue
        runs = {store.root for store in helper.stores if store.value is call.call and len(store.path) == 1}
        for trains in helper.calls:
            other = _other(program, helper, trains, config[0], runs) if trains.lineno >= call.line else ""
            if other and _is_at(program, helper, position):
                where, there = (place_of(case, call.step, line) for line in (call.line, trains.lineno))
                yield suspected(Kind.CONFIG, other, where, there, sure=True).saying(
                    f"{helper.name} begins a run with {config[0]} ({said(case, where)}) and trains it with {other} "
                    f"({said(case, there)}), which is the same in all runs. A person looks what was trained."
                )


def _other(program: Program, helper: Scope, call: ast.Call, own: str, runs: set[str]) -> str:
    """The configuration of the notebook that a function gets beside the run, in the place of the helper's own."""
    parts = arguments(call)
    given = [item.id for item in parts if isinstance(item, ast.Name)]
    inside = {node.id for item in parts for node in ast.walk(item) if isinstance(node, ast.Name)}
    if not runs & set(given) or own in inside or not program.functions_of(call.func):
        return ""
    known = configuration_names(program) | _given_to(program, helper, own)
    return next((name for name in given if name in known - helper.local), "")


def _given_to(program: Program, helper: Scope, param: str) -> frozenset[str]:
    """The names of the notebook that the helper is given for its configuration."""
    values = [
        item for _, scope in program.scopes for call in scope.calls if called(call) == helper.name
        for name, item in arguments_of(helper, call) if name == param
    ]  # fmt: skip
    names = {node.id for item in values for node in ast.walk(item) if isinstance(node, ast.Name)}
    return frozenset(names & set(program.bound))


def _is_at(program: Program, helper: Scope, position: int) -> bool:
    """The helper is in this cell, or is called there."""
    return program.step_of(helper).position == position or any(
        path[-1] == helper.name
        for step in program.steps
        if step.position == position
        for path, _ in step.scope.called
    )
