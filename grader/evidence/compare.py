"""The finished runs of an experiment's two arms, held against one another by the rule that the notebook has too."""

from dataclasses import replace
from functools import lru_cache

from grader.evidence.runs import CASES, Arms, finished
from paribus.experiments import one_change
from paribus.experiments.one_change import Comparison


@lru_cache(maxsize=8 * CASES)
def compare(arms: Arms, vary: str = "") -> Comparison:
    """Hold every finished run of one arm against every finished run of the other.

    A run whose start record is lost says nothing of its code: it counts among the unknown ones, by its name.
    """
    baseline, changed = finished(arms.baseline), finished(arms.changed)
    found = one_change.compare(baseline, changed, vary)
    untold = dict.fromkeys(run.name for run in (*baseline, *changed) if run.start is None and not run.code)
    return replace(found, unknown=(*found.unknown, *untold))
