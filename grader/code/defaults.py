"""What the varied setting comes to where it is used: nothing, where a default always wins; something else, where
the table that says what its values mean was changed.
"""

import ast
from collections.abc import Iterator

from grader.evidence.runs import finished
from grader.evidence.submitted import Trained
from grader.model import Case
from paribus.check.choosing import mentions
from paribus.check.code.facts import Scope
from paribus.check.code.findings import CodeFinding, Kind, place_of, said, suspected
from paribus.check.code.paths import entry_of
from paribus.check.code.program import Program, Step
from paribus.experiments.one_change import choices


def default_wins(case: Case, program: Program, found: Trained, vary: str) -> Iterator[CodeFinding]:
    """The varied setting is taken where a parameter is empty, and the parameter's default never is."""
    for scope in found.reach.scopes:
        for node in ast.walk(scope.node) if isinstance(scope.node, ast.FunctionDef) else ():
            name = _asked_first(node, vary)
            default = scope.default_of(name) if name in scope.params else None
            if not isinstance(default, ast.Constant) or not default.value or not _is_left(found, scope, name):
                continue
            where = place_of(case, program.step_of(scope), getattr(node, "lineno", scope.line))
            yield suspected(Kind.SAME, name, where).saying(
                f"{scope.name} takes {vary} only where {name} is empty ({said(case, where)}), and its default "
                f"is {default.value!r}. If so, both arms trained alike. A person looks."
            )


def _asked_first(node: ast.AST, vary: str) -> str:
    """The name that goes before the setting: ``size or config.batch_size``; "" where there is none."""
    if isinstance(node, ast.BoolOp) and isinstance(node.op, ast.Or) and isinstance(node.values[0], ast.Name):
        return node.values[0].id if any(mentions(item, vary) for item in node.values[1:]) else ""
    if isinstance(node, ast.IfExp):
        names = {item.id for item in (node.body, node.orelse) if isinstance(item, ast.Name)}
        asked = {item.id for item in ast.walk(node.test) if isinstance(item, ast.Name)} & names
        follows = mentions(node.body, vary) or mentions(node.orelse, vary)
        return min(asked) if asked and follows and not mentions(node.test, vary) else ""
    return ""


def _is_left(found: Trained, scope: Scope, name: str) -> bool:
    """A call of the function leaves the parameter to its default, and none gives something empty."""
    place = scope.params.index(name) - (scope.params[:1] == ("self",))
    calls = [
        call
        for other in found.reach.scopes
        for path, call in other.called
        if path[-1] == scope.name.rpartition(".")[2]
    ]
    left = [call for call in calls if len(call.args) <= place and not _given(call, name)]
    empty = [call for call in calls for item in _given(call, name) if not getattr(item, "value", True)]
    return bool(left) and not empty


def _given(call: ast.Call, name: str) -> list[ast.expr]:
    return [item.value for item in call.keywords if item.arg in (name, None)]


def other_meaning(case: Case, program: Program, found: Trained, vary: str) -> Iterator[CodeFinding]:
    """The entry for an arm's value, in a table of numbers that training reads, was given another number."""
    runs = finished((*found.arms.baseline, *found.arms.changed))
    values = {value for run in runs if isinstance(value := choices(run).get(vary), str)}
    for step, store in program.stores:
        key = store.path[1].strip("[]'\"") if len(store.path) == 2 else ""
        if key not in values or store.root not in found.reach.free or step.order > found.changed.last:
            continue
        before = entry_of(program.value_before(store.root, step.order), key)
        begun = step.order > found.first
        if not begun and (_is_empty(before) or _is_made_in_that_cell(program, store.root, step)):
            continue
        if isinstance(before, ast.expr) and store.value is not None and ast.dump(before) != ast.dump(store.value):
            where = place_of(case, step, store.line)
            yield suspected(Kind.CHANGE, key, where).saying(
                f"The meaning of {vary} {key!r} was changed from {ast.unparse(before)} to "
                f"{ast.unparse(store.value)} ({said(case, where)}), and the records hold the word alone. A person "
                "looks."
            )


def _is_empty(entry: object) -> bool:
    """A place that was kept free: ``{"balanced": None}``."""
    return isinstance(entry, ast.Constant) and entry.value is None


def _is_made_in_that_cell(program: Program, name: str, step: Step) -> bool:
    """The table's own cell fills it before either arm, so both arms read the same."""
    return any(other.position == step.position for other, _ in program.bound.get(name, ()))
