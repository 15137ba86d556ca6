"""Metrics: one registry, and the scores of one set of predictions.

`evaluate` is what students call; `Metrics` is what it returns.
"""

from paribus.metrics.classes import Metrics, evaluate, evaluate_fast

__all__ = ["Metrics", "evaluate", "evaluate_fast"]
