"""A function's syntax tree without what cannot change a result, and a tree as text, the same in every Python."""

import ast
import inspect
import textwrap
import types


def tree_of(function: types.FunctionType) -> ast.AST | None:
    """The function's normalised syntax tree, None where Python cannot show its source."""
    try:
        module = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError, ValueError):
        return None
    return normalised(module, function.__name__)


def normalised(module: ast.Module, name: str) -> ast.AST | None:
    """The function of this name in a syntax tree, without what cannot change a result."""
    wanted = ast.Lambda if name == "<lambda>" else (ast.FunctionDef, ast.AsyncFunctionDef)
    found = [
        node for node in ast.walk(module) if isinstance(node, wanted) and getattr(node, "name", "<lambda>") == name
    ]
    if not found or (wanted is ast.Lambda and len(found) > 1):
        return None
    tree: ast.AST = Normaliser().visit(found[0])
    if isinstance(tree, ast.FunctionDef | ast.AsyncFunctionDef):
        tree.name = "_"
    return tree


class Normaliser(ast.NodeTransformer):
    """Drops what cannot change a result: docstrings and annotations. Comments are no part of a tree."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """A function without its docstring and return annotation."""
        return self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        """As `visit_FunctionDef`."""
        return self._function(node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        """An argument without its annotation."""
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        """``x: int = 1`` as ``x = 1``."""
        self.generic_visit(node)
        if node.value is None:
            return ast.Pass()
        return ast.Assign(targets=[node.target], value=node.value)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
        node.returns = None
        if ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.Pass()]
        self.generic_visit(node)
        return node


def dump(node: object) -> str:
    """A tree as text that is the same in every Python version: empty and new-fangled fields are left out."""
    if isinstance(node, ast.AST):
        inner = [
            f"{name}={dump(value)}"
            for name, value in ast.iter_fields(node)
            if value is not None and value != [] and name not in ("ctx", "kind", "type_comment")
        ]
        if isinstance(node, ast.Constant):
            inner = [repr(node.value)]
        return f"{type(node).__name__}({', '.join(inner)})"
    if isinstance(node, list):
        return f"[{', '.join(dump(item) for item in node)}]"
    return repr(node)
