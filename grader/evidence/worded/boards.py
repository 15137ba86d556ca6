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

CLOSE = 0.01
"""The relative difference below which two cells may be called equal, or either of them the larger."""
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
_JOINED = re.compile(
    r"\s*(?:ms|mb|kb|%|s\b|points?)?\s*(?:,|\(|\)|and|against|vs\.?|versus|while|whereas|but|compared (?:to|with)|"
    r"on the other "
    r"hand|\s)*(?:only|just|the|has|have|gets?|got|is|was|needs?|takes?|at|with|for|in|of|by)?\s*"
)


def swapped_cells(reading: Reading, values: Values) -> Iterator[Doubt]:
    """ "INT8 is faster than plain, 2.05 against 2.23 ms", where 2.05 is plain's and 2.23 INT8's."""  # noqa: D210
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
        yield Doubt(reading.sentence.text, reading.sentence.position, why)


def _is_joined(reading: Reading, board: Board, first: Number, second: Number) -> bool:
    """The two numbers are side by side, or a row's name is between them; no arrow goes from one to the other."""
    between = reading.lower[first.end : second.start]
    for start, end, _ in board.find_rows(between):
        between = between[:start] + " " + between[end:]
    return _JOINED.fullmatch(between) is not None


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


def numbers_of_another_row(reading: Reading, values: Values) -> Iterator[Doubt]:
    """A number beside a row's name alone, that in the whole notebook is nothing but one other row's cell."""
    if reading.doubtful or reading.sentence.row or reading.sentence.interval:
        return
    text, boards = reading.sentence.text, boards_of(values.measured)
    named = {row for board in boards for _, _, row in board.find_rows(text)}
    numbers = [item for item in reading.sentence.numbers if not item.spelled]
    if len(named) != 1 or len(numbers) != 1 or len(_digits(numbers[0])) < UNIQUE or not _is_telling(numbers[0]):
        return
    (row,), (number,) = named, numbers
    if _DIFFERENCE.search(reading.lower.replace(number.text, "")) and not number.times:
        return
    cells = [
        (name, column) for board in boards for (name, column), fact in board.cells.items() if agreed(fact, number)
    ]
    others = {name for name, _ in cells}
    if len(others) != 1 or row in others or not any((row, cells[0][1]) in board.cells for board in boards):
        return
    (other,) = others
    if any(other not in fact.title.lower() for fact in all_agreeing(number, values.measured)):
        return
    why = f"{number.text} is {cells[0][1]} of {other}, and nothing of {row}"
    yield Doubt(text, reading.sentence.position, why)


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
            if hit[0].split()[-1] in ("best", "worst", "top") and _is_cost(column):
                up = not up
            ends = max if up else min
            most = ends(cells, key=lambda row: cells[row].value)
            judged.append((cells[most].value == own[0].value, f"{column} of {most} is {cells[most].value:.4g}"))
    if judged and not any(right for right, _ in judged):
        yield Doubt(reading.sentence.text, reading.sentence.position, f"{hit[0].strip()!r}: {judged[0][1]}")


def _is_cost(column: str) -> bool:
    """Less of the column is better."""
    names = {mention.name for mention in vocabulary.find_all("metrics", column)}
    known = {name for name in names if name in registry()}
    return any(map(lower_is_better, known)) or vocabulary.has("board_merit", "less", column)


_THAN = re.compile(r"\bthan\b|\bbelow\b|\babove\b|\bagainst\b|\bahead of\b|\bbehind\b")
_TWO = re.compile(r"\b(?:faster|quicker|slower)\b")
_SIZED = re.compile(r"\b(?:smaller|larger|bigger|lighter|heavier)\b")
"""Said of a model itself: its size, and no score of an earlier sentence."""


def wrong_row_orders(reading: Reading, values: Values) -> Iterator[Doubt]:
    """ "Focal loss has a lower calibration error than the baseline", where it has a higher one."""  # noqa: D210
    if reading.doubtful or reading.sentence.row:
        return
    for start, end in reading.clauses:
        clause = reading.sentence.text[start:end]
        sign, words = _sign(reading, start, end)
        if sign == 0 or vocabulary.says("worded", "unsaid", clause.lower()) or reading.is_denied(start, end):
            continue
        judged = [
            told for board in boards_of(values.measured)
            for told in _compared(board, reading, (start, end), words, sign)
        ]  # fmt: skip
        if judged and not any(right for right, _ in judged):
            yield Doubt(reading.sentence.text, reading.sentence.position, f"{words!r}: {judged[0][1]}")
            return


_SIDE = r"(?:is|was|lies|are|stays?) (?:clearly |well |just )?"
_SIDES = re.compile(rf"\b(?:(?P<below>{_SIDE}below)|(?P<above>{_SIDE}above))\b")


def _sign(reading: Reading, start: int, end: int) -> tuple[int, str]:
    """Whether the first row is said to have more (+1) or less (-1) than the second, with the words for it."""
    clause = reading.lower[start:end]
    if (hit := _TWO.search(clause)) is not None:
        return (1 if hit[0] == "slower" else -1), hit[0]
    if (side := _SIDES.search(clause)) is not None:
        return (-1 if side["below"] else 1), side[0]
    hits = [hit for hit in reading.hits() if start <= hit.start < end and hit.relation.role in ("than", "over")]
    if len(hits) != 1 or hits[0].denied or hits[0].relation.merit:
        return 0, ""
    only: Hit = hits[0]
    return only.relation.sign, reading.lower[only.start : only.end]


def _compared(
    board: Board, reading: Reading, clause_at: tuple[int, int], words: str, sign: int
) -> Iterator[tuple[bool, str]]:
    start, end = clause_at
    clause = reading.sentence.text[start:end]
    rows = board.find_rows(clause)
    if len(rows) != 2 or rows[0][2] == rows[1][2]:
        return
    at = clause.lower().find(words)
    if not rows[0][1] <= at <= rows[1][0]:
        return  # the words are between the two rows
    between = clause.lower()[at : rows[1][0]]
    if re.search(r"\d|\bhalf\b|\btwice\b", between) or (_TWO.search(words) is None and not _THAN.search(between)):
        return
    for column in _columns(board, reading, start, end, timed=_TWO.search(words) is not None):
        a, b = board.cell(rows[0][2], column), board.cell(rows[1][2], column)
        if a is None or b is None:
            continue
        equal = a.value == b.value and a.decimals is None and b.decimals is None
        if not equal and abs(a.value - b.value) <= CLOSE * max(abs(a.value), abs(b.value)) + a.half + b.half:
            yield True, ""
            continue
        told = f"{column} of {rows[0][2]} is {a.value:.4g}, of {rows[1][2]} {b.value:.4g}"
        yield sign * (a.value - b.value) > 0, told


def _columns(board: Board, reading: Reading, start: int, end: int, *, timed: bool) -> Sequence[str]:
    """The columns that a comparison may be by: named in its clause, else in the sentence or the ones before it."""
    sized = _SIZED.search(reading.lower[start:end]) is not None
    for text in (reading.lower[start:end], *(() if sized else (reading.lower, reading.earlier))):
        found = {name for _, _, names in board.find_columns(text) for name in names}
        if timed:
            found = {name for name in found if "latency" in name or "second" in name}
        if found:
            return sorted(found)
    if sized:
        return [name for name in board.columns if re.search(r"\b(?:size|mb)\b", name)]
    return [name for name in board.columns if "latency" in name] if timed else []
