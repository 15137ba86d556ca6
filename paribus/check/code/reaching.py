"""Where something that training is given gets to: through names, attributes, loops, helpers and what they return.

It takes more for reached than is: what a library makes of it still holds it. So "nowhere" is worth saying.
"""

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from paribus.check.code.facts import Scope
from paribus.check.code.following import arguments_of
from paribus.check.code.gathered import returned_by
from paribus.check.code.moments import Training
from paribus.check.code.program import Program
from paribus.check.code.taken_apart import arguments
from paribus.check.names import called

Source = Callable[[Scope, ast.AST], bool]
_ROUNDS = 6


@dataclass(frozen=True, eq=False)
class Reaching:
    """What holds a source, in the functions that train. ``source`` says which expressions are one."""

    program: Program
    found: Training
    source: Source
    _names: set[tuple[int, str]] = field(default_factory=set)
    _attributes: set[str] = field(default_factory=set)
    _returning: set[int] = field(default_factory=set)

    def follow(self) -> None:
        """Fill in what holds it, until nothing more does."""
        for _ in range(_ROUNDS):
            before = len(self._names) + len(self._attributes) + len(self._returning)
            for scope in self.found.reach.scopes:
                self._through(scope)
            if len(self._names) + len(self._attributes) + len(self._returning) == before:
                return

    def holds(self, scope: Scope, node: ast.AST) -> bool:
        """Whether an expression holds it."""
        if self.source(scope, node):
            return True
        if isinstance(node, ast.Name):
            return (id(scope), node.id) in self._names or (
                node.id not in scope.local and any(name == node.id for _, name in self._names)
            )
        if isinstance(node, ast.Attribute) and node.attr in self._attributes:
            return True
        if isinstance(node, ast.Call) and (functions := self._functions(node)):
            return any(id(item) in self._returning for item in functions)
        return any(self.holds(scope, inner) for inner in ast.iter_child_nodes(node))

    def given(self, scope: Scope, call: ast.Call) -> Iterator[ast.expr]:
        """What a call of a library is given that holds it."""
        yield from (item for item in arguments(call) if not self._functions(call) and self.holds(scope, item))

    def _functions(self, call: ast.Call) -> tuple[Scope, ...]:
        """The notebook's functions behind a call, and methods of that name; an object holds what it is made of."""
        direct = self.program.functions_of(call.func) if isinstance(call.func, ast.Name) else ()
        methods = tuple(
            scope
            for scope in self.found.reach.scopes
            if isinstance(call.func, ast.Attribute) and scope.name.endswith(f".{call.func.attr}")
        )
        return tuple(item for item in direct if not item.is_class) or methods

    def _through(self, scope: Scope) -> None:
        for store in scope.stores:
            if store.source is not None and self.holds(scope, store.source):
                self._names.add((id(scope), store.root))
                if len(store.path) > 1:
                    self._attributes.add(store.path[-1].strip("[]'\""))
        for node in ast.walk(scope.node):
            if isinstance(node, ast.For | ast.comprehension) and self.holds(scope, node.iter):
                self._names.update(
                    (id(scope), item.id) for item in ast.walk(node.target) if isinstance(item, ast.Name)
                )
        for call in scope.calls:
            for inner in (*self._functions(call), *self._made_by(call)):
                given = {name for name, item in arguments_of(inner, call) if self.holds(scope, item)}
                spread: list[ast.expr] = [item for item in call.args if isinstance(item, ast.Starred)]
                spread += [item.value for item in call.keywords if item.arg is None]
                every = inner.params if any(self.holds(scope, item) for item in spread) else ()
                self._names.update((id(inner), name) for name in (*given, *every))
        values = returned_by(scope.node) if scope.name else ()
        yielded = [node.value for node in ast.walk(scope.node) if isinstance(node, ast.Yield) and node.value]
        if any(self.holds(scope, item) for item in (*values, *yielded)):
            self._returning.add(id(scope))

    def _made_by(self, call: ast.Call) -> Iterator[Scope]:
        """What a call of a class of the notebook hands its arguments to."""
        for scope in self.program.functions_of(call.func) if isinstance(call.func, ast.Name) else ():
            wanted = "__init__" if called(call) == scope.name else "__call__"
            yield from (inner for inner in scope.inner if scope.is_class and inner.name == f"{scope.name}.{wanted}")
