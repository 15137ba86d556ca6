"""Which label each number of a sentence has: "0.05 in the mid tier and 0.17 in the tail", "head 0.4, mid 0.1"."""

import re
from collections.abc import Sequence
from itertools import groupby

from grader.evidence import cues
from grader.reading.nouns import ITEMS
from grader.reading.numbers import Number

Spans = Sequence[tuple[int, int, frozenset[str]]]
"""Where labels are, with what each of them says."""
_APART = re.compile(r";|\.\s|\s[–—]\s|\bwhile\b|\bwhereas\b")
_NEAR = 24
"""Characters between a number and a label that belongs to it wherever others are."""
_AFTER = re.compile(
    rf"\s*(?:%\s*)?(?:\(|classes\s|{ITEMS}\s)?\s*(?:(?:in|for|on|at|by|with|under|of|from|was|were|is|are|"
    r"in the case of)\s+)?"
    r"(?:the\s+|my\s+|its\s+|class\s+)?$",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"[^\w,;]*(?:(?:tier|classes|class|arm|model|run|it|it's|its|a|mean|f1|macro-f1|accuracy|share|has|had|have|"
    r"with|is|was|are|"
    r"were|gets?|got|reach\w*|at|of|only|about|just|to|be|would|been|the|alone|give|gives|gave|i|had)[^\w,;]+)*$",
    re.IGNORECASE,
)


def label_of(
    number: Number, text: str, numbers: Sequence[Number], spans: Spans, *, alone: bool = False, tight: bool = False
) -> frozenset[str]:
    """What the label of a number says; nothing where the sentence does not show which label is its own.

    ``alone``: the only label before the only number is its own, whatever is between them. ``tight``: only a label
    right beside it is.
    """
    if not spans:
        return frozenset()
    for start, end in _pieces(text):
        if not start <= number.start < end:
            continue
        mine = [item for item in numbers if start <= item.start < end]
        labels = [item for item in spans if start <= item[0] < end]
        by_pattern = frozenset() if tight else _by_pattern(number, text, mine, labels, alone=alone)
        return by_pattern or _beside(number, text, mine, labels)
    return frozenset()


def _pieces(text: str) -> list[tuple[int, int]]:
    ends = [found.start() for found in _APART.finditer(text)]
    return list(zip([0, *ends], [*ends, len(text)], strict=True))


def _by_pattern(
    number: Number, text: str, numbers: Sequence[Number], spans: Spans, *, alone: bool
) -> frozenset[str]:
    """Labels and numbers that take turns, or as many labels as numbers after them."""
    units = _units(text, numbers)
    place = next(
        (index for index, unit in enumerate(units) if any(item.start == number.start for item in unit)), -1
    )
    if place < 0:
        return frozenset()
    said = {keys for _, _, keys in spans}
    events = sorted(
        [(start, 0, keys) for start, _, keys in spans]
        + [(unit[0].start, 1, frozenset({str(index)})) for index, unit in enumerate(units)],
        key=lambda event: event[:2],
    )
    runs = [(kind, [keys for _, _, keys in group]) for kind, group in groupby(events, key=lambda event: event[1])]
    kinds = [kind for kind, _ in runs]
    sizes = [len({tuple(sorted(keys)) for keys in items}) for _, items in runs]
    labels = [items for kind, items in runs if kind == 0]
    counts = [len(items) for kind, items in runs if kind == 1]
    if len(said) == 1 and kinds == [0, 1]:
        return next(iter(said)) if len(units) == 1 and alone else frozenset()
    if len(runs) == 2 and len(runs[0][1]) == len(runs[1][1]) == sizes[0] and len(said) > 1:
        return (labels[0])[place]
    turns = all(size == 1 for size, kind in zip(sizes, kinds, strict=True) if kind == 0) and len(set(counts)) == 1
    if turns and len(said) > 1 and len(kinds) >= 4 and len(kinds) % 2 == 0 and _is_close(spans, units, kinds[0]):
        return labels[place // counts[0]][0]
    return frozenset()


def _is_close(spans: Spans, units: Sequence[Sequence[Number]], first: int) -> bool:
    """Each label is nearer to its own number than to the next one's."""
    for start, end, _ in spans:
        behind = min((unit[0].start - end for unit in units if unit[0].start >= end), default=10_000)
        before = min((start - unit[-1].end for unit in units if unit[-1].end <= start), default=10_000)
        if (behind > before) if first == 0 else (before > behind):
            return False
    return True


def _units(text: str, numbers: Sequence[Number]) -> list[list[Number]]:
    """Numbers, those of "from a to b" as one."""
    units: list[list[Number]] = []
    for number in numbers:
        if units and cues.FROM_TO.match(text[units[-1][-1].end : number.start]):
            units[-1].append(number)
        else:
            units.append([number])
    return units


def _beside(number: Number, text: str, numbers: Sequence[Number], spans: Spans) -> frozenset[str]:
    """The label right behind a number, else the one right before it, with nothing but small words between."""
    if text[number.end :].lstrip()[:1] == "/" or text[: number.start].rstrip()[-1:] == "/":
        return frozenset()  # one of two numbers that are divided
    limit = min((item.start for item in numbers if item.start > number.start), default=len(text))
    behind = next((item for item in spans if number.end <= item[0] < limit), None)
    if behind is not None and _AFTER.fullmatch(text[number.end : behind[0]]):
        following = limit < len(text) and _BEFORE.fullmatch(text[behind[1] : limit])
        return frozenset() if following else behind[2]
    floor = max((item.end for item in numbers if item.end <= number.start), default=0)
    before = [item for item in spans if floor <= item[0] and item[1] <= number.start]
    if (
        before
        and number.start - before[-1][1] <= 2 * _NEAR
        and _BEFORE.fullmatch(text[before[-1][1] : number.start])
    ):
        return before[-1][2]
    return frozenset()
