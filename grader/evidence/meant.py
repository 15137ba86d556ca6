"""The fact that was meant, where a number is another one: a seed's, other runs', another epoch's or metric's."""

import re

from grader.evidence import cues
from grader.evidence.agreeing import all_agreeing
from grader.evidence.binding import bind, from_to, partner_of
from grader.evidence.facts import Fact, Kind, agreed
from grader.evidence.groups import fractions, over_items
from grader.evidence.measured import Measured
from grader.evidence.near import is_described
from grader.evidence.of_others import is_of_others
from grader.evidence.statements import Claim
from grader.evidence.targets import MIGHT, is_set_against, level_like
from grader.evidence.unclaimed import is_beside_metric
from grader.reading.numbers import Number


def find_own_metric(fact: Fact, claim: Claim, measured: Measured) -> Fact | None:
    """Of "an accuracy of a and a macro-F1 of b", the named metric's value, where each number is the other's."""
    metric = next(iter(claim.metrics), "")
    if (
        not claim.metric_firm
        or len(claim.metrics) != 1
        or fact.kind is not Kind.LEVEL
        or not {metric, fact.metric} <= fractions()
        or metric == fact.metric
    ):
        return None
    sentence, own = claim.sentence, level_like(fact, metric, measured)
    if (
        own is None
        or agreed(own, claim.number)
        or sentence.numbers[0].start < min(m.start for m in sentence.metrics)
    ):
        return None  # "0.51 accuracy and 0.24 macro-F1" has its metrics behind its numbers
    named = max((m.end for m in sentence.metrics if m.end <= claim.number.start), default=0)
    if any(named <= number.start < claim.number.start for number in sentence.numbers):
        return None  # "A has 0.4 and 0.1, B 0.5 and 0.2": the second pair goes without names
    others = (number for number in sentence.numbers if number.start != claim.number.start)
    return own if any(agreed(own, number) for number in others) else None


def find_bound(claim: Claim, measured: Measured) -> Fact | None:
    """The level of the only metric and the only runs that a number can be of: its own, or the sentence's."""
    sentence, number = claim.sentence, claim.number
    groups = {claim.groups} if claim.group_firm else {keys for _, _, keys in sentence.groups}
    metric = next(iter(claim.metrics), "")
    if (
        not claim.metric_firm
        or metric not in over_items()
        or len(claim.metrics) != 1
        or len(groups) != 1
        or number.whole
        or not (claim.group_firm or is_beside_metric(number, sentence))
        or MIGHT.search(sentence.text)
        or is_of_others(sentence.text)
        or any((claim.is_spread, claim.is_difference, claim.is_ratio))
        or any((sentence.seeds, sentence.logs, sentence.interval, sentence.row))
        or is_described(claim)
        or measured.is_exploring(sentence.text)
    ):
        return None
    keys = next(iter(groups))
    levels = [
        fact
        for fact in measured.facts.all
        if fact.kind is Kind.LEVEL and fact.metric == metric and fact.operands[0] & keys
    ]
    return levels[0] if levels and not any(agreed(fact, number) for fact in levels) else None


def find_unsupported(claim: Claim, measured: Measured) -> Fact | None:
    """The value that a number should have, where nothing at all in the file is a rounding of it."""
    return None if all_agreeing(claim.number, measured) else find_bound(claim, measured)


_ONE_RUN = re.compile(
    r"\b(?:best|worst|highest|lowest|smallest|largest|range|between|from|median|single|each|every|per seed|"
    r"seed by seed|individual|max|min)\b|\bseeds?\s*#?\d|\bthis means\b|"
    r"\b(?:first|second|third|last|one|this|that)\s(?:\w+\s)?run\b",
    re.IGNORECASE,
)


_MEAN_OF_SEEDS = re.compile(
    r"\b(?:means?|averages?|averaged|mittel|durchschnitt|moyenne|media|promedio|média)\s+(?:over|of|der|über|des|sur|de|"
    r"dei|dos|das)\s+(?:\w+\s+){0,3}(?:seeds?|graines|semillas|semi|sementes)\b",
    re.IGNORECASE,
)


def find_mean(fact: Fact, claim: Claim, measured: Measured, *, spread: bool) -> Fact | None:
    """The mean over the runs, where one seed's value is called it: in so many words, or by the spread behind it."""
    sentence, number = claim.sentence, claim.number
    if (
        fact.kind not in (Kind.SEED, Kind.EPOCH)
        or fact.seed is None
        or fact.seed in sentence.named_seeds
        or fact.rare
    ):
        return None
    before = sentence.text[: number.start]
    named = any(number.whole and number.value == fact.seed for number in sentence.numbers)
    of_seeds = _MEAN_OF_SEEDS.search(before) is not None
    if not spread and (sentence.is_series or named or (from_to(number, sentence) is not None and not of_seeds)):
        return None
    if not any(len(measured.group(key).runs) > 1 for key in fact.operands[0]):
        return None
    if not spread and not of_seeds and (cues.MEAN.search(before) is None or _ONE_RUN.search(before)):
        return None
    own = level_like(fact, fact.metric, measured)
    return own if own is not None and not agreed(own, number) else None


def _is_only_one(claim: Claim) -> bool:
    """No other number of the sentence is of the same metric, so that no other runs are compared in it."""
    others = (item for item in claim.sentence.numbers if item.start != claim.number.start and not item.whole)
    return not any(bind(item, claim.sentence).metrics & claim.metrics for item in others)


def find_other_runs(fact: Fact, claim: Claim, measured: Measured) -> Fact | None:
    """The value of the runs that are named, where the number is other runs' or an output's alone."""
    own = find_bound(claim, measured)
    if own is None or fact.metric != own.metric or fact.kind not in (Kind.LEVEL, Kind.SHOWN):
        return None
    if fact.kind is Kind.LEVEL and fact.operands and fact.operands[0] & own.operands[0]:
        return None
    if fact.kind is Kind.SHOWN and fact.words & claim.sentence.stems:
        return None  # the output is of what the sentence names beside the runs
    if not (claim.group_firm and fact.kind is Kind.SHOWN) and not _is_only_one(claim):
        return None
    if is_set_against(own, claim):
        return None  # "from A to B: b against a" may be told in either order
    recorded = (item for item in all_agreeing(claim.number, measured) if item.kind is not Kind.SHOWN)
    return None if any(operand & own.operands[0] for item in recorded for operand in item.operands) else own


def find_level(fact: Fact, claim: Claim, measured: Measured) -> Fact | None:
    """The value of the chosen epoch, where another epoch's is quoted and the text speaks of no epoch."""
    sentence = claim.sentence
    if fact.kind is not Kind.EPOCH or not claim.metric_firm or sentence.epochs or fact.metric not in fractions():
        return None
    if fact.metric not in claim.metrics or is_described(claim) or claim.says_difference:
        return None
    if (
        "epoch" in sentence.stems
        or sentence.row
        or any(word in sentence.text.lower() for word in ("epoch", "époque", "época", "epoche"))
    ):
        return None
    logged = [
        number
        for number in sentence.numbers
        if any(item.kind is Kind.EPOCH and item.metric == fact.metric for item in all_agreeing(number, measured))
    ]
    if len(logged) > 2:
        return None  # a whole log
    own = level_like(fact, fact.metric, measured)
    others = (
        item
        for item in all_agreeing(claim.number, measured)
        if item.metric == fact.metric and item.kind is not Kind.EPOCH
    )
    return own if own is not None and not agreed(own, claim.number) and not any(others) else None


def find_swapped(claim: Claim, measured: Measured) -> Fact | None:
    """Of "from a to b", the value of the arm that is meant, where both numbers are the other arm's."""
    place = from_to(claim.number, claim.sentence)
    if place is None or claim.group_firm or len(claim.groups) != 1 or not claim.metric_firm:
        return None
    pair = next((pair for pair in measured.experiments if claim.groups == {pair[place].key}), None)
    partner = partner_of(claim.number, claim.sentence)
    if pair is None or partner is None or len(claim.sentence.groups) > 1:
        return None
    mine = [
        fact
        for fact in measured.facts.all
        if fact.kind in (Kind.LEVEL, Kind.NAMED)
        and fact.metric in claim.metrics
        and len(fact.operands) == 1
        and fact.seed is None
    ]
    own = [fact for fact in mine if pair[place].key in fact.operands[0]]
    other = [fact for fact in mine if pair[1 - place].key in fact.operands[0]]

    def fits(facts: list[Fact], number: Number) -> bool:
        return any(agreed(fact, number) for fact in facts)

    elsewhere = [fact for fact in mine if fact not in own and fact not in other]
    if fits(elsewhere, claim.number) or fits(elsewhere, partner):
        return None
    swapped = fits(other, claim.number) and fits(own, partner)
    return own[0] if swapped and not fits(own, claim.number) and not fits(other, partner) else None
