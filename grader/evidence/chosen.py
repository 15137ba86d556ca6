"""Runs outside of an experiment that may have chosen for it: the best of several seeds, and a look before the
prediction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from grader.evidence.runs import CASES, Arms, Run, finished, own_records, read_runs
from grader.model import Case
from paribus.experiments.tried import LEAST_TRIED, is_best_of, same_configuration
from paribus.metrics.registry import registry


@dataclass(frozen=True)
class BestOf:
    """An arm whose run scored better, by ``metric``, than all others of the same configuration."""

    arm: str
    kept: Run
    others: tuple[Run, ...]
    metric: str

    def shown(self) -> str:
        """``0.412 (seed 3, kept), 0.398 (seed 1)``."""
        runs = sorted(
            (self.kept, *self.others),
            key=lambda run: run.metrics[self.metric],
            reverse=registry()[self.metric].higher_is_better,
        )
        kept = {True: ", kept", False: ""}
        return ", ".join(
            f"{run.metrics[self.metric]:.4f} (seed {run.seed}{kept[run is self.kept]})" for run in runs
        )


def best_of(case: Case, arms: Arms, metric: str) -> BestOf | None:
    """An arm of one run that is the best of three or more, and not the first of them."""
    if not arms.both:
        return None
    order = {id(run): number for number, run in enumerate(read_runs(case))}
    mine = {id(run) for run in (*arms.baseline, *arms.changed)}
    for name, runs in (("baseline", finished(arms.baseline)), ("changed", finished(arms.changed))):
        if len(runs) != 1 or metric not in runs[0].metrics or metric not in registry():
            continue
        kept = runs[0]
        others = tuple(
            run for run in finished(read_runs(case))
            if id(run) not in mine and same_configuration(run, kept) and not run.record.arm.startswith("explore")
            and metric in run.metrics
        )  # fmt: skip
        first = min((kept, *others), key=lambda run: order[id(run)])
        scores = [run.metrics[metric] for run in others]
        if is_best_of(metric, kept.metrics[metric], scores, first=first is kept):
            return BestOf(name, kept, others, metric)
    return None


def looked_before(case: Case, arms: Arms) -> Run | None:
    """A finished run of the changed arm's own configuration and seed, outside of the experiment, that is before
    the changed arm: its result was known when the prediction was made.
    """
    started = [run for run in arms.changed if run.start is not None]
    if not started:
        return None
    first = started[0]
    seeds = {run.seed for run in arms.changed}
    before = _before(read_runs(case), first)
    for run in before:
        if (
            run.finished
            and run.record.experiment != first.record.experiment
            and run.seed in seeds
            and same_configuration(run, first)
        ):
            return run
    return None


def trained_again(arms: Arms) -> tuple[str, tuple[Run, ...]] | None:
    """An arm in which one seed was trained three times or more with one configuration: (arm, those runs)."""
    for name, runs in (("baseline", finished(arms.baseline)), ("changed", finished(arms.changed))):
        for seed in dict.fromkeys(run.seed for run in runs):
            same = tuple(run for run in runs if run.seed == seed and same_configuration(run, runs[-1]))
            if len(same) >= LEAST_TRIED:
                return name, same
    return None


def _before(runs: Sequence[Run], first: Run) -> list[Run]:
    return list(runs[: next((number for number, run in enumerate(runs) if run is first), 0)])


def records_lost_before(case: Case, runs: Sequence[Run]) -> int:
    """How many of these runs began after a record that is not in the file: what was there was run again."""
    known = _digests(case)
    starts = [run.start for run in runs if run.start is not None]
    return sum(1 for start in starts if start.previous and start.previous not in known)


@lru_cache(maxsize=CASES)
def _digests(case: Case) -> frozenset[str]:
    return frozenset(found.record.digest() for found in own_records(case) if found.record is not None)
