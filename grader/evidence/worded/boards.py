"""What is said of a printed table's rows: which of two is more, which of all is the best, whose a number is."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from grader.evidence.agreeing import all_agreeing
from grader.evidence.boards import Board, boards_of
from grader.evidence.facts import UNIT_COUNT, Fact, agreed
from grader.evidence.worded.reading import Doubt, Hit, Reading
from grader.evidence.worded.values import Values, lower_is_better
from grader.reading import vocabulary
from grader.reading.numbers import Number
from grader.reading.stems import stems
from paribus.metrics.registry import registry

_PLACES = (-3, -2, -1, 1, 2, 3)
"""By how many places a decimal point may slip; two are those of a percentage."""
TELLING = 3
"""Digits with which a number is rarely a cell's by chance."""
UNIQUE = 4
"""Digits with which it rarely is where its column is not named."""
_PIECE = re.compile(r"[;:]|\.\s|\s[–—]\s|,?\s+(?:but|while|whereas|although|though|however|and|so)\s|,\s")
_DIFFERENCE = re.compile(
    r"\b(?:by|difference|gap|gain(?:s|ed)?|los(?:t|es|s)|drop(?:s|ped)?|rose|fell|rises?|falls?|more|fewer|less|higher|"
    r"lower|better|worse|change[sd]?|points?|than|instead|not|without|from|to|interval|predict\w*|expect\w*|luck|sd|"
    r"spread|deviation|limit|budget|needed|required|target|seed|besides?|next to|unlike|like|compared|contrary|"
    r"against|except)\b|±|→|->|n't\b"
)


def cells_of_another_row(reading: Reading, values: Values) -> Iterator[Doubt]:
    """A number that is beside a row's name and a column's, and is that of another row."""
    if reading.unsaid or reading.sentence.row or reading.sentence.interval:
        return
    boards = boards_of(values.measured)
    for start, end in (*_pieces(reading.lower), (0, len(reading.lower))):
        piece = reading.sentence.text[start:end]
        if _DIFFERENCE.search(piece.lower()):
            continue
        mine = [item for item in reading.sentence.numbers if start <= item.start < end]
        if len(mine) != 1 or not _is_telling(mine[0]):
            continue
        wrong = [told for board in boards if (told := _of_another(board, piece, mine[0])) is not None]
        if wrong and not any(_may_be(board, piece, mine[0]) for board in boards):
            yield Doubt(reading.sentence.text, reading.sentence.position, wrong[0])
            return


def _pieces(lower: str) -> Iterator[tuple[int, int]]:
    yield from pairwise([0, *(hit.start() for hit in _PIECE.finditer(lower)), len(lower)])


def _is_telling(number: Number) -> bool:
    return not (number.spelled or number.times or number.signed or number.whole) and len(_digits(number)) >= TELLING


def _digits(number: Number) -> str:
    return re.sub(r"\D", "", number.text).lstrip("0")


def _of_another(board: Board, piece: str, number: Number) -> str | None:
    rows = {row for _, _, row in board.find_rows(piece)}
    columns = {name for _, _, names in board.find_columns(piece) for name in names}
    if len(rows) != 1 or len(columns) != 1:
        return None
    (row,), (column,) = rows, columns
    own = board.cell(row, column)
    others = [
        name for name in board.rows
        if name != row and (cell := board.cell(name, column)) is not None and agreed(cell, number)
    ]  # fmt: skip
    if own is None or agreed(own, number):
        return None
    if own.value and any(agreed(own._replace(value=own.value * 10.0**places), number) for places in _PLACES):
        return f"{column} of {row} is {own.value:.4g}, and {number.text} has its point at another place"
    if len(others) != 1:
        return None
    return f"{number.text} is {column} of {others[0]}; of {row} it is {own.value:.4g}"


def _may_be(board: Board, piece: str, number: Number) -> bool:
    """A cell of a row that the piece names is this number, in whatever column."""
    rows = {row for _, _, row in board.find_rows(piece)}
    return any(agreed(fact, number) for (row, _), fact in board.cells.items() if row in rows)


_BEHIND = re.compile(r"\s*(?:ms|mb|%)?\s*(?:(?:with|for|of|in|by|from|under)\s+)?(?:the\s+)?")
_BEFORE = re.compile(r"\s*(?:(?:is|was|has|had|gets?|got|at|of|:|=|with)\s*)?")


def cells_of_another_column(reading: Reading, values: Values) -> Iterator[Doubt]:
    """ "On jargon, 0.500 with the champion and 0.833 with the candidate", where it is the other way round."""  # noqa: D210
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
                name for name in board.columns
                if name != column and (cell := board.cell(row, name)) is not None and agreed(cell, number)
            ]  # fmt: skip
            if len(others) == 1 and (own.unit == UNIT_COUNT) == number.whole:
                wrong.append((number, column, others[0], row, own))
    # One number alone may be of something else that the table does not hold; two that changed places are none.
    if len({item[0].start for item in wrong}) > 1 or (wrong and _is_telling(wrong[0][0])):
        number, column, other, row, own = wrong[0]
        why = f"{number.text} is {other} of {row}; its {column} is {own.value:.4g}"
        yield Doubt(reading.sentence.text, reading.sentence.position, why)


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
        yield Doubt(reading.sentence.text, reading.sentence.position, f"{hit[0].strip()!r}: {judged[0][1]}")


def is_cost(column: str) -> bool:
    """Less of the column is better."""
    names = {mention.name for mention in vocabulary.find_all("metrics", column)}
    known = {name for name in names if name in registry()}
    return any(map(lower_is_better, known)) or vocabulary.has("board_merit", "less", column)
