"""Values that a notebook shows side by side, told apart by one label: rows of a table, its columns, lines of an
output, arms of an experiment. Whoever quotes one of them may have taken its neighbour's.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from grader.evidence.boards import Board, boards_of
from grader.evidence.facts import UNIT_COUNT, UNIT_FRACTION, UNIT_PLAIN, Fact, Kind
from grader.evidence.measured import Measured
from grader.evidence.runs import CASES
from grader.evidence.worded.values import Place, Values, values_of
from grader.model import Case
from grader.reading import vocabulary
from grader.reading.numbers import Number, find_numbers
from grader.reading.vocabulary import Phrases, tokens
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
    called: Callable[[str], Iterable[str]] = lambda label: (label,)
    of_arms: bool = False

    def sets_apart(self, label: str, other: str) -> frozenset[str]:
        """The words that name a label and not the other."""
        mine, others = (words_of(" ".join(self.called(name))) for name in (label, other))
        return mine - others


def words_of(text: str) -> frozenset[str]:
    """The words of a text or a label; a name with underscores is several."""
    return frozenset(word for word, _, _ in tokens(text.replace("_", " ").replace(":", " ").replace(".", " ")))


@lru_cache(maxsize=4 * CASES)
def families_of(measured: Measured) -> tuple[Family, ...]:
    """All families of two labels or more."""
    found = [*_of_boards(measured), *_of_lines(measured.case), *_of_arms(measured)]
    return tuple(family for family in found if len(family.values) > 1)


def _of_boards(measured: Measured) -> Iterator[Family]:
    for board in boards_of(measured):
        if board.columns[:2] == ("baseline", "changed") and measured.experiments:
            continue  # a report: its arms are a family of their own, by all that they are called
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


def _sure(
    find: Callable[[str], list[tuple[int, int, frozenset[str]]]],
) -> Callable[[str], list[tuple[int, int, str]]]:
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
                    numbers = _flat(find_numbers(hit["rest"]))
                    facts = tuple(_fact(item, cell.position, hit["rest"]) for item in numbers)
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
            if fact.kind in kinds and fact.metric and len(fact.operands) == 1 and not fact.place:
                for key in fact.operands[0] & keys:
                    values[key].setdefault(fact.metric, []).append(fact)
        frozen = {key: {name: tuple(facts) for name, facts in own.items()} for key, own in values.items()}
        by_metric: dict[str, dict[str, tuple[Fact, ...]]] = {}
        for key, own in frozen.items():
            for name, facts in own.items():
                by_metric.setdefault(name, {})[key] = facts
        find = _finder(measured, frozenset(keys))
        rows = [item for item in _named_by_values(measured) if item[1] in keys]
        named = {group.key: (*group.phrases, *(row for row, key in rows if key == group.key)) for group in pair}
        yield Family(frozen, find, _metrics_in, named.__getitem__, of_arms=True)
        yield Family(by_metric, _known(_metrics_at, by_metric), _names(find), of_arms=True)


def _finder(measured: Measured, keys: frozenset[str]) -> Callable[[str], list[tuple[int, int, str]]]:
    """Where one of the two arms is named: as all readers know it, or by the name of a table's row that holds its
    values.
    """
    rows = Phrases((row, key) for row, key in _named_by_values(measured) if key in keys)

    def find(text: str) -> list[tuple[int, int, str]]:
        found = (*rows.find(text), *measured.mentions.find(text))
        taken = [(start, end) for start, end, _ in _metrics_at(text)]  # "weighted F1" names no weighted run
        known = [(start, end, names & keys) for start, end, names in found]
        return [
            (start, end, min(names)) for start, end, names in known
            if len(names) == 1 and not any(first < end and start < last for first, last in taken)
        ]  # fmt: skip

    return find


@lru_cache(maxsize=4 * CASES)
def _named_by_values(measured: Measured) -> tuple[tuple[str, str], ...]:
    """Rows of tables that hold one group's values, by metric and by tier: another name of that group."""
    values, found = values_of(measured, frozenset()), list[tuple[str, str]]()
    for board in boards_of(measured):
        known = {name: place for name in board.columns if (place := _place_of(name)) is not None}
        for row in filter(_is_name, board.rows if len(known) > 1 else ()):
            cells = {place: cell for name, place in known.items() if (cell := board.cell(row, name)) is not None}
            telling = {cell.value for cell in cells.values() if not float(cell.value * 10).is_integer()}
            fits = [key for key in {group.key for group in measured.groups} if _are_of(key, cells, values)]
            if len(telling) > 1 and len(fits) == 1:
                found.append((row, fits[0]))
    return tuple(found)


def _place_of(column: str) -> tuple[str, str] | None:
    """The metric or the tier that a column's heading is."""
    tier, metrics = vocabulary.one_of("places", column), _metrics_in(column)
    return ("f1", tier) if tier else (min(metrics), "") if len(metrics) == 1 else None


def _are_of(key: str, cells: Mapping[tuple[str, str], Fact], values: Values) -> bool:
    own = [(cell, values.value(Place(metric, key, tier))) for (metric, tier), cell in cells.items()]
    return all(value is not None and abs(cell.value - value) <= cell.half + 1e-9 for cell, value in own)


def _metrics_at(text: str) -> list[tuple[int, int, str]]:
    return [(item.start, item.end, item.name) for item in vocabulary.find_all("metrics", text)]


def _metrics_in(text: str) -> frozenset[str]:
    return frozenset(item.name for item in vocabulary.find_all("metrics", text))
