"""Metrics: a baseline first, numbers that follow from the predictions, values near the reference."""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from course.assignment import Cell
from grader import vocabulary
from grader.checks.base import Finding, check, counted, failed, listed, not_applicable, passed, undecided
from grader.checks.tasks import keeps_counts
from grader.measured import COUNTS, recomputed
from grader.model import Case, Evidence
from grader.runs import Run, finished, read_runs
from paribus.metrics import Metrics

TOLERANCE = 2e-6
"""Rounding of a recorded metric; a copied or edited number is off by more."""


@check("metrics.baseline_first")
def baseline_first(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
    """A simple baseline was measured before the first larger model."""
    names = [str(name).lower() for name in options.get("baselines", vocabulary.phrases("baselines", "names"))]
    runs = read_runs(case)
    if not runs:
        return _nothing_recorded(case, "no baseline was recorded")
    baselines = [run for run in finished(runs) if _is_named(run, names)]
    others = [run for run in runs if not _is_named(run, names) and not _is_named(run, list(_simple()))]
    values = {"baselines": [run.name for run in baselines], "others": [run.name for run in others]}
    if not baselines:
        return failed(
            f"No baseline is recorded ({listed(names[:3], 'or')}). Measure one before the first model you train.",
            values,
        )
    first = baselines[0]
    evidence = [Evidence(case.cell_name(first.position), f"{first.name}: the first baseline")]
    earlier = [run for run in others if (run.start_position if run.start else run.position) < first.position]
    if earlier:
        return failed(
            f"{earlier[0].name} stands before the first baseline ({first.name}). Measure the baseline first, then "
            "you know what the larger model has to beat.",
            values,
            [*evidence, Evidence(case.cell_name(earlier[0].position), earlier[0].name)],
        )
    told = ", ".join(
        f"{name} {first.metrics[name]:.3f}" for name in ("accuracy", "macro_f1") if name in first.metrics
    )
    return passed(f"The baseline {first.name} was measured first ({told}).", values, evidence)


def _simple() -> tuple[str, ...]:
    return vocabulary.phrases("baselines", "names")


def _is_named(run: Run, names: list[str]) -> bool:
    told = f"{run.record.run_name} {run.setting('model') or ''}".lower()
    return run.record.experiment == "" and any(name in told for name in names)


@check("metrics.recomputed")
def metrics_recomputed(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
    """The metrics that each run claims follow from its predictions and the labels of the split."""
    runs = finished(read_runs(case))
    if not runs:
        return _nothing_recorded(case, "no run was recorded")
    tolerance = float(options.get("tolerance", TOLERANCE))
    checked, unknown = [], []
    for run in runs:
        found = recomputed(case, run)
        if not isinstance(found, Metrics):
            unknown.append((run, found))
            continue
        truth = found.values()
        for name, value in truth.items():
            claimed = run.metrics.get(name)
            if claimed is not None and abs(claimed - value) > tolerance:
                return failed(
                    f"{run.name} claims {name} {_shown(name, claimed)}; its {found.counts.sum():,} predictions "
                    f"give {_shown(name, value)}.",
                    {"run": run.name, "metric": name, "claimed": claimed, "recomputed": value},
                    [Evidence(case.cell_name(run.position), f"{name} {_shown(name, claimed)}")],
                )
        checked.append(run)
    values = {"checked": [run.name for run in checked], "not_checked": {run.name: why for run, why in unknown}}
    evidence = [Evidence(case.cell_name(run.position), run.name) for run in checked]
    if unknown:
        run, why = unknown[0]
        told = {"no labels": "the labels of its split are not in your file",
                "no predictions": "its predictions are not in your file"}.get(why, why)  # fmt: skip
        return undecided(f"The metrics of {run.name} cannot be recomputed: {told}.", values, evidence)
    return passed(f"The metrics of {counted(len(checked), 'run')} follow from the predictions.", values, evidence)


def _shown(metric: str, value: float) -> str:
    return f"{value:.0f}" if metric in COUNTS else f"{value:.4f}"


@check("metrics.near_reference")
def near_reference(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
    """Your metrics lie where the course's own runs of the same model on the same data lie."""
    wanted = tuple(options.get("values", ()))
    inside: dict[str, float] = {}
    outside: list[tuple[str, float, float, float, Run]] = []
    for run in finished(read_runs(case)):
        if run.record.experiment:
            continue
        for name, value, low, high in _banded(case, run):
            if wanted and name not in wanted:
                continue
            if low <= value <= high:
                inside[name] = value
            else:
                outside.append((name, value, low, high, run))
    values = {"inside": inside, "outside": {name: {"value": value, "low": low, "high": high}
                                            for name, value, low, high, _ in outside}}  # fmt: skip
    if outside:
        name, value, low, high, run = outside[0]
        return undecided(
            f"{name} is {value:.4f}; reference runs of the same model on the same data lie between {low:.4f} and "
            f"{high:.4f}. That may be right; a person looks at it.",
            values,
            [Evidence(case.cell_name(run.position), f"{name} {value:.4f}")],
        )
    if not inside:
        return not_applicable("There is no reference band for your model and data.", values)
    return passed(f"Within the reference band: {listed(inside)}.", values)


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
            if band.get("deterministic") or _same_model(entry.get("model"), run.setting("model")):
                yield name, float(value), float(band["low"]), float(band["high"])


def _same_model(reference: Any, own: Any) -> bool:  # noqa: ANN401 - as they stand in JSON
    """Model names agree in their last part: a record keeps no folders."""
    return PurePosixPath(str(reference)).name == PurePosixPath(str(own)).name


def _nothing_recorded(case: Case, what: str) -> Finding:
    """No run at all: a notebook that keeps its counts and was not run is not done, else it may be lost."""
    ran = any(cell.count is not None for cell in case.notebook.cells)
    if keeps_counts(case) and not ran and not case.records:
        return failed(f"The notebook was not run: {what}.")
    return undecided(f"Your file holds no records of runs: {what}, or the export left it out.")
