"""Comparisons of distances and of spreads: nearer to the true share, larger than the standard deviation, more than by size."""

import re
import statistics
from collections.abc import Iterator

from grader.evidence.facts import UNIT_FRACTION, Kind
from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.values import Values
from grader.reading import vocabulary

_NEARER = re.compile(r"\b(?P<near>nearer|closer|nearest|closest)\b|\b(?P<far>further|farther|furthest)\b")
_TARGET = re.compile(r"\b(?:share|truth|true|real|actual|validation|36\.?5?|portion|proportion)\b")
_SPREAD = r"(?:standard deviations?|sds?|spreads?|scatter|noise|deviations?|variation)"
_DIFFERENCE = r"(?:differences?|gaps?|gain|change|effect|drop|improvement|distance between the (?:arms|means))"
_LARGER = re.compile(
    rf"\b{_DIFFERENCE}\b[^.;]{{0,70}}?\b(?:(?P<up>larger|bigger|greater|more|exceeds|above|beyond|well over|outside)|(?P<down>smaller|less|below|within|inside|lower|under))\b"
    rf"(?P<of>[^.;]{{0,60}}?)\b{_SPREAD}\b"
)
_COLUMN = re.compile(
    r"\b(?P<sign>more|above|over|higher|larger|fewer|less|below|under|lower|smaller)\b[^.;]{0,60}?\b(?P<column>its size|by size|the sizes|sizes|class sizes?|size alone|chance|"
    r"in proportion|proportional|expected|i expected|my guess|i guessed)\b"
)


def wrong_distances(reading: Reading, values: Values) -> Iterator[Doubt]:
    """One arm's probability for the tail is said to be nearer to the tail's share than the other's, and is not."""
    hit = _NEARER.search(reading.lower)
    if hit is None or reading.unsaid or reading.sentence.row or not {"tail"} & {item.name for item in reading.tiers}:
        return
    if not _TARGET.search(reading.lower) or vocabulary.says("worded", "negated", reading.lower[max(0, hit.start() - 25) : hit.start()]):
        return
    target = next(
        (
            fact.value for fact in values.measured.facts.all
            if fact.kind is Kind.NAMED and fact.place == "tail" and not fact.operands and not fact.column
            and fact.unit == UNIT_FRACTION and "shar" in fact.words
        ), None,
    )  # fmt: skip
    groups = [item for item in reading.sentence.groups if item[0] < hit.start()]
    behind = [item for item in reading.sentence.groups if item[0] >= hit.end()]
    if target is None or not (groups or behind):
        return
    subject = groups[-1][2] if groups else behind[0][2]
    than = not groups and re.search(r"\bthan\b", reading.lower[hit.end() : behind[0][0]]) is not None
    nearer = (hit["near"] is not None) != than
    judged = []
    for first, second in values.measured.experiments:
        off = {
            group.key: abs(share - target) for group in (first, second)
            if (share := values.named("tail_probability", group.key)) is not None
        }  # fmt: skip
        mine = [key for key in off if key in subject]
        if len(off) == 2 and len(mine) == 1:
            other = next(key for key in off if key != mine[0])
            judged.append(((off[mine[0]] < off[other]) == nearer, off))
    if judged and not any(right for right, _ in judged):
        told = ", ".join(f"{key.partition(':')[2]} is {value:.3f} off" for key, value in judged[0][1].items())
        yield Doubt(reading.sentence.text, reading.sentence.position, f"{hit[0]!r}: {told}")


def wrong_spreads(reading: Reading, values: Values) -> Iterator[Doubt]:
    """A difference between the arms is said to be larger than a standard deviation, and is larger than none of them."""
    if reading.unsaid or reading.sentence.row:
        return
    for hit in _LARGER.finditer(reading.lower):
        if vocabulary.says("worded", "negated", hit[0]) or re.search(r"times|twice|half|interval", hit[0]):
            continue
        metrics = reading.sentence.metric_names or reading.sentence.implied_metrics
        judged = []
        for first, second in values.measured.experiments:
            for metric in metrics:
                a, b = values.seeds(metric, first.key), values.seeds(metric, second.key)
                shared = [seed for seed in a if seed in b]
                if len(shared) < 2:
                    continue
                change = abs(statistics.fmean(b[seed] - a[seed] for seed in shared))
                spreads = [statistics.stdev(a.values()), statistics.stdev(b.values())]
                spreads.append(statistics.stdev([b[seed] - a[seed] for seed in shared]))
                spreads += [max(side.values()) - min(side.values()) for side in (a, b)]
                up = hit["up"] is not None
                judged.append((any((change > spread) == up for spread in spreads), metric, change, spreads[:3]))
        if judged and not any(item[0] for item in judged):
            _, metric, change, spreads = judged[0]
            told = ", ".join(f"{spread:.4f}" for spread in spreads)
            yield Doubt(
                reading.sentence.text, reading.sentence.position,
                f"{hit[0]!r}: the difference in {vocabulary.title('metric_titles', metric)} is {change:.4f}, the standard "
                f"deviations of the arms and of the differences are {told}",
            )  # fmt: skip


def wrong_shares(reading: Reading, values: Values) -> Iterator[Doubt]:
    """A place is said to get more errors than by its size, or than was expected, and gets fewer."""
    if reading.sentence.row or vocabulary.has("context", "elsewhere", reading.sentence.text):
        return
    for hit in _COLUMN.finditer(reading.lower):
        start, _ = reading.clause_at(hit.start())
        named = [item for item in reading.tiers if start <= item.start < hit.start()]
        if len({item.name for item in named}) != 1 or re.search(r"\d", hit[0]):
            continue
        if vocabulary.says("worded", "negated", reading.lower[max(start, hit.start() - 25) : hit.start()]):
            continue
        column = "by_size" if re.search("siz|chance|proport", hit["column"]) else "expected"
        place = named[0].name
        found, other = values.landed(place, "found"), values.landed(place, column)
        if found is None or other is None:
            continue
        up = hit["sign"] in ("more", "above", "over", "higher", "larger")
        if (found > other) != up and abs(found - other) > 0.005:
            called = column.replace("_", " ")
            yield Doubt(
                reading.sentence.text, reading.sentence.position,
                f"{hit[0]!r}: {place.replace('_', ' ')} is {found:.3f} found and {other:.3f} {called}",
            )  # fmt: skip
