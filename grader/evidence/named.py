"""Recorded values that bear the name of a run and a metric, held against what that run recorded."""

from collections.abc import Iterator
from dataclasses import dataclass

from grader.evidence.runs import finished, named_values, read_runs
from grader.model import Case
from paribus.records.misnamed import not_its_own


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
