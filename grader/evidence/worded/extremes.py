"""Superlatives in words: the tier that gained most, the seed that moved least, the model that is best of all."""

import re
from collections.abc import Callable, Iterator, Mapping

from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.values import LOWER_IS_BETTER, Place, Values

TIERS = ("head", "mid", "tail")
_MOST = re.compile(
    r"\b(?:(?P<most>(?<!at )most|largest|biggest|greatest|strongest|furthest|highest|best)|"
    r"(?P<least>(?<!at )least|smallest|weakest|lowest|worst))\b(?!\s+(?:class|classes|of (?:the|them|these|those|its|all|my|our)|frequent|common|likely|"
    r"confident|errors|probable|complaints|important|one|two|three|sense|examples|seeds|runs|places|telling))"
)
_MAINLY = re.compile(
    r"\b(?:most of (?:the|its|this) (?:gain|improvement|increase|rise|progress|difference)|(?:the|its) (?:gain|improvement|increase|rise) (?:is|comes|came|lies) (?:mostly|mainly|chiefly|above all|largely))"
    r"\b[^.;]{0,30}?\b(?:in|from|to|on)\b"
)
_GAIN = re.compile(
    r"\b(?:gain\w*|rose|rises?|went up|goes up|improv\w*|increas\w*|jump\w*|benefit\w*|profit\w*|grew|climb\w*|moved|"
    r"moves|won|progress\w*|growth)\b"
)
_LOSS = re.compile(r"\b(?:los[st]\w*|loses|fell|falls|drop\w*|decreas\w*|declin\w*|went down|shrank|suffer\w*|hurt\w*)\b")
_RELATIVE = re.compile(r"\brelativ\w*|\bproportion\w*|\bfactor\b|\bin percent\b|\bpercentage of\b")
_PIECE = re.compile(r",|;|:|\band\b|\bbut\b|\bwhile\b|\bwhereas\b|\s[–—]\s")


def wrong_extremes(reading: Reading, values: Values) -> Iterator[Doubt]:
    """What a sentence says is the most or the least of its kind, and is not."""
    if reading.unsaid or reading.sentence.row or _RELATIVE.search(reading.lower):
        return
    seeds = _seeds(reading, values)
    named = [(item.start, item.name) for item in reading.tiers if item.name in TIERS]
    for found in _MAINLY.finditer(reading.lower):
        tiers = {name for place, name in named if found.end() <= place < found.end() + 20}
        if len(tiers) == 1:
            yield from _of_tiers(reading, values, next(iter(tiers)), found[0], change=True, up=True)
    for hit in _MOST.finditer(reading.lower):
        start, end = _piece(reading.lower, hit.start())
        tiers = {name for place, name in named if start <= place < end}
        mine = {seed for place, seed in seeds if start <= place < end}
        gain = _GAIN.search(reading.lower) is not None
        loss = _LOSS.search(reading.lower) is not None
        if gain and loss:
            continue
        up = (hit["most"] is not None) != (loss and not gain)
        level = {"f1", "macro_f1"} & reading.sentence.metric_names
        if len(tiers) == 1 and not mine and (gain or loss or level):
            yield from _of_tiers(reading, values, next(iter(tiers)), hit[0], change=gain or loss, up=up)
        elif len(mine) == 1 and not tiers and (gain or loss):
            yield from _of_seeds(reading, values, next(iter(mine)), hit[0], up=up)


def _piece(text: str, place: int) -> tuple[int, int]:
    cuts = [0, *(found.start() for found in _PIECE.finditer(text)), len(text)]
    start = max(cut for cut in cuts if cut <= place)
    return start, min(cut for cut in cuts if cut > place)


def _of_tiers(
    reading: Reading, values: Values, said: str, word: str, *, change: bool, up: bool
) -> Iterator[Doubt]:
    """Among the three tiers, of the change between two models or of one model."""
    groups = _groups(reading)
    found = []
    if change:
        steps = [step for step in values.steps if not groups or set(step) & groups]
        found = [_tiers(values, lambda tier, pair=(first, second): _gain(values, tier, pair)) for first, second in steps]
    else:
        found = [
            _tiers(values, lambda tier, key=group.key: values.value(Place("f1", key, tier)))
            for group in values.measured.settled
            if not groups or group.key in groups
        ]
    yield from _judged(reading, said, word, [item for item in found if len(item) == len(TIERS)], up=up)


def _tiers(values: Values, value: Callable[[str], float | None]) -> dict[str, float]:
    return {tier: found for tier in TIERS if (found := value(tier)) is not None}


def _gain(values: Values, tier: str, pair: tuple[str, str]) -> float | None:
    before, after = (values.value(Place("f1", key, tier)) for key in pair)
    return None if before is None or after is None else after - before


def _of_seeds(reading: Reading, values: Values, said: int, word: str, *, up: bool) -> Iterator[Doubt]:
    """Among the seeds of an experiment, of the change from one arm to the other."""
    names = reading.sentence.metric_names or reading.sentence.implied_metrics
    found = []
    for first, second in values.measured.experiments:
        for metric in names - LOWER_IS_BETTER:
            before, after = values.seeds(metric, first.key), values.seeds(metric, second.key)
            changes = {str(seed): after[seed] - before[seed] for seed in before if seed in after}
            if len(changes) > 1 and str(said) in changes:
                found.append(changes)
    yield from _judged(reading, str(said), word, found, up=up)


def _judged(
    reading: Reading, said: str, word: str, found: list[dict[str, float]], *, up: bool
) -> Iterator[Doubt]:
    """Doubtful where another one is the extreme in every family that may be meant; equal ones are both right."""
    wrong = [family for family in found if not _is_extreme(said, family, up=up)]
    if found and len(wrong) == len(found):
        told = ", ".join(f"{name} {value:+.3f}" for name, value in wrong[0].items())
        yield Doubt(reading.sentence.text, reading.sentence.position, f"{word!r} of {said}: {told}")


def _is_extreme(said: str, family: Mapping[str, float], *, up: bool) -> bool:
    sign = 1 if up else -1
    return sign * family[said] >= max(sign * value for value in family.values()) - 1e-9


def _groups(reading: Reading) -> frozenset[str]:
    return frozenset(key for _, _, keys in reading.sentence.groups for key in keys)


def _seeds(reading: Reading, values: Values) -> list[tuple[int, int]]:
    """Where seeds are named by their number."""
    return [
        (number.start, int(number.value))
        for number in reading.sentence.numbers
        if number.whole and int(number.value) in values.known_seeds
    ] + [
        (found.start(), int(found[0]))
        for found in re.finditer(r"(?<![\d.,])\d{1,6}(?![\d%]|[.,]\d)", reading.lower)
        if int(found[0]) in values.known_seeds and re.search(r"\bseeds?\W*$", reading.lower[: found.start()])
    ]
