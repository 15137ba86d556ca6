"""Which row of a table has the most or the least, and whether its numbered rows go one way."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise

from grader.evidence.boards import Board, boards_of
from grader.evidence.facts import Fact
from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.values import Values
from grader.reading.claimed import claimed, pattern

STEP_BACK = 0.02
"""The share of a course's height by which it must turn to be one that people see."""
LEAST = 3
"""Rows of which one is the most."""


def wrong_tops(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“The lowest error is that of label smoothing”, where another row's is lower."""
    if reading.doubtful or reading.sentence.row:
        return
    for start, end in reading.clauses:
        clause = reading.lower[start:end]
        most, least = claimed("tops", "most", clause), claimed("tops", "least", clause)
        hit = most or least
        if hit is None or (most is not None and least is not None) or claimed("tops", "doubtful", clause):
            continue
        judged = []
        for board in boards_of(values.measured):
            for row, column in _said(board, reading, clause, hit):
                judged.append(_judge(board, row, column, reading, most=most is not None))
        known = [item for item in judged if item is not None]
        if known and not any(right for right, _ in known):
            yield reading.doubt(f"{hit[0]!r}: {known[0][1]}")
            return


def _said(board: Board, reading: Reading, clause: str, hit: re.Match[str]) -> Iterator[tuple[str, str]]:
    """The row and the column that a superlative is said of: "the lowest COLUMN is that of ROW", "ROW has the lowest
    COLUMN", "COLUMN has its peak in ROW".
    """
    rows = board.find_rows(clause)
    if len({row for _, _, row in rows}) != 1 or len(board.rows) < LEAST:
        return
    first, last, row = rows[0]
    columns = {name for _, _, names in board.find_columns(clause) for name in names}
    if not columns:
        columns = {name for _, _, names in board.find_columns(reading.lower) for name in names}
    if not columns:
        noun = re.match(r"\W+(\w{4,})\b", clause[hit.end() :])
        earlier = {name for _, _, names in board.find_columns(reading.earlier) for name in names}
        columns = {name for name in earlier if noun is not None and noun[1] in name.split()}
    if len(columns) != 1:
        return
    behind = first >= hit.end()
    between = clause[hit.end() : first] if behind else clause[last : hit.start()]
    if (_is_behind if behind else _has())(between):
        yield row, min(columns)


def _is_behind(between: str) -> bool:
    """“… error is that of”, “… in”."""
    verb, at = pattern("tops", "is").pattern, pattern("tops", "at").pattern
    tail = (
        r"\W+(?:(?:that|the one|with|of|the|von|der|die|das|celle|celui|de|du|la|el|il|quell[ao]|di|o|a)\W+){0,3}$"
    )
    return len(between) < 70 and re.search(rf"(?:{verb}|{at}){tail}", between) is not None


@cache
def _has() -> Callable[[str], re.Match[str] | None]:
    verb = pattern("tops", "has").pattern
    return re.compile(
        rf"\W*(?:{verb})\W+(?:the |its |also |by far |den |die |das |le |la |el |il |lo |o |a )*"
    ).fullmatch


def _judge(board: Board, row: str, column: str, reading: Reading, *, most: bool) -> tuple[bool, str] | None:
    """Whether the row is the extreme of all rows, of all but the first, or of those that are spoken of."""
    cells = {name: cell for name in board.rows if (cell := board.cell(name, column)) is not None}
    if row not in cells or len(cells) < LEAST:
        return None
    spoken = {name for _, _, name in board.find_rows(f"{reading.earlier} {reading.lower}")} & set(cells)
    families = [list(cells), list(cells)[1:], list(spoken)]
    right = any(
        _is_extreme(row, [cells[name] for name in names], cells[row], most=most)
        for names in families
        if row in names and len(names) > 1
    )
    best = (max if most else min)(cells, key=lambda name: cells[name].value)
    return right, f"{column} of {row} is {cells[row].value:.4g}, of {best} {cells[best].value:.4g}"


def _is_extreme(row: str, cells: list[Fact], own: Fact, *, most: bool) -> bool:
    del row
    sign = 1 if most else -1
    return all(sign * (own.value - cell.value) >= -(own.half + cell.half) for cell in cells)


def unsteady_rows(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“The divergence grows month after month”, where it falls in some; told without its ends."""
    if reading.doubtful or reading.sentence.row or any(not item.whole for item in reading.sentence.numbers):
        return
    for start, end in reading.clauses:
        clause = reading.lower[start:end]
        steadily = claimed("tops", "steadily", reading.lower)
        up, down = claimed("tops", "grows", clause), claimed("tops", "falls", clause)
        if steadily is None or (up is None) == (down is None):
            continue
        around = reading.lower.replace(steadily[0], " ")
        if claimed("tops", "doubtful", around) or re.search(r"\b(?:not|never|without)\b|n't\b", around):
            continue
        judged = []
        for board in boards_of(values.measured):
            columns = {name for _, _, names in board.find_columns(clause) for name in names}
            if len(columns) != 1 or not all(re.search(r"\d$", row) for row in board.rows):
                continue
            line = [cell.value for row in board.rows if (cell := board.cell(row, min(columns))) is not None]
            if len(line) >= LEAST:
                judged.append((_goes(line, rising=up is not None), line))
        if judged and not any(right for right, _ in judged):
            told = ", ".join(f"{value:.3g}" for value in judged[0][1])
            yield reading.doubt(f"{steadily[0]!r} is said of {told}")
            return


def _goes(line: list[float], *, rising: bool) -> bool:
    """It goes one way, but for steps that nobody sees."""
    height = max(line) - min(line)
    return all((b - a if rising else a - b) > -STEP_BACK * height for a, b in pairwise(line))


_SIZED = re.compile(
    r"\W*(?:of|von|de|du|di|do|da|od|的)?\W*(?:its|the|their|that|der|des|seiner|ihrer|sa|la|le|su|sua|suo|el|il|o|a)?\W*"
)
LOOSE = 0.25


def wrong_parts_of_rows(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“INT4 brings the model down to a third of its size”, where it is a seventh of the first row's."""
    if reading.doubtful or reading.sentence.row:
        return
    for start, end in reading.clauses:
        clause = reading.lower[start:end]
        for name, factor in PARTS.items():
            hit = claimed("multiples", name, clause)
            if hit is None or claimed("tops", "doubtful", clause.replace(hit[0], " ")):
                continue
            judged = list(_ratios(reading, clause, hit, values))
            if judged and not any(
                abs(ratio - factor) <= LOOSE * factor or abs(1 - ratio - factor) <= LOOSE * factor
                for ratio, _ in judged
            ):
                yield reading.doubt(f"{hit[0]!r}: {judged[0][1]}")
                return


PARTS = {"quarter": 0.25, "third": 1 / 3, "half": 0.5, "fifth": 0.2, "eighth": 0.125, "tenth": 0.1}


def _ratios(reading: Reading, clause: str, hit: re.Match[str], values: Values) -> Iterator[tuple[float, str]]:
    """How many times the first row's cell the named row's is, in the column that is named right behind."""
    for board in boards_of(values.measured):
        rows = {row for _, _, row in board.find_rows(clause[: hit.start()])}
        behind = [(start, names) for start, _, names in board.find_columns(clause) if start >= hit.end()]
        if len(rows) != 1 or not behind or _SIZED.fullmatch(clause[hit.end() : behind[0][0]]) is None:
            continue
        (row,), columns = rows, behind[0][1]
        for column in columns:
            own, first = board.cell(row, column), board.cell(board.rows[0], column)
            if own is not None and first is not None and first.value and row != board.rows[0]:
                told = f"{column} of {row} is {own.value:.4g}, of {board.rows[0]} {first.value:.4g}"
                yield own.value / first.value, told
