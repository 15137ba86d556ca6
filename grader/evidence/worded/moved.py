"""What is told as a change from one value to another, and the notebook shows the other way round."""

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from itertools import combinations, pairwise

from grader.evidence.boards import boards_of
from grader.evidence.facts import Fact, Kind, agreed
from grader.evidence.measured import Measured
from grader.evidence.runs import CASES
from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.values import Place, Values, values_of
from grader.reading import vocabulary
from grader.reading.claimed import claimed, pattern
from grader.reading.numbers import Number

DIGITS = 2
"""Decimals from which two numbers together are rarely another pair's by chance."""
_FIRST = re.compile(r"\b(?:baseline|before|as it is|off|none)\b")
TIERS = ("head", "mid", "tail")

Step = tuple[Fact, Fact]
"""A value before and after a change."""


def reversed_changes(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“The error goes from 0.247 down to 0.130”, where it was 0.130 before and 0.247 after."""
    if reading.doubtful or reading.sentence.interval or claimed("moved", "back", reading.lower):
        return
    numbers = [item for item in reading.sentence.numbers if not item.spelled]
    for first, second in pairwise(numbers):
        if not _is_step(reading.lower, first, second) or _names_between(reading, values, first, second):
            continue
        steps = _steps(values.measured)
        if any(agreed(a, first) and agreed(b, second) for a, b in steps):
            continue
        turned = [(a, b) for a, b in steps if agreed(a, second) and agreed(b, first)]
        if turned and not _are_of_one_arm(values, first, second):
            a, b = turned[0]
            why = f"{first.text} to {second.text}: {a.title} was {a.value:.4g} before and {b.value:.4g} after"
            yield reading.doubt(why)
            return


def _are_of_one_arm(values: Values, first: Number, second: Number) -> bool:
    """Both are of the seeds of one arm: "from A to B" may be how far apart they lie."""
    for group in values.measured.groups:
        for name in _metrics(values.measured):
            seeds = [_fact(value, name) for value in values.seeds(name, group.key).values()]
            if all(any(agreed(fact, number) for fact in seeds) for number in (first, second)):
                return True
    return False


def _is_step(lower: str, first: Number, second: Number) -> bool:
    """“From A (down) to B”, or an arrow; of two decimals of one unit that differ."""
    if any(item.signed or item.times or item.upper is not None for item in (first, second)):
        return False
    if first.percent != second.percent or first.value == second.value:
        return False
    if min(reading.decimals for item in (first, second) for reading in item.readings) < (
        0 if first.percent else DIGITS
    ):
        return False
    between = lower[first.end : second.start].strip(" (),")
    if pattern("moved", "to").fullmatch(between) is None:
        return False
    return "→" in between or "->" in between or _from().search(lower[: first.start]) is not None


@cache
def _from() -> re.Pattern[str]:
    return re.compile(rf"(?:{pattern('moved', 'from').pattern})\W*(?:\w+ ){{0,1}}$")


def _names_between(reading: Reading, values: Values, first: Number, second: Number) -> bool:
    """Runs or rows are named around the two numbers: they say themselves which value is whose."""
    text = reading.sentence.text[max(0, first.start - 40) : second.end + 40]
    named = {keys for _, _, keys in values.measured.mentions.find(text)}
    rows = {row for board in boards_of(values.measured) for _, _, row in board.find_rows(text)}
    tiers = {item.name for item in vocabulary.find_all("places", text)}
    return len(named) > 1 or len(rows - tiers) > 1


@lru_cache(maxsize=CASES)
def _steps(measured: Measured) -> tuple[Step, ...]:
    """Every two values that the notebook shows before and after a change, in this order."""
    return (*_of_arms(measured), *_of_epochs(measured), *_of_boards(measured))


def _of_arms(measured: Measured) -> Iterator[Step]:
    """The means of both arms, their seeds' values and their tiers'; of models beside them either way."""
    values = values_of(measured, frozenset())
    for before, after in values.steps:
        pairs = [(Place(name, before), Place(name, after)) for name in _metrics(measured)]
        pairs += [(Place("f1", before, tier), Place("f1", after, tier)) for tier in TIERS]
        for one, other in pairs:
            a, b = values.value(one), values.value(other)
            if a is not None and b is not None:
                what = f"F1 of the {one.tier}" if one.tier else vocabulary.title("metric_titles", one.metric)
                yield _fact(a, what), _fact(b, what)
        for name in _metrics(measured):
            mine, others = values.seeds(name, before), values.seeds(name, after)
            what = vocabulary.title("metric_titles", name)
            yield from ((_fact(mine[seed], what), _fact(others[seed], what)) for seed in mine if seed in others)


def _of_epochs(measured: Measured) -> Iterator[Step]:
    values = values_of(measured, frozenset())
    for group in measured.groups:
        for name in _metrics(measured):
            for log in values.epochs(name, group.key):
                what = vocabulary.title("metric_titles", name)
                yield from ((_fact(a, what), _fact(b, what)) for a, b in combinations(log, 2))


def _of_boards(measured: Measured) -> Iterator[Step]:
    """From a table's first row to every other one, and from its first column where that is the baseline's."""
    for board in boards_of(measured):
        for column in board.columns:
            line = [cell for row in board.rows if (cell := board.cell(row, column)) is not None]
            yield from ((line[0], cell) for cell in line[1:])
            yield from _in_order(board.rows, line)
        if _FIRST.search(board.columns[0]):
            for row in board.rows:
                cells = [cell for column in board.columns if (cell := board.cell(row, column)) is not None]
                yield from ((cells[0]._replace(title=row), cell._replace(title=row)) for cell in cells[1:])


def _in_order(rows: Sequence[str], line: Sequence[Fact]) -> Iterator[Step]:
    """Rows that are numbered follow each other."""
    if len(line) == len(rows) and all(re.search(r"\d$", row) for row in rows):
        yield from combinations(line, 2)


def _metrics(measured: Measured) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for group in measured.groups for run in group.runs for name in run.metrics))


def _fact(value: float, what: str) -> Fact:
    return Fact(value, Kind.LEVEL, "", (), -1, what)
