"""What a sentence says of two numbers that it quotes, and their own values refute: no record is needed.

Which is the larger ("more than chance, 48 % against 62 %"), how many times the other ("0.302 is twice the 0.065"),
and that no class has a higher probability than the predicted one.
"""

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from grader.evidence.laws import span_of
from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.values import Values
from grader.reading.claimed import claimed, pattern
from grader.reading.numbers import Number

_MULTIPLES = {
    "quarter": 0.25, "third": 1 / 3, "half": 0.5, "fifth": 0.2, "eighth": 0.125, "tenth": 0.1, "double": 2.0,
    "triple": 3.0, "quadruple": 4.0, "quintuple": 5.0,
}  # fmt: skip
LOOSE = 0.25
"""The share by which a multiple in words may miss what it names: "about a third" is said of 0.3 and of 0.4."""
_JOIN = (
    r"\s*(?:of |than |as (?:high|large|big|much|many|good) as |von |de |di |do |od |dell[ao']? ?)?"
    r"(?:the |its |that |those |der |den |les? |la |el |los |il |o )?(?:value |baseline'?s? |other )?(?:of )?\W?$"
)
_PIECE = re.compile(r"[;:.]\s")
_OF_ITS_OWN = re.compile(
    r"\bthan (?:doubl|tripl|halv|twice|half|one|two|three|four|five|six|seven|eight|nine|ten|\d)"
)
"""More than doubled, more than five: what is more is no number of the two that follow."""
_OTHER_WAY = re.compile(r"\bnot\b|n't\b|\bno\b|\bnever\b|\bthan (?:\w+ )?\d|\bby \d|\bif\b|\?")


def _are_alike(first: Number, second: Number) -> bool:
    """Both are printed values of one unit."""
    if any(item.spelled or item.signed or item.times or item.upper is not None for item in (first, second)):
        return False
    return (first.percent or first.points) == (second.percent or second.points)


def wrong_multiples(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“0.302 is about twice the 0.065”, where it is nearly five times as much."""
    del values
    if reading.doubtful:
        return
    numbers = [item for item in reading.sentence.numbers if not item.spelled]
    for first, second in pairwise(numbers):
        between = reading.lower[first.end : second.start]
        factor = _factor_in(between)
        if factor is None or not _are_alike(first, second) or len(between) > 60:
            continue
        a, b = span_of(first, fraction=False), span_of(second, fraction=False)
        if b.low <= 0 or a.low <= 0:
            continue
        if a.high / b.low < factor * (1 - LOOSE) or a.low / b.high > factor * (1 + LOOSE):
            why = f"{first.text} is {a.middle / b.middle:.2g} times {second.text}, and not {factor:.2g} times"
            yield reading.doubt(why)
            return


def _factor_in(between: str) -> float | None:
    """The multiple that stands alone between two numbers, as "is about twice the" does."""
    for name, factor in _MULTIPLES.items():
        hit = claimed("multiples", name, between)
        if hit is None:
            continue
        if _before().fullmatch(between[: hit.start()]) and re.match(_JOIN, between[hit.end() :]):
            return factor
    return None


@cache
def _before() -> re.Pattern[str]:
    verb, how = (pattern("multiple_of", name).pattern for name in ("before", "how"))
    return re.compile(rf"\W*(?:[^\W\d]+\W+){{0,5}}?(?:{verb})\W+(?:(?:{how})\W+)?(?:a |the )?")


def wrong_larger_numbers(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“It gets more than chance would give, 48 % against 62 %”, where 48 is less than 62."""
    del values
    if reading.doubtful:
        return
    numbers = [item for item in reading.sentence.numbers if not item.spelled]
    for first, second in pairwise(numbers):
        joined = reading.lower[first.end : second.start].strip(" ()")
        if pattern("larger", "against").fullmatch(joined) is None or not _are_alike(first, second):
            continue
        start = max((item.end for item in numbers if item.end < first.start), default=0)
        before = reading.lower[start : first.start]
        more, less = claimed("larger", "more", before), claimed("larger", "less", before)
        hit = more or less
        if (
            hit is None
            or (more and less)
            or _goes_on(before, hit)
            or _OF_ITS_OWN.search(before)
            or _OTHER_WAY.search(before[max(0, hit.start() - 40) :])
        ):
            continue
        a, b = span_of(first, fraction=False), span_of(second, fraction=False)
        if a.high < b.low if more else b.high < a.low:
            yield reading.doubt(f"{hit[0]!r} is said of {first.text} against {second.text}")
            return


def _goes_on(before: str, hit: re.Match[str]) -> bool:
    """Another clause is between the comparison and the numbers."""
    behind = before[hit.end() :]
    return (
        re.search(r"[;:.]|\b(?:and|but|while|whereas|because|so|und|aber|et|mais|y|pero|e|ma|i|ale)\b", behind)
        is not None
    )


def less_probable_predictions(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“9.8 % for the predicted class and 34.8 % for the true one”: the predicted class has the highest."""
    del values
    if reading.doubtful:
        return
    cuts = [0, *(hit.start() for hit in _PIECE.finditer(reading.lower)), len(reading.lower)]
    for start, end in pairwise(cuts):
        shares = [item for item in reading.sentence.numbers if start <= item.start < end and not item.spelled]
        shares = [item for item in shares if item.upper is None and (item.percent or 0 < item.value < 1)]
        marks = sorted(
            (hit.start(), hit.end(), name)
            for name in ("predicted", "true")
            for hit in pattern("probable", name).finditer(reading.lower, start, end)
        )
        if len(shares) != 2 or {name for _, _, name in marks} != {"predicted", "true"} or len(marks) != 2:
            continue
        first, second = shares
        if first.percent != second.percent or not _is_in_turn(marks, first, second):
            continue
        a, b = (span_of(item, fraction=True) for item in (first, second))
        own, other = (a, b) if marks[0][2] == "predicted" else (b, a)
        if own.high < other.low and not _OTHER_WAY.search(reading.lower[start:end]):
            yield reading.doubt("the predicted class is the one with the highest probability")
            return


def _is_in_turn(marks: list[tuple[int, int, str]], first: Number, second: Number) -> bool:
    """Each number has its own name right before it, or each right behind it."""
    (start, end, _), (late, last, _) = marks
    names_first = end <= first.start <= late and last <= second.start
    numbers_first = first.end <= start and end <= second.start <= late
    return names_first or numbers_first
