"""Recorded values that are the best or the worst of several seeds, under a name that does not say so."""

import ast
import re
from collections.abc import Iterator
from functools import lru_cache

from grader.code.typed_in import recorded_by
from grader.evidence.runs import CASES
from grader.evidence.submitted import read_program
from grader.model import Case
from paribus.check.code.findings import CodeFinding, Kind, place_of, said, suspected
from paribus.check.code.program import Program, Step
from paribus.check.names import called

_EXTREMES = frozenset({"min", "max", "amin", "amax", "nanmin", "nanmax"})
_SAYS = re.compile(
    r"min|max|best|worst|low|high|least|most|few|range|spread|first|last|top|peak|bound|span|gap|earl"
)
"""What the name of such a value may say."""
_KEEPS = frozenset({"float", "int", "round"})
_OF_A_RUN = frozenset({"metrics", "predictions", "epochs", "value", "best_epoch"})
"""What a finished run has."""
_DEEPEST = 4


@lru_cache(maxsize=CASES)
def best_of_seeds(case: Case) -> tuple[CodeFinding, ...]:
    """Every value that is the smallest or the largest of what each of several runs gave."""
    program, found = read_program(case), []
    for step, name, value in recorded_by(program):
        for home, call in _extremes(program, step, value) if name and not _SAYS.search(name.lower()) else ():
            where = place_of(case, home, call.lineno)
            because = (
                f"{name} is recorded as the {called(call)} over several runs ({said(case, where)}), and its name "
                "does not say so: beside a mean it looks better or worse than it is. A person looks."
            )
            found.append(suspected(Kind.VALUE, name, where).saying(because))
    return tuple(dict.fromkeys(found))


def _extremes(program: Program, step: Step, value: ast.expr, depth: int = 0) -> Iterator[tuple[Step, ast.Call]]:
    """``float(np.min([… for run in runs]))``, itself or by a name."""
    if depth > _DEEPEST:
        return
    if isinstance(value, ast.Call) and called(value) in _KEEPS and value.args:
        yield from _extremes(program, step, value.args[0], depth + 1)
    elif isinstance(value, ast.Call) and called(value) in _EXTREMES:
        of = value.func.value if isinstance(value.func, ast.Attribute) and not value.args else None
        for item in value.args[:1] if len(value.args) == 1 else [of] if of is not None else []:
            if _is_of_runs(_meant(program, step, item)):
                yield step, value
    elif isinstance(value, ast.Name):
        bound = [item for item in program.bound.get(value.id, ()) if item[0].order <= step.order]
        for home, store in bound[-1:]:
            if store.value is not None and store.value is not value:
                yield from _extremes(program, home, store.value, depth + 1)


def _meant(program: Program, step: Step, node: ast.expr) -> ast.expr | None:
    if not isinstance(node, ast.Name):
        return node
    bound = [store for home, store in program.bound.get(node.id, ()) if home.order <= step.order]
    return bound[-1].value if bound else None


def _is_of_runs(node: ast.expr | None) -> bool:
    """A number of each run: ``[run.metrics.macro_f1 for run in runs]``, and none of a single one."""
    if isinstance(node, ast.Call) and node.args:  # np.array([…])
        node = node.args[0]
    if not isinstance(node, ast.ListComp | ast.GeneratorExp) or len(node.generators) != 1:
        return False
    target = node.generators[0].target
    return isinstance(target, ast.Name) and any(
        isinstance(inner, ast.Attribute)
        and inner.attr in _OF_A_RUN
        and isinstance(inner.value, ast.Name)
        and inner.value.id == target.id
        for inner in ast.walk(node.elt)
    )
