"""What the experiment's template says, held against the records: parts, what was held constant, result, claim."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from grader.checks.base import Finding, check, failed, listed, passed, proposed, shorten, undecided
from grader.checks.support import arm_evidence, doubted, numbers_finding
from grader.checks.survival import outputs_lost, text_lost, unless_lost
from grader.checks.unrecorded import as_printed, cannot_tell, where_sure, without_records
from grader.evidence import claims
from grader.evidence.checkpoints import chosen_by
from grader.evidence.compare import compare
from grader.evidence.groups import arm_group, over_items
from grader.evidence.listed import (
    loosely_held,
    named_settings,
    other_rows,
    other_value,
    wrongly_held,
    wrongly_held_outcome,
)
from grader.evidence.measured import measure
from grader.evidence.runs import Arms, by_seed, experiment_of, find_arms, finished
from grader.evidence.says_little import says_little
from grader.evidence.sentences import metrics_in, read_sentences
from grader.evidence.told import wrongly_changed, wrongly_predicted
from grader.evidence.traces import Status
from grader.evidence.tracing import trace, trace_sentences
from grader.evidence.unrecorded.arms import arms_of
from grader.evidence.worded.all import find_doubts
from grader.evidence.worded.outcomes import Foretold, other_metric, wrong_outcomes
from grader.evidence.worded.reading import Reading
from grader.model import Case, Evidence, Outcome
from grader.reading import vocabulary
from grader.reading.answers import cell_blocks, is_untouched
from grader.reading.prose import Block
from grader.reading.template import PARTS, Part, part_of
from grader.reading.written import blank_parts, missing_titles, template_cells, written_blocks, written_parts
from paribus.course.assignment import Cell
from paribus.experiments.one_change import Difference
from paribus.metrics.registry import registry

LEAST_EFFECT = 0.01
"""A change of a share that counts as a difference where the course sets no margin: one point."""


@check("experiments.template_complete", "All five parts filled in", options=("experiment", "parts"), texts="all")
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
        whole = passed("All parts of the template are filled in.", values, evidence)
        if says_little(case, cell):
            whole = undecided(
                "All parts hold something; a person reads whether each says enough.", values, evidence
            )
        return _as_recorded(case, key, parts, evidence) or whole
    if _is_untouched(case, key, cell):
        found = failed(
            f"The template of the experiment {key!r} stands as it was released. Fill in {listed(missing)}.",
            values,
            evidence,
        )
        return unless_lost(case, found, text_lost(case))
    blank = blank_parts(case, key, cell)
    if blank:
        empty = [vocabulary.title("template_titles", part) for part in blank if part in wanted]
        if empty:
            found = failed(
                f"The template has nothing for {listed(empty)}. Write a line for each.", values, evidence
            )
            return unless_lost(case, found, text_lost(case))
    if parts:
        found = undecided(
            f"The template seems to lack {listed(missing)}; a person looks for it in your text.", values, evidence
        )
        sure = len(parts) == len(PARTS) - 1 and _in_rows(case, key, cell) >= 3
        return (
            proposed(found, Outcome.FAILED, f"the other parts are named, {listed(missing)} is not")
            if sure
            else found
        )
    lost = [place.key for place in template_cells(case, key, cell) if case.matches[place.key].recovered is None]
    if lost:
        return undecided(f"The cell {listed(lost)} with the template is not in your file.", values)
    return undecided(
        "No part of the template could be read in your text; name the parts (variable changed, held constant, "
        "prediction, result, meaningful) as headings, a list or a table.",
        values,
    )


def _in_rows(case: Case, key: str, cell: Cell) -> int:
    """How many parts are rows of a table, as the template was released."""
    rows = [
        block
        for place in template_cells(case, key, cell)
        for block in cell_blocks(case, place.key)
        if block.kind == "row"
    ]
    return len({part for block in rows if block.cells and (part := part_of(block.cells[0])) is not None})


def _as_recorded(case: Case, key: str, parts: Mapping[Part, str], evidence: list[Evidence]) -> Finding | None:
    """A change or a prediction that the template tells otherwise than the records is for a person."""
    arms = find_arms(case, key)
    if not arms.both:
        return None
    comparison = compare(arms, arms.vary)
    for difference in comparison.declared[:1]:
        if why := wrongly_changed(parts.get("changed", ""), difference, comparison):
            found = undecided(
                "All parts of the template are filled in; a person compares the change with the records.",
                {},
                evidence,
            )
            return proposed(found, Outcome.FAILED, why)
    prediction = next((run.prediction for run in arms.changed if run.prediction is not None), None)
    if prediction is not None and (why := wrongly_predicted(parts.get("prediction", ""), prediction)):
        found = undecided(
            "All parts of the template are filled in; a person compares the prediction with the records.",
            {},
            evidence,
        )
        return proposed(found, Outcome.FAILED, why)
    return None


@check("experiments.held_constant", "What you held constant", options=("experiment",), texts="all")
def held_constant(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
    """What you list as held constant agrees with the records: each setting you name is the same in both arms and
    has the value you give it.
    """
    key = experiment_of(case, cell, options)
    found = where_sure(case, _held_constant(case, key, cell), key)
    return without_records(case, found, [key])


def _held_constant(case: Case, key: str, cell: Cell) -> Finding:  # noqa: PLR0911 - as above
    arms = arms_of(case, key)
    parts, positions = written_parts(case, key, cell)
    if "held" not in parts:
        return _missing(case, key, cell, "held")
    text = parts["held"]
    evidence = [Evidence(case.cell_name(positions["held"]), shorten(text))]
    if not arms.both:
        return undecided(
            "There are no records of both arms to hold your list against.", {"held": shorten(text)}, evidence
        )
    comparison = compare(arms, arms.vary)
    named = list(dict.fromkeys(mention.name for mention in named_settings(text, comparison)))
    wrong = wrongly_held(text, comparison)
    values = {
        "named": named,
        "differ": sorted({_setting_of(item) for item in comparison.changes}),
        "recorded": dict(comparison.settings),
    }
    if wrong:
        return failed(
            f"You list {listed(dict.fromkeys(_setting_of(item) for item in wrong))} as held constant, but the "
            f"records differ there: {listed(str(item) for item in wrong)}.",
            values,
            evidence,
        )
    if other := other_value(text, comparison.settings, comparison):
        return failed(
            f"You write {other.name} {other.written}, and the records of both arms say {other.recorded}.",
            values,
            evidence,
        )
    pair = finished(arms.baseline)[-1], finished(arms.changed)[-1]
    runs = finished((*arms.baseline, *arms.changed))
    why = wrongly_held_outcome(text, *pair) or other_rows(text, pair)
    if why := why or loosely_held(text, comparison, runs, arms.vary):
        return proposed(
            undecided("A person compares your list with the records.", values, evidence), Outcome.FAILED, why
        )
    if not named:
        return undecided(
            "Your list names no setting that the records hold; name them (learning rate, epochs, data, seed …).",
            values,
            evidence,
        )
    return passed(
        f"The records agree: {listed(name.replace('_', ' ') for name in named)} did not change.", values, evidence
    )


_ABSENT: Mapping[Part, tuple[str, str, str]] = {
    "held": (
        "list what you held constant",
        "Your template does not say what was held constant. Name the settings.",
        "No list of what was held constant could be read in your text.",
    ),
    "result": (
        "write your result",
        "Your template has no result. Write the metric of both arms and the difference.",
        "No result could be read in your text.",
    ),
    "meaningful": (
        "say whether the difference is meaningful",
        "Your template does not say whether the difference is meaningful.",
        "No conclusion could be read in your text.",
    ),
}
"""What is said of a part that is not there: of an untouched template, of a blank row, and of all other text."""


def _missing(case: Case, key: str, cell: Cell, part: Part) -> Finding:
    """A part that was not found: empty where the file shows its name with nothing beside it, else for a person."""
    untouched, blank, unread = _ABSENT[part]
    if _is_untouched(case, key, cell):
        return unless_lost(case, failed(f"The template stands as it was released: {untouched}."), text_lost(case))
    if written_blocks(case, key, cell) and part in blank_parts(case, key, cell):
        return unless_lost(case, failed(blank), text_lost(case))
    return undecided(unread)


def _is_untouched(case: Case, key: str, cell: Cell) -> bool:
    """Every cell of the template is as it was released."""
    places = template_cells(case, key, cell)
    return bool(places) and all(is_untouched(case, place) for place in places)


def _setting_of(difference: Difference) -> str:
    return difference.name if difference.kind == "setting" else difference.kind


@check(
    "experiments.result_matches",
    "The result is what was recorded",
    options=("experiment", "min_numbers"),
    texts="all",
)
def result_matches(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
    """The numbers in your result are those that the runs recorded, for the metric and the arm you name."""
    key = experiment_of(case, cell, options)
    return without_records(case, _result_matches(case, key, cell, options), [key])


def _result_matches(case: Case, key: str, cell: Cell, options: Mapping[str, Any]) -> Finding:
    arms = arms_of(case, key)
    parts, _ = written_parts(case, key, cell)
    if "result" not in parts:
        return _missing(case, key, cell, "result")
    if not arms.both:
        return undecided(
            "There are no records of both arms to hold your result against.", {"result": shorten(parts["result"])}
        )
    blocks = written_blocks(case, key, cell)["result"]
    predicted = next((run.prediction.metric for run in arms.changed if run.prediction is not None), "")
    implied = frozenset({predicted} - {""}) | metrics_in(parts.get("prediction", ""))
    measured = measure(case, key)
    sentences = tuple(read_sentences(_rows_apart(blocks), measured, implied=implied))
    traces = trace_sentences(sentences, measured)
    # The conclusion's numbers are read as well: what contradicts the runs counts, and what is not traced does not.
    conclusion = trace(
        _rows_apart(written_blocks(case, key, cell).get("meaningful", ())), measured, implied=implied
    )
    traces += [item for item in conclusion if item.status in (Status.WRONG, Status.DOUBTFUL)]
    traces = as_printed(case, traces, measured, [key])
    found = numbers_finding(case, traces, int(options.get("min_numbers", 1)))
    outcome = _foretold(arms)
    told = (
        () if outcome is None else (doubt for item in sentences for doubt in wrong_outcomes(Reading(item), outcome))
    )
    named = [item for item in vocabulary.find_all("metrics", parts.get("prediction", "")) if item.name == predicted]
    # Named twice, the prediction may hold the result as well.
    other = other_metric(predicted, sentences, traces) if len(named) < 2 else ()
    return doubted(found, chain(told, other, find_doubts(sentences, measured, conclusions=False)))


def _foretold(arms: Arms) -> Foretold | None:
    """The recorded prediction with the change that came, None where a record of either is missing."""
    prediction = next((run.prediction for run in arms.changed if run.prediction is not None), None)
    if prediction is None:
        return None
    before, after = (arm_group(arms, name).mean(prediction.metric) for name in ("baseline", "changed"))
    return None if before is None or after is None else Foretold(prediction, after - before)


def _rows_apart(blocks: Iterable[Block]) -> list[Block]:
    """A table's row reads "baseline | 0.41 | changed | 0.43": one statement a cell pair is still one sentence."""
    return [
        block if block.kind == "row" else replace(block, text=block.text.replace(" | ", ", ")) for block in blocks
    ]


@check(
    "experiments.meaningful_supported",
    "The claim fits the noise",
    options=("experiment", "metric", "margin"),
    texts="all",
)
def meaningful_supported(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
    """Your conclusion claims no more than the noise allows: with one run an arm, nobody can tell an effect from the
    seed; with several, the intervals decide.
    """
    key = experiment_of(case, cell, options)
    return without_records(case, _meaningful_supported(case, key, cell, options), [key])


def _meaningful_supported(case: Case, key: str, cell: Cell, options: Mapping[str, Any]) -> Finding:
    arms = arms_of(case, key)
    parts, positions = written_parts(case, key, cell)
    if "meaningful" not in parts:
        return _missing(case, key, cell, "meaningful")
    found = _claim_finding(case, arms, parts, positions["meaningful"], options)
    if not arms.both:
        return found
    measured = measure(case, key)
    blocks = _rows_apart(written_blocks(case, key, cell)["meaningful"])
    implied = metrics_in(parts.get("prediction", ""))
    return doubted(
        found, find_doubts(read_sentences(blocks, measured, implied=implied), measured, conclusions=False)
    )


def _claim_finding(
    case: Case, arms: Arms, parts: Mapping[Part, str], position: int, options: Mapping[str, Any]
) -> Finding:
    """The conclusion held against the intervals."""
    text = parts["meaningful"]
    claim, quote = claims.read_claim(text)
    evidence = [Evidence(case.cell_name(position), shorten(quote or text))]
    if claim in (claims.Claim.UNREADABLE, claims.Claim.MIXED, claims.Claim.LEANING):
        return _unread_claim(case, arms, parts, options, evidence)
    if not arms.both:
        single_seed = cannot_tell(case, text, quote, position) if claim is claims.Claim.CANNOT_TELL else None
        return single_seed or undecided(
            "There are no records of both arms to hold your conclusion against.", {"claim": claim}, evidence
        )
    metric = _claimed_metric(text, parts.get("prediction", ""), arms, options)
    bound = _margin(case, options)
    after = claims.claim_after_caution(text) if claim is claims.Claim.CANNOT_TELL else ""
    if after:
        held = claims.judge_claim(case, arms, claims.bold_claim(after), metric=metric, margin=bound, text=after)
        if held.outcome is not Outcome.PASSED:
            told = "You are cautious first and claim more then; a person reads it."
            why = f"{shorten(after)!r}: {held.because}"
            return proposed(undecided(told, {}, evidence), Outcome.FAILED, why)
    judged = claims.judge_claim(case, arms, claim, metric=metric, margin=bound, text=text)
    values = {**judged.values, "claim": claim.value, "metric": metric}
    found = Finding(judged.outcome, judged.because, values, (*evidence, *arm_evidence(case, arms)))
    return unless_lost(case, found, outputs_lost(case))


def _unread_claim(
    case: Case,
    arms: Arms,
    parts: Mapping[Part, str],
    options: Mapping[str, Any],
    evidence: Sequence[Evidence],
) -> Finding:
    """A conclusion that is no plain one: a person compares, and is told what speaks against what it leans to."""
    text = parts["meaningful"]
    claim, quote = claims.read_claim(text)
    unread = undecided(
        "It could not be read whether you claim an effect, no effect, or that one cannot tell.", {}, evidence
    )
    single = arms.both and min(len(by_seed(arms.baseline)), len(by_seed(arms.changed))) < 2
    if single:
        said = quote if claim is claims.Claim.LEANING else claims.claim_after_caution(text)
        why = f"one run an arm, and an effect is claimed: {shorten(said)!r}"
        return proposed(unread, Outcome.FAILED, why) if said else unread
    if claim is claims.Claim.UNREADABLE or not arms.both:
        return unread
    metric = _claimed_metric(quote, parts.get("prediction", ""), arms, options)
    bold = claims.bold_claim(quote)
    held = claims.judge_claim(case, arms, bold, metric=metric, margin=None, text=quote)
    unproved = bold is claims.Claim.NO_EFFECT and _holds_zero(held, metric, _margin(case, options))
    if held.outcome is Outcome.FAILED or unproved:
        return proposed(unread, Outcome.FAILED, f"{shorten(quote)!r}: {held.because}")
    return unread


def _holds_zero(held: claims.Judgement, metric: str, margin: float | None) -> bool:
    """An interval over the seeds holds zero and reaches beyond the margin: no proof that there is no effect.

    Without a margin a share has one point; in another unit nobody knows what is little.
    """
    if margin is None:
        if metric not in registry() or not registry()[metric].is_share:
            return False
        margin = LEAST_EFFECT
    low, high = held.values.get("paired", held.values.get("welch", (0.0, 0.0)))
    return bool(low < 0 < high and max(-low, high) > margin)


def _margin(case: Case, options: Mapping[str, Any]) -> float | None:
    """What is too little to matter, in the metric's unit: the cell's, else the course's; None where none is set."""
    margin = options.get("margin", case.assignment.settings.get("margin"))
    return float(margin) if margin is not None else None


def _claimed_metric(text: str, prediction: str, arms: Arms, options: Mapping[str, Any]) -> str:
    """The metric of the conclusion: named in it, else the predicted one, else the one that chose the runs."""
    for source in (text, prediction):
        named = [mention.name for mention in vocabulary.find_all("metrics", source) if mention.name in over_items()]
        if named:
            return named[0]
    first = next((run.prediction.metric for run in arms.changed if run.prediction is not None), "")
    return str(options.get("metric") or first or chosen_by(arms.changed))
