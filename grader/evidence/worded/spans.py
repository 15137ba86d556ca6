"""Claims about intervals: which of them contain zero, and how many."""

import re
from collections.abc import Iterator, Mapping

from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.values import SCORES, Values
from grader.reading import vocabulary

_WORDS = {"one": 1, "two": 2, "three": 3}
_ZERO = r"(?:zero|0|null|nought|no difference)"
_HOLDS = re.compile(
    rf"\b(?:contain|includ|hold|cover|cross|straddl|span|bracket|overlap|touch)\w*\s+(?:\w+\s+){{0,2}}{_ZERO}\b|\b{_ZERO}\s+(?:is|lies|sits|falls) (?:in|inside|within)\b|"  # noqa: E501
    rf"\b(?:reach|go|extend)(?:es|s)? (?:below|across|over|past) {_ZERO}\b|\bha(?:s|ve) {_ZERO} in (?:it|them)\b|"
    rf"\breach(?:es)? (?:in)?to the (?:negative|positive|other) side\b"
)
_LEAVES = re.compile(
    rf"\b(?:exclud|leav|avoid)\w*\s+(?:out\s+)?(?:\w+\s+){{0,2}}{_ZERO}\b|\b{_ZERO}\s+(?:is|lies|sits|falls) (?:outside|out of)\b|"  # noqa: E501
    rf"\b(?:lies?|lie|is|are|stays?|sits?)\s+(?:entirely |wholly |all |completely |clearly |fully |just )?(?:above|below|clear of|away from|to one side of|on one side of) {_ZERO}\b|"  # noqa: E501
    rf"\bkeeps? (?:clear of|away from) {_ZERO}\b|\bon the (?:positive|negative) side\b|\b(?:positive|negative) throughout\b|\b(?:entirely|wholly) (?:positive|negative)\b"  # noqa: E501
)
_MANY = re.compile(
    r"\b(?P<only>only (?:the\b|one\b))|\b(?P<all>(?:all|every|each|both)(?: one)?(?: of)?(?: the| my| our| them| these)?(?: (?:two|three|\d))?\b)|"  # noqa: E501
    r"\b(?P<none>(?:no(?= (?:\w+ )?(?:interval|one|of))|none|neither)(?: of (?:the|my|these|them))?(?: three| two)?\b)|\b(?<!the )(?P<count>one|two|three) (?:out )?of (?:the |my )?(?:two|three)?"  # noqa: E501
)
_KIND = re.compile(
    r"\b(?P<kind>paired|seed[- ]by[- ]seed|welch|independent|items?|item-level|jackknife|over (?:the )?(?:validation )?(?:items|complaints))\b"  # noqa: E501
)
_KINDS = {
    "paired": "paired",
    "seed-by-seed": "paired",
    "seed by seed": "paired",
    "welch": "welch",
    "independent": "welch",
}


def wrong_intervals(reading: Reading, values: Values) -> Iterator[Doubt]:
    """ "No interval contains zero", where one does."""  # noqa: D210
    holds, leaves = _HOLDS.search(reading.lower), _LEAVES.search(reading.lower)
    said = holds or leaves
    if (
        reading.unsaid
        or said is None
        or (holds is None) == (leaves is None)
        or not re.search(r"interval|\bci\b|\bcis\b|\bwelch\b", reading.lower)
    ):
        return
    start, end = reading.clause_at(said.start())
    clause = reading.lower[start:end]
    kinds = {_KINDS.get(kind, "items") for kind in _KIND.findall(clause)}
    many = _MANY.search(clause[: said.start() - start])
    if re.search(r"bootstrap|\b(?:90|99|80|50)\s?%|percentile|\bmy own\b", reading.lower):
        return
    if (many is None and len(kinds) > 1) or re.search(
        r"\bnot\b|n't\b|\bwould\b|\bwhether\b|\bbarely\b|\balmost\b|\bhardly\b|\bmiss\w*\b|"
        r"\bcan(?:not|'t)\b|\bfail\w*\b|\bfar from\b|\bnowhere\b|\bunable\b|\bif\b|\buntil\b|\bunless\b|\bshould\b|\bto (?:exclude|leave|contain)\b|\bcould\b|\bmight\b|\bmost(?:ly)?\b|\blargely\b|\bmainly\b|\bcentred?\b|\bmiddle\b|\bpart\b",  # noqa: E501
        clause,
    ):
        return
    named = [item.name for item in reading.sentence.metrics if start <= item.start < end] or [
        *reading.sentence.metric_names
    ]
    judged = []
    for first, second in values.measured.experiments:
        for metric in named or [*reading.sentence.implied_metrics, *SCORES]:
            bounds = _bounds(values, metric, first.key, second.key)
            if len(bounds) < 2:
                continue
            inside = {kind: low <= 0 <= high for kind, (low, high) in bounds.items()}
            right = _right(many, kinds, clause, inside, holds=holds is not None)
            if right is not None:
                judged.append((right, metric, bounds))
    if judged and not any(right for right, _, _ in judged):
        _, metric, bounds = judged[0]
        told = ", ".join(f"{kind} {low:+.4f} to {high:+.4f}" for kind, (low, high) in bounds.items())
        what = vocabulary.title("metric_titles", metric)
        yield Doubt(reading.sentence.text, reading.sentence.position, f"{said[0]!r}: for {what}, {told}")


def _bounds(values: Values, metric: str, first: str, second: str) -> dict[str, tuple[float, float]]:
    return {
        next(iter(low.words)): (low.value, high.value)
        for low, high in values.measured.interval_ends
        if low.metric == metric and first in low.operands[0] and second in low.operands[1]
    }


def _right(
    many: re.Match[str] | None, kinds: set[str], clause: str, inside: Mapping[str, bool], *, holds: bool
) -> bool | None:
    """Whether the intervals are as the clause says; None where it does not say which are meant."""
    over = (
        {kind: item for kind, item in inside.items() if kind != "items"}
        if re.search(r"over (?:the )?seeds", clause)
        else inside
    )
    mine = {kind: item for kind, item in over.items() if kind in kinds} or over
    if many is None:
        return any(item == holds for item in mine.values())
    if many["only"] and "one of" in clause:
        return sum(item == holds for item in over.values()) == 1
    if many["only"]:
        if len(kinds) != 1:
            return None
        return all((item == holds) == (kind in kinds) for kind, item in over.items())
    if many["all"]:
        return all(item == holds for item in mine.values())
    count = sum(item == holds for item in over.values())
    return count == 0 if many["none"] else count == _WORDS[many["count"]]
