"""Numbers to paste: `notebook.quote(…)` shows a result as text and records which one it is.

    notebook.quote(encoder, "macro_f1")                          # macro-F1 0.318 (encoder, seed 13)
    notebook.quote.mean(runs, "accuracy")                        # mean accuracy 0.449 ± 0.029 (baseline, 3 seeds)
    notebook.quote.difference(tfidf, encoder, "macro_f1")        # difference in macro-F1 +0.253 (tfidf → encoder)
    notebook.quote.interval(baseline_runs, weighted_runs, "macro_f1")

A number of a memo that equals a quote is traced at once. Nobody has to use it.
"""

import re
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from paribus.errors import UsageError
from paribus.metrics.registry import title
from paribus.records.runs import RunResult
from paribus.statistics.intervals import paired_interval, welch_interval

Results = RunResult | Sequence[RunResult]
KINDS = ("paired", "welch")


class Recorder(Protocol):
    """What writes numbers down: `paribus.experiments.recording.Recording`."""

    def value(self, name: str, value: float) -> float:
        """Write down one number."""

    def values(self, numbers: Mapping[str, float]) -> None:
        """Write down several numbers."""


@dataclass(frozen=True)
class Quotes:
    """What `Recording.quote` is: call it for one result, or ask for a mean, a difference or an interval."""

    recording: Recorder
    digits: int = 3

    def __call__(self, result: RunResult, metric: str) -> str:
        """One run's metric as text, recorded. UsageError where the run has no such metric."""
        value = _value(result, metric)
        self.recording.value(_name(metric, "value", result.name, str(result.seed)), value)
        return f"{_label(metric)} {self._shown(value)} ({result.name}, seed {result.seed})"

    def mean(self, results: Sequence[RunResult], metric: str) -> str:
        """Mean ± sample standard deviation (n − 1) over runs, recorded; UsageError for fewer than two."""
        values = [_value(result, metric) for result in results]
        if len(values) < 2:
            raise UsageError(
                f"A mean needs at least two runs; got {len(values)}. For one run: notebook.quote(run, {metric!r})."
            )
        name, mean, spread = results[0].name, statistics.fmean(values), statistics.stdev(values)
        self.recording.values({_name(metric, "mean", name): mean, _name(metric, "mean", f"{name}_sd"): spread})
        return f"mean {_label(metric)} {self._shown(mean)} ± {self._shown(spread)} ({name}, {len(values)} seeds)"

    def difference(self, before: Results, after: Results, metric: str) -> str:
        """The change of a metric (of its mean) from ``before`` to ``after``, recorded."""
        first, second = _listed(before), _listed(after)
        change = statistics.fmean(_value(item, metric) for item in second) - statistics.fmean(
            _value(item, metric) for item in first
        )
        self.recording.value(_name(metric, "difference", first[0].name, second[0].name), change)
        return f"difference in {_label(metric)} {change:+.{self.digits}f} ({first[0].name} → {second[0].name})"

    def interval(
        self, before: Sequence[RunResult], after: Sequence[RunResult], metric: str, kind: str = "paired"
    ) -> str:
        """The 95 % interval of the change over seeds (``kind``: paired or welch), recorded.

        Paired runs are in the same order of seeds. UsageError for fewer than two runs an arm or another kind.
        """
        if kind not in KINDS:
            raise UsageError(f"The interval's kind is {kind!r}, expected one of {', '.join(KINDS)}.")
        old, new = ([_value(item, metric) for item in runs] for runs in (before, after))
        found = paired_interval(old, new) if kind == "paired" else welch_interval(old, new)
        self.recording.values(
            {
                _name(metric, kind, before[0].name, "low"): found.low,
                _name(metric, kind, before[0].name, "high"): found.high,
            }
        )
        low, high = (f"{value:+.{self.digits}f}" for value in (found.low, found.high))
        return f"{kind} 95 % interval of the difference in {_label(metric)} {low} to {high}"

    def _shown(self, value: float) -> str:
        return f"{value:.{self.digits}f}" if abs(value) <= 1 else f"{value:.1f}"


def _listed(results: Results) -> Sequence[RunResult]:
    return [results] if isinstance(results, RunResult) else results


def _value(result: RunResult, metric: str) -> float:
    found = result.record.values.get(metric)
    if found is None:
        raise UsageError(
            f"{result.name} (seed {result.seed}) has no {metric!r}; "
            f"it has {', '.join(sorted(result.record.values))}."
        )
    return float(found)


def _label(metric: str) -> str:
    return title(metric)


def _name(*parts: str) -> str:
    """A dotted name that a value record takes: ``quote.macro_f1.value.encoder.13``."""
    return ".".join(["quote", *(re.sub(r"[^A-Za-z0-9_-]", "_", part) for part in parts)])
