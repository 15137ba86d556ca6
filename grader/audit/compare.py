"""Claimed metrics held against those of a second run of the same notebook, and against the noise of seeds."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import variance
from typing import Any

from grader.audit.trace import Trace, TracedRun
from paribus.course.assignment import Assignment
from paribus.statistics.intervals import t_quantile

ALPHA = 0.001
"""As for the bands of references: one honest difference in a thousand lies outside."""
SAME = 1e-4
"""Relative difference up to which two numbers are the same: machines add in another order."""
LEAST = 3


class Status(StrEnum):
    """What became of a claim, from best to worst."""

    REPRODUCED = "reproduced"
    WITHIN_NOISE = "within noise"
    OUTSIDE = "outside"
    COULD_NOT_RUN = "could not run"


@dataclass(frozen=True)
class Compared:
    """One claimed metric of one run: what it is ``again``, None where the run was not met again; ``noise`` is the
    largest difference that seeds explain, None where nobody has measured it; ``source`` says who measured it.
    """

    run: str
    metric: str
    claimed: float
    again: float | None
    noise: float | None
    source: str
    status: Status


def noise_of(sd: float, n: int, alpha: float = ALPHA) -> float:
    """The largest difference of two independent runs that chance explains with probability 1 − alpha.

    t(1 − alpha/2, n − 1) · s · sqrt(2) for the sample standard deviation s of ``n`` runs with other seeds: the
    difference of two normal observations has twice the variance of one, and s is estimated apart from them
    (as the t prediction interval: Geisser, *Predictive Inference*, 1993; Hahn and Meeker, *Statistical Intervals*,
    1991, chapter 4). ``n`` is two or more.
    """
    return t_quantile(1 - alpha / 2, n - 1) * sd * math.sqrt(2)


def pooled_noise(groups: Iterable[Sequence[float]], alpha: float = ALPHA) -> float | None:
    """As `noise_of` from several configurations, each with its own seeds: their variances pooled over their degrees
    of freedom. None where they have fewer than two degrees together.
    """
    kept = [group for group in groups if len(group) > 1]
    freedom = sum(len(group) - 1 for group in kept)
    if freedom < LEAST - 1:
        return None
    pooled = sum((len(group) - 1) * variance(group) for group in kept) / freedom
    return t_quantile(1 - alpha / 2, freedom) * math.sqrt(2 * pooled)


def references_of(
    references: Mapping[str, Any], assignment: Assignment, profile: str
) -> dict[str, Mapping[str, Any]]:
    """The release's references for a profile, by ``<run>.<metric>``."""
    entries = [item for item in references.get(assignment.name, ()) if item["profile"] == profile]
    return dict(entries[0]["values"]) if entries else {}


def compare(claimed: Trace, again: Trace, references: Mapping[str, Mapping[str, Any]]) -> tuple[Compared, ...]:
    """Every metric that a result claims, held against the run of the same name, experiment, arm and seed."""
    anew = {run.key: run for run in again.runs}
    seeds = _by_configuration(again.runs)
    found = []
    for run in {run.key: run for run in claimed.runs}.values():
        other = anew.get(run.key)
        for metric, value in sorted(run.record.values.items()):
            second = other.record.values.get(metric) if other is not None else None
            noise = _noise(run, metric, references, seeds)
            found.append(_compared(_called(run), metric, float(value), second, noise))
    return tuple(found)


def within_bands(again: Trace, references: Mapping[str, Mapping[str, Any]]) -> tuple[Compared, ...]:
    """Runs at another profile than the claimed one, held against that profile's own references: each metric that
    has a band there. In place of a claim there is the references' mean.
    """
    found = []
    for run in again.runs:
        for metric, value in sorted(run.record.values.items()):
            band = references.get(f"{run.name}.{metric}")
            if band is None or band["low"] is None:
                continue
            inside = band["low"] <= value <= band["high"]
            half = (band["high"] - band["low"]) / 2
            status = Status.WITHIN_NOISE if inside else Status.OUTSIDE
            found.append(Compared(_called(run), metric, band["mean"], float(value), half, "references", status))
    return tuple(found)


def overall(compared: Sequence[Compared]) -> Status:
    """The worst of what was run again; could not run where nothing was."""
    ran = [item.status for item in compared if item.status is not Status.COULD_NOT_RUN]
    return max(ran, key=list(Status).index, default=Status.COULD_NOT_RUN)


def _compared(
    run: str, metric: str, claimed: float, again: float | None, noise: tuple[float | None, str]
) -> Compared:
    most, source = noise
    if again is None:
        status = Status.COULD_NOT_RUN
    elif math.isclose(claimed, again, rel_tol=SAME, abs_tol=SAME * 1e-2):
        status = Status.REPRODUCED
    elif most is None:
        status, source = Status.COULD_NOT_RUN, "nobody has measured its noise"
    else:
        status = Status.WITHIN_NOISE if abs(claimed - again) <= most else Status.OUTSIDE
    return Compared(run, metric, claimed, None if again is None else float(again), most, source, status)


def _called(run: TracedRun) -> str:
    seed = "" if run.record.seed is None else f", seed {run.record.seed}"
    return f"{run.name}{seed}"


def _noise(
    run: TracedRun, metric: str, references: Mapping[str, Mapping[str, Any]],
    seeds: Mapping[str, Mapping[str, list[float]]],
) -> tuple[float | None, str]:  # fmt: skip
    """The noise of a metric, and where it was measured: references of the run, else seeds of the second run."""
    known = references.get(f"{run.name}.{metric}", {})
    if known.get("deterministic"):
        return abs(float(known["high"]) - float(known["low"])), "references"
    if known.get("n", 0) >= LEAST:
        return noise_of(float(known["sd"]), int(known["n"])), "references"
    pooled = pooled_noise(groups.get(metric, []) for groups in seeds.values())
    if pooled is not None:
        return pooled, "seeds of the second run"
    # What another trained run of the same notebook is measured by in the references is the nearest there is.
    near = [
        [float(value) for value in item["values"]]
        for name, item in references.items()
        if name.rpartition(".")[2] == metric and not item.get("deterministic") and run.trained
    ]
    pooled = pooled_noise(near)
    return pooled, "references of another run" if pooled is not None else ""


def _by_configuration(runs: Sequence[TracedRun]) -> dict[str, dict[str, list[float]]]:
    """Metric values over seeds by configuration, for runs that train."""
    found: dict[str, dict[str, list[float]]] = {}
    for run in runs:
        if run.trained:
            key = f"{run.record.experiment} {run.record.arm} {run.name} {sorted(run.record.knobs().items())!r}"
            for metric, value in run.record.values.items():
                found.setdefault(key, {}).setdefault(metric, []).append(float(value))
    return found
