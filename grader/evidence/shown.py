"""The facts that outputs show: numbers in printed lines, in tables of every kind, and what is beside them.

Records outrank outputs. A number that a student typed into the code that printed it is no source of its own.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, islice, pairwise, starmap
from typing import NamedTuple

from grader.evidence.facts import UNIT_COUNT, UNIT_FRACTION, UNIT_PLAIN, Fact, Facts, Kind
from grader.evidence.runs import CASES
from grader.model import Case, Output, RecoveredCell
from grader.reading import vocabulary
from grader.reading.notation import plain
from grader.reading.numbers import Number, find_numbers
from grader.reading.stems import stems
from grader.reading.vocabulary import Phrases
from grader.recover.excess import parse
from paribus.metrics.registry import per_registry
from paribus.records.block import BEGIN

MAX_LINES, MAX_LINE, MAX_ROWS = 400, 400, 200
MAX_SHOWN = 2_000
"""Numbers of one notebook's outputs that are looked at."""
_COLUMNS = re.compile(r"\s{2,}|\t|\s*\|\s*")
_LITERAL = re.compile(r"(?<![\w.])\d*\.\d{2,}(?![\w.])")
_LABEL_END = re.compile(r"[:=|]")
_PIECE = re.compile(r"[,;]|\s{3,}")
_OF_ITS_OWN = re.compile(r"[^\W\d][^:;]*:\s[^;]*\d")
"""A part of a line with a label of its own and a number behind it."""
_BEGIN = re.compile(r".*?[.:]\s(?=[^.:;]*:\s)")
TITLE = 60
"""Characters beyond which what a line begins with names no number in it."""
_UP_TO = re.compile(r"\s*(?:to|up to|and|–|-)\s*")


class _Value(NamedTuple):
    """A number of the outputs, with the labels that are around it."""

    labels: str
    value: float
    kind: Kind
    unit: str
    decimals: int
    position: int
    series: tuple[str, ...]


class _Label(NamedTuple):
    """What labels name: metric, runs, place and column, and the stems of what else they say."""

    metric: str
    operands: tuple[frozenset[str], ...]
    words: frozenset[str]
    title: str
    place: str
    column: str


def shown_facts(case: Case, groups: Phrases, recorded: Facts) -> Iterator[Fact]:
    """Every number of the outputs, with the words of its line, row and column. What a record says exactly, an
    output need not say once more.
    """
    for labels, value, kind, unit, decimals, position, series in _values(case):
        metric, operands, words, title, place, column = _label(labels, groups)
        if not recorded.says(metric, value, decimals):
            yield Fact(
                value, kind, metric, operands, position, title, unit, words,
                decimals=decimals, place=place, column=column, series=series,
            )  # fmt: skip


@lru_cache(maxsize=CASES)
def _values(case: Case) -> tuple[_Value, ...]:
    """Every number of the outputs; what a student typed is no source."""
    released, typed = case.released_positions, typed_numbers(case)
    found = (
        (labels, number, cell.position, tuple(f"{cell.position} {name}" for name in series))
        for cell in case.notebook.cells
        if cell.cell_type == "code"
        for labels, number, series in numbers_of(cell)
        if not number.spelled and (cell.position in released or number.text.lstrip("+-−") not in typed)
    )
    return tuple(chain.from_iterable(starmap(_parts_of, islice(found, MAX_SHOWN))))


@lru_cache(maxsize=4)
def typed_numbers(case: Case) -> frozenset[str]:
    """Numbers with two decimals or more that are in the code which a student wrote."""
    released = case.released_positions
    return frozenset(
        text
        for cell in case.notebook.cells
        if cell.cell_type == "code" and cell.position not in released
        for text in _LITERAL.findall(cell.source[:20_000])
    )


def _parts_of(labels: str, number: Number, position: int, series: tuple[str, ...]) -> Iterator[_Value]:
    """A number, what is behind its ±, and its upper end."""
    percent = number.percent or number.points
    for part in (number, number.spread, number.upper):
        if part is None:
            continue
        reading = part.readings[0]
        value, decimals = (
            (reading.value / 100, reading.decimals + 2) if percent else (reading.value, reading.decimals)
        )
        unit = UNIT_FRACTION if percent or (abs(value) <= 1 and decimals > 0) else UNIT_PLAIN
        if not percent and decimals <= 0:
            unit = UNIT_COUNT
        kind = Kind.SPREAD if part is number.spread else Kind.SHOWN
        yield _Value(labels, value, kind, unit, decimals, position, series)


@per_registry(4096)
def _label(labels: str, groups: Phrases) -> _Label:
    """Most of a class prints the same labels, and calls its runs alike."""
    mentions, spans = vocabulary.find_all("metrics", labels), groups.find(labels)
    metrics = {mention.name for mention in mentions}
    keys = frozenset(key for _, _, names in spans for key in names)
    named = [(item.start, item.end) for item in mentions] + [(start, end) for start, end, _ in spans]
    return _Label(
        metrics.pop() if len(metrics) == 1 else "",
        (keys,) if keys else (),
        stems(_without(labels, named)),
        f"the output {labels.strip()[:60]!r}",
        vocabulary.one_of("places", labels),
        vocabulary.one_of("columns", labels),
    )


def _without(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The text with what is in the spans taken out."""
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


Found = tuple[str, Number, tuple[str, ...]]
"""What labels a printed number, the number, and the row and the column that it is in."""


def numbers_of(cell: RecoveredCell) -> Iterator[Found]:
    """Every number that the outputs of a cell show, with its labels; what records say is left out."""
    for output in cell.outputs:
        if output.html:
            if BEGIN in output.html:
                continue  # records say it exactly
            if "<table" in output.html:
                yield from _table(output.html)
                continue
        if output.kind != "error" and output.text and BEGIN not in output.text:
            yield from _lines(output)


def _table(html: str) -> Iterator[Found]:
    """A cell of a table is named by its row's first cells and its column's heading."""
    body = parse(html[:200_000]).body
    for table in body.css("table") if body is not None else ():
        rows = [
            [(cell.tag or "", plain((cell.text(deep=True) or "").strip())) for cell in row.css("th, td")]
            for row in table.css("tr")[:MAX_ROWS]
        ]
        yield from _grid([row for row in rows if row])


def _grid(rows: Sequence[Sequence[tuple[str, str]]]) -> Iterator[Found]:
    header: Sequence[tuple[str, str]] = ()
    for row in rows:
        if not header or all(tag == "th" for tag, _ in row):
            header = row
            continue
        labels = [text for tag, text in row if tag == "th"] or [row[0][1]]
        offset = len(header) - len(row)
        for index, (tag, text) in enumerate(row):
            if tag == "th" or (index == 0 and labels == [row[0][1]]):
                continue
            column = header[index + offset][1] if 0 <= index + offset < len(header) else ""
            for number in find_numbers(text):
                yield f"{' '.join(labels)} {column}", number, (f"row {' '.join(labels)}", f"column {column}")


def _lines(output: Output) -> Iterator[Found]:
    """A number in a line is named by the line's label and by the words right before it, else right after it."""
    columns: Sequence[str] = ()
    for index, raw in enumerate(output.text[:40_000].splitlines()[:MAX_LINES]):
        line = plain(raw[:MAX_LINE].rstrip())
        numbers = find_numbers(line)
        if not numbers:
            cells = [cell for cell in _COLUMNS.split(line.strip()) if cell]
            columns = cells if 1 < len(cells) <= 12 else line.split() if 1 < len(line.split()) <= 12 else ()
            continue
        for part, found in ((part, find_numbers(part)) for part in _parts(line)):
            for labels, number, series in _line(part, found, columns) if found else ():
                yield labels, number, (f"line {index}", f"label {_LABEL_END.split(line)[0]}", *series)


def _parts(line: str) -> Iterator[str]:
    """A line, or where it tells of several things ("Medians. plain: 2.2 ms; int8: 2.4 ms"), a part for each, with
    what the line begins with.
    """
    parts = line.split(";")
    if len(parts) < 2 or not all(_OF_ITS_OWN.search(part) for part in parts):
        yield line
        return
    begin = _BEGIN.match(parts[0])
    title = begin[0] if begin is not None else ""
    yield parts[0].removeprefix(title) if len(title) > TITLE else parts[0]
    yield from (f"{title if len(title) <= TITLE else ''}{part.strip()}" for part in parts[1:])


def _line(line: str, numbers: Sequence[Number], columns: Sequence[str]) -> Iterator[Found]:
    label = _LABEL_END.split(line[: numbers[0].start], maxsplit=1)[0]
    bare = len(numbers) > 1 and all(
        not line[first.end : second.start].strip(" ,;|\t") for first, second in pairwise(numbers)
    )
    start, last = 0, ""
    for index, number in enumerate(numbers):
        if bare and 0 < len(columns) >= len(numbers) - 1:
            column = columns[index - len(numbers)] if len(columns) >= len(numbers) else ""
            yield f"{label} {column}", number, (f"column {column}",)
            continue
        before = line[start : number.start]
        if index and _UP_TO.fullmatch(before):
            yield last, number, ()  # the upper end of a range
            start = number.end
            continue
        before = before if len(numbers) == 1 else _PIECE.split(before)[-1]
        following = numbers[index + 1].start if index + 1 < len(numbers) else len(line)
        after = _PIECE.split(line[number.end : following])[0]
        own = before if re.search(r"[A-Za-z]", before) else after
        last = f"{label} {own if own.strip() != label.strip() else after if not before.strip() else ''}"
        yield last, number, ()
        start = number.end
