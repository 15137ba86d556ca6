"""Recorded values that bear the name of a run and a metric, held against what that run recorded."""

from collections.abc import Iterable

from paribus.metrics.metric import PROBABLE
from paribus.metrics.registry import registry
from paribus.records.record import Record

ROUNDED = 6e-4
"""A value that was rounded to three digits before it was written down."""
EIGHT_BITS = 0.03
"""By how much a metric of probabilities may differ from that of the same probabilities in steps of 1/255, as a
record keeps them: of 100 items or more the calibration error moved by 0.025 at most in drawn models.
"""


def not_its_own(name: str, value: float, results: Iterable[Record]) -> tuple[float, ...]:
    """What the runs of a value's name recorded, where the value is none of it: ``encoder.macro_f1`` where no run
    called encoder, no mean or median over its seeds and no epoch has it, in per cent or not. () where it is, and
    where no run has this name.
    """
    of, _, metric = name.rpartition(".")
    if metric not in registry():
        return ()
    mine = [record for record in results if of in names_of(record) and metric in record.values]
    known = [float(record.values[metric]) for record in mine]
    by_seed = {record.seed: float(record.values[metric]) for record in mine}
    seeds = list(by_seed.values())
    every = [*known, *([sum(seeds) / len(seeds), sorted(seeds)[len(seeds) // 2]] if seeds else [])]
    every += [line for record in mine for epoch in record.epochs if (line := epoch.get(metric)) is not None]
    near = EIGHT_BITS if registry()[metric].needs in PROBABLE else ROUNDED
    fits = any(abs(value - scale * item) <= scale * near for item in every for scale in (1, 100))
    return () if fits else tuple(known)


def names_of(record: Record) -> tuple[str, ...]:
    """What a value calls a run: its name, or the arm of its experiment."""
    return (record.run_name, f"{record.experiment}.{record.arm}") if record.experiment else (record.run_name,)
