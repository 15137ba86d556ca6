"""Values of an experiment that are recorded, and that its arms are measured by in two ways."""

import ast
from collections.abc import Iterator
from functools import lru_cache

from grader.code.typed_in import recorded_by
from grader.evidence.runs import BASELINE, CASES, CHANGED
from grader.evidence.submitted import read_program
from grader.model import Case
from paribus.check.code.facts import Scope
from paribus.check.code.findings import CodeFinding, Kind, place_of, said, suspected
from paribus.check.code.gathered import names_in, returned_by
from paribus.check.code.program import Program, Step
from paribus.check.names import called
from paribus.check.shows import only_shows

_ARMS = frozenset({BASELINE, CHANGED})
_KEEPS = frozenset(
    {"float", "int", "round", "list", "tuple", "array", "asarray", "value", "zip", "values", "items"}
)
"""Calls that measure nothing by themselves."""
_DEEPEST = 6
_Part = ast.IfExp | ast.If | ast.Dict


@lru_cache(maxsize=CASES)
def unequal_arms(case: Case) -> tuple[CodeFinding, ...]:
    """Every place where what `notebook.value` records of the arms is worked out for one otherwise than for the
    other.
    """
    program, found = read_program(case), []
    for step, name, value in recorded_by(program):
        beside = (
            (step, branch)
            for branch in step.scope.branches
            if _is_by_arm(branch, names_in(value) & _made_before(step.scope, branch.lineno))
        )
        for home, node in (*_unequal(program, step, value), *beside):
            where = place_of(case, home, node.lineno)
            because = (
                f"What is recorded of the arms is worked out for one otherwise than for the other "
                f"({said(case, where)}), so their difference is none of the training's. A person looks."
            )
            found.append(suspected(Kind.VALUE, name, where).saying(because))
    return tuple(dict.fromkeys(found))


def _unequal(program: Program, step: Step, value: ast.expr, depth: int = 0) -> Iterator[tuple[Step, _Part]]:
    """Such places in an expression, in what its names were assigned, and in the functions that it calls."""
    for node in ast.walk(value):
        if isinstance(node, ast.IfExp | ast.Dict) and (_asks_for_the_arm(node) or _two_measures(node)):
            yield step, node
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            for scope in program.functions_of(node.func):
                used = frozenset[str]().union(*map(names_in, returned_by(scope.node)))
                yield from ((program.step_of(scope), item) for item in scope.branches if _is_by_arm(item, used))
        if isinstance(node, ast.Name) and depth < _DEEPEST:
            bound = [item for item in program.bound.get(node.id, ()) if item[0].order <= step.order]
            for home, store in bound[-1:]:
                if store.source is not None and store.source is not value:
                    yield from _unequal(program, home, store.source, depth + 1)


def _made_before(scope: Scope, line: int) -> frozenset[str]:
    return frozenset(store.root for store in scope.stores if store.line < line)


def _asks_for_the_arm(node: _Part) -> bool:
    """``rows[tail] if arm == "changed" else rows``; words for a table, or one name for each arm, are no measure."""
    if not isinstance(node, ast.IfExp) or not _tests_the_arm(node.test):
        return False
    return not any(map(_is_plain, (node.body, node.orelse))) and _shape(node.body) != _shape(node.orelse)


def _is_by_arm(node: _Part, used: frozenset[str]) -> bool:
    """A condition on the arm below which another measure is returned, or a name that is ``used`` gets one."""
    if not isinstance(node, ast.If) or not _tests_the_arm(node.test) or only_shows(node):
        return False
    inside = [inner for statement in (*node.body, *node.orelse) for inner in ast.walk(statement)]
    values = [item.value for item in inside if isinstance(item, ast.Return) and item.value is not None]
    for item in inside:
        if isinstance(item, ast.Assign | ast.AugAssign):
            targets = item.targets if isinstance(item, ast.Assign) else [item.target]
            values += [item.value] if used & {name for target in targets for name in names_in(target)} else []
    return any(_measures(value) or isinstance(value, ast.Subscript | ast.BinOp) for value in values)


def _tests_the_arm(test: ast.expr) -> bool:
    sides = (test.left, *test.comparators) if isinstance(test, ast.Compare) else ()
    return any(isinstance(side, ast.Constant) and side.value in _ARMS for side in sides)


def _is_plain(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant | ast.Name | ast.Attribute | ast.JoinedStr)


def _two_measures(node: _Part) -> bool:
    """A table of both arms whose entries are measured by functions that have none in common."""
    if not isinstance(node, ast.Dict):
        return False
    pairs = zip(node.keys, node.values, strict=True)
    arms = {key.value: value for key, value in pairs if isinstance(key, ast.Constant) and key.value in _ARMS}
    measures = [_measures(value) for value in arms.values()]
    if len(measures) < len(_ARMS):
        return False
    last = [any(map(_takes_the_last_epoch, ast.walk(value))) for value in arms.values()]
    return last[0] != last[1] or (all(measures) and not set.intersection(*measures))


def _takes_the_last_epoch(node: ast.AST) -> bool:
    """``run.epochs[-1]``."""
    of_epochs = isinstance(node, ast.Subscript) and getattr(node.value, "attr", "") == "epochs"
    return of_epochs and isinstance(node, ast.Subscript) and ast.unparse(node.slice) == "-1"


def _measures(node: ast.expr) -> set[str]:
    """What picks or measures: functions by name, and ``[-1]`` for the last."""
    found = {called(inner) for inner in ast.walk(node) if isinstance(inner, ast.Call)} - _KEEPS
    last = any(isinstance(inner, ast.Subscript) and ast.unparse(inner.slice) == "-1" for inner in ast.walk(node))
    return found | ({"[-1]"} if last else set())


def _shape(node: ast.expr) -> str:
    """An expression without its names."""
    kept = ast.dump(node)
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name):
            kept = kept.replace(f"id={inner.id!r}", "id=''")
    return kept
