"""Expressions as dotted paths, and everything that a statement or a call puts under a path.

``functional.cross_entropy = f``, ``setattr(functional, "cross_entropy", f)``,
``vars(functional).update(cross_entropy=f)`` and ``sys.modules["torch.nn.functional"].cross_entropy = f`` are one
thing said in four ways.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

Path = tuple[str, ...]

SPACE = "{}"
"""Ends the path of an object's own dictionary: an entry of it is an attribute of the object."""
IPYTHON = "get_ipython()"
MUTATORS = frozenset(
    """
    add append appendleft clear discard extend fill insert pop popitem put remove resize reverse setdefault shuffle
    sort add_ copy_ fill_ mul_ zero_ sub_
    """.split()
)
"""Methods that change what they belong to."""
_SHUFFLES = frozenset({"shuffle"})
_SETTERS = frozenset({"setattr", "__setattr__"})


@dataclass(frozen=True)
class Store:
    """Something put under ``path``: ``value`` is what, None where it is no expression of its own; ``how`` is
    "assign", "augment", "bind" (an import, a loop, a with), "def", "delete", or "change" (by a method of its own).
    ``part_of`` is the expression of which ``value`` would be a part, where several names are assigned at once, and
    ``place`` which part; -1 where it is all of it.
    """

    path: Path
    value: ast.expr | None
    line: int
    how: str
    part_of: ast.expr | None = None
    place: int = -1

    @property
    def source(self) -> ast.expr | None:
        """What was assigned, or what it was taken from."""
        return self.value if self.value is not None else self.part_of

    @property
    def root(self) -> str:
        """The name the path begins with."""
        return self.path[0]


def path_of(node: ast.AST) -> Path | None:
    """The dotted path of an expression, None where it has none."""
    if isinstance(node, ast.Name):
        return (node.id,)
    if isinstance(node, ast.Attribute):
        base = path_of(node.value)
        if base is None:
            return None
        return (*base, SPACE) if node.attr == "__dict__" else (*base, node.attr)
    if isinstance(node, ast.Subscript):
        return _entry(node)
    if isinstance(node, ast.Call):
        return _called(node)
    return path_of(node.value) if isinstance(node, ast.Starred | ast.NamedExpr) else None


def _entry(node: ast.Subscript) -> Path | None:
    base = path_of(node.value)
    key = node.slice.value if isinstance(node.slice, ast.Constant) else None
    if base is None:
        return None
    if base[-1] == SPACE and isinstance(key, str):
        return (*base[:-1], key)
    if base == ("sys", "modules") and isinstance(key, str):
        return tuple(key.split("."))
    if base == (IPYTHON, "user_ns") and isinstance(key, str):
        return (key,)
    return (*base, f"[{key!r}]" if isinstance(key, str | int) else "[]")


def _called(node: ast.Call) -> Path | None:
    """Calls that only lead somewhere: vars, getattr, import_module, get_ipython, and an entry's get."""
    function, first = path_of(node.func), _text(node.args[0]) if node.args else None
    if function is None:
        return None
    name = function[-1]
    if name in ("globals", "vars", "locals") and not node.args:
        return (SPACE,)
    if name == "vars" and len(node.args) == 1:
        inner = path_of(node.args[0])
        return (*inner, SPACE) if inner is not None else None
    if name == "getattr" and len(node.args) > 1 and (attribute := _text(node.args[1])) is not None:
        inner = path_of(node.args[0])
        return (*inner, attribute) if inner is not None else None
    if name == "import_module" and first is not None:
        return tuple(first.split("."))
    if name == "__import__" and first is not None:
        return tuple(first.split(".")) if len(node.args) + len(node.keywords) > 1 else (first.split(".")[0],)
    if name == "get" and first is not None and len(function) > 1:
        return (*function[:-1], f"[{first!r}]")
    if name == "getenv" and first is not None:
        return ("os", "environ", f"[{first!r}]")
    if name == "get_ipython":
        return (IPYTHON,)
    if name == "type" and len(node.args) == 1 and (inner := path_of(node.args[0])) is not None:
        return (*inner, "__class__")
    return None


def _text(node: ast.AST) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def stores_to(
    target: ast.expr, value: ast.expr | None, line: int, how: str, *, of: ast.expr | None = None, place: int = -1
) -> Iterator[Store]:
    """What an assignment's target puts where; a tuple is taken apart, with its values where those are written."""
    if isinstance(target, ast.Tuple | ast.List):
        parts: list[ast.expr | None] = [None] * len(target.elts)
        if isinstance(value, ast.Tuple | ast.List) and len(value.elts) == len(target.elts):
            parts = list(value.elts)
        for number, (inner, part) in enumerate(zip(target.elts, parts, strict=True)):
            yield from stores_to(inner, part, line, how, of=value or of, place=number if place < 0 else place)
        return
    path = path_of(target)
    if path is not None and path != (SPACE,):
        yield Store(path, value, line, how, of, place)


def stores_by(call: ast.Call) -> Iterator[Store]:
    """What a call puts where, as far as its name tells."""
    function = path_of(call.func)
    if function is None:
        return
    name, line = function[-1], call.lineno
    if name in _SETTERS:
        yield from _set(call, function)
    elif name == "delattr" and len(call.args) > 1 and (text := _text(call.args[1])) is not None:
        if (path := path_of(call.args[0])) is not None:
            yield Store((*path, text), None, line, "delete")
    elif name == "object" and "patch" in function[:-1] and len(call.args) > 1:
        if (path := path_of(call.args[0])) is not None and (text := _text(call.args[1])) is not None:
            yield Store((*path, text), _argument(call, 2, "new"), line, "assign")
    elif name == "patch" and call.args and (text := _text(call.args[0])) is not None and "." in text:
        yield Store(tuple(text.split(".")), _argument(call, 1, "new"), line, "assign")
    elif name in ("update", "push") and len(function) > 1:
        yield from _updated(call, (*function[:-1], *(["user_ns"] if name == "push" else [])))
    elif name in _SHUFFLES and call.args and (path := path_of(call.args[0])) is not None:
        yield Store(path, None, line, "change")
    elif name in MUTATORS and len(function) > 1:
        yield Store(function[:-1], None, line, "change")


def _set(call: ast.Call, function: Path) -> Iterator[Store]:
    """``setattr(x, "y", v)``, ``object.__setattr__(x, "y", v)``, ``x.__setattr__("y", v)``."""
    arguments = list(call.args)
    path: Path | None = function[:-1]
    if len(arguments) > 2:
        path = path_of(arguments.pop(0))
    if path and len(arguments) > 1:
        text = _text(arguments[0])
        yield Store((*path, text if text is not None else "[]"), arguments[1], call.lineno, "assign")


def _updated(call: ast.Call, path: Path) -> Iterator[Store]:
    """An entry each for the keywords, and for the keys of a dictionary that is written out."""
    items: list[tuple[str | None, ast.expr]] = [(item.arg, item.value) for item in call.keywords]
    for argument in call.args:
        if isinstance(argument, ast.Dict):
            pairs = zip(argument.keys, argument.values, strict=True)
            items += [(_text(key) if key is not None else None, value) for key, value in pairs]
        elif isinstance(argument, ast.Call) and path_of(argument.func) == ("dict",):
            items += [(item.arg, item.value) for item in argument.keywords]
        else:
            items.append((None, argument))
    for key, value in items:
        if path[-1] == SPACE:
            if key is not None:
                yield Store((*path[:-1], key), value, call.lineno, "assign")
            elif len(path) > 1:
                yield Store((*path[:-1], "[]"), None, call.lineno, "change")
        else:
            entry = f"[{key!r}]" if key is not None else "[]"
            yield Store((*path, entry), value if key is not None else None, call.lineno, "assign")


def _argument(call: ast.Call, position: int, keyword: str) -> ast.expr | None:
    if len(call.args) > position:
        return call.args[position]
    return next((item.value for item in call.keywords if item.arg == keyword), None)


def entry_of(value: ast.expr | None, key: str) -> ast.expr | None:
    """The value of a key, or of a keyword, where a table or a call is written out."""
    if isinstance(value, ast.Dict):
        pairs = zip(value.keys, value.values, strict=True)
        return next((item for word, item in pairs if isinstance(word, ast.Constant) and word.value == key), None)
    if isinstance(value, ast.Call):
        return next((item.value for item in value.keywords if item.arg == key), None)
    return None
