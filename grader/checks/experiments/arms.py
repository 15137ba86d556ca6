"""What the records of an experiment show: one thing changed, and the prediction came first."""

from collections.abc import Mapping, Sequence
from typing import Any

from grader.checks.base import Finding, check, failed, listed, passed, proposed, shorten, undecided
from grader.checks.experiments.beyond import before_prediction, beyond_records
from grader.checks.faults import second_change
from grader.checks.support import arm_evidence, predicted_finding, without_arms
from grader.checks.survival import outputs_lost, unless_lost
from grader.checks.unrecorded import one_change_shown, predicted_first_shown
from grader.evidence.compare import compare
from grader.evidence.runs import Arms, experiment_of, find_arms, finished, records_before
from grader.model import Case, Evidence, Outcome
from paribus.course.assignment import Cell
from paribus.experiments.doubtful import SMALLEST_FACTOR
from paribus.experiments.one_change import Comparison, Verdict


@check(
    "experiments.one_change",
    "Exactly one thing changed",
    options={"experiment": "text", "vary": "text or texts", "smallest_factor": "number"},
)
def one_change(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
    """Exactly one thing differs between the two arms, and it is the variable you declared."""
    key = experiment_of(case, cell, options)
    arms = find_arms(case, key)
    allowed = _allowed(cell, options)
    if not arms.both:
        return one_change_shown(case, key, allowed) or without_arms(case, cell, arms)
    vary = allowed[0] if len(allowed) == 1 else arms.vary
    found = _as_recorded(case, arms, vary, allowed)
    return beyond_records(case, key, vary, found, float(options.get("smallest_factor", SMALLEST_FACTOR)))


def _as_recorded(case: Case, arms: Arms, vary: str, allowed: Sequence[str]) -> Finding:
    """What the records of both arms say."""
    comparison = compare(arms, vary)
    values = {
        "vary": vary,
        "changes": [str(difference) for difference in comparison.changes],
        "environment": [str(difference) for difference in comparison.environment],
    }
    evidence = arm_evidence(case, arms)
    others = listed(str(item) for item in comparison.others)
    match comparison.verdict:
        case Verdict.MIXED:
            return _mixed(comparison, values, evidence)
        case Verdict.NOTHING:
            found = failed(
                "Nothing differs between the two arms: both ran with the same settings, data and code.",
                values,
                evidence,
            )
            return unless_lost(case, found, outputs_lost(case))
        case Verdict.SEVERAL:
            changed = listed(str(item) for item in comparison.changes)
            return failed(
                f"{len(comparison.changes)} things differ between the arms: {changed}. With more than one, nobody "
                "can say which made the difference; run the changed arm again with one.",
                values,
                evidence,
                second_change(arms.key, comparison.others),
            )
        case Verdict.ANOTHER:
            told = f"The declared variable is {vary}, but the arms differ in {others}."
            return failed(told, values, evidence, second_change(arms.key, comparison.others))
    if allowed and comparison.declared[0].name not in allowed:
        return undecided(
            f"You varied {comparison.declared[0].name}; the assignment offers {listed(allowed, 'or')}. A person "
            "decides.",
            values,
            evidence,
        )
    if comparison.verdict is Verdict.SWEPT:
        open_one = undecided(
            f"One arm holds runs with several values of {vary}; a person looks which of them is meant.",
            values,
            evidence,
        )
        if not _is_in_pieces(arms, vary):
            return open_one
        return proposed(open_one, Outcome.FAILED, f"no value of {vary} ran with every seed of the arm")
    return _same_place(comparison, values, evidence)


def _is_in_pieces(arms: Arms, vary: str) -> bool:
    """An arm whose seeds share its values out among them: none of the values can be the one that is meant."""
    for runs in map(finished, (arms.baseline, arms.changed)):
        seeds: dict[str, set[int | None]] = {}
        for run in runs:
            seeds.setdefault(str(run.setting(vary)), set()).add(run.seed)
        if len(seeds) > 1 and {run.seed for run in runs} not in seeds.values():
            return True
    return False


def _allowed(cell: Cell, options: Mapping[str, Any]) -> list[str]:
    """The variables that the assignment lets a student vary; empty where any will do."""
    vary = options.get("vary") or cell.options.get("vary") or ()
    return [vary] if isinstance(vary, str) else [str(item) for item in vary]


def _mixed(comparison: Comparison, values: dict[str, Any], evidence: list[Evidence]) -> Finding:
    """One arm holds several configurations. Code that changed in both arms alike may be a second attempt."""
    what = f"Within one arm, {listed(comparison.mixed)} is not the same in every run."
    if set(comparison.mixed) <= set(comparison.within_code):
        return undecided(f"{what} A person looks which of the runs are meant.", values, evidence)
    return failed(f"{what} Run each arm with one configuration.", values, evidence)


def _same_place(comparison: Comparison, values: dict[str, Any], evidence: list[Evidence]) -> Finding:
    """One change was made; whether both arms ran in the same place is for a person."""
    change = str(comparison.changes[0])
    if comparison.environment:
        return undecided(
            f"One setting differs ({change}), but the arms ran in different places: "
            f"{listed(str(item) for item in comparison.environment)}.",
            values,
            evidence,
        )
    if comparison.unknown:
        found = undecided(
            f"One setting differs ({change}); the code of {listed(comparison.unknown)} could not be recorded, so a "
            "person compares it.",
            values,
            evidence,
        )
        return proposed(
            found, Outcome.PASSED, "settings, data and place are the same in both arms but for that one"
        )
    return passed(f"The arms differ in one thing: {change}.", values, evidence)


@check("experiments.predicted_first", "Predicted before the run", options={"experiment": "text"})
def predicted_first(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
    """Your prediction (metric, direction, range, why) was written down before the changed arm ran."""
    key = experiment_of(case, cell, options)
    arms = find_arms(case, key)
    if not arms.changed:
        return predicted_first_shown(case, key) or without_arms(case, cell, arms)
    starts = [run for run in arms.changed if run.start is not None]
    if not starts:
        return undecided(
            "The start record of the changed arm is not in your file, and only it shows the prediction."
        )
    first = starts[0]
    prediction = first.prediction
    evidence = [
        Evidence(case.cell_name(first.start_position), f"start record of the changed arm, seed {first.seed}")
    ]
    if prediction is None:
        late = next((run for run in starts if run.prediction is not None), None)
        also = " A later run holds one, but by then you had seen a result." if late is not None else ""
        found = failed(
            f"The changed arm began without a prediction.{also} Write it first, with experiment.predict(…), "
            "then run.",
            {"prediction": None},
            evidence,
        )
        return unless_lost(case, found, outputs_lost(case))
    values = {
        "metric": prediction.metric,
        "direction": prediction.direction,
        "low": prediction.low,
        "high": prediction.high,
        "why": shorten(prediction.why),
        "written": prediction.written,
        "written_after": prediction.written_after,
    }
    seen = records_before(case, first)
    if seen is not None and prediction.written_after > seen:
        return failed(
            f"The prediction was written after {prediction.written_after} records, the changed arm began "
            f"after {seen}.",
            values,
            evidence,
        )
    found = predicted_finding(case, first, prediction, values, evidence)
    return before_prediction(case, key, arms.vary, found)
