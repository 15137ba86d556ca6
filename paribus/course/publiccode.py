"""What students get of a course's checks.py: the public checks and what these use, without comments.

`paribus check` runs them on a student's own machine. A check that is not public may know an answer, and so may what
only it uses.
"""

import ast
from collections.abc import Iterator

from paribus.course.declared import declared_in, is_check


def public_code(text: str, file: str) -> str:
    """The Python of a checks.py for students; "" where none of its checks is public."""
    kept_out = {item.function for item in declared_in(text, file) if not item.public}
    tree = ast.parse(text)
    checks = [node for node in tree.body if _is_check(node)]
    public = [node for node in checks if isinstance(node, ast.FunctionDef) and node.name not in kept_out]
    if not public:
        return ""
    others = [node for node in tree.body if node not in checks]
    kept: list[ast.stmt] = list(public)
    while more := [node for node in others if node not in kept and _bound(node) & set(_read(kept))]:
        kept += more
    tree.body = [node for node in tree.body if node in kept]
    return ast.unparse(tree) + "\n"


def _is_check(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef) and any(is_check(item) for item in node.decorator_list)


def _read(nodes: list[ast.stmt]) -> Iterator[str]:
    """The names that statements read, wherever in them."""
    for node in nodes:
        for item in ast.walk(node):
            if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Load):
                yield item.id


def _bound(node: ast.stmt) -> set[str]:
    """The names that a statement of the module gives a meaning to."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {(item.asname or item.name).partition(".")[0] for item in node.names}
    return {
        item.id
        for item in ast.walk(node)
        if isinstance(item, ast.Name) and isinstance(item.ctx, ast.Store | ast.Del)
    }
