"""Metrics: values near those of the course's own runs."""

from collections.abc import Iterator, Mapping
from typing import Any

from grader.checks.base import Finding, check, listed, not_applicable, passed, undecided
from grader.checks.unrecorded import near_reference_shown
from grader.evidence.departures import departures, same_model
from grader.evidence.runs import Run, finished, read_runs
from grader.model import Case, Evidence
from paribus.course.assignment import Cell
from paribus.metrics.registry import title


@check(
    "metrics.near_reference",
    "Near the course's own runs",
    options={"values": "texts"},
    public=False,
    withheld={
        "passed": "Your metrics lie where the course's own runs lie.",
        "failed": "A metric lies outside of where the course's own runs lie.",
        "undecided": "A metric lies outside of where the course's own runs lie. It may be right; a person looks.",
    },
)
def near_reference(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
    """Your metrics lie where the course's own runs of the same model on the same data lie.

    An experiment's runs change what the student chooses: they are held only where ``values`` names them.
    """
    wanted = tuple(options.get("values", ()))
    inside: dict[str, float] = {}
    outside: list[tuple[str, float, float, float, Run]] = []
    for run in finished(read_runs(case)):
        for name, value, low, high in _banded(case, run):
            if name not in wanted and (wanted or run.record.experiment):
                continue
            if low <= value <= high:
                inside[name] = value
            else:
                outside.append((name, value, low, high, run))
    others = departures(case)
    instead = [item.text for item in others]
    values = {
        "inside": inside,
        "outside": {name: {"value": value, "low": low, "high": high} for name, value, low, high, _ in outside},
    }
    values |= {"instead": instead} if instead else {}
    if outside:
        name, value, low, high, run = outside[0]
        told = (
            f"{_called(name)} is {value:.4f}; reference runs of the same model on the same data lie between "
            f"{low:.4f} and {high:.4f}. That may be right; a person looks at it."
        )
        return undecided(
            " ".join([told, *instead]),
            values,
            [Evidence(case.cell_name(run.position), f"{_called(name)} {value:.4f}")],
        )
    if any(item.apart for item in others):
        held = f" Held against them were only {listed(map(_called, inside))}." if inside else ""
        return undecided(
            f"{' '.join(instead)} The course's own runs say nothing about that; a person looks.{held}", values
        )
    if not inside:
        shown = near_reference_shown(case)
        return shown or not_applicable("There is no reference band for your model and data.", values)
    return passed(" ".join([f"Within the reference band: {listed(map(_called, inside))}.", *instead]), values)


def _banded(case: Case, run: Run) -> Iterator[tuple[str, float, float, float]]:
    """The run's metrics that a reference of the same profile, data and model has a band for."""
    for entry in case.references.get(case.assignment.name, ()):
        if entry.get("profile") != case.assignment.profile or run.data is None:
            continue
        if entry.get("data") != run.data.fingerprint:
            continue
        for metric, value in run.metrics.items():
            name = f"{run.record.run_name}.{metric}"
            band = entry.get("values", {}).get(name)
            if band is None or band.get("low") is None or band.get("high") is None:
                continue
            if band.get("deterministic") or same_model(entry.get("model"), run.setting("model")):
                yield name, float(value), float(band["low"]), float(band["high"])


def _called(name: str) -> str:
    """“macro-F1 of encoder” for “encoder.macro_f1”."""
    run, _, metric = name.rpartition(".")
    return f"{title(metric)} of {run}"
