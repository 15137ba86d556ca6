"""Rows and labels of the held-out parts that flow into what a submission trains, fits or predicts."""

from functools import lru_cache

from grader.evidence.runs import CASES
from grader.evidence.submitted import read_program
from grader.model import Case
from paribus.check.code.findings import CodeFinding
from paribus.check.code.leaks import held_out_rows


@lru_cache(maxsize=CASES)
def leaks(case: Case) -> tuple[CodeFinding, ...]:
    """What `held_out_rows` finds in the cells that are not as they were handed out."""
    return held_out_rows(case, read_program(case), case.released_positions)
