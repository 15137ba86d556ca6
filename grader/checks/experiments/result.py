"""What the experiment's template tells of the result and of what it means, held against the records."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from grader.checks.base import Finding, check, proposed, shorten, undecided
from grader.checks.experiments.template import missing_part
from grader.checks.support import arm_evidence, doubted, numbers_finding
from grader.checks.survival import outputs_lost, unless_lost
from grader.checks.unrecorded import as_printed, cannot_tell, without_records
from grader.evidence import claims
from grader.evidence.checkpoints import chosen_by
from grader.evidence.groups import arm_group, over_items
from grader.evidence.hedged import is_plain, takes_back
from grader.evidence.measured import measure
from grader.evidence.runs import Arms, by_seed, experiment_of
from grader.evidence.sentences import metrics_in, read_sentences
from grader.evidence.traces import Status
from grader.evidence.tracing import trace, trace_sentences
from grader.evidence.unrecorded.arms import arms_of
from grader.evidence.unrecorded.epochs import earlier_epochs
from grader.evidence.worded.all import find_doubts
from grader.evidence.worded.outcomes import foretold, other_metric, wrong_outcomes
from grader.evidence.worded.reading import Reading
from grader.model import Case, Evidence, Outcome
from grader.reading import vocabulary
from grader.reading.prose import Block
from grader.reading.template import Part
from grader.reading.written import written_blocks, written_parts
from paribus.course.assignment import Cell, Role
from paribus.metrics.registry import registry

LEAST_EFFECT = 0.01
"""A change of a share that counts as a difference where the course sets no margin: one point."""


@check(
    "experiments.result_matches",
    "The result is what was recorded",
    options={"experiment": "text", "min_numbers": "whole"},
    texts="all",
    after=("metrics.recomputed", "seeds.summary_matches"),
)
def result_matches(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
    """The numbers in your result are those that the runs recorded, for the metric and the arm you name."""
    key = experiment_of(case, cell, options)
    return without_records(case, _result_matches(case, key, cell, options), [key])


def _result_matches(case: Case, key: str, cell: Cell, options: Mapping[str, Any]) -> Finding:
    arms = arms_of(case, key)
    parts, _ = written_parts(case, key, cell)
    if "result" not in parts:
        return missing_part(case, key, cell, "result")
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
    outcome = foretold(arm_group(arms, "baseline"), arm_group(arms, "changed"))
    told = (
        () if outcome is None else (doubt for item in sentences for doubt in wrong_outcomes(Reading(item), outcome))
    )
    named = [item for item in vocabulary.find_all("metrics", parts.get("prediction", "")) if item.name == predicted]
    # Named twice, the prediction may hold the result as well.
    other = other_metric(predicted, sentences, traces) if len(named) < 2 else ()
    past = earlier_epochs(case, key, traces)
    return doubted(found, chain(told, other, past, find_doubts(sentences, measured, conclusions=False)))


def _rows_apart(blocks: Iterable[Block]) -> list[Block]:
    """A table's row reads "baseline | 0.41 | changed | 0.43": one statement a cell pair is still one sentence."""
    return [
        block if block.kind == "row" else replace(block, text=block.text.replace(" | ", ", ")) for block in blocks
    ]


@check(
    "experiments.meaningful_supported",
    "The claim fits the noise",
    options={"experiment": "text", "metric": "text", "margin": "number"},
    texts="all",
)
def meaningful_supported(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
    """Your conclusion claims no more than the noise allows: with one run an arm, nobody can tell an effect from the
    seed; with several, the intervals decide.
    """
    key = experiment_of(case, cell, options)
    options = {**_asked_metric(case, key), **options}
    return without_records(case, _meaningful_supported(case, key, cell, options), [key])


def _asked_metric(case: Case, key: str) -> dict[str, Any]:
    """The metric that the header of the experiment's cell asks about."""
    found = (cell.options for cell in case.assignment.cells if cell.role is Role.EXPERIMENT and cell.key == key)
    return {name: value for options in found for name, value in options.items() if name == "metric" and value}


def _meaningful_supported(case: Case, key: str, cell: Cell, options: Mapping[str, Any]) -> Finding:
    arms = arms_of(case, key)
    parts, positions = written_parts(case, key, cell)
    if "meaningful" not in parts:
        return missing_part(case, key, cell, "meaningful")
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
        careful = claim in (claims.Claim.CANNOT_TELL, claims.Claim.TAKEN_BACK)
        single_seed = cannot_tell(case, text, quote, position) if careful else None
        return single_seed or undecided(
            "There are no records of both arms to hold your conclusion against.", {"claim": claim}, evidence
        )
    metric = _claimed_metric(text, parts.get("prediction", ""), arms, options)
    bound = _margin(case, options)
    if claim is claims.Claim.TAKEN_BACK:
        return _taken_back(case, arms, parts, options, evidence)
    after = claims.claim_after_caution(text) if claim is claims.Claim.CANNOT_TELL else ""
    if after:
        held = claims.judge_claim(case, arms, claims.bold_claim(after), metric=metric, margin=bound, text=after)
        if held.outcome is not Outcome.PASSED:
            told = "You are cautious first and claim more then; a person reads it."
            why = f"{shorten(after)!r}: {held.because}"
            return proposed(undecided(told, {}, evidence), Outcome.FAILED, why)
    judged = claims.judge_claim(case, arms, claim, metric=metric, margin=bound, text=text)
    if claim is claims.Claim.CANNOT_TELL and judged.outcome is Outcome.UNDECIDED:
        # The metric that the text names may be the one it is not about: the caution is held against the predicted.
        predicted = _claimed_metric("", parts.get("prediction", ""), arms, options)
        again = claims.judge_claim(case, arms, claim, metric=predicted, margin=bound, text=text)
        judged, metric = (again, predicted) if again.outcome is Outcome.PASSED else (judged, metric)
    values = {**judged.values, "claim": claim.value, "metric": metric}
    evidence += arm_evidence(case, arms)
    if judged.outcome is Outcome.FAILED and not (judged.firm and is_plain(text.lower())):
        open_one = undecided("A person reads what your conclusion claims.", values, evidence)
        return proposed(open_one, Outcome.FAILED, f"{shorten(quote or text)!r}: {judged.because}")
    return unless_lost(case, Finding(judged.outcome, judged.because, values, tuple(evidence)), outputs_lost(case))


def _taken_back(
    case: Case, arms: Arms, parts: Mapping[Part, str], options: Mapping[str, Any], evidence: Sequence[Evidence]
) -> Finding:
    """A claim that is taken back behind it: caution with one run an arm, else right where the claim itself is."""
    text = parts["meaningful"]
    metric = _claimed_metric(text, parts.get("prediction", ""), arms, options)
    meant = claims.Claim.CANNOT_TELL if _is_single(arms) else claims.Claim.EFFECT
    judged = claims.judge_claim(case, arms, meant, metric=metric, margin=None, text=text)
    if judged.outcome is not Outcome.PASSED:
        return _unread_claim(case, arms, parts, options, evidence)
    values = {**judged.values, "claim": meant.value, "metric": metric}
    found = Finding(judged.outcome, judged.because, values, (*evidence, *arm_evidence(case, arms)))
    return unless_lost(case, found, outputs_lost(case))


def _is_single(arms: Arms) -> bool:
    """An arm has one run, by its seeds."""
    return min(len(by_seed(arms.baseline)), len(by_seed(arms.changed))) < 2


def _unread_claim(
    case: Case, arms: Arms, parts: Mapping[Part, str], options: Mapping[str, Any], evidence: Sequence[Evidence]
) -> Finding:
    """A conclusion that is no plain one: a person compares, and is told what speaks against what it leans to."""
    text = parts["meaningful"]
    claim, quote = claims.read_claim(text)
    unread = undecided(
        "It could not be read whether you claim an effect, no effect, or that one cannot tell.", {}, evidence
    )
    if arms.both and _is_single(arms):
        said = quote if claim is claims.Claim.LEANING else claims.claim_after_caution(text)
        what = "no effect" if said and claims.bold_claim(said) is claims.Claim.NO_EFFECT else "an effect"
        why = f"one run an arm, and {what} is claimed: {shorten(said)!r}"
        back = takes_back(text[max(0, text.find(said)) :].lower())
        return proposed(unread, Outcome.FAILED, why) if said and not back else unread
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
    """The metric of the conclusion: named in it or in the prediction, else the one that the assignment asks about,
    else the predicted one, else the one that chose the runs.
    """
    for source in (text, prediction):
        named = [mention.name for mention in vocabulary.find_all("metrics", source) if mention.name in over_items()]
        if named:
            return named[0]
    first = next((run.prediction.metric for run in arms.changed if run.prediction is not None), "")
    return str(options.get("metric") or first or chosen_by(arms.changed))
