"""Listed values beside the mean and the standard deviation that a text gives them, and a step beside its change."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from grader.evidence.breaches import Breach, held_to, is_level, levels_of, spans_of
from grader.evidence.laws import Span, broken, span_of
from grader.evidence.statements import Sentence
from grader.reading import vocabulary
from grader.reading.numbers import Number

_SIDE_BY_SIDE = re.compile(
    r"\s*(?:\(?seed \d+\)?)?\s*(?:,|;|/|and|,\s*and|und|et|y|e)\s*(?:seed \d+:?\s*)?", re.IGNORECASE
)
_OTHER = re.compile(
    r"\b(?:median|range\w*|between|from|min\w*|max\w*|lowest|highest|best|worst|interval|ci|bounds?|quartiles?|among|"
    r"e\.g|such as|example|instance|others?|first|last|respectively|weighted|total|sum|difference|without|dropp\w+|"
    r"exclud\w+|running|moving|geometric|harmonic|trimmed|epochs?|if|would)\b",
    re.IGNORECASE,
)
"""Words by which a mean may be one of something else than what is listed."""
_MEAN_IS = (
    r"(?:a|an|the|their|its|whose|an? overall)?\s*(?:arithmetic )?(?:mean|average|mittelwert|moyenne|media|"
    r"média)\s*(?:value |score )?(?:is|was|of|=|:|being|comes to|ist|von|est|es|è|é)?\s*"
)
_THEN_MEAN = re.compile(
    rf"\)?\s*[,;:(–—]?\s*(?:so|which gives|which makes|giving|hence|thus|that is|for|with|and|also|im|"
    rf"en)?,?\s*{_MEAN_IS}$",
    re.IGNORECASE,
)
_MEAN_OF = re.compile(
    r"\b(?:mean|average) of\s*(?:the (?:\w+ )?(?:values|scores|seeds|runs))?[:\s(]*$", re.IGNORECASE
)
_IS = re.compile(r"\)?\s*(?:is|was|=|comes to|gives)\s*$", re.IGNORECASE)
_MEAN_BEFORE = re.compile(rf"\b{_MEAN_IS}$", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"\s*\(\s*(?:(?:the )?(?:seeds?|values|runs|of|from seeds)\s*:?)?\s*$", re.IGNORECASE)
_SD = r"(?:sd|s\.d\.|std\.?|standard deviation|standardabweichung|écart-type|desviación estándar)"
_THEN_SD = re.compile(
    rf"\s*[,;(]?\s*(?:with|and|mit|avec|con)?\s*(?:a|an|the|their|einer|un)?\s*(?:sample |population )?{_SD}\s*"
    rf"(?:is|was|of|=|:)?\s*$",
    re.IGNORECASE,
)
_NAMES_SD = re.compile(rf"\b{_SD}(?![\w])", re.IGNORECASE)
_COUNTED = re.compile(
    r"\b(?P<word>two|three|four|five|six|seven|eight|nine|ten|\d{1,2})\s+(?:\w+\s+)?(?:seeds|runs|folds|values|trials)\b",
    re.IGNORECASE,
)
_WORDS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
MEAN_COLUMN = re.compile(r"(?:mean|average|avg\.?|mittelwert|moyenne|media)", re.IGNORECASE)
_BOTH_COLUMN = re.compile(rf"(?:mean|average|avg\.?)\s*(?:±|\+/-|\(|and)\s*{_SD}\)?", re.IGNORECASE)
_SEED_COLUMN = re.compile(r"(?:seed|run|fold|graine|semilla)\s*[=#:]?\s*\d+", re.IGNORECASE)


def broken_summaries(sentence: Sentence, counts: Collection[int]) -> Iterator[Breach]:
    """“0.41, 0.42 and 0.43, so the mean is 0.47 with SD 0.10”, and “from 0.20 to 0.30, a factor of 2”. ``counts``
    are how many runs the groups have: a list of fewer may not be all of them.
    """
    yield from _changes(sentence)
    if sentence.row or _OTHER.search(sentence.text) or sentence.interval:
        return
    for first, last in _lists(sentence):
        for breach in _of_list(sentence, first, last):
            yield replace(breach, sure=breach.sure and (not counts or last - first + 1 in counts))


def _lists(sentence: Sentence) -> Iterator[tuple[int, int]]:
    """Where two values or more are side by side: the first and the last of them."""
    numbers = levels_of(sentence)
    first = 0
    for index in range(1, len(numbers) + 1):
        joined = index < len(numbers) and _SIDE_BY_SIDE.fullmatch(
            sentence.text[numbers[index - 1].end : numbers[index].start]
        )
        if not joined:
            if index - first > 1:
                yield first, index - 1
            first = index


_MORE_BEFORE = re.compile(r"\d\s*%?\s*(?:,|;|/|and|und|et|y|e)\s*$", re.IGNORECASE)
"""One value more, which is whole: "1, 0.82 and 0.64"."""


def _of_list(sentence: Sentence, first: int, last: int) -> Iterator[Breach]:
    numbers, text = levels_of(sentence), sentence.text
    values = numbers[first : last + 1]
    if not all(map(is_level, values)) or _MORE_BEFORE.search(text[: values[0].start]):
        return
    if len({item.signed for item in values}) > 1 or not _are_all(text, len(values)):
        return
    place, after = _mean_of(sentence, first, last)
    if place is not None and len(numbers[place].readings) == 1:
        mean = numbers[place]
        *spans, stated = spans_of([*values, mean])
        yield from held_to("mean", [spans], stated, mean, sentence, sure=True, listed=True)
        if mean.spread is not None and _NAMES_SD.search(text):
            yield from _deviation(sentence, values, mean.spread, mean)
    if after < len(numbers):
        before = numbers[after - 1]
        if _THEN_SD.fullmatch(text[before.end : numbers[after].start]) and is_level(numbers[after]):
            yield from _deviation(sentence, values, numbers[after], numbers[after])


def _mean_of(sentence: Sentence, first: int, last: int) -> tuple[int | None, int]:
    """Which number is said to be the mean of a list, and which is the next one behind both."""
    numbers, text = levels_of(sentence), sentence.text
    before, following = text[: numbers[first].start], last + 1
    if following < len(numbers):
        between = text[numbers[last].end : numbers[following].start]
        if _THEN_MEAN.fullmatch(between) or (_MEAN_OF.search(before) and _IS.fullmatch(between)):
            return following, following + 1
    if first > 0 and last - first > 1:
        mean, between = numbers[first - 1], text[numbers[first - 1].end : numbers[first].start]
        if _IN_BRACKETS.fullmatch(between) and _MEAN_BEFORE.search(text[: mean.start]):
            return first - 1, following
    return None, following


def _deviation(sentence: Sentence, values: Sequence[Number], stated: Number, shown: Number) -> Iterator[Breach]:
    *spans, span = spans_of([*values, stated])
    yield from held_to("deviation", [spans], span, shown, sentence, sure=True, listed=True)


def _are_all(text: str, count: int) -> bool:
    """No other count of seeds or runs is named."""
    found = (hit["word"].lower() for hit in _COUNTED.finditer(text))
    return all((int(word) if word.isdecimal() else _WORDS.index(word) + 2) == count for word in found)


def broken_summaries_of_row(cells: Sequence[Sentence]) -> Iterator[Breach]:
    """A row with a column for each seed, and columns for their mean and their standard deviation."""
    one = [cell for cell in cells if len(cell.numbers) == 1 and len(cell.numbers[0].readings) == 1]
    told = [(cell.titles[1].strip(), cell, cell.numbers[0]) for cell in one]
    values = [number for title, _, number in told if _SEED_COLUMN.fullmatch(title) and is_level(number)]
    if len(values) < 2 or len(values) < sum(bool(_SEED_COLUMN.fullmatch(cell.titles[1].strip())) for cell in cells):
        return
    for title, cell, number in told:
        both = _BOTH_COLUMN.fullmatch(title) and number.spread is not None
        *spans, span = spans_of([*values, number])
        if MEAN_COLUMN.fullmatch(title) or both:
            yield from held_to("mean", [spans], span, number, cell, sure=True, listed=True)
        if both and number.spread is not None:
            yield from _deviation(cell, values, number.spread, number)
        if re.fullmatch(_SD, title, re.IGNORECASE):
            yield from _deviation(cell, values, number, number)


# --- a step and its change ----------------------------------------------------------------------------------------

_STEP = re.compile(r"\s*(?:%|points?)?\s*(?:to|→|->|-->|=>)\s*", re.IGNORECASE)
_FROM = re.compile(r"\bfrom\s*$", re.IGNORECASE)
_SO = r"\s*,?\s*(?:which is|that is|this is|i\.e\.|so|or|meaning|=|\()?\s*,?\s*(?:a|an|by)?\s*"
_FACTOR = re.compile(rf"{_SO}(?:factor of|ratio of)?\s*$", re.IGNORECASE)
_RELATIVE = re.compile(
    rf"{_SO}relative (?:gain|loss|change|improvement|increase|decrease|drop|reduction|growth)\s*"
    r"(?:of|by|is|was|:)?\s*$",
    re.IGNORECASE,
)
_TIMES = re.compile(r"\s*(?:times|-?fold)\b", re.IGNORECASE)


def _changes(sentence: Sentence) -> Iterator[Breach]:
    """A factor, or a change that is called relative, right behind the step it is of."""
    text, numbers = sentence.text, sentence.numbers
    for first, second, stated in zip(numbers, numbers[1:], numbers[2:], strict=False):
        if not (is_level(first) and is_level(second)) or first.percent != second.percent or first.value <= 0:
            continue
        between = text[second.end : stated.start]
        if not _STEP.fullmatch(text[first.end : second.start]) or vocabulary.has("context", "approximate", between):
            continue
        parts = [span_of(item, fraction=True) for item in (first, second)]
        step = bool(_FROM.search(text[: first.start]) or "→" in text[first.end : second.start])
        behind = _TIMES.match(text[stated.end :]) is not None
        if (stated.times or behind) and not stated.spelled and _FACTOR.fullmatch(between):
            yield from _factor(sentence, parts, stated, sure=step)
        elif stated.percent and _RELATIVE.fullmatch(between):
            yield from _relative(sentence, parts, stated, sure=step)


def _factor(sentence: Sentence, parts: Sequence[Span], stated: Number, *, sure: bool) -> Iterator[Breach]:
    span = span_of(stated, fraction=False)
    if why := broken("ratio", *parts, span):
        beyond = broken("ratio", *(part.widened for part in parts), span.widened)
        yield Breach(stated, sentence, why, sure and bool(beyond), of_a_list=True)


def _relative(sentence: Sentence, parts: Sequence[Span], stated: Number, *, sure: bool) -> Iterator[Breach]:
    """Of the value, or of what it lacks to 1: people call both relative."""
    span, wide = span_of(stated, fraction=False), [part.widened for part in parts]
    size = Span(-span.high, -span.low) if span.high < 0 else span
    lacking = [Span(1 - part.high, 1 - part.low) for part in parts]
    if (why := broken("relative", *parts, span)) and broken("relative", *lacking, size):
        lacking = [part.widened for part in lacking]
        beyond = broken("relative", *wide, span.widened) and broken("relative", *lacking, size.widened)
        yield Breach(stated, sentence, why, sure and bool(beyond), of_a_list=True)
