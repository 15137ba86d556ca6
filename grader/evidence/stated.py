"""Numbers of a text that break a law between numbers: a difference that the two numbers beside it do not have, a
p-value that no such test can give. No record is needed; the arithmetic is shown.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import combinations

from grader.evidence.binding import bind
from grader.evidence.laws import Span, broken, span_of
from grader.evidence.statements import Sentence
from grader.reading import vocabulary
from grader.reading.nouns import ITEMS
from grader.reading.numbers import Number

_SAYS_CHANGE = re.compile(
    r"(?:\b(?:differences?|increase|decrease|gain|drop|rise|fall|gap|loss of|change|improvement|Δ|delta|"
    r"differenz|différence|"
    r"diferencia|differenza)\s*(?:in macro-f1|in accuracy)?\s*(?:of|is|was|=|:|by|about|von|de|di)?|\bby|"
    r"\bum|\bby about)"
    r"\s*(?:about|only|roughly|just|a)?\s*$",
    re.IGNORECASE,
)
_NAMED_TEST = re.compile(
    r"\bsign[- ]?flip|\bsigned[- ]?rank|\bwilcoxon|\bsign test|\bvorzeichentest|\bpermutation (?:test )?(?:of|"
    r"over) (?:the )?signs",
    re.IGNORECASE,
)
_P = re.compile(r"\bp(?:[- ]value)?\s*(?P<how>=|<|≤|≈|of|is|was|:)\s*$", re.IGNORECASE)
_SEEDS = re.compile(
    r"\b(?P<word>two|three|four|five|six|seven|eight|nine|ten|\d{1,2})\s+(?:\w+\s+)?(?:seeds|pairs|runs an arm|"
    r"graines|semillas)\b",
    re.IGNORECASE,
)
_COUNTS = {
    word: count
    for count, word in enumerate(["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"], 2)
}


def broken_difference(number: Number, sentence: Sentence, earlier: Sequence[Number]) -> str:
    """The arithmetic by which a stated change is not that of the two numbers right before it; "" where nothing is
    wrong, or the sentence does not say that it is.

    Any two numbers of the sentence and of the one before it that have this difference clear it, as does a change in
    percent, or a factor.
    """
    numbers = sentence.numbers
    index = next((place for place, item in enumerate(numbers) if item.start == number.start), -1)
    if index < 2 or number.spelled or number.times or number.upper is not None or number.spread is not None:
        return ""
    first, second = numbers[index - 2 : index]
    if not all(_is_level(item, number) for item in (first, second)) or number.value == 0:
        return ""
    text = sentence.text
    between, before = text[second.end : number.start], text[first.end : second.start]
    if not (number.signed or _SAYS_CHANGE.search(between)) or not _is_plain(between) or len(before) > 60:
        return ""
    if any(first.end <= item.start < number.start for item in sentence.metrics):
        return ""
    claim = bind(number, sentence)
    if claim.is_spread or sentence.interval or sentence.is_forecast(number):
        return ""
    if number.signed and sum(item.signed for item in numbers[index:]) > 2:
        return ""  # a change for each seed
    if any(bind(item, sentence).says_difference for item in (first, second)):
        return ""
    stated = span_of(number, fraction=True)
    known = [item for item in (*earlier, *numbers) if item.start != number.start or item not in numbers]
    known = [item for item in known if _is_level(item, number)]
    for a, b in combinations(known, 2):
        one, other = span_of(a, fraction=True), span_of(b, fraction=True)
        percent = span_of(number, fraction=False)
        if not broken("difference", one, other, stated) or (
            number.percent and not broken("relative", one, other, percent)
        ):
            return ""
        hundredth = Span(stated.low / 100, stated.high / 100)
        wordless = abs(number.value) > 1 > max(abs(a.value), abs(b.value)) and not (number.percent or number.points)
        if wordless and not broken("difference", one, other, hundredth):
            return ""  # in points, whatever they are called
        scaled = span_of(a, fraction=False), span_of(b, fraction=False)
        if not broken("difference", *scaled, percent):
            return ""
    return broken("difference", span_of(first, fraction=True), span_of(second, fraction=True), stated)


def _is_level(item: Number, like: Number) -> bool:
    """A number that a change may be one of: written as the change is."""
    if item.spelled or item.signed or item.times or (item.whole != like.whole and not like.points):
        return False
    return item.percent == like.percent or like.points or item.percent == (like.percent or like.points)


def _is_plain(between: str) -> bool:
    return (
        len(between) <= 60
        and re.search(r"[.;]\s|\b(?:but|while|whereas|predicted|expected|than|seed)\b", between) is None
    )


_ITEMS_SAID = re.compile(
    rf"\b(?:on|over|of|for|across)\s+(?:the |all |my |our |these )*(?P<items>[1-9]\d{{1,4}})\s+"
    rf"(?:(?:validation|test|held-out|labell?ed|unseen) )*{ITEMS}\b",
    re.IGNORECASE,
)
_OTHER_ITEMS = re.compile(
    r"\b(?:train\w*|first|rarest|sample|about|roughly|around|nearly|almost|over|some)\b", re.IGNORECASE
)


def items_said(sentence: Sentence) -> int:
    """Over how many items a sentence says that its one accuracy is; 0 where it does not say so beyond doubt."""
    found = _ITEMS_SAID.findall(sentence.text)
    rest = _ITEMS_SAID.sub(" ", sentence.text)
    return int(found[0]) if len(found) == 1 and not _OTHER_ITEMS.search(rest) else 0


NEXT = 16
"""Characters behind a number within which the name of its metric may be."""


def no_whole_count(number: Number, sentence: Sentence, items: int, seeds: Iterable[int]) -> str:
    """Why an accuracy is that of no whole number of items, of one run or as the mean of so many; "" where it may
    be, or is no accuracy.
    """
    claim = bind(number, sentence)
    if claim.metrics != {"accuracy"} or not claim.metric_firm or number.whole or number.spelled or number.times:
        return ""
    if not any(item.name == "accuracy" and item.start < number.end + NEXT for item in sentence.metrics):
        return ""  # "accuracy" is far behind it, and beside numbers of its own
    other = (claim.is_spread, claim.is_difference, claim.is_ratio, sentence.interval, sentence.is_forecast(number))
    if any(other) or vocabulary.has("context", "elsewhere", sentence.text):
        return ""
    rate = span_of(number, fraction=True)
    found = [broken("whole", rate, items * count) for count in sorted({1, *seeds})]
    return found[0] if all(found) and 0 <= rate.middle <= 1 else ""


def impossible_p(sentence: Sentence, seeds: int) -> tuple[Number, str] | None:
    """A p-value of a named exact test that so many seeds cannot give, with the arithmetic."""
    text = sentence.text
    if _NAMED_TEST.search(text) is None:
        return None
    told = _SEEDS.search(text)
    count = _count(told["word"]) if told is not None else seeds
    if count < 2:
        return None
    for number in sentence.numbers:
        found = _P.search(text[max(0, number.start - 16) : number.start])
        if found is None or number.percent or not 0 < number.value < 1 or _is_denied(text, number):
            continue
        if wrong := broken("p", span_of(number, fraction=False), count):
            return number, wrong
    return None


def _count(word: str) -> int:
    return int(word) if word.isdecimal() else _COUNTS[word.lower()]


def _is_denied(text: str, number: Number) -> bool:
    """It is said that the test cannot give it."""
    around = text[max(0, number.start - 90) : number.end + 40]
    return (
        re.search(
            r"\b(?:cannot|can't|can never|could not|never|not|nicht|no|below|under|smallest|at best|impossible|"
            r"needs?|least)\b",
            around,
            re.IGNORECASE,
        )
        is not None
    )
