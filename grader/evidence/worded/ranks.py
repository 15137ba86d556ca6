"""Orders of rows, columns and arms: the fastest, the slower one, what a remedy made larger, and by how much."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from grader.evidence.facts import Fact, Kind
from grader.evidence.worded.boards import is_cost
from grader.evidence.worded.families import Family, families_of
from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.values import Values
from grader.reading import vocabulary
from grader.reading.claimed import claimed

_TIME, _SIZE = re.compile(r"\b(?:latency|seconds|ms)\b"), re.compile(r"\b(?:size|mb)\b")
_SUPERLATIVES = {
    "most_fast": (_TIME, -1), "most_slow": (_TIME, 1), "most_small": (_SIZE, -1), "most_large": (_SIZE, 1),
}  # fmt: skip
_COMPARATIVES = {"more_fast": (_TIME, -1), "more_slow": (_TIME, 1)}
_NAMED = {
    "p50": re.compile(r"\b(?:medians?|p50|médianes?|medianas?|mediany?|медиан\w*|中位数?)"),
    "p95": re.compile(r"\b(?:p95|95(?:th|\.|e|º)? (?:percentile|perzentil|centile|percentil)\w*)"),
    "seconds": re.compile(r"\b(?:train\w*|entraîn\w*|entren\w*|addestr\w*|seconds|sekunden|обуч\w*|训练)"),
}
_SIZED = re.compile(r"\b(?:smaller|larger|bigger|lighter|heavier)\b")
"""Said of a model itself: its size, and no score of an earlier sentence."""
_SIDE = r"(?:is|was|lies|are|stays?) (?:clearly |well |just )?"
_SIDES = re.compile(rf"\b(?:(?P<below>{_SIDE}below)|(?P<above>{_SIDE}above))\b")
_THAN = re.compile(
    r"\b(?:than|below|above|against|ahead of|behind|als|que|di|del|dell\w*|de|do que|niż|od|чем|mint)\b"
)
_MADE = re.compile(r"\b(?:made|makes?|got|gets?|became|becomes?|machte?|rend|hace|hizo|rende)\b(?!.*\bthan\b)")
_NO_TIER = re.compile(r"\bhead[- ]start\b")
_BASE = re.compile(r"\b(?:baseline|plain|before|as it is|none|no weights|original)\b")
_HOW_MUCH = re.compile(r"\d|\bhalf\b|\btwice\b|\btimes\b|\bthird\b|\bby\b")
LEAST = 3
CLOSE = 0.01
"""The relative difference below which either of two may be called the faster."""


def label_meant(family: Family, reading: Reading, place: int) -> tuple[str, bool] | None:
    """The row, column or arm that is spoken of at a place: the only one of its clause, else the one to which an
    "it" goes back. Also whether the sentence itself names it.
    """
    start, end = reading.clause_at(place)
    here = {label for _, _, label in family.find(reading.sentence.text[start:end])}
    if here or claimed("ranks", "it", reading.lower[start:end]) is None:
        return (here.pop(), True) if len(here) == 1 else None
    before = reading.before.text if reading.before is not None else ""
    for text in (reading.sentence.text[:start], before, reading.earlier):
        found = {label for _, _, label in family.find(text)}
        if found:
            return (found.pop(), text == reading.sentence.text[:start]) if len(found) == 1 else None
    return None


def wrong_ranks(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“That also makes it the quickest of the five”, where another row is quicker."""
    if reading.unsaid or reading.sentence.row:
        return
    for start, end in reading.clauses:
        clause = reading.lower[start:end]
        for name, (measure, sign) in _SUPERLATIVES.items():
            hit = claimed("ranks", name, clause)
            if hit is None or claimed("tops", "doubtful", clause) or reading.is_denied(start, end):
                continue
            judged = [
                told for family in families_of(values.measured)
                for told in _is_extreme(family, reading, start + hit.start(), measure, sign)
            ]  # fmt: skip
            if judged and not any(right for right, _ in judged):
                yield reading.doubt(f"{hit[0]!r}: {judged[0][1]}")
                return


def _is_extreme(
    family: Family, reading: Reading, place: int, measure: re.Pattern[str], sign: int
) -> Iterator[tuple[bool, str]]:
    """Whether the label is the first by any of the measure's values, of all labels or of those spoken of."""
    meant = label_meant(family, reading, place) if len(family.values) >= LEAST else None
    if meant is None:
        return
    label, first = meant[0], next(iter(family.values))
    spoken = {name for _, _, name in family.find(f"{reading.earlier} {reading.lower}")}
    for name in family.values[label]:
        cells = {item: value for item, own in family.values.items() if (value := level(own, name)) is not None}
        if label not in cells or not measure.search(name.replace("_", " ")):
            continue
        most = max(cells, key=lambda item: sign * cells[item])
        right = any(
            len(names) > 1 and label in names and all(sign * (cells[label] - cells[item]) >= 0 for item in names)
            for names in (set(cells), set(cells) - {first}, spoken & set(cells))
        )
        yield right, f"{name} of {label} is {cells[label]:.4g}, of {most} {cells[most]:.4g}"


def wrong_of_two(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“The rank 1 arm was the faster one”, where it took longer."""
    if reading.unsaid or reading.sentence.row:
        return
    for start, end in reading.clauses:
        clause = reading.lower[start:end]
        for name, (measure, sign) in _COMPARATIVES.items():
            hit = claimed("ranks", name, clause)
            if hit is None or claimed("tops", "doubtful", clause) or reading.is_denied(start, end):
                continue
            judged = [
                told for family in families_of(values.measured) if len(family.values) == 2
                for told in _is_more(family, clause, hit, measure, sign)
            ]  # fmt: skip
            named = [told for told in judged if told[2]]
            wrong = [told for told in judged if not told[0]]
            if wrong and (any(not told[0] for told in named) if named else len(wrong) == len(judged)):
                yield reading.doubt(f"{hit[0]!r}: {wrong[0][1]}")
                return


def _is_more(
    family: Family, clause: str, hit: re.Match[str], measure: re.Pattern[str], sign: int
) -> Iterator[tuple[bool, str, bool]]:
    """By each measure that may be meant: whether it is so, and whether the clause names this measure."""
    spans = [item for item in family.find(clause) if not (item[0] < hit.end() and hit.start() < item[1])]
    labels = {label for start, _, label in spans if start < hit.start()}
    behind = {label for start, _, label in spans if start >= hit.start()}
    if len(labels) != 1:
        return
    (label,) = labels
    (other,) = set(family.values) - labels
    if behind - {other} or (not behind and _THAN.search(clause[hit.end() :])):
        return  # it is held against something else
    said = {name for name, words in _NAMED.items() if words.search(clause)}
    for name in family.values[label]:
        a, b = level(family.values[label], name), level(family.values[other], name)
        mine = any(word in name for word in said)
        if not measure.search(name.replace("_", " ")) or a is None or b is None or (said and not mine):
            continue
        close = abs(a - b) <= CLOSE * max(abs(a), abs(b))
        yield close or sign * (a - b) > 0, f"{name.replace('_', ' ')} is {a:.4g} and {b:.4g}", mine


def level(values: Mapping[str, tuple[Fact, ...]], name: str) -> float | None:
    """A cell's value, or an arm's mean."""
    found = [fact for fact in values.get(name, ()) if fact.kind in (Kind.LEVEL, Kind.SHOWN)]
    return found[0].value if found else None


@dataclass(frozen=True)
class _Order:
    """Words that say which of two is more, where they are in their clause."""

    words: str
    start: int
    end: int
    sign: int
    merit: bool = False
    change: bool = False
    measure: re.Pattern[str] | None = None


def wrong_row_orders(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“Focal loss has a lower calibration error than the baseline”, where it has a higher one."""
    if vocabulary.says("worded", "forecast", reading.lower) or reading.sentence.row:
        return
    for start, end in reading.clauses:
        clause, order = reading.sentence.text[start:end], _order(reading, start, end)
        if order is None or vocabulary.says("worded", "unsaid", clause.lower()) or reading.is_denied(start, end):
            continue
        judged = [
            told for family in families_of(values.measured) if not family.of_arms
            for told in _ordered(family, reading, (start, end), order)
        ]  # fmt: skip
        if judged and not any(right for right, _ in judged):
            yield reading.doubt(f"{order.words!r}: {judged[0][1]}")
            return


def _order(reading: Reading, start: int, end: int) -> _Order | None:
    clause = reading.lower[start:end]
    for name, (measure, sign) in _COMPARATIVES.items():
        if (hit := claimed("ranks", name, clause)) is not None:
            return _Order(hit[0], hit.start(), hit.end(), sign, measure=measure)
    if (side := _SIDES.search(clause)) is not None:
        return _Order(side[0], side.start(), side.end(), -1 if side["below"] else 1)
    hits = [hit for hit in reading.hits() if start <= hit.start < end]
    if len(hits) != 1 or hits[0].denied or hits[0].relation.role not in ("than", "over", "change"):
        return None
    only, relation = hits[0], hits[0].relation
    return _Order(
        reading.lower[only.start : only.end], only.start - start, only.end - start, relation.sign,
        merit=relation.merit, change=relation.role == "change" or _MADE.search(clause) is not None,
    )  # fmt: skip


def _ordered(
    family: Family, reading: Reading, clause_at: tuple[int, int], order: _Order
) -> Iterator[tuple[bool, str]]:
    """By each measure that may be meant, whether the label that is spoken of has more than the other one."""
    start, end = clause_at
    clause = reading.sentence.text[start:end]
    named = family.find(_NO_TIER.sub(lambda hit: " " * len(hit[0]), clause))
    spans = [item for item in named if not (item[0] < order.end and order.start < item[1])]
    own = {label for first, _, label in spans if first < order.start}
    others = {label for first, _, label in spans if first >= order.end}
    if not own and others and (meant := label_meant(family, reading.without(start, end), start)) is not None:
        own = {meant[0]}
    if len(own) != 1 or own & others or len(others) > 1:
        return
    (label,), first = own, next(iter(family.values))
    behind = clause.lower()[order.end : min((at for at, _, name in spans if name in others), default=len(clause))]
    plain = order.measure is None and not order.merit
    if _HOW_MUCH.search(behind) or (others and plain and not _THAN.search(order.words + behind)):
        return
    if not others:
        if not order.change or label == first or _BASE.search(first) is None or _THAN.search(behind):
            return
        others = {first}
    (other,) = others
    for name in _measures(family, reading, clause_at, order, set(family.values[label])):
        a, b = _cell(family, label, name), _cell(family, other, name)
        if a is None or b is None:
            continue
        equal = a.value == b.value and a.decimals is None and b.decimals is None
        if not equal and abs(a.value - b.value) <= CLOSE * max(abs(a.value), abs(b.value)) + a.half + b.half:
            yield True, ""
            continue
        sign = -order.sign if order.merit and is_cost(name) else order.sign
        yield sign * (a.value - b.value) > 0, f"{name} of {label} is {a.value:.4g}, of {other} {b.value:.4g}"


def _cell(family: Family, label: str, name: str) -> Fact | None:
    facts = family.values[label].get(name, ())
    return facts[0] if facts else None


def _measures(
    family: Family, reading: Reading, clause_at: tuple[int, int], order: _Order, known: set[str]
) -> Sequence[str]:
    """What a comparison may be by: named in its clause, else in the sentence or the ones before it."""
    clause = reading.lower[slice(*clause_at)]
    sized = _SIZED.search(clause) is not None and not order.change
    before = reading.before.text if reading.before is not None else ""
    far = () if sized or order.change else (reading.lower, before, reading.earlier)
    for text in (clause, *far):
        found = family.find_others(_NO_TIER.sub(" ", text)) & known
        if order.measure is not None:
            found = frozenset(name for name in found if order.measure.search(name))
        if found:
            return sorted(found)
    if sized:
        return [name for name in known if _SIZE.search(name)]
    return [name for name in known if order.measure.search(name)] if order.measure is not None else ()
