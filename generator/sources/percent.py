"""The py:percent format, strictly: a source's text becomes raw cells that know their lines.

jupytext reads the same files; a test holds every source against it. But it turns a malformed header into
``incorrectly_encoded_metadata`` without a word, keeps no line numbers, and takes longer to import than a whole
build does. What jupytext would read otherwise than written is refused here.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Literal

from paribus.course.errors import SourceError

CellType = Literal["code", "markdown"]

# What jupytext takes for the start of a cell, wherever it is indented.
_ANY_MARKER = re.compile(r"^\s*#\s*%%(%*)(\s|$)")
_MARKER = re.compile(r"^# %%(?: (?P<rest>.*))?$")
_KIND = re.compile(r"^\[(?P<kind>[^\]]*)\]\s*")
_NAME = re.compile(r"(?P<name>[A-Za-z_][A-Za-z0-9_.-]*)\s*=\s*")
_BYTE_ORDER_MARK = "\ufeff"
_HEADER_SHAPE = '`# %%` or `# %% [markdown]`, then name=value with JSON values, such as points=4 or task="key"'


@dataclass(frozen=True)
class RawCell:
    """One cell as written: ``line`` is its header's line, ``body_line`` the line of ``text``'s first line."""

    line: int
    body_line: int
    cell_type: CellType
    text: str
    options: Mapping[str, Any] = field(default_factory=dict)


def read_percent(text: str, file: str) -> tuple[RawCell, ...]:
    """Every cell of a source, in order; outer blank lines are dropped, since no export keeps them, and so is a
    byte order mark, which some editors write and nobody sees.

    Raises SourceError where a header is malformed, text is before the first cell or markdown is not
    commented.
    """
    lines = text.removeprefix(_BYTE_ORDER_MARK).splitlines()
    position = _skip_front_matter(lines, file)
    starts = [number for number in range(position, len(lines)) if _ANY_MARKER.match(lines[number])]
    first = starts[0] if starts else len(lines)
    for number in range(position, first):
        if lines[number].strip():
            raise SourceError(file, number + 1, f"{_quote(lines[number])} before the first cell", "a `# %%` line")
    if not starts:
        raise SourceError(file, 1, "no cell", "at least one `# %%` line")
    bounds = [*starts, len(lines)]
    return tuple(_read_cell(lines, start, end, file) for start, end in pairwise(bounds))


def parse_header(rest: str, file: str, line: int) -> tuple[CellType, dict[str, Any]]:
    """The cell type and options that follow ``# %%``."""
    kind_match = _KIND.match(rest)
    cell_type: CellType = "code"
    if kind_match:
        if kind_match["kind"] != "markdown":
            raise SourceError(
                file, line, f"the cell type [{kind_match['kind']}]", "[markdown], or nothing for code"
            )
        cell_type = "markdown"
        rest = rest[kind_match.end() :]
    options: dict[str, Any] = {}
    position = 0
    while position < len(rest):
        name_match = _NAME.match(rest, position)
        if not name_match:
            raise SourceError(file, line, _quote(rest[position:]), _HEADER_SHAPE)
        name = name_match["name"]
        try:
            value, position = json.JSONDecoder().raw_decode(rest, name_match.end())
        except ValueError:
            found = f"{name}={rest[name_match.end() :]}"
            expected = f'a JSON value after {name}=, such as {name}="text" with double quotes, 3 or ["a", "b"]'
            raise SourceError(file, line, _quote(found), expected) from None
        if name in options:
            raise SourceError(file, line, f"{name}= twice", "each option once")
        if position < len(rest) and not rest[position].isspace():
            raise SourceError(file, line, _quote(rest[position:]), "a blank between options")
        options[name] = value
        position += len(rest[position:]) - len(rest[position:].lstrip())
    return cell_type, options


def _skip_front_matter(lines: list[str], file: str) -> int:
    """The first line after jupytext's YAML header, if there is one."""
    if not lines or lines[0].rstrip() != "# ---":
        return 0
    for number, line in enumerate(lines[1:], start=1):
        if line.rstrip() == "# ---":
            return number + 1
    raise SourceError(file, 1, "a `# ---` header that does not end", "a second `# ---` line")


def _read_cell(lines: list[str], start: int, end: int, file: str) -> RawCell:
    marker = _MARKER.match(lines[start].rstrip())
    if not marker:
        raise SourceError(file, start + 1, _quote(lines[start]), f"a header at the line's start: {_HEADER_SHAPE}")
    cell_type, options = parse_header((marker["rest"] or "").strip(), file, start + 1)
    first, last = start + 1, end
    while first < last and not lines[first].strip():
        first += 1
    while last > first and not lines[last - 1].strip():
        last -= 1
    body = lines[first:last]
    if cell_type == "markdown":
        body = [_uncomment(line, first + number + 1, file) for number, line in enumerate(body)]
        text = "\n".join(body).strip("\n")
    else:
        text = "\n".join(body)
    return RawCell(start + 1, first + 1, cell_type, text, options)


def _uncomment(line: str, number: int, file: str) -> str:
    if line.startswith("# "):
        return line[2:]
    if line in {"#", ""}:
        return ""
    raise SourceError(file, number, f"{_quote(line)} in a markdown cell", "each line to begin with `# `")


def _quote(text: str) -> str:
    short = text.strip()
    return f"`{short if len(short) <= 60 else short[:57] + '...'}`"
