"""Digests of the code a run used: the training function and what it reaches in the notebook.

Two runs whose digests agree ran the same notebook code, whatever their comments, docstrings, annotations,
blank lines or the training function's own name. What a digest does not see: code inside imported libraries
and files (their versions stand in the environment), large objects such as models, arrays and data frames, a
value changed by other means than its name, and a function whose source Python cannot show; that one says
"unavailable".
"""

import ast
import dataclasses
import functools
import hashlib
import inspect
import textwrap
import types
from collections.abc import Callable, Iterator, Mapping
from typing import Any

UNAVAILABLE = "unavailable"
MAX_NAMES = 60
_DIGITS = 16
_MAX_REPR = 20_000
_MUTATORS = frozenset(
    {"add", "append", "clear", "discard", "extend", "insert", "pop", "popitem", "remove", "reverse", "setdefault",
     "sort", "update"}
)  # fmt: skip


def code_digest(function: Callable[..., object], namespace: Mapping[str, object] | None = None) -> dict[str, str]:
    """Digests by name: "training" for ``function``, and one for each notebook function, class and simple
    global that it reaches, directly or through another.

    ``namespace`` is the notebook's ``globals()``; by default the one in which ``function`` was defined. A
    name that the code itself assigns or fills (a counter, a list of results) is no part of the digest.
    """
    root, extra = _plain_function(function)
    if root is None:
        return {"training": UNAVAILABLE}
    space: Mapping[str, object] = root.__globals__ if namespace is None else namespace
    trees = {"training": _tree(root)}
    values: dict[str, object] = dict(extra)
    waiting = list(_names(trees["training"])) + list(root.__code__.co_freevars)
    closure = _closure(root)
    seen = {root.__name__}
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        value = closure.get(name, space.get(name, _MISSING))
        for label, reached in _own_functions(name, value, space):
            trees[label] = _tree(reached)
            waiting += _names(trees[label])
            for free, content in _closure(reached).items():
                closure.setdefault(free, content)
                waiting.append(free)
        if _is_simple(value):
            values[name] = value
    changed = {name for tree in trees.values() if tree is not None for name in _changed_names(tree)}
    digests = {name: _digest(_dump(tree)) if tree is not None else UNAVAILABLE for name, tree in trees.items()}
    digests |= {name: _digest(_stable(value)) for name, value in values.items() if name not in changed}
    return _bounded(digests)


_MISSING = object()


def _plain_function(function: object) -> tuple[types.FunctionType | None, dict[str, object]]:
    """The function behind partials, methods and wrappers, and the simple arguments a partial has bound."""
    bound: dict[str, object] = {}
    while True:
        if isinstance(function, functools.partial):
            positional = {f"argument_{i}": value for i, value in enumerate(function.args)}
            bound |= {f"partial.{name}": value for name, value in {**positional, **function.keywords}.items()}
            function = function.func
        elif isinstance(function, types.MethodType):
            function = function.__func__
        elif isinstance(function, types.FunctionType) and hasattr(function, "__wrapped__"):
            function = inspect.unwrap(function)
        elif isinstance(function, types.FunctionType):
            return function, {name: value for name, value in bound.items() if _is_simple(value)}
        else:
            return None, {}


def _own_functions(
    name: str, value: object, space: Mapping[str, object]
) -> Iterator[tuple[str, types.FunctionType]]:
    """The functions behind a name, if it is the notebook's own function or class."""
    if isinstance(value, type):
        if value.__module__ == space.get("__name__"):
            for method, item in sorted(vars(value).items()):
                inner = item.__func__ if isinstance(item, staticmethod | classmethod) else item
                if isinstance(inner, types.FunctionType) and not _generated(inner):
                    yield f"{name}.{method}", inner
        return
    function, _ = _plain_function(value)
    if function is not None and function.__globals__ is _globals_of(space, function):
        yield name, function


def _globals_of(space: Mapping[str, object], function: types.FunctionType) -> Mapping[str, object]:
    """``function``'s globals where they are the notebook's, which may be handed over as a copy."""
    if function.__globals__ is space or function.__module__ == space.get("__name__"):
        return function.__globals__
    return {}


def _generated(function: types.FunctionType) -> bool:
    """Whether dataclasses or the like wrote the function."""
    return function.__code__.co_filename == "<string>"


def _closure(function: types.FunctionType) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=False):
        try:
            found[name] = cell.cell_contents
        except ValueError:  # a name that is not bound yet
            continue
    return found


def _tree(function: types.FunctionType) -> ast.AST | None:
    """The function's normalised syntax tree, None where Python cannot show its source."""
    try:
        module = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError, ValueError):
        return None
    wanted = ast.Lambda if function.__name__ == "<lambda>" else (ast.FunctionDef, ast.AsyncFunctionDef)
    found = [
        node for node in ast.walk(module)
        if isinstance(node, wanted) and getattr(node, "name", "<lambda>") == function.__name__
    ]  # fmt: skip
    if not found or (wanted is ast.Lambda and len(found) > 1):
        return None
    tree: ast.AST = _Normaliser().visit(found[0])
    if isinstance(tree, ast.FunctionDef | ast.AsyncFunctionDef):
        tree.name = "_"
    return tree


class _Normaliser(ast.NodeTransformer):
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


def _dump(node: object) -> str:
    """A tree as text that is the same in every Python version: empty and new-fangled fields are left out."""
    if isinstance(node, ast.AST):
        inner = [
            f"{name}={_dump(value)}" for name, value in ast.iter_fields(node)
            if value is not None and value != [] and name not in ("ctx", "kind", "type_comment")
        ]  # fmt: skip
        if isinstance(node, ast.Constant):
            inner = [repr(node.value)]
        return f"{type(node).__name__}({', '.join(inner)})"
    if isinstance(node, list):
        return f"[{', '.join(_dump(item) for item in node)}]"
    return repr(node)


def _names(tree: ast.AST | None) -> list[str]:
    if tree is None:
        return []
    return sorted({node.id for node in ast.walk(tree) if isinstance(node, ast.Name)})


def _changed_names(tree: ast.AST) -> Iterator[str]:
    """Globals that the code assigns or fills itself: their value is a result, not a setting."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Global | ast.Nonlocal):
            yield from node.names
        elif isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del):
            if isinstance(node.value, ast.Name):
                yield node.value.id
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in _MUTATORS
            and isinstance(node.func.value, ast.Name)
        ):
            yield node.func.value.id


def _is_simple(value: object, depth: int = 0) -> bool:
    """Whether a value is a setting one can write down: plain values and small collections of them."""
    if value is None or isinstance(value, bool | int | float | str):
        return True
    if depth >= 3:
        return False
    if isinstance(value, tuple | list | set | frozenset):
        return len(value) <= 1_000 and all(_is_simple(item, depth + 1) for item in value)
    if isinstance(value, dict):
        return len(value) <= 1_000 and all(
            _is_simple(key, depth + 1) and _is_simple(item, depth + 1) for key, item in value.items()
        )
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return all(_is_simple(getattr(value, item.name), depth + 1) for item in dataclasses.fields(value))
    return False


def _stable(value: Any) -> str:  # noqa: ANN401 - any simple value
    """A simple value as text, sets in order."""
    if isinstance(value, set | frozenset):
        return "{" + ", ".join(sorted(_stable(item) for item in value)) + "}"
    if isinstance(value, tuple | list):
        return f"{type(value).__name__}({', '.join(_stable(item) for item in value)})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_stable(key)}: {_stable(item)}" for key, item in value.items()) + "}"
    return repr(value)[:_MAX_REPR]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:_DIGITS]


def _bounded(digests: dict[str, str]) -> dict[str, str]:
    """At most MAX_NAMES names: what is beyond is folded into one digest, so that a change still shows."""
    names = ["training", *sorted(name for name in digests if name != "training")]
    kept = {name[:80]: digests[name] for name in names[:MAX_NAMES]}
    rest = names[MAX_NAMES:]
    if rest:
        kept["and others"] = _digest(" ".join(f"{name}:{digests[name]}" for name in rest))
    return kept
