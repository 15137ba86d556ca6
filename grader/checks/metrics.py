"""Metrics: a baseline first, numbers that follow from the predictions, values near the reference."""

from collections.abc import Iterator, Mapping
from typing import Any

from grader.checks.base import Finding, check, counted, failed, listed, not_applicable, passed, shorten, undecided
from grader.checks.doubts import Doubt, doubts_of, with_doubts
from grader.checks.faults import false_record
from grader.checks.survival import code_cells, code_lost, nothing_ran, outputs_lost, unless_lost
from grader.checks.unrecorded import baseline_printed, baseline_shown_first, best_epoch_shown, near_reference_shown
from grader.code.by_name import reached_by_name
from grader.code.leaks import leaks
from grader.code.looks import helper_looks
from grader.code.typed_in import typed_in
from grader.code.unequal import unequal_arms
from grader.evidence.checkpoints import examine, metric_of
from grader.evidence.departures import departures, same_model
from grader.evidence.false_metrics import TOLERANCE, false_metric
from grader.evidence.named import misnamed
from grader.evidence.roles import longer_than_planned
from grader.evidence.runs import Run, finished, own_records, read_runs
from grader.evidence.scores import items_of, recomputed
from grader.evidence.unrecorded.arms import unrecorded_experiments
from grader.model import Case, Evidence, Outcome
from grader.reading import vocabulary
from grader.reading.testsplit import find_uses
from paribus.course.assignment import Cell
from paribus.course.own import METRICS, digest_of
from paribus.metrics.registry import SHIPPED_REGISTRY, registry, title, told_first


@check("metrics.baseline_first", "A baseline first", options={"baselines": "texts"})
def baseline_first(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
    """A simple baseline was measured before the first larger model."""
    names = [str(name).lower() for name in options.get("baselines", vocabulary.phrases("baselines", "names"))]
    runs = read_runs(case)
    if not runs:
        return baseline_shown_first(case, names) or _nothing_recorded(case, "no baseline was recorded")
    baselines = [run for run in finished(runs) if _is_named(run, names)]
    others = [run for run in runs if not _is_named(run, names) and not _is_named(run, list(_simple()))]
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


def _simple() -> tuple[str, ...]:
    return vocabulary.phrases("baselines", "names")


def _is_named(run: Run, names: list[str]) -> bool:
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
    values = {"checked": [run.name for run in checked], "not_checked": {run.name: why for run, why in unknown}}
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
    follow = passed(f"The metrics of {counted(len(checked), 'run')} follow from the predictions.", values, evidence)
    code = doubts_of(case, (*leaks(case), *typed_in(case), *unequal_arms(case)))
    return with_doubts(follow, [*code, *_misnamed(case), *_too_long(case)])


def _by_another_file(case: Case, run: Run) -> bool:
    """A run was scored with other metrics of the course's own than those that the release carries."""
    told = run.start.environment.get("metrics", "") if run.start is not None else ""
    return bool(told) and digest_of(case.assignment.own.get(METRICS, ""))[:12] not in str(told).split()


def _too_long(case: Case) -> list[Doubt]:
    """Runs that logged more epochs than they were configured for."""
    return [
        Doubt(
            f"{run.name} is configured for {run.setting('epochs')} epochs and logged {len(run.record.epochs)}. A "
            "person looks.", (Evidence(case.cell_name(run.position), f"{run.name}, seed {run.seed}"),),
        )
        for run in longer_than_planned(read_runs(case))
    ]  # fmt: skip


def _misnamed(case: Case) -> list[Doubt]:
    """Recorded values that bear a run's name and none of its numbers."""
    return [
        Doubt(
            f"{item.name} was recorded as {item.value:.4f}, and the run of that name has "
            f"{listed((f'{value:.4f}' for value in item.recorded), 'or')}. A person looks.",
            (Evidence(case.cell_name(item.position), f"{item.name} {item.value:.4f}"),),
            "a value is named after a run and a metric, and no run of that name has it",
        )
        for item in misnamed(case)
    ]  # fmt: skip


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
            evidence = [Evidence(case.cell_name(item.run.position), f"{item.run.name}: {item.because}")
                        for item in wrong]  # fmt: skip
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


@check("metrics.test_untouched", "The test set stayed untouched")
def test_untouched(  # noqa: PLR0911 - one way out a verdict
    case: Case, cell: Cell, options: Mapping[str, Any]
) -> Finding:
    """The test split is left alone until the end: one final evaluation of each chosen model, no training after."""
    code = code_cells(case)
    if code and all(item.hidden for item in code):
        return undecided("Your export left out the code, so nobody can see whether the test split was used.")
    if (empty := nothing_ran(case, "nothing shows how models were evaluated")) is not None:
        return empty
    uses = find_uses(code)
    scored = _test_scores(case)
    values = {
        "used_in": [case.cell_name(use.position) for use in uses],
        "scored": {k: len(v) for k, v in scored.items()},
    }
    evidence = [Evidence(case.cell_name(use.position), shorten(use.text, 80)) for use in uses]
    if not uses and not scored:
        found = unless_lost(case, passed("The test split was not used.", values), code_lost(case))
        return with_doubts(found, doubts_of(case, helper_looks(case) or reached_by_name(case)))
    inside = next((use for use in uses if use.kind == "training"), None)
    if inside is not None:
        return failed(
            f"The training that runs in {case.cell_name(inside.position)} looks at the test split. Choose on the "
            "validation split; the test split is for one evaluation at the end.",
            values,
            evidence,
        )
    places = {use.position: use.count for use in uses} | {
        position: _count_at(case, position) for positions in scored.values() for position in positions
    }
    later = _trained_after(case, places)
    if later is not None:
        run, position = later
        found = failed(
            f"{run.name} (seed {run.seed}) was trained after {case.cell_name(position)} had used the test split. "
            "A later choice has seen the test split: keep it for the end.",
            values,
            [*evidence, Evidence(case.cell_name(run.start_position), f"{run.name} begins")],
        )
        counts = _count_at(case, run.start_position), places[position]
        return unless_lost(case, found, "it does not tell in which order these cells ran" if None in counts else "")
    twice = [name for name, positions in scored.items() if len(positions) > 1]
    if twice:
        return failed(
            f"{listed(twice)} was evaluated on the test split {len(scored[twice[0]])} times. Once is what makes it "
            "a test.",
            values,
            evidence,
        )
    known = {position for positions in scored.values() for position in positions}
    if any(run.start_position in places for run in read_runs(case)):
        return undecided(
            "One cell trains and uses the test split; a person looks in which order.", values, evidence
        )
    if (len(places) > 1 and set(places) - known) or any(use.repeated for use in uses if use.position not in known):
        return undecided(
            "The test split is used more than once after the last training; a person looks whether each model was "
            "evaluated once.",
            values,
            evidence,
        )
    fine = passed("The test split was used once, after the last training.", values, evidence)
    return unless_lost(case, fine, code_lost(case) or outputs_lost(case))


def _test_scores(case: Case) -> dict[str, set[int]]:
    """Recorded evaluations on the test split: of values called ``test.<model>.<metric>``, a model's cells."""
    found: dict[str, set[int]] = {}
    for item in own_records(case):
        if item.record is not None and item.record.kind == "value":
            for name in item.record.values:
                parts = name.split(".")
                if parts[0] == "test" and len(parts) > 2:
                    found.setdefault(".".join(parts[1:-1]), set()).add(item.position)
    return found


def _count_at(case: Case, position: int) -> int | None:
    return case.notebook.cells[position].count if 0 <= position < len(case.notebook.cells) else None


def _trained_after(case: Case, places: Mapping[int, int | None]) -> tuple[Run, int] | None:
    """A run that began after a cell that used the test split: by counts where both are known, else by place."""
    for run in read_runs(case):
        if run.start is None or _is_named(run, list(_simple())):
            continue
        began = _count_at(case, run.start_position)
        for position, count in places.items():
            after = began > count if began is not None and count is not None else run.start_position > position
            if position != run.start_position and after:
                return run, position
    return None


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
    others = departures(case)
    instead = [item.text for item in others]
    values = {"inside": inside, "outside": {name: {"value": value, "low": low, "high": high}
                                            for name, value, low, high, _ in outside}}  # fmt: skip
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
    """ "macro-F1 of encoder" for "encoder.macro_f1"."""  # noqa: D210
    run, _, metric = name.rpartition(".")
    return f"{title(metric)} of {run}"


def _nothing_recorded(case: Case, what: str) -> Finding:
    """No run at all: not done where nothing was, else it may be lost."""
    return nothing_ran(case, what) or undecided(
        f"Your file holds no records of runs: {what}, or the export left it out."
    )
