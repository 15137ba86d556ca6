"""What a student wrote in answer to a cell: the cell without its prompt, and the cells added right below it."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import chain, islice

from course.assignment import Cell, Role
from grader.model import Case, RecoveredCell
from grader.reading.prose import Block, read_cell, read_markdown

MAX_BLOCKS, MAX_SENTENCE = 400, 2_000
"""Blocks of an answer and characters of a sentence that are read; what is longer was not written to be read."""
NEAR = 0.8
"""Share of words in common from which a sentence counts as the prompt's own with a word changed."""

_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+(?=[\"'“(\[]?[A-ZÀ-Þ0-9])|\n\s*\n\s*")
_WORD = re.compile(r"[^\W_]+(?:[-'’.][^\W_]+)*")
_ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|vs|cf|resp|approx|ca|fig|eq|no|z\.B|bzw|st|dev)\.)$", re.IGNORECASE)


@dataclass(frozen=True)
class Answer:
    """The blocks of an answer, the prompt's sentences taken out, and where they stand."""

    blocks: tuple[Block, ...]
    positions: tuple[int, ...]

    @property
    def text(self) -> str:
        """All of it, a block a line."""
        return "\n".join(block.text for block in self.blocks)


@lru_cache(maxsize=8192)
def sentences(text: str) -> tuple[str, ...]:
    """The sentences of a text; an empty line ends one, a line break, an abbreviation or a decimal
    point does not.
    """
    found: list[str] = []
    for part in _SENTENCE_END.split(text):
        if found and _ABBREVIATION.search(found[-1]):
            found[-1] = f"{found[-1]} {part}"
        elif part and part.strip():
            text = " ".join(part.split())
            found += [text[start : start + MAX_SENTENCE] for start in range(0, len(text), MAX_SENTENCE)]
    return tuple(found)


@lru_cache(maxsize=8192)
def words(text: str) -> tuple[str, ...]:
    """Words and numbers in lower case."""
    return tuple(word.lower() for word in _WORD.findall(text))


def normal(text: str) -> str:
    """Words alone: what is left when layout, case and punctuation are ignored."""
    return " ".join(words(text))


def cell_blocks(case: Case, key: str) -> tuple[Block, ...]:
    """The blocks of a markdown cell as handed in, and of markdown cells added below it; () where it is missing."""
    match = case.matches.get(key)
    if match is None or match.recovered is None:
        return ()
    own = read_cell(match.recovered) if match.recovered.cell_type != "code" else ()
    added = (block for cell in added_below(case, match.recovered) for block in read_cell(cell))
    return tuple(islice(chain(own, added), MAX_BLOCKS))


def added_below(case: Case, start: RecoveredCell) -> Iterator[RecoveredCell]:
    """Markdown cells that a student added between this cell and the assignment's next one."""
    taken = {match.recovered.position for match in case.matches.values() if match.recovered is not None}
    for cell in case.notebook.cells[start.position + 1 :]:
        if cell.position in taken:
            return
        if cell.cell_type == "markdown":
            yield cell


def read_answer(case: Case, cell: Cell) -> Answer:
    """The answer to a cell, without sentences that stand in its prompt word for word."""
    return _read_answer(case, cell.key, cell.source)


@lru_cache(maxsize=128)
def _read_answer(case: Case, key: str, source: str) -> Answer:
    prompt = {normal(sentence) for block in read_markdown(source) for sentence in sentences(block.text)}
    kept = [remaining for block in cell_blocks(case, key) if (remaining := _without(block, prompt)) is not None]
    return Answer(tuple(kept), tuple(dict.fromkeys(block.position for block in kept)))


def _without(block: Block, prompt: set[str]) -> Block | None:
    if block.kind in ("row", "heading"):
        return block if normal(block.text) not in prompt or block.kind == "heading" else None
    left = [sentence for sentence in sentences(block.text) if normal(sentence) not in prompt]
    return replace(block, text="\n\n".join(left)) if left else None


def new_sentences(case: Case, cell: Cell) -> tuple[str, ...]:
    """The sentences a student wrote: not the prompt's, nor one with a word of it changed; each once."""
    return _new_sentences(case, cell.key, cell.source)


@lru_cache(maxsize=128)
def _new_sentences(case: Case, key: str, source: str) -> tuple[str, ...]:
    prompt = [words(sentence) for block in read_markdown(source) for sentence in sentences(block.text)]
    seen: set[str] = set()
    found: list[str] = []
    for block in _read_answer(case, key, source).blocks:
        for sentence in sentences(block.text) if block.kind != "heading" else ():
            plain = words(sentence)
            key = " ".join(plain)
            if plain and key not in seen and not any(_is_near(plain, other) for other in prompt):
                seen.add(key)
                found.append(sentence)
    return tuple(found)


def _is_near(sentence: Sequence[str], other: Sequence[str]) -> bool:
    """A sentence of the prompt with a word changed; one that goes on beyond the prompt's is an answer."""
    if len(sentence) < 5 or len(other) < 5 or abs(len(sentence) - len(other)) > max(2, len(other) // 6):
        return False
    if len(set(sentence) & set(other)) < NEAR * len(set(other)) * 0.9:
        return False
    return SequenceMatcher(None, sentence, other, autojunk=False).ratio() >= NEAR


def is_untouched(case: Case, cell: Cell) -> bool:
    """The cell was recovered, stands as it was released, and nothing was written below it instead."""
    match = case.matches.get(cell.key)
    if match is None or match.recovered is None:
        return False
    if cell.role in (Role.NOTEBOOK, Role.TESTS):
        return False
    if cell.cell_type == "code":
        return match.unchanged is True
    return not new_sentences(case, cell) and not _new_words(case, cell)


def _new_words(case: Case, cell: Cell) -> bool:
    """A template filled with single words has no new sentence, but new words."""
    before = set(words(" ".join(block.text for block in read_markdown(cell.source))))
    after = {word for block in cell_blocks(case, cell.key) for word in words(block.text)}
    return len(after - before) >= 3
