"""What a cell's code does, gathered in one pass over its tree: names, calls and stores, by scope."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from paribus.check.code.cells import KEPT, MAX_DEPTH, MAX_NODES, Parsed, parse
from paribus.check.code.paths import Path, Store, path_of, stores_by, stores_to

Function = ast.FunctionDef | ast.AsyncFunctionDef
_RUNS_TEXT = frozenset({"exec", "eval", "run_cell"})


@dataclass(eq=False)
class Scope:
    """What one statement of a cell, one function or one class's body does by itself; ``inner`` are the functions
    and classes that are defined in it. Filled by `read_cell` alone, and read as a value afterwards.
    """

    name: str
    node: ast.AST
    params: tuple[str, ...] = ()
    local: set[str] = field(default_factory=set)
    outer: set[str] = field(default_factory=set)
    loads: list[ast.Name] = field(default_factory=list)
    attributes: list[ast.Attribute] = field(default_factory=list)
    subscripts: list[ast.Subscript] = field(default_factory=list)
    calls: list[ast.Call] = field(default_factory=list)
    stores: list[Store] = field(default_factory=list)
    branches: list[ast.If | ast.IfExp] = field(default_factory=list)
    loops: list[ast.For | ast.While] = field(default_factory=list)
    returns: list[ast.Return] = field(default_factory=list)
    texts: list[ast.Constant] = field(default_factory=list)
    imports: list[tuple[str, Path]] = field(default_factory=list)
    inner: list["Scope"] = field(default_factory=list)

    @property
    def line(self) -> int:
        """The line of the cell on which it begins."""
        return int(getattr(self.node, "lineno", 1))

    @cached_property
    def called(self) -> tuple[tuple[Path, ast.Call], ...]:
        """Its calls with the path of what is called; of ``f(x).step()`` the last name alone is known."""
        return tuple((path_of(call.func) or ("", getattr(call.func, "attr", "")), call) for call in self.calls)

    @cached_property
    def reads(self) -> tuple[tuple[Path, ast.expr], ...]:
        """The paths that it reads, each as long as it is there: ``a.b.c`` is no reading of ``a.b``."""
        inner = {id(node.value) for node in self.attributes} | {id(node.value) for node in self.subscripts}
        leads = [(path, call) for call in self.calls if (path := path_of(call)) is not None]
        for _, call in leads:
            inner |= {id(call.func), *(id(item) for item in call.args[:1])}
        places: tuple[ast.expr, ...] = (*self.attributes, *self.subscripts, *self.loads)
        return (
            *((path, call) for path, call in leads if id(call) not in inner),
            *((path, node) for node in places if id(node) not in inner and (path := path_of(node)) is not None),
        )

    def default_of(self, name: str) -> ast.expr | None:
        """The default of a parameter; None where it has none, or this is no function."""
        if not isinstance(self.node, ast.FunctionDef):
            return None
        of = self.node.args
        placed = [item.arg for item in (*of.posonlyargs, *of.args)]
        defaults = dict(zip(reversed(placed), reversed(of.defaults), strict=False))
        kept = {item.arg: value for item, value in zip(of.kwonlyargs, of.kw_defaults, strict=True)}
        return defaults.get(name) or kept.get(name)

    @property
    def is_class(self) -> bool:
        """It is a class's body."""
        return isinstance(self.node, ast.ClassDef)

    def whole(self) -> Iterator["Scope"]:
        """The scope itself and all that are defined in it."""
        yield self
        for scope in self.inner:
            yield from scope.whole()


@dataclass(frozen=True)
class Facts:
    """A cell: one scope a statement of its top level, in order, or the problem that left none."""

    steps: tuple[Scope, ...]
    problem: str
    nodes: int = 0


@lru_cache(maxsize=KEPT)
def read_cell(source: str) -> Facts:
    """The facts of one cell's source; the same source is read once."""
    parsed: Parsed = parse(source)
    if parsed.tree is None:
        return Facts((), parsed.problem)
    reader = _Reader()
    steps = []
    try:
        for statement in parsed.tree.body:
            step = Scope("", statement)
            reader.read([statement], step)
            steps.append(step)
    except (_TooManyError, RecursionError):
        return Facts((), f"it has more than {MAX_NODES:,} parts, or is nested too deeply")
    return Facts(tuple(steps), "", reader.nodes)


class _TooManyError(Exception):
    """The tree has more nodes than are read."""


class _Reader:
    """The one pass. Every node is seen once and goes to its scope."""

    def __init__(self) -> None:
        self.nodes = 0

    def read(self, nodes: list[ast.AST], scope: Scope, depth: int = 0) -> None:  # noqa: PLR0912 - one branch a kind of node
        stack = [(node, depth) for node in reversed(nodes)]
        while stack:
            node, depth = stack.pop()
            self.nodes += 1
            if self.nodes > MAX_NODES or depth > MAX_DEPTH:
                raise _TooManyError
            if isinstance(node, ast.Name):
                self._name(node, scope)
                continue
            if isinstance(node, ast.Constant):
                if isinstance(node.value, str):
                    scope.texts.append(node)
                continue
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                stack += [(item, depth + 1) for item in reversed(self._function(node, scope, depth))]
                continue
            if isinstance(node, ast.ClassDef):
                stack += [(item, depth + 1) for item in reversed(self._class(node, scope, depth))]
                continue
            if isinstance(node, ast.Attribute):
                if isinstance(node.ctx, ast.Load):
                    scope.attributes.append(node)
                stack.append((node.value, depth + 1))
                continue
            if isinstance(node, ast.Subscript):
                if isinstance(node.ctx, ast.Load):
                    scope.subscripts.append(node)
            elif isinstance(node, ast.Call):
                scope.calls.append(node)
                scope.stores += stores_by(node)
                self._text(node, scope, depth)
            elif isinstance(node, ast.If | ast.IfExp):
                scope.branches.append(node)
            elif isinstance(node, ast.For | ast.While | ast.AsyncFor):
                if not isinstance(node, ast.AsyncFor):
                    scope.loops.append(node)
                if not isinstance(node, ast.While):
                    scope.stores += stores_to(node.target, None, node.lineno, "bind")
            elif isinstance(node, ast.Return):
                scope.returns.append(node)
            elif isinstance(node, ast.Expr):
                if isinstance(node.value, ast.Constant):  # a docstring
                    continue
            else:
                _stores_of(node, scope)
            stack += [(item, depth + 1) for item in _children(node)]

    def _name(self, node: ast.Name, scope: Scope) -> None:
        if isinstance(node.ctx, ast.Load):
            scope.loads.append(node)
        else:
            scope.local.add(node.id)

    def _function(self, node: Function | ast.Lambda, scope: Scope, depth: int) -> list[ast.AST]:
        """A function becomes a scope of its own; its decorators and defaults belong to the scope around it."""
        arguments = node.args
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        every += [item for item in (arguments.vararg, arguments.kwarg) if item is not None]
        name = "<lambda>" if isinstance(node, ast.Lambda) else node.name
        inner = Scope(f"{scope.name}.{name}" if scope.is_class else name, node, tuple(item.arg for item in every))
        inner.local |= set(inner.params)
        scope.inner.append(inner)
        defaults: list[ast.AST] = [
            item for item in (*arguments.defaults, *arguments.kw_defaults) if item is not None
        ]
        if isinstance(node, ast.Lambda):
            self.read([node.body], inner, depth + 1)
            return defaults
        scope.local.add(node.name)
        scope.stores.append(Store((node.name,), None, node.lineno, "def"))
        self.read(list(node.body), inner, depth + 1)
        return [*node.decorator_list, *defaults]

    def _class(self, node: ast.ClassDef, scope: Scope, depth: int) -> list[ast.AST]:
        inner = Scope(node.name, node)
        scope.inner.append(inner)
        scope.local.add(node.name)
        scope.stores.append(Store((node.name,), None, node.lineno, "def"))
        self.read(list(node.body), inner, depth + 1)
        return [*node.decorator_list, *node.bases, *(item.value for item in node.keywords)]

    def _text(self, call: ast.Call, scope: Scope, depth: int) -> None:
        """Code that is in a text and is run: ``exec("selfcheck.close = print")``."""
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        if name in _RUNS_TEXT and call.args and isinstance(call.args[0], ast.Constant):
            text = call.args[0].value
            tree = parse.__wrapped__(text).tree if isinstance(text, str) else None  # not the tree of a cell
            if tree is not None:
                for node in ast.walk(tree):  # its lines are those of the text: all of it is where it is run
                    if hasattr(node, "lineno"):
                        node.lineno = call.lineno
                self.read(list(tree.body), scope, depth + 1)


def _stores_of(node: ast.AST, scope: Scope) -> None:
    """What a statement puts under names, and the names it declares."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            scope.stores += stores_to(target, node.value, node.lineno, "assign")
    elif isinstance(node, ast.AnnAssign):
        if node.value is not None:
            scope.stores += stores_to(node.target, node.value, node.lineno, "assign")
    elif isinstance(node, ast.AugAssign):
        scope.stores += stores_to(node.target, node.value, node.lineno, "augment")
    elif isinstance(node, ast.NamedExpr):
        scope.stores += stores_to(node.target, node.value, node.lineno, "assign")
    elif isinstance(node, ast.Import | ast.ImportFrom):
        for name, path in _imported(node):
            scope.local.add(name)
            scope.imports.append((name, path))
            scope.stores.append(Store((name,), None, node.lineno, "bind"))
    elif isinstance(node, ast.With | ast.AsyncWith):
        for item in node.items:
            if item.optional_vars is not None:
                scope.stores += stores_to(item.optional_vars, None, node.lineno, "bind")
    elif isinstance(node, ast.Delete):
        for target in node.targets:
            scope.stores += stores_to(target, None, node.lineno, "delete")
    elif isinstance(node, ast.Global | ast.Nonlocal):
        scope.outer |= set(node.names)
    elif (isinstance(node, ast.ExceptHandler) and node.name) or (
        isinstance(node, ast.MatchAs | ast.MatchStar) and node.name
    ):
        scope.local.add(node.name)
        scope.stores.append(Store((node.name,), None, node.lineno, "bind"))


def _imported(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, Path]]:
    """The names that an import binds, and what each means."""
    for alias in node.names:
        if isinstance(node, ast.ImportFrom):
            yield alias.asname or alias.name, (*(node.module or "").split("."), alias.name)
        else:
            dotted = tuple(alias.name.split("."))
            yield (alias.asname, dotted) if alias.asname else (dotted[0], dotted[:1])


_SKIPPED = frozenset({"ctx", "op", "ops", "annotation", "returns", "type_comment", "type_params", "kind"})


def _children(node: ast.AST) -> list[ast.AST]:
    """The nodes below, last first, without contexts, operators and annotations."""
    found: list[ast.AST] = []
    for name in node._fields:
        if name in _SKIPPED:
            continue
        value = getattr(node, name, None)
        if isinstance(value, list):
            found += [item for item in value if isinstance(item, ast.AST)]
        elif isinstance(value, ast.AST):
            found.append(value)
    found.reverse()
    return found
