"""Whether a prediction was committed to beforehand: the codes that were handed in, held against the records."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from grader.evidence.runs import Run, experiment_keys, find_arms
from grader.model import Case
from paribus.commitment import commit, normal_code
from paribus.evidence.record import Prediction

MAX_EXPERIMENTS = 8
"""Experiments of one notebook whose codes are worked out; each takes a moment on purpose."""

Standing = Literal["not asked", "none", "fits", "other", "mistyped"]


@dataclass(frozen=True)
class Commitment:
    """What the codes say of one prediction. ``code`` is the one that fits, or the first that does not."""

    standing: Standing
    code: str = ""


def commitment_of(case: Case, run: Run) -> Commitment:
    """Hold the student's codes against the prediction that was in force when ``run`` began.

    A code that belongs to another experiment of the notebook is not held against this one.
    """
    if case.commitments is None or run.prediction is None:
        return Commitment("not asked")
    typed = {code: normal_code(code) for code in case.commitments}
    expected = _code_of(run)
    fitting = next((code for code in typed.values() if code == expected), None)
    if fitting is not None:
        return Commitment("fits", fitting)
    whole = [code for code in typed.values() if code is not None]
    elsewhere = _others(case, run) if whole else frozenset()
    wrong = next((code for code in whole if code not in elsewhere), None)
    if wrong is not None:
        return Commitment("other", wrong)
    mistyped = next((code for code, plain in typed.items() if plain is None), None)
    return Commitment("mistyped", mistyped) if mistyped is not None else Commitment("none")


def _others(case: Case, run: Run) -> frozenset[str]:
    """The codes of the notebook's other experiments."""
    found = set()
    for key in experiment_keys(case)[:MAX_EXPERIMENTS]:
        first = next((item for item in find_arms(case, key).changed if item.prediction is not None), None)
        if first is not None and key != run.record.experiment:
            found.add(_code_of(first))
    return frozenset(found)


def _code_of(run: Run) -> str:
    return "" if run.prediction is None else _code(run.prediction, run.record.vary, run.record.nonce)


@lru_cache(maxsize=64)
def _code(prediction: Prediction, vary: str, nonce: str) -> str:
    """Slow on purpose; several cells of one notebook ask for the same."""
    return commit(prediction, vary, nonce)
