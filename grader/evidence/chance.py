"""The nearest fact that a number is a rounding of, and how often a random number would have one as near."""

from collections.abc import Sequence

from grader.evidence.agreeing import is_counted_beside
from grader.evidence.binding import from_to
from grader.evidence.facts import UNIT_COUNT, UNIT_FRACTION, Fact, Facts, Kind, scales_of
from grader.evidence.measured import Measured
from grader.evidence.near import distance
from grader.evidence.statements import Claim
from grader.reading.numbers import Number

CHANCE = 0.05
"""How often a random number of the same kind may be traced as well."""
FEW_DIGITS, CHANCE_OF_FEW = 2, 0.04
"""Decimals of a fraction up to which less is allowed: so few digits meet facts that words bring near without naming
them.
"""
REACH = 5.5
"""The distance beyond which a fact is no reading of a number."""


def is_telling(chance: float, number: Number) -> bool:
    """A random number in its place would rarely be traced as well."""
    decimals = max(reading.decimals for reading in number.readings) + (2 if number.percent or number.points else 0)
    return chance <= (CHANCE_OF_FEW if not number.whole and decimals <= FEW_DIGITS else CHANCE)


def nearest(claim: Claim, measured: Measured) -> tuple[Fact, float] | None:
    """The nearest fact that the number is a rounding of, and the chance that a random number had one as near."""
    sources = [measured.facts]
    if claim.is_difference or claim.is_ratio or claim.number.percent:
        sources.append(measured.changes)
    if claim.sentence.interval or claim.number.signed:
        sources.append(measured.bounds)
    # What something rose or fell from or to is no difference.
    level = from_to(claim.number, claim.sentence) is not None and not claim.number.signed
    best: tuple[float, Fact, Facts] | None = None
    for source in sources:
        for fact in source.agreeing(claim.number):
            if fact.kind is Kind.QUOTE and (fact.metric in claim.metrics or not claim.metric_firm):
                if claim.is_spread or not fact.is_spread:
                    return fact, 0.0
                continue
            if _odd_percent(fact, claim) or (fact.kind is Kind.DIFFERENCE and level):
                continue
            far = distance(fact, claim)
            if far <= REACH and (best is None or far < best[0]):
                best = (far, fact, source)
    if best is None:
        return None
    return best[1], _chance(best[0], best[1], claim, sources)


def _odd_percent(fact: Fact, claim: Claim) -> bool:
    """A number above one is a percentage only where the sentence writes percentages."""
    number = claim.number
    return (
        fact.unit == UNIT_FRACTION
        and not number.percent
        and not number.points
        and abs(number.value) > 1
        and not claim.sentence.percents
    )


def places_of(number: Number, match: Fact) -> tuple[float, float, float, float, float]:
    """Where a number might have been as well, were it drawn at random.

    By what its fact is multiplied, the unit of its last digit, the least and the greatest size, and how many
    numbers there are between them.
    """
    reading = number.readings[0]
    scale = (
        scales_of(match, number, reading)[-1]
        if match.unit == UNIT_FRACTION and (number.percent or number.points or abs(reading.value) > 1)
        else 1.0
    )
    size, unit = abs(reading.value), max(reading.unit, 1e-12)
    low, high = min(size / 3, size - 5 * unit), max(3 * size, size + 5 * unit)
    if match.unit == UNIT_FRACTION and size <= scale:
        high = min(high, scale)
    return scale, unit, low, high, max(1.0, (high - max(0.0, low)) / unit)


def _chance(far: float, match: Fact, claim: Claim, sources: Sequence[Facts]) -> float:
    """The share of the numbers of the same size and precision that some fact at most as far supports."""
    scale, unit, low, high, possible = places_of(claim.number, match)
    size = abs(claim.number.readings[0].value)
    if far == 0.0 and match.kind is Kind.LEVEL:
        return 0.0
    if (
        far <= 0.25
        and match.unit == UNIT_COUNT
        and match.metric in claim.metrics
        and claim.metric_firm
        and is_counted_beside(claim)
    ):
        return 0.0
    seen = {round(size / unit)}
    for source in sources:
        for fact in source.between(max(0.0, low) / scale, high / scale):
            place = round(abs(fact.value) * scale / unit)
            if place not in seen and distance(fact, claim) <= far:
                seen.add(place)
                if len(seen) - 1 > CHANCE * possible:  # too many, however many more there are
                    return (len(seen) - 1) / possible
    return (len(seen) - 1) / possible
