"""Markup that costs a parser far more than it is long: taken down to what an honest page never exceeds.

A parser compares an attribute with all others of its tag, so its time grows with the square of their number. It
opens a formatting element that was left open again in every block after it: 1,500 of them before 1,500 paragraphs
are two million elements, in a page of 40 kB. No text is lost by either bound.
"""

import re
from collections import Counter

from selectolax.lexbor import LexborHTMLParser

MOST_ATTRIBUTES = 5_000
MOST_OPEN = 30
"""Formatting elements that may be open at a time, where many of them have attributes."""

SMALL = 2_000
"""Markup of fewer bytes cannot be made to cost much."""

_LONG_TAG = re.compile(rb"<[a-zA-Z][^<>]{10000,}>")
_ATTRIBUTE = re.compile(rb"""[^\s/=>"']+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]*))?""")
_FORMATTING = rb"(?=[bcefinstu])(?:b|big|code|em|font|i|nobr|s(?!p)|small|strike|strong|tt|u)"
_WITH_ATTRIBUTES = re.compile(rb"<" + _FORMATTING + rb"[\s/]", re.IGNORECASE)
_OPENED_OR_CLOSED = re.compile(
    rb"<(?:/(" + _FORMATTING + rb")|(" + _FORMATTING + rb")(?=[\s/>]))[^<>]*>", re.IGNORECASE
)


def parse(markup: str) -> LexborHTMLParser:
    """A piece of markup, parsed within these bounds."""
    return LexborHTMLParser(without_excess(markup.encode()))


def without_excess(markup: bytes) -> bytes:
    """Markup in UTF-8 within these bounds; itself where it keeps them."""
    if len(markup) < SMALL:
        return markup
    bounded = _LONG_TAG.sub(_few_attributes, markup)
    often = sum(1 for _ in _WITH_ATTRIBUTES.finditer(bounded))
    return _few_open(bounded) if often > MOST_OPEN else bounded


def _few_attributes(tag: re.Match[bytes]) -> bytes:
    """A tag without its attributes, where there are too many. Its last bytes stay: they may end a comment."""
    if len(_ATTRIBUTE.findall(tag[0])) <= MOST_ATTRIBUTES:
        return tag[0]
    name = re.split(rb"[\s/]", tag[0][:100], maxsplit=1)[0]
    return name + b" " + tag[0][-3:]


def _few_open(markup: bytes) -> bytes:
    """Markup without the formatting tags that would be open beside too many others."""
    still_open: Counter[bytes] = Counter()
    pieces: list[bytes] = []
    taken = 0
    for tag in _OPENED_OR_CLOSED.finditer(markup):
        closed = tag[1]
        if closed:
            name = closed.lower()
            still_open[name] -= still_open[name] > 0
        elif still_open.total() < MOST_OPEN:
            still_open[tag[2].lower()] += 1
        else:
            pieces.append(markup[taken : tag.start()])
            taken = tag.end()
    return b"".join([*pieces, markup[taken:]])
