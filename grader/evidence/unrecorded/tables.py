"""Tables of an output, as rows of cells: in HTML, and in text as pandas, fastai and scikit-learn print them."""

import re
from collections.abc import Mapping, Sequence

from grader.evidence.unrecorded.names import Means, key_of
from grader.reading.notation import plain
from grader.recover.excess import parse

Grid = list[list[str]]
MAX_HTML, MAX_ROWS = 200_000, 200
_BOX = re.compile(r"[│┃|]")
_RULE = re.compile(r"^[\s│┃|+:=─━┏┳┓┡╇┩└┴┘├┼┤╭╮╰╯┌┬┐-]*$")
_VALUE = re.compile(r"^(?:[-+]?\d[\d.,:eE+-]*%?|nan|NaN|None|No log|-)$")


def grids_in_html(html: str) -> list[Grid]:
    """The tables of some HTML, each with its head in the first row."""
    body = parse(html[:MAX_HTML]).body
    found = []
    for table in body.css("table") if body is not None else ():
        rows = [
            [plain((cell.text(deep=True) or "").strip()) for cell in row.css("th, td")]
            for row in table.css("tr")[:MAX_ROWS]
        ]
        rows = [row for row in rows if row]
        if len(rows) > 1:
            found.append(rows)
    return found


def grids_in_text(lines: Sequence[str]) -> tuple[Mapping[int, Grid], frozenset[int]]:
    """The tables of a text by the line on which each begins, and all lines that belong to one."""
    found: dict[int, Grid] = {}
    taken: set[int] = set()
    number = 0
    while number < len(lines):
        grid, end = _grid(lines, number)
        if grid is None:
            grid, end = _turned(lines, number)
        if grid is not None:
            found[number] = grid
            taken.update(range(number, end))
            number = end
        else:
            number += 1
    return found, frozenset(taken)


def _grid(lines: Sequence[str], start: int) -> tuple[Grid | None, int]:
    """A head without numbers, and rows below it that have as many cells, or one more."""
    boxed = len(_BOX.findall(lines[start])) >= 2
    if (mark := _marked(lines[start : start + 2])) is not None:
        return _separated(lines, start, mark)
    head = _cells(lines[start], boxed=boxed)
    if len(head) < 2 or any(_VALUE.match(cell) or re.search("[=:]", cell) for cell in head):
        return None, start
    if not any(key_of(cell).means in (Means.METRIC, Means.EPOCH) or "metric" in cell.lower() for cell in head):
        return None, start
    report = [cell.lower() for cell in head] == ["precision", "recall", "f1-score", "support"]
    rows: Grid = []
    end = start + 1
    for line in lines[start + 1 : start + 1 + MAX_ROWS]:
        if not line.strip() or _RULE.match(line):
            if not (rows or _RULE.match(line)) and not report:
                break
            if rows and not report and not boxed:
                break
            end += 1
            continue
        if (
            not rows
            and end == start + 1
            and len(line.split()) == 1
            and not boxed
            and not _VALUE.match(line.strip())
        ):
            end += 1  # the name of a data frame's index
            continue
        row = _cells(line, boxed=boxed)
        row = _report_row(row) if report else row
        if not (len(head) <= len(row) <= len(head) + 1) or not any(
            _VALUE.match(cell) for cell in row[-len(head) :]
        ):
            row = _packed(line, len(head))
        if not row:
            break
        rows.append(row)
        end += 1
    if not rows:
        return None, start
    width = max(len(row) for row in rows)
    head = ["", *head] if width == len(head) + 1 else head
    return [head, *(row for row in rows if len(row) == width)], end


def _marked(lines: Sequence[str]) -> str | None:
    """The mark between the cells of two lines, where both have as many and the first one names a metric."""
    for mark in ",;\t":
        cells = [line.split(mark) for line in lines]
        if len(cells) == 2 and len(cells[0]) == len(cells[1]) > 2 and all(item.strip() for item in cells[0]):
            means = [key_of(cell).means for cell in cells[0]]
            if Means.METRIC in means and not any(_VALUE.match(cell.strip()) for cell in cells[0]):
                return mark
    return None


def _separated(lines: Sequence[str], start: int, mark: str) -> tuple[Grid, int]:
    """A head and the lines below it that have as many cells, with a mark between them."""
    head = [cell.strip() for cell in lines[start].split(mark)]
    rows: Grid = [head]
    for line in lines[start + 1 : start + 1 + MAX_ROWS]:
        cells = [cell.strip() for cell in line.split(mark)]
        if len(cells) != len(head):
            break
        rows.append(cells)
    return rows, start + len(rows)


def _turned(lines: Sequence[str], start: int) -> tuple[Grid | None, int]:
    """A table with a run in each column and what was set or measured in each row, turned: two runs or more, and
    most rows known by their names, a metric among them.
    """
    wide = [cell for cell in re.split(r"\s{2,}|\t", lines[start].strip()) if cell]
    head = wide if len(wide) > 1 else lines[start].split()
    if len(head) < 2 or any(_VALUE.match(cell) or re.search("[=:]", cell) for cell in head):
        return None, start
    rows: Grid = []
    for line in lines[start + 1 : start + 1 + MAX_ROWS]:
        row = [cell for cell in re.split(r"\s{2,}|\t", line.strip()) if cell]
        if len(row) != len(head) + 1:
            break
        rows.append(row)
    known = [key_of(row[0]).means for row in rows]
    if len(rows) < 3 or Means.METRIC not in known or sum(key is not Means.OTHER for key in known) * 2 < len(known):
        return None, start
    names = ["", *(row[0] for row in rows)]
    return [names, *([name, *(row[at + 1] for row in rows)] for at, name in enumerate(head))], start + 1 + len(rows)


def _cells(line: str, *, boxed: bool) -> list[str]:
    """A line's cells: between the strokes of a box, between two blanks or more, else word by word."""
    if boxed:
        return [cell.strip() for cell in _BOX.split(line.strip().strip("│┃|"))]
    cells = [cell for cell in re.split(r"\s{2,}|\t", line.strip()) if cell]
    return cells if len(cells) > 1 else line.split() if re.search(r"[_\d]", line) else cells


def _packed(line: str, width: int) -> list[str]:
    """A row whose last cells are one blank apart: values from the right, words before them are its name."""
    words = line.split()
    values = 0
    while values < min(width, len(words)) and _VALUE.match(words[-1 - values]):
        values += 1
    if values != width or not words:
        return words if len(words) == width and values >= width // 2 and values > 0 else []
    name = " ".join(words[:-values])
    return [name, *words[-values:]] if name else words


def _report_row(row: list[str]) -> list[str]:
    """A report's row of averages: its accuracy is below f1-score."""
    if row and row[0] == "accuracy" and len(row) == 3:
        return [row[0], "-", "-", *row[1:]]
    return row
