"""What of a text cell nobody sees: text that markup or a style hides. It is not read, and is said.

Only what stands in the cell itself is looked at: its elements, its style attributes and its own style sheets. A
tool may have hidden it, so nothing is failed because of it.
"""

import html
import re
from dataclasses import dataclass
from functools import lru_cache

from selectolax.lexbor import LexborNode, SelectolaxError

from grader.model import Case, RecoveredCell
from grader.reading.lookalikes import is_turned
from grader.recover.excess import parse
from grader.recover.styles import Style, hides, rules, style_of

MAX_CHARACTERS = 40_000
"""Of one cell, as `grader.reading.prose` reads it."""
MOST_TOLD = 4
CASES = 4
SAYS = 4
"""Words from which a field says something; fewer name what it does."""
_NEVER_SHOWN = frozenset(
    {
        "script",
        "style",
        "template",
        "noscript",
        "datalist",
        "noembed",
        "noframes",
        "title",
        "audio",
        "video",
        "canvas",
    }
)
_NO_TEXT = frozenset({"script", "style"})
_FIELDS = frozenset({"button", "select", "svg", "textarea", "iframe", "object", "embed"})
"""Elements that show a person something that is not read as text."""
_MAY_HIDE = re.compile(
    r"<[^<>]{0,5000}(?:style|hidden|color)|<(?:template|noscript|datalist|dialog|noembed|noframes|title|input|button|"
    r"select|svg|textarea|iframe|object|embed|audio|video|canvas)\b",
    re.IGNORECASE,
)
_CODE = re.compile(r"^([ \t]*)(```|~~~).*?(?:^[ \t]*\2|\Z)|(`+)(?!`).*?(?<!`)\3(?!`)", re.MULTILINE | re.DOTALL)
_KEPT = "\ue0f2"
_DEFINITION = re.compile(
    r"^[ ]{0,3}\[[^\]\n]{1,200}\]:[ \t]*(?:<[^<>\n]*>|\S+)[ \t]+"
    r"(?:\((?P<round>[^()\n]*)\)|\"(?P<double>[^\"\n]*)\"|'(?P<single>[^'\n]*)')[ \t]*$",
    re.MULTILINE,
)
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class LeftOut:
    """A passage that was not read: where it stands or how it is hidden, its words and how it begins. ``shown``: a
    person sees it all the same.
    """

    how: str
    words: int
    begins: str
    shown: bool = False


@dataclass(frozen=True)
class Seen:
    """A piece of markup or of markdown as a person sees it, and what was left out of it."""

    text: str
    left_out: tuple[LeftOut, ...] = ()


def left_out_of(cell: RecoveredCell) -> tuple[LeftOut, ...]:
    """The passages of a text cell that were not read."""
    if cell.cell_type != "markdown":
        return ()
    found = seen_html(cell.html) if cell.rendered and cell.html else seen_source(cell.source)
    turned = is_turned(html.unescape(found.text) if "&#" in found.text else found.text)
    told = _told("after a character that turns the direction", found.text, shown=True) if turned else None
    return (*found.left_out, *((told,) if told is not None else ()))


@lru_cache(maxsize=512)
def seen_html(markup: str) -> Seen:
    """Rendered markup without what nobody sees."""
    if _MAY_HIDE.search(markup) is None:
        return Seen(markup)
    body = parse(f"<body>{markup[:MAX_CHARACTERS]}").body
    if body is None:
        return Seen(markup)
    left_out = _take_out(body)
    return Seen(markup) if left_out is None else Seen(body.inner_html or "", left_out)


@lru_cache(maxsize=512)
def seen_source(source: str) -> Seen:
    """Markdown without what its rendered form does not show; code keeps whatever stands in it."""
    source, left_out = _without_definitions(source[:MAX_CHARACTERS])
    if _MAY_HIDE.search(source) is None:
        return Seen(source, left_out)
    code: list[str] = []

    def keep(found: re.Match[str]) -> str:
        code.append(found[0])
        return f"{_KEPT}{len(code) - 1}{_KEPT}"

    body = parse(f"<body>{_CODE.sub(keep, source.replace(_KEPT, ''))}").body
    hidden = _take_out(body) if body is not None else None
    if body is None or hidden is None:
        return Seen(source, left_out)
    text = html.unescape(body.inner_html or "")
    text = re.sub(f"{_KEPT}(\\d+){_KEPT}", lambda found: code[int(found[1])], text)
    return Seen(text, (*left_out, *hidden))


def _without_definitions(source: str) -> tuple[str, tuple[LeftOut, ...]]:
    """Markdown without definitions of links that hold words: ``[//]: # (nobody sees this)``."""
    if "]:" not in source:
        return source, ()
    found = [
        item for item in _DEFINITION.finditer(source)
        if len(_WORD.findall(item["round"] or item["double"] or item["single"] or "")) > 2
    ]  # fmt: skip
    told = tuple(_told("in the title of a link's definition", item[0]) for item in found)
    for item in reversed(found):
        source = source[: item.start()] + source[item.end() :]
    return source, tuple(item for item in told if item is not None)


@lru_cache(maxsize=CASES)
def unread_in(case: Case) -> dict[int, tuple[LeftOut, ...]]:
    """What was not read of the text cells that a student wrote or changed, by the cell's position."""
    cells = (cell for cell in case.notebook.cells if cell.position not in case.released_positions)
    return {cell.position: found for cell in cells if (found := left_out_of(cell))}


def unread_remark(case: Case) -> str:
    """It in a sentence, "" where there is nothing."""
    told = [
        f"{case.cell_name(position)} ({item.how}, {item.words:,} word{'s' if item.words != 1 else ''}: "
        f"“{item.begins}”)"
        for position, items in unread_in(case).items() for item in items
    ]  # fmt: skip
    more = f"; and {len(told) - MOST_TOLD} more" if len(told) > MOST_TOLD else ""
    return (
        f"Text that a page hides, or shows otherwise, was not read: {'; '.join(told[:MOST_TOLD])}{more}."
        if told
        else ""
    )


def _take_out(body: LexborNode) -> tuple[LeftOut, ...] | None:
    """Take the texts that nobody sees out of a tree, and the fields that are not read; tell each. None where there
    is nothing to take.
    """
    sheet = _sheet(body)
    found: list[tuple[LexborNode, str]] = []
    waiting: list[tuple[LexborNode, Style]] = [(body, Style())]
    while waiting:
        node, around = waiting.pop()
        tag = node.tag or ""
        if tag == "-text":
            if how := around.unread:
                found.append((node, how))
            continue
        if tag == "-comment":
            continue
        if tag in _NEVER_SHOWN or (tag == "dialog" and "open" not in node.attributes):
            found.append((node, f"in <{tag}>"))
            continue
        if tag in _FIELDS or (tag == "input" and _shows(node)):
            found.append((node, f"in <{tag}>"))
            continue
        inner = hides(style_of(node, sheet.get(node.mem_id, "")), around)
        if inner.gone:
            found.append((node, inner.gone))
            continue
        waiting += [(child, inner) for child in reversed(list(node.iter(include_text=True)))]
    told = [
        _told(how, _text(node), shown=(node.tag in _FIELDS or node.tag == "input"))
        for node, how in found if node.tag not in _NO_TEXT
    ]  # fmt: skip
    for node, _ in found:
        node.decompose()
    return tuple(item for item in told if item is not None) if found else None


def _shows(field: LexborNode) -> bool:
    return field.attributes.get("type") not in ("hidden", "checkbox", "radio") and bool(
        field.attributes.get("value")
    )


def _text(node: LexborNode) -> str:
    if node.tag == "-text":
        return node.text_content or ""
    if node.tag == "template":  # its contents are no part of the tree
        return re.sub(r"<[^<>]*>", " ", node.html or "")
    held = [node.attributes.get(name) or "" for name in ("value", "srcdoc", "src", "data")]
    return " ".join([node.text_lexbor() or "", *held])


def _told(how: str, text: str, *, shown: bool = False) -> LeftOut | None:
    """The passage; None where it says nothing, as a button that copies code."""
    words = _WORD.findall(text)
    if not words or (shown and len(words) < SAYS and not any(map(str.isdigit, text))):
        return None
    line = " ".join(text.split())
    return LeftOut(how, len(words), line if len(line) <= 60 else f"{line[:60].rsplit(' ', 1)[0]} …", shown)


def _sheet(body: LexborNode) -> dict[int, str]:
    """What the cell's own style sheets say of its elements, by the element."""
    found: dict[int, str] = {}
    for element in body.css("style"):
        for selector, declarations in rules(element.text_lexbor() or ""):
            try:
                nodes = body.css(selector)
            except SelectolaxError:  # no selector that can be followed
                continue
            for node in nodes:
                found[node.mem_id] = f"{found.get(node.mem_id, '')};{declarations}"
    return found
