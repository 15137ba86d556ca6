"""The experiment template in free form: a table, a list, headings or plain sentences, read into five parts."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal

from grader.reading import vocabulary
from grader.reading.answers import normal, words
from grader.reading.prose import Block
from paribus.metrics.registry import per_registry

Part = Literal["changed", "held", "prediction", "result", "meaningful"]
PARTS: tuple[Part, ...] = ("changed", "held", "prediction", "result", "meaningful")

_LABEL = re.compile(
    r"^\s*(?:[-*•·]\s+)?(?:\(?\d+[.):]\s*|[a-e][.)]\s+|#+\s*)?(?P<label>[^:=?？:：\n→]{2,90}?(?:\([^)\n]*\))?)\s*"
    r"(?P<end>\s--+\s|-+>|=>|[:=?？:：→]+|\s?[–—]\s|\s-\s|\.\s|\.$)\s*:?\s*(?P<rest>.*)$",
    re.DOTALL,
)
_BRACKETS = re.compile(r"\([^()]{0,300}\)")
_SENTENCE = re.compile(r"(?<=[.!?。！？])\s+(?=\D)|(?<=[。！？])|\n+|;\s+")
_ENOUGH = 2
"""Parts that must be found by name before the others are taken by their order."""


def read_template(blocks: Iterable[Block]) -> dict[Part, str]:
    """What is in each part, in the student's words; a part that was not found is left out.

    Parts are found by their names: labels, headings, rows, or sentences that begin with one. Where an answer has
    just five pieces and two of them are named in the usual order, the others are taken by their place. What is then
    missing is looked for in the sentences, by the words that say which part they are.
    """
    return {part: text_of(pieces) for part, pieces in read_parts(blocks).items()}


def read_parts(blocks: Iterable[Block]) -> dict[Part, tuple[Block, ...]]:
    """As `read_template`, with the blocks of each part."""
    blocks = tuple(_lines_apart(blocks))
    found = parts_by_name(blocks)
    parts = {part: text_of(pieces) for part, pieces in found.items()}
    if len(parts) < len(PARTS):
        parts = _by_order(blocks, parts)
    if len(parts) < len(PARTS):
        parts = _by_sentence(blocks, parts)
    position = blocks[0].position if blocks else -1
    return {
        part: tuple(found[part])
        if part in found and text == text_of(found[part])
        else (Block("paragraph", text, position=position),)
        for part, text in parts.items()
    }


def text_of(pieces: Iterable[Block]) -> str:
    return "\n\n".join(piece.text for piece in pieces).strip()


def _lines_apart(blocks: Iterable[Block]) -> Iterable[Block]:
    """What is labelled within one paragraph, line by line or in one line, are blocks of their own."""
    for block in blocks:
        if block.kind not in ("paragraph", "item", "code"):
            yield block
            continue
        starts = _label_starts(block.text)
        if not starts:
            yield block
            continue
        for start, end in zip([0, *starts], [*starts, len(block.text)], strict=True):
            if piece := block.text[start:end].strip(" \n;,"):
                yield replace(block, text=piece, kind="paragraph")


def _label_starts(text: str) -> list[int]:
    """Where labels begin within a text: after a line's or a sentence's end, or where several are in one line."""
    found: dict[Part, int] = {}
    for hit in _inline_labels().finditer(text):
        part = part_of(hit["label"])
        if part is not None and part not in found:
            found[part] = hit.start("label")
    lines = [
        hit.start() + 1
        for hit in re.finditer(r"\n(?=\s*(?:[-*•·]|\d+[.)])?\s*\S[^\n:?→]{1,40}\s?(?::|\?|→| [-–—] ))", text)
    ]
    starts = sorted({*found.values(), *(lines if len(lines) >= 3 else ())})
    return [start for start in starts if start > 0] if len(found) > 1 or len(lines) >= 3 else []


@per_registry()
def _inline_labels() -> re.Pattern[str]:
    """A part's name, at a line's or a sentence's beginning or after a blank, and the mark that ends a label."""
    names = sorted(
        {phrase for part in PARTS for phrase in vocabulary.phrases("template", part)},
        key=lambda name: (-len(name), name),
    )
    spoken = "|".join(re.escape(name).replace("\\ ", r"[\s_-]+") for name in names)
    return re.compile(
        rf"(?:^|(?<=[\n.;!?)])\s*|"
        rf"(?<=\s)(?<!\ba\s)(?<!\bhave\s)(?<!\bhas\s)(?<!\bhad\s)(?<!\bbe\s))(?P<label>(?:(?:what|the|my|is it|"
        rf"was it|as|"
        rf"so)\s+)?(?:{spoken}))\s*(?:\([^()\n]{{0,40}}\)\s*)?"
        r"(?::|？|：|->|=>|\?\s|→|=\s|\s[–—-]\s|\.\s(?=[A-Z0-9]))",
        re.IGNORECASE,
    )


def parts_by_name(blocks: Iterable[Block]) -> dict[Part, list[Block]]:
    parts: dict[Part, list[Block]] = {}
    current: Part | None = None
    for block in blocks:
        if block.kind == "row":
            named = _read_row(block, parts)
            if named is None and current is not None and sum(map(bool, map(part_of, block.header))) < 3:
                parts[current].append(block)  # a table of results below the name of its part
            current = named or current
            continue
        part, rest = _split(block)
        if part is not None:
            current = part
            parts.setdefault(part, [])
        elif block.kind == "heading":
            current = None
        if current is not None and rest:
            parts[current].append(replace(block, text=rest, kind="paragraph"))
    return parts


def _by_order(blocks: Sequence[Block], parts: dict[Part, str]) -> dict[Part, str]:
    """An answer of exactly five pieces, of which at least two were found by name where the order has them."""
    pieces = [block for block in blocks if block.kind in ("item", "paragraph") and len(words(block.text)) > 1]
    rows = [
        block for block in blocks if block.kind == "row" and len(block.cells) == 2 and block.cells != block.header
    ]
    if len(rows) == len(PARTS):
        texts = [row.cells[1] for row in rows]
        named = [part_of(row.cells[0]) for row in rows]
    elif len(pieces) == len(PARTS) or len([item for item in pieces if item.kind == "item"]) == len(PARTS):
        pieces = pieces if len(pieces) == len(PARTS) else [item for item in pieces if item.kind == "item"]
        texts = [
            (
                found["rest"]
                if (found := _LABEL.match(piece.text)) and len(words(found["label"])) <= 6
                else piece.text
            )
            for piece in pieces
        ]
        named = [_split(piece)[0] for piece in pieces]
    else:
        return parts
    fits = [part for part, wanted in zip(named, PARTS, strict=True) if part == wanted]
    if len(fits) < _ENOUGH or any(part not in (None, wanted) for part, wanted in zip(named, PARTS, strict=True)):
        return parts
    return {
        part: parts.get(part) or text
        for part, text in zip(PARTS, texts, strict=True)
        if parts.get(part) or text.strip()
    }


def _by_sentence(blocks: Sequence[Block], parts: dict[Part, str]) -> dict[Part, str]:
    """The sentences that say which part they are; one that does not say goes on with the part before it.

    Where the sentences tell more parts than the names did, a name has swallowed what came after it: the sentences
    count.
    """
    found: dict[Part, list[str]] = {}
    current: Part | None = None
    for block in blocks:
        if block.kind == "heading":
            current = None
            continue
        text = ", ".join(cell for cell in block.cells if cell) if block.kind == "row" else block.text
        for sentence in (piece for piece in _SENTENCE.split(text) if piece.strip()):
            part = _spoken_part(sentence)
            current = part or current
            if current is not None:
                found.setdefault(current, []).append(sentence.strip())
    spoken = {part: " ".join(found[part]) for part in PARTS if part in found}
    if len(spoken) > len(parts) + 1:
        return {**{part: text for part, text in parts.items() if part not in spoken}, **spoken}
    moved = {sentence for part in PARTS if part not in parts for sentence in found.get(part, ())}
    return {**spoken, **{part: _without_sentences(text, moved) for part, text in parts.items()}}


def _without_sentences(text: str, moved: set[str]) -> str:
    """What is left of a part when sentences of other parts are taken out of it."""
    if not any(sentence in text for sentence in moved):
        return text
    return " ".join(
        piece.strip() for piece in _SENTENCE.split(text) if piece.strip() and piece.strip() not in moved
    )


def _spoken_part(sentence: str) -> Part | None:
    """The part whose words come first in a sentence."""
    lower = sentence.lower().replace("’", "'")
    hits = [
        (hit.start(), place, part)
        for place, part in enumerate(PARTS)
        if (hit := vocabulary.says("template_cues", part, lower)) is not None
    ]
    return min(hits)[2] if hits else None


def _read_row(block: Block, parts: dict[Part, list[Block]]) -> Part | None:
    """A row whose first cell names a part, or a row below a header that names them."""
    block = _without_index(block)
    part = part_of(block.cells[0]) if block.cells else None
    columns = [part_of(cell) for cell in block.header]
    if sum(column is not None for column in columns) >= 3:
        if block.cells == block.header:
            return None
        for column, cell in zip(columns, block.cells, strict=False):
            if column is not None:
                parts.setdefault(column, []).append(Block("paragraph", cell, position=block.position))
        return None
    if part is not None:
        text = " | ".join(cell for cell in block.cells[1:] if cell)
        parts.setdefault(part, []).append(Block("paragraph", text, position=block.position))
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
    first, _, below = block.text.partition("\n")
    if below.strip() and len(words(first)) <= 6 and (part := part_of(first.strip(" .:"))) is not None:
        return part, below.strip()
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
    start = re.sub(r"^(?:\d+|the|my|and|for|as) ", "", start)
    found = [part for phrase, part in _phrases() if " " in phrase and start.startswith(f"{phrase} ")]
    return (found[0] if found else None), text


@per_registry()
def _phrases() -> tuple[tuple[str, Part], ...]:
    """Every name of a part, plain, the longest first."""
    named = [(normal(phrase), part) for part in PARTS for phrase in vocabulary.phrases("template", part)]
    return tuple(sorted(named, key=lambda item: (-len(item[0]), item[0])))


@per_registry(4096)
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


@per_registry()
def _placeholders() -> frozenset[str]:
    return frozenset(normal(item) for item in vocabulary.phrases("placeholders", "texts"))
