"""Seeds: told, enough, the same in both arms, each counted once, and summed up as they were."""

from collections.abc import Mapping, Sequence
from typing import Any

from grader.checks.base import (
    Finding,
    check,
    failed,
    listed,
    named,
    not_applicable,
    passed,
    proposed,
    shorten,
    undecided,
)
from grader.checks.doubts import doubts_of, with_doubts
from grader.checks.faults import few_seeds, wrong_numbers
from grader.checks.support import student_cells
from grader.checks.survival import outputs_lost, unless_lost
from grader.checks.unrecorded import as_printed, enough_shown, paired_shown, seeds_apart, without_records
from grader.code.reading import about_experiment, of_kind
from grader.evidence.measured import Measured, measure
from grader.evidence.runs import Arms, Run, by_seed, experiment_of, find_arms, finished, read_runs
from grader.evidence.traces import Status, Trace
from grader.evidence.tracing import trace
from grader.evidence.unrecorded.arms import arms_of
from grader.model import Case, Evidence, Outcome
from grader.reading import vocabulary
from grader.reading.answers import cell_blocks
from grader.reading.numbers import find_numbers
from grader.reading.prose import Block, read_cell
from grader.reading.written import template_cells, written_parts
from paribus.check.code.findings import Kind
from paribus.course.assignment import Cell
from paribus.experiments.one_change import choices


@check("seeds.reported", "Seeds recorded", options={"experiment": "text"})
def reported(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
    """Every run says which seed it used."""
    runs = _runs_of(case, cell, options)
    if not runs:
        told = [block for item in student_cells(case) if item.cell_type == "markdown" for block in read_cell(item)
                if "seed" in block.text.lower() and find_numbers(block.text)]  # fmt: skip
        if told:
            return passed(
                "Your text names the seed.", {}, [Evidence(case.cell_name(told[0].position), shorten(told[0].text))]
            )
        return undecided("Your file holds no records of runs, and no seed could be read in your text.")
    values = {"seeds": {run.name: run.seed for run in runs}}
    without = [run for run in runs if run.seed is None]
    if without:
        return failed(
            f"No seed is recorded for {listed(run.name for run in without)}. Pass seed=… when you start a run.",
            values,
            [Evidence(case.cell_name(run.position), run.name) for run in without],
        )
    seeds = listed(str(seed) for seed in dict.fromkeys(run.seed for run in runs))
    key = experiment_of(case, cell, options)
    ignored = of_kind(about_experiment(case, key, find_arms(case, key).vary), Kind.SEED)
    return with_doubts(passed(f"Every run records its seed ({seeds}).", values), doubts_of(case, ignored))


@check("seeds.enough", "Enough seeds", options={"experiment": "text", "minimum": "whole", "exploring": "names"})
def enough(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
    """Each arm finished with at least three different seeds; a seed used to explore or choose does not count."""
    minimum = int(options.get("minimum", case.assignment.settings.get("seeds_minimum", 3)))
    key = experiment_of(case, cell, options)
    arms = find_arms(case, key)
    if not (arms.baseline or arms.changed):
        return enough_shown(case, key, minimum, options.get("exploring", ())) or _no_runs(case, cell)
    explored = _explored(case, arms, options.get("exploring", ()))
    counted = {
        name: sorted({run.seed for run in finished(runs) if run.seed is not None} - explored)
        for name, runs in (("baseline", arms.baseline), ("changed", arms.changed))
    }
    exploring = sorted(item for item in explored if item is not None)
    values = {"minimum": minimum, "exploring": exploring, **counted}
    fewer = [name for name, seeds in counted.items() if len(seeds) < minimum]
    few = [f"the {name} arm has {len(counted[name])}" for name in fewer]
    evidence = _evidence(case, (*arms.baseline, *arms.changed))
    if few:
        left_out = f" (the exploring seed {listed(map(str, exploring))} not counted)" if explored else ""
        found = failed(
            f"At least {minimum} different seeds an arm are asked for; {listed(few)}{left_out}. "
            "Run the missing seeds in both arms.",
            values,
            evidence,
            few_seeds(fewer),
        )
        return unless_lost(case, found, outputs_lost(case))
    fewest = min(len(seeds) for seeds in counted.values())
    advice = "" if fewest >= 3 else " That will do here; three an arm would begin to show the noise between seeds."
    return passed(f"Each arm finished with at least {minimum} seed{'s'[: minimum - 1]}.{advice}", values, evidence)


def _explored(case: Case, arms: Arms, named: Sequence[object]) -> set[int | None]:
    """Seeds that helped to choose: those of the experiment's other arms (a sweep's), of runs and seeds that the
    assignment names as exploring, and of runs of the changed configuration before the changed arm began.
    """
    mine = [*arms.baseline, *arms.changed]
    first = min((run.start_position for run in arms.changed if run.start is not None), default=0)
    wanted = choices(arms.changed[-1]) if arms.changed else {}
    found = {run.seed for run in arms.other} | {seed for seed in named if isinstance(seed, int)}
    for run in finished(read_runs(case)):
        tried = bool(wanted) and run.start_position < first and choices(run) == wanted
        if run not in mine and (tried or {run.name, run.record.experiment} & set(named)):
            found.add(run.seed)
    return found


@check("seeds.paired", "The same seeds in both arms", options={"experiment": "text"}, after=("seeds.enough",))
def paired(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
    """Both arms ran with the same seeds."""
    key = experiment_of(case, cell, options)
    arms = find_arms(case, key)
    if not arms.both:
        return paired_shown(case, key) or _no_runs(case, cell)
    baseline, changed = ({run.seed for run in finished(runs)} for runs in (arms.baseline, arms.changed))
    values = {"baseline": baseline, "changed": changed}
    evidence = _evidence(case, (*arms.baseline, *arms.changed))
    if None in baseline | changed:
        return undecided("A run records no seed, so the arms cannot be paired.", values, evidence)
    only = {
        name: sorted(map(str, seeds))
        for name, seeds in (("baseline", baseline - changed), ("changed", changed - baseline))
    }
    alone = [f"{listed(seeds)} only in the {name} arm" for name, seeds in only.items() if seeds]
    if alone:
        found = failed(
            f"The arms used different seeds: {listed(alone)}. Run each seed in both arms.",
            values,
            evidence,
            few_seeds(name for name, other in (("baseline", "changed"), ("changed", "baseline")) if only[other]),
        )
        return unless_lost(case, found, outputs_lost(case))
    return passed(f"Both arms ran with the {named('seed', sorted(map(str, baseline)))}.", values, evidence)


@check("seeds.distinct", "Different seeds", options={"experiment": "text"}, after=("seeds.enough",))
def distinct(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
    """Every seed counts once, and different seeds gave different predictions."""
    key = experiment_of(case, cell, options)
    arms = find_arms(case, key)
    if not finished((*arms.baseline, *arms.changed)):
        return seeds_apart(case, key) or _no_runs(case, cell)
    advice = ""
    for name, runs in (("baseline", arms.baseline), ("changed", arms.changed)):
        twice = _counted_twice(finished(runs))
        if twice and twice[0].position == twice[1].position:
            return failed(
                f"Seed {twice[0].seed} occurs twice in the {name} arm, in one loop. A repeated seed is no new "
                "evidence.",
                {"arm": name, "seed": twice[0].seed},
                _evidence(case, twice),
                few_seeds([name]),
            )
        if twice:
            advice = f" Seed {twice[0].seed} occurs twice in the {name} arm; it counts once."
        same = _same_predictions(list(by_seed(runs).values()))
        if same is not None:
            first, second, certain = same
            values = {"arm": name, "seeds": [first.seed, second.seed]}
            text = f"Seeds {first.seed} and {second.seed} of the {name} arm have the same predictions"
            if certain:
                return failed(
                    f"{text}: the seed did not reach the training, or one run was copied.",
                    values,
                    _evidence(case, (first, second)),
                )
            return undecided(
                f"{text}, with different losses. A person looks at them.", values, _evidence(case, (first, second))
            )
    found = passed(f"Every seed is a run of its own.{advice}")
    return with_doubts(found, doubts_of(case, of_kind(about_experiment(case, key, arms.vary), Kind.SEED)))


def _counted_twice(runs: Sequence[Run]) -> tuple[Run, Run] | None:
    """Two finished runs of one arm under one seed and one configuration."""
    seen: dict[int | None, Run] = {}
    for run in runs:
        if run.seed is not None and run.seed in seen:
            return seen[run.seed], run
        seen[run.seed] = run
    return None


def _same_predictions(runs: Sequence[Run]) -> tuple[Run, Run, bool] | None:
    """Two seeds of a stochastic model with equal predictions, and whether nothing else tells them apart.

    A model that answers with one class only says nothing through its predictions; its losses then decide.
    """
    seen: dict[str, Run] = {}
    for run in runs:
        packed = run.record.predictions
        if not packed or _deterministic(run):
            continue
        if packed in seen:
            other = seen[packed]
            losses = [
                [(line.get("train_loss"), line.get("validation_loss")) for line in item.record.epochs]
                for item in (other, run)
            ]
            told_apart = bool(losses[0]) and losses[0] != losses[1]
            if not told_apart or not _one_class(packed):
                return other, run, not told_apart
        seen[packed] = run
    return None


def _one_class(packed: str) -> bool:
    """Packed predictions of a single class compress to next to nothing."""
    return len(packed) < 60


def _deterministic(run: Run) -> bool:
    told = f"{run.record.run_name} {run.setting('model') or ''}".lower()
    return any(name in told for name in vocabulary.phrases("deterministic", "names"))


@check(
    "seeds.summary_matches",
    "The summary fits the runs",
    options={"experiment": "text"},
    after=("metrics.recomputed",),
)
def summary_matches(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
    """A mean ± standard deviation sums up all finished runs of its configuration."""
    key = experiment_of(case, cell, options)
    return without_records(case, _summary_matches(case, key, cell), [key])


def _summary_matches(case: Case, key: str, cell: Cell) -> Finding:
    measured = measure(case, key if arms_of(case, key).both else "")
    if not any(len(group.runs) > 1 for group in measured.groups):
        return not_applicable("No configuration has more than one run to sum up.")
    blocks = [block for place in (cell, *template_cells(case, key, cell)) for block in cell_blocks(case, place.key)]
    parts, positions = written_parts(case, key, cell)
    if "result" in parts and positions["result"] not in {block.position for block in blocks}:
        blocks.append(Block("paragraph", parts["result"], position=positions["result"]))
    traces = [item for item in trace(dict.fromkeys(blocks), measured) if item.number.spread is not None]
    traces = as_printed(case, traces, measured, [key])
    if not traces:
        return undecided("No mean ± standard deviation could be read in your text.")
    values = {"summaries": [_summary(item) for item in traces]}
    evidence = [Evidence(case.cell_name(item.written_in), shorten(item.sentence, 120)) for item in traces]
    if wrong := [item for item in traces if item.status is Status.WRONG]:
        found = failed(_wrong_summary(wrong[0], measured), values, evidence, wrong_numbers(case, wrong))
        return unless_lost(case, found, outputs_lost(case))
    doubtful = next((item for item in traces if item.status is Status.DOUBTFUL), None)
    if doubtful is not None:
        found = undecided(f"{doubtful.number.text} could not be traced; a person looks.", values, evidence)
        return proposed(found, Outcome.FAILED, _wrong_summary(doubtful, measured))
    open_ones = [item for item in traces if item.status is not Status.TRACED]
    if open_ones:
        first = open_ones[0]
        why = first.why or "its run is not named"
        return undecided(f"{first.number.text} could not be traced: {why}.", values, evidence)
    return passed(
        f"Agreeing with all finished runs: {listed(item.number.text for item in traces)}.", values, evidence
    )


def _summary(item: Trace) -> dict[str, object]:
    return {
        "text": item.number.text,
        "metric": item.metric,
        "of": item.group,
        "recorded": item.expected,
        "why": item.why,
    }


def _wrong_summary(item: Trace, measured: Measured) -> str:
    if item.by_law:
        return f"You write {item.number.text}, and {item.why}."
    group = next((group for group in measured.groups if group.title == item.group), None)
    values = sorted(group.values(item.metric)) if group is not None else []
    seeds = ", ".join(f"{value:.4f}" for value in values)
    what = item.why or "the mean of all finished runs is another"
    metric = vocabulary.title("metric_titles", item.metric)
    return f"You write {item.number.text} for {metric} of {item.group}, and {what}. All finished runs: {seeds}."


def _runs_of(case: Case, cell: Cell, options: Mapping[str, Any]) -> tuple[Run, ...]:
    """The finished runs of the cell's experiment; every finished run where it has none."""
    arms: Arms = find_arms(case, experiment_of(case, cell, options))
    return finished((*arms.baseline, *arms.changed)) or finished(read_runs(case))


def _no_runs(case: Case, cell: Cell) -> Finding:
    match = case.matches.get(cell.key)
    if match is not None and match.unchanged is True and match.recovered is not None and cell.cell_type == "code":
        found = failed("The experiment is as it was released: it was not run.")
        return unless_lost(case, found, "" if case.notebook.whole else outputs_lost(case))
    return undecided("Your file does not hold the finished runs of both arms.")


def _evidence(case: Case, runs: Sequence[Run]) -> list[Evidence]:
    return [
        Evidence(case.cell_name(run.position), f"{run.record.arm or run.name}, seed {run.seed}") for run in runs
    ]
