"""Superlatives in words, and comparisons of one tier with another: the tier that gained most, the seed that moved
least.
"""

import re
from collections.abc import Iterator, Mapping, Sequence

from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.values import Place, Values, lower_is_better
from grader.reading import vocabulary
from grader.reading.nouns import ITEMS

TIERS = ("head", "mid", "tail")
CLOSE = 0.015
"""By how much another may be ahead and still be called equal."""
_NO_MOST = re.compile(
    r"\bat (?:the )?(?:most|least)\b|\b(?:most|least|largest|smallest|biggest|highest|lowest|greatest|strongest|"
    r"weakest)\s+(?:of (?:the|them|these|those|its|all|my|our)\b(?! (?:gain|improvement|rise|increase|difference|"
    r"progress|(?:three )?tiers|three\b))|"
    rf"class\b|classes|frequent|common|likely|confident|errors|probable|{ITEMS}|important|one|two|three|sense|"
    r"seeds|runs|places|telling|part)"
)
_RELATIVE = re.compile(
    r"\brelativ\w*|\bin relation\b|\bproportion\w*|\bfactor\b|\bin percent\b|\bpercentage of\b|\bstart(?:ed|"
    r"ing)? from\b|\bstor(?:y|ies)\b|\berrors?\b|\bprobabilit"
)
_PIECE = re.compile(r",|;|:|\band\b|\bbut\b|\bwhile\b|\bwhereas\b|\s[–—]\s")
_LEVEL = re.compile(r"\b(?:strongest|weakest|highest|lowest|best|worst)\b")
_COMPARED = re.compile(
    r"\b(?P<sign>more|less|further|farther|higher|lower|better|worse|stronger|weaker|larger|smaller|"
    r"bigger)\b[^,;.]{0,45}?\bthan\b(?! any)"
)


def wrong_extremes(reading: Reading, values: Values) -> Iterator[Doubt]:
    """What a sentence says is the most or the least of its kind, and is not."""
    if reading.unsaid or reading.sentence.row or _RELATIVE.search(reading.lower):
        return
    text = _NO_MOST.sub(lambda hit: " " * len(hit[0]), reading.lower)
    seeds, tiers = _seeds(reading, values), _tiers_at(reading)
    gain, loss = (vocabulary.frame(name).search(reading.lower) is not None for name in ("gain", "loss"))
    change = gain != loss
    yield from _wrong_pairs(reading, values, tiers, change=change, loss=loss)
    for name in ("most", "least"):
        for hit in vocabulary.frame(name).finditer(text):
            start, end = _piece(reading.lower, hit.start())
            here = {tier for place, tier in tiers if start <= place < end}
            mine = {seed for place, seed in seeds if start <= place < end}
            if reading.is_denied(start, min(hit.start(), end)) or (gain and loss):
                continue
            up = (name == "most") != loss
            level = _LEVEL.fullmatch(hit[0]) is not None and not change
            if len(here) == 1 and not mine and (change or level):
                yield from _of_tiers(reading, values, next(iter(here)), hit[0], change=change, up=up)
            elif (
                len(mine) == 1
                and not here
                and (change or "change" in reading.nameless or "differ" in reading.lower)
            ):
                yield from _of_seeds(reading, values, next(iter(mine)), hit[0], up=up, size=not change)


def _tiers_at(reading: Reading) -> list[tuple[int, str]]:
    return [(item.start, item.name) for item in reading.tiers if item.name in TIERS]


def _piece(text: str, place: int) -> tuple[int, int]:
    cuts = [0, *(found.start() for found in _PIECE.finditer(text)), len(text)]
    start = max(cut for cut in cuts if cut <= place)
    return start, min(cut for cut in cuts if cut > place)


def _wrong_pairs(
    reading: Reading, values: Values, tiers: Sequence[tuple[int, str]], *, change: bool, loss: bool
) -> Iterator[Doubt]:
    """“The tail moved further up than the mid tier”, where it did not."""
    for hit in _COMPARED.finditer(reading.lower):
        before = [tier for place, tier in tiers if place < hit.start() and hit.start() - place < 60]
        before = [tier for place, tier in tiers if hit.start() < place < hit.end()] or before
        behind = [tier for place, tier in tiers if 0 <= place - hit.end() < 20]
        if (
            not before
            or not behind
            or before[-1] == behind[0]
            or reading.is_denied(max(0, hit.start() - 30), hit.end())
        ):
            continue
        if not change and not re.search(r"\bf1\b", reading.lower):
            continue
        up = hit["sign"] in ("more", "further", "farther", "higher", "better", "stronger", "larger", "bigger")
        judged = []
        for family in _families(reading, values, change=change):
            first, second = family[before[-1]], family[behind[0]]
            judged.append(((first > second) == (up != loss), family))
        if judged and not any(right for right, _ in judged):
            yield _doubt(reading, hit[0], judged[0][1])


_ALONG = re.compile(
    r"\b(?:gains?|improvements?|rises?|increases?|differences?)\s+(?:\w+\s+)?"
    r"(?:(?P<up>grows?|increases?|rises?|gets? (?:larger|bigger))|"
    r"(?P<down>shrinks?|decreases?|falls?|gets? smaller|declines?))\s+(?:steadily\s+)?from (?:the )?"
)


def wrong_slopes(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“The gain grows from the head to the tail”, where it shrinks."""
    hit = _ALONG.search(reading.lower)
    tiers = [] if hit is None else [tier for place, tier in _tiers_at(reading) if place >= hit.end()]
    if hit is None or reading.unsaid or len(tiers) != 2 or reading.is_denied(0, hit.end()):
        return
    families = _families(reading, values, change=True)
    first, last = tiers
    if families and not any((item[last] > item[first]) == (hit["up"] is not None) for item in families):
        yield _doubt(reading, hit[0], families[0])


def _families(reading: Reading, values: Values, *, change: bool) -> list[dict[str, float]]:
    """The three tiers' values, or their changes from one model to another, of every model that may be meant."""
    groups = reading.sentence.group_keys
    found = []
    if change:
        steps = [step for step in values.steps if not groups or set(step) & groups]
        found = [_of_all({tier: _gain(values, tier, step) for tier in TIERS}) for step in steps]
    else:
        found = [
            _of_all({tier: values.value(Place("f1", group.key, tier)) for tier in TIERS})
            for group in values.measured.settled
            if not groups or group.key in groups
        ]
    return [family for family in found if len(family) == len(TIERS)]


def _of_all(values: Mapping[str, float | None]) -> dict[str, float]:
    return {tier: value for tier, value in values.items() if value is not None}


def _gain(values: Values, tier: str, pair: tuple[str, str]) -> float | None:
    before, after = (values.value(Place("f1", key, tier)) for key in pair)
    return None if before is None or after is None else after - before


def _of_tiers(reading: Reading, values: Values, said: str, word: str, *, change: bool, up: bool) -> Iterator[Doubt]:
    """Among the three tiers, of the change between two models or of one model."""
    yield from _judged(reading, said, word, _families(reading, values, change=change), up=up)


def _of_seeds(reading: Reading, values: Values, said: int, word: str, *, up: bool, size: bool) -> Iterator[Doubt]:
    """Among the seeds of an experiment, of the change from one arm to the other; ``size``: whichever way it
    went.
    """
    names = reading.sentence.metric_names or reading.sentence.implied_metrics
    found = []
    for first, second in values.measured.experiments:
        for metric in (name for name in names if not lower_is_better(name)):
            before, after = values.seeds(metric, first.key), values.seeds(metric, second.key)
            changes = {str(seed): after[seed] - before[seed] for seed in before if seed in after}
            if len(changes) > 1 and str(said) in changes:
                found.append({seed: abs(value) for seed, value in changes.items()} if size else changes)
    yield from _judged(reading, str(said), word, found, up=up)


def _judged(
    reading: Reading, said: str, word: str, found: Sequence[Mapping[str, float]], *, up: bool
) -> Iterator[Doubt]:
    """Doubtful where another one is the extreme in every family that may be meant; equal ones are both right."""
    if found and not any(_is_extreme(said, family, up=up) for family in found):
        yield _doubt(reading, f"{word} of {said}", found[0])


def _doubt(reading: Reading, words: str, family: Mapping[str, float]) -> Doubt:
    told = ", ".join(f"{name} {value:+.3f}" for name, value in family.items())
    return reading.doubt(f"{words!r}: {told}")


def _is_extreme(said: str, family: Mapping[str, float], *, up: bool) -> bool:
    sign = 1 if up else -1
    return sign * family[said] >= max(sign * value for value in family.values()) - CLOSE


def _seeds(reading: Reading, values: Values) -> list[tuple[int, int]]:
    """Where seeds are named by their number."""
    return [
        (found.start(), int(found[0]))
        for found in re.finditer(r"(?<![\w.,])\d{1,6}(?![\d%]|[.,]\d|\s?%)", reading.lower)
        if int(found[0]) in values.known_seeds
    ]
