"""What of a notebook a task and its tests need to run, found by reading names: never more than that is run.

From the names that a task and its tests read, the newest statement above them that makes each is followed to the
names that it reads itself. Imports, functions, classes and plain settings are safe to take; a statement that does
more, such as loading data, is taken as well and named, since a person may want to know.
"""

import ast
import builtins
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from paribus.check.code.cells import parse

BUILTINS = frozenset(dir(builtins)) | {"display", "get_ipython", "In", "Out"}


@dataclass(frozen=True)
class Line:
    """One statement of a cell's top level: which cell, its code, the names that it makes and reads."""

    cell: str
    code: str
    makes: frozenset[str]
    reads: frozenset[str]
    plain: bool


@dataclass(frozen=True)
class Needed:
    """The statements in their order; ``unsure`` are those that do more than define something,
    ``missing`` the names that no statement above makes.
    """

    lines: tuple[Line, ...]
    unsure: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def code(self) -> tuple[str, ...]:
        """The statements' code."""
        return tuple(line.code for line in self.lines)


def lines_of(cells: Iterable[tuple[str, str]]) -> tuple[Line, ...]:
    """The statements of cells, given as (name, source). A cell that is no Python has none."""
    found: list[Line] = []
    for name, source in cells:
        tree = parse(source).tree
        for node in (part for whole in (tree.body if tree is not None else ()) for part in _parts(whole)):
            makes = frozenset(_made(node))
            if makes:
                found.append(Line(name, ast.unparse(node), makes, frozenset(_read(node)), _is_plain(node)))
    return tuple(found)


def names_read(source: str) -> frozenset[str]:
    """The names that a cell reads and does not make itself; none of a cell that is no Python."""
    tree = parse(source).tree
    if tree is None:
        return frozenset()
    return frozenset(_read(tree) - {name for node in tree.body for name in _made(node)})


def needed(lines: Sequence[Line], wanted: Iterable[str], given: Iterable[str] = ()) -> Needed:
    """What makes the ``wanted`` names; ``given`` are there already."""
    there = BUILTINS | set(given)
    waiting, taken, missing = [(name, len(lines)) for name in sorted(set(wanted) - there)], set[int](), set[str]()
    seen: set[tuple[str, int]] = set()
    while waiting:
        name, before = waiting.pop()
        if (name, before) in seen:
            continue
        seen.add((name, before))
        place = next((number for number in range(before - 1, -1, -1) if name in lines[number].makes), None)
        if place is None:
            # A function may read what is made below it: the newest of all, then.
            place = next((number for number in range(len(lines) - 1, -1, -1) if name in lines[number].makes), None)
        if place is None:
            missing.add(name)
            continue
        if place not in taken or name in lines[place].reads:
            taken.add(place)
            waiting += [(other, place) for other in lines[place].reads - there]
    chosen = [lines[number] for number in sorted(taken)]
    unsure = tuple(f"{line.cell}: {_short(line.code)}" for line in chosen if not line.plain)
    return Needed(tuple(chosen), unsure, tuple(sorted(missing)))


def _parts(node: ast.stmt) -> list[ast.stmt]:
    """An import as one for each of its names, since each may take seconds; any other statement as it is."""
    if isinstance(node, ast.Import):
        return [ast.Import([name]) for name in node.names]
    if isinstance(node, ast.ImportFrom):
        return [ast.ImportFrom(node.module, [name], node.level) for name in node.names]
    return [node]


def _short(code: str) -> str:
    first = code.partition("\n")[0]
    return first if len(first) <= 80 else f"{first[:77]} …"


def _made(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from ((item.asname or item.name).partition(".")[0] for item in node.names)
    else:
        yield from _stored_outside_functions(node)


def _stored_outside_functions(node: ast.AST) -> Iterator[str]:
    for item in ast.iter_child_nodes(node):
        if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield item.name
        elif isinstance(item, ast.Name) and isinstance(item.ctx, ast.Store):
            yield item.id
        elif not isinstance(item, ast.Lambda | ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
            yield from _stored_outside_functions(item)


def _read(node: ast.AST) -> set[str]:
    """Names that are read and not only local: what is local somewhere and global elsewhere counts as read."""
    import symtable

    try:
        table = symtable.symtable(ast.unparse(node), "<cell>", "exec")
    except (SyntaxError, ValueError, RecursionError):
        return set()
    found = {item.get_name() for item in table.get_symbols() if item.is_referenced()}
    waiting = list(table.get_children())
    while waiting:
        inner = waiting.pop()
        found |= {item.get_name() for item in inner.get_symbols() if item.is_global() and item.is_referenced()}
        waiting += inner.get_children()
    return found


def _is_plain(node: ast.stmt) -> bool:
    """It defines something and does nothing else."""
    if isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return True
    is_value = isinstance(node, ast.Assign | ast.AnnAssign)
    return is_value and not any(isinstance(item, ast.Call | ast.Await) for item in ast.walk(node))
