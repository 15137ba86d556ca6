"""The experiment template in free form: a table, a list, headings or plain sentences, read into five parts."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache, lru_cache
from typing import Literal

from course.assignment import Cell, Role
from grader.model import Case, RecoveredCell
from grader.reading import vocabulary
from grader.reading.answers import cell_blocks, normal, words
from grader.reading.prose import Block, read_cell, read_html, read_markdown
from paribus.evidence.block import BEGIN
from paribus.show import SHOWN_BY

Part = Literal["changed", "held", "prediction", "result", "meaningful"]
PARTS: tuple[Part, ...] = ("changed", "held", "prediction", "result", "meaningful")

_LABEL = re.compile(
    r"^\s*(?:\d+[.)]\s*)?(?P<label>[^:=?\n]{2,90}?(?:\([^)\n]*\))?)\s*(?P<end>[:=?]|\s[–—-]\s)\s*(?P<rest>.*)$",
    re.DOTALL,
)
_BRACKETS = re.compile(r"\([^()]{0,300}\)")


def read_template(blocks: Iterable[Block]) -> dict[Part, str]:
    """What stands in each part, in the student's words; a part that was not found is left out."""
    parts: dict[Part, list[str]] = {}
    current: Part | None = None
    for block in blocks:
        if block.kind == "row":
            current = _read_row(block, parts) or current
            continue
        part, rest = _split(block)
        if part is not None:
            current = part
            parts.setdefault(part, [])
        elif block.kind == "heading":
            current = None
        if current is not None and rest:
            parts[current].append(rest)
    return {part: "\n\n".join(lines).strip() for part, lines in parts.items()}


def _read_row(block: Block, parts: dict[Part, list[str]]) -> Part | None:
    """A row whose first cell names a part, or a row below a header that names them."""
    block = _without_index(block)
    part = part_of(block.cells[0]) if block.cells else None
    columns = [part_of(cell) for cell in block.header]
    if sum(column is not None for column in columns) >= 3:
        if block.cells == block.header:
            return None
        for column, cell in zip(columns, block.cells, strict=False):
            if column is not None:
                parts.setdefault(column, []).append(cell)
        return None
    if part is not None:
        parts.setdefault(part, []).append(" | ".join(cell for cell in block.cells[1:] if cell))
    return part


def _without_index(block: Block) -> Block:
    """The row without a first cell that only counts rows, as a data frame shows them."""
    if len(block.cells) < 3 or not block.cells[0].strip().isdecimal():
        return block
    return replace(block, cells=block.cells[1:], header=block.header[1:])


def _split(block: Block) -> tuple[Part | None, str]:
    """The part that a block opens, and the text that follows its name."""
    if block.kind == "heading":
        part = part_of(block.text)
        if part is not None:
            return part, ""
        found = _LABEL.match(block.text)
        return (part_of(found["label"]), found["rest"]) if found else (None, "")
    found = _LABEL.match(block.text)
    if found and (part := part_of(found["label"])) is not None:
        return part, found["rest"].strip()
    label_alone = len(words(block.text)) <= 6 and not block.text.rstrip().endswith(".")
    if label_alone and (part := part_of(block.text)) is not None:
        return part, ""
    return _opening(block.text)


def _opening(text: str) -> tuple[Part | None, str]:
    """A sentence that begins with a part's name ("I changed the batch size …") opens it and belongs to it."""
    start = normal(_BRACKETS.sub("", text[:120]))
    found = [part for phrase, part in _phrases() if " " in phrase and start.startswith(f"{phrase} ")]
    return (found[0] if found else None), text


@cache
def _phrases() -> tuple[tuple[str, Part], ...]:
    """Every name of a part, plain, the longest first."""
    named = [(normal(phrase), part) for part in PARTS for phrase in vocabulary.phrases("template", part)]
    return tuple(sorted(named, key=lambda item: (-len(item[0]), item[0])))


@lru_cache(maxsize=4096)
def part_of(label: str) -> Part | None:
    """The part that a label names: the longest phrase that is the label, or that it begins or ends with."""
    plain = normal(_BRACKETS.sub("", label[:200]))
    length = len(plain.split())
    if not plain or length > 9:
        return None
    for phrase, part in _phrases():
        size = len(phrase.split())
        begins = plain.startswith(f"{phrase} ") and length <= size + 4
        ends = plain.endswith(f" {phrase}") and length <= size + 2
        if plain == phrase or begins or ends:
            return part
    return None


def is_blank(text: str, released: str = "") -> bool:
    """Nothing was written: a placeholder, or what was released."""
    plain = normal(text)
    return plain in _placeholders() or (bool(released.strip()) and plain == normal(released))


@cache
def _placeholders() -> frozenset[str]:
    return frozenset(normal(item) for item in vocabulary.phrases("placeholders", "texts"))


def written_parts(case: Case, key: str, cell: Cell) -> tuple[dict[Part, str], dict[Part, int]]:
    """The parts that a student filled in for experiment ``key``, and the position of the cell of each.

    Looked for in the memo cells that belong to the experiment, below the cell itself, and then in cells that the
    student added: in all of them where the assignment asks for one experiment, else in those right below its cells.
    """
    parts: dict[Part, str] = {}
    positions: dict[Part, int] = {}
    for blocks, released in _places(case, key, cell):
        before = read_template(read_markdown(released))
        for part, text in read_template(blocks).items() if blocks else ():
            if part not in parts and not is_blank(text, before.get(part, "")):
                parts[part] = text
                positions[part] = blocks[0].position
    return parts, positions


def template_cells(case: Case, key: str, cell: Cell) -> tuple[Cell, ...]:
    """The assignment's written cells about an experiment: the cell itself, then memo cells that name it."""
    named = tuple(
        item for item in case.assignment.cells
        if item.role is Role.MEMO and item.key != cell.key and item.options.get("experiment") == key
    )  # fmt: skip
    return (*((cell,) if cell.role is Role.MEMO else ()), *named)


def _places(case: Case, key: str, cell: Cell) -> Iterable[tuple[tuple[Block, ...], str]]:
    for place in template_cells(case, key, cell):
        blocks = cell_blocks(case, place.key)
        if blocks:
            yield blocks, place.source
    if cell.role is not Role.MEMO:
        below = cell_blocks(case, cell.key)
        if below:
            yield below, ""
    added = tuple(_added(case, key, cell))
    for item in added:
        if item.cell_type == "markdown":
            blocks = read_cell(item)
            if blocks:
                yield blocks, ""
    own = case.matches.get(cell.key)
    for shown in (*((own.recovered,) if own and own.recovered else ()), *added):
        for output in shown.outputs:
            if "<table" in output.html and BEGIN not in output.html and SHOWN_BY not in output.html:
                yield read_html(output.html, shown.position), ""


def _added(case: Case, key: str, cell: Cell) -> Iterable[RecoveredCell]:
    """Cells of the student's own in which a template may stand."""
    if sum(item.role is Role.EXPERIMENT for item in case.assignment.cells) <= 1:
        yield from case.unmatched
        return
    taken = {match.recovered.position for match in case.matches.values() if match.recovered is not None}
    own = {item.position: item for item in case.unmatched}
    for place in (cell, *template_cells(case, key, cell)):
        match = case.matches.get(place.key)
        position = match.recovered.position + 1 if match is not None and match.recovered is not None else -1
        while position in own and position not in taken:
            yield own[position]
            position += 1


def missing_titles(parts: Mapping[Part, str], wanted: Iterable[Part] = PARTS) -> list[str]:
    """The names of the parts that are not there."""
    return [vocabulary.title("template_titles", part) for part in wanted if part not in parts]
