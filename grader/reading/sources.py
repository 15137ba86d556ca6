"""What can be read off a student's code without running it."""

import ast
import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from paribus.check.code.cells import MAX_SOURCE

_DEBUG = (
    re.compile(r"^[ \t]*(?:if|while)[ \t]+(?:False|0)[ \t]*:.*$", re.MULTILINE),
    re.compile(r"^[^#\n]*\b(?:breakpoint\(\)|pdb\.set_trace\(\)|import[ \t]+i?pdb\b).*$", re.MULTILINE),
    re.compile(r"^[ \t]*%(?:debug|pdb|prun|lprun)\b.*$", re.MULTILINE),
    re.compile(r"(?im)^[ \t]*print\([ \t]*['\"](?:here|debug|test|asdf|xxx|\d+)['\"][ \t]*\)[ \t]*$"),
)
_PATH = re.compile(
    r"[\"']((?:/home/|/Users/|/root/|/mnt/|/media/|/content/drive/|/tmp/|~/|"
    r"[A-Za-z]:[\\/]{1,2}(?=\w))[^\"'\n]{0,200})[\"']"
)
_CALLS = frozenset({"replace", "start", "TrainingConfig", "TfidfSettings"})


def debug_leftovers(source: str) -> list[str]:
    """Lines that only serve debugging."""
    return [match.group().strip() for pattern in _DEBUG for match in pattern.finditer(source[:MAX_SOURCE])]


def fixed_paths(source: str) -> list[str]:
    """Text literals that are paths of one machine or one person's drive; comments do not count."""
    lines = [line for line in source[:MAX_SOURCE].splitlines() if not line.lstrip().startswith("#")]
    return [match[1] for line in lines for match in _PATH.finditer(line)]


@lru_cache(maxsize=512)  # most cells are a whole class's
def written_settings(source: str) -> Mapping[str, list[Any]]:
    """Plain values given to settings by name in calls that configure a run."""
    try:
        tree = ast.parse(source[:MAX_SOURCE])
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # magics, another language, or nothing to parse
        return MappingProxyType({})
    found: dict[str, list[Any]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node.func) in _CALLS:
            for keyword in node.keywords:
                if keyword.arg == "config" and isinstance(keyword.value, ast.Dict):
                    for key, value in zip(keyword.value.keys, keyword.value.values, strict=True):
                        if isinstance(key, ast.Constant) and isinstance(value, ast.Constant):
                            found.setdefault(str(key.value), []).append(value.value)
                elif keyword.arg and isinstance(keyword.value, ast.Constant):
                    found.setdefault(keyword.arg, []).append(keyword.value.value)
    return MappingProxyType(found)


def _called(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
