"""Metrics: one registry, and the scores of one set of predictions.

`evaluate` is what students call; `Metrics` is what it returns. A course's own metrics.py takes `Metric` and
`Scored` from here.
"""

from paribus.metrics.classes import Metrics, evaluate, evaluate_fast
from paribus.metrics.metric import Metric, Scored

__all__ = ["Metric", "Metrics", "Scored", "evaluate", "evaluate_fast"]
