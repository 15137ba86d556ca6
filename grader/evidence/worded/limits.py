"""A number that is said to keep a limit, and is beyond every limit of its unit that the notebook shows."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain

from grader.evidence.runs import CASES
from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.values import Values
from grader.model import Case

_UNITS = r"(?P<unit>ms|milliseconds?|mb|megabytes?|seconds?)"
_SAID = re.compile(rf"(?<![\w.,])(?P<value>\d+(?:\.\d+)?) ?{_UNITS}\b")
_KEEPS = re.compile(
    r"\b(?:keeps?|kept|meets?|met|fits?|satisf(?:ies|ied)|stays? (?:within|under|below|inside)|stayed (?:within|"
    r"under|below|inside)|"
    r"(?:is|are|was|were|lies|comes) (?:just |still |well |safely )?(?:within|under|below|inside))\b[^.;]{0,40}?"
    r"(?P<limit>\b(?:limit|budget|bound|ceiling|threshold)s?\b)|\b(?:the )?(?:one|only)\b[^.;]{0,25}\bthat fits\b"
)
_SHOWN = re.compile(
    rf"\b(?:at most|within|limit(?:s)?(?: is| of|:)?|budget(?: is| of|:)?|no more than|up "
    rf"to)\s+(?P<value>\d+(?:\.\d+)?)(?: ?{_UNITS})?"
)
_COLUMN = re.compile(r"(?P<name>latency\w*|size_mb|\b\w{0,30}seconds) at most (?P<value>\d+(?:\.\d+)?)")
_APART = re.compile(r"[;:]|\b(?:and|but|while|its size|the size|size|file|memory|batch)\b")
"""What turns from a number to something else that keeps a limit."""
_OWN_LIMIT = re.compile(r"\b(?:my|our|own|an?)\b")
_GIVEN = re.compile(
    r"\s*(?:(?:of|for|is|was|at|:|=)\s*)?(?:about |just )?(?:\d|an? (?:hour|day|night|second|minute)|weekly)"
)
_NOT = re.compile(
    r"\b(?:not|no|neither|never|nor|n't|cannot|would|could|if|above|over|exceed\w*|misses|missed|beyond|outside|almost|nearly|"
    r"instead|short of|fails?|failed|unless|whether|plain|more than|next|another machine|without|not yet)\b|n't\b|"
    r"\?"
)


def broken_limits(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“With 33.91 ms it keeps the limit”, where the limits shown are 10 and 33.2 ms."""
    keeps = _KEEPS.search(reading.lower)
    if (
        keeps is None
        or reading.unsaid
        or _NOT.search(reading.lower.replace(keeps[0], " "))
        or _NOT.search(keeps[0])
    ):
        return
    said = [(float(hit["value"]), _unit(hit["unit"]), hit) for hit in _SAID.finditer(reading.lower)]
    before = [item for item in said if 0 <= keeps.start() - item[2].end() < 60]
    if not before:
        return
    value, unit, hit = before[-1]
    between, behind = reading.lower[hit.end() : keeps.start()], reading.lower[keeps.end() :]
    if _APART.search(between) or _OWN_LIMIT.search(keeps[0]) or _GIVEN.match(behind):
        return
    bounds = sorted(bound for bound, of in _limits(values.measured.case) if of == unit)
    if bounds and value > max(bounds):
        told = ", ".join(f"{bound:g}" for bound in bounds)
        yield reading.doubt(f"{keeps[0]!r} and {hit[0]!r}: the limits that the notebook shows are {told} {unit}")


def _unit(word: str) -> str:
    if word.startswith("s"):
        return "s"
    return "mb" if "b" in word else "ms"


@lru_cache(maxsize=CASES)
def _limits(case: Case) -> frozenset[tuple[float, str]]:
    """Limits that the prompt or an output gives, with their units."""
    prompts = (cell.source for cell in case.assignment.cells if cell.cell_type == "markdown")
    found = set()
    for text in chain(case.printed, prompts):
        lower = text[:40_000].lower()
        found |= {(float(hit["value"]), _unit(hit["unit"])) for hit in _SHOWN.finditer(lower) if hit["unit"]}
        for hit in _COLUMN.finditer(lower):
            unit = "mb" if "mb" in hit["name"] else "s" if "second" in hit["name"] else "ms"
            found.add((float(hit["value"]), unit))
    return frozenset(found)
