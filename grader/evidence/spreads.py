"""A mean and the spread behind it: both of one group of runs, by the divisor that the text names."""

import re
from dataclasses import replace

from grader.evidence.agreeing import all_agreeing, fitting, same_runs
from grader.evidence.binding import bind
from grader.evidence.chance import REACH
from grader.evidence.facts import Fact, Kind, agreed
from grader.evidence.measured import Measured
from grader.evidence.near import distance
from grader.evidence.statements import Claim, Sentence
from grader.evidence.traces import Status, Trace
from grader.reading.numbers import Number


def with_spread(alone: Number, number: Number, sentence: Sentence, measured: Measured) -> Trace | None:
    """A mean and its spread that agree with one group's: together no accident."""
    if number.spread is None:
        return None
    spread = replace(number.spread, percent=number.percent, points=number.points)
    claim = fitting(bind(alone, sentence))
    spreads = [
        fact
        for fact in all_agreeing(spread, measured)
        if (fact.is_spread or fact.kind is Kind.BOUND) and not (fact.rare and not fact.words & sentence.stems)
    ]
    best: tuple[float, Fact] | None = None
    for fact in all_agreeing(alone, measured):
        if fact.seed is not None and fact.kind in (Kind.SEED, Kind.EPOCH):
            continue  # one run has no spread
        far = distance(fact, claim)
        fits = any(item.metric in (fact.metric, "") and same_runs(item, fact) for item in spreads)
        if far > REACH and fits and fact.kind is Kind.LEVEL and fact.metric in claim.metrics:
            # Both arms have this mean, so that the spread alone tells whose it is.
            far = 1.0 if any(agreed(level, alone) for level in _levels_of(claim, measured)) else far
        if far <= REACH and fits and (best is None or far < best[0]):
            best = far, fact
    if best is None:
        return None
    fact = best[1]
    if (other := _other_divisor(sentence, spread, fact, measured)) is not None:
        why = "the spread was worked out with another divisor than the text says"
        return Trace(
            number,
            Status.DOUBTFUL,
            sentence.text,
            sentence.position,
            fact.metric,
            fact.title,
            other,
            fact.position,
            why,
        )
    return Trace(
        number, Status.TRACED, sentence.text, sentence.position, fact.metric, fact.title, fact.value, fact.position
    )


_SAMPLE = re.compile(r"n\s?[-−–]\s?1|ddof\s?=\s?1|\bsample standard", re.IGNORECASE)


_POPULATION = re.compile(
    r"ddof\s?=\s?0|\bpopulation\b|\bwith n\b(?!\s?[-−–])|divided by n\b|n in the denominator|not n\s?[-−–]\s?1",
    re.IGNORECASE,
)


def _other_divisor(sentence: Sentence, spread: Number, fact: Fact, measured: Measured) -> float | None:
    """The standard deviation that the text names ("n − 1", "ddof=0"), where another one was quoted."""
    population = _POPULATION.search(sentence.text) is not None
    if not population and _SAMPLE.search(sentence.text) is None:
        return None
    mine = [item for item in measured.spreads(fact.metric) if same_runs(item, fact) and item.decimals is None]
    wanted = [item for item in mine if ("with n" in item.title) == population]
    if not wanted or any(agreed(item, spread) for item in wanted) or not any(agreed(item, spread) for item in mine):
        return None
    return wanted[0].value


def _levels_of(claim: Claim, measured: Measured) -> list[Fact]:
    """The levels of the metric and the groups that a claim is bound to."""
    return [
        fact
        for fact in measured.facts.all
        if fact.kind is Kind.LEVEL
        and fact.metric in claim.metrics
        and fact.operands
        and fact.operands[0] & claim.groups
    ]


_HALF_WIDTH = re.compile(r"\W*(?:9\d\s?%|t\b|c\.?i\b|conf\w*|interval\w*|konfidenz\w*)", re.IGNORECASE)
"""Right behind ±: not a standard deviation, but how far an interval reaches."""


def trace_spread(spread: Number, first: Trace, fact: Fact, sentence: Sentence, measured: Measured) -> Trace:
    """What is behind ± is a spread of the same metric and the same runs as the number before it."""
    near = [
        item
        for item in all_agreeing(spread, measured)
        if (item.is_spread or item.kind in (Kind.BOUND, Kind.NAMED))
        and not (item.rare and not item.words & sentence.stems)
    ]
    if any(item.metric in (fact.metric, "") and same_runs(item, fact) for item in near):
        return first
    known = [
        item
        for item in (*measured.facts.all, *measured.changes.all)
        if item.kind is Kind.SPREAD and item.metric == fact.metric and item.operands and same_runs(item, fact)
    ]
    if _HALF_WIDTH.match(sentence.text, spread.end):
        return replace(first, status=Status.UNCLEAR, why="what is behind ± is half of an interval")
    if not known:
        return replace(first, status=Status.UNCLEAR, why="a spread needs at least two runs, and there is one")
    why = "the spread is not the standard deviation"
    if fact.kind is Kind.DIFFERENCE and len(fact.operands) == 2 and any(len(item.operands) == 2 for item in known):
        paired = next(item for item in known if len(item.operands) == 2)
        return replace(
            first, status=Status.DOUBTFUL, expected=paired.value, why="it is not the spread of the differences"
        )
    if fact.kind is not Kind.LEVEL:
        return replace(first, status=Status.UNCLEAR, why=why)
    status = Status.DOUBTFUL if all_agreeing(spread, measured) else Status.WRONG
    return replace(first, status=status, expected=known[0].value, why=why)
