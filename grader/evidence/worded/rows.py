"""How many rows of a printed list are above a bound: "in four of the eight the model gave more than half".

A list is what an output prints line by line with the same words and other numbers, such as the probability of each
of eight errors. Only shares are read: percentages, and numbers from 0 to 1.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from grader.evidence.runs import CASES
from grader.evidence.settings import number_of
from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.values import Values
from grader.model import Case

LEAST, MOST = 4, 60
"""Rows of what may be counted by eye."""
_SHARE = re.compile(r"(?<![\w.])(?:(?P<percent>\d{1,3}(?:\.\d+)?) ?%|(?P<share>[01]?\.\d+))(?![\w.])")
_COUNT = r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\d{1,2})"
_ROWS = re.compile(
    rf"\b(?:(?P<all>all|every one|each(?: one)?)|(?P<none>none|not one)|(?P<first>the first {_COUNT})|"
    rf"(?<!of )(?<!of the )(?<!of these )(?P<count>{_COUNT}))(?: out)?(?: of (?:the |these |those |"
    rf"my )?(?:(?P<of>{_COUNT})|them|these|those|cases|"
    rf"errors))?\b(?P<between>[^;.!?]{{0,80}}?)(?P<side>more than|over|above|at least|less than|below|under)\s+"
    rf"(?:(?:a |one )?(?P<half>half)\b|(?P<bound>\d{{1,2}}) ?(?:%|percent))"
)
_TURNED = re.compile(
    rf"\b(?P<side>more than|over|above|at least|less than|below|under)\s+(?:(?:a |one )?(?P<half>half)\b|"
    rf"(?P<bound>\d{{1,2}}) ?(?:%|percent))(?P<between>[^;.!?]{{0,60}}?)\b(?:in|for|on|with) (?:(?P<all>all|"
    rf"every one)|"
    rf"(?P<none>none)|(?P<first>the first {_COUNT})|(?P<count>{_COUNT}))(?: out)? of (?:the |these |"
    rf"those )?(?P<of>{_COUNT})\b"
)
_SURE = re.compile(r"\bmodel was\b|\bprobabilit|\bsure\b|\bconfiden|\bmass\b|\bcertain\b|\bhalf\b|\bshare\b")


def wrong_counts_of_rows(reading: Reading, values: Values) -> Iterator[Doubt]:
    """So many rows of a list are said to be above a half, and so many are not."""
    if reading.unsaid or reading.sentence.row or reading.sentence.metrics or not _SURE.search(reading.lower):
        return
    for hit in (*_ROWS.finditer(reading.lower), *_TURNED.finditer(reading.lower)):
        if reading.is_denied(max(0, hit.start() - 20), hit.end()) or "classes" in hit[0]:
            continue
        bound = 0.5 if hit["half"] else int(hit["bound"]) / 100
        above = hit["side"] in ("more than", "over", "above", "at least")
        lists = [rows for rows in _lists(values.measured.case) if _may_be(rows, hit, reading)]
        counts = [[(value > bound) == above for value in rows] for rows in lists]
        if counts and not any(_fits(found, hit) for found in counts):
            yield reading.doubt(f"{hit[0]!r}: so are {sum(counts[0])} of {len(counts[0])}")
            return


def _may_be(rows: tuple[float, ...], hit: re.Match[str], reading: Reading) -> bool:
    """As many rows as the sentence, or the one before it, speaks of."""
    around = f"{reading.earlier} {reading.lower}"
    said = [number_of(hit["of"])] if hit["of"] else [number_of(word[0]) for word in re.finditer(_COUNT, around)]
    return len(rows) in said


def _fits(found: list[bool], hit: re.Match[str]) -> bool:
    if hit["all"]:
        return all(found)
    if hit["none"]:
        return not any(found)
    if hit["first"]:
        return all(found[: int(number_of(hit["first"].split()[-1]))])
    return sum(found) == number_of(hit["count"])


@lru_cache(maxsize=CASES)
def _lists(case: Case) -> tuple[tuple[float, ...], ...]:
    """The shares of every list that an output prints."""
    found: list[tuple[float, ...]] = []
    for cell in case.notebook.cells:
        for output in cell.outputs:
            rows: dict[str, list[float]] = {}
            for label, value in _labelled(output.text or ""):
                rows.setdefault(label, []).append(value)
            found += _of_a_size(rows)
    return tuple(dict.fromkeys(found))


def _labelled(text: str) -> Iterator[tuple[str, float]]:
    """The last share of each line that begins with a label, by the label and the word before the share."""
    for line in text.splitlines():
        shares = list(_SHARE.finditer(line))
        words = line[: shares[-1].start()].split() if shares else []
        if words and words[0].endswith(":"):
            share = shares[-1]
            value = float(share["percent"]) / 100 if share["percent"] else float(share["share"])
            yield f"{words[0]} {words[-1]}", value


def _of_a_size(rows: Mapping[str, list[float]]) -> Iterator[tuple[float, ...]]:
    yield from (tuple(values) for values in rows.values() if LEAST <= len(values) <= MOST)
