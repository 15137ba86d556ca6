"""Beyond the settings that records compare: the code that ran, arms that are one run, settings called otherwise."""

from collections.abc import Iterator

from grader.checks.base import Finding, counted, failed
from grader.checks.doubts import PROVED, Doubt, doubts_of, evidence_of, with_doubts
from grader.code.looks import AGAIN
from grader.code.reading import about_experiment, of_kind
from grader.evidence.checkpoints import chosen_by
from grader.evidence.chosen import best_of, looked_before, records_lost_before, trained_again
from grader.evidence.compare import compare
from grader.evidence.outside import other_weights
from grader.evidence.roles import uneven_epochs
from grader.evidence.runs import Arms, find_arms, finished
from grader.evidence.same_run import same_runs
from grader.model import Case, Evidence, Outcome
from paribus.check.code.findings import Kind, Standing
from paribus.experiments.doubtful import SMALLEST_FACTOR, called_otherwise, small_step
from paribus.experiments.wide import WIDEST, cannot_be, hardly_misses
from paribus.metrics.registry import title

_MAY_NOT_MATTER = frozenset({"max_length", "train_rows", "num_workers", "precision"})
"""Settings whose change need not reach a single batch."""


def beyond_records(case: Case, key: str, vary: str, found: Finding, least: float = SMALLEST_FACTOR) -> Finding:
    """What the records pass as one change, held against the code and against what runs show of themselves."""
    arms = find_arms(case, key)
    if not arms.both or found.outcome is Outcome.FAILED:
        return found
    code = of_kind(about_experiment(case, key, vary), Kind.CHANGE, Kind.SAME, Kind.CONFIG)
    proved = [item for item in code if item.standing is Standing.PROVED]
    if proved:
        values = {**found.values, PROVED: [item.because for item in proved]}
        found = failed(proved[0].because, values, [*found.evidence, *evidence_of(case, proved)])
    suspected = doubts_of(case, [item for item in code if item not in proved])
    return with_doubts(found, [*_of_runs(case, arms, vary, least), *suspected])


def _of_runs(case: Case, arms: Arms, vary: str, least: float) -> Iterator[Doubt]:
    """What the runs themselves show beside their settings."""
    comparison = compare(arms, vary)
    change = str(comparison.changes[0]) if comparison.changes else vary
    for same in same_runs(arms, vary):
        if same.by == "losses":
            because = (
                f"Under {change} both arms logged the same losses to the last digit (seed {same.baseline.seed}: "
                f"{same.shown}). Either the change did not reach the training, or one run was taken for both. A "
                "person looks."
            )
            evidence = tuple(
                Evidence(case.cell_name(run.position), f"{run.name}, seed {run.seed}: losses {same.shown}")
                for run in (same.baseline, same.changed)
            )
            yield Doubt(because, evidence, "" if vary in _MAY_NOT_MATTER else "equal losses, digit by digit")
            break
    if step := small_step(comparison.changes, least):
        yield Doubt(f"The change is too small to mean anything: {step}. A person looks; change it by a factor.")
    for item in called_otherwise(finished(arms.baseline), finished(arms.changed), vary):
        yield Doubt(
            f"{item} is in the records, not called a setting, and differs between the arms. A person looks."
        )
    outside = other_weights(arms, vary)
    if outside is not None:
        yield Doubt(
            f"{outside.name}, which was made outside of the training function, held other weights when "
            f"{outside.changed.name} began than when {outside.baseline.name} began (seed {outside.changed.seed}). "
            "Either a run between them trained it, or it was made anew. A person looks.",
            tuple(
                Evidence(case.cell_name(run.start_position), f"{run.name}: {outside.name} {outside.shown(run)}")
                for run in (outside.baseline, outside.changed)
            ),
        )
    if uneven := uneven_epochs(arms):
        yield Doubt(f"The arms may have trained for unequal times: {uneven}. A person looks.")
    metric = next(
        (run.prediction.metric for run in arms.changed if run.prediction is not None), chosen_by(arms.changed)
    )
    best = best_of(case, arms, metric)
    if best is not None:
        cells = [Evidence(case.cell_name(run.position), f"{run.name}, seed {run.seed}") for run in best.others]
        yield Doubt(
            f"The {best.arm} arm is the best of {len(best.others) + 1} runs of one configuration: {title(metric)} "
            f"{best.shown()}. The best of several looks better than it is, and the other arm had one try. A person "
            "looks.", tuple(cells), f"the best of {len(best.others) + 1} runs was kept",
        )  # fmt: skip


def _of_repeats(case: Case, arms: Arms) -> Iterator[Doubt]:
    """One seed of an arm that was trained again and again: the last of them may have been kept because it fits."""
    repeated = trained_again(arms)
    if repeated is not None:
        arm, runs = repeated
        yield Doubt(
            f"Seed {runs[-1].seed} of the {arm} arm was trained {len(runs)} times with one configuration, and the "
            "last is compared. A person looks why.",
            tuple(
                Evidence(case.cell_name(run.position), f"{run.name}, seed {run.seed}, run {run.record.run}")
                for run in runs
            ),
        )


def _of_the_range(case: Case, arms: Arms) -> list[Doubt]:
    """A predicted range that can hardly miss, or that the metric cannot reach: advice, and no points if a person
    agrees. The notebook says so when the prediction is made.
    """
    made = next((run.prediction for run in arms.changed if run.prediction is not None), None)
    if made is None:
        return []
    classes = max((len(found.record.classes) for found in case.records if found.record is not None), default=0)
    beyond = cannot_be(made.metric, made.low, made.high, classes)
    if beyond is not None:
        return [
            Doubt(
                f"You predict that {title(made.metric)} changes by up to {beyond:+g}, which it "
                "cannot. Bounds are changes in the metric's own unit, not in percent. A person looks.",
                proposal="the metric cannot change by so much",
            )
        ]
    widest = float(case.assignment.settings.get("widest_range", WIDEST))
    vague = hardly_misses(made.metric, made.direction, made.low, made.high, widest=widest, classes=classes)
    if not vague:
        return []
    said = f"Your prediction can hardly turn out wrong: it {vague}. Next time say more closely what you expect."
    return [Doubt(f"{said} A person looks.", proposal="a range that can hardly miss gives no points")]


def before_prediction(case: Case, key: str, vary: str, found: Finding) -> Finding:
    """Whether the changed arm's result may have been known when its prediction was written."""
    arms = find_arms(case, key)
    doubts = [*_of_the_range(case, arms), *_of_repeats(case, arms)]
    seen = looked_before(case, arms)
    if seen is not None:
        where = case.cell_name(seen.position)
        doubts.append(
            Doubt(
                f"{seen.name} ran with the changed arm's configuration and seed before it (in {where}), so its "
                "result may have been known when you predicted. A person looks.",
                (Evidence(where, f"{seen.name}, seed {seen.seed}"),),
            )
        )
    peeks = of_kind(about_experiment(case, key, vary), Kind.PEEK)
    doubts += doubts_of(case, [item for item in peeks if item.about != AGAIN])
    lost = records_lost_before(case, arms.changed)
    for item in peeks:
        if item.about == AGAIN and lost:
            runs = counted(lost, "time")
            because = f"{item.because}: its records were shown at least {runs} before and are gone. A person looks."
            doubts.append(Doubt(because, tuple(evidence_of(case, [item]))))
    return with_doubts(found, doubts)
