"""Claims about intervals: which of them contain zero, and how many."""

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

from grader.evidence.groups import Group
from grader.evidence.settings import number_of
from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.values import Values
from grader.reading import vocabulary
from grader.reading.claimed import claimed

KINDS = ("paired", "welch", "items")
_CUT = re.compile(r"[,;:，；→]|\.\s|\b(?:and|und|et|y|i|we|ich|wir|je|nous|yo)\b")
_NEGATING = re.compile(r"\bn'|\bne\b|\bnon\b|\bnie\b|\bне\b|\bnem\b")
"""What is beside "none" in languages that deny twice."""
_OTHER_LEVEL = re.compile(r"\b(?:90|99|80|50)\s?%")

_OF = re.compile(
    r"\b(?P<of>one|two|three) of (?:the|these|those|my|all)(?: two| three)?(?: \w+)? intervals?\b|"
    r"\b(?:the|these|those|my) (?:two|three)\b"
)
"""How many of the intervals."""

_ITS = re.compile(r"^\W*(?:its|this|that|the) ")
"""Begins a sentence that goes on about the experiment of the one before it."""
Bounds = Mapping[str, tuple[float, float]]


def wrong_intervals(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“No interval contains zero”, where one does."""
    lower = reading.lower
    if reading.unsaid or not claimed("interval", "named", lower) or _OTHER_LEVEL.search(lower):
        return
    inside: bool | None = None
    for start, end in _pieces(lower):
        piece = lower[start:end]
        said = _said(piece, inside)
        if said is None:
            continue
        inside, words = said
        if not claimed("interval", "weak", piece):
            yield from _held_against(reading, values, piece, words, inside=inside)


_ENDS = re.compile(
    r"(?<![\w.,])(?P<low>[-+−]?\d*[.,]?\d+)(?: ?%| points?)?\s*"
    r"(?:to|and|bis|und|à|et|a|e|y|i|до|és|;|,|\.\.\.?|…|–)\s*(?P<high>[-+−]\d*[.,]?\d+)(?!\w|[.,]\d)"
)
_ONE_SIDE = re.compile(
    r"(?<!not )\b(?:leaves? (?:out zero|zero out|zero outside)|exclud\w+ zero|"
    r"(?:does|do) not (?:contain|include|hold|cross|reach) zero|"
    r"(?:lies|is|stays) (?:wholly |entirely |all |completely )?on one side of zero|confirms?)\b"
)


def contradicting_ends(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“Its interval, -0.281 to +0.019, leaves out zero”: the ends themselves say otherwise."""
    lower = reading.lower.replace("−", "-")
    if reading.unsaid or reading.doubtful or not claimed("interval", "named", lower):
        return
    said, ends = list(_ONE_SIDE.finditer(lower)), list(_ENDS.finditer(lower))
    if len(said) != 1 or len(ends) != 1 or claimed("interval", "none", lower):
        return
    hit, told = said[0], ends[0]
    if reading.is_denied(max(0, hit.start() - 20), hit.end()):
        return
    between = lower[min(hit.end(), told.end()) : max(hit.start(), told.start())]
    low, high = (float(told[name].replace(",", ".")) for name in ("low", "high"))
    if low < 0 < high and not re.search(r"[.;:]\s|\b(?:but|while|whereas|other|another|accuracy's)\b", between):
        yield reading.doubt(f"{hit[0]!r}: zero lies between {told['low']} and {told['high']}")


def _pieces(lower: str) -> Iterator[tuple[int, int]]:
    cuts = [0, *(hit.start() for hit in _CUT.finditer(lower)), len(lower)]
    yield from pairwise(cuts)


def _said(piece: str, before: bool | None) -> tuple[bool, str] | None:
    """Whether zero is said to lie inside, and in which words; "the Welch interval does not" turns what was said."""
    holds, leaves = claimed("interval", "holds", piece), claimed("interval", "leaves", piece)
    hit = leaves or holds
    if hit is not None:
        none = claimed("interval", "none", piece)
        rest = piece if none is None else _NEGATING.sub(" ", piece[: none.start()] + " " + piece[none.end() :])
        denied = claimed("interval", "denied", rest) is not None
        return (leaves is None) != denied, hit[0]
    if before is None or not any(claimed("interval", kind, piece) for kind in KINDS):
        return None
    if hit := claimed("interval", "denied", piece):
        return not before, piece.strip(" ,;:")
    return (before, piece.strip(" ,;:")) if claimed("interval", "also", piece) else None


def _held_against(reading: Reading, values: Values, piece: str, words: str, *, inside: bool) -> Iterator[Doubt]:
    judged = []
    names = (
        reading.sentence.metric_names or reading.sentence.implied_metrics & set(values.scores) or set(values.scores)
    )
    for first, second in _meant(reading, values):
        for metric in sorted(names):
            bounds = _bounds(values, metric, first.key, second.key)
            if bounds:
                judged.append((_is_right(piece, bounds, inside=inside), metric, bounds))
    wrong = next((item for item in judged if len(item[2]) > 1), None)
    if wrong is not None and not any(right for right, _, _ in judged):
        _, metric, bounds = wrong
        told = ", ".join(f"{kind} {low:+.4f} to {high:+.4f}" for kind, (low, high) in bounds.items())
        yield reading.doubt(f"{words!r}: for {vocabulary.title('metric_titles', metric)}, {told}")


def _meant(reading: Reading, values: Values) -> list[tuple[Group, Group]]:
    """The experiments that the sentence names, by an arm or by the setting that they vary; where it goes on about
    "its" interval, those that the sentences before it name; else all.
    """
    every = list(values.measured.experiments)
    named = reading.sentence.group_keys | values.varied(reading.sentence.text)
    if not named and _ITS.search(reading.lower):
        named = reading.sentence.implied_groups | values.varied(reading.earlier)
    return [pair for pair in every if {group.key for group in pair} & named] or every


def _bounds(values: Values, metric: str, first: str, second: str) -> Bounds:
    return {
        next(iter(low.words)): (low.value, high.value)
        for low, high in values.measured.interval_ends
        if low.metric == metric and first in low.operands[0] and second in low.operands[1]
    }


def _is_right(piece: str, bounds: Bounds, *, inside: bool) -> bool:
    """The intervals that a piece may mean are as it says."""
    kinds = {kind for kind in KINDS if claimed("interval", kind, piece)}
    over = {kind: low <= 0 <= high for kind, (low, high) in bounds.items()}
    if re.search(r"over (?:the |all )?(?:\w+ )?seeds", piece):
        over.pop("items", None)
    mine = {kind: found for kind, found in over.items() if kind in kinds} or over
    if (many := _OF.search(piece)) is not None and many["of"]:
        return sum(found == inside for found in over.values()) == number_of(many["of"])
    if claimed("interval", "none", piece):
        return not any(found == inside for found in over.values())
    if claimed("interval", "all", piece) or kinds:
        return all(found == inside for found in mine.values())
    return any(found == inside for found in mine.values())
