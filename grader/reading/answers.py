"""What a student wrote in answer to a cell: the cell without its prompt, and the cells added right below it."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import chain, islice

from grader.model import Case, RecoveredCell
from grader.reading.prose import Block, read_cell, read_markdown
from paribus.course.assignment import Cell, Role

MAX_BLOCKS, MAX_SENTENCE = 400, 2_000
"""Blocks of an answer and characters of a sentence that are read; what is longer was not written to be read."""
MAX_CODE, PROSE = 20_000, 15
"""Characters of code that are looked through for prose, and the words from which text in code is an answer."""
NEAR = 0.8
"""Share of words in common from which a sentence counts as the prompt's own with a word changed."""

_SENTENCE_END = re.compile(r"(?<=[.!?;])\s+(?=[\"'“(\[]?[A-ZÀ-Þ0-9])|\n\s*\n\s*")
_STATEMENT_END = re.compile(
    r"(?<=[.!?])\s+(?=[\"'“(\[]?[A-ZÀ-Þ0-9\u3040-\u30ff\u3400-\u9fff])|(?<=[。！？])\s*|\n\s*\n\s*|"
    r"\n(?=\s*(?:[-*•·–→]\s|\d+[.)]\s))"
)
SHORT_LINE = 60
"""Characters up to which most lines of a text have to be for each of them to be read by itself."""
_SHOWING = frozenset({"print", "display", "Markdown", "HTML"})
_WORD = re.compile(r"[^\W_]+(?:[-'’.][^\W_]+)*")
_ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|vs|cf|resp|approx|ca|fig|eq|no|z\.B|bzw|st|dev)\.)$", re.IGNORECASE)


@dataclass(frozen=True)
class Answer:
    """The blocks of an answer, the prompt's sentences taken out, and where they are."""

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
def statements_of(text: str) -> tuple[str, ...]:
    """The sentences of a text, and the lines of what is written line by line; a semicolon ends none."""
    found: list[str] = []
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) > 2 and sum(len(line) <= SHORT_LINE for line in lines) >= 0.7 * len(lines):
        text = "\n\n".join(lines)
    for part in _STATEMENT_END.split(text):
        if found and _ABBREVIATION.search(found[-1]):
            found[-1] = f"{found[-1]} {part}"
        elif part and part.strip():
            found.append(" ".join(part.split())[:MAX_SENTENCE])
    return tuple(found)


@lru_cache(maxsize=8192)
def words(text: str) -> tuple[str, ...]:
    """Words and numbers in lower case."""
    return tuple(word.lower() for word in _WORD.findall(text))


_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u0e00-\u0e7f]")


def count_words(text: str) -> int:
    """How many words a text has; of a script that sets no blanks between words, two characters count as one."""
    characters = len(_UNSPACED.findall(text))
    return len(words(_UNSPACED.sub(" ", text))) + (characters + 1) // 2 if characters else len(words(text))


def normal(text: str) -> str:
    """Words alone: what is left when layout, case and punctuation are ignored."""
    return " ".join(words(text))


def cell_blocks(case: Case, key: str) -> tuple[Block, ...]:
    """The blocks of a markdown cell as handed in, and of markdown cells added below it; () where it is missing."""
    match = case.matches.get(key)
    if match is None or match.recovered is None:
        return ()
    own = read_cell(match.recovered) if match.recovered.cell_type != "code" else ()
    added = (block for cell in added_below(case, match.recovered) for block in _read_added(cell))
    return tuple(islice(chain(own, added), MAX_BLOCKS))


def added_below(case: Case, start: RecoveredCell) -> Iterator[RecoveredCell]:
    """Cells that a student added below this one, up to the assignment's next: text, and code with text."""
    taken = {match.recovered.position for match in case.matches.values() if match.recovered is not None}
    for cell in case.notebook.cells[start.position + 1 :]:
        if cell.position in taken:
            return
        if cell.cell_type == "markdown" or (cell.cell_type == "code" and text_in_code(cell)):
            yield cell


def _read_added(cell: RecoveredCell) -> tuple[Block, ...]:
    return read_markdown(text_in_code(cell), cell.position) if cell.cell_type == "code" else read_cell(cell)


def text_in_code(cell: RecoveredCell) -> str:
    """Prose that was written into a code cell: what it printed from a literal text, a text by itself, or comments
    without code.
    """
    if cell.hidden or len(cell.source) > MAX_CODE or not any(mark in cell.source for mark in "\"'#"):
        return ""
    alone, printed = _written(cell.source)
    shown = "\n".join(output.text for output in cell.outputs if output.kind == "stream" and output.name != "stderr")
    text = shown if printed and shown.strip() else "\n\n".join(alone)
    return text if len(words(text)) >= PROSE else ""


@lru_cache(maxsize=512)  # most cells are a whole class's
def _written(source: str) -> tuple[tuple[str, ...], bool]:
    """The texts that code holds by themselves or shows, and whether it prints as much as a text has."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return (), False
    alone = [] if tree.body else [_comments(source)]
    printed = False
    for statement in tree.body:
        if not isinstance(statement, ast.Expr):
            continue
        value = statement.value
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            alone.append(value.value)
        elif isinstance(value, ast.Call) and _called(value) in _SHOWING:
            texts = [
                node.value
                for argument in value.args
                for node in ast.walk(argument)
                if isinstance(node, ast.Constant) and isinstance(node.value, str)
            ]
            alone += texts
            printed = printed or (_called(value) == "print" and sum(len(words(text)) for text in texts) >= PROSE)
    return tuple(alone), printed


def _comments(source: str) -> str:
    """The comments of a cell without code; "" where they are code that was put out of use."""
    lines = [re.sub(r"^\s*#+ ?", "", line) for line in source.splitlines()]
    text = "\n".join(lines)
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return text
    return ""


def _called(node: ast.Call) -> str:
    function = node.func
    return (
        function.id
        if isinstance(function, ast.Name)
        else function.attr
        if isinstance(function, ast.Attribute)
        else ""
    )


def read_answer(case: Case, cell: Cell) -> Answer:
    """The answer to a cell, without sentences that are in its prompt word for word."""
    return _read_answer(case, cell.key, cell.source)


@lru_cache(maxsize=128)
def _read_answer(case: Case, key: str, source: str) -> Answer:
    prompt = {normal(sentence) for block in read_markdown(source) for sentence in sentences(block.text)}
    kept = [remaining for block in cell_blocks(case, key) if (remaining := _without(block, prompt)) is not None]
    return Answer(tuple(kept), tuple(dict.fromkeys(block.position for block in kept)))


def without_prompt(blocks: Sequence[Block], released: str) -> tuple[Block, ...]:
    """Blocks without the sentences of the cell as it was released; rows and headings stay."""
    if not released:
        return tuple(blocks)
    prompt = {
        normal(sentence)
        for block in read_markdown(released)
        if block.kind != "row"
        for sentence in sentences(block.text)
        if len(words(sentence)) > 3
    }
    kept = (block if block.kind in ("row", "heading") else _without(block, prompt) for block in blocks)
    return tuple(block for block in kept if block is not None)


def _without(block: Block, prompt: set[str]) -> Block | None:
    if block.kind in ("row", "heading"):
        return block if normal(block.text) not in prompt or block.kind == "heading" else None
    all_of_it = sentences(block.text)
    left = [sentence for sentence in all_of_it if normal(sentence) not in prompt]
    if len(left) == len(all_of_it):
        return block
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
    """The cell was recovered, is as it was released, and nothing was written below it instead."""
    match = case.matches.get(cell.key)
    if match is None or match.recovered is None or match.recovered.cut:
        return False
    if cell.role in (Role.NOTEBOOK, Role.TESTS):
        return False
    if cell.cell_type == "code":
        return match.unchanged is True
    if not case.notebook.whole:  # the answer may be in a cell that is missing
        return False
    return not new_sentences(case, cell) and not _new_words(case, cell)


def _new_words(case: Case, cell: Cell) -> bool:
    """A template filled with single words has no new sentence, but new words."""
    before = set(words(" ".join(block.text for block in read_markdown(cell.source))))
    after = {word for block in cell_blocks(case, cell.key) for word in words(block.text)}
    return len(after - before) >= 3
