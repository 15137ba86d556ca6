"""Dictionaries that an output shows: as Python prints them, as JSON, over one line or many."""

import ast
import json
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

MAX_LITERAL, MAX_LITERALS = 6_000, 400
MARK = "\x00"
"""Is around the number of a dictionary that was taken out of a text."""
_NUMPY = re.compile(r"\b(?:np|numpy|torch)\.\w+\(([^()]*)\)|\b(?:tensor|array|PosixPath)\(([^()]*)\)")
_DEVICE = re.compile(r",\s*(?:dtype|device)=[^,\])]+")
_NAN = re.compile(r"\b(?:nan|inf)\b|-inf\b")


def take_out(text: str) -> tuple[str, list[Mapping[str, Any]]]:
    """The text with each dictionary replaced by a mark, and the dictionaries."""
    found: list[Mapping[str, Any]] = []
    pieces, free = [], 0
    for start, end in islice(_braced(text), MAX_LITERALS):
        mapping = _read(text[start:end])
        if mapping is None:
            continue
        pieces += [text[free:start], f"{MARK}{len(found)}{MARK}"]
        found.append(mapping)
        free = end
    return "".join([*pieces, text[free:]]), found


def _braced(text: str) -> Iterator[tuple[int, int]]:
    """Where outermost braces begin and end."""
    depth, start = 0, 0
    for hit in re.finditer(r"[{}]", text):
        if hit[0] == "{":
            start = hit.start() if depth == 0 else start
            depth += 1
        elif depth:
            depth -= 1
            if depth == 0 and hit.end() - start <= MAX_LITERAL:
                yield start, hit.end()


def _read(text: str) -> Mapping[str, Any] | None:
    for read in (_python, _json):
        found = read(text)
        if isinstance(found, dict) and found and all(isinstance(key, str) for key in found):
            return found
    return None


def _python(text: str) -> object:
    plain = _NAN.sub("None", _NUMPY.sub(lambda hit: _DEVICE.sub("", hit[1] or hit[2] or "None"), text))
    try:
        return ast.literal_eval(plain.strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def leaves(mapping: Mapping[str, Any], depth: int = 0) -> Iterator[tuple[str, Any]]:
    """The entries of a dictionary and of those within it."""
    for key, value in mapping.items():
        if isinstance(value, Mapping):
            if depth < 3:
                yield from leaves({str(name): item for name, item in value.items()}, depth + 1)
        else:
            yield str(key), value
