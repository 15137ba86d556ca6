"""Errors of given cells that follow from something else: from a second change, or from a way of one's own."""

import ast
import re
from collections.abc import Iterator

from grader.checks.faults import ended_in, second_change
from grader.evidence.compare import compare
from grader.evidence.runs import experiment_keys, find_arms
from grader.model import Case, RecoveredCell
from paribus.course.assignment import Role

_TWO_CHANGES = re.compile(r"\bExperimentError: More than one thing changes\b")
_UNDEFINED = re.compile(r"\bNameError: name ['\"‘](\w+)['\"’] is not defined")


def causes_of(case: Case, error: str) -> list[str]:
    """What an error rests on: the second change that a given cell refuses, else itself."""
    if _TWO_CHANGES.search(error):
        found = [(key, find_arms(case, key)) for key in experiment_keys(case)]
        if causes := [
            cause for key, arms in found for cause in second_change(key, compare(arms, arms.vary).others)
        ]:
            return causes
    return [ended_in(error)]


def is_of_own_way(case: Case, item: RecoveredCell, error: str) -> bool:
    """A given cell looks for what paribus's experiment would be, and the student made the experiment without it: no
    record names an experiment, and the name is neither asked for in a task nor given anywhere in the notebook.
    """
    hit = _UNDEFINED.search(error)
    if hit is None or experiment_keys(case):
        return False
    given = any(match.recovered is item and match.unchanged for match in case.matches.values())
    own = any(match.cell.role is Role.EXPERIMENT and match.unchanged is False for match in case.matches.values())
    asked = (cell.source for cell in case.assignment.cells if cell.role is Role.TASK)
    made = {name for source in (*asked, *(cell.source for cell in case.notebook.cells)) for name in _made(source)}
    return given and own and hit[1] not in made


def _made(source: str) -> Iterator[str]:
    """Names that a cell gives; none where it is no Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
