"""An experiment at a glance: its arms with every seed, the difference with its intervals, prediction against
result.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, stdev

from grader.evidence.false_metrics import false_metric
from grader.evidence.groups import arm_group
from grader.evidence.intervals import intervals_of
from grader.evidence.runs import BASELINE, CHANGED, Arms, Run, experiment_keys, find_arms, finished
from grader.model import Case
from paribus.metrics.registry import in_order, title

_KINDS = {"welch": "over seeds", "paired": "over seeds, pairs", "items": "over items"}


@dataclass(frozen=True)
class ArmRow:
    """One arm: how it is called, its seeds, the values one a seed, and their mean (± SD from two on)."""

    name: str
    seeds: str
    values: str
    mean: str


@dataclass(frozen=True)
class Glance:
    """One experiment. ``predicted`` is "" where no prediction was recorded, ``false`` where every metric follows
    from the predictions beside it.
    """

    key: str
    vary: str
    metric: str
    arms: tuple[ArmRow, ...]
    difference: str
    intervals: tuple[tuple[str, str], ...]
    predicted: str
    why: str
    came: str
    false: str = ""


def glances(case: Case, wanted: str = "") -> tuple[Glance, ...]:
    """The experiments of a notebook: the ``wanted`` one where the records name it, else all of them."""
    keys = experiment_keys(case)
    keys = (wanted,) if wanted in keys else keys
    return tuple(found for key in keys if (found := _glance(case, find_arms(case, key))) is not None)


def _glance(case: Case, arms: Arms) -> Glance | None:
    baseline, changed = arm_group(arms, BASELINE), arm_group(arms, CHANGED)
    prediction = next((run.prediction for run in arms.changed if run.prediction is not None), None)
    runs = finished((*arms.baseline, *arms.changed))
    if not runs:
        return None
    metric = prediction.metric if prediction is not None else next(iter(in_order(runs[0].metrics)), "")
    rows = tuple(
        _row(name, group.values(metric), [run.seed for run in group.runs if run.finished])
        for name, group in ((BASELINE, baseline), (CHANGED, changed))
    )
    before, after = baseline.values(metric), changed.values(metric)
    gap = fmean(after) - fmean(before) if before and after else None
    found = intervals_of(case, (baseline, changed), metric) if gap is not None else ()
    bounds = tuple((_KINDS.get(kind, kind), f"{item.low:+.3f} to {item.high:+.3f}") for kind, item in found)
    predicted, came = "", ""
    if prediction is not None:
        ends = [f"{end:+g}" for end in (prediction.low, prediction.high) if end is not None]
        predicted = " ".join(filter(None, [prediction.direction, f"({' to '.join(ends)})" if ends else ""]))
        came = "" if gap is None else _came(gap, prediction.low, prediction.high)
    return Glance(
        arms.key, arms.vary, title(metric), rows, "" if gap is None else f"{gap:+.4g}", bounds, predicted,
        prediction.why if prediction is not None else "", came, _false(case, runs),
    )  # fmt: skip


def _false(case: Case, runs: Sequence[Run]) -> str:
    """The first record whose metric is not what its predictions give: then the table is not to be trusted."""
    for run in runs:
        if (found := false_metric(case, run)) is not None:
            name, claimed, value = found
            return f"{run.name} says {title(name)} {claimed:.4g}; its predictions give {value:.4g}."
    return ""


def _row(name: str, values: Sequence[float], seeds: Sequence[int | None]) -> ArmRow:
    told = ", ".join(dict.fromkeys(str(seed) for seed in seeds if seed is not None))
    mean = f"{fmean(values):.4g}" if values else ""
    if len(values) > 1:
        mean += f" ± {stdev(values):.2g}"
    return ArmRow(name, told, ", ".join(f"{value:.4g}" for value in values), mean)


def _came(gap: float, low: float | None, high: float | None) -> str:
    if low is None or high is None:
        return ""
    return (
        "inside the predicted range" if min(low, high) <= gap <= max(low, high) else "outside the predicted range"
    )
