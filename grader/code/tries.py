"""The best of several trainings, each with a seed of its own, taken for a run that its record shows as one."""

import ast
from collections.abc import Iterator

from grader.evidence.submitted import Trained
from grader.model import Case
from paribus.check.code.facts import Scope
from paribus.check.code.findings import CodeFinding, Kind, place_of, said, suspected
from paribus.check.code.moments import TRAINS
from paribus.check.code.program import Program, Step
from paribus.check.code.taken_apart import arguments
from paribus.check.names import called

_CHOOSES = frozenset({"min", "max", "sorted"})


def best_of_tries(case: Case, program: Program, found: Trained) -> Iterator[CodeFinding]:
    """``min([fit(config, seed + k) for k in range(3)], key=…)``, in the training or beside an own loop."""
    cells = {call.step.position for call in found.calls if call.how == "start"}
    inside = [(program.step_of(scope), scope) for scope in found.reach.scopes if scope.name]
    beside = [(step, step.scope) for step in program.steps if step.position in cells]
    tables = _tables([scope for _, scope in (*inside, *beside)])
    for step, scope in (*inside, *beside):
        for call in scope.calls:
            keyed = any(item.arg == "key" for item in call.keywords)
            if called(call) not in _CHOOSES or not call.args or not keyed:
                continue
            item = call.args[0]
            table = tables.get((id(scope) if scope.name else 0, item.id)) if isinstance(item, ast.Name) else item
            if table is not None and _trains_anew(program, table):
                yield _finding(case, step, call)


def _tables(scopes: list[Scope]) -> dict[tuple[int, str], ast.expr]:
    """What names were assigned, by function; those of cells are one space."""
    return {
        (id(scope) if scope.name else 0, store.root): store.value
        for scope in scopes
        for store in scope.stores
        if store.value is not None and len(store.path) == 1
    }


def _trains_anew(program: Program, table: ast.expr) -> bool:
    """Each item is a training of its own, and what it is given differs by more than nothing."""
    if not isinstance(table, ast.ListComp | ast.GeneratorExp):
        return False
    variables = {
        node.id for item in table.generators for node in ast.walk(item.target) if isinstance(node, ast.Name)
    }
    for call in ast.walk(table.elt):
        if not isinstance(call, ast.Call):
            continue
        functions = [scope for scope in program.functions_of(call.func) if not scope.is_class]
        parts = arguments(call)
        of_seeds = [node for part in parts if _is_a_seed(part) for node in ast.walk(part)]
        differs = any(isinstance(node, ast.Name) and node.id in variables for node in of_seeds)
        reached = program.reach(functions).scopes if differs and functions else ()
        if any(path[-1] in TRAINS for scope in reached for path, _ in scope.called):
            return True
    return False


def _is_a_seed(node: ast.expr) -> bool:
    """``SEED + repeat``, ``run.seed + 1000 * k``, ``seed``."""
    return any("seed" in word.lower() for inner in ast.walk(node)
               for word in (getattr(inner, "id", ""), getattr(inner, "attr", "")))  # fmt: skip


def _finding(case: Case, step: Step, call: ast.Call) -> CodeFinding:
    where = place_of(case, step, call.lineno)
    return suspected(Kind.CHANGE, "seed", where, sure=True).saying(
        f"A run is the best of several trainings with seeds of their own ({said(case, where)}), and its record "
        "holds one: the best of several looks better than it is. A person looks."
    )
