"""One number of a sentence: traced, wrong, doubtful, unclear, or no claim."""

import re
from dataclasses import replace

from grader.evidence.agreeing import all_agreeing, fitting, group_title
from grader.evidence.binding import bind, from_to
from grader.evidence.chance import is_telling, nearest
from grader.evidence.facts import Fact, Kind, agreed, was_cut
from grader.evidence.groups import COUNTED
from grader.evidence.meant import (
    find_level,
    find_mean,
    find_other_runs,
    find_own_metric,
    find_swapped,
    find_unsupported,
)
from grader.evidence.measured import Measured
from grader.evidence.mislabelled import find_mislabelled
from grader.evidence.spreads import trace_spread, with_spread
from grader.evidence.statements import Claim, Sentence
from grader.evidence.targets import find_target, in_percent, is_another_count, is_related, wrong_way
from grader.evidence.traces import Status, Trace
from grader.evidence.unclaimed import is_elsewhere, is_given, is_level, is_setting
from grader.reading import vocabulary
from grader.reading.numbers import Number


def trace_number(number: Number, sentence: Sentence, measured: Measured) -> Trace:
    """A number with a spread or an upper end is as good as the worse of its two parts."""
    alone = replace(number, spread=None, upper=None)
    claim = _claim(alone, sentence, measured)
    if claim is not None and (labelled := _mislabelled(claim, measured)) is not None:
        return replace(labelled, number=number)
    if number.spread is not None and (both := with_spread(alone, number, sentence, measured)) is not None:
        return replace(both, number=number)
    first, fact = _trace_claim(claim, alone, sentence, measured, spread=number.spread is not None)
    if number.upper is not None:
        upper = replace(number.upper, percent=number.percent, points=number.points, signed=number.signed)
        first = _worse(first, _trace_one(upper, sentence, measured))
    if number.spread is not None:
        spread = replace(number.spread, percent=number.percent, points=number.points)
        held = (
            _trace_one(spread, sentence, measured)
            if fact is None
            else trace_spread(spread, first, fact, sentence, measured)
        )
        first = _worse(first, held)
    return replace(first, number=number)


def _claim(number: Number, sentence: Sentence, measured: Measured) -> Claim | None:
    """What a number claims; None where it is a setting's, or a level of confidence."""
    if is_setting(number, sentence, measured) or is_level(number, sentence):
        return None
    return fitting(bind(number, sentence))


def _mislabelled(claim: Claim, measured: Measured) -> Trace | None:
    """A number that is under another's label."""
    pair = find_mislabelled(claim, measured)
    if pair is None:
        return None
    blank = Trace(claim.number, Status.OTHER, claim.sentence.text, claim.sentence.position)
    return replace(_doubtful(blank, pair[0], f"it is {pair[1].title}"), settled=True)


_ORDER = (Status.WRONG, Status.DOUBTFUL, Status.UNCLEAR, Status.TRACED, Status.OTHER)


def _worse(first: Trace, second: Trace) -> Trace:
    return first if _ORDER.index(first.status) <= _ORDER.index(second.status) else second


_TOTAL = re.compile(
    r"\b(?:majority|minority|most|half|few|none|part|third|quarter|rest|share) of "
    r"(?:the|these|those|its|their)\s*$",
    re.IGNORECASE,
)
"""Before a number that says of how many: "the majority of these 21 are never tried"."""


def _trace_one(number: Number, sentence: Sentence, measured: Measured) -> Trace:
    return _trace_claim(_claim(number, sentence, measured), number, sentence, measured)[0]


def _trace_claim(
    claim: Claim | None, number: Number, sentence: Sentence, measured: Measured, *, spread: bool = False
) -> tuple[Trace, Fact | None]:
    blank = Trace(number, Status.OTHER, sentence.text, sentence.position)
    if claim is None:
        return blank, None
    claim = _from_to_claim(claim, measured)
    if len(claim.metrics) == 1:
        blank = replace(blank, metric=next(iter(claim.metrics)))
    counted = number.whole and not number.percent and not number.points and not number.times
    if counted and (not _counts(claim) or _TOTAL.search(sentence.text[: number.start])):
        return blank, None
    if (other := find_swapped(claim, measured)) is not None:
        return _doubtful(blank, other, "it is the other arm's"), None
    near = nearest(claim, measured)
    told = near is not None and is_telling(near[1], number)
    if near is not None and told and not (counted and is_another_count(near[0], claim, measured)):
        fact, chance = near
        if (own := find_mean(fact, claim, measured, spread=spread)) is not None:
            return replace(_doubtful(blank, own, f"it is {fact.title}"), settled=True), None
        if (own := find_level(fact, claim, measured)) is not None:
            return _doubtful(blank, own, f"it is {fact.title}"), None
        if (own := find_own_metric(fact, claim, measured)) is not None:
            title = vocabulary.title("metric_titles", fact.metric)
            return _doubtful(blank, own, f"it is {title}, and the other number is this one"), None
        if (own := find_other_runs(fact, claim, measured)) is not None:
            return _doubtful(blank, own, f"it is {group_title(fact)}'s"), None
        if fact.kind is Kind.DIFFERENCE and in_percent(fact, claim, measured):
            why = "these are points: relative to where it began it is another percentage"
            return replace(_doubtful(blank, fact, why), settled=True), None
        if wrong_way(fact, claim, measured):
            return _doubtful(blank, fact, "it went the other way"), None
        traced = replace(
            blank,
            status=Status.TRACED,
            metric=fact.metric or blank.metric,
            group=group_title(fact),
            expected=fact.value,
            recorded_in=fact.position,
            chance=chance,
        )
        return traced, fact
    if (
        sentence.is_forecast(number)
        or is_elsewhere(number, sentence, claim)
        or is_given(number, sentence, claim, measured)
    ):
        return blank, None
    return _refuse(blank, claim, near, measured, counted=counted), None


def _doubtful(blank: Trace, fact: Fact, why: str) -> Trace:
    """A number that is held against a fact and does not fit it."""
    return replace(
        blank,
        status=Status.DOUBTFUL,
        metric=fact.metric,
        group=group_title(fact),
        expected=fact.value,
        recorded_in=fact.position,
        why=why,
    )


def _refuse(
    blank: Trace, claim: Claim, near: tuple[Fact, float] | None, measured: Measured, *, counted: bool
) -> Trace:
    """What is said of a number that no near fact supports."""
    number, sentence = claim.number, claim.sentence
    target = find_target(claim, measured)
    approximate = vocabulary.has("context", "approximate", sentence.text[max(0, number.start - 16) : number.start])
    if target is not None:
        shown = replace(
            blank,
            metric=target.metric,
            group=group_title(target),
            expected=target.value,
            recorded_in=target.position,
        )
        size = abs(number.value) / (100 if number.percent or number.points else 1)
        if number.percent and agreed(target, replace(number, percent=False)):
            return replace(shown, status=Status.DOUBTFUL, why="a fraction has a percent sign")
        if target.value and size and not 0.1 < size / abs(target.value) < 10 and not counted:
            return replace(blank, status=Status.UNCLEAR, why="it is not plain what it measures")
        if was_cut(target, number):
            return replace(shown, status=Status.UNCLEAR, why="it seems to be cut instead of rounded")
        if approximate and abs(abs(target.value) - abs(number.value) / (100 if number.percent else 1)) < 0.15 * abs(
            target.value
        ):
            return replace(shown, status=Status.OTHER)
        anywhere = [fact for fact in all_agreeing(number, measured) if is_related(fact, claim)]
        if anywhere and not counted and _is_said_beside(target, anywhere[0], claim):
            return replace(blank, status=Status.UNCLEAR, why=f"it may be {anywhere[0].title}, or chance")
        if anywhere or counted or claim.number.spelled:
            what = f"it agrees with {anywhere[0].title}" if anywhere else "the records say otherwise"
            return replace(shown, status=Status.DOUBTFUL, why=what)
        return replace(shown, status=Status.WRONG)
    if counted or number.spelled or (number.whole and not claim.metric_firm) or approximate:
        return replace(blank, status=Status.OTHER)
    if near is None and (own := find_unsupported(claim, measured)) is not None:
        return _doubtful(blank, own, "nothing in the file is a rounding of it")
    if near is not None:
        return replace(blank, status=Status.UNCLEAR, why=f"it may be {near[0].title}, or chance", chance=near[1])
    why = "it is not plain which run or metric is meant" if blank.metric else "no metric is beside it"
    return replace(blank, status=Status.UNCLEAR, why=why)


def _is_said_beside(target: Fact, found: Fact, claim: Claim) -> bool:
    """Another number of the sentence is what this one should be, so this one is likely to be something else: of
    "A has 0.60 and a macro-F1 of 0.49, B 0.78 and 0.72", 0.78 is B's accuracy. Where it is that of other runs that
    the sentence names, the two may be swapped.
    """
    others = {key for keys in found.operands for key in keys} - {key for keys in target.operands for key in keys}
    if found.metric == target.metric and others & claim.sentence.group_keys:
        return False
    return any(
        agreed(target, other)
        for other in claim.sentence.numbers
        if other.start != claim.number.start and not other.whole
    )


def _from_to_claim(claim: Claim, measured: Measured) -> Claim:
    """In "from a to b" the first is the baseline's, the second the changed arm's, where one experiment is meant; of
    two runs that are named around both numbers, either may be each.
    """
    place = from_to(claim.number, claim.sentence)
    if place is not None and _is_between_two(claim):
        return replace(claim, groups=claim.sentence.group_keys, group_firm=False)
    if place is None or claim.group_firm or len(claim.sentence.groups) > 1:
        return claim
    named = claim.sentence.group_keys
    pairs = [pair for pair in measured.experiments if not named or named & {group.key for group in pair}]
    if len(pairs) != 1 or (named and not named <= {group.key for group in pairs[0]}):
        return claim
    return replace(claim, groups=frozenset({pairs[0][place].key}), group_firm=False)


def _is_between_two(claim: Claim) -> bool:
    """“With the encoder it climbs from 0.28 to 0.52 over TF-IDF”."""
    spans = [(start, end) for start, end, _ in claim.sentence.groups]
    return len(spans) == 2 and spans[0][1] <= claim.number.start and claim.number.end <= spans[1][0]


def _counts(claim: Claim) -> bool:
    """A whole number is a claim where it counts classes or items by a metric that counts."""
    if claim.metrics & COUNTED and not claim.number.signed:
        return True
    after = claim.sentence.text[claim.number.end : claim.number.end + 40]
    return re.match(r"\s*(?:/|of|out of|von|sur|de)\s*(?:the\s+|all\s+)?\d", after) is not None and bool(
        claim.metrics
    )
