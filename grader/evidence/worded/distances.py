"""Comparisons of distances and of spreads: nearer to the true share, larger than the standard deviation."""

import re
import statistics
from collections.abc import Iterator

from grader.evidence.facts import UNIT_FRACTION, Kind
from grader.evidence.settings import number_of
from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.values import Values
from grader.reading import vocabulary

_NEARER = re.compile(
    r"\b(?P<near>nearer|closer|nearest|closest|(?:deviates?|off|differs?) (?:\w+ )?(?:less|least)|(?:more|"
    r"most) (?:accurate|realistic|truthful|faithful|honest)|"
    r"(?:describes?|match(?:es)?|reflects?|estimates?|hits?|fits?|gets?|"
    r"meets?)\b[^.;]{0,50}?\b(?:better|best))\b|\b(?P<far>further|farther|furthest)\b"
)
_ABOVE = re.compile(
    r"\b(?P<over>overestimat\w+|overshoots?|exceeds?|is above|lies above|too (?:high|much)|more than)\b|"
    r"\b(?P<under>underestimat\w+|undershoots?|falls? short of|is below|lies below|too (?:low|little)|less than)\b"
)
_TARGET = re.compile(r"\b(?:share|truth|true|real|reality|actual|validation|portion|proportion|tail)\b")
_SPREAD = (
    r"(?:standard deviations?|sds?|spreads?|scatter|noise|seed noise|deviations?|variation|"
    r"(?:anything|what) (?:that )?happens between seeds)"
)
_DIFFERENCE = (
    r"(?:differences?|gaps?|gain|change|effect|drop|improvement|advantage|distance between the (?:arms|means))"
)
_NOT_THERE = "".join(
    rf"(?<!\b{word} )" for word in ("printed", "shown", "listed", "given", "stated", "table", "report")
)
"""Before "above" and "below" where they do not mean a place on the page."""
_LARGER = re.compile(
    rf"\b{_DIFFERENCE}\b(?:[^.;]|\.(?=\d)){{0,70}}?\b(?:(?P<up>larger|bigger|greater|more|exceeds|{_NOT_THERE}above|"
    rf"beyond|well over|outside|times(?= (?:the|its|as|that)\b))|"
    rf"(?P<down>smaller|less|{_NOT_THERE}below|within|inside|lower|under))\b"
    rf"(?P<of>[^.;]{{0,60}}?)\b{_SPREAD}\b(?P<whose>[^.;]{{0,40}})"
)


def wrong_distances(reading: Reading, values: Values) -> Iterator[Doubt]:
    """One arm's probability for the tail is said to be nearer to the tail's share than the other's, or above it,
    and is not.
    """
    if reading.unsaid or reading.sentence.row:
        return
    near, above = _NEARER.search(reading.lower), _ABOVE.search(reading.lower)
    text = f"{reading.earlier} {reading.lower}"
    if (near is None and above is None) or not _TARGET.search(text):
        return
    target = _share_of_tail(values)
    if target is None or all(item.name != "tail" for item in vocabulary.find_all("places", text)):
        return
    if near is not None and not reading.is_denied(max(0, near.start() - 25), near.start()):
        yield from _nearer(reading, values, near, target)
    elif (
        above is not None
        and reading.tiers
        and re.search(r"probabilit|belie|mass|overestimat|underestimat|share", reading.lower)
    ):
        yield from _beyond(reading, values, above, target)


def _share_of_tail(values: Values) -> float | None:
    return next(
        (
            fact.value
            for fact in values.measured.facts.all
            if fact.kind is Kind.NAMED
            and fact.place == "tail"
            and not fact.operands
            and not fact.column
            and fact.unit == UNIT_FRACTION
            and "shar" in fact.words
        ),
        None,
    )


def _nearer(reading: Reading, values: Values, hit: re.Match[str], target: float) -> Iterator[Doubt]:
    groups = [item for item in reading.sentence.groups if item[0] < hit.start()]
    behind = [item for item in reading.sentence.groups if item[0] >= hit.end()]
    if not (groups or behind):
        return
    subject = _quoted(reading, values, hit.start()) or (groups[-1][2] if groups else behind[0][2])
    than = not groups and re.search(r"\bthan\b", reading.lower[hit.end() : behind[0][0]]) is not None
    nearer = (hit["near"] is not None) != than
    judged = []
    for first, second in values.measured.experiments:
        off = {
            group.key: abs(share - target)
            for group in (first, second)
            if (share := values.named("tail_probability", group.key)) is not None
        }
        mine = [key for key in off if key in subject]
        if len(off) == 2 and len(mine) == 1:
            other = next(key for key in off if key != mine[0])
            judged.append(((off[mine[0]] < off[other]) == nearer, off))
    if judged and not any(right for right, _ in judged):
        told = ", ".join(f"{key.partition(':')[2]} is {value:.3f} off" for key, value in judged[0][1].items())
        yield reading.doubt(f"{hit[0]!r}: {told}")


def _quoted(reading: Reading, values: Values, place: int) -> frozenset[str]:
    """The arm whose probability is right before a comparison: "which is (0.30) also nearer"."""
    before = [
        number for number in reading.sentence.numbers if place - 30 < number.end <= place and not number.whole
    ]
    keys = (group.key for pair in values.measured.experiments for group in pair)
    return frozenset(
        key
        for key in keys
        if before
        and (share := values.named("tail_probability", key)) is not None
        and abs(share - before[-1].value) <= 0.51 * before[-1].readings[0].unit
    )


def _beyond(reading: Reading, values: Values, hit: re.Match[str], target: float) -> Iterator[Doubt]:
    start, end = reading.clause_at(hit.start())
    groups = [keys for first, _, keys in reading.sentence.groups if start <= first < end]
    tail = any(item.name == "tail" and start <= item.start < end for item in reading.tiers)
    if (
        len(set(groups)) != 1
        or not tail
        or reading.is_denied(start, hit.end())
        or re.search(r"\d", reading.lower[hit.end() : end])
    ):
        return
    shares = {key: share for key in groups[0] if (share := values.named("tail_probability", key)) is not None}
    if shares and not any((share > target) == (hit["over"] is not None) for share in shares.values()):
        share = next(iter(shares.values()))
        text = f"the tail's probability is {share:.3f} and its share {target:.3f}"
        yield reading.doubt(f"{hit[0]!r}: {text}")


_SO_MANY = re.compile(r"\b(?P<count>several|many|two|three|four|five|six|seven|eight|ten|\d+)(?: or \w+)? times\b")


def _is_so_many(change: float, spread: float, hit: re.Match[str]) -> bool:
    """A change may be called so many times a spread; "several" and "many" are two or more."""
    if hit["count"] in ("several", "many"):
        return change > 1.5 * spread
    return abs(change / spread - number_of(hit["count"])) < 0.3 * number_of(hit["count"]) if spread else False


def wrong_spreads(reading: Reading, values: Values) -> Iterator[Doubt]:
    """A difference between the arms is said to be larger than a standard deviation, and is larger than none that
    may be meant.
    """
    if reading.unsaid or reading.sentence.row:
        return
    for hit in _LARGER.finditer(reading.lower):
        if reading.is_denied(hit.start(), hit.end()) or re.search(r"twice|half|interval", hit[0]):
            continue
        times = _SO_MANY.search(hit[0])
        metrics = reading.sentence.metric_names or reading.sentence.implied_metrics
        judged = []
        for first, second in values.measured.experiments:
            for metric in metrics:
                a, b = values.seeds(metric, first.key), values.seeds(metric, second.key)
                shared = [seed for seed in a if seed in b]
                if len(shared) < 2:
                    continue
                change = abs(statistics.fmean(b[seed] - a[seed] for seed in shared))
                arms = {first.key: statistics.stdev(a.values()), second.key: statistics.stdev(b.values())}
                paired = statistics.stdev([b[seed] - a[seed] for seed in shared])
                spreads = _meant(hit, reading, arms, paired)
                if "happens" in hit[0]:
                    spreads = [max(side.values()) - min(side.values()) for side in (a, b)]
                every = (
                    re.search(r"\b(?:either|both|each|any|anything|all)\b", hit["of"] + hit["whose"] + hit[0])
                    is not None
                )
                verdicts = [
                    (change > spread) == (hit["up"] is not None)
                    if times is None
                    else _is_so_many(change, spread, times)
                    for spread in spreads
                ]
                judged.append((all(verdicts) if every else any(verdicts), metric, change, spreads))
        if judged and not any(item[0] for item in judged):
            _, metric, change, spreads = judged[0]
            told = ", ".join(f"{spread:.4f}" for spread in spreads)
            yield reading.doubt(
                f"{hit[0]!r}: the difference in {vocabulary.title('metric_titles', metric)} is {change:.4f}, the "
                f"spreads that may be meant are {told}"
            )


def _meant(hit: re.Match[str], reading: Reading, arms: dict[str, float], paired: float) -> list[float]:
    """The standard deviations that may be meant: of the arm that is named behind it, else all."""
    named = {
        key for start, _, keys in reading.sentence.groups if start >= hit.start("of") for key in keys if key in arms
    }
    if len(named) == 1:
        return [arms[key] for key in named]
    if re.search(r"\b(?:either|both|each) (?:arms?|of the arms)\b", hit[0]):
        return list(arms.values())
    if re.search(r"\b(?:paired|of the differences|its own)\b", hit[0]):
        return [paired]
    return [*arms.values(), paired]
