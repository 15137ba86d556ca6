"""What is left taken for what is gone: classes at zero counted as found, the rest told as the reduction."""

import re
from collections.abc import Iterator

from grader.evidence.laws import broken, span_of
from grader.evidence.scores import data_of
from grader.evidence.settings import number_of
from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.values import Values
from grader.reading.numbers import Number

_COUNT = (
    r"(?:\d{1,3}(?:\.\d)?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|"
    r"(?:thir|four|fif|six|seven|eigh|nine)teen|twenty(?:-\w+)?)"
)
_FOUND = (
    r"(?:found|recogni[sz]ed|hit|learn(?:ed|t)|covered|known|got right|answered right|predicted (?:right|"
    r"correctly)|above zero|"
    r"non-?zero|alive)"
)
_OF = re.compile(
    rf"(?<![\w.])(?P<count>{_COUNT}) (?:out )?of (?:the |its |all |my )*(?P<of>{_COUNT}) classes (?:(?:are|is|"
    rf"were|was|get|got) )?"
    rf"(?:\w+ )?{_FOUND}\b"
)
_FINDS = re.compile(
    rf"\bof (?:the |its |all |my )*(?P<of>{_COUNT}) classes,? [^.;,]{{0,40}}?\b(?:finds?|found|gets?|got|"
    rf"recogni[sz]es?|hits?|knows?) "
    rf"(?:something in |anything in |at least one in )?(?P<count>{_COUNT})\b(?! (?:wrong|at zero|of))"
)
_GETS = re.compile(
    rf"\b(?:finds?|found|recogni[sz]e[sd]?|hits?|knows?|covers?|gets?) (?:something in |at least one "
    rf"of |as many as |only )?"
    rf"(?P<count>{_COUNT}) (?:out )?of (?:the |its |all |my )*(?P<of>{_COUNT})\b(?! (?:classes )?(?:wrong|at zero|"
    rf"are at|right))"
)


def found_for_zero(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“24.5 of the 28 classes are found”, where so many have an F1 of zero."""
    if reading.unsaid or reading.sentence.row:
        return
    for hit in (found for words in (_OF, _FINDS, _GETS) for found in words.finditer(reading.lower)):
        said, total = number_of(hit["count"]), number_of(hit["of"])
        if reading.is_denied(max(0, hit.start() - 14), hit.end()) or re.search(r"\bzero\b(?<!above zero)", hit[0]):
            continue
        if total not in {classes for _, classes in data_of(values.measured.case)}:
            continue
        keys = reading.sentence.group_keys | reading.sentence.implied_groups
        groups = [group for group in values.measured.settled if not keys or group.key in keys]
        zeros = {group.title: zero for group in groups if (zero := group.mean("zero_f1_classes")) is not None}
        off = [title for title, zero in zeros.items() if abs(zero - said) < 0.51]
        if off and not any(abs(total - zero - said) < 1.01 for zero in zeros.values()):
            yield reading.doubt(f"{hit[0]!r}: so many of {off[0]} have F1 = 0")
            return


_TO = re.compile(
    r"(?:-\w{1,5})?\s*(?:ms|mb|kb|seconds?|s|minutes?|parameters|numbers|classes)?(?:-\w{1,6})?\s*(?:±\s*[\d.,]+\s*(?:ms|mb)?\s*)?"
    r"(?:to|→|->|auf|à|a|na|до|down to|up to)?\s*"
)
_CHANGED = re.compile(
    r"\b(?:reduc\w+|shr[aiu]nk\w*|f[ae]ll\w*|drop\w*|decreas\w*|sav(?:es?|ed|ing)|cuts?|grew|grows?|r[io]ses?|increas\w*|smaller|"
    r"larger|faster|less|more|gesunken|verkleiner\w*|verringer\w*|reduzier\w*|kleiner|rédui\w+|diminu\w+|baiss\w+|redu[cz]\w+|ridott\w+|"
    r"csökken\w*|zmniejsz\w+|снизил\w*|уменьш\w+)\b"
)
_OF_WHAT = re.compile(
    r"^\s*(?:%|percent|per cent)?\s*(?:of|von|de|del|du|dei|remain\w*|left|are left|is left|as "
    r"(?:large|much|high|many))\b"
)
_ANOTHER = re.compile(
    r"\b(?:and|while|whereas|but|size|latency|median|percentile|time|speed|memory|accuracy|loss|error|f1|macro)\b"
)
"""What turns to something else between a step and a change in percent."""
_ITS_OWN = re.compile(r"^\W*(?:[mk]b\W+(?:the|its) size|ms\W+(?:the|its) (?:latency|median|time))\b")
"""The noun of the step itself: "from 3.58 to 2.26 MB the size shrank"."""
FAR = 3.0
"""Points of percent beyond which a change in percent is not a loose rounding."""


def wrong_relative_changes(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“From 2.261 to 1.606 MB, a reduction by 71 %”, where 71 % are what is left."""
    numbers = [item for item in reading.sentence.numbers if not item.spelled]
    for first, second, stated in zip(numbers, numbers[1:], numbers[2:], strict=False):
        if not _is_step(first, second, reading.lower) or not stated.percent or stated.points or stated.value == 0:
            continue
        between, behind = reading.lower[second.end : stated.start], reading.lower[stated.end : stated.end + 30]
        if len(between) > 60 or re.search(r"[.;]\s", between) or _OF_WHAT.match(behind):
            continue
        if _ANOTHER.search(_ITS_OWN.sub(" ", between)) or any(
            second.end <= item.start < stated.start for item in reading.sentence.metrics
        ):
            continue
        if not (_CHANGED.search(between) or _CHANGED.search(behind)) or re.search(
            r"\b(?:to|auf|points?|"
            r"punkt\w*)\b",
            between,
        ):
            continue
        a, b, c = (span_of(item, fraction=False) for item in (first, second, stated))
        why = broken("relative", a, b, c)
        real = abs(b.middle / a.middle - 1) * 100 if a.middle else 0.0
        other = abs(a.middle / b.middle - 1) * 100 if b.middle else 0.0
        if why and min(abs(abs(c.middle) - real), abs(abs(c.middle) - other)) > max(FAR, 0.1 * real):
            yield reading.doubt(f"{stated.text}: {why}")
            return


def _is_step(first: Number, second: Number, lower: str) -> bool:
    """Two numbers of one kind, neither a percentage nor a score, with nothing but a "to" between."""
    if any(item.percent or item.points or item.times or item.signed or item.value <= 0 for item in (first, second)):
        return False
    if max(first.value, second.value) <= 1:
        return False  # of scores, points are called percent
    return _TO.fullmatch(lower[first.end : second.start]) is not None
