"""Arms that are the same run under a declared change."""

from dataclasses import dataclass

from grader.evidence.runs import Arms, Run, by_seed
from paribus.experiments.alike import equal_losses, losses_of, may_be_equal


@dataclass(frozen=True)
class SameRun:
    """Two runs of one seed that cannot be told apart. ``by`` says by what: "losses" or "predictions"."""

    baseline: Run
    changed: Run
    by: str
    shown: str


def same_runs(arms: Arms, vary: str) -> list[SameRun]:
    """The pairs of one seed, one of each arm, whose logs are equal to the last digit; none under a change that acts
    on what a trained model answers.
    """
    first, second = by_seed(arms.baseline), by_seed(arms.changed)
    if may_be_equal(vary):
        return []
    found = []
    for seed, run in first.items():
        other = second.get(seed)
        if other is None:
            continue
        one, two = run.record, other.record
        if shown := equal_losses(one, two):
            found.append(SameRun(run, other, "losses", shown))
        elif losses_of(one) and losses_of(two) and one.predictions and one.predictions == two.predictions:
            found.append(SameRun(run, other, "predictions", ""))
    return found
