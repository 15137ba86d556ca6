"""Numbers that are said of one thing and that the notebook shows of its neighbour: of another row, another column,
another line of an output, the other arm.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from grader.evidence.agreeing import all_agreeing
from grader.evidence.facts import Fact, Kind, agreed
from grader.evidence.worded.families import Family, families_of, words_of
from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.values import Values
from grader.reading.numbers import Number

_PIECE = re.compile(
    r"[;。；，、]|\.\s|\s[–—]\s|,?\s+(?:but|while|whereas|although|though|however|and|so|und|aber|während|et|mais|"
    r"tandis que|y|pero|mientras|e|ma|mentre|mas|enquanto|és|ale|но|и)\s|,\s"
)
_TAKEN_FROM = re.compile(
    r"\b(?:difference|gap|beats?|exceeds?|ahead|behind|above|below|between|gain(?:s|ed)?|los(?:t|es|ing)|"
    r"drop(?:s|ped)?|more|fewer|less|higher|lower|better|worse|"
    r"than|instead|not|without|unlike|compared|contrary|against|except|besides?|next to|like|predict\w*|expect\w*|"
    r"limit|budget|needed|required|target|als|statt|nicht|ohne|que|pas|sans|no|sin|non|di|senza|não|sem|niż|bez|"
    r"nie|чем|не|без)\b|n't\b"
)
ENOUGH, EXCHANGED = 4, 2
"""Digits of all numbers of a piece together that are rarely a neighbour's by chance; of two pieces whose numbers
changed places.
"""
_COUNTED = re.compile(r"\b(?:of|the|these|my|its)\b|\W")
_TINY = 1e-3


@dataclass(frozen=True)
class _Taken:
    """Numbers of a piece that are another label's; ``beside``: the sentence also says which of that label's values;
    in the same piece that counts as a digit. ``alone``: it does not name the neighbour, whose number it may be
    ("both arms have 0.52 and 0.23").
    """

    label: str
    other: str
    digits: int
    told: str
    beside: bool
    alone: bool


def values_of_a_sibling(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“The head moved by -0.015 ± 0.027 and the tail by +0.002 ± 0.012”, where it is the other way round."""
    if reading.doubtful:
        return
    sentence, found = reading.sentence, dict[Family, list[_Taken]]()
    titles = " ".join(filter(None, sentence.titles)) if sentence.row else ""
    for start, end in _pieces(reading.lower):
        numbers = [item for item in sentence.numbers if start <= item.start < end]
        if not numbers or any(item.times and _digits(item) < ENOUGH for item in numbers):
            continue
        piece = _Piece(f"{titles} {sentence.text[start:end]}", f"{titles} {sentence.text}", tuple(
            replace(item, start=item.start - start + len(titles) + 1, end=item.end - start + len(titles) + 1)
            for item in numbers
        ), values.measured.settings)  # fmt: skip
        told = {family: item for family in families_of(values.measured) if (item := _taken(family, piece))}
        owned = any(_is_its(family, piece) for family in families_of(values.measured))
        for family, item in told.items():
            if item.beside or not owned:
                found.setdefault(family, []).append(item)
        taken = max(told.values(), key=lambda item: item.digits, default=None)
        if owned or taken is None or _are_its_own(piece, taken.label, values) or all(map(_is_count, numbers)):
            continue
        if taken.alone and taken.digits >= ENOUGH and _TAKEN_FROM.search(piece.text.lower()) is None:
            yield reading.doubt(taken.told)
            return
    for same in found.values():
        for a, b in pairwise(same):
            if a.label == b.other and a.other == b.label and a.digits + b.digits >= EXCHANGED:
                yield reading.doubt(f"{a.told}; {b.told}")
                return


@dataclass(frozen=True)
class _Piece:
    """Words of a sentence that belong together, behind the titles of its row; ``numbers`` as they lie in it."""

    text: str
    whole: str
    numbers: tuple[Number, ...]
    settings: frozenset[float]


def _pieces(lower: str) -> Iterator[tuple[int, int]]:
    """Between its commas and joints; what is in brackets stays together."""
    cuts = [hit.start() for hit in _PIECE.finditer(lower)]
    outside = [cut for cut in cuts if lower.count("(", 0, cut) <= lower.count(")", 0, cut)]
    yield from pairwise([0, *outside, len(lower)])


def _is_its(family: Family, piece: _Piece) -> bool:
    """The piece's numbers are those of a label that it names."""
    spans = family.find(piece.text)
    parts, beside = _parts(piece, spans), family.find_others(piece.text)
    return bool(parts) and any(_has(family, label, parts, beside) for _, _, label in spans)


def _taken(family: Family, piece: _Piece) -> _Taken | None:
    """What the piece takes from a neighbour of the label that it names."""
    spans = family.find(piece.text)
    labels = {label for _, _, label in spans}
    parts = _parts(piece, spans)
    if not labels or not parts:
        return None
    beside = family.find_others(piece.text)
    others = beside or family.find_others(piece.whole)
    if len(labels) != 1 or any(_has_one(family, min(labels), part, others) for part in parts):
        return None
    (label,) = labels
    digits = sum(map(_digits, parts))
    rivals = [name for name in family.values if name != label and _has(family, name, parts, others)]
    if not rivals and digits >= ENOUGH and not any(_has_one(family, label, part, frozenset()) for part in parts):
        others = frozenset()  # what is named beside it may be of another table
        rivals = [name for name in family.values if name != label and _has(family, name, parts, others)]
    own = [fact for name, facts in family.values[label].items() if not others or name in others for fact in facts]
    if len(rivals) != 1 or not own or family.sets_apart(rivals[0], label) & words_of(piece.text):
        return None
    told = ", ".join(f"{fact.value:.4g}" for fact in own[:3])
    why = f"{', '.join(part.text for part in parts)}: that is {rivals[0]}, and {label} has {told}"
    alone = all(name != rivals[0] for _, _, name in family.find(piece.whole))
    return _Taken(label, rivals[0], digits + bool(beside), why, bool(others), alone)


def _parts(piece: _Piece, spans: Sequence[tuple[int, int, str]]) -> list[Number]:
    """The numbers with what is behind their ±; none where one counts what a label names, as "four examples"."""
    free = [
        item for item in piece.numbers
        if not any(start <= item.start < end or _is_setting(item, piece, end) for start, end, _ in spans)
    ]  # fmt: skip
    for number in free:
        if number.spelled:
            behind = [start for start, _, _ in spans if start >= number.end]
            if behind and not _COUNTED.sub("", piece.text[number.end : min(behind)].lower()):
                return []
    given = [item for item in free if not item.spelled]
    return [part for item in given for part in (item, item.spread, item.upper) if part is not None]


def _is_count(number: Number) -> bool:
    """A whole number of two digits or less is many things."""
    return number.whole and _digits(number) < ENOUGH - 1 and number.spread is None


def _is_setting(number: Number, piece: _Piece, end: int) -> bool:
    """It belongs to the name that ends before it, as "mix 0.9"."""
    return 0 <= number.start - end <= 1 and number.value in piece.settings


def _digits(part: Number) -> int:
    body, power, _ = part.text.lower().partition("e")
    return len(re.sub(r"\D", "", body).lstrip("0")) + (2 if power and abs(part.value) < _TINY else 0)


def _has(family: Family, label: str, parts: list[Number], others: frozenset[str]) -> bool:
    """Each number is one of the label's values; where other labels are named, of these."""
    return all(_has_one(family, label, part, others) for part in parts)


def _has_one(family: Family, label: str, part: Number, others: frozenset[str]) -> bool:
    return any(
        agreed(fact, part)
        for name, found in family.values[label].items() if not others or name in others
        for fact in found
    )  # fmt: skip


def _are_its_own(piece: _Piece, label: str, values: Values) -> bool:
    """Each number is something else in the file that has the label's name."""
    words = words_of(label)
    return all(any(_is_of(fact, words) for fact in all_agreeing(item, values.measured)) for item in piece.numbers)


def _is_of(fact: Fact, words: frozenset[str]) -> bool:
    return fact.kind in (Kind.NAMED, Kind.SHOWN) and words <= words_of(fact.title)
