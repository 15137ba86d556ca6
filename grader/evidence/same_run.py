"""Arms that are the same run under a declared change, and changes that are too small to mean anything."""

from collections.abc import Sequence
from dataclasses import dataclass

from grader.evidence.runs import Arms, Run, by_seed
from grader.reading import vocabulary
from paribus.experiments.one_change import Difference

SMALLEST_FACTOR = 1.05
"""The least factor between two values of a setting that acts by factors."""
_ENDS_A_RUN = frozenset({"patience", "epochs"})
"""What decides when a run ends: until then both arms are one."""


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
    if vary in _ENDS_A_RUN or vary in vocabulary.phrases("after_training", "names"):
        return []
    found = []
    for seed, run in first.items():
        other = second.get(seed)
        if other is None:
            continue
        losses, others = _losses(run), _losses(other)
        if losses and losses == others:
            shown = ", ".join(f"{loss:g}" for line in losses for loss in line if loss is not None)
            found.append(SameRun(run, other, "losses", shown))
        elif losses and others and run.record.predictions and run.record.predictions == other.record.predictions:
            found.append(SameRun(run, other, "predictions", ""))
    return found


def _losses(run: Run) -> tuple[tuple[float | None, float | None], ...]:
    """The losses of a run's epochs; () where a log shows none."""
    lines = tuple((line.get("train_loss"), line.get("validation_loss")) for line in run.record.epochs)
    return lines if any(loss is not None for line in lines for loss in line) else ()


def small_step(changes: Sequence[Difference], least: float = SMALLEST_FACTOR) -> str:
    """A declared change that is too small for a setting that acts by factors, "" where it is not."""
    for change in changes:
        if change.name not in vocabulary.phrases("by_factors", "names"):
            continue
        numbers = [value for side in (change.baseline, change.changed) for value in side]
        if len(numbers) != 2 or not all(isinstance(value, int | float) for value in numbers):
            continue
        low, high = sorted(abs(float(value)) for value in numbers)
        if low > 0 and high / low < least:
            return f"{change}: a factor of {high / low:.3g}"
    return ""
