"""A notebook's code as one program: the statements of its cells in the order in which they ran, what its names
mean, and what a function reaches.
"""

import ast
import builtins
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from paribus.check.code.facts import Scope, read_cell
from paribus.check.code.paths import IPYTHON, Path, Store, path_of

PROGRAMS = 4
"""Programs of which what was worked out is kept at hand."""
MAX_NODES = 60_000
"""Nodes of a whole notebook; the longest of the course has some six thousand."""
MAX_REACHED = 200
"""Functions that are followed from one training function."""
BUILTINS = frozenset(dir(builtins))
_NAMESPACE: Path = (IPYTHON, "user_ns")


class Cell(Protocol):
    """What is read of a code cell. ``hidden``: its code was left out."""

    @property
    def position(self) -> int:
        """Where it is in the notebook."""

    @property
    def source(self) -> str:
        """Its code."""

    @property
    def count(self) -> int | None:
        """Its execution count, where it is known."""

    @property
    def hidden(self) -> bool:
        """There was code that is not told."""


def python_own(path: Path) -> Path:
    """``builtins.range`` as ``range``, which is what everybody calls it."""
    own = len(path) == 2 and path[0] in ("builtins", "__builtins__")
    return (path[1].strip("[]'\""),) if own else path


@dataclass(frozen=True, eq=False)
class Step:
    """One statement of a cell's top level. ``order`` numbers the statements as they ran."""

    position: int
    order: int
    scope: Scope
    count: int | None = None

    @property
    def line(self) -> int:
        """The line of the cell on which it begins."""
        return self.scope.line


@dataclass(frozen=True)
class Unread:
    """A cell that could not be followed, and why."""

    position: int
    why: str


@dataclass(frozen=True)
class Reach:
    """What a function does, with all of the notebook's functions that it uses: ``scopes`` are theirs, ``free`` the
    notebook's names that they read, ``reads`` the expressions that read something of the notebook or of a module,
    by their dotted paths, imports resolved and each as long as it is there.
    """

    scopes: tuple[Scope, ...]
    free: frozenset[str]
    reads: Mapping[Path, tuple[ast.expr, ...]]

    def calls(self) -> Iterator[ast.Call]:
        """Every call in it."""
        return (call for scope in self.scopes for call in scope.calls)


@dataclass(frozen=True, eq=False)
class Program:
    """The steps of a notebook. ``in_order`` says that its cells ran once each, from top to bottom, so that nothing
    but what the page shows can have happened between two of them.
    """

    steps: tuple[Step, ...]
    unread: tuple[Unread, ...]
    in_order: bool
    hidden: bool = False
    _reached: dict[frozenset[int], Reach] = field(default_factory=dict)

    @cached_property
    def scopes(self) -> tuple[tuple[Step, Scope], ...]:
        """Every scope with its step, in order."""
        return tuple((step, scope) for step in self.steps for scope in step.scope.whole())

    @cached_property
    def imports(self) -> dict[str, Path]:
        """What a name of a module, or of something in one, means; the last meaning counts."""
        found: dict[str, Path] = {}
        for _, scope in self.scopes:
            for name, path in scope.imports:
                if not scope.name or name not in found:
                    found[name] = path
            for store in scope.stores if not scope.name else ():
                self._alias(store, found)
        return found

    @staticmethod
    def _alias(store: Store, found: dict[str, Path]) -> None:
        """``F = torch.nn.functional`` and ``ip = get_ipython()`` are names for what is imported."""
        if len(store.path) == 1 and store.how == "assign" and store.value is not None:
            path = path_of(store.value)
            # What a call of something imported returns is no name for it: `a = np.zeros(3)`.
            named = isinstance(store.value, ast.Name | ast.Attribute)
            if path is None or path == store.path:
                return
            if (named and path[0] in found) or path[0] == IPYTHON:
                found[store.root] = (*found.get(path[0], (path[0],)), *path[1:])

    def resolve(self, path: Path) -> Path:
        """The path with its first name as what was imported under it."""
        full = (*self.imports.get(path[0], (path[0],)), *path[1:])
        if full[:2] == _NAMESPACE and len(full) > 2:  # shell.user_ns["rate"] is the name rate
            return (full[2].strip("[]'\""), *full[3:])
        return full

    @cached_property
    def defined(self) -> dict[str, list[tuple[Step, Scope]]]:
        """The notebook's functions and classes by name, in the order in which they were defined."""
        found: dict[str, list[tuple[Step, Scope]]] = {}
        for step in self.steps:
            for scope in step.scope.inner:
                found.setdefault(scope.name, []).append((step, scope))
        return found

    @cached_property
    def bound(self) -> dict[str, list[tuple[Step, Store]]]:
        """What the notebook's top level puts under plain names, in order."""
        found: dict[str, list[tuple[Step, Store]]] = {}
        for step in self.steps:
            for store in step.scope.stores:
                if len(store.path) == 1 and store.how != "change":
                    found.setdefault(store.root, []).append((step, store))
        return found

    @cached_property
    def stores(self) -> tuple[tuple[Step, Store], ...]:
        """Everything that the top level puts anywhere, in order."""
        return tuple((step, store) for step in self.steps for store in step.scope.stores)

    @cached_property
    def _homes(self) -> dict[int, Step]:
        return {id(scope): step for step, scope in self.scopes}

    def step_of(self, scope: Scope) -> Step:
        """The step of a scope."""
        return self._homes[id(scope)]

    def value_before(self, name: str, order: int) -> ast.expr | None:
        """The expression that a name was last bound to before a step, None where it was none."""
        earlier = [store for step, store in self.bound.get(name, ()) if step.order < order]
        return earlier[-1].value if earlier else None

    # --- what a function reaches ---------------------------------------------------------------------------------

    def functions_of(self, node: ast.expr | None, before: int | None = None) -> tuple[Scope, ...]:
        """The notebook's functions behind an expression: a name, a method, a partial, a lambda."""
        if node is None:
            return ()
        if isinstance(node, ast.Lambda):
            return tuple(scope for _, scope in self.scopes if scope.node is node)
        if isinstance(node, ast.Call):
            partial = path_of(node.func)
            if partial and partial[-1] == "partial" and node.args:
                return self.functions_of(node.args[0], before)
            return self._wrapped(node)
        path = path_of(node)
        return self._named(path[0], before) if path is not None else ()

    def _wrapped(self, call: ast.Call) -> tuple[Scope, ...]:
        """What a call makes that is called afterwards: an object of a class of the notebook, or a function that
        another one makes, with those that it is given: ``Loop(0.1)``, ``make_train(0.1)``, ``timed(train)``.
        """
        makers = self.defined.get(call.func.id, []) if isinstance(call.func, ast.Name) else []
        if not makers:
            return ()
        maker = makers[-1][1]
        given = [item.id for item in call.args if isinstance(item, ast.Name) and item.id in self.defined]
        if maker.is_class or not (given or returned_functions(maker)):
            return (maker,) if maker.is_class else ()
        return (maker, *(self.defined[name][-1][1] for name in given))

    def _named(self, name: str, before: int | None = None, depth: int = 0) -> tuple[Scope, ...]:
        """The functions or the class of a name, its last meaning before a step; through partials and instances."""
        bound = [store for step, store in self.bound.get(name, ()) if before is None or step.order <= before]
        made = bound[-1].value if name in self.defined and bound else None
        if isinstance(made, ast.Call) and (wrapped := self._wrapped(made)):  # train = timed(train)
            return wrapped
        found = [scope for step, scope in self.defined.get(name, ()) if before is None or step.order <= before]
        if found:
            return (found[-1],)
        if name in self.defined:
            return (self.defined[name][0][1],)
        value = next(
            (store.value for _, store in reversed(self.bound.get(name, ())) if store.value is not None), None
        )
        if value is None or depth > 3:
            return ()
        if isinstance(value, ast.Call) and (wrapped := self._wrapped(value)):
            return wrapped
        if isinstance(value, ast.Call) and (path := path_of(value.func)) is not None and path[0] in self.defined:
            return self._named(path[0], before, depth + 1)
        if isinstance(value, ast.Name):
            return self._named(value.id, before, depth + 1)
        return self.functions_of(value, before) if isinstance(value, ast.Call | ast.Lambda | ast.Attribute) else ()

    def reach(self, roots: Sequence[Scope], before: int | None = None) -> Reach:
        """What these functions do, with the notebook's functions that they use, directly or through another."""
        key = frozenset(id(root) for root in roots) | {-(before or 0) - 1}
        if key not in self._reached:
            self._reached[key] = self._follow(roots, before)
        return self._reached[key]

    def _follow(self, roots: Sequence[Scope], before: int | None) -> Reach:
        waiting, seen = list(roots), {id(root): root for root in roots}
        free: set[str] = set()
        reads: dict[Path, list[ast.expr]] = {}
        scopes: list[Scope] = []
        while waiting and len(scopes) < MAX_REACHED:
            root = waiting.pop(0)
            for scope, local in _nested(root, frozenset()):
                scopes.append(scope)
                names = {node.id for node in scope.loads} - local
                free |= names - BUILTINS
                for path, node in scope.reads:
                    if path[0] not in local:
                        reads.setdefault(self.resolve(path), []).append(node)
                names |= _decorated_by(scope.node)
                for name in sorted(names):
                    for reached in self._named(name, before):
                        if id(reached) not in seen:
                            seen[id(reached)] = reached
                            waiting.append(reached)
        return Reach(tuple(scopes), frozenset(free), {path: tuple(nodes) for path, nodes in reads.items()})


def returned_functions(scope: Scope) -> list[Scope]:
    """The functions that a function makes and returns: what a decorator puts in the place of another."""
    values = [item.value for item in scope.returns if not scope.is_class]
    names = {item.id for item in values if isinstance(item, ast.Name)}
    return [inner for inner in scope.inner if inner.name in names or any(item is inner.node for item in values)]


def _decorated_by(node: ast.AST) -> set[str]:
    """The names of what decorates a function."""
    decorators = node.decorator_list if isinstance(node, ast.FunctionDef) else []
    return {inner.id for item in decorators for inner in ast.walk(item) if isinstance(inner, ast.Name)}


def _nested(root: Scope, around: frozenset[str]) -> Iterator[tuple[Scope, frozenset[str]]]:
    """A function and those defined in it, each with the names that are its own or its surroundings'."""
    own = frozenset(root.local) - root.outer if root.name else frozenset()
    local = around | own if not root.is_class else around
    yield root, around | own
    for scope in root.inner:
        yield from _nested(scope, local)


def make_program(cells: Iterable[Cell]) -> Program:
    """The program of these code cells, in notebook order."""
    code = [cell for cell in cells if cell.source.strip() or cell.hidden]
    counted = [cell for cell in code if cell.count is not None]
    counts = [cell.count or 0 for cell in counted]
    ran = counted if counted else code
    if len(set(counts)) == len(counts):
        ran = sorted(ran, key=lambda cell: cell.count or 0)
    in_order = bool(counts) and counts == list(range(1, len(counts) + 1))
    steps: list[Step] = []
    unread, nodes = [], 0
    for cell in ran:
        if cell.hidden:
            unread.append(Unread(cell.position, "the export left out its code"))
            continue
        facts = read_cell(cell.source)
        nodes += facts.nodes
        if facts.problem or nodes > MAX_NODES:
            unread.append(Unread(cell.position, facts.problem or "the notebook is too long"))
        if nodes <= MAX_NODES:
            for scope in facts.steps:
                steps.append(Step(cell.position, len(steps), scope, cell.count))
    return Program(tuple(steps), tuple(unread), in_order, any(cell.hidden for cell in code))
