"""What can be read off a student's code without running it."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from grader.model import Case
from grader.runs import own_records

MAX_SOURCE = 100_000

_DEBUG = (
    re.compile(r"^[ \t]*(?:if|while)[ \t]+(?:False|0)[ \t]*:.*$", re.MULTILINE),
    re.compile(r"^[^#\n]*\b(?:breakpoint\(\)|pdb\.set_trace\(\)|import[ \t]+i?pdb\b).*$", re.MULTILINE),
    re.compile(r"^[ \t]*%(?:debug|pdb|prun|lprun)\b.*$", re.MULTILINE),
    re.compile(r"(?im)^[ \t]*print\([ \t]*['\"](?:here|debug|test|asdf|xxx|\d+)['\"][ \t]*\)[ \t]*$"),
)  # fmt: skip
_PATH = re.compile(
    r"[\"']((?:/home/|/Users/|/root/|/mnt/|/media/|/content/drive/|/tmp/|~/|[A-Za-z]:[\\/]{1,2}(?=\w))[^\"'\n]{0,200})[\"']"
)
_CALLS = frozenset({"replace", "start", "TrainingConfig", "TfidfSettings"})


@dataclass(frozen=True)
class Contradiction:
    """A setting that stands in a cell's code with another value than in the run that the cell shows."""

    position: int
    name: str
    written: Any
    recorded: Any


def debug_leftovers(source: str) -> list[str]:
    """Lines that only serve debugging."""
    return [match.group().strip() for pattern in _DEBUG for match in pattern.finditer(source[:MAX_SOURCE])]


def fixed_paths(source: str) -> list[str]:
    """Text literals that are paths of one machine or one person's drive; comments do not count."""
    lines = [line for line in source[:MAX_SOURCE].splitlines() if not line.lstrip().startswith("#")]
    return [match[1] for line in lines for match in _PATH.finditer(line)]


def shows_something(source: str) -> bool:
    """A line at the top level that prints, displays or draws; an ending semicolon keeps it silent."""
    for line in source[:MAX_SOURCE].splitlines():
        if line[:1].isspace() or line.lstrip().startswith("#") or line.rstrip().endswith(";"):
            continue
        if re.match(r"(?:print|display)\(", line) or re.match(
            r"(?:plt\.show|(?:paribus\.)?figures(?:_\w+)?\.\w+)\(", line
        ):
            return True
    return False


def contradictions(case: Case) -> Iterator[Contradiction]:
    """Settings written as plain values in a cell whose records show other values, and none of these."""
    recorded: dict[int, dict[str, list[Any]]] = {}
    for found in own_records(case):
        if found.record is not None and found.record.kind == "start":
            settings = recorded.setdefault(found.position, {})
            for name, item in found.record.config.items():
                settings.setdefault(name, []).append(item.value)
            if found.record.seed is not None:
                settings.setdefault("seed", []).append(found.record.seed)
    sources = {
        cell.position: cell.source for cell in case.notebook.cells if cell.position in recorded and not cell.hidden
    }
    for position, source in sources.items():
        for name, values in _written(source).items():
            shown = recorded[position].get(name)
            if shown and not any(value in shown for value in values):
                yield Contradiction(position, name, values[0], shown[-1])


def _written(source: str) -> dict[str, list[Any]]:
    """Plain values given to settings by name in calls that configure a run."""
    try:
        tree = ast.parse(source[:MAX_SOURCE])
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # magics, another language, or nothing to parse
        return {}
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
    return found


def _called(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
