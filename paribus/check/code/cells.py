"""A cell's source as a syntax tree: magics taken out, within bounds, or the reason why there is none."""

import ast
import re
import warnings
from dataclasses import dataclass
from functools import lru_cache

MAX_SOURCE = 100_000
"""Characters of one cell that are read."""
MAX_NODES = 20_000
"""Nodes of one cell's tree; a student's longest cell has some two thousand."""
MAX_DEPTH = 120
"""How deep a tree is nested; whatever walks it afterwards stays far below Python's own limit."""
KEPT = 512
"""Cells whose facts are kept at hand: most cells are a whole class's."""

_PYTHON_BODY = frozenset({"time", "timeit", "capture", "prun", "memit", "mprun"})
"""Cell magics with the kernel's own Python below them."""
_CELL_MAGIC = re.compile(r"\A\s*%%(\w+)[^\n]*")
_ASSIGNED = re.compile(r"^([ \t]*[\w.,\[\]'\" ]{1,200}=[ \t]*)[!%].*$")
_RUNS_A_LINE = re.compile(r"^([ \t]*)%(?:time|timeit|prun|memit)[ \t]+(?!-)")
_ENVIRONMENT = re.compile(r"^([ \t]*)%(?:env|set_env)[ \t]+(\w+)(?:[ \t]*=[ \t]*|[ \t]+)(\S.*?)[ \t]*$")
_MAGIC = re.compile(r"^([ \t]*)(?:[%!].*|\?{1,2}[\w.]+|[\w.]+\?{1,2})[ \t]*$")


@dataclass(frozen=True)
class Parsed:
    """A cell's tree, or why there is none; ``magics`` are its magics as (line, text)."""

    tree: ast.Module | None
    problem: str = ""
    magics: tuple[tuple[int, str], ...] = ()


@lru_cache(maxsize=KEPT)
def parse(source: str) -> Parsed:
    """The tree of a cell's source. Line numbers are those of the source, magics or not."""
    if len(source) > MAX_SOURCE:
        return Parsed(None, f"it is longer than {MAX_SOURCE:,} characters")
    magics: list[tuple[int, str]] = []
    if (first := _CELL_MAGIC.match(source)) is not None:
        line = source[: first.start(1)].count("\n") + 1
        magics.append((line, first[0].strip()))
        if first[1] not in _PYTHON_BODY:
            return Parsed(None, f"it runs as %%{first[1]}", tuple(magics))
        source = "\n" * first[0].count("\n") + source[first.end() :]
    tree = _tree(source)
    if tree is None and any(mark in source for mark in "%!?"):
        source, found = _without_magics(source)
        magics += found
        tree = _tree(source)
    if tree is None:
        return Parsed(None, "it is no Python that can be read", tuple(magics))
    return Parsed(tree, "", tuple(magics))


def _tree(source: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():  # a backslash in a student's text is no news to the person who grades
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _without_magics(source: str) -> tuple[str, list[tuple[int, str]]]:
    """The source with IPython's lines made Python's, and those lines."""
    lines, found = source.split("\n"), []
    for number, line in enumerate(lines, start=1):
        if (timed := _RUNS_A_LINE.match(line)) is not None:
            lines[number - 1] = timed[1] + line[timed.end() :]
        elif (set_ := _ENVIRONMENT.match(line)) is not None:
            lines[number - 1] = f'{set_[1]}__import__("os").environ[{set_[2]!r}] = {set_[3]!r}'
        elif (assigned := _ASSIGNED.match(line)) is not None:
            lines[number - 1] = assigned[1] + "None"
        elif (magic := _MAGIC.match(line)) is not None:
            lines[number - 1] = magic[1] + "pass"
        else:
            continue
        found.append((number, line.strip()))
    return "\n".join(lines), found
