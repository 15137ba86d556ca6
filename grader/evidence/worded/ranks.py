"""What is said to be the fastest, the slower one, or changed by a remedy, of rows and arms, by the measure that the words
mean.
"""

import re
from collections.abc import Iterator, Mapping

from grader.evidence.facts import Fact, Kind
from grader.evidence.worded.families import Family, families_of
from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.values import Values
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
LEAST = 3
CLOSE = 0.01
"""The relative difference below which either of two may be called the faster."""


def label_meant(family: Family, reading: Reading, place: int) -> tuple[str, bool] | None:
    """The row, column or arm that is spoken of at a place: the only one of its clause, else the one to which an "it"
    goes back. Also whether the sentence itself names it.
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
    """ "That also makes it the quickest of the five", where another row is quicker."""  # noqa: D210
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
                yield Doubt(reading.sentence.text, reading.sentence.position, f"{hit[0]!r}: {judged[0][1]}")
                return


def _is_extreme(
    family: Family, reading: Reading, place: int, measure: re.Pattern[str], sign: int
) -> Iterator[tuple[bool, str]]:
    """Whether the label is the first by any of the measure's values, of all labels or of those that are spoken of."""
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
    """ "The rank 1 arm was the faster one", where it took longer."""  # noqa: D210
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
                yield Doubt(reading.sentence.text, reading.sentence.position, f"{hit[0]!r}: {wrong[0][1]}")
                return


def _is_more(
    family: Family, clause: str, hit: re.Match[str], measure: re.Pattern[str], sign: int
) -> Iterator[tuple[bool, str, bool]]:
    """By each measure that may be meant: whether it is so, and whether the clause names this measure."""
    spans = [item for item in family.find(clause) if not (item[0] < hit.end() and hit.start() < item[1])]
    labels = {label for start, _, label in spans if start < hit.start()}
    behind = {label for start, _, label in spans if start >= hit.start()}
    if len(labels) != 1 or labels & behind:
        return
    (label,) = labels
    (other,) = set(family.values) - labels
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
