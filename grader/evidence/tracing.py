"""Tracing: each number in an answer to the metric and the runs it speaks of.

A number is *traced* where it agrees, at its printed precision, with the metric and the group of runs named
beside it. It is *wrong* only where metric and group are plain and nothing that the sentence may mean agrees.
Where the metric or the group is missing it is *unclear*, even if some recorded value happens to agree: among
hundreds of recorded values one nearly always does.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache

from grader.evidence.differences import is_difference, trace_difference, trace_rescued
from grader.evidence.intervals import trace_intervals
from grader.evidence.levels import is_spread, trace_level, trace_spread
from grader.evidence.measured import COUNTS, Measured, find_named
from grader.evidence.traces import Context, Status, Trace, all_groups, in_series
from grader.reading import vocabulary
from grader.reading.answers import sentences
from grader.reading.numbers import Agreement, Number, agreement, find_numbers
from grader.reading.prose import Block
from grader.reading.vocabulary import tokens

_APART = re.compile(r"[,;.]|\band\b|\d")
MAX_NUMBERS = 500
"""More than any memo quotes; what stands beyond is not looked at."""
_JOINTS = frozenset({"of", "is", "was", "=", "to"})
_CLASSES = re.compile(r"^\s*(of the \d+ )?(\w+ )?class", re.IGNORECASE)
_CITED = re.compile(r"\([^()]{0,50}$|\bet al\.?,? *$|\b(?:in|since) $")
_YEAR = re.compile(r"(?:19|20)\d\d[a-z]?(?=[),;. ]|$)")
_OF_TOTAL = re.compile(r"\b(of|out of|/)\s*(the\s+|all\s+)?$", re.IGNORECASE)


def trace(blocks: Iterable[Block], measured: Measured) -> list[Trace]:
    """Every number of an answer, in order."""
    found: list[Trace] = []
    heading = frozenset[str]()
    for block in blocks:
        if block.kind == "code":
            continue
        if block.kind == "heading":
            heading = _single(_groups_in(block.text, measured))
        if block.kind == "row":
            found += _trace_row(block, measured, heading)
        else:
            found += _trace_text(block, measured, heading)
        if len(found) > MAX_NUMBERS:
            break
    return found


def _trace_text(block: Block, measured: Measured, heading: frozenset[str]) -> list[Trace]:
    found: list[Trace] = []
    metric, groups = "", heading
    for sentence in sentences(block.text):
        context = _named(sentence, block.position, measured)
        numbers = [number for number in find_numbers(sentence) if not _covered(number, context)]
        if numbers:
            context = replace(
                _described(context, measured), implied_metric=metric, implied_groups=groups, numbers=tuple(numbers)
            )
            bounds = trace_intervals(context, measured)
            found += [bounds.get(number.start) or _trace_number(number, context, measured) for number in numbers]
        named = list(dict.fromkeys(mention.name for mention in context.metrics))
        metric = named[0] if len(named) == 1 else ("" if named else metric)
        groups = all_groups(context.groups[-1:]) or groups
    return found


def _trace_row(block: Block, measured: Measured, heading: frozenset[str]) -> list[Trace]:
    """A table's row: the metric and the group stand in its first cell or above its columns."""
    found: list[Trace] = []
    label = block.cells[0] if block.cells else ""
    for index, cell in enumerate(block.cells):
        if index == 0 or block.cells == block.header:
            continue
        column = block.header[index] if index < len(block.header) and block.header != block.cells else ""
        context = _named(f"{label} | {column} | {cell}", block.position, measured)
        exact = _labelled((label, column), measured)
        if exact:
            context = replace(context, groups=((0, 0, exact),))
        offset = len(label) + len(column) + 6
        moved = [
            replace(number, start=number.start + offset, end=number.end + offset) for number in find_numbers(cell)
        ]
        numbers = [number for number in moved if not _covered(number, context)]
        if not numbers:
            continue
        context = replace(_described(context, measured), implied_groups=heading)
        bounds = trace_intervals(replace(context, numbers=tuple(numbers)), measured)
        for number in numbers:
            alone = replace(context, numbers=(number,))
            found.append(bounds.get(number.start) or _trace_number(number, alone, measured))
    return found


def _named(text: str, position: int, measured: Measured) -> Context:
    """The metrics and the groups that a text names: what the text after it may go on about."""
    metrics = tuple(vocabulary.find_all("metrics", text))
    return Context(text=text, position=position, metrics=metrics, groups=_groups_in(text, measured))


def _described(context: Context, measured: Measured) -> Context:
    """The same with all that only a text with numbers in it is asked for."""
    text, lower = context.text, context.text.lower()
    return replace(
        context,
        difference=vocabulary.has("context", "gap_between", text),
        seeds="seed" in lower or "best" in lower or "worst" in lower,
        epochs="epoch" in lower,
        elsewhere=vocabulary.has("context", "elsewhere", text),
        forecast=vocabulary.has("context", "forecast", text),
        values=tuple(find_named(measured, text)),
    )


def _groups_in(text: str, measured: Measured) -> tuple[tuple[int, int, frozenset[str]], ...]:
    """Where groups are named: spans with the groups that may be meant, in order.

    One name can stand for an arm and for a run that explored its value: the text says which ("in the sweep",
    "confirmed on new seeds"), and where it says neither, the arm is meant.
    """
    spans = measured.mentions.find(text)
    if len(measured.settled) == len(measured.groups):
        return tuple(spans)
    said = [vocabulary.has("context", word, text) for word in ("exploring", "confirming")]
    if all(said):
        return tuple(spans)
    return tuple((start, end, _meant(keys, measured, exploring=said[0])) for start, end, keys in spans)


def _meant(keys: frozenset[str], measured: Measured, *, exploring: bool) -> frozenset[str]:
    """Of the groups one name stands for, those that explored or those that did not, where there are both."""
    return frozenset(key for key in keys if measured.group(key).exploring == exploring) or keys


def _single(groups: Sequence[tuple[int, int, frozenset[str]]]) -> frozenset[str]:
    """The groups of a heading that names one thing; a heading that names two says nothing about what follows."""
    return groups[0][2] if len({keys for _, _, keys in groups}) == 1 else frozenset()


def _labelled(cells: Sequence[str], measured: Measured) -> frozenset[str]:
    """The groups that a table's row or column is labelled with, word for word."""
    plain = {cell.strip().lower() for cell in cells if cell.strip()}
    return frozenset(group.key for group in measured.groups if group.labels & plain)


def _covered(number: Number, context: Context) -> bool:
    """The digits belong to the name of a metric or a group ("F1 = 0", "batch size 16"), or are a source's year."""
    if _CITED.search(context.text[: number.start][-60:]) and _YEAR.match(context.text[number.start :]):
        return True
    spans = [(mention.start, mention.end) for mention in context.metrics]
    spans += [(start, end) for start, end, _ in context.groups if end > start]
    return any(start < number.end and number.start < end for start, end in spans)


def _trace_number(number: Number, context: Context, measured: Measured) -> Trace:  # noqa: PLR0911
    """One number in its sentence. A ladder: each way out is another verdict, hence the many returns."""
    blank = Trace(number, Status.OTHER, context.text, context.position)
    before, after = context.text[: number.start], context.text[number.end :]
    if _is_setting(number, before, after) or _is_tried(number, context, measured):
        return blank
    for name, value, position in context.values:
        if agreement(number, value, fraction=0.0 <= value <= 1.0) is Agreement.YES:
            return replace(
                blank,
                status=Status.TRACED,
                metric=name,
                group="a recorded value",
                expected=value,
                recorded_in=position,
            )
    if context.forecast:
        return blank
    metric, certain = _metric_of(number, context)
    if not metric:
        vague = not number.whole or number.percent or number.points
        why = "no metric stands beside it"
        return replace(blank, status=Status.UNCLEAR, why=why) if vague and not context.elsewhere else blank
    blank = replace(blank, metric=metric)
    if metric == "rescued":
        return trace_rescued(blank, context, measured)
    if metric == "zero_f1_classes" and _is_share(number):
        return replace(blank, status=Status.UNCLEAR, why="a share of classes")
    if number.spread is None and is_spread(before):
        return trace_spread(blank, certain, context, measured)
    if is_difference(number, before, after, context):
        return trace_difference(blank, certain, context, measured)
    return trace_level(blank, certain, context, measured)


def _is_share(number: Number) -> bool:
    """A percentage, or a fraction below one; a mean count over seeds ("22.7 classes") is none."""
    return number.percent or number.points or (not number.whole and abs(number.value) < 1)


def _is_setting(number: Number, before: str, after: str) -> bool:
    """A number of seeds, epochs, tokens …: a count of something that is no metric, or a setting's value."""
    if number.points:
        return False
    if _names_setting(before):
        return True
    if number.percent:
        return False
    following = re.match(r"[\s\-]*([A-Za-z]+)", after)
    unit_after = following is not None and following[1].lower() in vocabulary.phrases("units", "after")
    if number.whole and unit_after:
        return True
    if number.spelled:
        return following is None or not following[1].lower().startswith("class")
    return number.whole and _OF_TOTAL.search(before) is not None and re.search(r"\d\D{0,12}$", before) is not None


def _is_tried(number: Number, context: Context, measured: Measured) -> bool:
    """In a sentence about exploring, a number that is one of the values tried: "0.001 beats 0.0005"."""
    return number.text.lower() in measured.tried and vocabulary.has("context", "exploring", context.text)


def _names_setting(before: str) -> bool:
    """The words right before a number are a setting's or a label's name ("seed", "learning rate of", "lr =")."""
    words = [word for word, _, _ in tokens(before[-40:])]
    while words and words[-1] in _JOINTS:
        words.pop()
    units = _units_before()
    return any(" ".join(words[-size:]) in units for size in (1, 2) if len(words) >= size)


@cache
def _units_before() -> frozenset[str]:
    return frozenset(
        " ".join(word for word, _, _ in tokens(unit)) for unit in vocabulary.phrases("units", "before")
    )


def _metric_of(number: Number, context: Context) -> tuple[str, bool]:  # noqa: PLR0911 - a ladder, as above
    """The metric a number speaks of, and whether the sentence itself leaves no doubt."""
    named = list(dict.fromkeys(mention.name for mention in context.metrics))
    if not named:
        return context.implied_metric, False
    if len(named) == 1:
        return named[0], True
    counted = [name for name in named if name in COUNTS]
    if counted and number.whole and _CLASSES.match(context.text[number.end :]):
        return counted[0], len(counted) == 1
    place = in_series(number, context, [(mention.start, mention.end) for mention in context.metrics])
    if place is not None:
        return context.metrics[place].name, True
    adjacent = [
        mention for mention in context.metrics
        if 0 <= mention.start - number.end <= 12
        and not _APART.search(context.text[number.end : mention.start])
    ]  # fmt: skip
    earlier = [mention for mention in context.metrics if mention.end <= number.start]
    if adjacent and not (earlier and number.start - earlier[-1].end <= 4):
        return adjacent[0].name, True
    if earlier:
        close = not re.search(r"\d", context.text[earlier[-1].end : number.start])
        return earlier[-1].name, close
    return named[0], False
