"""What a comparison in words compares: which runs, by which metrics, and at which places."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from grader.evidence.groups import COUNTED
from grader.evidence.worded.reading import Hit, Reading
from grader.evidence.worded.values import Place, Values
from paribus.metrics.registry import MEAN_F1

_THAN = re.compile(
    r"\W*(?:[\w-]+\W+){0,4}?(?:than|compared (?:to|with)|against|versus|vs|als|que|di)\W+"
    r"(?:(?:the|my|a|its|two|three|four|five|all|in|for|with|that of|those of|plain|con|mit|bei|avec|com|"
    r"dans|en|der|die|das|dem|den|le|"
    r"la|el|il|o|przy|z|при|с)\W+)*"
)
_CYRILLIC = re.compile(r"[а-яё]")
_BESIDE = frozenset({"behind", "ahead", "in front", "level with", "past"})
_ADJACENT = re.compile(r"\W*(?:of\W+)?(?:(?:the|my|a|its)\W+)?")
_THAN_NOTHING = re.compile(
    r"\W*(?:[\w-]+\W+){0,4}?than\W+(?!with\b|without\b|the other|under\b|in the other|before the change)"
)
_FROM = re.compile(r"\bfrom\W+(?:the\W+|plain\W+)?$")
_TO = re.compile(r"\W*(?:to|→|->)\W+(?:the\W+|a\W+)?")
_AGAINST = re.compile(r"\b(?:compared (?:to|with)|relative to|against|over|with respect to)\W+(?:the\W+)?$")
_NUMBER_NEXT = re.compile(
    r"\W*(?:than|by|to)?\W*(?:(?:about|only|just|nearly|almost|at (?:most|least)|up to|some|a)\W+)*"
    r"(?:\d|twice\b|double\b|a (?:third|quarter|fifth|half)\b|one\b|two\b|three\b|four\b|five\b|half\b|zero\b|"
    r"nothing\b|chance\b)"
)
_ONE = re.compile(r"\W*one\W*$")
_NUMBER_BEFORE = re.compile(r"\d\s*(?:%|points?|percentage points|times|×)?\s*(?:of \w+\s+)?$")
_ANY_SCORE = re.compile(r"\b(?:the|its|a) (?:score|performance|result|quality|value)s?\b")
_PAST = re.compile(r"\b(?:rose|grew|fell|went|came|got|became|did|was|were|had|\w+ed|sank|shrank|lost)\b|\d")
_ENDED = re.compile(r"\b(?:came out|ended(?: up)?|turned out|finished|landed)\b")
_CARRIED = re.compile(
    r"\W*(?:and|but)?\W*(?:(?:it|its|their|su|son|ihr)\b|rose|fell|went|gained|improved|dropped|grew)"
)
_PRONOUN = re.compile(r"\W*(?:and|but|so|then)?\W*(?:it|this|that|the (?:score|metric|value|number))\b")
_OVER_EPOCHS = re.compile(
    r"\bepochs?\b|\bépoques?\b|\bépocas?\b|\bepochen?\b|\bepoche\b|\btraining (?:loss )?(?:fell|falls|went)\b"
)
SPREAD = re.compile(
    r"\b(?:spreads?|standard deviations?|deviations?|sds?|scatters?|variation|varian\w+|var(?:y|ies|ied)|"
    r"fluctuat\w+|streu\w+|standardabweichung\w*|dispers\w+|écarts?-types?|desviaci\w+|deviazion\w+|desvios?|"
    r"szór\w+|rozrzut\w*|odchyleni\w+|разброс\w*|标准差|波动|"
    r"(?:between|over|across) (?:the )?seeds)\b"
)
_APART = 12
"""Characters by which a metric must be nearer than another to be the one that is meant."""
AMOUNTS = frozenset({"more", "less", "fewer", "mehr", "weniger", "moins", "menos"})
_MANY = re.compile(
    r"\s*(?:(?:of|the|its|of the|different|distinct)\s+)*(?:classes?\s+)?(?:that\s+|which\s+)?(?:(?:are|is|were|"
    r"was|be|stay|have|it|an|with|left|ended up|being|get)\s+)*"
    r"(?:tried\s+and\s+)?"
)
_BY_DOING = re.compile(
    r"\b(?:doubling|halving|raising|lowering|increasing|reducing|decreasing|changing|shortening|lengthening|"
    r"going (?:from|to)|moving (?:from|to)|"
    r"switching|the change|this change|adding)\b"
)


@dataclass(frozen=True)
class Asked:
    """One reading of a comparison: a place, and the place that it is compared with."""

    first: Place
    second: Place


def places_compared(
    groups: Iterator[tuple[str, str]],
    metrics: tuple[str, ...],
    start: int,
    end: int,
    reading: Reading,
    *,
    spread: bool = False,
    place: int = -1,
) -> Iterator[Asked]:
    """Every two places that a clause may compare."""
    here = {item.name for item in reading.tiers if start <= item.start < end}
    carried = _CARRIED.match(reading.lower[start:end]) is not None
    tiers = here or ({item.name for item in reading.tiers} if carried else set())
    if not tiers and reading.tiers and not metrics:
        return
    epochs = {number for first, _, number in reading.ordinals if start <= first < end}
    if len(epochs) > 1 and place >= 0:
        cuts = [start, *(start + found.start() for found in re.finditer(",", reading.lower[start:end])), end]
        piece = next((a, b) for a, b in pairwise(cuts) if a <= place < b or b == end)
        epochs = {number for first, _, number in reading.ordinals if piece[0] <= first < piece[1]}
    if len(tiers) > 1 or len(epochs) > 1 or (not epochs and _OVER_EPOCHS.search(reading.lower)):
        return
    tier, epoch = next(iter(tiers), ""), next(iter(epochs), 0)
    if not any(start <= first < end for first, _, _ in reading.sentence.groups) and not epoch:
        metrics = tuple(name for name in metrics if not name.endswith("_loss"))  # a loss falls over the epochs
    if tier and not {"f1", MEAN_F1} & (set(metrics) | reading.sentence.implied_metrics):
        return
    metrics = ("f1",) if tier else tuple(name for name in metrics if name != "f1")
    for first, second in groups:
        for metric in metrics:
            yield Asked(Place(metric, first, tier, epoch, spread), Place(metric, second, tier, epoch, spread))


def metrics_compared(hit: Hit, start: int, end: int, reading: Reading, values: Values) -> tuple[str, ...]:
    """The metrics that may be meant: named in the clause, else in the sentence, else what the text is about."""
    named = [item for item in reading.sentence.metrics if item.start >= 0]
    here = [item for item in named if start <= item.start < end]
    word = reading.lower[hit.start : hit.end]
    if word in AMOUNTS and not SPREAD.search(
        reading.lower[start:end]
    ):  # "more" and "fewer" are of what follows them
        behind = [item for item in here if item.start >= hit.end]
        close = behind and _MANY.fullmatch(reading.lower[hit.end : behind[0].start]) is not None
        return (behind[0].name,) if close else ()
    if here:
        ordered = sorted((min(abs(item.start - hit.end), abs(hit.start - item.end)), item.name) for item in here)
        other = next((far for far, name in ordered if name != ordered[0][1]), 10_000)
        if other - ordered[0][0] < _APART:
            return ()  # two metrics as near
        near = next(item for item in here if item.name == ordered[0][1])
        return () if near.name in COUNTED and word.startswith("gain") else (near.name,)
    pronoun = _PRONOUN.match(reading.lower[start : hit.start]) is not None
    if named and (pronoun or (hit.relation.merit and hit.relation.role != "change")):
        names = dict.fromkeys(item.name for item in named)
        more = values.scores if hit.relation.merit else ()
        return tuple(name for name in (*names, *more) if not (name in COUNTED and word.startswith("gain")))
    if hit.relation.merit and hit.relation.role != "change":
        about = [name for name in values.scores if name in reading.sentence.implied_metrics]
        return tuple(about) if len(about) == 1 else values.scores
    if not named and _ANY_SCORE.search(reading.lower[start:end]):
        return tuple(dict.fromkeys((*(reading.sentence.implied_metrics & set(values.scores)), *values.scores)))
    if hit.relation.role == "steady" or SPREAD.search(reading.lower[start:end]):
        told = {item.name for item in named} or set(reading.sentence.implied_metrics)
        return tuple(sorted(told & set(values.scores))) or values.scores
    implied = hit.relation.role == "change" and pronoun and not named
    tiers = hit.relation.role == "change" and bool(reading.tiers)
    return tuple(sorted(reading.sentence.implied_metrics)) if implied or tiers else ()


def runs_compared(hit: Hit, start: int, end: int, reading: Reading, values: Values) -> Iterator[tuple[str, str]]:
    """The runs that may be compared: what is before the relation with what is behind it, or its
    other arm.
    """
    groups = [item for item in reading.sentence.groups if start <= item[0] < end]
    before = [item for item in groups if item[1] <= hit.start]
    behind = [item for item in groups if item[0] >= hit.end]
    rest, word = reading.lower[hit.end : end], reading.lower[hit.start : hit.end]
    ended = not groups and _ENDED.search(reading.lower[start : hit.start]) and " than " not in rest
    if hit.relation.role == "change" or ended:
        yield from _changed(groups, start, end, reading, values)
        return
    if _NUMBER_NEXT.match(rest) and not _ONE.match(rest):
        return
    between = reading.lower[hit.end : behind[0][0]] if behind else ""
    joined = bool(behind) and (
        _THAN.fullmatch(between) is not None or (word in _BESIDE and _ADJACENT.fullmatch(between) is not None)
    )
    if len(behind) > 1 and _THAN.fullmatch(reading.lower[behind[0][1] : behind[1][0]]):
        yield from _each(behind[0][2], behind[1][2])
        return
    if behind and _ADJACENT.fullmatch(between) and (hit.relation.role == "over" or _CYRILLIC.match(word)):
        joined = True  # "лучше TF-IDF": Russian compares without a word for "than"
    if joined:
        subject = before[-1][2] if before else frozenset(_others_of(behind[0][2], reading, values))
        yield from _each(subject, behind[0][2])
        return
    if hit.relation.role == "over" and behind:
        return
    if _THAN_NOTHING.match(rest) or _NUMBER_BEFORE.search(reading.lower[start : hit.start]):
        return  # than something that is no run, or so much more of one of two numbers
    subjects = [keys for _, _, keys in (*before, *behind)]
    if len(set(subjects)) == 1:
        yield from _each(subjects[0], frozenset(_others_of(subjects[0], reading, values)))


def _changed(
    groups: list[tuple[int, int, frozenset[str]]], start: int, end: int, reading: Reading, values: Values
) -> Iterator[tuple[str, str]]:
    """From what to what something rose or fell."""
    distinct = list(dict.fromkeys(keys for _, _, keys in groups))
    if len(distinct) > 1:
        first, second = groups[:2]
        between = reading.lower[first[1] : second[0]]
        if len(groups) == 2 and _FROM.search(reading.lower[: first[0]]) and _TO.fullmatch(between):
            yield from _each(second[2], first[2])
        elif len(groups) == 2 and _AGAINST.search(between):
            yield from _each(first[2], second[2])
        return
    if not distinct:
        doers = values.doers(reading.sentence.text[start:end])
        by_doing = _BY_DOING.search(reading.lower[start:end]) is not None
        if reading.sentence.groups and not doers and not by_doing:
            return
        implied = reading.sentence.implied_groups
        if implied and not any(implied & set(step) for step in values.steps_of(reading.sentence.text)):
            return  # it goes on about runs that are compared with none
        if not (by_doing or doers or _PAST.search(reading.lower[start:end])):
            return  # what happens as a rule
        steps = values.steps_of(reading.sentence.text)
        if not reading.sentence.groups:
            steps = tuple(dict.fromkeys((*steps, *values.arms)))  # "shorter texts cost a fifth of it"
        for before, after in steps:
            if (not doers or after in doers) and not (by_doing and before.startswith("run:")):
                yield after, before
        return
    if _AGAINST.search(reading.lower[start : groups[0][0]]):
        yield from _each(frozenset(_others_of(distinct[0], reading, values)), distinct[0])
        return
    if all(values.is_baseline(key) for key in distinct[0]):
        return
    for key in sorted(distinct[0]):
        if not values.is_baseline(key):
            for other in values.others(key):
                yield key, other


def _each(subject: frozenset[str], others: frozenset[str]) -> Iterator[tuple[str, str]]:
    for first in sorted(subject):
        for second in sorted(others - subject):
            yield first, second


def _others_of(keys: frozenset[str], reading: Reading, values: Values) -> frozenset[str]:
    """What runs are compared with that are named alone: those named before, else their other arm."""
    implied = reading.sentence.implied_groups - keys
    others = frozenset(other for key in keys for other in values.others(key)) - keys
    return (implied & others) or others
