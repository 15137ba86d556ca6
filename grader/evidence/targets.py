"""The one fact that a number must be, where the words right around it leave no other reading."""

import re

from grader.evidence import cues
from grader.evidence.agreeing import all_agreeing, counted_behind, is_counted_beside
from grader.evidence.binding import from_to
from grader.evidence.facts import UNIT_COUNT, Fact, Kind, agreed
from grader.evidence.groups import COUNTED, fractions, over_items
from grader.evidence.measured import Measured
from grader.evidence.near import distance, is_described
from grader.evidence.of_others import is_of_others
from grader.evidence.statements import Claim
from grader.reading import vocabulary
from grader.reading.claimed import pattern
from grader.reading.numbers import Number


def wrong_way(fact: Fact, claim: Claim, measured: Measured) -> bool:
    """The size is that of a change between two arms, and the only direction in its clause is the other one."""
    if (
        fact.kind is not Kind.DIFFERENCE
        or len(fact.operands) != 2
        or fact.metric not in over_items()
        or abs(fact.value) < 1e-6
    ):
        return False
    if (
        not any(
            pair[0].key in fact.operands[0] and pair[1].key in fact.operands[1] for pair in measured.experiments
        )
        or not claim.says_difference
        or not claim.metric_firm
    ):
        return False
    start, end = claim.sentence.clause_of(claim.number)
    text = claim.sentence.text[start:end]
    up, down = (vocabulary.has("context", name, text) for name in ("upward", "downward"))
    if (
        up == down
        or vocabulary.says("claims", "negation", text.lower())
        or claim.sentence.is_forecast(claim.number)
    ):
        return False
    # "Without weights 0.02 lower" speaks of the baseline: only a text that is about the changed arm has a
    # direction.
    about = [keys for _, _, keys in claim.sentence.groups]
    if about and not about[0] & fact.operands[1]:
        return False
    other = (item for item in measured.changes.agreeing(claim.number) if item.kind is Kind.DIFFERENCE)
    if any(item.metric == fact.metric and item.operands != fact.operands for item in other):
        return False  # between other runs it went this way, or may have
    return fact.value < 0 if up else fact.value > 0


MIGHT = re.compile(r"\b(?:would|could have|might have|if (?:all|each|every|one|any|only))\b", re.IGNORECASE)


def _is_of_arms(fact: Fact, measured: Measured) -> bool:
    """It is a change between an experiment's two arms, or between runs that are no arms."""
    arms = {group.key for pair in measured.experiments for group in pair}
    if not all(operand & arms for operand in fact.operands):
        return True
    return any(pair[0].key in fact.operands[0] and pair[1].key in fact.operands[1] for pair in measured.experiments)


def is_related(fact: Fact, claim: Claim) -> bool:
    """The fact is of the same metric, of the same runs, or of something that the sentence names."""
    return (
        fact.metric in claim.metrics
        or any(operand & claim.groups for operand in fact.operands)
        or bool(fact.words & claim.sentence.stems)
    )


def find_target(claim: Claim, measured: Measured) -> Fact | None:
    """The one fact that a number must be, where the words right around it leave no other reading."""
    sentence, number = claim.sentence, claim.number
    if not claim.metric_firm or len(claim.metrics) != 1 or number.times:
        return None
    if MIGHT.search(sentence.text) or is_of_others(sentence.text):
        return None
    metric = next(iter(claim.metrics))
    if metric in COUNTED and number.whole and not number.percent and not sentence.seeds:
        if is_counted_beside(claim):
            return _counted_target(claim, metric, measured)
        return _from_to_count(claim, metric, measured)
    if claim.is_spread and not number.whole and not sentence.interval:
        return _spread_target(claim, metric, measured)
    special = claim.is_spread or sentence.interval or is_described(claim) or measured.is_exploring(sentence.text)
    if special:
        return None
    if claim.says_difference:
        pairs = [
            fact
            for fact in measured.changes.all
            if fact.kind is Kind.DIFFERENCE
            and fact.metric == metric
            and fact.seed is None
            and len(fact.operands) == 2
            and distance(fact, claim) <= 0.25
            and _is_of_arms(fact, measured)
        ]
        same = {round(abs(fact.value), 12) for fact in pairs}
        return pairs[0] if len(same) == 1 and not (number.percent and not number.points) else None
    if claim.is_ratio or vocabulary.has("context", "gap_between", sentence.text):
        return None
    if not claim.group_firm:
        return _other_metric(claim, metric, measured)
    if (sentence.seeds and is_of_several(claim, measured)) or sentence.logs:
        return None
    levels = [
        fact
        for fact in measured.facts.all
        if fact.kind is Kind.LEVEL and fact.metric == metric and fact.operands[0] & claim.groups
    ]
    if levels and is_set_against(levels[0], claim):
        return None
    return levels[0] if levels and not any(agreed(fact, number) for fact in levels) else None


def _spread_target(claim: Claim, metric: str, measured: Measured) -> Fact | None:
    """The standard deviation that is meant, where nothing at all in the file is a rounding of the number."""
    keys = claim.groups or claim.sentence.group_keys
    before = claim.sentence.text[max(0, claim.number.start - 45) : claim.number.start]
    if cues.SPREAD.search(before) is None or re.search(r"\d", before[-25:]):
        return None
    known = [fact for fact in measured.spreads(metric) if fact.operands and fact.operands[0] & keys]
    return known[0] if known and len(keys) == 1 and not all_agreeing(claim.number, measured) else None


def is_another_count(fact: Fact, claim: Claim, measured: Measured) -> bool:
    """What an output shows is a number of something else, where the count that the sentence names is recorded."""
    before = claim.sentence.text[: claim.number.start]
    return (
        fact.kind is Kind.SHOWN
        and not fact.metric
        and re.search(r"(?:\bof|/)\s*(?:the\s+)?$", before) is None
        and find_target(claim, measured) is not None
    )


_AGAINST = re.compile(
    r"\s*(?:%\s*)?(?:against|versus|vs\.?|gegen|gegenüber|contre|contra|contro|mot|przeciw|против|对)\s*",
    re.IGNORECASE,
)


def is_set_against(own: Fact, claim: Claim) -> bool:
    """The number beside it, joined by a word that tells no order, is the one that this should be."""
    sentence, number = claim.sentence, claim.number
    for other in sentence.numbers:
        first, second = sorted((other, number), key=lambda item: item.start)
        joined = _AGAINST.fullmatch(sentence.text[first.end : second.start]) if first is not second else None
        if joined is not None and agreed(own, other):
            return True
    return False


def level_like(fact: Fact, metric: str, measured: Measured) -> Fact | None:
    """The level of a metric of the same runs."""
    return next(
        (
            item
            for item in measured.facts.all
            if item.kind is Kind.LEVEL and item.metric == metric and item.operands == fact.operands
        ),
        None,
    )


def _other_metric(claim: Claim, metric: str, measured: Measured) -> Fact | None:
    """No run has this value of the metric that is named, and some run has it of another: whichever run is meant."""
    number = claim.number
    if (
        metric not in fractions()
        or claim.sentence.epochs
        or number.whole
        or measured.is_exploring(claim.sentence.text)
    ):
        return None
    agreeing = all_agreeing(number, measured)
    if any(fact.metric in (metric, "", "f1") for fact in agreeing):
        return None
    other = next((fact for fact in agreeing if fact.kind is Kind.LEVEL and fact.metric in fractions()), None)
    if other is None:
        return None
    return level_like(other, metric, measured)


def _from_to_count(claim: Claim, metric: str, measured: Measured) -> Fact | None:
    """Of "from 17 to 8" the count of the arm that is meant, and of "25 classes at zero, the encoder 18" the
    encoder's.
    """
    told = from_to(claim.number, claim.sentence) is not None and len(claim.groups) == 1
    linked = claim.group_firm and claim.sentence.metric_names == {metric} and not is_described(claim)
    if not (told or linked) or claim.sentence.epochs or is_part(claim):
        return None
    mine = [
        fact
        for fact in measured.facts.all
        if fact.metric == metric
        and fact.kind is Kind.LEVEL
        and len(fact.operands) == 1
        and fact.operands[0] & claim.groups
    ]
    anywhere = any(
        fact.metric == metric
        and agreed(fact, claim.number)
        and (told or any(a & claim.groups for a in fact.operands))
        for fact in measured.facts.all
    )
    return mine[0] if mine and not anywhere else None


def is_part(claim: Claim) -> bool:
    """The number is what another is a part of, or a part of something: "8 of the 20", "two of them"."""
    text, number = claim.sentence.text, claim.number
    return (
        re.match(r"\s*(?:of|out of|/|more|fewer|less)\b", text[number.end :], re.IGNORECASE) is not None
        or re.search(
            r"\b(?:of|by|other|these|those|another|first|last)\s+(?:the\s+|its\s+)?$",
            text[: number.start],
            re.IGNORECASE,
        )
        is not None
    )


def _counted_target(claim: Claim, metric: str, measured: Measured) -> Fact | None:
    """The count that is meant: the only one there is for the metric, or for the group that is named."""
    known = [
        fact
        for fact in measured.facts.all
        if fact.metric == metric and fact.unit == UNIT_COUNT and fact.kind in (Kind.LEVEL, Kind.NAMED)
    ]
    told = [fact for fact in known if fact.title.startswith("the recorded value") and not fact.operands]
    if metric in ("never_predicted", "always_wrong") and _nearest_metric(claim) == metric:
        near = claim.groups or claim.sentence.group_keys or claim.sentence.implied_groups
        mine = [fact for fact in known if len(fact.operands) == 1 and fact.operands[0] & near]
        part = re.search(
            r"\bof (?:the|its|their|these|those|them)\s*\w*\s*$", claim.sentence.text[: claim.number.start]
        )
        if mine and part is None and not any(agreed(fact, claim.number) for fact in mine):
            return mine[0]
    if told:
        if _nearest_metric(claim) != metric or any(agreed(fact, claim.number) for fact in told):
            return None
        return told[0]
    if claim.group_firm:
        known = [fact for fact in known if any(operand & claim.groups for operand in fact.operands)]
    if not known or any(agreed(fact, claim.number) for fact in known):
        return None
    named = [fact for fact in known if fact.title.startswith("the recorded value")]
    both = [
        fact
        for fact in known
        if len(fact.operands) == 2 and all(operand & claim.sentence.group_keys for operand in fact.operands)
    ]
    return (named or both or known)[0] if claim.group_firm or named or both else None


_RELATIVE = re.compile(
    r"\b(?:lost|loses?|drop(?:ped|s)?|fell|falls?|shrank|climb(?:s|ed)?|rose|rises?|grew|grows|gain(?:s|ed)?|"
    r"increased?|decreased?|"
    r"by|up|down|plus|minus)\s*(?:of|by)?\s*(?:only|about|just|roughly)?\s*$",
    re.IGNORECASE,
)
_MORE = re.compile(r"\s*(?:more|less|higher|lower|better|worse|of its value)\b", re.IGNORECASE)


def in_percent(fact: Fact, claim: Claim, measured: Measured) -> bool:
    """Points of a fraction are called percent of it: "a drop of 10.6 %" from 16.1 % to 5.5 % is one of 66 %.

    Where the number next to it is a percentage as well, a loose word for points may be meant: that is no proof.
    """
    number, text = claim.number, claim.sentence.text
    if not number.percent or number.points or number.signed or fact.metric not in fractions():
        return False
    said = (
        _RELATIVE.search(text[max(0, number.start - 30) : number.start])
        or _MORE.match(text[number.end :])
        or _says_relative(number, text.lower())
    )
    return bool(said) and not any(
        item.kind is Kind.RATIO and item.metric == fact.metric for item in measured.changes.agreeing(number)
    )


def _says_relative(number: Number, lower: str) -> bool:
    """The words right around a percentage say that it is one of where something began."""
    before = lower[max(0, number.start - 40) : number.start].rstrip(" :=-−")
    return any(hit.end() == len(before) for hit in pattern("relative", "before").finditer(before)) or (
        pattern("relative", "after").match(lower[number.end :].lstrip(" %,\u00a0")) is not None
    )


def _nearest_metric(claim: Claim) -> str:
    """The metric whose name is nearest to the number."""
    number = claim.number
    before = claim.sentence.text[max(0, number.start - 10) : number.start]
    if number.value == 0 or re.search(r"\b(?:the|these|those|both|all|my|of)\s*$", before, re.IGNORECASE):
        return ""
    counted = counted_behind(claim)
    if counted is not None:
        return counted
    far = {
        (item.start - number.end if item.start >= number.end else number.start - item.end): item.name
        for item in reversed(claim.sentence.metrics)
    }
    return far[min(far)] if far else ""


def is_of_several(claim: Claim, measured: Measured) -> bool:
    """The runs that are meant are several, so that one of them may be."""
    return any(len(measured.group(key).runs) > 1 for key in claim.groups)
