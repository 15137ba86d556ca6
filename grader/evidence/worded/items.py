"""Counts in words: how many items are right, how many classes are at zero, and how many more than before."""

import re
from collections.abc import Iterator

from grader.evidence.groups import Group
from grader.evidence.scores import data_of
from grader.evidence.settings import number_of
from grader.evidence.worded.fractions import FRACTION, fraction_of
from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.values import Values
from grader.reading.nouns import ITEM, ITEMS

_SMALL = (
    r"(?<![\d.,])(?:(?:twenty|thirty|forty|fifty)(?:-(?:one|two|three|four|five|six|seven|eight|nine))?|one|two|"
    r"three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|"
    r"fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|\d{1,3}(?![.,]?\d))"
)
_RIGHT = re.compile(
    rf"(?<!\w)(?<!of )(?<!of the )(?<!von )(?P<count>{_SMALL})(?: out)?(?: of (?:the |its |"
    rf"all )?{_SMALL}?)? ?(?:validation )?{ITEM}s? (?:are |is |were |was |come out |get |answered |"
    rf"routed )*(?P<kind>right|correct\w*|wrong)\b"
)
_MORE_RIGHT = re.compile(
    rf"(?<!\w)(?<!of )(?<!of the )(?<!von )(?P<count>{_SMALL})\s+(?:more\s+|additional\s+|further\s+|"
    rf"fewer\s+)?(?:validation\s+)?{ITEM}s?(?:\s+(?:more|fewer|less))?\b(?P<rest>[^.;]{{0,40}})"
)
_CHANGED = re.compile(
    r"\b(?:more|fewer|additional|further|differ\w*|corresponds?|gain\w*|los\w+|fell|rose|by|less|extra|means?|"
    r"amounts?)\b"
)
_CLASSES = re.compile(
    rf"(?<!\w)(?P<count>{_SMALL})\s+(?:(?:(?P<first>more|fewer|less)\s+class(?:es)?|class(?:es)?\s+(?P<second>more|"
    rf"fewer|less))\b[^.;]{{0,30}}?\b(?P<kind>zero|f1 ?= ?0|never predicted|always wrong)\b|"
    rf"(?P<named>never[- ]predicted|always[- ]wrong|zero[- ]f1|zero)\s+class(?:es)?\s+(?P<third>more|fewer|less)\b)"
)
_SHARE = re.compile(
    rf"(?<!\w)(?:{FRACTION}|(?P<most>most|the (?:large )?majority|all|every)) (?:of )?(?:all |the |its |my |"
    rf"these )*(?:\d+ |twenty-eight )?(?:classes|class)\b(?P<rest>[^.;]{{0,60}})"
)
_OF_ITEMS = re.compile(
    rf"(?<!\w){FRACTION} (?:of )?(?:all |the |its |my |these )*(?:\d+ |"
    rf"fifty-two )?(?:validation )?{ITEMS}\b(?P<rest>[^.;]{{0,40}})"
)
_OF_OTHERS = re.compile(r"\s+(?:that|which|tf-idf|it)\b")
_KINDS = (
    (
        re.compile(r"\b(?:above zero|nonzero|non-zero|no longer (?:at )?zero|a non-zero|more than zero)\b"),
        "above_zero",
    ),
    (re.compile(r"\bnever predicted|\bnot predicted\b"), "never_predicted"),
    (re.compile(r"\balways wrong\b"), "always_wrong"),
    (
        re.compile(
            r"\b(?:at zero|f1 (?:of |= ?)(?:zero|0)|f1 ?= ?0|zero f1|an f1 of zero|f1 of zero|dead|"
            r"without a (?:single )?hit)\b"
        ),
        "zero_f1_classes",
    ),
)


_OF_ONE_ALONE = re.compile(r"\b(?:both|neither|either|(?:only|just|exactly|by) one)\b|\b\w+ (?:only|alone)\b")
"""Items that one of two models has right and the other has not."""


def wrong_items(reading: Reading, values: Values) -> Iterator[Doubt]:
    """So many items are said to be right, or right beyond another's, and so many are not."""
    if reading.unsaid or reading.sentence.row or any(len(group.runs) > 1 for group in _groups(reading, values)):
        return
    if _OF_ONE_ALONE.search(reading.lower):
        return
    correct, wrong = values.items("accuracy"), values.items("error_rate")
    for hit in _RIGHT.finditer(reading.lower):
        known = wrong if hit["kind"] == "wrong" else correct
        keys = reading.sentence.group_keys | reading.sentence.implied_groups
        mine = {count for key, count in known.items() if not keys or key in keys}
        said = number_of(hit["count"])
        if mine and said not in mine and not _CHANGED.search(hit[0]):
            told = ", ".join(f"{count:.0f}" for count in sorted(mine))
            yield reading.doubt(f"{hit[0]!r}: there are {told}")
            return
    yield from _wrong_hits(reading, {*correct.values()})
    named = {item.name for item in reading.sentence.metrics}
    sizes = {items for items, _ in data_of(values.measured.case)}
    for hit in _MORE_RIGHT.finditer(reading.lower):
        around = reading.lower[max(0, hit.start() - 40) : hit.end()]
        right = re.search(r"\b(?:right|correct\w*|answers?|hits?|accuracy)\b", around) or (named == {"accuracy"})
        if reading.is_denied(max(0, hit.start() - 40), hit.end()):
            continue
        if (
            not right
            or not _CHANGED.search(around)
            or re.search(r"\bclass|\bper\b|\bsingle\b|\bor less\b|\bat most\b|\bhave\b", around)
        ):
            continue
        if named and named != {"accuracy"} and "accuracy" not in named:
            continue
        steps = [step for step in values.steps_of(reading.sentence.text) if set(step) <= set(correct)]
        apart = {abs(correct[b] - correct[a]) for a, b in steps}
        said = number_of(hit["count"])
        if (
            apart
            and said not in apart
            and said not in sizes
            and said not in set(correct.values()) | set(wrong.values())
            and said != sum(correct.values())
        ):
            told = ", ".join(f"{count:.0f}" for count in sorted(apart))
            yield reading.doubt(f"{hit[0].strip()!r}: the runs differ by {told} items")
            return


_GOT = re.compile(
    rf"\b(?:got|gets?|has|had|answer(?:s|ed)|solve[sd]|route[sd]|classif(?:ies|ied))\s+(?P<count>{_SMALL})\s+"
    rf"(?:(?:of (?:them|these|the \d+|\d+)|{ITEMS})\s+)?(?:right|correct\w*)"
    rf"(?:(?:,| and|, and| while|, while)\s[^.;,\d]{{3,40}}?\s(?P<other>{_SMALL})(?=\W*(?:$|[.;,])))?"
)


_HITS = re.compile(
    rf"(?<!\w)(?<!of )(?<!the )(?P<count>{_SMALL})\s+(?:{ITEMS}\s+)?(?:correct(?:ly)?|right)(?:\s+answers?)?"
    rf"\s+(?:before|first)\b[^.;\d]{{0,20}}?(?P<other>{_SMALL})\b"
)


def _wrong_hits(reading: Reading, correct: set[float]) -> Iterator[Doubt]:
    """“The baseline got 26 right and the other one 28”, where no run got so many."""
    for hit in (*_GOT.finditer(reading.lower), *_HITS.finditer(reading.lower)):
        for said in (number_of(word) for word in (hit["count"], hit["other"]) if word):
            if correct and said not in correct and not reading.is_denied(max(0, hit.start() - 20), hit.end()):
                told = ", ".join(f"{count:.0f}" for count in sorted(correct))
                yield reading.doubt(f"{hit[0]!r}: the runs have {told}")
                return


def _groups(reading: Reading, values: Values) -> list[Group]:
    keys = reading.sentence.group_keys or values.about
    return [group for group in values.measured.settled if not keys or group.key in keys]


def wrong_class_counts(reading: Reading, values: Values) -> Iterator[Doubt]:
    """So many classes more or fewer are said to be at zero, or such a part of all classes, and they are not."""
    if reading.unsaid or reading.sentence.row:
        return
    for hit in _CLASSES.finditer(reading.lower):
        name = (hit["kind"] or hit["named"]).replace("-", " ")
        kind = name.replace(" ", "_") if name in ("never predicted", "always wrong") else "zero_f1_classes"
        said, more = number_of(hit["count"]), (hit["first"] or hit["second"] or hit["third"]) == "more"
        if re.search(r"\bnot\b|no longer", hit[0]):
            continue
        subject = _subject(reading, hit.start("count"))
        judged = [
            (abs(abs(change) - said) < 0.51 and (side == 0 or (side * change > 0) == more), change)
            for change, side in _changes(reading, values, kind, subject)
        ]
        if judged and not any(right for right, _ in judged):
            yield reading.doubt(f"{hit[0]!r}: the change is {judged[0][1]:+.4g}")
            return
    for hit in _SHARE.finditer(reading.lower):
        kinds = [name for pattern, name in _KINDS if pattern.search(hit["rest"])]
        if (
            len(kinds) < 1
            or _OF_OTHERS.match(hit["rest"])
            or reading.is_denied(max(0, hit.start() - 20), hit.end())
        ):
            continue
        shares = [
            share for group in _named(reading, values) if (share := _share(values, group.key, kinds[0])) is not None
        ]
        if shares and not any(_fits(share, hit) for share in shares):
            yield reading.doubt(f"{hit[0].strip()!r}: the share is {shares[0]:.2f}")
            return
    for hit in _OF_ITEMS.finditer(reading.lower):
        around = reading.lower[max(0, hit.start() - 45) : hit.end()]
        right = re.search(r"\b(?:right|correct\w*|solves?|hits?|gets|answers)\b", around)
        wrong = re.search(r"\b(?:wrong\w*|incorrect\w*|misses|mistake|errors?|false)\b", around)
        if (right is None) == (wrong is None) or reading.is_denied(max(0, hit.start() - 20), hit.end()):
            continue
        known = [value for group in _named(reading, values) if (value := group.mean("accuracy")) is not None]
        shares = [value if right is not None else 1 - value for value in known]
        if shares and not any(fraction_of(hit).fits(share) for share in shares):
            yield reading.doubt(f"{hit[0].strip()!r}: the share is {shares[0]:.2f}")
            return


_OTHER_SIDE = re.compile(r"\b(?:over|than|against|to|from|versus|vs\.?|of)\W+(?:the\W+)?$")


def _subject(reading: Reading, place: int) -> frozenset[str] | None:
    """The runs that a comparison is said of: named alone before it; None where none or several are."""
    first, _ = reading.clause_at(place)
    before = [item for item in reading.sentence.groups if first <= item[0] < place]
    if any(_OTHER_SIDE.search(reading.lower[:start]) for start, _, _ in before):
        return None
    if not before:
        return None if reading.sentence.groups else frozenset()
    return before[0][2] if len({keys for _, _, keys in before}) == 1 else None


def _changes(
    reading: Reading, values: Values, kind: str, subject: frozenset[str] | None
) -> Iterator[tuple[float, int]]:
    """What changed from one run to the other, and which way it is said: +1 of the second run, -1 of the first, 0
    where nobody can tell.
    """
    for first, second in values.steps_of(reading.sentence.text):
        a, b = (_count(values, key, kind) for key in (first, second))
        if a is None or b is None:
            continue
        if subject is None:
            yield b - a, 0
        elif not subject or second in subject:
            yield b - a, 1
        else:
            yield b - a, -1 if first in subject else 0


def _count(values: Values, key: str, kind: str) -> float | None:
    group = values.group(key)
    mean = group.mean(kind) if group is not None else None
    return mean if mean is not None else values.named(kind, key)


def _named(reading: Reading, values: Values) -> list[Group]:
    keys = reading.sentence.group_keys | reading.sentence.implied_groups
    found = [group for group in values.measured.settled if group.key in keys]
    return found or list(values.measured.settled)


def _share(values: Values, key: str, kind: str) -> float | None:
    zero, above = _count(values, key, "zero_f1_classes"), values.named("above_zero", key)
    count = above if kind == "above_zero" else _count(values, key, kind)
    if zero is None or above is None or count is None or zero + above == 0:
        return None
    return count / (zero + above)


def _fits(share: float, hit: re.Match[str]) -> bool:
    if hit["most"]:
        return share > (0.999 if hit["most"] in ("all", "every") else 0.5)
    return fraction_of(hit).fits(share)
