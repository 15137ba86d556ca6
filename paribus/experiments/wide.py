"""Predictions worth the name: a range that can hardly miss says nothing, and one that cannot be says too much."""

import math

from paribus.metrics.registry import registry, title

WIDEST = 0.25
"""How wide a predicted range may be where an assignment does not say, as a share of what the metric can take."""
_LOSSES = ("validation_loss", "train_loss")


def cannot_be(metric: str, low: float | None, high: float | None, classes: int = 0) -> float | None:
    """The first bound of a change that the metric cannot make; ``classes`` are the data's, 0 where unknown."""
    largest = _scale(metric, classes) if metric not in _LOSSES else 0.0
    if not largest:
        return None
    return next((bound for bound in (low, high) if bound is not None and abs(bound) > largest), None)


def hardly_misses(
    metric: str, direction: str, low: float | None, high: float | None, *, widest: float = WIDEST, classes: int = 0
) -> str:
    """Why a prediction can hardly turn out wrong, as the rest of a sentence; "" where it can.

    ``widest`` is how wide a range may be, as a share of what the metric can take: 1 for shares, the number of
    classes for counts of them, and for a loss that of a model that knows nothing. A range that holds both a rise
    and a fall may be half as wide. "No change" without a margin on both sides means nothing.
    """
    if direction == "none" and (low is None or high is None):
        return "predicts no change and gives no margin, so no result could prove it wrong"
    lower = 0.0 if low is None and direction == "up" else -math.inf if low is None else low
    upper = 0.0 if high is None and direction == "down" else math.inf if high is None else high
    both = lower < 0 < upper
    if not both and math.inf in (-lower, upper):
        return ""  # "up", or "up by at least 0.02": that can fail
    most = widest * _scale(metric, classes) / (2 if both else 1)
    if not 0 < most < upper - lower:
        return ""
    label = title(metric)
    if both:
        return f"holds both a fall and a rise of {label} and is {_width(lower, upper)} wide; {most:.3g} is the most"
    return f"is {_width(lower, upper)} wide in {label}; {most:.3g} is the most"


def _scale(metric: str, classes: int) -> float:
    """What the metric's values span; 0 where it is not known, and nothing is said."""
    known = registry().metrics.get(metric)
    if known is not None and known.is_share:
        return 1.0
    if metric in _LOSSES:
        return math.log(max(classes, 1))
    counts_classes = known is not None and known.needs == "class" and not known.digits
    return float(classes) if counts_classes else 0.0


def _width(lower: float, upper: float) -> str:
    width = upper - lower
    return f"{width:.3g}" if math.isfinite(width) else "endlessly"
