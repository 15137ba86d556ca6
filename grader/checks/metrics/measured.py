"""Metrics: a baseline first, numbers that follow from the predictions, the best epoch."""

from collections.abc import Iterable, Mapping
from typing import Any

from grader.checks.base import Finding, check, counted, failed, listed, passed, undecided
from grader.checks.doubts import Doubt, doubts_of, with_doubts
from grader.checks.faults import false_record
from grader.checks.survival import nothing_ran, outputs_lost, unless_lost
from grader.checks.unrecorded import baseline_printed, baseline_shown_first, best_epoch_shown
from grader.code.extremes import best_of_seeds
from grader.code.judged import misjudged
from grader.code.leaks import leaks
from grader.code.typed_in import typed_in
from grader.code.unequal import unequal_arms
from grader.evidence.checkpoints import examine, metric_of
from grader.evidence.false_metrics import TOLERANCE, false_metric
from grader.evidence.named import Misnamed, misnamed, standard_errors
from grader.evidence.roles import longer_than_planned
from grader.evidence.runs import Run, finished, read_runs
from grader.evidence.scores import items_of, recomputed
from grader.evidence.unrecorded.arms import unrecorded_experiments
from grader.model import Case, Evidence, Outcome
from grader.reading import vocabulary
from paribus.course.assignment import Cell
from paribus.course.own import METRICS, digest_of
from paribus.metrics.registry import SHIPPED_REGISTRY, registry, title, told_first
from paribus.records.environment import place_of


@check("metrics.baseline_first", "A baseline first", options={"baselines": "texts"})
def baseline_first(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
    """A simple baseline was measured before the first larger model."""
    names = [str(name).lower() for name in options.get("baselines", vocabulary.phrases("baselines", "names"))]
    runs = read_runs(case)
    if not runs:
        return baseline_shown_first(case, names) or _nothing_recorded(case, "no baseline was recorded")
    baselines = [run for run in finished(runs) if is_named(run, names)]
    others = [run for run in runs if not is_named(run, names) and not is_named(run, list(simple()))]
    values = {"baselines": [run.name for run in baselines], "others": [run.name for run in others]}
    if not baselines and any(found.record is None for found in case.records):
        return undecided(
            "No baseline is among the records that can be read, and some records of your file cannot be.", values
        )
    if not baselines and (printed := baseline_printed(case, names)) is not None:
        return printed
    if not baselines:
        found = failed(
            f"No baseline is recorded ({listed(names[:3], 'or')}). Measure one before the first model you train.",
            values,
        )
        return unless_lost(case, found, outputs_lost(case))
    first = baselines[0]
    evidence = [Evidence(case.cell_name(first.position), f"{first.name}: the first baseline")]
    earlier = [run for run in others if (run.start_position if run.start else run.position) < first.position]
    if earlier:
        found = failed(
            f"{earlier[0].name} comes before the first baseline ({first.name}). Measure the baseline first, then "
            "you know what the larger model has to beat.",
            values,
            [*evidence, Evidence(case.cell_name(earlier[0].position), earlier[0].name)],
        )
        return unless_lost(case, found, outputs_lost(case))
    told = ", ".join(f"{title(name)} {first.metrics[name]:.3f}" for name in told_first(first.metrics))
    return passed(f"The baseline {first.name} was measured first ({told}).", values, evidence)


def simple() -> tuple[str, ...]:
    return vocabulary.phrases("baselines", "names")


def is_named(run: Run, names: list[str]) -> bool:
    told = f"{run.record.run_name} {run.setting('model') or ''}".lower()
    return run.record.experiment == "" and any(name in told for name in names)


@check("metrics.recomputed", "Metrics follow from the predictions", options={"tolerance": "number"})
def metrics_recomputed(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
    """The metrics that each run claims follow from its predictions and the labels of the split."""
    runs = finished(read_runs(case))
    if not runs:
        return _nothing_recorded(case, "no run was recorded")
    tolerance = float(options.get("tolerance", TOLERANCE))
    checked, unknown = [], []
    for run in runs:
        truth = recomputed(case, run)
        if isinstance(truth, str):
            unknown.append((run, truth))
            continue
        if (false := false_metric(case, run, tolerance)) is None:
            checked.append(run)
            continue
        name, claimed, value = false
        if name not in SHIPPED_REGISTRY and _by_another_file(case, run):
            unknown.append((run, f"they come from another {METRICS} than the assignment's"))
            continue
        return failed(
            f"{run.name} claims {title(name)} {_shown(name, claimed)}; its {_items(case, run):,} predictions "
            f"give {_shown(name, value)}.",
            {"run": run.name, "metric": name, "claimed": claimed, "recomputed": value},
            [Evidence(case.cell_name(run.position), f"{title(name)} {_shown(name, claimed)}")],
            [false_record(case, run.position)],
        )
    placed = _as_measured(runs)
    values: dict[str, Any] = {
        "checked": [run.name for run in checked],
        "not_checked": {run.name: why for run, why in unknown},
        **({"as_measured": placed} if placed else {}),
    }
    evidence = [Evidence(case.cell_name(run.position), run.name) for run in checked]
    if unknown:
        run, why = unknown[0]
        told = {"no labels": "the labels of its split are not in your file",
                "no predictions": "its predictions are not in your file"}.get(why, why)  # fmt: skip
        return undecided(f"The metrics of {run.name} cannot be recomputed: {told}.", values, evidence)
    if printed := unrecorded_experiments(case):
        return undecided(
            f"The runs of {listed(printed)} are not recorded: their metrics were printed, and without predictions "
            "nobody can recompute them. A person looks.", values, evidence,
        )  # fmt: skip
    follow = passed(
        f"The metrics of {counted(len(checked), 'run')} follow from the predictions.{_told(placed)}",
        values,
        evidence,
    )
    of_values = (*typed_in(case), *unequal_arms(case), *best_of_seeds(case), *misjudged(case))
    code = doubts_of(case, (*leaks(case), *of_values))
    return with_doubts(follow, [*code, *_misnamed(case), *_standard_errors(case), *_too_long(case)])


def _as_measured(runs: Iterable[Run]) -> dict[str, dict[str, str]]:
    """Place → metric and run → value, of what nobody can compute again and what holds for one machine alone."""
    found: dict[str, dict[str, str]] = {}
    for run in runs:
        place = place_of(run.record.config)
        for name, value in run.metrics.items():
            if place and name in registry() and registry()[name].placed:
                found.setdefault(place, {})[f"{title(name)} of {run.name}"] = _shown(name, value)
    return found


def _told(placed: Mapping[str, Mapping[str, str]]) -> str:
    """One sentence a place: numbers that are as measured, with the place."""
    return "".join(
        f" As measured on {place}: {listed(f'{name} {value}' for name, value in numbers.items())}."
        for place, numbers in placed.items()
    )


def _by_another_file(case: Case, run: Run) -> bool:
    """A run was scored with other metrics of the course's own than those that the release carries."""
    told = run.start.environment.get("metrics", "") if run.start is not None else ""
    return bool(told) and digest_of(case.assignment.own.get(METRICS, ""))[:12] not in str(told).split()


def _too_long(case: Case) -> list[Doubt]:
    """Runs that logged more epochs than they were configured for."""
    return [
        Doubt(
            f"{run.name} is configured for {run.setting('epochs')} epochs and logged {len(run.record.epochs)}. A "
            "person looks.",
            (Evidence(case.cell_name(run.position), f"{run.name}, seed {run.seed}"),),
        )
        for run in longer_than_planned(read_runs(case))
    ]


def _misnamed(case: Case) -> list[Doubt]:
    """Recorded values that bear a run's name and none of its numbers."""
    why = "a value is named after a run and a metric, and no run of that name has it"
    found = [(item, listed((f"{value:.4f}" for value in item.recorded), "or")) for item in misnamed(case)]
    return [_of_value(case, item, f", and the run of that name has {known}", why) for item, known in found]


def _standard_errors(case: Case) -> list[Doubt]:
    """Standard errors that are recorded as standard deviations."""
    why = "a value is named a standard deviation and is the standard error"
    told = ": that is the standard error of the mean. The standard deviation over the seeds is"
    return [_of_value(case, item, f"{told} {item.recorded[0]:.4f}", why) for item in standard_errors(case)]


def _of_value(case: Case, item: Misnamed, told: str, why: str) -> Doubt:
    """A doubt about a recorded value, with its number and its cell."""
    written = Evidence(case.cell_name(item.position), f"{item.name} {item.value:.4f}")
    return Doubt(f"{item.name} was recorded as {item.value:.4f}{told}. A person looks.", (written,), why)


def _items(case: Case, run: Run) -> int:
    items = items_of(case, run)
    return items.truth.size if items is not None else 0


def _shown(metric: str, value: float) -> str:
    return registry()[metric].shown(value)


@check("metrics.best_checkpoint", "The best epoch is reported")
def best_checkpoint(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
    """Each run reports its best epoch (the first, where several are equal) by the metric that its data choose by,
    and stopped when its patience said so.
    """
    runs = finished(read_runs(case))
    shown = best_epoch_shown(case)
    if not runs:
        return shown or _nothing_recorded(case, "no run was recorded")
    found = [report for run in runs if (report := examine(run)) is not None]
    values = {"best": {f"{item.run.name}, seed {item.run.seed}": item.best for item in found}}
    for outcome, say in ((Outcome.FAILED, failed), (Outcome.UNDECIDED, undecided)):
        wrong = [item for item in found if item.outcome is outcome]
        if wrong:
            first = wrong[0]
            more = f" ({len(wrong) - 1} more like it.)" if len(wrong) > 1 else ""
            evidence = [
                Evidence(case.cell_name(item.run.position), f"{item.run.name}: {item.because}") for item in wrong
            ]
            return say(f"{first.run.name} (seed {first.run.seed}): {first.because}.{more}", values, evidence)
    if shown is not None and (not found or shown.outcome is not Outcome.PASSED):
        return shown
    if not found:
        return undecided("No run in your file shows a log by epochs, so the best epoch cannot be told.", values)
    evidence = [
        Evidence(case.cell_name(item.run.position), f"{item.run.name}: epoch {item.best}") for item in found
    ]
    whose = "The run reports" if len(found) == 1 else f"All {len(found)} runs with a log report"
    metric = metric_of(found[0].run)
    most = "highest" if metric.higher_is_better else "lowest"
    return passed(f"{whose} the first epoch with the {most} {metric.title}.", values, evidence)


def _nothing_recorded(case: Case, what: str) -> Finding:
    """No run at all: not done where nothing was, else it may be lost."""
    return nothing_ran(case, what) or undecided(
        f"Your file holds no records of runs: {what}, or the export left it out."
    )
