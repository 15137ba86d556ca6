"""How many lines of code each room holds: physical lines, and those with code on them.

    python -m tools.code_lines                       # this working tree
    python -m tools.code_lines --at house            # the same of a commit
    python -m tools.code_lines paribus/records       # a part of it

Comments, docstrings and blank lines are no code. A line that a statement of several lines runs through counts.
"""

import argparse
import ast
import io
import subprocess
import sys
import tokenize
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

ROOMS = ("paribus", "generator", "grader", "course", "tools", "tests")
ROOT = Path(__file__).resolve().parents[1]
_NO_CODE = frozenset(
    {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
)


def code_lines(source: str) -> int:
    """The lines of a Python source that hold code. Raises SyntaxError where it is none."""
    held: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in _NO_CODE:
            held.update(range(token.start[0], token.end[0] + 1))
    return len(held - _docstrings(ast.parse(source)))


def _docstrings(tree: ast.AST) -> set[int]:
    """The lines of every text that is a statement by itself: docstrings, also those below a name."""
    return {
        line
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }


def sources_here(places: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Path below the root and text of every Python file of the working tree under these places."""
    for place in places:
        at = ROOT / place
        for path in sorted(at.rglob("*.py")) if at.is_dir() else [at]:
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def sources_at(commit: str, places: Sequence[str]) -> Iterator[tuple[str, str]]:
    """As `sources_here`, of a commit."""
    for path in _git("ls-tree", "-r", "--name-only", commit, "--", *places).splitlines():
        if path.endswith(".py"):
            yield path, _git("show", f"{commit}:{path}")


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout


def count(sources: Iterator[tuple[str, str]], places: Sequence[str]) -> Mapping[str, tuple[int, int, int]]:
    """Files, physical lines and code lines of each place."""
    found = dict.fromkeys(places, (0, 0, 0))
    for path, text in sources:
        place = next(item for item in places if path == item or path.startswith(f"{item.rstrip('/')}/"))
        files, physical, code = found[place]
        found[place] = (files + 1, physical + len(text.splitlines()), code + code_lines(text))
    return found


def table(counted: Mapping[str, tuple[int, int, int]]) -> str:
    """The counts, one place a line, and their sum."""
    rows = [*counted.items(), ("together", tuple(map(sum, zip(*counted.values(), strict=True))))]
    return "\n".join(
        [f"{'':12}{'files':>8}{'lines':>9}{'of code':>9}"]
        + [f"{name:12}{files:8,}{physical:9,}{code:9,}" for name, (files, physical, code) in rows]
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "places", nargs="*", default=list(ROOMS), help=f"folders or files (default: {' '.join(ROOMS)})"
    )
    parser.add_argument("--at", metavar="COMMIT", help="count a commit and not the working tree")
    chosen = parser.parse_args(arguments)
    sources = sources_at(chosen.at, chosen.places) if chosen.at else sources_here(chosen.places)
    sys.stdout.write(table(count(sources, chosen.places)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
