"""What of a text cell nobody sees: text that markup or a style hides. It is not read, and is said.

Looked at is what is in the notebook's text cells: their elements, style attributes, style sheets and formulas.
A tool may have hidden it, so nothing is failed because of it. What may be hidden, where nobody can tell without
drawing the page, is read and said.
"""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from selectolax.lexbor import LexborNode, SelectolaxError

from grader.model import Case, RecoveredCell
from grader.reading.lookalikes import is_disguised, is_turned
from grader.reading.unseen_math import defines, without_phantoms
from grader.recover.excess import parse
from grader.recover.sheets import CODE, Rule, rules
from grader.recover.styles import Style, hides, style_of

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
    | {"rp", "progress", "meter"}
)
_NO_TEXT = frozenset({"script", "style"})
_FIELDS = frozenset({"button", "select", "svg", "textarea", "iframe", "object", "embed"})
"""Elements that show a person something that is not read as text."""
_AS_TYPED = frozenset({"code", "pre"})
_MAY_HIDE = re.compile(
    r"<[^<>]{0,5000}(?:style|hidden|color|popover)|<(?:template|noscript|datalist|dialog|noembed|noframes|title|input|"
    r"button|select|svg|textarea|iframe|object|embed|audio|video|canvas|rp|progress|meter|bdo)\b|"
    r"\\(?:[hv]?phantom|(?:text)?color|style|def|g?let|(?:re)?newcommand)\b",
    re.IGNORECASE,
)
_KEPT = "\ue0f2"
_DEFINITION = re.compile(
    r"^[ ]{0,3}\[[^\]\n]{1,200}\]:[ \t]*(?:<[^<>\n]*>|\S+)[ \t]+"
    r"(?:\((?P<round>[^()\n]*)\)|\"(?P<double>[^\"\n]*)\"|'(?P<single>[^'\n]*)')[ \t]*$",
    re.MULTILINE,
)
_NAME = re.compile(r"(--[\w-]{1,80})\s*:([^;{}]{1,200})")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class LeftOut:
    """A passage that a page hides, or may hide: where it is or how it is hidden, its words and how it begins.
    ``shown``: a person sees it, or may see it, all the same. ``read``: it was read, since nobody can tell.
    """

    how: str
    words: int
    begins: str
    shown: bool = False
    read: bool = False


@dataclass(frozen=True)
class Seen:
    """A piece of markup or of markdown as a person sees it, and what was left out of it."""

    text: str
    left_out: tuple[LeftOut, ...] = ()


@dataclass(frozen=True)
class _Sheet:
    """What style sheets say of the elements of a tree, by the element: surely, and perhaps; and what names stand
    for, "" where they stand for several things.
    """

    sure: dict[int, str]
    perhaps: dict[int, str]
    names: dict[str, str]

    def applied(self, node: LexborNode, around: Style) -> Style:
        """How an element shows its text."""
        sure = self.sure.get(node.mem_id, "")
        inner = hides(style_of(node, sure, self.names), around)
        if not inner.gone and (perhaps := self.perhaps.get(node.mem_id)):
            other = hides(style_of(node, f"{sure};{perhaps}", self.names), around)
            if other.gone or (other.unread and not inner.unread):
                return replace(inner, doubt="by a style sheet that holds on some screens alone")
        if not inner.gone and node.attributes.get("hidden") == "until-found":
            return replace(inner, doubt="hidden until it is found")
        return inner


def left_out_of(cell: RecoveredCell) -> tuple[LeftOut, ...]:
    """The passages of a text cell that were not read, and those of which nobody can tell whether they are seen."""
    if cell.cell_type != "markdown":
        return ()
    rendered = bool(cell.rendered and cell.html)
    found = seen_html(cell.html, cell.sheets) if rendered else seen_source(cell.source, cell.sheets)
    text = html.unescape(found.text) if "&#" in found.text else found.text
    told = [
        _told(how, text, shown=True, read=True)
        for how, is_so in (
            ("after a character that turns the direction", is_turned(text)),
            ("with a number of which some digits are other characters", is_disguised(text)),
        )
        if is_so
    ]
    return (*found.left_out, *(item for item in told if item is not None))


@lru_cache(maxsize=512)
def seen_html(markup: str, sheets: str = "") -> Seen:
    """Rendered markup without what nobody sees. ``sheets`` are those of all text cells."""
    if not sheets and _MAY_HIDE.search(markup) is None:
        return Seen(markup)
    body = parse(f"<body>{markup[:MAX_CHARACTERS]}").body
    if body is None:
        return Seen(markup)
    left_out, changed = _take_out(body, sheets)
    return Seen(body.inner_html or "" if changed else markup, left_out)


@lru_cache(maxsize=512)
def seen_source(source: str, sheets: str = "") -> Seen:
    """Markdown without what its rendered form does not show; code keeps whatever is in it. ``sheets`` are those
    of all text cells.
    """
    source, left_out = _without_definitions(source[:MAX_CHARACTERS])
    if not sheets and _MAY_HIDE.search(source) is None:
        return Seen(source, left_out)
    code: list[str] = []

    def keep(found: re.Match[str]) -> str:
        code.append(found[0])
        return f"{_KEPT}{len(code) - 1}{_KEPT}"

    body = parse(f"<body>{CODE.sub(keep, source.replace(_KEPT, ''))}").body
    if body is None:
        return Seen(source, left_out)
    hidden, changed = _take_out(body, sheets)
    if not changed:
        return Seen(source, (*left_out, *hidden))
    text = html.unescape(body.inner_html or "")
    text = re.sub(f"{_KEPT}(\\d+){_KEPT}", lambda found: code[int(found[1])], text)
    return Seen(text, (*left_out, *hidden))


def _without_definitions(source: str) -> tuple[str, tuple[LeftOut, ...]]:
    """Markdown without definitions of links that hold words: ``[//]: # (nobody sees this)``."""
    if "]:" not in source:
        return source, ()
    found = [
        item
        for item in _DEFINITION.finditer(source)
        if len(_WORD.findall(item["round"] or item["double"] or item["single"] or "")) > 2
    ]
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
    """It in a sentence or two, "" where there is nothing."""
    found = [(position, item) for position, items in unread_in(case).items() for item in items]
    return " ".join(
        f"{begin}: {_listed(case, some)}."
        for begin, some in (
            ("Text that a page hides, or shows otherwise, was not read", [one for one in found if not one[1].read]),
            (
                "Text that a person may not see, or may see as something else, was read as it is",
                [one for one in found if one[1].read],
            ),
        )
        if some
    )


def _listed(case: Case, found: Sequence[tuple[int, LeftOut]]) -> str:
    told = [
        f"{case.cell_name(position)} ({item.how}, {item.words:,} word{'s' if item.words != 1 else ''}: "
        f"“{item.begins}”)"
        for position, item in found[:MOST_TOLD]
    ]
    return "; ".join([*told, *([f"and {len(found) - MOST_TOLD} more"] if len(found) > MOST_TOLD else [])])


def _take_out(body: LexborNode, sheets: str) -> tuple[tuple[LeftOut, ...], bool]:
    """Take the texts that nobody sees out of a tree, and the fields that are not read; tell each, also what may not
    be seen and stays. And whether anything was taken.
    """
    sheet = _sheet(body, sheets)
    found: list[tuple[LexborNode, str]] = []
    told: list[LeftOut | None] = []
    changed = False
    waiting: list[tuple[LexborNode, Style]] = [(body, Style())]
    while waiting:
        node, around = waiting.pop()
        tag = node.tag or ""
        if tag == "-text":
            if how := around.unread:
                found.append((node, how))
            elif around.unsure:
                told.append(_told(around.unsure, _text(node), shown=True, read=True))
            elif (seen := _formulas(node)) is not None:
                told += seen
                changed = True
            continue
        if tag == "-comment":
            continue
        if how := _by_its_name(node, tag):
            found.append((node, how))
            continue
        inner = sheet.applied(node, around)
        if inner.gone:
            found.append((node, inner.gone))
            continue
        waiting += [(child, inner) for child in reversed(list(node.iter(include_text=True)))]
    told += [
        _told(how, _text(node), shown=(node.tag in _FIELDS or node.tag == "input"))
        for node, how in found
        if node.tag not in _NO_TEXT
    ]
    for node, _ in found:
        node.decompose()
    return tuple(item for item in told if item is not None), changed or bool(found)


def _by_its_name(node: LexborNode, tag: str) -> str:
    """How an element hides what is in it whatever its style, or shows it otherwise than as text; else ""."""
    closed = tag == "dialog" and "open" not in node.attributes
    never = tag in _NEVER_SHOWN or closed or tag in _FIELDS or (tag == "input" and _shows(node))
    return f"in <{tag}>" if never else ""


def _formulas(node: LexborNode) -> list[LeftOut | None] | None:
    """Take out of a text what its formulas do not show; None where there is nothing of it."""
    text = node.text_content or ""
    if "\\" not in text or (node.parent is not None and node.parent.tag in _AS_TYPED):
        return None
    seen, hidden = without_phantoms(text)
    told = [_told("in a formula that does not show it", item) for item in hidden]
    if defines(text):
        told.append(_told("with a formula that gives commands another meaning", text, shown=True, read=True))
    if hidden:
        node.replace_with(seen)
    return told or None


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


def _told(how: str, text: str, *, shown: bool = False, read: bool = False) -> LeftOut | None:
    """The passage; None where it says nothing, as a button that copies code."""
    words = _WORD.findall(text)
    if not words or (shown and not read and len(words) < SAYS and not any(map(str.isdigit, text))):
        return None
    line = " ".join(text.split())
    return LeftOut(how, len(words), line if len(line) <= 60 else f"{line[:60].rsplit(' ', 1)[0]} …", shown, read)


def _sheet(body: LexborNode, sheets: str) -> _Sheet:
    """What the style sheets of the notebook's text cells say of a tree."""
    found = _Sheet({}, {}, {})
    own = [rule for element in body.css("style") for rule in _rules(element)]
    for rule in (*_rules_of(sheets), *own):
        _name(found.names, rule.declarations)
        try:
            nodes = body.css(rule.selector)
        except SelectolaxError:  # no selector that can be followed
            continue
        said = found.sure if rule.sure else found.perhaps
        for node in nodes:
            said[node.mem_id] = f"{said.get(node.mem_id, '')};{rule.declarations}"
    for node in body.css("[style*='--']"):
        _name(found.names, node.attributes.get("style") or "")
    return found


@lru_cache(maxsize=CASES)
def _rules_of(sheets: str) -> tuple[Rule, ...]:
    """The rules of all text cells' sheets, which every one of them asks for."""
    body = parse(f"<body>{sheets}").body if sheets else None
    return () if body is None else tuple(rule for element in body.css("style") for rule in _rules(element))


def _rules(element: LexborNode) -> Iterator[Rule]:
    media, text = element.attributes.get("media") or "", element.text_lexbor() or ""
    return rules(f"@media {media}{{{text}}}" if media else text)


def _name(names: dict[str, str], declarations: str) -> None:
    """Note what names mean."""
    for name, value in _NAME.findall(declarations.lower()):
        known = names.setdefault(name, value.strip())
        if known != value.strip():
            names[name] = ""
