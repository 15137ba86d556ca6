"""Scores of classes in one sentence or one row: precision, recall and F1; classes at zero and their mean; accuracy
and the micro average.
"""

import re
from collections.abc import Iterator, Sequence

from grader.evidence.breaches import Breach, held_to, is_level, levels_of, spans_of
from grader.evidence.laws import broken
from grader.evidence.measured import Measured
from grader.evidence.runs import finished, read_runs
from grader.evidence.scores import class_names, data_of, items_of
from grader.evidence.statements import Sentence
from grader.reading import vocabulary
from grader.reading.numbers import Number

_NAMES = {"precision": "precision", "recall": "recall", "f1": r"(?<!macro[- ])(?<!weighted[- ])f1(?:[- ]?score)?"}
_IS = (
    r"\s*(?:score)?\s*(?:is|was|of|=|:|at|reaches|reached|are|has|ist|von|est|es)?\s*"
    r"(?:only |just |then |also |thus )?"
)
_BEFORE = {name: re.compile(rf"\b{word}{_IS}$", re.IGNORECASE) for name, word in _NAMES.items()}
_BEHIND = {name: re.compile(rf"\s*(?:in |for )?{word}\b", re.IGNORECASE) for name, word in _NAMES.items()}
_BOTH = re.compile(
    r"\bprecision\s*(?:and|/|&|,)\s*recall\s*(?:are|were|of|is|=|:)?\s*(?:both |each )?(?P<first>$)?", re.IGNORECASE
)
_AVERAGED = re.compile(
    r"\b(?:macro|weighted|average\w*|avg|mean|overall|samples?|all classes|seeds?|epochs?|thresholds?|if|would|"
    r"f-?beta|f2|f0\.5|best|highest|lowest|maximum|minimum|curve)\b",
    re.IGNORECASE,
)
"""Words by which the three may be no scores of one class."""
_MICRO = re.compile(r"\bmicro\b", re.IGNORECASE)
_ONE_CLASS = re.compile(r"\b(?:class|label|category|tag|klasse|classe|clase)\b", re.IGNORECASE)
NAME = 4
"""Letters with which the name of a class is no common word."""


def broken_scores(sentence: Sentence, measured: Measured) -> Iterator[Breach]:
    """What one sentence says of scores that no classes can have together."""
    if vocabulary.has("context", "approximate", sentence.text) or sentence.row:
        return
    if len({keys for _, _, keys in sentence.groups}) > 1 or any(map(sentence.is_forecast, sentence.numbers)):
        return
    yield from _harmonic(sentence, measured)
    yield from _bounded(sentence, measured)
    yield from _micro(sentence, measured)


# --- precision, recall and F1 -------------------------------------------------------------------------------------


def _harmonic(sentence: Sentence, measured: Measured) -> Iterator[Breach]:
    levels, text = levels_of(sentence), sentence.text
    if (
        not 2 <= len(levels) <= 3
        or not all(map(is_level, levels))
        or _AVERAGED.search(text)
        or _may_be_means(sentence, measured)
    ):
        return
    found = {name: [item for item in levels if _is_called(name, item, sentence)] for name in _NAMES}
    if both := _BOTH.search(text):
        behind = [item for item in levels if item.start >= both.end()]
        found |= {"precision": behind[:1], "recall": behind[:1] if len(levels) == 2 else behind[1:2]}
    if any(len(numbers) != 1 for numbers in found.values()):
        return
    named = _names_a_class(text, measured) or bool(_MICRO.search(text))
    if named or _ONE_CLASS.search(text):
        precision, recall, f1 = (numbers[0] for numbers in found.values())
        yield from _of_three(precision, recall, f1, sentence, sure=named)


def _is_called(name: str, number: Number, sentence: Sentence) -> bool:
    """Its score's name is right before it, or right behind it where no other's is before it."""
    before = sentence.text[max(0, number.start - 40) : number.start]
    if any(pattern.search(before) for pattern in _BEFORE.values()):
        return _BEFORE[name].search(before) is not None
    return _BEHIND[name].match(sentence.text[number.end : number.end + 24]) is not None


def _of_three(precision: Number, recall: Number, f1: Number, within: Sentence, *, sure: bool) -> Iterator[Breach]:
    *parts, stated = spans_of([precision, recall, f1])
    yield from held_to("harmonic", parts, stated, f1, within, sure=sure, listed=False)


def _may_be_means(sentence: Sentence, measured: Measured) -> bool:
    """The runs that may be meant are several of a group: the mean of their F1 has no such law."""
    keys = sentence.group_keys or sentence.implied_groups
    return any(len(group.runs) > 1 for group in measured.settled if not keys or group.key in keys)


def _names_a_class(text: str, measured: Measured) -> bool:
    lower = text.lower()
    runs = finished(read_runs(measured.case))
    names = {name.lower() for run in runs for name in class_names(measured.case, run) if len(name) >= NAME}
    return sum(name in lower for name in names) == 1


def broken_scores_of_row(cells: Sequence[Sentence], measured: Measured) -> Iterator[Breach]:
    """A row of a report, with columns for precision, recall and F1."""
    titles = {cell.titles[1].strip().lower(): cell for cell in cells}
    label = cells[0].titles[0]
    if (
        _AVERAGED.search(label)
        or any(_AVERAGED.search(title) for title in titles)
        or _may_be_means(cells[0], measured)
    ):
        return
    found = [
        [cell for title, cell in titles.items() if re.fullmatch(word, title)]
        for word in ("precision", "recall", r"f1(?:[- ]?score)?")
    ]
    if all(len(mine) == 1 and len(mine[0].numbers) == 1 and is_level(mine[0].numbers[0]) for mine in found):
        numbers = [mine[0].numbers[0] for mine in found]
        named = _names_a_class(label, measured) or bool(_MICRO.search(label))
        if named or _ONE_CLASS.search(label):
            precision, recall, f1 = numbers
            yield from _of_three(precision, recall, f1, found[2][0], sure=named)


# --- classes at zero ----------------------------------------------------------------------------------------------

_ZEROS = re.compile(
    r"\b(?P<zeros>\d{1,4})\s*(?:of|out of|/)\s*(?:the |its |all |my )*(?P<classes>\d{1,4})\s*(?:\w+ )?"
    r"(?:classes|labels|categories)\b[^.;\d]{0,40}?"
    r"(?:f1(?:[- ]score)?\s*(?:=|of|at|is|are|equal to)?\s*(?:0\b|zero)|at zero|at 0\b(?!\.)|zero f1|"
    r"never predicted)",
    re.IGNORECASE,
)
_MACRO = re.compile(
    r"\b(?:macro[- ]?(?:averaged )?f1|makro-f1)(?:[- ]score)?\s*(?:is|was|of|=|:|at|reaches|reached|ist|von)?\s*"
    r"(?:only |just |still )?$",
    re.IGNORECASE,
)
_RESTRICTED = re.compile(
    r"\b(?:over the (?!whole|validation|test|same)|of the (?:other|rest|remaining)|remaining|excluding|without|"
    r"only the|above zero|nonzero|than|from|instead|before|after|tf-?idf|head|tail|mid|tier|not|no longer|baseline|"
    r"train\w*|balanced|top|subset|multi\w*|if|would)\b",
    re.IGNORECASE,
)
"""Words by which a mean may be over fewer classes, or two numbers of two runs or of two sets of items."""


def _bounded(sentence: Sentence, measured: Measured) -> Iterator[Breach]:
    text = sentence.text
    hits = list(_ZEROS.finditer(text))
    macro = [item for item in sentence.numbers if is_level(item) and _MACRO.search(text[: item.start])]
    if (
        len(hits) != 1
        or len(macro) != 1
        or _RESTRICTED.search(text)
        or hits[0].start() <= macro[0].start < hits[0].end()
    ):
        return
    zeros, classes = int(hits[0]["zeros"]), int(hits[0]["classes"])
    if not 0 < zeros <= classes:
        return
    (span,) = spans_of(macro)
    averaged = _averaged(measured)
    fewest = averaged.get(classes, classes if not averaged else 0)
    if fewest == 0:
        return  # of a part of the classes
    # Classes that no item has may be counted at zero and left out of the mean.
    least = min(zeros, max(0, zeros - (classes - fewest)))
    if why := broken("bounded", span, least, fewest):
        sure = bool(averaged) and bool(broken("bounded", span.widened, least, fewest))
        yield Breach(macro[0], sentence, why, sure)


def _averaged(measured: Measured) -> dict[int, int]:
    """By each count of classes that may be meant, over how few of them a mean may be: those that items have."""
    found: dict[int, int] = {}
    for run in finished(read_runs(measured.case)):
        items = items_of(measured.case, run)
        if items is not None and (known := len(class_names(measured.case, run))):
            occurring = len(set(items.truth.tolist()))
            found |= {known: min(occurring, found.get(known, known)), occurring: occurring}
    return found


# --- accuracy and the micro average -------------------------------------------------------------------------------

_MICRO_F1 = re.compile(rf"\bmicro[- ]?(?:averaged )?f1(?:[- ]score)?{_IS}$", re.IGNORECASE)
_ACCURACY = re.compile(rf"(?<!balanced )\baccuracy{_IS}$", re.IGNORECASE)


def _micro(sentence: Sentence, measured: Measured) -> Iterator[Breach]:
    text, levels = sentence.text, list(filter(is_level, levels_of(sentence)))
    micro = [item for item in levels if _MICRO_F1.search(text[: item.start])]
    accuracy = [item for item in levels if _ACCURACY.search(text[: item.start])]
    if len(levels) == 2 and len(micro) == len(accuracy) == 1 and not _RESTRICTED.search(text):
        first, second = spans_of([*accuracy, *micro])
        sure = bool(data_of(measured.case))  # each item has one label
        yield from held_to("micro", [first], second, micro[0], sentence, sure=sure, listed=False)
