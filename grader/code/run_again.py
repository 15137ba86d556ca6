"""A cell that was run more than once and each time goes on training what another cell made."""

import ast
from collections.abc import Iterator

from grader.evidence.chosen import records_lost_before
from grader.evidence.submitted import Trained
from grader.model import Case
from paribus.check.code.carried import is_optimiser
from paribus.check.code.findings import CodeFinding, Kind, place_of, said, suspected
from paribus.check.code.program import Program


def goes_on(case: Case, program: Program, found: Trained) -> Iterator[CodeFinding]:
    """A cell that was run more than once and each time goes on training what another cell made."""
    runs = (*found.arms.baseline, *found.arms.changed)
    again = {run.start_position for run in runs if records_lost_before(case, [run])}
    for step in program.steps:
        if step.position not in again or not any(path[-1] == "backward" for path, _ in step.scope.called):
            continue
        cell = [other.scope for other in program.steps if other.position == step.position]
        here = {store.root for scope in cell for store in scope.stores}
        for path, call in step.scope.called:
            made = program.value_before(path[0], step.order) if len(path) == 2 and path[1] == "step" else None
            if path[0] not in here and isinstance(made, ast.Call) and is_optimiser(program, made):
                where = place_of(case, step, call.lineno)
                yield suspected(Kind.CHANGE, path[0], where).saying(
                    f"{path[0]} is made in another cell and steps on here ({said(case, where)}), and this cell was "
                    "run more than once: its run may have gone on where an earlier one stopped. A person looks."
                )
