"""Tables that a notebook shows, cell by cell: rows by their names, columns by their headings.

A row may be a candidate, a remedy or a month that is no run of the notebook, so no other reader knows it. Value
records of one family ("candidate.int8.size_mb") are a table as well, and an exact one.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from grader.evidence.facts import UNIT_COUNT, UNIT_FRACTION, UNIT_PLAIN, Fact, Kind
from grader.evidence.measured import Measured
from grader.evidence.runs import CASES
from grader.model import Case
from grader.reading import vocabulary
from grader.reading.notation import plain
from grader.reading.numbers import Number, find_numbers
from grader.reading.vocabulary import Phrases, tokens
from grader.recover.excess import parse
from paribus.records.block import BEGIN

MOST_ROWS, MOST_BOARDS = 60, 60
"""More than a person reads."""
_UNIT = re.compile(r"\([^()]*\)")


@dataclass(frozen=True, eq=False)
class Board:
    """One table. ``cells`` by row and column, as facts: known as precisely as they were printed; ``spreads`` are
    what is behind their ±.
    """

    position: int
    cells: Mapping[tuple[str, str], Fact]
    spreads: Mapping[tuple[str, str], Fact] = field(default_factory=dict)

    @cached_property
    def rows(self) -> tuple[str, ...]:
        """The rows' names, in order."""
        return tuple(dict.fromkeys(row for row, _ in self.cells))

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The columns' headings, in order."""
        return tuple(dict.fromkeys(column for _, column in self.cells))

    @cached_property
    def _rows_said(self) -> Phrases:
        return Phrases((phrase, row) for row in self.rows for phrase in _row_phrases(row))

    @cached_property
    def _columns_said(self) -> Phrases:
        told = [(phrase, column) for column in self.columns for phrase in _column_phrases(column)]
        taken = {phrase for phrase, _ in told}
        of_metrics = _by_metric(self.columns)
        return Phrases([*told, *((phrase, name) for phrase, name in of_metrics if phrase not in taken)])

    def find_rows(self, text: str) -> list[tuple[int, int, str]]:
        """Where rows are named, in order: start, end, row; what may be several rows is none."""
        return [(start, end, min(names)) for start, end, names in self._rows_said.find(text) if len(names) == 1]

    def find_columns(self, text: str) -> list[tuple[int, int, frozenset[str]]]:
        """Where columns are named: start, end, and the columns that may be meant."""
        return self._columns_said.find(text)

    def cell(self, row: str, column: str) -> Fact | None:
        """What is in a row and a column."""
        return self.cells.get((row, column))


@lru_cache(maxsize=4 * CASES)
def boards_of(measured: Measured) -> tuple[Board, ...]:
    """The tables of a notebook's outputs and of its value records that have two rows or more."""
    found = [*_recorded(measured), *_shown(measured.case)]
    return tuple(board for board in found if len(board.rows) > 1)[:MOST_BOARDS]


def _recorded(measured: Measured) -> Iterator[Board]:
    families: dict[str, dict[tuple[str, str], Fact]] = {}
    places: dict[str, int] = {}
    for name, value, position in measured.named:
        parts = name.split(".")
        if len(parts) == 3 and not parts[2].endswith("_sd"):
            row = parts[1].replace("__", ", ").replace("_", " ")
            column = parts[2].replace("_", " ")
            families.setdefault(parts[0], {})[row, column] = _fact(value, None, position, column)
            places[parts[0]] = position
    yield from (Board(places[family], cells) for family, cells in families.items())


@lru_cache(maxsize=CASES)
def _shown(case: Case) -> tuple[Board, ...]:
    """The tables of outputs, each with headings above and names in front."""
    found = []
    for cell in case.notebook.cells:
        for output in cell.outputs:
            if cell.cell_type == "code" and output.html and "<table" in output.html and BEGIN not in output.html:
                found += list(_tables(output.html, cell.position))
            if cell.cell_type == "code" and output.text and BEGIN not in output.text:
                found += list(_lines(output.text[:20_000], cell.position))
    return tuple(found)


_ROW = re.compile(r"(?:^|[.;]\s)\s*(?P<row>[^\W\d][^:;.\d]{1,40}): (?P<cells>[^:;\n]{3,200}?)(?=;|\.?\s*$|\.\s)")
_CELL = re.compile(r"(?:^|,\s*)(?P<column>[^\W\d][\w -]{1,30}?) (?P<value>[+\-−]?\d+(?:\.\d+)?)(?=,|\s*$)")


def _lines(text: str, position: int) -> Iterator[Board]:
    """A table that a line spells out: "baseline: head 0.15, tail 0.02; weights: head 0.12, tail 0.03"."""
    for line in text.splitlines():
        rows = {hit["row"]: list(_CELL.finditer(hit["cells"])) for hit in _ROW.finditer(line[:2_000])}
        columns = {tuple(cell["column"] for cell in cells) for cells in rows.values()}
        if len(rows) < 2 or len(columns) != 1 or len(min(columns)) < 2:
            continue
        cells: dict[tuple[str, str], Fact] = {}
        for row, found in rows.items():
            for cell in found:
                reading = find_numbers(cell["value"])[0].readings[0]
                place = (_normal(row), _normal(cell["column"]))
                cells[place] = _fact(reading.value, reading.decimals, position, cell["column"])
        yield Board(position, cells)


def _tables(html: str, position: int) -> Iterator[Board]:
    body = parse(html[:200_000]).body
    for table in body.css("table") if body is not None else ():
        rows = [
            [(cell.tag or "", plain((cell.text(deep=True) or "").strip())) for cell in row.css("th, td")]
            for row in table.css("tr")[:MOST_ROWS]
        ]
        found = list(_cells([row for row in rows if row], position))
        spreads = {place: spread for place, _, spread in found if spread is not None}
        yield Board(position, {place: cell for place, cell, _ in found}, spreads)


def _cells(
    rows: Sequence[Sequence[tuple[str, str]]], position: int
) -> Iterator[tuple[tuple[str, str], Fact, Fact | None]]:
    """A cell that holds one number, by its row's first cell and its column's heading, with what is behind its ±;
    pandas writes the name of the rows into a second line of headings.
    """
    header: list[str] = []
    for row in rows:
        if all(tag == "th" for tag, _ in row) or not header:
            texts = [text for _, text in row]
            header = (
                [new or old for new, old in zip(texts, header, strict=True)] if _goes_on(texts, header) else texts
            )
            continue
        if len(row) != len(header):
            continue
        name = row[0][1]
        for (_, text), column in zip(row[1:], header[1:], strict=True):
            numbers = find_numbers(text)
            if name and column and len(numbers) == 1 and numbers[0].upper is None:
                cell, spread = numbers[0], numbers[0].spread
                known = None if spread is None else _printed(spread, position, column, percent=cell.percent)
                fact = _printed(cell, position, column, percent=cell.percent)
                yield (_normal(name), _normal(column)), fact, known


def _printed(number: Number, position: int, column: str, *, percent: bool) -> Fact:
    reading = number.readings[0]
    value = reading.value / 100 if percent else reading.value
    return _fact(value, reading.decimals + 2 if percent else reading.decimals, position, column)


def _goes_on(texts: Sequence[str], header: Sequence[str]) -> bool:
    """A second line of headings, empty but for its first cell."""
    return len(texts) == len(header) > 1 and not any(texts[1:])


def _normal(label: str) -> str:
    return " ".join(label.replace("_", " ").lower().split())


def _fact(value: float, decimals: int | None, position: int, column: str) -> Fact:
    unit = UNIT_COUNT if decimals == 0 else UNIT_FRACTION if abs(value) <= 1 else UNIT_PLAIN
    if decimals is None and float(value).is_integer() and abs(value) > 1:
        unit = UNIT_COUNT
    return Fact(value, Kind.SHOWN, "", (), position, column, unit, decimals=decimals)


def _row_phrases(row: str) -> Iterator[str]:
    """A row's name, and the other way round where it has a comma: "encoder, compressed"."""
    yield row
    first, comma, second = row.partition(", ")
    if comma and re.search(r"[a-z]", second):
        yield f"{second} {first}"
    words = row.split()
    if not comma and len(words) > 2 and words[-1].isalpha():
        yield " ".join([words[-1], *words[:-1]])  # "distilled small model"


def _by_metric(columns: Sequence[str]) -> Iterator[tuple[str, str]]:
    """What people call the only column whose heading holds a metric: "final validation loss"."""
    found: dict[str, list[str]] = {}
    for column in columns:
        for name in {mention.name for mention in vocabulary.find_all("metrics", column)}:
            found.setdefault(name, []).append(column)
    for name, mine in found.items():
        if len(mine) == 1:
            yield from ((phrase, mine[0]) for phrase in vocabulary.phrases("metrics", name))


def _column_phrases(column: str) -> Iterator[str]:
    """A column's heading, and what people call such a column."""
    name = _normal(_UNIT.sub(" ", column).replace(",", " "))
    yield name
    _, comma, last = column.rpartition(", ")
    if comma and re.search(r"\d", last):
        yield _normal(last)  # "seed 101" of "F1, seed 101"
    words = {word for word, _, _ in tokens(name)}
    for mention in vocabulary.find_all("metrics", name):
        if mention.start == 0 and mention.end == len(name):
            yield from vocabulary.phrases("metrics", mention.name)
    for part, phrases in vocabulary.names("board_columns").items():
        if part in words:
            yield from phrases
