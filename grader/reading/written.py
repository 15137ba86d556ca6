"""Where in a notebook an experiment's template was filled in, and what is in each of its parts."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache

from grader.model import Case, RecoveredCell
from grader.reading import vocabulary
from grader.reading.answers import cell_blocks, without_prompt
from grader.reading.prose import Block, read_cell, read_html, read_markdown
from grader.reading.template import PARTS, Part, is_blank, parts_by_name, read_parts, read_template, text_of
from paribus.course.assignment import Cell, Role
from paribus.display.show import SHOWN_BY
from paribus.records.block import BEGIN

WHOLE = 4
"""Parts from which on a place is the template; a memo beside it may have a line that begins with "Prediction:"."""


def written_parts(case: Case, key: str, cell: Cell) -> tuple[dict[Part, str], dict[Part, int]]:
    """The parts that a student filled in for experiment ``key``, and the position of the cell of each.

    Looked for in the memo cells that belong to the experiment, below the cell itself, and then in cells that the
    student added: in all of them where the assignment asks for one experiment, else in those right below its cells.
    """
    found = written_blocks(case, key, cell)
    return (
        {part: text_of(pieces) for part, pieces in found.items()},
        {part: pieces[0].position for part, pieces in found.items()},
    )


def written_blocks(case: Case, key: str, cell: Cell) -> dict[Part, tuple[Block, ...]]:
    """As `written_parts`, with the blocks of each part."""
    return dict(_written_blocks(case, key, cell.key))


@lru_cache(maxsize=64)
def _written_blocks(case: Case, key: str, cell_key: str) -> tuple[tuple[Part, tuple[Block, ...]], ...]:
    cell = case.assignment.cell(cell_key)
    places = [_filled(blocks, released) for blocks, released in _places(case, key, cell)]
    parts: dict[Part, tuple[Block, ...]] = {}
    for found in sorted(places, key=lambda found: len(found) < WHOLE):
        for part, pieces in found.items():
            parts.setdefault(part, pieces)
    return tuple(parts.items())


def _filled(blocks: tuple[Block, ...], released: str) -> dict[Part, tuple[Block, ...]]:
    """The parts that one place fills in."""
    before = read_template(read_markdown(released))
    own = without_prompt(blocks, released)
    return {
        part: tuple(replace(piece, position=blocks[0].position) for piece in pieces)
        for part, pieces in (read_parts(own).items() if own else ())
        if not is_blank(text_of(pieces), before.get(part, ""))
    }


def blank_parts(case: Case, key: str, cell: Cell) -> tuple[Part, ...]:
    """The parts whose row is there with nothing in it: what the file shows to be empty."""
    named = {
        part
        for blocks, _ in _places(case, key, cell)
        for part, pieces in parts_by_name(block for block in blocks if block.kind == "row").items()
        if is_blank(text_of(pieces))
    }
    written = written_blocks(case, key, cell)
    return tuple(part for part in PARTS if part in named and part not in written)


def template_cells(case: Case, key: str, cell: Cell) -> tuple[Cell, ...]:
    """The assignment's written cells about an experiment: the cell itself, then memo cells that name it."""
    named = tuple(
        item
        for item in case.assignment.cells
        if item.role is Role.MEMO and item.key != cell.key and item.options.get("experiment") == key
    )
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
    """Cells of the student's own in which a template may be."""
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
