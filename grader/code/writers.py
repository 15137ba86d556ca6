"""What writes the records, replaced or edited in the notebook: paribus's own modules, a run's log, a session."""

import ast
from collections.abc import Set as AbstractSet
from functools import lru_cache

from grader.evidence.runs import CASES
from grader.evidence.submitted import read_program
from grader.model import Case
from paribus.check.code.facts import Scope
from paribus.check.code.findings import CodeFinding, Kind, place_of, said, suspected
from paribus.check.code.paths import Path, Store, path_of
from paribus.check.code.program import Program

_WRITERS = frozenset(
    {"records", "experiments", "metrics", "notebook", "kept", "arrays"}
    | {"runs", "recording", "session", "evidence", "quotes", "attached"}  # where they were in earlier wheels
)
"""Modules of paribus that make and write records."""
_MAKES = frozenset({"begin", "start", "experiment", "run", "finish", "ablation", "sweep", "search"})
"""Calls that give a handle on records."""
_PARTS = frozenset(
    """
    log finish start result epochs _logged _choose _write session records runs shown write draft prepare seed
    nonfinite arms taken begun record metrics predictions
    """.split()
)
"""Of such a handle, what decides what is written."""


@lru_cache(maxsize=CASES)
def edited_records(case: Case) -> tuple[CodeFinding, ...]:
    """Every line that puts something else in the place of what writes records."""
    program = read_program(case)
    handles = _handles(program)
    found = []
    for step, scope in program.scopes:
        mine = handles | ({"run"} if "run" in scope.params else set())
        for store in scope.stores:
            if store.how != "delete" and _touches(program, scope, store, mine):
                where = place_of(case, step, store.line)
                because = (
                    f"{'.'.join(store.path)} belongs to what writes the records and was changed "
                    f"({said(case, where)}), so the records say little. A person looks."
                )
                found.append(suspected(Kind.WRITER, store.root, where, sure=True).saying(because))
    return tuple(dict.fromkeys(found))


def _handles(program: Program) -> frozenset[str]:
    """Names at the top level that mean a notebook, a run, an experiment or a result."""
    return frozenset(
        store.root for _, store in program.stores if len(store.path) == 1 and _is_handle(program, store)
    )


def _is_handle(program: Program, store: Store) -> bool:
    path = path_of(store.value.func) if isinstance(store.value, ast.Call) else None
    return path is not None and len(path) > 1 and path[-1] in _MAKES and program.resolve(path)[0] != "subprocess"


def _touches(program: Program, scope: Scope, store: Store, handles: AbstractSet[str]) -> bool:
    path: Path = store.path
    if len(path) < 2:
        return False
    if scope.name and path[0] in scope.local and path[0] not in scope.outer and path[0] not in scope.params:
        return False
    if path[0] in handles:
        return path[1] in _PARTS
    resolved = program.resolve(path)
    return resolved[0] == "paribus" and len(resolved) > 2 and resolved[1] in _WRITERS
