"""Recorded values that bear the name of a run and a metric, held against what that run recorded."""

import re
import statistics
from collections.abc import Iterator
from dataclasses import dataclass

from grader.evidence.runs import Run, by_seed, finished, named_values, read_runs
from grader.model import Case
from paribus.metrics.registry import registry
from paribus.records.misnamed import ROUNDED, names_of, not_its_own


@dataclass(frozen=True)
class Misnamed:
    """A value that no run of its name has."""

    name: str
    value: float
    position: int
    recorded: tuple[float, ...]


def misnamed(case: Case) -> Iterator[Misnamed]:
    """``encoder.macro_f1`` where no run called encoder, and no mean over its seeds, has that macro-F1."""
    results = [run.record for run in finished(read_runs(case))]
    for name, (value, position) in named_values(case).items():
        if recorded := not_its_own(name, value, results):
            yield Misnamed(name, value, position, recorded)


_SPREAD = re.compile(r"[._](?:sd|std|stdev|spread|deviation)$")
"""Ends ``one_change.changed.macro_f1_sd`` and ``encoder.accuracy.std``."""


def standard_errors(case: Case) -> Iterator[Misnamed]:
    """Values that are named a standard deviation over seeds, and are that divided by the root of their number."""
    runs = _by_name(case)
    for name, (value, position) in named_values(case).items():
        of, _, metric = _SPREAD.sub("", name).rpartition(".")
        if not _SPREAD.search(name) or of not in runs or metric not in registry().metrics:
            continue
        seeds = [float(run.metrics[metric]) for run in by_seed(runs[of]).values() if metric in run.metrics]
        deviation = statistics.stdev(seeds) if len(seeds) > 1 else 0.0
        error = deviation / len(seeds) ** 0.5 if seeds else 0.0
        near = min(ROUNDED, error / 20)
        if error and abs(value - error) <= near < abs(value - statistics.pstdev(seeds)):
            yield Misnamed(name, value, position, (deviation,))


def _by_name(case: Case) -> dict[str, list[Run]]:
    """The finished runs by what values may call them."""
    runs: dict[str, list[Run]] = {}
    for run in finished(read_runs(case)):
        for name in names_of(run.record):
            runs.setdefault(name, []).append(run)
    return runs
