"""What a markdown cell says, block by block, from its source or from its rendered form.

HTML exports keep only the rendered form, ipynb only the source; both are read into the same blocks.
"""

import html as markup
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from selectolax.lexbor import LexborNode

from grader.model import RecoveredCell
from grader.reading.definitions import as_item, with_items
from grader.reading.lookalikes import as_seen
from grader.reading.unseen import seen_html, seen_source
from grader.recover.excess import parse

BlockKind = Literal["heading", "paragraph", "item", "row", "code"]

MAX_CHARACTERS = 40_000
"""Of one cell: twenty times the longest memo that is asked for."""

_FENCE = re.compile(r"^\s*(```|~~~)")
_HEADING = re.compile(r"^\s{0,3}(#{1,6})\s+(.*)$")
_ITEM = re.compile(r"^\s*(?:[-*+]|\d{1,3}[.)])\s+(.*)$")
_ROW = re.compile(r"^\s*\|.*\|\s*$")
_RULE = re.compile(r"^[\s|:\-]+$")
_IMAGE = re.compile(r"!\[([^\[\]]{0,500})\]\([^()]{0,2000}\)")
_LINK = re.compile(r"\[([^\[\]]{0,500})\]\([^()]{0,2000}\)")
_EMPHASIS = re.compile(r"(\*\*|__|\*|`|~~|(?<![\w])_(?=\w)|(?<=\w)_(?![\w]))")
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_STRUCK = re.compile(r"(?<!~)~~(?=[^\s~])[^~]{0,2000}(?<![\s~])~~(?!~)")
_STRUCK_TAG = re.compile(r"(?is)<(del|s|strike)\b[^<>]{0,200}>(?:(?!</?\1\b).){0,2000}</\1\s*>")
# A number that is raised is a power or a note's mark, and no part of the number before it.
_RAISED = re.compile(r"<sup\b[^>]{0,200}>(?=\s*[+\-−]?\d)", re.IGNORECASE)
_BLOCK_TAGS = frozenset(
    {"p", "ul", "ol", "dl", "table", "pre", "blockquote", "div", "h1", "h2", "h3", "h4", "h5", "h6"}
)
_SKIPPED_TAGS = frozenset({"style", "script", "template", "button", "svg"})


@dataclass(frozen=True)
class Block:
    """One block of text without markup. ``level`` is a heading's; ``cells`` a table row's; ``header`` the
    cells of the table's first row; ``position`` the notebook cell it is in.
    """

    kind: BlockKind
    text: str
    level: int = 0
    cells: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    position: int = -1


def read_cell(cell: RecoveredCell) -> tuple[Block, ...]:
    """The blocks of a markdown cell as a person sees them, whichever form was recovered."""
    if cell.rendered and cell.html:
        return read_html(seen_html(cell.html, cell.sheets).text, cell.position)
    return read_markdown(seen_source(cell.source, cell.sheets).text, cell.position)


@lru_cache(maxsize=1024)
def read_markdown(source: str, position: int = -1) -> tuple[Block, ...]:
    """The blocks of markdown text: enough of markdown for headings, lists, tables, fences and paragraphs."""
    reader = _MarkdownReader(position)
    for line in with_items(_without_comments(source[:MAX_CHARACTERS])).splitlines():
        reader.feed(line)
    return tuple(map(_as_seen, reader.finish()))


def _without_comments(text: str) -> str:
    """Text without HTML comments; one that never ends is text."""
    kept: list[str] = []
    start = 0
    while (begin := text.find("<!--", start)) >= 0 and (end := text.find("-->", begin)) >= 0:
        kept.append(text[start:begin])
        start = end + 3
    return "".join([*kept, text[start:]])


class _MarkdownReader:
    """Collects lines into blocks."""

    def __init__(self, position: int) -> None:
        self.position = position
        self.blocks: list[Block] = []
        self.lines: list[str] = []
        self.kind: BlockKind = "paragraph"
        self.header: tuple[str, ...] = ()
        self.fenced = False

    def feed(self, line: str) -> None:
        """Take one line."""
        if _FENCE.match(line):
            self.flush()
            self.fenced = not self.fenced
            self.kind = "code" if self.fenced else "paragraph"
        elif self.fenced:
            self.lines.append(line)
        elif not line.strip():
            self.flush()
            self.header = ()
        elif _ROW.match(line):
            self.flush()
            self.row(line)
        elif heading := _HEADING.match(line):
            self.flush()
            self.add("heading", heading[2].rstrip().rstrip("#"), level=len(heading[1]))
        elif item := _ITEM.match(line):
            self.flush()
            self.kind, self.lines = "item", [item[1]]
        else:
            self.lines.append(line.strip().removeprefix(">").strip())

    def row(self, line: str) -> None:
        """Take one row of a table; the first one names the columns."""
        if _RULE.match(line):
            return
        cells = tuple(strip_markup(cell.strip()) for cell in line.strip().strip("|").split("|"))
        self.header = self.header or cells
        self.blocks.append(Block("row", " | ".join(cells), 0, cells, self.header, self.position))

    def add(self, kind: BlockKind, text: str, level: int = 0) -> None:
        """Keep one block, if it says anything."""
        clean = text if kind == "code" else strip_markup(text)
        if clean.strip():
            self.blocks.append(Block(kind, clean.strip(), level, (), (), self.position))

    def flush(self) -> None:
        """End the block that is being collected."""
        if self.lines:
            self.add(self.kind, "\n".join(self.lines))
        self.lines = []
        self.kind = "code" if self.fenced else "paragraph"

    def finish(self) -> tuple[Block, ...]:
        """All blocks."""
        self.flush()
        return tuple(self.blocks)


def strip_markup(text: str) -> str:
    """Text without what is struck out, pictures, links' targets, emphasis, code marks and tags; entities are what
    they mean.
    """
    said = _STRUCK_TAG.sub("", _STRUCK.sub("", text)) if "~~" in text or "<" in text else text
    plain = _LINK.sub(r"\1", _IMAGE.sub("", _RAISED.sub("^", _BREAK.sub("\n\n", said))))
    plain = markup.unescape(_TAG.sub("", plain))
    return _EMPHASIS.sub("", plain).replace("\\_", "_").replace("\\*", "*")


@lru_cache(maxsize=1024)
def read_html(html: str, position: int = -1) -> tuple[Block, ...]:
    """The blocks of rendered markdown."""
    cut = html if len(html) <= MAX_CHARACTERS else html[:MAX_CHARACTERS].rpartition("<")[0]
    body = parse(_STRUCK_TAG.sub("", _RAISED.sub("^", _BREAK.sub("\n\n", cut)))).body
    return tuple(map(_as_seen, _walk(body, position))) if body is not None else ()


def _as_seen(block: Block) -> Block:
    """A block whose letters and digits are what they look like; code stays as it is."""
    text = as_seen(block.text) if block.kind != "code" else block.text
    if text == block.text and block.kind != "row":
        return block
    return replace(
        block, text=text, cells=tuple(map(as_seen, block.cells)), header=tuple(map(as_seen, block.header))
    )


def _walk(root: LexborNode, position: int) -> Iterator[Block]:
    """The blocks below a node, in document order; without recursion, since nesting is the student's choice."""
    stack: list[LexborNode] = [root]
    loose: list[str] = []
    term = ""
    while stack:
        node = stack.pop()
        tag = node.tag or ""
        if tag == "-text":
            loose.append(node.text_content or "")
            continue
        if tag in _SKIPPED_TAGS:
            continue
        if tag in _BLOCK_TAGS or tag in ("li", "tr", "dt", "dd"):
            yield from _loose_block(loose, position)
        if tag == "table":
            yield from _table(node, position)
        elif (kind := _kind(node)) is not None:
            yield from _text_blocks(node, kind, position)
        elif tag == "dt":
            term = _own_text(node)
        elif tag in ("li", "dd"):
            yield from _loose_block([as_item(term, _own_text(node))], position, "item")
            term = ""
            stack.extend(reversed([child for child in _children(node) if child.tag in _BLOCK_TAGS - {"p"}]))
        elif tag == "-comment":
            continue
        elif tag in ("body", "div", "ul", "ol", "dl", "blockquote", "section", "details"):
            stack.extend(reversed(_children(node)))
        else:
            loose.append(node.text(deep=True) or "")
    yield from _loose_block(loose, position)


def _text_blocks(node: LexborNode, kind: BlockKind, position: int) -> Iterator[Block]:
    """A heading, a paragraph or code; a paragraph may hold a table or definitions as they were typed."""
    text = (node.text(deep=True) or "").strip()
    if kind == "heading":
        text = text.removesuffix("¶").strip()
    if kind == "paragraph" and (_is_raw_table(text) or with_items(text) != text):
        yield from read_markdown(text, position)
    elif text:
        yield Block(kind, text, int((node.tag or "h0")[1]) if kind == "heading" else 0, (), (), position)


def _is_raw_table(text: str) -> bool:
    """Some versions of nbconvert (7.0) leave a table as it was typed."""
    lines = text.splitlines()
    ruled = any("---" in line and _RULE.match(line) for line in lines)
    return ruled and sum(_ROW.match(line) is not None for line in lines) > 1


def _loose_block(loose: list[str], position: int, kind: BlockKind = "paragraph") -> Iterator[Block]:
    text = "".join(loose).strip()
    loose.clear()
    if text:
        yield Block(kind, text, 0, (), (), position)


def _kind(node: LexborNode) -> BlockKind | None:
    tag = node.tag or ""
    if len(tag) == 2 and tag[0] == "h" and tag[1] in "123456":
        return "heading"
    if tag == "pre":
        return "code"
    return "paragraph" if tag == "p" else None


def _own_text(item: LexborNode) -> str:
    """A list item's text without the lists inside it."""
    parts = [
        child.text(deep=True) or "" if child.tag != "-text" else child.text_content or ""
        for child in _children(item)
        if child.tag in ("-text", "p") or child.tag not in _BLOCK_TAGS
    ]
    return " ".join(part.strip() for part in parts if part.strip())


def _children(node: LexborNode) -> list[LexborNode]:
    return list(node.iter(include_text=True))


def _table(table: LexborNode, position: int) -> Iterator[Block]:
    header: tuple[str, ...] = ()
    for row in table.css("tr"):
        cells = tuple((cell.text(deep=True) or "").strip() for cell in row.css("td, th"))
        header = header or cells
        if any(cells):
            yield Block("row", " | ".join(cells), 0, cells, header, position)
