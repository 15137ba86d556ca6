"""A number that breaks a law with those beside it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.evidence.laws import Span, broken, span_of
from grader.evidence.statements import Sentence
from grader.reading.numbers import Number

SCALES = (1.0, 100.0, 0.01)
"""A share may be written as a fraction or in points."""


@dataclass(frozen=True)
class Breach:
    """A number, the sentence or the cell it is in, and the arithmetic. ``sure``: the words leave no other reading,
    and no values inside twice the rounding spans satisfy the law; ``of_a_list``: of values of which not all need to
    be listed.
    """

    number: Number
    within: Sentence
    why: str
    sure: bool = False
    of_a_list: bool = False


def is_level(number: Number) -> bool:
    """A plain number with decimals, or a percentage, which can be read in one way."""
    plain = not (number.spelled or number.times or number.spread is not None or number.upper is not None)
    return plain and len(number.readings) == 1 and (not number.whole or number.percent)


def levels_of(sentence: Sentence) -> list[Number]:
    """The numbers of a sentence with decimals, and its percentages, whether or not they are plain."""
    return [item for item in sentence.numbers if not item.spelled and (not item.whole or item.percent)]


def spans_of(numbers: Sequence[Number]) -> list[Span]:
    """As fractions where they are percentages; a bare one beside a percentage is one too ("41.2 and 43.1 %")."""
    percent = any(item.percent or item.points for item in numbers)
    spans = [span_of(item, fraction=True) for item in numbers]
    return [
        scaled(span, 0.01) if percent and not (item.percent or item.points) and abs(item.value) > 1 else span
        for item, span in zip(numbers, spans, strict=True)
    ]


def scaled(span: Span, by: float) -> Span:
    """The span of a number that is written as so many times itself."""
    return Span(span.low * by, span.high * by)


def held_to(
    name: str, parts: Sequence[object], stated: Span, number: Number, within: Sentence, *, sure: bool, listed: bool
) -> Iterator[Breach]:
    """A breach where a law with the stated value as its last part is broken, on whichever scale that is written."""
    written = [scaled(stated, by) for by in SCALES]
    if not all(broken(name, *parts, span) for span in written):
        return
    wide = [_widened(part) for part in parts]
    beyond = all(broken(name, *wide, span.widened) for span in written)
    yield Breach(number, within, broken(name, *parts, stated), sure and beyond, listed)


def _widened(part: object) -> object:
    """A part of a law whose digits may have been cut instead of rounded."""
    if isinstance(part, Span):
        return part.widened
    return [item.widened for item in part] if isinstance(part, list) else part
