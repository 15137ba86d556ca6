"""Numbers under another's label: the mid tier's for the tail's, one arm's for the other's, what was expected for
what was found.
"""

import re
from collections.abc import Iterator, Sequence

from grader.evidence.aligned import Spans, label_of
from grader.evidence.facts import UNIT_COUNT, Fact, Kind, agreed
from grader.evidence.measured import Measured
from grader.evidence.near import is_described
from grader.evidence.statements import Claim, Sentence
from grader.reading import vocabulary
from grader.reading.numbers import Number

_AXES = ("group", "place", "column")
"""By what facts of one kind are told apart."""
_TIMES = re.compile(r"\s*(?:times|fold)\b", re.IGNORECASE)
_LABELS = re.compile(r"\w\s*(?:→|->|/)\s*\w+\s*(?:→|->|/)\s*\w[\w -]*:")
"""“head → mid → tail: 0.407, 0.171, 0”: labels first, then as many numbers, so the nearest is not its own."""
_NAMED = frozenset({Kind.NAMED, Kind.SHOWN})


def find_mislabelled(claim: Claim, measured: Measured) -> tuple[Fact, Fact] | None:
    """The value of what a number is labelled with, and whose value it is instead; None where its label
    fits, or where it has none.

    Facts that differ in one label are held against each other: those of the same tier but of other runs, of the
    same runs but of another tier, and so on.
    """
    number, sentence = claim.number, claim.sentence
    if number.spelled or number.times or number.signed or _TIMES.match(sentence.text[number.end :]):
        return None
    if number.whole and (pair := _other_kind(claim, measured)) is not None:
        return pair
    if _LABELS.search(sentence.text[: number.start]) is not None:
        return None
    found: tuple[Fact, Fact] | None = None
    for fact in measured.facts.agreeing(number):  # no change and no bound has a label
        if fact.kind not in _NAMED or not fact.words:
            continue
        if fact.metric not in claim.metrics if fact.unit == UNIT_COUNT else number.whole and not number.percent:
            continue
        said = {axis: _said(axis, number, sentence, fact) for axis in _AXES}
        off = [axis for axis in _AXES if said[axis] and not _has(fact, axis, said[axis])]
        if not off and any(said.values()):
            return None
        if len(off) != 1 or found is not None:
            continue
        family = [fact, *_siblings(fact, off[0], measured)]
        own = [other for other in family if _has(other, off[0], said[off[0]])]
        if (
            own
            and not any(agreed(other, number) for other in own)
            and (_is_meant(fact, off[0], family, claim) or _is_swapped(own, claim))
            and not _are_listed(own, off[0], said[off[0]], fact, claim)
        ):
            found = own[0], fact
    return found


_ZERO_KINDS = ("never_predicted", "always_wrong")
"""The two kinds of classes at zero, which are taken for each other."""


def _other_kind(claim: Claim, measured: Measured) -> tuple[Fact, Fact] | None:
    """The count of the kind that a number is labelled with, where it is that of the other kind of the same runs."""
    sentence, number = claim.sentence, claim.number
    spans = [
        (item.start, item.end, frozenset({item.name})) for item in sentence.metrics if item.name in _ZERO_KINDS
    ]
    if len({keys for _, _, keys in spans}) != len(_ZERO_KINDS):
        return None
    whole = [item for item in sentence.numbers if item.whole and not item.percent]
    said = label_of(number, sentence.text, whole, spans)
    near = sentence.group_keys | sentence.implied_groups
    facts = [
        fact
        for fact in measured.facts.all
        if fact.metric in _ZERO_KINDS and fact.unit == UNIT_COUNT and len(fact.operands) == 1
    ]
    mine = [fact for fact in facts if not near or fact.operands[0] & near]
    own = [fact for fact in mine if fact.metric in said]
    if not own or any(agreed(fact, number) for fact in own):
        return None
    other = [fact for fact in mine if said and fact.metric not in said and agreed(fact, number)]
    if other:
        return own[0], other[0]
    # The runs are named, so that another's count is no reading.
    elsewhere = [fact for fact in facts if fact.metric in said and agreed(fact, number)]
    named = [item for item in sentence.groups if item[1] <= number.start]
    alone = len({keys for _, _, keys in sentence.groups}) == 1 and bool(named) and not is_described(claim)
    alone = alone and not re.search(r"[;:]|\b(?:for|while|but)\b", sentence.text[named[-1][1] : number.start])
    return (own[0], elsewhere[0]) if elsewhere and alone else None


def _is_swapped(own: Sequence[Fact], claim: Claim) -> bool:
    """What the number should be is another number of the sentence."""
    others = [
        number for number in claim.sentence.numbers if number.start != claim.number.start and not number.whole
    ]
    return any(agreed(fact, number) for fact in own for number in others)


_AND = re.compile(r"\s*%?\s*(?:and|und|et|y|e|és|i|и|和|→|->|to|against|,|/)\s*")


def _are_listed(own: Sequence[Fact], axis: str, label: frozenset[str], fact: Fact, claim: Claim) -> bool:
    """“(3.54 % and 6.58 %)”: both values one after the other under one label, which can be that of one alone."""
    sentence, number = claim.sentence, claim.number
    return any(
        _AND.fullmatch(sentence.text[min(number.end, other.end) : max(number.start, other.start)])
        and _said(axis, other, sentence, fact) == label
        for other in sentence.numbers
        if other.start != number.start and any(agreed(item, other) for item in own)
    )


def _is_meant(fact: Fact, axis: str, family: Sequence[Fact], claim: Claim) -> bool:
    """The sentence speaks of such facts: it names the fact's metric, or its other labels, or holds another number
    of the family under its right label.
    """
    sentence = claim.sentence
    if fact.metric and fact.metric in sentence.metric_names:
        return True
    if any(
        _named(other, sentence) and _has(fact, other, _named(other, sentence)) for other in _AXES if other != axis
    ):
        return True
    return any(
        agreed(item, number) and _has(item, axis, _said(axis, number, sentence, fact))
        for number in sentence.numbers
        if number.start != claim.number.start and not number.whole
        for item in family
    )


def _has(fact: Fact, axis: str, label: frozenset[str]) -> bool:
    if axis == "group":
        return bool(fact.operands) and bool(fact.operands[0] & label)
    return (fact.place if axis == "place" else fact.column) in label


def _siblings(fact: Fact, axis: str, measured: Measured) -> Iterator[Fact]:
    """Facts of the same source that have another label on one axis alone."""
    for other in measured.named_facts:
        if other.kind is not fact.kind or other.metric != fact.metric or other.unit != fact.unit or other is fact:
            continue
        same_groups = other.operands == fact.operands
        if axis == "group":
            if other.words == fact.words and not same_groups and len(other.operands) == len(fact.operands) == 1:
                yield other
            continue
        same_place, same_column = other.place == fact.place, other.column == fact.column
        if same_groups and (same_column if axis == "place" else same_place) and len(other.words ^ fact.words) <= 4:
            yield other


def _spans(axis: str, sentence: Sentence, fact: Fact) -> Spans:
    """Where the sentence has labels of an axis that the fact has one on."""
    if axis == "group":
        return sentence.groups if len(fact.operands) == 1 else ()
    if not (fact.place if axis == "place" else fact.column):
        return ()
    found = vocabulary.find_all(f"{axis}s", sentence.text)
    return [(item.start, item.end, frozenset({item.name})) for item in found]


def _named(axis: str, sentence: Sentence) -> frozenset[str]:
    """The only label of an axis that the sentence names."""
    if axis == "group":
        said = {keys for _, _, keys in sentence.groups}
    else:
        said = {frozenset({item.name}) for item in vocabulary.find_all(f"{axis}s", sentence.text)}
    return said.pop() if len(said) == 1 else frozenset()


def _said(axis: str, number: Number, sentence: Sentence, fact: Fact) -> frozenset[str]:
    """The label that the sentence gives a number on one axis; nothing where it does not say, or the fact
    has none.
    """
    spans = _spans(axis, sentence, fact)
    if axis == "group" and sentence.label and len(fact.operands) == 1:
        return sentence.label
    same = [item for item in sentence.numbers if item.value == 0 or _kind(item) == _kind(number)]
    return label_of(number, sentence.text, same, spans, alone=axis == "place", tight=axis == "column")


def _kind(number: Number) -> tuple[bool, bool]:
    return number.spelled, number.whole and not number.percent
