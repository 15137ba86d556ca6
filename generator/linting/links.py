"""Links and pictures in a source's texts: anchors, files that students have, and the form of other addresses."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePosixPath
from urllib.parse import SplitResult, unquote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

from generator.linting.finding import Finding
from generator.sources.headers import SourceCell
from generator.sources.source import Source
from paribus.course.catalog import Entry
from paribus.course.near import did_you_mean

SECONDS = 10.0
_HOST = re.compile(r"^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$")
_HTML_ANCHOR = re.compile(r"""\b(?:id|name)=["']([^"']+)["']""")
_HTML_LINK = re.compile(r"""\b(?:href|src)=["']([^"']+)["']""")


@dataclass(frozen=True)
class _Link:
    target: str
    line: int


def broken_links(source: Source, entry: Entry, *, reach: Callable[[str], str] | None = None) -> Iterator[Finding]:
    """Every link of the markdown cells that leads nowhere. ``reach`` as in `lint`."""
    texts = [(cell, MarkdownIt().enable("table").parse(cell.text)) for cell in source.cells if _is_text(cell)]
    anchors = {anchor for _, tokens in texts for anchor in _anchors(tokens)}
    files = {path.name for path in entry.files}
    for cell, tokens in texts:
        for link in _links(tokens, cell):
            if what := _wrong(link.target, anchors, files, reach):
                yield Finding(entry.source, link.line, what)


def try_address(address: str) -> str:
    """What an external address answers where it is no success, "" where it is one. Used only when asked for."""
    import requests

    try:
        answer = requests.head(address, timeout=SECONDS, allow_redirects=True)
        if answer.status_code in (403, 405, 501):  # some servers answer GET alone
            answer = requests.get(address, timeout=SECONDS, stream=True)
            answer.close()
    except requests.RequestException as error:
        return f"cannot be reached ({type(error).__name__})"
    return "" if answer.ok else f"answers {answer.status_code}"


def _is_text(cell: SourceCell) -> bool:
    return cell.cell_type == "markdown"


def _anchors(tokens: list[Token]) -> Iterator[str]:
    """What a link may name: each heading as Jupyter writes its id, and ids in HTML."""
    for token, following in pairwise(tokens):
        if token.type == "heading_open":
            yield "".join(child.content for child in following.children or ()).replace(" ", "-")
    for token in tokens:
        for part in (token, *(token.children or ())):
            if part.type in ("html_block", "html_inline"):
                yield from _HTML_ANCHOR.findall(part.content)


def _links(tokens: list[Token], cell: SourceCell) -> Iterator[_Link]:
    lines = cell.text.split("\n")
    for token in tokens:
        first, last = token.map or (0, len(lines))
        for part in (token, *(token.children or ())):
            found = part.attrGet("href") or part.attrGet("src")
            targets = _HTML_LINK.findall(part.content) if part.type in ("html_block", "html_inline") else [found]
            for target in targets:
                if target:
                    at = next((n for n in range(first, last) if unquote(str(target)) in unquote(lines[n])), first)
                    yield _Link(str(target), cell.body_line + at)


def _wrong(target: str, anchors: set[str], files: set[str], reach: Callable[[str], str] | None) -> str:
    """What is wrong with a link's target, "" where nothing is."""
    try:
        parts = urlsplit(target)
    except ValueError as error:
        return f"found the address {target!r}, which cannot be read ({error})"
    if parts.scheme in ("http", "https"):
        return _wrong_address(target, parts, reach)
    if (parts.scheme or parts.netloc) and parts.scheme not in ("mailto", "attachment"):
        return f"found a link to {target!r}; expected https, http, mailto, a file or a heading of this notebook"
    if parts.path and not parts.scheme:
        return _wrong_file(PurePosixPath(unquote(parts.path)), files)
    named = unquote(parts.fragment)
    lacking = f"found a link to the heading {named!r}, which this notebook lacks.{_meant(named, anchors)}"
    return "" if parts.scheme or named in anchors else lacking


def _wrong_file(name: PurePosixPath, files: set[str]) -> str:
    if str(name) in files:
        return ""
    listed = f": {', '.join(sorted(files))}" if files else ""
    return (
        f"found a link to the file {str(name)!r}, which students do not get; expected the name of one of the "
        f"assignment's `files` in course.toml{listed}"
    )


def _wrong_address(target: str, parts: SplitResult, reach: Callable[[str], str] | None) -> str:
    if not _HOST.match(parts.hostname or "") or re.search(r"\s", target):
        return f"found the address {target!r}; expected a host's name after ://, and no blanks"
    said = reach(target) if reach is not None else ""
    return f"found the address {target}, which {said}" if said else ""


def _meant(named: str, anchors: set[str]) -> str:
    """The heading that was probably meant: GitHub's way of writing an anchor is not Jupyter's."""
    plain = {re.sub(r"[^\w-]", "", anchor).lower(): anchor for anchor in anchors}
    if meant := plain.get(re.sub(r"[^\w-]", "", named).lower()):
        return f" Did you mean {meant!r}?"
    return did_you_mean(named, sorted(anchors))
