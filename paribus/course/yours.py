"""Given cells in which a student sets a few names anew, such as a verdict: `yours=` of a header."""

import ast
from collections.abc import Collection


def set_names(tree: ast.Module) -> frozenset[str]:
    """The names that lines of a cell set, outside of functions and blocks."""
    return frozenset(name for line in tree.body for name in _set_by(line))


def without(tree: ast.Module, names: Collection[str]) -> str:
    """A cell's code without the lines that set these names, and without comments and blanks."""
    rest = [line for line in tree.body if not (found := _set_by(line)) or not found <= set(names)]
    return ast.dump(ast.Module(rest, []))


def beside(tree: ast.Module, names: Collection[str]) -> frozenset[str]:
    """What the lines that set these names do besides: the functions that they call, and the names that they set
    within their values.
    """
    own = [line for line in tree.body if (found := _set_by(line)) and found <= set(names)]
    parts = [part for line in own for part in ast.walk(line)]
    calls = [part.func for part in parts if isinstance(part, ast.Call)]
    return frozenset(map(ast.dump, [*calls, *(part.target for part in parts if isinstance(part, ast.NamedExpr))]))


def _set_by(line: ast.stmt) -> set[str]:
    """The names that a line sets; none where it sets anything else as well."""
    if isinstance(line, ast.AnnAssign) and line.value is not None:
        targets: list[ast.expr] = [line.target]
    elif isinstance(line, ast.Assign):
        targets = line.targets
    else:
        return set()
    parts = [part for target in targets for part in (target.elts if isinstance(target, ast.Tuple) else [target])]
    names = {part.id for part in parts if isinstance(part, ast.Name)}
    return names if len(names) == len(parts) else set()
