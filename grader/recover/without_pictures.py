"""Takes out of a page, before it is parsed, the base64 of its pictures and the style sheets in its head.

They are most of a page, and every step of reading would pass over them again. The rest parses as the whole page
does, in two thirds of the time.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from selectolax.lexbor import LexborHTMLParser

from grader.model import Output, RecoveredCell
from grader.recover.excess import without_excess
from grader.recover.outputs import MarkupOutput
from grader.recover.text import keep_first_newlines

LEAST = 2_000
"""Bytes of base64 from which it pays to take them out."""
SIGN = "\x80"
"""Is around the number that takes a picture's place. No character reference can write it: parsers read
``&#x80;`` as the euro sign (HTML, "numeric character reference end state"). So a page has it only in its bytes.
"""
MOST_LOOKED_AT = 10_000
"""The places in which the sign is looked for, in a page of many wide characters."""
_OPENING = b";base64,"
_BEFORE = re.compile(rb"src=\"data:image/[a-z0-9.+-]{1,40}(?:;[a-z0-9=-]{1,40})?\Z", re.IGNORECASE)
_LONGEST_OPENING = 100
_ATTRIBUTES = rb"(?>\s++[a-z:-]++(?>=(?>\"[^\"<>]*+\"|'[^'<>]*+'|[\w./:;,-]++))?+)*+\s*+/?+>"
_HEAD = re.compile(
    rb"\s*+(?><!doctype html>\s*+)?+<html" + _ATTRIBUTES + rb"\s*+<head" + _ATTRIBUTES, re.IGNORECASE
)
_IN_HEAD = re.compile(rb"\s*+<(meta|link|title|script|style)" + _ATTRIBUTES)
_PLACE = re.compile(f"{SIGN}([0-9]+){SIGN}")


@dataclass(frozen=True)
class Lifted:
    """The base64 that was taken out of a page, by the number that is in its place."""

    runs: tuple[bytes, ...] = ()

    def at(self, text: str, start: int) -> bytes | None:
        """The run whose place a number takes in the text of an address from ``start`` on; None where none does."""
        found = _PLACE.fullmatch(text, start) if self.runs else None
        return self.runs[int(found[1])] if found else None

    def all_in(self, page: LexborHTMLParser) -> bool:
        """Whether each number is where pictures do, once. What begins like a picture may be something else,
        in which a parser changes letters, or which it repeats: where a quote or a tag is left open.
        """
        sources = [image.attributes.get("src") or "" for image in page.css("img")] if self.runs else []
        return sum(SIGN in source for source in sources) == len(self.runs)

    def back_in(self, cells: Iterable[RecoveredCell]) -> tuple[RecoveredCell, ...]:
        """The cells with what was taken out of their markup."""
        return tuple(map(self._restored, cells)) if self.runs else tuple(cells)

    def _restored(self, cell: RecoveredCell) -> RecoveredCell:
        outputs = [self._restored_output(output) for output in cell.outputs]
        if any(new is not old for new, old in zip(outputs, cell.outputs, strict=True)):
            cell = replace(cell, outputs=tuple(outputs))
        return replace(cell, html=self._text(cell.html)) if SIGN in cell.html else cell

    def _restored_output(self, output: Output) -> Output:
        if SIGN not in output.html:
            return output
        return MarkupOutput.of(output.kind, self._text(output.html), output.mime)

    def _text(self, text: str) -> str:
        return _PLACE.sub(lambda found: self.runs[int(found[1])].decode(), text)


NOTHING_LIFTED = Lifted()


def parse_lean(page: bytes) -> tuple[LexborHTMLParser, bytes, Lifted]:
    """A page in UTF-8, parsed; what of it was parsed, and what was taken out before."""
    styleless = drop_styles(page)
    lean, lifted = lift_pictures(styleless)
    lean = without_excess(lean)  # what is left is looked through sooner
    parsed = LexborHTMLParser(keep_first_newlines(lean))
    if lifted.all_in(parsed):
        return parsed, lean, lifted
    styleless = without_excess(styleless)
    return LexborHTMLParser(keep_first_newlines(styleless)), styleless, NOTHING_LIFTED


def drop_styles(page: bytes) -> bytes:
    """A page without the contents of the style sheets in its head.

    The head is walked from the page's first byte, over what a parser cannot take for anything else; at the first
    thing that it could, the rest stays as it is.
    """
    opening = _HEAD.match(page)
    if opening is None:
        return page
    pieces: list[bytes] = []
    taken, at = 0, opening.end()
    while (found := _IN_HEAD.match(page, at)) is not None:
        at = found.end()
        if found[1] in (b"meta", b"link"):
            continue
        end = _end(page, at, found[1])
        if end < 0:
            break
        if found[1] == b"style":
            pieces.append(page[taken:at])
            taken = end
        at = end + len(found[1]) + 3
    return b"".join([*pieces, page[taken:]]) if pieces else page


def _end(page: bytes, at: int, tag: bytes) -> int:
    """Where the contents of a title, a script or a style sheet end; -1 where that is not plain to see."""
    closing = b"</%s" % tag
    end = page.find(b"<", at)
    while end >= 0 and page[end : end + len(closing)].lower() != closing:
        if tag != b"style" and page[end + 1 : end + 2] == b"!":
            return -1  # what follows in a script may be hidden from the parser
        end = page.find(b"<", end + 1)
    return end if page.startswith(b"%s>" % closing, end) else -1


def _may_hold_sign(page: bytes) -> bool:
    """Whether a page in UTF-8 has the sign in it, or so much like it that it is left alone."""
    lead, rest = (bytes([byte]) for byte in SIGN.encode())
    at = page.find(rest)  # one byte is looked for many times as fast as two
    for _ in range(MOST_LOOKED_AT):
        if at < 0:
            return False
        if page[at - 1 : at] == lead:
            return True
        at = page.find(rest, at + 1)
    return True


def lift_pictures(page: bytes) -> tuple[bytes, Lifted]:
    """A page in UTF-8 with a number in place of each large picture's base64, and the base64.

    Only what holds nothing that could end it, or begin anything else, is touched.
    """
    if _may_hold_sign(page):
        return page, NOTHING_LIFTED
    pieces: list[bytes] = []
    runs: list[bytes] = []
    taken = at = 0
    while (opening := page.find(_OPENING, at)) >= 0:
        start = opening + len(_OPENING)
        at = end = page.find(b'"', start)
        if end < 0:
            break
        if end - start < LEAST or any(page.find(mark, start, end) >= 0 for mark in (b"<", b">", b"&")):
            continue
        if _BEFORE.search(page[max(0, opening - _LONGEST_OPENING) : opening]):
            pieces += (page[taken:start], f"{SIGN}{len(runs)}{SIGN}".encode())
            runs.append(page[start:end])
            taken = end
    return (b"".join([*pieces, page[taken:]]), Lifted(tuple(runs))) if runs else (page, NOTHING_LIFTED)
