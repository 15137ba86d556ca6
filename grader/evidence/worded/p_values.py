"""A p-value in prose: what it is said to show, and whether any output prints it."""

import re
from collections.abc import Iterator
from functools import lru_cache

from grader.evidence.laws import broken, rounded
from grader.evidence.runs import CASES
from grader.evidence.settings import number_of
from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.values import Values
from grader.model import Case
from grader.reading import vocabulary
from grader.reading.claimed import claimed

LEVEL = 0.05
"""The level at which people call a difference significant; a stricter one never helps a claim."""
_P = re.compile(
    r"(?<![\w])(?:exact |two-sided )?p(?:[- ]?values?| value)?\s*(?:\([^()]{0,30}\)\s*)?(?:=|≈|~|:|is|was|of|says|"
    r"gives|vaut|"
    r"beträgt|ist|est|es|è|é|wynosi|равно)\s*(?:about |exactly |only |roughly )?(?P<value>[01]?[.,]\d+)(?![.,]?\d)"
)
_PRINTED = re.compile(
    r"\bp(?:[- ]?value)?(?: below| under)?\s{0,30}(?:=|:|<|>|≤|≥|is|of)?\s{0,30}(?P<value>[01]?\.\d+(?:e-?\d+)?|"
    r"1(?:\.0+)?\b)",
    re.IGNORECASE,
)
_TEST = re.compile(r"\bsign[- ]?flip")
"""A test whose p-values are printed where there are any. McNemar's follow from predictions and need no print."""
_OWN = re.compile(r"\bt[- ]test|\bwelch|\bpaired t\b|\bdf\b|\bt ?= ?|\bwilcoxon|\bbootstrap")
"""Tests that a student may have worked out by hand."""
_BOUND = re.compile(
    r"\b(?:at least|below|under|above|smallest possible|lowest possible|would|could|need\w*|if|"
    r"until|level|alpha)\b"
)
_SHOWN = re.compile(
    r"\b(?:significant\w*|signifikant\w*|significati\w+|backs|supports|confirms|proves|rules out (?:chance|luck|"
    r"noise)|"
    r"(?:is|was|are|were) (?:well )?(?:backed|supported|confirmed|proved|proven))\b"
)
_NOT_SHOWN = re.compile(
    r"\b(?:not|no|n't|cannot|never|neither|nor|without|hardly|whether|if|would|only|too|far from|barely|nothing|"
    r"none|insufficient|"
    r"fails?|failed|short of|could|might|may|unless|nicht|kein\w*|pas|non|sin|aucun\w*|than|little|weak\w*|yet|"
    r"but|although|though|"
    r"caution|careful|under|less|least|smallest|lowest|luck|noise|chance|doubt\w*|keep\w*|wait\w*)\b|n't\b|\?|"
    r"\b(?:10|20|ten) ?(?:%|percent|per cent)"
)


def insignificant_p(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“p is 0.0654, so the test backs the gap at 5 %”: a p-value that shows nothing at any level people use."""
    if reading.unsaid:
        return
    hits = list(_P.finditer(reading.lower))
    if len(hits) != 1:
        return
    hit, p = hits[0], float(hits[0]["value"].replace(",", "."))
    rest = f"{reading.lower[: hit.start()]} {reading.lower[hit.end() :]}"
    shown = _SHOWN.search(rest)
    # Half a unit in the last place: 0.05 may be 0.0499.
    if (
        shown is None
        or p <= LEVEL + 0.5 * 10.0 ** -len(hit["value"].partition(".")[2] or "00")
        or _NOT_SHOWN.search(rest.replace(shown[0], " "))
    ):
        return
    yield reading.doubt(f"{shown[0]!r} and {hit[0]!r}: p is above {LEVEL}")


def unprinted_p(reading: Reading, values: Values) -> Iterator[Doubt]:
    """A p-value of a test that the outputs print, and which is none of those that they print."""
    if reading.unsaid or vocabulary.has("context", "elsewhere", reading.sentence.text):
        return
    hit = _P.search(reading.lower)
    if hit is None or not _TEST.search(reading.lower) or _OWN.search(reading.lower):
        return
    if _BOUND.search(reading.lower[: hit.start()]):
        return
    if claimed("significance", "weak", reading.lower[: hit.start()]):
        return
    printed = _printed(values.measured.case)
    text = hit["value"].replace(",", ".")
    unit = 10.0 ** -len(text.partition(".")[2])
    if printed and not any(abs(value - float(text)) <= 0.51 * unit for value in printed):
        near = ", ".join(f"{value:g}" for value in sorted(printed)[:8])
        yield reading.doubt(f"{hit[0]!r}: the outputs print p {near}")


_SEEDS = re.compile(
    r"\b(?P<word>two|three|four|five|six|seven|eight|nine|ten|\d{1,2})\s+(?:\w+\s+)?(?:seeds|pairs|runs an arm)\b"
)
_FLOOR = re.compile(
    r"\b(?:best|lowest|smallest|least|minimum|as (?:low|small) as|floor|no (?:lower|"
    r"smaller))\b[^.;]{0,60}?\b(?:can|could|ever|possible|"
    r"reach\w*|allow\w*|give[sn]?|goes?)\b"
)
_BELOW = re.compile(r"\b(?:below|under|less than)\s+(?P<value>0?\.\d+)")
_SIGN_FLIP = re.compile(r"\bsign[- ]?flip|\bsigned[- ]?rank|\bsign test\b")
_OTHER_P = re.compile(r";|\d?[.,]\d|\b(?:never|cannot|not|no|n't|neither|where|while|but|above|far from)\b|n't\b")
"""What is between a p-value and words that are not about it."""
_NEVER = re.compile(r"\b(?:never|cannot|not|no|n't|neither|impossible|nothing|unable|more seeds|level)\b|n't\b")


def wrong_floors(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“p = 0.25, the best that four seeds can reach”, where four reach 0.125; or a p below what so many allow."""
    if _SIGN_FLIP.search(f"{reading.earlier} {reading.lower}") is None:
        return
    seeds = {int(number_of(hit["word"])) for hit in _SEEDS.finditer(reading.lower)} or {values.most_pairs}
    if len(seeds) != 1 or min(seeds) < 2:
        return
    (count,), hit = seeds, _P.search(reading.lower)
    floor = _FLOOR.search(reading.lower, hit.end()) if hit is not None else None
    told = reading.lower[floor.end() :] if floor is not None else ""
    if (
        hit is not None
        and floor is not None
        and not _OTHER_P.search(reading.lower[hit.end() : floor.end()])
        and not re.match(r"\W*(?:is|was|=)\W*\d", told)
    ):
        text = hit["value"].replace(",", ".")
        span = rounded(float(text), len(text.partition(".")[2]))
        if not span.low <= 2.0 ** (1 - count) <= span.high:
            why = f"{hit[0]!r}: with {count} seeds the smallest p of such a test is {2.0 ** (1 - count):g}"
            yield reading.doubt(why)
            return
    below = _BELOW.search(reading.lower)
    if below is None or _NEVER.search(reading.lower) or not re.search(r"\bp\b", reading.lower):
        return
    text = below["value"]
    # Below a printed bound lies nothing that the law allows where the bound itself is not above it.
    why = broken("p", rounded(float(text) - 1e-6, len(text.partition(".")[2]) + 6), count)
    if why and _SEEDS.search(reading.lower):
        yield reading.doubt(f"{below[0]!r}: {why}")


_ALONE = re.compile(r"\b(?:not|no|cannot|never|neither|nothing|alone|only|whether|if|would)\b|n't\b|\?")
_NEXT = re.compile(r"[;:]|\b(?:while|whereas|but|for [^.;]{0,30} i have)\b")
_ALIKE = re.compile(r"\b(?:alike|as well|too|also|both|and)\b")


def mcnemar_of_scores(reading: Reading, values: Values) -> Iterator[Doubt]:
    """McNemar's test counts right and wrong answers: what is said of an average over classes, it does not show."""
    if reading.unsaid or "mcnemar" not in reading.lower:
        return
    at = reading.lower.index("mcnemar")
    named = [
        item for item in reading.sentence.metrics if item.start > at and item.name not in ("accuracy", "error_rate")
    ]
    shown = _SHOWN.search(reading.lower, at)
    if not named or shown is None or _ALONE.search(reading.lower) or _ALIKE.search(reading.lower) is None:
        return
    if any(
        0 < item.start - shown.end() < 80 and not _NEXT.search(reading.lower[shown.end() : item.start])
        for item in named
    ):
        title = vocabulary.title("metric_titles", named[0].name)
        why = f"{shown[0]!r}: McNemar's test is about right and wrong answers, and shows nothing of {title}"
        yield reading.doubt(why)


@lru_cache(maxsize=CASES)
def _printed(case: Case) -> frozenset[float]:
    """Every p-value that an output prints; none where one may be shown in a picture or was computed unseen."""
    return frozenset(float(hit["value"]) for text in case.printed for hit in _PRINTED.finditer(text))
