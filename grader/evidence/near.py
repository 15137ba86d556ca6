"""How near a fact is to what a sentence says of a number: 0 where everything is named, more for what is only
implied.
"""

import re

from grader.evidence.facts import UNIT_COUNT, Fact, Kind
from grader.evidence.statements import TIERS, Claim
from grader.reading.stems import stems
from paribus.metrics.registry import MEAN_F1, is_count, registry

FAR = 99.0
"""Not what is meant."""
_F1 = frozenset({"f1", MEAN_F1})


_OF_UNIT = {
    "ms": re.compile(r"(?<![a-z])ms(?![a-z])|latency|median|percentile|p\d\d|budget", re.IGNORECASE),
    "mb": re.compile(r"(?<![a-z])mb(?![a-z])|size", re.IGNORECASE),
}
"""What names a fact that may have a unit of time or of size."""


def distance(fact: Fact, claim: Claim) -> float:
    """How far a fact is from the claim; `FAR` where the words around the number exclude it."""
    if fact.words and _is_labelled_otherwise(fact, claim):
        return FAR
    if claim.unit and _OF_UNIT[claim.unit].search(fact.title) is None:
        return FAR  # no score has milliseconds
    shared = len(fact.words & claim.sentence.stems) if fact.words else 0
    far = _kind(fact, claim, shared)
    if far >= FAR:
        return FAR
    far += _metric(fact, claim, shared)
    if far >= FAR:
        return FAR
    return far + _operands(fact, claim)


def fits_beside(fact: Fact, claim: Claim) -> bool:
    """Nothing in the words around a number forbids the fact; that they do not name it is no matter, since what is
    beside the number does.
    """
    if fact.words and _is_labelled_otherwise(fact, claim):
        return False
    if claim.unit and _OF_UNIT[claim.unit].search(fact.title) is None:
        return False
    number = claim.number
    if fact.unit == UNIT_COUNT and (number.percent or number.points):
        return False
    if number.whole and fact.unit != UNIT_COUNT and not number.percent and not number.points:
        return False
    if fact.is_spread and number.signed:
        return False
    return _metric(fact, claim, 1) < FAR and _operands(fact, claim) < FAR


def _kind(fact: Fact, claim: Claim, shared: int) -> float:  # noqa: PLR0911, PLR0912 - one branch a kind
    sentence = claim.sentence
    if fact.unit == UNIT_COUNT and (claim.number.percent or claim.number.points):
        return FAR
    match fact.kind:
        case Kind.LEVEL:
            return 1.5 if claim.is_spread and not claim.metric_firm else 0.0
        case Kind.SEED:
            if fact.rare and not fact.words & sentence.stems:
                return FAR
            if fact.seed in sentence.named_seeds:
                return 0.0
            if sentence.seeds or sentence.row or ("seed" in sentence.stems and not sentence.means):
                return 0.5
            return FAR if claim.metric_firm and claim.group_firm else 2.0 if sentence.means else 1.5
        case Kind.EPOCH:
            if fact.epoch in sentence.named_epochs:
                return 0.0
            return 0.5 if sentence.epochs else FAR if claim.metric_firm and claim.group_firm else 1.5
        case Kind.SPREAD:
            if claim.number.signed:
                return FAR  # a spread has no sign
            if fact.rare and not fact.words & sentence.stems:
                return FAR
            paired = len(fact.operands) == 2
            if claim.is_spread and claim.of_difference and not paired and fact.operands:
                return 2.0
            if claim.is_spread:
                return 0.0
            return FAR if claim.metric_firm and claim.group_firm and claim.says_mean else 1.5
        case Kind.DIFFERENCE:
            named = 0.0 if not fact.words or shared else FAR
            if fact.seed is not None and not sentence.seeds:
                named += 0.5
            return named if claim.is_difference else named + 1.5
        case Kind.RATIO:
            return 0.0 if claim.is_ratio else 1.0 if claim.is_difference and claim.number.percent else FAR
        case Kind.BOUND:
            return 0.0 if sentence.interval else FAR
        case Kind.QUOTE:
            return FAR if fact.is_spread and not claim.is_spread else 0.0
        case Kind.CLASS:
            return 0.0 if shared >= min(2, len(fact.words)) and shared else FAR
        case _:  # named by words: a value record or an output
            if not fact.words:
                return 0.75 if fact.metric and fact.operands else FAR
            if shared == len(fact.words):
                return 0.0
            if not shared:
                if fact.metric and fact.metric in claim.metrics:
                    return 2.5
                return FAR if claim.metric_firm and claim.group_firm else 3.5
            return 0.5 if 2 * shared >= len(fact.words) else {1: 1.0, 2: 0.5}.get(shared, 0.25)


def _is_labelled_otherwise(fact: Fact, claim: Claim) -> bool:
    """The number's own label is another one than the fact's: the mid tier's for the tail's."""
    mine, said = fact.words & TIERS, claim.label_stems
    return bool(mine and said) and not mine & said


_LOSSES = frozenset({"train_loss", "validation_loss"})


def _is_minor(metric: str) -> bool:
    """A metric that people seldom mean: one that is in no line of a log, and no count either."""
    return metric in registry() and not registry()[metric].in_log and not is_count(metric)


def _metric(fact: Fact, claim: Claim, shared: int) -> float:
    sentence = claim.sentence
    if not fact.metric:
        return 0.5
    if fact.metric in claim.metrics:
        return 0.0 if claim.metric_firm or fact.metric in sentence.metric_names else 0.5
    if fact.metric in _F1 and claim.metrics & _F1:
        return 0.5
    if fact.metric in _LOSSES and "loss" in sentence.stems:
        return 0.5
    described = fact.kind in (Kind.NAMED, Kind.SHOWN, Kind.CLASS) and shared > 0
    if fact.metric in sentence.metric_names:
        return 1.0 if not claim.metric_firm or described else 2.5
    if described:
        return 1.0
    if claim.metric_firm or fact.metric in _LOSSES:
        return FAR
    if fact.metric in sentence.implied_metrics:
        return 0.5
    far = 1.0 if not sentence.metric_names and not sentence.implied_metrics else 2.0
    return far + (1.0 if _is_minor(fact.metric) else 0.0)


_RUN_VALUES = frozenset({Kind.LEVEL, Kind.SEED, Kind.EPOCH})


def _operands(fact: Fact, claim: Claim) -> float:
    sentence = claim.sentence
    if not fact.operands:
        return 0.5
    near = sentence.group_keys | claim.groups
    if len(fact.operands) == 1:
        keys = fact.operands[0]
        if keys & claim.groups:
            return 0.0
        if claim.group_firm and claim.metric_firm and fact.kind in _RUN_VALUES:
            return FAR
        if claim.series and claim.metric_firm and fact.kind is Kind.LEVEL:
            return FAR
        if claim.group_firm:
            return 1.5
        if keys & near:
            return 0.75
        if keys & sentence.implied_groups:
            return 0.5 if not near else 1.0
        return 1.0 if not near and not sentence.implied_groups else 1.5
    here = [bool(keys & near) for keys in fact.operands]
    if all(here):
        return 0.0
    wider = near | sentence.implied_groups
    if all(keys & wider for keys in fact.operands):
        return 0.25
    if any(here):
        return 0.75 if claim.sentence.implied_groups else 0.5
    return 1.0


_DESCRIBING = stems("head heads mid middle tail tails tier tiers per-class single category rare frequent common")


def is_described(claim: Claim) -> bool:
    """The sentence names a class or a tier that a fact of its own is of, so that no level is meant."""
    return bool(claim.sentence.stems & _DESCRIBING)
