"""Runs of one configuration beside those that an experiment compares: the best of several, a look before the
prediction, one seed again and again.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from paribus.experiments.one_change import Facts, choices
from paribus.metrics.registry import registry
from paribus.records.record import Record
from paribus.records.runs import RunResult

LEAST_TRIED = 3
"""Of fewer runs the one that was planned is the best too often."""


def same_configuration(one: Facts, other: Facts) -> bool:
    """One configuration, on the same rows."""
    return choices(one) == choices(other) and one.data == other.data


def is_best_of(metric: str, kept: float, others: Sequence[float], *, first: bool) -> bool:
    """Whether a run that was kept is the best of at least three, and not the ``first`` of them."""
    enough = len(others) + 1 >= LEAST_TRIED and not first
    return enough and all(registry()[metric].better(kept, other) for other in others)


def known_before(planned: Record, records: Sequence[Record]) -> str:
    """What to say where a run outside of the experiment has already shown what the changed arm ``planned`` would
    show; "" where none has.
    """
    if planned.arm != "changed":
        return ""
    for record in records:
        elsewhere = record.kind == "result" and record.experiment != planned.experiment
        if elsewhere and record.seed == planned.seed and same_configuration(record, planned):
            return (
                f"{record.run_name}, seed {record.seed} (run {record.run}), has trained with this configuration "
                "already, outside of this experiment, so its result may have been known when you predicted. Vary "
                "to a value that you have not run, or say in the memo what you knew."
            )
    return ""


def trained_so_often(planned: Record, records: Iterable[Record]) -> str:
    """What to say where a seed of an arm is trained for at least the third time; "" where it is not."""
    place = (planned.experiment, planned.arm, planned.seed)
    earlier = [
        record
        for record in records
        if record.kind == "result"
        and (record.experiment, record.arm, record.seed) == place
        and same_configuration(record, planned)
    ]
    if not planned.experiment or len(earlier) + 1 < LEAST_TRIED:
        return ""
    return (
        f"seed {planned.seed} of the {planned.arm} arm has trained {len(earlier)} times with this configuration. "
        "The last run is the one that is compared: say in the memo why you train it again."
    )


def best_of_several(
    arms: Mapping[str, Mapping[int, RunResult]], metric: str, records: Sequence[Record]
) -> Iterator[str]:
    """What a report says of an arm of one run that is the best of three or more, and not the first of them."""
    mine = {run.run for runs in arms.values() for run in runs.values()}
    for arm, runs in arms.items():
        kept = next(iter(runs.values())).record if len(runs) == 1 else None
        if kept is None or metric not in kept.values:
            continue
        results = [record for record in records if record.kind == "result" and metric in record.values]
        others = [
            record
            for record in results
            if record.run not in mine and not record.arm.startswith("explore") and same_configuration(record, kept)
        ]
        runs_in_order = [record.run for record in results if record.run == kept.run or record in others]
        scores = [float(record.values[metric]) for record in others]
        if is_best_of(metric, float(kept.values[metric]), scores, first=runs_in_order[:1] == [kept.run]):
            yield (
                f"The {arm} arm is the best of {len(others) + 1} runs of one configuration, and the best of "
                "several looks better than it is. Compare all of them: pass seeds=(…) in both arms."
            )
