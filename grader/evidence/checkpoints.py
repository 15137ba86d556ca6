"""Whether a run reports the checkpoint that the course's rule picks, and stopped when its patience said so.

The rule: the best epoch is the first that is best by the unrounded metric that the run's record names; with
patience, training ends as soon as that many epochs have gone by since the best one without a better one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from grader.evidence.runs import Run
from grader.model import Outcome
from paribus.metrics.metric import Metric
from paribus.metrics.registry import FIRST_CHOSEN_BY, registry
from paribus.records.record import Epoch

TOLERANCE = 1e-6
"""Between a run's metric and its log's: both come from the same predictions, unrounded."""


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
    metric = metric_of(run)
    scores = {line.epoch: value for line in lines if (value := line.get(metric.name)) is not None}
    if not scores:
        return Reported(run, Outcome.UNDECIDED, f"its log has no {metric.title}, so the best epoch cannot be told")
    best = _first_best(metric, scores)
    chosen = run.record.chosen_epoch
    if chosen in scores and chosen != best:
        return Reported(run, Outcome.FAILED, _other(metric, chosen, best, scores), best)
    if unclear := _unclear(metric, chosen, scores, len(lines)):
        return Reported(run, Outcome.UNDECIDED, unclear, best)
    wrong = _claimed(run, best, scores[best]) or _patience(run, lines)
    return Reported(run, Outcome.FAILED if wrong else Outcome.PASSED, wrong, best)


def _unclear(metric: Metric, chosen: int | None, scores: Mapping[int, float], logged: int) -> str:
    """Why the choice cannot be judged; "" where it can."""
    if chosen is None:
        return "the predictions it reports are those of no logged epoch"
    if chosen not in scores:
        return f"epoch {chosen}, which it reports, has no {metric.title} in its log"
    return f"an epoch of its log has no {metric.title}" if len(scores) < logged else ""


def _claimed(run: Run, best: int, score: float) -> str:
    """What is wrong with the metric that the result claims for its epoch."""
    metric = metric_of(run)
    claimed = run.metrics.get(metric.name)
    if claimed is None or abs(claimed - score) <= TOLERANCE:
        return ""
    return f"it reports {metric.title} {claimed:.4f}, and epoch {best}, which it names, had {score:.4f}"


def _other(metric: Metric, chosen: int, best: int, scores: Mapping[int, float]) -> str:
    score, highest = scores[chosen], scores[best]
    if score == highest:
        return (
            f"it reports epoch {chosen}, and epoch {best} had the same {metric.title} before it: the first "
            f"{'maximum' if metric.higher_is_better else 'minimum'} counts"
        )
    return f"it reports epoch {chosen} ({metric.title} {score:.4f}), and epoch {best} was better ({highest:.4f})"


def metric_of(run: Run) -> Metric:
    """The metric by which a run's checkpoint is chosen: that of the first records where its own names none."""
    name, known = run.record.chosen_by, registry()
    return known[name if name in known else FIRST_CHOSEN_BY]


def chosen_by(runs: Sequence[Run]) -> str:
    """The metric by which the checkpoints of these runs were chosen; that of the first records where none says."""
    return next((run.record.chosen_by for run in runs if run.record.chosen_by), FIRST_CHOSEN_BY)


def _first_best(metric: Metric, scores: Mapping[int, float]) -> int:
    best = min(scores)
    for epoch in sorted(scores):
        if metric.better(scores[epoch], scores[best]):
            best = epoch
    return best


def _patience(run: Run, lines: Sequence[Epoch]) -> str:
    """What is wrong with when the run stopped; "" where nothing is, or the run declared no patience.

    A log that leaves epochs out, or a run whose loss was not finite any more, says nothing about it.
    """
    patience, allowed = run.setting("patience"), run.setting("epochs")
    whole = [line.epoch for line in lines] == list(range(1, len(lines) + 1))
    if isinstance(patience, bool) or not isinstance(patience, int) or not whole or run.setting("nonfinite"):
        return ""
    metric = metric_of(run)
    scores = {line.epoch: value for line in lines if (value := line.get(metric.name)) is not None}
    for ran in range(1, len(scores) + 1):
        best = _first_best(metric, {epoch: score for epoch, score in scores.items() if epoch <= ran})
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
