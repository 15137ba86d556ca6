"""Digests of the code a run used: the training function and what it reaches in the notebook.

Two runs whose digests agree ran the same notebook code, whatever their comments, docstrings, annotations,
blank lines or the training function's own name. Environment variables that the code reads, and functions of the
notebook that it has put into a library, belong to it. A digest does not see code inside imported libraries and
files (their versions are in the environment), nor a value changed by other means than its name, nor objects such as
models, arrays and data frames: `paribus.records.objects` tells of these. A function whose source Python cannot show
says "unavailable".
"""

import ast
import dis
import functools
import hashlib
import inspect
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from paribus.records.filled import Filled, filled, fills_itself, parts_of, parts_read
from paribus.records.outside import ENVIRONMENT, environment_read, replaced_parts
from paribus.records.simple import as_text, is_simple, only
from paribus.records.trees import Normaliser, dump, normalised, tree_of

TRAINING = "training"
UNAVAILABLE = "unavailable"
OWN_CLASS = "__class__."
"""How the methods of a class begin that one of them reaches through ``super()``."""
MAX_NAMES = 60
_DIGITS = 16
_OUTER_STEPS = frozenset({"DELETE_GLOBAL", "LOAD_FROM_DICT_OR_GLOBALS", "LOAD_GLOBAL", "LOAD_NAME", "STORE_GLOBAL"})


def code_digest(function: Callable[..., object], namespace: Mapping[str, object] | None = None) -> dict[str, str]:
    """Digests by name: "training" for ``function``, and one for each notebook function, class and simple
    global that it reaches, directly or through another.

    ``namespace`` is the notebook's ``globals()``; by default the one in which ``function`` was defined. A
    name that the code itself assigns or fills (a counter, a list of results) is no part of the digest, but for
    entries of it that the code only reads.
    """
    reached = reach(function, namespace)
    if reached is None:
        return {TRAINING: UNAVAILABLE}
    digests = {
        label: UNAVAILABLE
        if tree is None
        else _digest(dump(tree) + _shown_defaults(_defaults(reached.functions[label])))
        for label, tree in reached.trees.items()
    }
    for name, value in reached.settings().items():
        digests[f"{name}_" if name in digests else name] = value_digest(value) or UNAVAILABLE
    return _bounded(digests)


@functools.lru_cache(maxsize=512)
def cell_digest(source: str) -> str:
    """The digest of a notebook's code cell, whatever its comments, blank lines, docstrings and annotations; of what
    is no Python (a cell with magics), the digest of its lines without blanks at their ends.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError):
        return _digest("\n".join(line.rstrip() for line in source.strip().splitlines()))
    return _digest(dump(Normaliser().visit(tree)))


def source_digest(module: ast.Module, name: str, defaults: Iterable[object] = ()) -> str | None:
    """The digest that `code_digest` gives a function whose source is ``module``, None where it holds none of this
    name. ``defaults`` are the values of its arguments' defaults. The tree is used up.
    """
    tree = normalised(module, name)
    return None if tree is None else _digest(dump(tree) + _shown_defaults(defaults))


def value_digest(value: object) -> str | None:
    """The digest that `code_digest` gives a simple global of this value, None where it is no simple one."""
    return _digest(as_text(value)) if is_simple(value) else None


@dataclass(frozen=True)
class Reached:
    """What a training function reaches in the notebook, by label: functions with their normalised trees (None where
    Python cannot show the source), simple ``values``, and all other ``objects``, modules and functions among them.
    ``space`` are the notebook's globals.
    """

    functions: Mapping[str, types.FunctionType]
    trees: Mapping[str, ast.AST | None]
    values: Mapping[str, object]
    objects: Mapping[str, object]
    space: Mapping[str, object]

    def settings(self) -> dict[str, object]:
        """The simple values that are no results; of a name that is filled in part, what else is read of it."""
        parts = self.filled()
        settings: dict[str, object] = {}
        for name, value in self.values.items():
            mine = parts.get(name, frozenset())
            if not mine:
                settings |= {} if name in parts else {name: value}
                continue
            read = frozenset[str]().union(*(parts_read(tree, name) for tree in self.trees.values() if tree))
            kept = only(value, read - mine)
            settings |= {name: kept} if kept else {}
        return settings

    def outer(self) -> dict[str, object]:
        """Everything of the notebook that the functions read by its name."""
        names = sorted(set[str]().union(*map(_outer_names, self.functions.values())))
        return {name: self.space[name] for name in names if name in self.space}

    def filled(self) -> dict[str, frozenset[str] | None]:
        """The outer names that the code assigns or fills, with the parts that it fills; None for any part."""
        trees = {label: tree for label, tree in self.trees.items() if tree is not None}
        found: list[Filled] = []
        for label, tree in trees.items():
            outer = _outer_names(self.functions[label])
            found += [item for item in (*filled(tree, trees), *self._by_methods(tree)) if item.name in outer]
        return parts_of(found)

    def _by_methods(self, tree: ast.AST) -> Iterator[Filled]:
        """Objects of which a method is called that fills them: ``log.note(loss)``."""
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = node.func.value.id if isinstance(node.func.value, ast.Name) else ""
                method = getattr(type(self.space.get(owner)), node.func.attr, None)
                made = tree_of(method) if isinstance(method, types.FunctionType) and owner else None
                if made is not None and fills_itself(made):
                    yield Filled(owner)


def reach(function: Callable[..., object], namespace: Mapping[str, object] | None = None) -> Reached | None:
    """What ``function`` reaches in the notebook; None for what is no function of Python's."""
    root, bound = _plain_function(function)
    if root is None:
        return None
    space: Mapping[str, object] = root.__globals__ if namespace is None else namespace
    functions, values, objects = _reach(root, space)
    trees = {label: tree_of(item) for label, item in functions.items()}
    values = {**{name: value for name, value in bound.items() if is_simple(value)}, **values}
    if (owner := getattr(function, "__self__", None)) is not None:
        objects["self"] = owner
    return Reached(functions, trees, values, {**bound, **objects}, space)


def _reach(
    root: types.FunctionType, space: Mapping[str, object]
) -> tuple[dict[str, types.FunctionType], dict[str, object], dict[str, object]]:
    """The notebook's functions, simple values and other objects that ``root`` reaches, by label; ``root`` is
    "training".
    """
    functions = {TRAINING: root}
    values: dict[str, object] = {}
    objects: dict[str, object] = {}
    closure = _closure(root)
    waiting = sorted(_outer_names(root))
    seen = {root.__name__}
    values |= _from_outside(root, space, functions, waiting)
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        value = closure.get(name, space.get(name, _MISSING))
        if is_simple(value):
            values[name] = value
        elif value is not _MISSING:
            objects[name] = value
        for label, reached in _own_functions(name, value, space):
            functions[f"{label}_" if label in functions else label] = reached
            waiting += sorted(_outer_names(reached))
            values |= _from_outside(reached, space, functions, waiting)
            closure = {**_closure(reached), **closure}
        attributes = _own_attributes(name, value, space)
        values |= {label: item for label, item in attributes.items() if is_simple(item)}
        objects |= {label: item for label, item in attributes.items() if not (is_simple(item) or "._" in label)}
    for label, reached in functions.items():
        objects |= {f"{label}({name})": item for name, item in _bound_by_default(reached) if not is_simple(item)}
    return functions, values, objects


def _from_outside(
    function: types.FunctionType,
    space: Mapping[str, object],
    functions: dict[str, types.FunctionType],
    waiting: list[str],
) -> dict[str, object]:
    """The environment variables that a function reads and the settings of partials that are in a library; the
    notebook's functions that do go into ``functions``, and what they read into ``waiting``.
    """
    tree = tree_of(function)
    if tree is None:
        return {}
    values: dict[str, object] = {f"{ENVIRONMENT}{name}": value for name, value in environment_read(tree, space)}
    for dotted, value in replaced_parts(tree, space, lambda item: _is_own(item, space)):
        inner, _ = _plain_function(value)
        bound = value.keywords if isinstance(value, functools.partial) else {}
        values |= {f"{dotted}.{name}": item for name, item in bound.items() if is_simple(item)}
        if inner is not None and _is_own(inner, space) and dotted not in functions:
            functions[dotted] = inner
            waiting += sorted(_outer_names(inner))
    return values


_MISSING = object()


def _plain_function(function: object) -> tuple[types.FunctionType | None, dict[str, object]]:
    """The function behind partials, methods and wrappers, and the arguments that a partial has bound."""
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
            return function, bound
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
    if function is not None and _is_own(function, space):
        yield name, function


def _is_own(function: types.FunctionType, space: Mapping[str, object]) -> bool:
    """The function was defined in the notebook."""
    return function.__globals__ is space or function.__module__ == space.get("__name__")


def _own_attributes(name: str, value: object, space: Mapping[str, object]) -> dict[str, object]:
    """The attributes of a notebook's own class."""
    if not isinstance(value, type):
        return {}
    return {
        f"{name}.{attribute}": item
        for owner in reversed(list(_own_classes(value, space)))
        for attribute, item in vars(owner).items()
        if not attribute.startswith("__")
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


def _outer_names(function: types.FunctionType) -> set[str]:
    """The names a function takes from outside: globals and closures, not its own variables and no attributes."""
    found = set(function.__code__.co_freevars)
    codes = [function.__code__]
    while codes:
        code = codes.pop()
        found |= {str(step.argval) for step in dis.get_instructions(code) if step.opname in _OUTER_STEPS}
        codes += [constant for constant in code.co_consts if isinstance(constant, types.CodeType)]
    return found


def _defaults(function: types.FunctionType) -> Iterable[object]:
    """The default values of the arguments, as they were when the function was defined."""
    return [value for _, value in _bound_by_default(function)]


def _bound_by_default(function: types.FunctionType) -> Iterator[tuple[str, object]]:
    """The arguments that have a default, with it."""
    placed = function.__code__.co_varnames[: function.__code__.co_argcount]
    defaults = function.__defaults__ or ()
    yield from zip(placed[len(placed) - len(defaults) :], defaults, strict=True)
    yield from (function.__kwdefaults__ or {}).items()


def _shown_defaults(defaults: Iterable[object]) -> str:
    """Those of the default values that are simple."""
    simple = [as_text(value) for value in defaults if is_simple(value)]
    return f" defaults {simple}" if simple else ""


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
