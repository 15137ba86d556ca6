"""Controlled experiments: one change, all else equal, a prediction first, no number and no claim too many."""

from collections.abc import Iterable, Mapping
from typing import Any

from course.assignment import Cell
from grader.checks.base import Finding, check, failed, listed, passed, shorten, undecided
from grader.checks.support import arm_evidence, numbers_finding, predicted_finding, without_arms
from grader.evidence import claims
from grader.evidence.compare import TRAINING_ROWS, Comparison, Difference, compare, other_value
from grader.evidence.groups import FRACTIONS
from grader.evidence.measured import measure
from grader.evidence.runs import Arms, experiment_of, find_arms, records_before
from grader.evidence.tracing import trace
from grader.model import Case, Evidence
from grader.reading import vocabulary
from grader.reading.answers import is_untouched
from grader.reading.prose import Block
from grader.reading.template import PARTS, Part, missing_titles, template_cells, written_parts

_SUBSETS = ("train_rows", "data", "subset")


@check("experiments.template_complete", "All five parts filled in")
def template_complete(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
    """All five parts of the experiment template are filled in: the variable changed, what was held constant, the
    prediction, the result, and whether it is meaningful.
    """
    key = experiment_of(case, cell, options)
    parts, positions = written_parts(case, key, cell)
    wanted: tuple[Part, ...] = tuple(part for part in PARTS if part in options.get("parts", PARTS))
    missing = missing_titles(parts, wanted)
    values = {"found": {part: shorten(text, 80) for part, text in parts.items()}, "missing": missing}
    evidence = [Evidence(case.cell_name(positions[part]), shorten(text)) for part, text in parts.items()]
    if not missing:
        return passed("All parts of the template are filled in.", values, evidence)
    places = template_cells(case, key, cell)
    if places and all(is_untouched(case, place) for place in places):
        return failed(
            f"The template of the experiment {key!r} stands as it was released. Fill in {listed(missing)}.",
            values,
            evidence,
        )
    if parts:
        return failed(f"The template lacks {listed(missing)}. Write a line for each.", values, evidence)
    lost = [place.key for place in places if case.matches[place.key].recovered is None]
    if lost:
        return undecided(f"The cell {listed(lost)} with the template is not in your file.", values)
    return undecided(
        "No part of the template could be read in your text; name the parts (variable changed, held constant, "
        "prediction, result, meaningful) as headings, a list or a table.",
        values,
    )


@check("experiments.one_change", "Exactly one thing changed")
def one_change(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:  # noqa: PLR0911 - one way out a verdict
    """Exactly one thing differs between the two arms, and it is the variable you declared."""
    key = experiment_of(case, cell, options)
    arms = find_arms(case, key)
    if not arms.both:
        return without_arms(case, cell, arms)
    allowed = _allowed(cell, options)
    vary = allowed[0] if len(allowed) == 1 else arms.vary
    comparison = compare(arms, vary)
    values = {
        "vary": vary,
        "changes": [str(difference) for difference in comparison.changes],
        "environment": [str(difference) for difference in comparison.environment],
    }
    evidence = arm_evidence(case, arms)
    declared, others = _sort_changes(comparison, vary)
    mixed = [name for name in comparison.within if name not in _names_of(vary)]
    if mixed:
        return failed(
            f"Within one arm, {listed(mixed)} is not the same in every run. Run each arm with one configuration.",
            values,
            evidence,
        )
    if not comparison.changes:
        return failed(
            "Nothing differs between the two arms: both ran with the same settings, data and code.",
            values,
            evidence,
        )
    if others and (declared or not vary):
        changed = listed(str(item) for item in comparison.changes)
        return failed(
            f"{len(comparison.changes)} things differ between the arms: {changed}. With more than one, nobody can "
            "say which made the difference; run the changed arm again with one.",
            values,
            evidence,
        )
    if others:
        return failed(
            f"The declared variable is {vary}, but the arms differ in {listed(str(item) for item in others)}.",
            values,
            evidence,
        )
    if allowed and declared and declared[0].name not in allowed:
        return undecided(
            f"You varied {declared[0].name}; the assignment offers {listed(allowed, 'or')}. A person decides.",
            values,
            evidence,
        )
    if comparison.within:
        return undecided(
            f"One arm holds runs with several values of {vary}; a person looks which of them is meant.",
            values,
            evidence,
        )
    return _same_place(comparison, values, evidence)


def _allowed(cell: Cell, options: Mapping[str, Any]) -> list[str]:
    """The variables that the assignment lets a student vary; empty where any will do."""
    vary = options.get("vary") or cell.options.get("vary") or ()
    return [vary] if isinstance(vary, str) else [str(item) for item in vary]


def _sort_changes(comparison: Comparison, vary: str) -> tuple[list[Difference], list[Difference]]:
    """The declared change, and the others. With no declared variable the first change is it.

    A subset of the data changes the rows and the fingerprint of what was trained on: one change.
    """
    if not vary:
        return list(comparison.changes[:1]), list(comparison.changes[1:])
    declared = [item for item in comparison.changes if item.name in _names_of(vary)]
    return declared, [item for item in comparison.changes if item not in declared]


def _names_of(vary: str) -> frozenset[str]:
    """By what names the declared variable may differ."""
    return frozenset({vary, *((TRAINING_ROWS, "train_rows") if vary in _SUBSETS else ())})


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
        return undecided(
            f"One setting differs ({change}); the code of {listed(comparison.unknown)} could not be recorded, so a "
            "person compares it.",
            values,
            evidence,
        )
    return passed(f"The arms differ in one thing: {change}.", values, evidence)


@check("experiments.held_constant", "What you held constant")
def held_constant(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:  # noqa: PLR0911 - as above
    """What you list as held constant agrees with the records: each setting you name is the same in both arms and
    has the value you give it.
    """
    key = experiment_of(case, cell, options)
    arms = find_arms(case, key)
    parts, positions = written_parts(case, key, cell)
    places = template_cells(case, key, cell)
    if "held" not in parts:
        if places and all(is_untouched(case, place) for place in places):
            return failed("The template stands as it was released: list what you held constant.")
        if parts:
            return failed("Your template does not say what was held constant. Name the settings.")
        return undecided("No list of what was held constant could be read in your text.")
    text = parts["held"]
    evidence = [Evidence(case.cell_name(positions["held"]), shorten(text))]
    if not arms.both:
        return undecided(
            "There are no records of both arms to hold your list against.", {"held": shorten(text)}, evidence
        )
    comparison = compare(arms, arms.vary)
    named = list(dict.fromkeys(mention.name for mention in vocabulary.find_all("settings", text)))
    changed = {_setting_of(item) for item in comparison.changes}
    wrong = [name for name in named if name in changed]
    values = {"named": named, "differ": sorted(changed), "recorded": dict(comparison.settings)}
    if wrong:
        shown = [str(item) for item in comparison.changes if _setting_of(item) in wrong]
        return failed(
            f"You list {listed(wrong)} as held constant, but the records differ there: {listed(shown)}.",
            values,
            evidence,
        )
    if other := other_value(text, comparison.settings):
        name, written, recorded = other
        return failed(f"You write {name} {written}, and the records of both arms say {recorded}.", values, evidence)
    if not named:
        return undecided(
            "Your list names no setting that the records hold; name them (learning rate, epochs, data, seed …).",
            values,
            evidence,
        )
    return passed(
        f"The records agree: {listed(name.replace('_', ' ') for name in named)} did not change.", values, evidence
    )


def _setting_of(difference: Difference) -> str:
    return difference.name if difference.kind == "setting" else difference.kind


@check("experiments.predicted_first", "Predicted before the run")
def predicted_first(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
    """Your prediction (metric, direction, range, why) was written down before the changed arm ran."""
    key = experiment_of(case, cell, options)
    arms = find_arms(case, key)
    if not arms.changed:
        return without_arms(case, cell, arms)
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
        return failed(
            f"The changed arm began without a prediction.{also} Write it first, with experiment.predict(…), "
            "then run.",
            {"prediction": None},
            evidence,
        )
    values = {
        "metric": prediction.metric, "direction": prediction.direction,
        "low": prediction.low, "high": prediction.high,
        "why": shorten(prediction.why), "written": prediction.written, "written_after": prediction.written_after,
    }  # fmt: skip
    seen = records_before(case, first)
    if seen is not None and prediction.written_after > seen:
        return failed(
            f"The prediction was written after {prediction.written_after} records, the changed arm began "
            f"after {seen}.",
            values,
            evidence,
        )
    return predicted_finding(case, first, prediction, values, evidence)


@check("experiments.result_matches", "The result is what was recorded")
def result_matches(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
    """The numbers in your result are those that the runs recorded, for the metric and the arm you name."""
    key = experiment_of(case, cell, options)
    arms = find_arms(case, key)
    parts, positions = written_parts(case, key, cell)
    places = template_cells(case, key, cell)
    if "result" not in parts:
        if places and all(is_untouched(case, place) for place in places):
            return failed("The template stands as it was released: write your result.")
        if parts:
            return failed("Your template has no result. Write the metric of both arms and the difference.")
        return undecided("No result could be read in your text.")
    if not arms.both:
        return undecided(
            "There are no records of both arms to hold your result against.", {"result": shorten(parts["result"])}
        )
    blocks = [Block("paragraph", parts["result"], position=positions["result"])]
    traces = trace(_rows_apart(blocks), measure(case, key))
    return numbers_finding(case, traces, int(options.get("min_numbers", 1)))


def _rows_apart(blocks: Iterable[Block]) -> list[Block]:
    """A table's row reads "baseline | 0.41 | changed | 0.43": one statement a cell pair is still one sentence."""
    return [Block(block.kind, block.text.replace(" | ", ", "), position=block.position) for block in blocks]


@check("experiments.meaningful_supported", "The claim fits the noise")
def meaningful_supported(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
    """Your conclusion claims no more than the noise allows: with one run an arm, nobody can tell an effect from the
    seed; with several, the intervals decide.
    """
    key = experiment_of(case, cell, options)
    arms = find_arms(case, key)
    parts, positions = written_parts(case, key, cell)
    places = template_cells(case, key, cell)
    if "meaningful" not in parts:
        if places and all(is_untouched(case, place) for place in places):
            return failed("The template stands as it was released: say whether the difference is meaningful.")
        if parts:
            return failed("Your template does not say whether the difference is meaningful.")
        return undecided("No conclusion could be read in your text.")
    text = parts["meaningful"]
    claim, quote = claims.read_claim(text)
    evidence = [Evidence(case.cell_name(positions["meaningful"]), shorten(quote or text))]
    if claim is claims.Claim.UNREADABLE:
        return undecided(
            "It could not be read whether you claim an effect, no effect, or that one cannot tell.", {}, evidence
        )
    if not arms.both:
        return undecided(
            "There are no records of both arms to hold your conclusion against.", {"claim": claim}, evidence
        )
    metric = _claimed_metric(text, parts.get("prediction", ""), arms, options)
    margin = options.get("margin", case.assignment.settings.get("margin"))
    bound = float(margin) if margin is not None else None
    judged = claims.judge_claim(case, arms, claim, metric=metric, margin=bound, text=text)
    values = {**judged.values, "claim": claim.value, "metric": metric}
    return Finding(judged.outcome, judged.because, values, (*evidence, *arm_evidence(case, arms)))


def _claimed_metric(text: str, prediction: str, arms: Arms, options: Mapping[str, Any]) -> str:
    """The metric of the conclusion: named in it, else the predicted one, else macro-F1."""
    for source in (text, prediction):
        named = [mention.name for mention in vocabulary.find_all("metrics", source) if mention.name in FRACTIONS]
        if named:
            return named[0]
    first = next((run.prediction for run in arms.changed if run.prediction is not None), None)
    return str(options.get("metric") or (first.metric if first is not None else "macro_f1"))
