"""Values that a notebook shows side by side, told apart by one label: rows of a table, its columns, lines of an
output, arms of an experiment. Whoever quotes one of them may have taken its neighbour's.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from grader.evidence.boards import Board, boards_of
from grader.evidence.facts import UNIT_COUNT, UNIT_FRACTION, UNIT_PLAIN, Fact, Kind
from grader.evidence.measured import Measured
from grader.evidence.runs import CASES
from grader.model import Case
from grader.reading import vocabulary
from grader.reading.numbers import Number, find_numbers
from grader.reading.vocabulary import Phrases
from paribus.records.block import BEGIN

_NO_NAME = re.compile(r"^(?:r?\d+(?:\.\d+)?|.|difference|seed|from)$")
"""Labels that no prose calls anything by: a number, a run's id."""
_LINE = re.compile(r"^\s*(?P<label>[^\W\d][\w ,'\-]{1,40}): (?P<rest>\D*\d.*)$")
MOST_LINES = 60


@dataclass(frozen=True, eq=False)
class Family:
    """Sibling values. ``values`` by label and by what else tells them apart (a table's other labels); ``find``
    says where a text names which label, ``find_others`` which of the others it names.
    """

    values: Mapping[str, Mapping[str, tuple[Fact, ...]]]
    find: Callable[[str], list[tuple[int, int, str]]]
    find_others: Callable[[str], frozenset[str]]


@lru_cache(maxsize=4 * CASES)
def families_of(measured: Measured) -> tuple[Family, ...]:
    """All families of two labels or more."""
    found = [*_of_boards(measured), *_of_lines(measured.case), *_of_arms(measured)]
    return tuple(family for family in found if len(family.values) > 1)


def _of_boards(measured: Measured) -> Iterator[Family]:
    for board in boards_of(measured):
        rows, columns = list(filter(_is_name, board.rows)), list(filter(_is_name, board.columns))
        by_row = {row: {name: _parts(board, row, name) for name in board.columns} for row in rows}
        by_column = {name: {row: _parts(board, row, name) for row in board.rows} for name in columns}
        yield Family(by_row, _known(board.find_rows, by_row), _set_of(board.find_columns))
        yield Family(by_column, _known(_sure(board.find_columns), by_column), _names(board.find_rows))


def _is_name(label: str) -> bool:
    return _NO_NAME.match(label) is None


def _parts(board: Board, row: str, column: str) -> tuple[Fact, ...]:
    """A cell's value and what is behind its ±."""
    cell, spread = board.cell(row, column), board.spreads.get((row, column))
    return tuple(fact for fact in (cell, spread) if fact is not None)


def _known(
    find: Callable[[str], list[tuple[int, int, str]]], values: Mapping[str, object]
) -> Callable[[str], list[tuple[int, int, str]]]:
    return lambda text: [item for item in find(text) if item[2] in values]


def _sure(find: Callable[[str], list[tuple[int, int, frozenset[str]]]]) -> Callable[[str], list[tuple[int, int, str]]]:
    """Where a phrase names one label and no other."""
    return lambda text: [(start, end, min(names)) for start, end, names in find(text) if len(names) == 1]


def _set_of(find: Callable[[str], list[tuple[int, int, frozenset[str]]]]) -> Callable[[str], frozenset[str]]:
    return lambda text: frozenset(name for _, _, names in find(text) for name in names)


def _names(find: Callable[[str], list[tuple[int, int, str]]]) -> Callable[[str], frozenset[str]]:
    return lambda text: frozenset(name for _, _, name in find(text))


@lru_cache(maxsize=CASES)
def _of_lines(case: Case) -> tuple[Family, ...]:
    """Lines of a cell that say the same of several things: "head: +0.002 ± 0.012 over 3 seeds"."""
    found = []
    for cell in case.notebook.cells:
        lines: dict[str, dict[str, tuple[Fact, ...]]] = {}
        for output in cell.outputs if cell.cell_type == "code" else ():
            for line in (output.text or "")[:20_000].splitlines():
                hit = _LINE.match(line) if BEGIN not in line else None
                if hit is not None and _is_name(label := hit["label"].strip().lower()):
                    facts = tuple(_fact(item, cell.position, hit["rest"]) for item in _flat(find_numbers(hit["rest"])))
                    shape = re.sub(r"[+\-−]?\d[\d.,e]*", "0", hit["rest"])
                    lines.setdefault(shape, {}).setdefault(label, facts)
        found += [_of_labels(same) for same in lines.values() if 1 < len(same) < MOST_LINES]
    return tuple(found)


def _of_labels(lines: Mapping[str, tuple[Fact, ...]]) -> Family:
    said = Phrases((phrase, label) for label in lines for phrase in (label, *_called(label)))
    return Family({label: {"": facts} for label, facts in lines.items()}, _sure(said.find), lambda _: frozenset())


def _called(label: str) -> tuple[str, ...]:
    """What people call a tier or a column of the vocabulary."""
    place = vocabulary.one_of("places", label)
    return vocabulary.phrases("places", place) if place else ()


def _flat(numbers: list[Number]) -> Iterator[Number]:
    for number in numbers:
        yield from (part for part in (number, number.spread, number.upper) if part is not None)


def _fact(number: Number, position: int, title: str) -> Fact:
    reading, percent = number.readings[0], number.percent
    value, decimals = (reading.value / 100, reading.decimals + 2) if percent else (reading.value, reading.decimals)
    unit = UNIT_COUNT if decimals <= 0 else UNIT_FRACTION if abs(value) <= 1 else UNIT_PLAIN
    return Fact(value, Kind.SHOWN, "", (), position, title, unit, decimals=decimals)


def _of_arms(measured: Measured) -> Iterator[Family]:
    """The two arms of each experiment: what each scored, over its seeds and in each of them."""
    kinds = (Kind.LEVEL, Kind.SPREAD, Kind.SEED)
    for pair in measured.experiments:
        keys = {group.key for group in pair}
        values: dict[str, dict[str, list[Fact]]] = {key: {} for key in keys}
        for fact in measured.facts.all:
            if fact.kind in kinds and fact.metric and len(fact.operands) == 1 and not fact.words:
                for key in fact.operands[0] & keys:
                    values[key].setdefault(fact.metric, []).append(fact)
        frozen = {key: {name: tuple(facts) for name, facts in own.items()} for key, own in values.items()}
        yield Family(frozen, _finder(measured, frozenset(keys)), _metrics_in)


def _finder(measured: Measured, keys: frozenset[str]) -> Callable[[str], list[tuple[int, int, str]]]:
    return lambda text: [
        (start, end, min(names & keys)) for start, end, names in measured.mentions.find(text) if len(names & keys) == 1
    ]


def _metrics_in(text: str) -> frozenset[str]:
    return frozenset(item.name for item in vocabulary.find_all("metrics", text))
