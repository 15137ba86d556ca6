"""What in a file agrees with a number, and small things that several readings of numbers ask."""

import re
from dataclasses import replace

from grader.evidence.facts import Fact, Kind
from grader.evidence.groups import COUNTED, fractions
from grader.evidence.measured import Measured
from grader.evidence.statements import Claim
from grader.reading.numbers import Number


def all_agreeing(number: Number, measured: Measured) -> list[Fact]:
    """Everything in the file that a number may be a rounding of."""
    return [
        fact for source in (measured.facts, measured.changes, measured.bounds) for fact in source.agreeing(number)
    ]


def same_runs(fact: Fact, other: Fact) -> bool:
    if not fact.operands or not other.operands:
        return True
    return len(fact.operands) == len(other.operands) and all(
        a & b for a, b in zip(fact.operands, other.operands, strict=True)
    )


_COUNTED_AFTER = re.compile(
    r"^\s*(?:of (?:the |its |them )?)?(?:classes\s+)?(?:were\s+|was\s+|are\s+|got\s+|have been\s+|stay\w*\s+|"
    r"left\s+)?(?:at\b|with\b|rescued|lost|never|zero|gained|saved)",
    re.IGNORECASE,
)


_COUNTED_BEFORE = re.compile(
    r"(?:rescued|lost|rescues|loses|at f1 ?= ?0|at zero|zeros?|zero classes|never predicted|"
    r"always wrong)\W{0,4}(?:classes\W+)?(?:is |are |was |were |= ?|only )*$",
    re.IGNORECASE,
)


def is_counted_beside(claim: Claim) -> bool:
    """The number is right beside the words that say what it counts."""
    text, number = claim.sentence.text, claim.number
    return (
        _COUNTED_AFTER.match(text[number.end :]) is not None
        or _COUNTED_BEFORE.search(text[: number.start]) is not None
    )


def counted_behind(claim: Claim) -> str | None:
    """The metric whose name follows the number right away ("5 were rescued")."""
    text, number = claim.sentence.text, claim.number
    found = _COUNTED_AFTER.match(text[number.end :])
    if found is None:
        return None
    end = number.end + found.end()
    return next((item.name for item in claim.sentence.metrics if number.end < item.start <= end <= item.end), None)


def group_title(fact: Fact) -> str:
    """Whose value a fact is; of one that an output shows, the output."""
    return fact.title if fact.kind is Kind.SHOWN else fact.title.partition(" of ")[2] or fact.title


def fitting(claim: Claim) -> Claim:
    """A claim without metrics that cannot have such a value: no count of classes is 0.138, no accuracy is 22."""
    number = claim.number
    if number.percent or number.points or number.times:
        return claim
    small = abs(number.value) < 1 and any(reading.decimals > 1 for reading in number.readings)
    large = abs(number.value) > 1 and number.whole
    left = frozenset(
        metric
        for metric in claim.metrics
        if not (small and metric in COUNTED)
        and not (large and metric in fractions() and not claim.sentence.percents)
    )
    return claim if left == claim.metrics else replace(claim, metrics=left, metric_firm=False)
