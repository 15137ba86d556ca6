"""The values that names and expressions have, as far as the code writes them out; nothing is run."""

import ast
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from grader.evidence.unrecorded.operations import (
    BUILTINS,
    COMPARED,
    LOADS,
    MAX_DEPTH,
    MAX_ITEMS,
    MAX_LIST,
    MAX_STEPS,
    OPERATORS,
    UNKNOWN,
    is_number,
    is_plain,
    loaded,
)
from paribus.check.code.facts import Scope
from paribus.check.code.paths import path_of
from paribus.check.code.program import Program

FUNCTION = "function"
"""The name of a thing that is a function of the notebook, perhaps with some of its arguments."""


@dataclass(eq=False)
class Thing:
    """What a call of a class or of a library's function made: its name, what it was given by keyword or kept under
    an attribute, and what it was given by place. ``scope`` is the notebook's own class.
    """

    name: str
    entries: dict[str, Any] = field(default_factory=dict)
    parts: tuple[Any, ...] = ()
    scope: Scope | None = None


Called = Callable[[ast.Call, Any, "Evaluator"], Any]
"""What a call gives, of its node and of what its method is called on (UNKNOWN where it is no method)."""
_COPIES = frozenset({"copy", "deepcopy"})
_REPLACES = frozenset({"replace", "_replace", "evolve", "copy", "deepcopy", "model_copy"})


class Evaluator:
    """Names and what they mean at one moment; ``called`` says what a call gives that is no plain value."""

    def __init__(self, program: Program, names: dict[str, Any], called: Called) -> None:
        self.program, self.names, self._called = program, names, called
        self._depth = 0
        self._left = MAX_STEPS

    @property
    def spent(self) -> bool:
        """More has been looked at than any notebook needs."""
        return self._left <= 0

    def value(self, node: ast.expr | None) -> Any:  # any value
        """What an expression gives, UNKNOWN where the code does not say."""
        if node is None or self._depth >= MAX_DEPTH or self.spent:
            return UNKNOWN
        self._depth += 1
        self._left -= 1
        try:
            return self._value(node)
        finally:
            self._depth -= 1

    def _value(self, node: ast.expr) -> Any:  # noqa: PLR0911 - one branch a kind of expression
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Name):
            return self.names[node.id] if node.id in self.names else self._function(node)
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            return [item for part in node.elts for item in self._items(part)]
        if isinstance(node, ast.Dict):
            return self._dict(node)
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, ast.BinOp):
            return self._binary(node)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            value = self.value(node.operand)
            return (-value if isinstance(node.op, ast.USub) else value) if is_number(value) else UNKNOWN
        if isinstance(node, ast.Subscript):
            return self._entry(self.value(node.value), self.value(node.slice))
        if isinstance(node, ast.Attribute):
            base = self.value(node.value)
            return base.entries.get(node.attr, UNKNOWN) if isinstance(base, Thing) else UNKNOWN
        if isinstance(node, ast.ListComp | ast.GeneratorExp | ast.SetComp):
            return self._comprehension(node.generators, lambda: self.value(node.elt))
        if isinstance(node, ast.DictComp):
            pairs = self._comprehension(node.generators, lambda: (self.value(node.key), self.value(node.value)))
            return UNKNOWN if pairs is UNKNOWN else {key: value for key, value in pairs if isinstance(key, str)}
        if isinstance(node, ast.NamedExpr):
            value = self.value(node.value)
            self.names[node.target.id] = value
            return value
        if isinstance(node, ast.IfExp):
            return self._either(node)
        if isinstance(node, ast.Compare):
            return self._compared(node)
        for child in ast.iter_child_nodes(node):  # what is called within it is called all the same
            if isinstance(child, ast.expr):
                self.value(child)
        return UNKNOWN

    def _function(self, node: ast.Name) -> Any:
        """A function of the notebook, handed on by its name."""
        found = self.program.functions_of(node) if node.id in self.program.defined else ()
        return Thing(FUNCTION, scope=found[0]) if found and not found[0].is_class else UNKNOWN

    def _either(self, node: ast.IfExp) -> Any:
        """The one that the test chooses; where it is not known, what both have in common."""
        test = self.value(node.test)
        if test is True or test is False:
            return self.value(node.body if test else node.orelse)
        first, second = self.value(node.body), self.value(node.orelse)
        return first if type(first) is type(second) and first == second else UNKNOWN

    def _compared(self, node: ast.Compare) -> Any:
        first, second = self.value(node.left), self.value(node.comparators[0])
        if len(node.ops) > 1 or not (is_plain(first) and is_plain(second)):
            return UNKNOWN
        try:
            return bool(COMPARED[type(node.ops[0])](first, second))
        except TypeError:
            return UNKNOWN

    def _items(self, node: ast.expr) -> list[Any]:
        if isinstance(node, ast.Starred):
            value = self.value(node.value)
            return list(value) if isinstance(value, list | range) else [UNKNOWN]
        return [self.value(node)]

    def _dict(self, node: ast.Dict) -> Any:
        found: dict[Any, Any] = {}
        for key, item in zip(node.keys, node.values, strict=True):
            value = self.value(item)
            if key is None:
                if not isinstance(given := as_mapping(value), dict):
                    return UNKNOWN
                found.update(given)
                continue
            name = self.value(key)
            if isinstance(name, str | int):
                found[name] = value
        return found

    def _binary(self, node: ast.BinOp) -> Any:
        first, second = self.value(node.left), self.value(node.right)
        if isinstance(node.op, ast.BitOr) and isinstance(first, dict) and isinstance(second, dict):
            return {**first, **second}
        if isinstance(node.op, ast.Add) and isinstance(first, list) and isinstance(second, list):
            return [*first, *second] if len(first) + len(second) <= MAX_LIST else UNKNOWN
        if not (is_number(first) and is_number(second)):
            return UNKNOWN
        made = OPERATORS.get(type(node.op))
        try:
            if isinstance(node.op, ast.Pow) and abs(second) < 64:
                made = pow
            found = made(first, second) if made is not None else UNKNOWN
        except (ZeroDivisionError, OverflowError):
            return UNKNOWN
        return found if is_number(found) else UNKNOWN

    @staticmethod
    def _entry(base: Any, key: Any) -> Any:
        if isinstance(base, Thing) and isinstance(key, str):
            return base.entries.get(key, UNKNOWN)
        if isinstance(base, dict) and isinstance(key, str | int):
            return base.get(key, UNKNOWN)
        if isinstance(base, list) and isinstance(key, int) and -len(base) <= key < len(base):
            return base[key]
        return UNKNOWN

    def _comprehension(self, generators: list[ast.comprehension], made: Callable[[], Any]) -> Any:
        if not generators:
            return [made()]
        first, *rest = generators
        values = self.loop(first.iter)
        if values is None:
            self.bind(first.target, UNKNOWN)
            self._comprehension(rest, made)
            return UNKNOWN
        found: list[Any] = []
        for value in values:
            self.bind(first.target, value)
            inner = self._comprehension(rest, made)
            if inner is UNKNOWN:
                return UNKNOWN
            found += inner
        return found

    def loop(self, node: ast.expr) -> list[Any] | None:
        """The values that a loop runs over, None where they are not known or too many."""
        values = self.value(node)
        if isinstance(values, dict):
            values = list(values)
        if self.spent:
            return None
        if isinstance(values, list | range | tuple) and len(values) <= MAX_ITEMS:
            return list(values)
        return None

    def bind(self, target: ast.expr, value: Any) -> None:
        """Put a value under a name, an entry or an attribute."""
        if isinstance(target, ast.Name):
            self.names[target.id] = value
        elif isinstance(target, ast.Tuple | ast.List):
            parts = value if isinstance(value, list | tuple) and len(value) == len(target.elts) else None
            for index, item in enumerate(target.elts):
                self.bind(item, UNKNOWN if parts is None else parts[index])
        elif isinstance(target, ast.Subscript):
            base, key = self.value(target.value), self.value(target.slice)
            if isinstance(base, Thing) and isinstance(key, str):
                base.entries[key] = value
            elif isinstance(base, dict) and isinstance(key, str | int):
                base[key] = value
        elif isinstance(target, ast.Attribute):
            base = self.value(target.value)
            if isinstance(base, Thing):
                base.entries[target.attr] = value

    # --- calls ---------------------------------------------------------------------------------------------------

    def _call(self, node: ast.Call) -> Any:
        path = path_of(node.func) or ("",)
        name = node.func.attr if isinstance(node.func, ast.Attribute) else self.program.resolve(path)[-1]
        base = self.value(node.func.value) if isinstance(node.func, ast.Attribute) else UNKNOWN
        if not self.program.functions_of(node.func):
            if name in ("dict", "SimpleNamespace", "Namespace") and base is UNKNOWN:
                given = self._made_dict(node)
                return given if name == "dict" or given is UNKNOWN else Thing(name, dict(given))
            if name in _REPLACES and (copied := self._replaced(node, base, name)) is not UNKNOWN:
                return copied
            if isinstance(base, dict) and (found := self._of_dict(node, base, name)) is not NotImplemented:
                return found
            if (found := self._builtin(node, path, name)) is not NotImplemented:
                return found
        return self._called(node, base, self)

    def given(self, node: ast.Call) -> tuple[list[Any], dict[str, Any]]:
        """The values that a call is given by place and by name; the entries of ``**settings`` by theirs."""
        places = [item for part in node.args for item in self._items(part)]
        named: dict[str, Any] = {}
        for item in node.keywords:
            value = self.value(item.value)
            if item.arg:
                named[item.arg] = value
            elif isinstance(given := as_mapping(value), dict):
                named.update({str(key): entry for key, entry in given.items()})
            else:
                named["**"] = UNKNOWN
        return places, named

    def _made_dict(self, node: ast.Call) -> Any:
        places, named = self.given(node)
        first = as_mapping(places[0]) if places else {}
        if isinstance(first, list) and all(isinstance(pair, list | tuple) and len(pair) == 2 for pair in first):
            first = {pair[0]: pair[1] for pair in first if isinstance(pair[0], str)}
        return {**first, **named} if isinstance(first, dict) and "**" not in named else UNKNOWN

    def _replaced(self, node: ast.Call, base: Any, name: str) -> Any:
        """A copy of a configuration with some of it changed: ``replace(CONFIG, epochs=3)``, ``CONFIG.copy()``."""
        places, named = self.given(node)
        source = places[0] if places and as_mapping(base) is UNKNOWN else base
        if isinstance(source, dict):
            return {**source, **named} if name in _COPIES or named else UNKNOWN
        if isinstance(source, Thing):
            return Thing(source.name, {**source.entries, **named}, source.parts, source.scope)
        return UNKNOWN

    def _of_dict(self, node: ast.Call, base: dict[Any, Any], name: str) -> Any:
        if name == "items":
            return [[key, value] for key, value in base.items()]
        if name == "values":
            return list(base.values())
        if name == "keys":
            return list(base)
        if name == "update":
            places, named = self.given(node)
            for given in (*places, named):
                base.update(given if isinstance(given, dict) else {})
            return None
        if name == "get" and node.args:
            default = self.value(node.args[1]) if len(node.args) > 1 else None
            key = self.value(node.args[0])
            return base.get(key, default) if isinstance(key, str | int) else UNKNOWN
        return NotImplemented

    def _builtin(self, node: ast.Call, path: tuple[str, ...], name: str) -> Any:
        if name in LOADS and node.args:
            return loaded(self.value(node.args[0]), name)
        if name not in BUILTINS and name not in ("vars", "asdict"):
            return NotImplemented
        if len(path) != 1 and name not in ("asdict", "product"):
            return NotImplemented
        places, named = self.given(node)
        if name in ("vars", "asdict"):
            return dict(places[0].entries) if places and isinstance(places[0], Thing) else UNKNOWN
        if named or any(item is UNKNOWN for item in places):
            return UNKNOWN
        if any(isinstance(item, range | list | str) and len(item) > MAX_LIST for item in places):
            return UNKNOWN
        try:
            return BUILTINS[name](*places)
        except (TypeError, ValueError, OverflowError):
            return UNKNOWN


def as_mapping(value: Any) -> Any:
    """The entries of a dictionary or of what keeps them as attributes; UNKNOWN for anything else."""
    if isinstance(value, Thing):
        return value.entries
    return value if isinstance(value, dict | list) else UNKNOWN


def scalars(value: Any, depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Every plain entry of a configuration, and of what it is made of."""
    if isinstance(value, Thing):
        for part in _flat(value.parts):
            yield from scalars(part, depth + 1)
    entries = as_mapping(value)
    if not isinstance(entries, dict) or depth > 3:
        return
    for name, item in entries.items():
        if isinstance(item, Thing | dict):
            yield from scalars(item, depth + 1)
        else:
            yield str(name), item


def _flat(parts: Iterable[Any], depth: int = 0) -> Iterator[Any]:
    """The parts of something, and those in its lists: the steps of a pipeline with their names."""
    for part in parts:
        if isinstance(part, list) and depth < 3:
            yield from _flat(part, depth + 1)
        else:
            yield part
