"""Two arms that are the same run: their logs are equal to the last digit, though a setting was changed."""

from paribus.records.record import Record

ENDS_A_RUN = frozenset({"patience", "epochs"})
"""What decides when a run ends: until then both arms are one."""
AFTER_TRAINING = frozenset({"prior_shift", "threshold", "thresholds", "decision_threshold"})
"""Settings that act on what a trained model answers: the losses of both arms are the same."""

Losses = tuple[tuple[float | None, float | None], ...]


def may_be_equal(vary: str) -> bool:
    """Under this change equal losses are what one expects."""
    return vary in ENDS_A_RUN | AFTER_TRAINING


def losses_of(result: Record) -> Losses:
    """The training and validation losses of a run's epochs; () where a log shows none."""
    lines = tuple((line.get("train_loss"), line.get("validation_loss")) for line in result.epochs)
    return lines if any(loss is not None for line in lines for loss in line) else ()


def equal_losses(one: Record, other: Record) -> str:
    """The losses that both runs logged, where all of them are equal; "" where they are not, or none were logged."""
    losses = losses_of(one)
    same = bool(losses) and losses == losses_of(other)
    return ", ".join(f"{loss:g}" for line in losses for loss in line if loss is not None) if same else ""
