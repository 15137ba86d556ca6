"""The program of a submission, and where in it the arms of an experiment ran."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from grader.evidence.runs import BASELINE, CASES, CHANGED, Arms, Run, by_seed, find_arms, finished
from grader.model import Case
from paribus.check.code.moments import Ran, Training, training_of
from paribus.check.code.program import Program, make_program
from paribus.experiments.one_change import choices


@dataclass(frozen=True, eq=False)
class Trained(Training):
    """A training with the runs that the records tell of."""

    arms: Arms = field(kw_only=True)


@lru_cache(maxsize=CASES)
def read_program(case: Case) -> Program:
    """The program of a submission."""
    return make_program(cell for cell in case.notebook.cells if cell.cell_type == "code")


@lru_cache(maxsize=4 * CASES)
def trained(case: Case, key: str) -> Trained | None:
    """The experiment's arms in the code; None where one of them, or the cell that ran it, is not in the file."""
    arms = find_arms(case, key)
    if not arms.both:
        return None
    both = (arms.baseline, arms.changed)
    seeds = {seed for arm in both for seed in by_seed(arm) if seed is not None}
    known = tuple(choices(run) for run in finished((*arms.baseline, *arms.changed)))
    made = training_of(
        read_program(case), _ran(arms.baseline, BASELINE), _ran(arms.changed, CHANGED), tuple(sorted(seeds)), known
    )
    return None if made is None else Trained(**vars(made), arms=arms)


def _ran(runs: Sequence[Run], arm: str) -> Ran:
    positions = {run.start_position if run.start is not None else run.position for run in runs}
    return Ran(arm, frozenset(positions), frozenset(run.name for run in runs))
