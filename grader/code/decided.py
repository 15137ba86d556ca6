"""What training decides by the varied setting or the arm otherwise than by a condition on a number: by holding it
against the baseline's own, by `match`, by a comparison that is an index or a factor, by the optimiser's rate.
"""

import ast
from collections.abc import Iterator
from functools import lru_cache

from grader.evidence.submitted import Trained
from grader.model import Case
from paribus.check.choosing import ARMS, compares_arm, compares_size, mentions
from paribus.check.code.cells import KEPT
from paribus.check.code.findings import CodeFinding, Kind, place_of, said, suspected
from paribus.check.code.moments import configuration_names
from paribus.check.code.paths import path_of
from paribus.check.code.program import Program
from paribus.check.names import called, last_name
from paribus.check.shows import only_shows, shown_in
from paribus.records.simple import is_number

_RATES = frozenset({"lr", "initial_lr"})
_NUMBERS = frozenset({"int", "float", "range", "bool"})
_LEAVES = (ast.Break, ast.Continue, ast.Pass, ast.Raise)


def decisions(case: Case, program: Program, found: Trained, vary: str) -> Iterator[CodeFinding]:
    """Such places in the functions that train."""
    configs = configuration_names(program)
    for scope in found.reach.scopes:
        if program.step_of(scope).position in case.released_positions:  # what the course gave is no student's fault
            continue
        for node in _decided(scope.node, vary, configs) if scope.name and not scope.is_class else ():
            where = place_of(case, program.step_of(scope), node.lineno)
            yield suspected(Kind.CHANGE, vary, where).saying(
                f"{scope.name} decides something by {vary} or by the arm ({said(case, where)}): beside the "
                "declared change something else may differ between the arms. A person looks."
            )


@lru_cache(maxsize=KEPT)
def _decided(function: ast.AST, vary: str, configs: frozenset[str]) -> tuple[ast.expr, ...]:
    shown = shown_in(function)
    found: list[ast.expr] = []
    for node in ast.walk(function):
        if id(node) in shown:
            continue
        if isinstance(node, ast.If | ast.IfExp | ast.While):
            if _is_harmless(node):
                continue
            if _against_another(node.test, vary, configs) or _by_rate(node.test, vary):
                found.append(node.test)
        elif isinstance(node, ast.Match):
            if _matches(node, vary):
                found.append(node.subject)
        else:
            found += _worked_with(node, vary, configs)
    return tuple(found)


def _is_harmless(branch: ast.If | ast.IfExp | ast.While) -> bool:
    """It only shows or names something, refuses or leaves a loop."""
    if isinstance(branch, ast.IfExp):
        return _is_text(branch.body) and _is_text(branch.orelse)
    if not isinstance(branch, ast.If):
        return False
    inside = (*branch.body, *branch.orelse)
    return only_shows(branch) or all(isinstance(item, _LEAVES) or _only_names(item) for item in inside)


def _only_names(statement: ast.stmt) -> bool:
    """``label = "baseline"``: words for a picture or a line."""
    return isinstance(statement, ast.Assign) and _is_text(statement.value)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _against_another(test: ast.expr, vary: str, configs: frozenset[str]) -> bool:
    """``config.rate == CONFIG.rate``, ``config is CONFIG``: the baseline's own, or another one."""
    for node in ast.walk(test):
        if not isinstance(node, ast.Compare):
            continue
        sides = [path_of(side) or ("",) for side in (node.left, *node.comparators)]
        roots = {path[0] for path in sides}
        settings = all(path[-1].strip("[]'\"") == vary and len(path) > 1 for path in sides)
        whole = all(len(path) == 1 for path in sides)
        if (settings or whole) and len(roots) > 1 and roots & configs and "" not in roots:
            return True
    return False


def _by_rate(test: ast.expr, vary: str) -> bool:
    """``optimizer.param_groups[0]["lr"] < 1e-3`` where the rate is what varies."""
    if vary != "learning_rate":
        return False
    for node in ast.walk(test):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            rates = any(
                last_name(side) in _RATES and any(last_name(inner) == "param_groups" for inner in ast.walk(side))
                for side in sides
            )
            if rates and any(isinstance(side, ast.Constant) and side.value for side in sides):
                return True
    return False


def _matches(node: ast.Match, vary: str) -> bool:
    """``match config.rate: case 0.002: …`` with numbers, or with the arms' names."""
    values = [
        pattern.value.value
        for case in node.cases
        for pattern in ast.walk(case.pattern)
        if isinstance(pattern, ast.MatchValue) and isinstance(pattern.value, ast.Constant)
    ]
    numbers = [value for value in values if is_number(value) and value]
    return (mentions(node.subject, vary) and bool(numbers)) or any(value in ARMS for value in values)


def _worked_with(node: ast.AST, vary: str, configs: frozenset[str]) -> Iterator[ast.expr]:
    """A comparison whose truth is used as a number: ``[A, B][rate < 0.001]``, ``epochs + ("changed" in name)``."""
    parts: list[ast.expr] = []
    if isinstance(node, ast.Subscript):
        parts = [node.slice]
    elif isinstance(node, ast.BinOp):
        parts = [node.left, node.right]
    elif isinstance(node, ast.Call) and called(node) in _NUMBERS:
        parts = list(node.args)
    for part in parts:
        if not isinstance(part, ast.Compare):
            continue
        if compares_size(part, vary) or compares_arm(part) or _against_another(part, vary, configs):
            yield part
    if isinstance(node, ast.Call) and called(node) == "range":  # rounds
        for inner in ast.walk(node):
            if isinstance(inner, ast.Compare) and mentions(inner, vary):
                yield inner
