"""Pairs of numbers that are the two ends of an interval, and agree with one interval together."""

import re
from collections.abc import Iterator
from dataclasses import replace

from grader.evidence.facts import Fact, Kind, scales_of
from grader.evidence.measured import Measured
from grader.evidence.statements import Sentence
from grader.evidence.traces import Status, Trace
from grader.reading import vocabulary
from grader.reading.numbers import Number
from paribus.metrics.registry import is_count

CLOSE = 60
"""Characters before an interval within which its kind is named."""
_JOINT = re.compile(r"\s*(?:,|;|to|up to|until|and|…|\.\.\.?|–|-|bis|à|a|до|至|から)\s*", re.IGNORECASE)


def find_intervals(sentence: Sentence, measured: Measured) -> dict[int, Trace]:
    """The numbers of a sentence that are an interval's ends, by where they start."""
    if len(sentence.numbers) < 2 and not any(number.upper is not None for number in sentence.numbers):
        return {}
    found: dict[int, Trace] = {}
    refuted: dict[int, Trace] = {}
    for low, high, starts in _pairs(sentence):
        fits = [
            (lower, upper)
            for lower, upper in measured.interval_ends
            if _agrees(low, lower) and _agrees(high, upper)
        ]
        if any(start in found for start in starts):
            continue
        if not fits:
            refuted |= _refuted(low, starts, sentence, measured)
            continue
        status, (lower, _) = _judge(sentence, fits, low)
        for start in starts:
            number = next(item for item in sentence.numbers if item.start == start)
            found[start] = Trace(
                number,
                status,
                sentence.text,
                sentence.position,
                lower.metric,
                lower.title,
                lower.value,
                lower.position,
                why="" if status is Status.TRACED else f"it agrees with {lower.title}",
            )
    # Beside an interval that fits, a pair of numbers may be anything; alone it is what it is called.
    return found or refuted


_LEAD = re.compile(
    r"(?:\bintervals?|\bci|\bcis|\bwelch|\bpaired one)\b(?:F1|[^\d;.]){0,90}[\[(]?\s*$", re.IGNORECASE
)
_GOES_ON = re.compile(r"\s*(?:,|and|,\s*and)\s*[+\-−]?\.?\d")
_OWN = re.compile(r"bootstrap|\b(?:90|99|80|50)\s?%|percentile|my own|myself|prior|predict", re.IGNORECASE)


def _refuted(low: Number, starts: tuple[int, ...], sentence: Sentence, measured: Measured) -> dict[int, Trace]:
    """What is called an interval of the report's own kinds and is none of them is doubtful."""
    earlier = [item.name for item in sentence.metrics if item.end <= low.start]
    named = set(earlier[-1:]) or {item.name for item in sentence.metrics} or set(sentence.implied_metrics)
    kinds = [item.name for item in vocabulary.find_all("intervals", sentence.text) if item.end <= low.start][-1:]
    lead = _LEAD.search(sentence.text[: low.start])
    if (
        lead is None
        or len(named) != 1
        or _OWN.search(sentence.text)
        or _GOES_ON.match(sentence.text[max(item.end for item in sentence.numbers if item.start in starts) :])
        or vocabulary.has("context", "elsewhere", sentence.text)
    ):
        return {}
    known = [
        lower
        for lower, _ in measured.interval_ends
        if lower.metric in named and (not kinds or lower.words & set(kinds))
    ]
    if not known or not (kinds or "seed" in sentence.text.lower()):
        return {}
    first = known[0]
    return {
        start: Trace(
            next(item for item in sentence.numbers if item.start == start),
            Status.DOUBTFUL,
            sentence.text,
            sentence.position,
            first.metric,
            first.title,
            first.value,
            first.position,
            why="no interval of the report has these ends",
        )
        for start in starts
    }


def _pairs(sentence: Sentence) -> Iterator[tuple[Number, Number, tuple[int, ...]]]:
    for index, number in enumerate(sentence.numbers):
        if number.upper is not None:
            yield number, number.upper, (number.start,)
        elif index + 1 < len(sentence.numbers):
            following = sentence.numbers[index + 1]
            if _JOINT.fullmatch(sentence.text[number.end : following.start]):
                # "from −0.4 to +1.1 points": the unit is that of both.
                own = number.percent or number.points
                first = number if own else replace(number, percent=following.percent, points=following.points)
                yield first, following, (number.start, following.start)


def _agrees(number: Number, fact: Fact) -> bool:
    """The number is a rounding of the bound, its sign included."""
    for reading in number.readings:
        for scale in scales_of(fact, number, reading):
            value = reading.value
            if abs(fact.value * scale - value) <= 0.56 * reading.unit + 1e-9:
                return True
            if number.signed is False and abs(abs(fact.value) * scale - abs(value)) <= 0.56 * reading.unit + 1e-9:
                return True
    return False


def _judge(sentence: Sentence, fits: list[tuple[Fact, Fact]], low: Number) -> tuple[Status, tuple[Fact, Fact]]:
    """Whether what the sentence calls the interval is what the ends agree with."""
    kinds = [item.name for item in vocabulary.find_all("intervals", sentence.text)]
    named = {item.name for item in sentence.metrics if not is_count(item.name)}
    best = fits[0]
    for pair in fits:
        kind = next(
            (name for name in ("welch", "paired", "items") if name in pair[0].title or name in pair[0].words), ""
        )
        kind_fits = not kinds or kind in kinds or pair[0].kind is not Kind.BOUND
        metric_fits = not named or pair[0].metric in named or not pair[0].metric
        if kind_fits and metric_fits:
            return Status.TRACED, pair
    close = [
        item
        for item in vocabulary.find_all("intervals", sentence.text)
        if 0 <= low.start - item.end <= CLOSE
        and not any(item.end <= number.start < low.start for number in sentence.numbers)
    ]
    if len(kinds) == 1 and len(named) <= 1 and close:
        return Status.DOUBTFUL, best
    return Status.UNCLEAR, best
