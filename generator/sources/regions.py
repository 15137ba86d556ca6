"""Marked regions of a cell: solutions and rubrics that students do not get, tests that nobody gets.

``### BEGIN SOLUTION`` … ``### END SOLUTION`` in code, ``<!-- BEGIN SOLUTION -->`` … ``<!-- END SOLUTION -->`` in
markdown, RUBRIC in the same way, ``### BEGIN HIDDEN TESTS`` … ``### END HIDDEN TESTS`` in tests cells.
"""

import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import takewhile
from typing import Literal, cast

from paribus.course.errors import SourceError

Kind = Literal["SOLUTION", "HIDDEN TESTS", "RUBRIC"]

# Anything that looks like a marker must be one, so that a typing error cannot publish a solution.
_LOOKS_LIKE = re.compile(
    r"^\s*(?:#+|<!--)\s*(?P<edge>BEGIN|END)[\s_]+(?P<kind>SOLUTIONS?|HIDDEN[\s_]+TESTS?|RUBRICS?)\b", re.IGNORECASE
)
_NOTE = re.compile(r"^\s*(?:#+|<!--)\s*(?P<words>.*?)\s*(?:-->)?\s*$")
_NAMES = tuple(f"{edge} {kind}" for edge in ("BEGIN", "END") for kind in ("SOLUTION", "HIDDEN TESTS", "RUBRIC"))
_NEAR = 0.88
"""How like a marker's name a comment must be to be a misspelt one; a comment "Hidden tests" is none."""
_CODE = re.compile(r"^(?P<indent>\s*)### (?P<edge>BEGIN|END) (?P<kind>SOLUTION|HIDDEN TESTS|RUBRIC)\s*$")
_MARKDOWN = re.compile(r"^(?P<indent>)<!-- (?P<edge>BEGIN|END) (?P<kind>SOLUTION|RUBRIC) -->\s*$")


@dataclass(frozen=True)
class Region:
    """One region: its kind, the text lines of its two markers (counted from 0) and their indent."""

    kind: Kind
    begin: int
    end: int
    indent: str


def find_regions(text: str, *, markdown: bool, file: str, line: int) -> tuple[Region, ...]:
    """Every region of a cell whose text begins at ``line`` of ``file``.

    Raises SourceError at a marker that is misspelt, nested, stray or never closed.
    """
    pattern = _MARKDOWN if markdown else _CODE
    kinds = ("SOLUTION", "RUBRIC") if markdown else ("SOLUTION", "RUBRIC", "HIDDEN TESTS")
    shape = " or ".join(f"<!-- BEGIN {kind} -->" if markdown else f"### BEGIN {kind}" for kind in kinds)
    regions: list[Region] = []
    opened: tuple[Kind, int, str] | None = None
    for number, content in enumerate(text.split("\n")):
        match = pattern.match(content)
        if not match:
            if not _LOOKS_LIKE.match(content) and not (near := _near(content)):
                continue
            meant = "" if _LOOKS_LIKE.match(content) else f". Did you mean {near!r}?"
            expected = f"a marker written as {shape} (and END){meant}"
            raise SourceError(file, line + number, f"`{content.strip()}`", expected)
        kind = cast(Kind, match["kind"])
        if match["edge"] == "BEGIN":
            if opened:
                raise SourceError(file, line + number, f"BEGIN {kind} inside a region", f"END {opened[0]} first")
            opened = (kind, number, match["indent"])
            continue
        if opened is None:
            raise SourceError(file, line + number, f"END {kind} without a beginning", f"BEGIN {kind} before it")
        if opened[0] != kind:
            raise SourceError(file, line + number, f"END {kind} inside BEGIN {opened[0]}", f"END {opened[0]}")
        if not any(inner.strip() for inner in text.split("\n")[opened[1] + 1 : number]):
            raise SourceError(file, line + number, f"an empty {kind} region", "something between its markers")
        regions.append(Region(kind, opened[1], number, opened[2]))
        opened = None
    if opened:
        raise SourceError(
            file, line + opened[1], f"BEGIN {opened[0]} that is never closed", f"END {opened[0]} in the same cell"
        )
    return tuple(regions)


def _near(content: str) -> str:
    """The name of the marker that a comment is a misspelling of, or ""."""
    note = _NOTE.match(content)
    near = difflib.get_close_matches(note["words"].upper(), _NAMES, n=1, cutoff=_NEAR) if note else []
    return near[0] if near else ""


def replace_regions(text: str, regions: Iterable[Region], replace: Callable[[Region, list[str]], list[str]]) -> str:
    """``text`` with each region, its markers included, replaced by the lines that ``replace`` returns.

    A rubric that is taken out leaves no blank line of its own: the text is the one that was there before it.
    """
    lines = text.split("\n")
    result: list[str] = []
    position = 0
    for region in regions:
        result += lines[position : region.begin]
        filled = replace(region, lines[region.begin + 1 : region.end])
        position = region.end + 1
        if region.kind == "RUBRIC" and not filled:
            position += min(_blanks(reversed(result)), _blanks(lines[position:]))
        result += filled
    return "\n".join(result + lines[position:]).strip("\n")


def _blanks(lines: Iterable[str]) -> int:
    """How many blank lines come first."""
    return sum(1 for _ in takewhile(lambda line: not line.strip(), lines))


def region_lines(text: str, regions: Iterable[Region]) -> list[str]:
    """The lines inside the regions, markers left out."""
    lines = text.split("\n")
    return [content for region in regions for content in lines[region.begin + 1 : region.end]]
