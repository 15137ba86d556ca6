"""Fingerprints of the code that a student wrote: winnowing over its normalised syntax, what was released left out.

Winnowing keeps the smallest hash of every window of hashes of token runs (Schleimer, Wilkerson and Aiken, 2003). So
two notebooks that share a run of `RUN` + `WINDOW` - 1 tokens share a fingerprint, wherever the run is. Tokens are
the nodes of the syntax tree, also the names of what is called on an object. Names of variables, values, comments,
docstrings and layout are none.
"""

import ast
import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Sequence
from functools import lru_cache

from grader.model import Case

RUN, WINDOW = 20, 6
"""Tokens in a row, some three short lines; windows of so many runs keep one of them."""
MOST = 400
"""Fingerprints that are kept, the smallest ones: more than two hundred lines of code give."""
MAX_SOURCE, MAX_TOKENS, MAX_CODE = 100_000, 20_000, 400_000
"""Characters and tokens of a cell that are read, and characters of all of a notebook's cells."""


def fingerprints(case: Case) -> tuple[str, ...]:
    """The fingerprints of a student's own code cells, tasks and changed cells among them."""
    released = _released(tuple(cell.source for cell in case.assignment.cells if cell.cell_type == "code"))
    found: set[bytes] = set()
    left = MAX_CODE
    for cell in case.notebook.cells:
        if cell.cell_type == "code" and not cell.hidden and cell.position not in case.released_positions:
            found |= winnow([item for item in run_digests(cell.source[:left]) if item not in released])
            left -= min(left, len(cell.source))
    return tuple(urlsafe_b64encode(digest).decode("ascii") for digest in sorted(found)[:MOST])


def winnow(digests: Sequence[bytes]) -> set[bytes]:
    """The smallest digest of every window, of fewer digests than that the smallest of all."""
    if len(digests) <= WINDOW:
        return {min(digests)} if digests else set()
    return {min(digests[start : start + WINDOW]) for start in range(len(digests) - WINDOW + 1)}


def run_digests(source: str) -> tuple[bytes, ...]:
    """A digest of every run of tokens, in order; () where the code cannot be parsed or is shorter."""
    tokens = _tokens(source)
    return tuple(_digest(tokens[start : start + RUN]) for start in range(len(tokens) - RUN + 1))


def _digest(tokens: Sequence[str]) -> bytes:
    return hashlib.blake2b("\0".join(tokens).encode("utf-8", "surrogatepass"), digest_size=6).digest()


def _tokens(source: str) -> list[str]:
    lines = ["" if line.lstrip().startswith(("%", "!")) else line for line in source[:MAX_SOURCE].split("\n")]
    try:
        waiting: list[ast.AST] = [ast.parse("\n".join(lines))]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    found: list[str] = []
    while waiting and len(found) < MAX_TOKENS:  # no recursion: code may be nested as deep as somebody likes
        node = waiting.pop()
        found.append(_token(node))
        waiting += reversed(list(_below(node)))
    return found


def _token(node: ast.AST) -> str:
    """What a node is called: an attribute and a named argument by their names, all else by its kind."""
    if isinstance(node, ast.Attribute):
        return f".{node.attr}"
    if isinstance(node, ast.keyword):
        return f"{node.arg}="
    if isinstance(node, ast.Constant):
        return type(node.value).__name__
    return type(node).__name__


def _below(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of a node that can change what it does: no annotations, no text that is a statement by itself."""
    left_out = {getattr(node, name, None) for name in ("annotation", "returns")} - {None}
    for child in ast.iter_child_nodes(node):
        words = isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant)
        if not words and child not in left_out and not isinstance(child, ast.expr_context):
            yield child


@lru_cache(maxsize=8)
def _released(sources: tuple[str, ...]) -> frozenset[bytes]:
    """Every run of tokens of the notebook as it was handed out."""
    return frozenset(item for source in sources for item in run_digests(source))
