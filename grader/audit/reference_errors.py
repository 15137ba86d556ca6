"""A class too small to be compared with itself: its runs' errors held against those of the course's own runs.

The area under the curve by which the references' share of errors on an item tells a run's errors from its right
answers is known for each reference too, from the others. One further honest run falls above the lower bound of the
t prediction interval of those areas (Geisser, *Predictive Inference*, 1993). Areas are not normal, and references
are few: docs/audit.md has the measured false alarms.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.audit.plausible import Plausibility, area
from grader.audit.trace import Trace
from paribus.metrics.packing import unpack

ENOUGH = 10
"""Reference runs that are needed, as for a band."""


@dataclass(frozen=True, eq=False)
class ReferenceErrors:
    """Errors of the course's trained runs on one split: ``wrong``, of shape (runs, items), ENOUGH runs or more."""

    wrong: NDArray[np.bool_]

    @cached_property
    def areas(self) -> NDArray[np.float64]:
        """The area of each run by the difficulty among the others; of shape (runs,)."""
        others = self.wrong.sum(axis=0) - self.wrong.astype(np.int64)
        return np.array(
            [area(own, hard / (len(self.wrong) - 1)) for own, hard in zip(self.wrong, others, strict=True)]
        )

    def p_value(self, trace: Trace) -> float | None:
        """That of the trace's smallest area, times how many runs it has (Bonferroni); None where it has none."""
        from scipy.stats import t

        hard = self.wrong.mean(axis=0)
        own = [area(run.wrong, hard) for run in trace.trained if len(run.wrong) == len(hard)]
        if not own:
            return None
        known, n = self.areas, len(self.wrong)
        spread = float(known.std(ddof=1)) * math.sqrt(1 + 1 / n)
        if spread == 0:
            return None
        return min(1.0, len(own) * float(t.cdf((min(own) - float(known.mean())) / spread, n - 1)))


def read_errors(audits: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], ReferenceErrors]:
    """Fingerprint and split → errors, of the audit.json of releases; splits with too few runs are left out."""
    packed: dict[tuple[str, str], dict[str, None]] = {}
    tables = (
        table
        for audit in audits
        for entries in audit.values()
        for entry in entries
        for table in entry.get("errors", ())
    )
    for table in tables:
        packed.setdefault((table["fingerprint"], table["split"]), {}).update(dict.fromkeys(table["runs"]))
    return {
        key: ReferenceErrors(np.array([unpack(text) for text in runs], dtype=bool))
        for key, runs in packed.items()
        if len(runs) >= ENOUGH
    }


def beside_references(
    found: Sequence[Plausibility], traces: Sequence[Trace], audits: Iterable[Mapping[str, Any]]
) -> tuple[Plausibility, ...]:
    """The same, and for those whose class says nothing of them what the references say. ``traces`` are in order."""
    errors = read_errors(audits)
    return tuple(
        item
        if item.overall is not None or trace.data not in errors
        else replace(item, beside_references=errors[trace.data].p_value(trace))
        for item, trace in zip(found, traces, strict=True)
    )
