"""What the students' wheel holds of the rooms above paribus: the modules that `paribus check` reaches.

They are found by following imports, so that no source of the course, no gradebook and no command of the
instructor's can slip in.
"""

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from generator.project import ROOT

COMMAND = "grader.commands.check"
ROOMS = ("grader", "paribus.course")
"""The rooms that the wheel holds in part."""


@cache
def reached(command: str = COMMAND) -> tuple[str, ...]:
    """The files of the rooms above paribus that a module imports, directly or through others, sorted."""
    found: set[str] = set()
    waiting = [command]
    while waiting:
        module = waiting.pop()
        path = _file(module)
        if path is None or path in found:
            continue
        found.add(path)
        waiting += [module.rpartition(".")[0], *_imported(ROOT / path)]
    return tuple(sorted(found))


def data_beside(paths: Iterable[str]) -> tuple[str, ...]:
    """The grader's word lists, in the folders of these modules, sorted: what a module there may read."""
    folders = {str(Path(path).parent) for path in paths if path.startswith("grader/")}
    found = (item for folder in folders for item in (ROOT / folder).glob("*.toml"))
    return tuple(sorted(item.relative_to(ROOT).as_posix() for item in found))


def _file(module: str) -> str | None:
    """The file of a module of the rooms; None for what is no module of theirs."""
    if not any(f"{module}.".startswith(f"{room}.") for room in ROOMS):
        return None
    for path in (f"{module.replace('.', '/')}.py", f"{module.replace('.', '/')}/__init__.py"):
        if (ROOT / path).is_file():
            return path
    return None


def _imported(path: Path) -> Iterator[str]:
    """The modules that a file imports, anywhere in it; a name imported from a package may be a module too."""
    for node in _statements(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (item.name for item in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{item.name}" for item in node.names)


def _statements(tree: ast.AST) -> Iterator[ast.AST]:
    """Every statement, at any depth. Expressions, which are most of a tree, hold none."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        for part in ("body", "orelse", "finalbody", "handlers", "cases"):
            inner = getattr(node, part, [])
            waiting += inner if isinstance(inner, list) else []
