"""Whether a prediction or a diagnosis was committed to beforehand: the codes that were handed in, held against the
records.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from grader.evidence.diagnoses import Claimed, code_of, codes_of_diagnoses, in_force
from grader.evidence.runs import Run, experiment_keys, find_arms
from grader.model import Case
from paribus.experiments.commitment import commit, normal_code
from paribus.records.record import Prediction

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
    return _held_against(
        case.commitments,
        lambda: _code_of(run),
        lambda: _of_experiments(case, run.record.experiment) | codes_of_diagnoses(case),
    )


def commitment_of_diagnosis(case: Case, claimed: Claimed) -> Commitment:
    """Hold the student's codes against all diagnoses of the zoo in force; others may have codes of their own."""
    if case.commitments is None:
        return Commitment("not asked")
    made = claimed.diagnosis
    return _held_against(
        case.commitments,
        lambda: code_of(in_force(case, made.zoo, made.edition, claimed.nonce), claimed.nonce),
        lambda: _of_experiments(case) | codes_of_diagnoses(case),
    )


def _held_against(
    codes: Iterable[str], expected: Callable[[], str], elsewhere: Callable[[], frozenset[str]]
) -> Commitment:
    """Each code is slow to work out, and is worked out only where something that could be one was handed in."""
    typed = {code: normal_code(code) for code in codes}
    whole = [code for code in typed.values() if code is not None]
    if whole:
        own = expected()
        if own in whole:
            return Commitment("fits", own)
        others = elsewhere()
        wrong = next((code for code in whole if code not in others), None)
        if wrong is not None:
            return Commitment("other", wrong)
    mistyped = next((code for code, plain in typed.items() if plain is None), None)
    return Commitment("mistyped", mistyped) if mistyped is not None else Commitment("none")


def _of_experiments(case: Case, but: str = "") -> frozenset[str]:
    """The codes of the notebook's experiments, all ``but`` one."""
    found = set()
    for key in experiment_keys(case)[:MAX_EXPERIMENTS]:
        first = next((item for item in find_arms(case, key).changed if item.prediction is not None), None)
        if first is not None and key != but:
            found.add(_code_of(first))
    return frozenset(found)


def _code_of(run: Run) -> str:
    return "" if run.prediction is None else _code(run.prediction, run.record.vary, run.record.nonce)


@lru_cache(maxsize=64)
def _code(prediction: Prediction, vary: str, nonce: str) -> str:
    """Slow on purpose; several cells of one notebook ask for the same."""
    return commit(prediction, vary, nonce)
