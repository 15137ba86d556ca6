"""What a sentence says of two numbers that it quotes, and their own values refute: no record is needed.

Which is the larger ("more than chance, 48 % against 62 %"), how many times the other ("0.302 is twice the 0.065"),
and that no class has a higher probability than the predicted one.
"""

import re
from collections.abc import Iterator
from functools import cache
from itertools import combinations, pairwise

from grader.evidence.laws import broken, span_of
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
_FROM = re.compile(r"\b(?:from|von|da|desde|z|od|с|от)\W*$")
"""What follows is a step: "smaller than before, from 0.002 to 0.0002"."""
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


_PARTS = re.compile(
    r"\b(?P<count>two|three|four|five|six|seven|eight|nine) (?P<part>thirds|quarters|fifths|sixths|sevenths|"
    r"eighths|ninths|tenths)\b"
)
_PART = {name: 1 / size for size, name in enumerate(
    ("thirds", "quarters", "fifths", "sixths", "sevenths", "eighths", "ninths", "tenths"), 3
)}  # fmt: skip
LONG_AGO, LARGE = 120, 100.0
"""Characters within which a part is one of the numbers before it."""


def wrong_parts_of_before(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“From 19,968 to 5,632: that is an eighth of what it was”, where it is more than a quarter."""
    del values
    if reading.doubtful:
        return
    for factor, start, end in _parts_in(reading.lower):
        behind, before = reading.lower[end:].lstrip(), reading.lower[:start].rstrip()
        if pattern("multiple_of", "former").match(behind) is None or claimed("multiple_of", "denied", before):
            continue
        pair = _last_two(reading, start)
        if pair is None:
            continue
        small, large = sorted((span_of(item, fraction=False) for item in pair), key=lambda span: span.middle)
        most = 1.0 if before.endswith("less than") else 1 + LOOSE
        least = 1.0 if before.endswith("more than") else 0.0 if before.endswith("less than") else 1 - LOOSE
        most = LARGE if before.endswith("more than") else most
        if small.low / large.high > factor * most or small.high / large.low < factor * least:
            why = f"{reading.lower[start:end]!r}: of {pair[0].text} and {pair[1].text} one is {small.middle / large.middle:.2g} of the other"  # noqa: E501
            yield reading.doubt(why)
            return


def _parts_in(lower: str) -> Iterator[tuple[float, int, int]]:
    """Parts of a whole in words, with where they are."""
    for name, factor in _MULTIPLES.items():
        if factor < 1 and (hit := claimed("multiples", name, lower)) is not None:
            yield factor, hit.start(), hit.end()
    for found in _PARTS.finditer(lower):
        yield (_COUNT.index(found["count"]) + 2) * _PART[found["part"]], found.start(), found.end()


_COUNT = ("two", "three", "four", "five", "six", "seven", "eight", "nine")


def _last_two(reading: Reading, place: int) -> tuple[Number, Number] | None:
    """The two numbers with three digits or more that were given last, of this sentence or the one before it."""
    mine = [item for item in reading.sentence.numbers if item.end <= place and place - item.end < LONG_AGO]
    before = [] if mine or reading.before is None else list(reading.before.numbers)
    found = [item for item in (mine or before) if not item.spelled and len(re.sub(r"\D", "", item.text)) > DIGITS]
    return (found[-2], found[-1]) if len(found) == 2 and _are_alike(*found) else None


def wrong_restatements(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“1.146e-05 of the weights, that is about 0.1 %”, where it is 0.001 %."""
    del values
    if reading.doubtful:
        return
    for first, second in pairwise(item for item in reading.sentence.numbers if not item.spelled):
        between = reading.lower[first.end : second.start]
        if pattern("restated", "between").search(between) is None or len(between) > LONG_AGO // 2:
            continue
        plain = not (first.percent or first.points or first.times or first.signed) and 0 < first.value < 1
        if not plain or not second.percent or second.signed or second.value <= 0:
            continue
        if _OF_ANOTHER.match(reading.lower, second.end):
            continue  # "which is 66 % of where it started"
        if not 1 / TENFOLD < 100 * first.value / second.value < TENFOLD:
            why = f"{first.text} is {100 * first.value:.3g} %, and not {second.text}"
            yield reading.doubt(why)
            return


_OF_ANOTHER = re.compile(
    r"\W*(?:of|off|less|lower|fewer|more|higher|better|worse|smaller|larger|above|below|points?|vo[nm]|des?|der|du|del|"
    r"dell\w*|di|do|da|weniger|mehr|moins|plus|menos|más|meno|più|mniej|więcej|меньше|больше|от)\b"
)
TENFOLD = 5.0
"""By how many times a fraction and its percentage may differ where both are roughly told."""


def wrong_differences(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“Baseline 0.1608, changed 0.0544, difference -0.0577”: the difference of another metric."""
    del values
    numbers = [item for item in reading.sentence.numbers if not item.spelled]
    for first, second, third in zip(numbers, numbers[1:], numbers[2:], strict=False):
        between = reading.lower[second.end : third.start]
        called = pattern("restated", "difference").pattern
        if re.fullmatch(rf"\W*(?:{called})\W*(?:of |is |was |= ?)?\W*", between) is None:
            continue
        if any(first.start < item.start < third.start for item in reading.sentence.metrics):
            continue
        digits = min(item.readings[0].decimals for item in (first, second, third))
        if not _are_alike(first, second) or digits < DECIMALS:
            continue
        law = _difference_broken(first, second, third)
        others = combinations((item for item in numbers if item.end < third.start), 2)
        # Behind two lists the difference may be of their means, or of any two numbers before it.
        if law and all(_difference_broken(one, other, third) for one, other in others if _are_alike(one, other)):
            yield reading.doubt(f"{third.text}: {law}")
            return


def _difference_broken(first: Number, second: Number, difference: Number) -> str:
    """Why a number is not the difference of two others; empty where it may be."""
    return broken("difference", *(span_of(item, fraction=False).widened for item in (first, second, difference)))


DECIMALS, DIGITS = 3, 2
"""Decimals from which a difference is rarely rounded by hand."""


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
            or _FROM.search(before)
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
