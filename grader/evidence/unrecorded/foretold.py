"""Predictions that are written above the run they are about: in a text cell, or in the code before the call."""

import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass

from grader.evidence.unrecorded.arms import shown_arms
from grader.model import Case, RecoveredCell
from grader.reading import vocabulary
from grader.reading.answers import statements_of
from grader.reading.prose import read_cell

_WORDS = re.compile(
    r"\b(?:predict\w*|prediction|expect\w*|hypothes\w+|my guess|i guess|i bet|my bet|forecast|anticipat\w*|"
    r"should (?:go|rise|fall|increase|decrease|drop|improve)|vorhersage|erwart\w*|prognose|prédi\w+|je m'attends|"
    r"predicción|predigo|espero|previsione|prevedo|previsão|prevejo|przewiduj\w*|прогноз\w*|ожида\w*|предсказ\w*|预测|预计|várakozás\w*|"
    r"becsl\w+|jóslat\w*)",
    re.IGNORECASE,
)
_LAST = 3
"""Text cells above the experiment that are looked at."""


@dataclass(frozen=True)
class Foretold:
    """A prediction as it is written: the cell, and its words."""

    position: int
    text: str


def foretold(case: Case, key: str) -> Foretold | None:
    """The prediction that is written above the changed arm's first run, None where none can be read there."""
    shown = shown_arms(case, key)
    if shown is None:
        return None
    first = shown.changed[0]
    place, line = first.position, first.call.line if first.call is not None else 0
    for position, text in _above(case, place, line):
        for sentence in (item for item in statements_of(text) if item.strip()):
            said = _WORDS.search(sentence) is not None
            about = vocabulary.find_all("metrics", text) and any(
                vocabulary.has("context", word, text) for word in ("upward", "downward")
            )
            if said and (about or (vocabulary.find_all("metrics", text) and re.search(r"\d", text))):
                return Foretold(position, " ".join(text.split()))
    return None


def _above(case: Case, place: int, line: int) -> Iterator[tuple[int, str]]:
    """The student's own words above a line of a cell, the nearest first."""
    cell = case.notebook.cells[place]
    yield from ((place, text) for text in _in_code(cell, line))
    texts = 0
    for other in reversed(case.notebook.cells[:place]):
        if other.position in case.released_positions:
            if other.cell_type == "code":
                return
            continue
        if other.cell_type == "markdown":
            texts += 1
            if texts > _LAST:
                return
            yield other.position, "\n".join(block.text for block in read_cell(other))
        elif other.cell_type == "code" and _ran_before(other, cell):
            yield from ((other.position, text) for text in _in_code(other, 0))


def _ran_before(other: RecoveredCell, cell: RecoveredCell) -> bool:
    return other.count is None or cell.count is None or other.count < cell.count


def _in_code(cell: RecoveredCell, before: int) -> Iterator[str]:
    """The comments and texts of a cell's code, those before a line if one is given; a block of comments is one."""
    found: list[tuple[int, str]] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(cell.source).readline):
            if token.type in (tokenize.COMMENT, tokenize.STRING) and (not before or token.start[0] < before):
                text = token.string.strip("#\"' \n")
                if token.type == tokenize.COMMENT and found and found[-1][0] == token.start[0] - 1:
                    found[-1] = (token.start[0], f"{found[-1][1]} {text}")
                else:
                    found.append((token.start[0], text))
    except (tokenize.TokenError, SyntaxError):  # a cell with a magic: what was read so far counts
        pass
    yield from (text for _, text in found)
