"""Digests of the code a run used: the training function and what it reaches in the notebook.

Two runs whose digests agree ran the same notebook code, whatever their comments, docstrings, annotations,
blank lines or the training function's own name. What a digest does not see: code inside imported libraries
and files (their versions stand in the environment), large objects such as models, arrays and data frames, a
value changed by other means than its name, and a function whose source Python cannot show; that one says
"unavailable".
"""

import argparse
import ast
import dataclasses
import dis
import functools
import hashlib
import inspect
import textwrap
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

TRAINING = "training"
UNAVAILABLE = "unavailable"
OWN_CLASS = "__class__."
"""How the methods of a class begin that one of them reaches through ``super()``."""
MAX_NAMES = 60
_DIGITS = 16
_MAX_REPR = 20_000
_NAMESPACES = (argparse.Namespace, types.SimpleNamespace)
_OUTER_STEPS = frozenset(
    {"DELETE_GLOBAL", "LOAD_FROM_DICT_OR_GLOBALS", "LOAD_GLOBAL", "LOAD_NAME", "STORE_GLOBAL"}
)  # fmt: skip
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
    root, bound = _plain_function(function)
    if root is None:
        return {TRAINING: UNAVAILABLE}
    space: Mapping[str, object] = root.__globals__ if namespace is None else namespace
    functions, values = _reach(root, space)
    trees = {label: _tree(item) for label, item in functions.items()}
    changed = {
        name
        for label, tree in trees.items() if tree is not None
        for name in _changed_names(tree) if name in _outer_names(functions[label])
    }  # fmt: skip
    digests = {
        label: UNAVAILABLE if tree is None else _digest(_dump(tree) + _shown_defaults(_defaults(functions[label])))
        for label, tree in trees.items()
    }
    for name, value in {**bound, **values}.items():
        if name not in changed:
            digests[f"{name}_" if name in digests else name] = value_digest(value) or UNAVAILABLE
    return _bounded(digests)


def cell_digest(source: str) -> str:
    """The digest of a notebook's code cell, whatever its comments, blank lines, docstrings and annotations; of what
    is no Python (a cell with magics), the digest of its lines without blanks at their ends.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return _digest("\n".join(line.rstrip() for line in source.strip().splitlines()))
    return _digest(_dump(_Normaliser().visit(tree)))


def source_digest(module: ast.Module, name: str, defaults: Iterable[object] = ()) -> str | None:
    """The digest that `code_digest` gives a function whose source is ``module``, None where it holds none of this
    name. ``defaults`` are the values of its arguments' defaults. The tree is used up.
    """
    tree = _normalised(module, name)
    return None if tree is None else _digest(_dump(tree) + _shown_defaults(defaults))


def value_digest(value: object) -> str | None:
    """The digest that `code_digest` gives a simple global of this value, None where it is no simple one."""
    return _digest(_stable(value)) if _is_simple(value) else None


def _reach(
    root: types.FunctionType, space: Mapping[str, object]
) -> tuple[dict[str, types.FunctionType], dict[str, object]]:
    """The notebook's functions and simple values that ``root`` reaches, by label; ``root`` is "training"."""
    functions = {TRAINING: root}
    values: dict[str, object] = {}
    closure = _closure(root)
    waiting = sorted(_outer_names(root))
    seen = {root.__name__}
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        value = closure.get(name, space.get(name, _MISSING))
        if _is_simple(value):
            values[name] = value
        for label, reached in _own_functions(name, value, space):
            functions[f"{label}_" if label in functions else label] = reached
            waiting += sorted(_outer_names(reached))
            closure = {**_closure(reached), **closure}
        values |= _own_attributes(name, value, space)
    return functions, values


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
        for owner in _own_classes(value, space):
            for method, item in sorted(vars(owner).items()):
                raw = item.fget if isinstance(item, property) else item
                inner, _ = _plain_function(raw.__func__ if isinstance(raw, staticmethod | classmethod) else raw)
                if inner is not None and not _generated(inner):
                    yield f"{name}.{method}", inner
        return
    function, _ = _plain_function(value)
    if function is not None and (function.__globals__ is space or function.__module__ == space.get("__name__")):
        yield name, function


def _own_attributes(name: str, value: object, space: Mapping[str, object]) -> dict[str, object]:
    """The simple class attributes of a notebook's own class."""
    if not isinstance(value, type):
        return {}
    return {
        f"{name}.{attribute}": item
        for owner in reversed(list(_own_classes(value, space)))
        for attribute, item in vars(owner).items()
        if not attribute.startswith("__") and _is_simple(item)
    }


def _own_classes(value: type, space: Mapping[str, object]) -> Iterator[type]:
    """A class and its bases, as far as they are the notebook's own."""
    return (owner for owner in value.__mro__ if owner.__module__ == space.get("__name__"))


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
    return _normalised(module, function.__name__)


def _normalised(module: ast.Module, name: str) -> ast.AST | None:
    """The function of this name in a syntax tree, without what cannot change a result."""
    wanted = ast.Lambda if name == "<lambda>" else (ast.FunctionDef, ast.AsyncFunctionDef)
    found = [
        node for node in ast.walk(module)
        if isinstance(node, wanted) and getattr(node, "name", "<lambda>") == name
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


def _outer_names(function: types.FunctionType) -> set[str]:
    """The names a function takes from outside: globals and closures, not its own variables and no attributes."""
    found = set(function.__code__.co_freevars)
    codes = [function.__code__]
    while codes:
        code = codes.pop()
        found |= {
            str(step.argval) for step in dis.get_instructions(code)
            if step.opname in _OUTER_STEPS
        }  # fmt: skip
        codes += [constant for constant in code.co_consts if isinstance(constant, types.CodeType)]
    return found


def _defaults(function: types.FunctionType) -> Iterable[object]:
    """The default values of the arguments, as they were when the function was defined."""
    return [*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()]


def _shown_defaults(defaults: Iterable[object]) -> str:
    """Those of the default values that are simple."""
    simple = [_stable(value) for value in defaults if _is_simple(value)]
    return f" defaults {simple}" if simple else ""


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
    """Whether a value is a setting one can write down: plain values, small collections and namespaces of them."""
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
    return isinstance(value, _NAMESPACES) and _is_simple(vars(value), depth)


def _stable(value: Any) -> str:  # noqa: ANN401 - any simple value
    """A simple value as text, sets in order."""
    if isinstance(value, set | frozenset):
        return "{" + ", ".join(sorted(_stable(item) for item in value)) + "}"
    if isinstance(value, tuple | list):
        return f"{type(value).__name__}({', '.join(_stable(item) for item in value)})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_stable(key)}: {_stable(item)}" for key, item in value.items()) + "}"
    if isinstance(value, _NAMESPACES):
        return f"namespace({', '.join(f'{name}={_stable(item)}' for name, item in sorted(vars(value).items()))})"
    return repr(value)[:_MAX_REPR]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:_DIGITS]


def _bounded(digests: dict[str, str]) -> dict[str, str]:
    """At most MAX_NAMES names: what is beyond is folded into one digest, so that a change still shows."""
    names = [TRAINING, *sorted(name for name in digests if name != TRAINING)]
    kept = {name[:80]: digests[name] for name in names[:MAX_NAMES]}
    rest = names[MAX_NAMES:]
    if rest:
        kept["and others"] = _digest(" ".join(f"{name}:{digests[name]}" for name in rest))
    return kept
