"""What happens to the difference between the arms where a part of the classes is left out."""

import re
from collections.abc import Iterator

from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.values import Place, Values
from paribus.metrics.registry import MEAN_F1

_REVERSED = re.compile(
    r"\b(?:revers\w+|turn(?:s|ed)? (?:a)?round|the other way (?:a)?round|changes? (?:its )?(?:sign|sides|"
    r"direction)|flips?|flipped|swaps?|swapped|overturn\w*|upside down)\b|\bsign\b[^.;]{0,30}\bchanges\b"
)
_KEPT = re.compile(r"\b(?:keeps?|kept|same|stays?|stayed|remains?|holds?|unchanged)\b")
_WHAT = re.compile(r"\b(?:sign|order|ranking|direction|comparison|difference|advantage|gap|lead)\b")
_SMALLER = re.compile(r"\b(?:smaller|shrinks?|shrank|narrows?|less|decreases?|reduced|melts?|melted|diminish\w*)\b")
_LARGER = re.compile(r"\b(?:larger|grows?|grew|widens?|more|increases?|bigger|greater|even larger)\b")


def wrong_subsets(reading: Reading, values: Values) -> Iterator[Doubt]:
    """The difference is said to turn round, to shrink or to grow without some classes, and does not."""
    here = any(item.name == "steady" for item in reading.tiers)
    there = reading.before is not None and re.search(
        r"small classes|left out|leav\w+ (?:them|these)|without (?:them|these)", reading.before.text.lower()
    )
    there = there and re.search(r"\b(?:there|then|without them|without these)\b", reading.lower)
    if reading.unsaid or reading.sentence.row or not (here or there) or _WHAT.search(reading.lower) is None:
        return
    denied = (reading.is_denied(0, len(reading.lower)) and not here) or re.search(
        r"\bnot\b|n't\b", reading.lower
    ) is not None
    judged = []
    for first, second in values.measured.experiments:
        part, whole = _differences(values, first.key, second.key)
        if part is not None and whole is not None:
            judged.append((_right(reading.lower, part, whole, denied=bool(denied)), part, whole))
    judged = [item for item in judged if item[0] is not None]
    if judged and not any(right for right, _, _ in judged):
        _, part, whole = judged[0]
        text = f"the difference between the arms is {part:+.3f} without these classes and {whole:+.3f} with them"
        yield reading.doubt(f"{reading.lower.strip()[:60]!r}: {text}")


def _differences(values: Values, first: str, second: str) -> tuple[float | None, float | None]:
    before, after = (values.value(Place("f1", key, "steady")) for key in (first, second))
    all_before, all_after = (values.value(Place(MEAN_F1, key)) for key in (first, second))
    if before is None or after is None or all_before is None or all_after is None:
        return None, None
    return after - before, all_after - all_before


def _right(text: str, part: float, whole: float, *, denied: bool) -> bool | None:
    if _REVERSED.search(text):
        return (part * whole < 0) != denied
    size = [pattern.search(text) is not None for pattern in (_SMALLER, _LARGER)]
    if size[0] != size[1] and re.search(r"\b(?:difference|advantage|gap|lead)\b", text):
        return (abs(part) < abs(whole)) == size[0] if not denied else None
    if _KEPT.search(text) and re.search(r"\b(?:sign|order|ranking|direction|comparison)\b", text):
        return (part * whole > 0) != denied
    return None
