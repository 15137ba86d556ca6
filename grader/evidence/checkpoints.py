"""Whether a run reports the checkpoint that the course's rule picks, and stopped when its patience said so.

The rule: the best epoch is the first maximum of the unrounded validation macro-F1; with patience, training ends as
soon as that many epochs have gone by since the best one without a higher score.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grader.evidence.runs import Run
from grader.model import Outcome
from paribus.evidence.record import Epoch

TOLERANCE = 1e-6
"""Between a run's macro-F1 and its log's: both come from the same predictions, unrounded."""


@dataclass(frozen=True)
class Reported:
    """What one run reports of its log. ``outcome`` is passed, failed or undecided; ``best`` an epoch's number."""

    run: Run
    outcome: Outcome
    because: str
    best: int | None = None


def examine(run: Run) -> Reported | None:
    """Hold a finished run's chosen epoch against its log; None where it has no log by epochs."""
    lines = sorted(run.record.epochs, key=lambda line: line.epoch)
    if not lines:
        return None
    scores = {line.epoch: line.macro_f1 for line in lines if line.macro_f1 is not None}
    if not scores:
        return Reported(run, Outcome.UNDECIDED, "its log has no macro-F1, so the best epoch cannot be told")
    best = min(epoch for epoch, score in scores.items() if score == max(scores.values()))
    chosen = run.record.chosen_epoch
    if chosen in scores and chosen != best:
        return Reported(run, Outcome.FAILED, _other(chosen, best, scores), best)
    if unclear := _unclear(chosen, scores, len(lines)):
        return Reported(run, Outcome.UNDECIDED, unclear, best)
    wrong = _claimed(run, best, scores[best]) or _patience(run, lines)
    return Reported(run, Outcome.FAILED if wrong else Outcome.PASSED, wrong, best)


def _unclear(chosen: int | None, scores: Mapping[int, float], logged: int) -> str:
    """Why the choice cannot be judged; "" where it can."""
    if chosen is None:
        return "the predictions it reports are those of no logged epoch"
    if chosen not in scores:
        return f"epoch {chosen}, which it reports, has no macro-F1 in its log"
    return "an epoch of its log has no macro-F1" if len(scores) < logged else ""


def _claimed(run: Run, best: int, score: float) -> str:
    """What is wrong with the macro-F1 that the result claims for its epoch."""
    claimed = run.metrics.get("macro_f1")
    if claimed is None or abs(claimed - score) <= TOLERANCE:
        return ""
    return f"it reports macro-F1 {claimed:.4f}, and epoch {best}, which it names, had {score:.4f}"


def _other(chosen: int, best: int, scores: Mapping[int, float]) -> str:
    score, highest = scores[chosen], scores[best]
    if score == highest:
        return (
            f"it reports epoch {chosen}, and epoch {best} had the same macro-F1 before it: the first maximum counts"
        )
    return f"it reports epoch {chosen} (macro-F1 {score:.4f}), and epoch {best} was better ({highest:.4f})"


def _patience(run: Run, lines: Sequence[Epoch]) -> str:
    """What is wrong with when the run stopped; "" where nothing is, or the run declared no patience.

    A log that leaves epochs out, or a run whose loss was not finite any more, says nothing about it.
    """
    patience, allowed = run.setting("patience"), run.setting("epochs")
    whole = [line.epoch for line in lines] == list(range(1, len(lines) + 1))
    if isinstance(patience, bool) or not isinstance(patience, int) or not whole or run.setting("nonfinite"):
        return ""
    scores = [line.macro_f1 or 0.0 for line in lines]
    for ran in range(1, len(scores) + 1):
        best = scores.index(max(scores[:ran])) + 1
        over = ran - best >= patience
        if over and ran < len(scores):
            return (
                f"it went on to epoch {len(scores)}; with patience {patience} it ends after epoch {ran}, as epoch "
                f"{best} was the best until then"
            )
        if not over and ran == len(scores) and isinstance(allowed, int) and ran < allowed:
            return (
                f"it stopped after epoch {ran} of {allowed}; with patience {patience} it goes on until {patience} "
                f"epochs have passed since the best one, which is epoch {best}"
            )
    return ""
