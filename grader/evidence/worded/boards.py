"""What is said of a printed table's rows: which of two is more, which of all is the best, whose a number is."""

import re
from collections.abc import Iterator

from grader.evidence.boards import Board, boards_of
from grader.evidence.facts import UNIT_COUNT, Fact, agreed
from grader.evidence.worded.reading import Doubt, Reading
from grader.evidence.worded.values import Values, lower_is_better
from grader.reading import vocabulary
from grader.reading.numbers import Number
from grader.reading.stems import stems
from paribus.metrics.registry import registry

TELLING = 3
"""Digits with which a number is rarely a cell's by chance."""


_JOINED = re.compile(
    r"\s*(?:ms|mb|kb|%|s\b|points?)?\s*(?:,|\(|\)|and|against|vs\.?|versus|while|whereas|but|compared (?:to|with)|"
    r"on the other "
    r"hand|\s)*(?:only|just|the|has|have|gets?|got|is|was|needs?|takes?|at|with|for|in|of|by)?\s*"
)


def swapped_cells(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“INT8 is faster than plain, 2.05 against 2.23 ms”, where 2.05 is plain's and 2.23 INT8's."""
    numbers = [item for item in reading.sentence.numbers if not (item.spelled or item.times or item.signed)]
    if reading.doubtful or len(numbers) != 2 or len(numbers) != len(reading.sentence.numbers):
        return
    first, second = numbers
    found: list[tuple[str, str, Fact, Fact]] = []
    for board in boards_of(values.measured):
        rows = list(dict.fromkeys(row for _, _, row in board.find_rows(reading.sentence.text)))
        if len(rows) != 2 or not _is_joined(reading, board, first, second):
            continue
        for column in board.columns:
            a, b = board.cell(rows[0], column), board.cell(rows[1], column)
            if a is None or b is None:
                continue
            if agreed(a, first) and agreed(b, second):
                return
            if agreed(a, second) and agreed(b, first) and not agreed(a, first) and not agreed(b, second):
                found.append((rows[0], rows[1], a, b))
    if found:
        one, other, a, b = found[0]
        why = f"{a.title} of {one} is {a.value:.4g} and of {other} {b.value:.4g}, the other way round"
        yield reading.doubt(why)


def _is_joined(reading: Reading, board: Board, first: Number, second: Number) -> bool:
    """The two numbers are side by side, or a row's name is between them; no arrow goes from one to the other."""
    between = reading.lower[first.end : second.start]
    for start, end, _ in board.find_rows(between):
        between = between[:start] + " " + between[end:]
    return _JOINED.fullmatch(between) is not None


def _is_telling(number: Number) -> bool:
    return not (number.spelled or number.times or number.signed or number.whole) and len(_digits(number)) >= TELLING


def _digits(number: Number) -> str:
    return re.sub(r"\D", "", number.text).lstrip("0")


_BEHIND = re.compile(r"\s*(?:ms|mb|%)?\s*(?:(?:with|for|of|in|by|from|under)\s+)?(?:the\s+)?")
_BEFORE = re.compile(r"\s*(?:(?:is|was|has|had|gets?|got|at|of|:|=|with)\s*)?")


def cells_of_another_column(reading: Reading, values: Values) -> Iterator[Doubt]:
    """“On jargon, 0.500 with the champion and 0.833 with the candidate”, where it is the other way round."""
    if reading.doubtful or reading.sentence.is_series or "/" in reading.sentence.text:
        return
    if any(item.upper is not None or item.signed for item in reading.sentence.numbers):
        return
    text, wrong = reading.sentence.text, []
    for board in boards_of(values.measured):
        row = _only_row(board, reading)
        if row is None:
            continue
        for number in reading.sentence.numbers:
            column = _column_beside(board, number, text)
            own = board.cell(row, column) if column else None
            if own is None or number.spelled:
                continue
            if agreed(own, number):
                return
            others = [
                name
                for name in board.columns
                if name != column and (cell := board.cell(row, name)) is not None and agreed(cell, number)
            ]
            if len(others) == 1 and (own.unit == UNIT_COUNT) == number.whole:
                wrong.append((number, column, others[0], row, own))
    # One number alone may be of something else that the table does not hold; two that changed places are none.
    if len({item[0].start for item in wrong}) > 1 or (wrong and _is_telling(wrong[0][0])):
        number, column, other, row, own = wrong[0]
        yield reading.doubt(f"{number.text} is {other} of {row}; its {column} is {own.value:.4g}")


def _only_row(board: Board, reading: Reading) -> str | None:
    """The only row that a sentence names; of a table's cell, the one that its label names."""
    named = {row for _, _, row in board.find_rows(reading.sentence.text)}
    if not named and reading.sentence.row:
        named = {row for row in board.rows if stems(row) and stems(row) <= reading.sentence.more_stems}
    return named.pop() if len(named) == 1 else None


def _column_beside(board: Board, number: Number, text: str) -> str:
    """The column whose name is right behind a number, else right before it; "" where none or several may."""
    spans = [item for item in board.find_columns(text) if len(item[2]) == 1]
    for start, _, names in spans:
        if number.end <= start and _BEHIND.fullmatch(text[number.end : start].lower()):
            return min(names)
    for _, end, names in spans:
        if end <= number.start and _BEFORE.fullmatch(text[end : number.start].lower()):
            return min(names)
    return ""


_BEST = re.compile(
    r"\b(?:the |its )?(?P<up>best|highest|largest|greatest|top)\b|\b(?:the |its )?(?P<down>lowest|smallest|"
    r"worst)\b"
)
_NOT_BEST = re.compile(
    r"\b(?:not|never|neither|hardly|second|third|next|almost|nearly)\b[^.;]{0,30}$|"
    r"n't\b[^.;]{0,30}$"
)
_OF_ALL = re.compile(
    r"\b(?:of|on|in|among|over) (?:the |this |my |our )?(?:(?:whole|entire|full|complete) )?(?:score)?(?:board|"
    r"table|list)\b|"
    r"\bof (?:them )?all\b(?=\W*(?:$|[.,;:(]|(?:is|was|has|had|it|and|with|at)\b))|"
    r"\bof all (?:the )?(?:rows|models|candidates|remedies|recipes)\b(?=\W*(?:$|[.,;:(]|(?:is|was|has|had|it|the|"
    r"on the board|in the table)\b))|\bnobody else\b|\bno "
    r"other (?:row|model|"
    r"candidate)\b"
)


def wrong_bests(reading: Reading, values: Values) -> Iterator[Doubt]:
    """A cell's value is said to be the best of a whole table, and another row's is better."""
    if reading.unsaid or reading.sentence.row:
        return
    hit, numbers = _BEST.search(reading.lower), [item for item in reading.sentence.numbers if _is_telling(item)]
    if hit is None or len(numbers) != 1 or _OF_ALL.search(reading.lower) is None:
        return
    if _NOT_BEST.search(reading.lower[: hit.start()]):
        return
    judged = []
    for board in boards_of(values.measured):
        columns = {name for _, _, names in board.find_columns(reading.sentence.text) for name in names}
        for column in columns:
            cells = {row: cell for row in board.rows if (cell := board.cell(row, column)) is not None}
            own = [cell for cell in cells.values() if agreed(cell, numbers[0])]
            if len({cell.value for cell in own}) != 1:
                continue
            up = hit["up"] is not None
            if hit[0].split()[-1] in ("best", "worst", "top") and is_cost(column):
                up = not up
            ends = max if up else min
            most = ends(cells, key=lambda row: cells[row].value)
            judged.append((cells[most].value == own[0].value, f"{column} of {most} is {cells[most].value:.4g}"))
    if judged and not any(right for right, _ in judged):
        yield reading.doubt(f"{hit[0].strip()!r}: {judged[0][1]}")


def is_cost(column: str) -> bool:
    """Less of the column is better."""
    names = {mention.name for mention in vocabulary.find_all("metrics", column)}
    known = {name for name in names if name in registry()}
    return any(map(lower_is_better, known)) or vocabulary.has("board_merit", "less", column)
