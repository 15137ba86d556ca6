"""Which expressions of the training follow from the varied setting: through names, sums, conditions and helpers.

Numbers and what is chosen by them are followed, and nothing that is learnt: a network, its logits and its scores
follow from every setting, and say nothing.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from paribus.check.choosing import mentions
from paribus.check.code.cells import KEPT
from paribus.check.code.configured import entered
from paribus.check.code.facts import Scope
from paribus.check.code.gathered import returned_by
from paribus.check.code.moments import Training
from paribus.check.code.paths import path_of
from paribus.check.code.program import Program
from paribus.check.code.taken_apart import arguments
from paribus.check.names import called, last_name, root_name
from paribus.check.shows import only_shows

_PLAIN = frozenset(
    """
    min max int float round abs bool len sum sqrt log log2 log10 ceil floor pow range all any get item tensor
    as_tensor array asarray mean unique clip full dict tuple list set sorted
    """.split()
)
"""Calls that make a number, or a table of numbers, of what they are given."""
OF_BATCHES = frozenset({"batches", "DataLoader", "split", "array_split"})
_WORKED_OUT = (
    ast.BinOp, ast.BoolOp, ast.UnaryOp, ast.Compare, ast.IfExp, ast.Tuple, ast.List, ast.Set, ast.Dict, ast.Starred,
    ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Slice, ast.keyword,
)  # fmt: skip
_DEEPEST = 3
_ROUNDS = 3
MOST_CONTEXTS = 150
"""Functions that are looked at, each once for what it is given."""


@dataclass(frozen=True)
class Context:
    """A function as it is called: the parameters whose values follow from the varied setting (``given``), and those
    that are the same in both arms (``fixed``).
    """

    scope: Scope
    given: frozenset[str] = frozenset()
    fixed: frozenset[str] = frozenset()

    @property
    def key(self) -> tuple[int, frozenset[str], frozenset[str]]:
        """What tells it from another."""
        return id(self.scope), self.given, self.fixed


@dataclass(frozen=True, eq=False)
class Following:
    """Follows the varied setting through the functions that train."""

    program: Program
    found: Training
    vary: str
    _attributes: set[tuple[str, str]] = field(default_factory=set)
    _names: dict[tuple[int, frozenset[str], frozenset[str]], frozenset[str]] = field(default_factory=dict)

    def contexts(self) -> list[Context]:
        """Every function that trains, once for each way in which it is called. What methods put into their objects
        is known to all of them.
        """
        found = self._called()
        if self._attributes:
            self._names.clear()
            found = self._called()
        return found

    def _called(self) -> list[Context]:
        waiting = [Context(scope) for call in self.found.calls for scope in entered(self.program, call)]
        waiting += [Context(root) for root in self.found.roots if root.name]
        waiting = [context for context in waiting if not context.scope.is_class]
        seen: dict[tuple[int, frozenset[str], frozenset[str]], Context] = {}
        while waiting and len(seen) < MOST_CONTEXTS:
            context = waiting.pop(0)
            if context.key in seen:
                continue
            seen[context.key] = context
            names = self.names(context)
            waiting += [
                Context(inner, names - inner.local, context.fixed - inner.local) for inner in context.scope.inner
            ]
            for call in context.scope.calls:
                waiting += [self.called_with(context, scope, call) for scope in self.functions(context.scope, call)]
            for node in context.scope.subscripts:  # table[config.power] asks an object of the notebook
                waiting += [
                    self.called_with(context, scope, ast.Call(node.value, [node.slice], []))
                    for scope in self._asked(node.value)
                ]
        return list(seen.values())

    def names(self, context: Context, depth: int = 0) -> frozenset[str]:
        """The function's own names that follow from the varied setting: by their values, or by a condition."""
        if context.key not in self._names:
            self._names[context.key] = context.given  # a function that calls itself finds this
            found = set(context.given)
            for _ in range(_ROUNDS):
                before = len(found)
                lines = [
                    (branch.lineno, branch.end_lineno or branch.lineno)
                    for branch in self.chosen(context, found, depth)
                ]
                for store in context.scope.stores:
                    chosen = any(first <= store.line <= last for first, last in lines)
                    own = len(store.path) == 1 or (len(store.path) == 2 and store.path[1].startswith("["))
                    made = store.source if own and store.how in ("assign", "augment") else None
                    if made is not None and (chosen or self.follows(context, made, found, depth)):
                        found.add(store.root)
                    mine = store.value if store.root == "self" and len(store.path) == 2 else None
                    if mine is not None and (chosen or self.follows(context, mine, found, depth)):
                        self._attributes.add((context.scope.name.rpartition(".")[0], store.path[1]))
                if len(found) == before:
                    break
            self._names[context.key] = frozenset(found)
        return self._names[context.key]

    def chosen(
        self, context: Context, names: frozenset[str] | set[str], depth: int = 0
    ) -> Iterator[ast.If | ast.Match]:
        """The conditions that follow from the varied setting, where these names do, and that do more than show."""
        for branch in context.scope.branches:
            acts = isinstance(branch, ast.If) and not only_shows(branch)
            if acts and isinstance(branch, ast.If) and self.follows(context, branch.test, names, depth):
                yield branch
        for match in _matches(context.scope):
            if self.follows(context, match.subject, names, depth):
                yield match

    def follows(
        self, context: Context, node: ast.AST | None, names: frozenset[str] | set[str], depth: int = 0
    ) -> bool:
        """Whether an expression follows from the varied setting, where these names do."""
        if node is None:
            return False
        if isinstance(node, ast.Name):
            return node.id in names
        if last_name(node) == self.vary:
            return not self._is_fixed(context, root_name(node.func if isinstance(node, ast.Call) else node))
        if isinstance(node, ast.Attribute):
            mine = isinstance(node.value, ast.Name) and node.value.id == "self"
            owner = context.scope.name.rpartition(".")[0]
            return (mine and (owner, node.attr) in self._attributes) or node.attr in self.properties
        if isinstance(node, ast.Subscript):
            return self.follows(context, node.value, names, depth) or self.follows(
                context, node.slice, names, depth
            )
        if isinstance(node, ast.NamedExpr):
            return self.follows(context, node.value, names, depth)
        if isinstance(node, ast.Call):
            return self._made_by(context, node, names, depth)
        if isinstance(node, _WORKED_OUT):
            return any(self.follows(context, inner, names, depth) for inner in ast.iter_child_nodes(node))
        return False

    def _made_by(self, context: Context, call: ast.Call, names: frozenset[str] | set[str], depth: int) -> bool:
        """What a call makes: of numbers, or by a function of the notebook that returns some."""
        name = called(call)
        if name in _PLAIN or (self.vary == "batch_size" and name in OF_BATCHES):
            parts = list(arguments(call))
            parts += [call.func.value] if isinstance(call.func, ast.Attribute) else []
            return any(self.follows(context, item, names, depth) for item in parts)
        if depth >= _DEEPEST:
            return False
        for scope in self.functions(context.scope, call):
            inner = self.called_with(context, scope, call, names, depth)
            own = self.names(inner, depth + 1)
            tests = [
                branch
                for branch in scope.branches
                if isinstance(branch, ast.If) and self.follows(inner, branch.test, own, depth + 1)
            ]
            for value in returned_by(scope.node):
                chosen = any(item is value for branch in tests for item in ast.walk(branch))
                plain = not isinstance(value, ast.Call) or called(value) in _PLAIN
                if self.follows(inner, value, own, depth + 1) or (chosen and plain):
                    return True
        return False

    def functions(self, scope: Scope, call: ast.Call) -> Iterator[Scope]:
        """The notebook's functions behind a call: by name, a class's method, one of the same object."""
        path = path_of(call.func)
        if path is not None and path[0] == "self" and len(path) == 2:
            wanted = f"{scope.name.rpartition('.')[0]}.{path[1]}"
            yield from (other for other in self.found.reach.scopes if other.name == wanted)
            return
        if path == ("cls",) and scope.params[:1] == ("cls",):  # a class method makes an object of its own class
            begins = f"{scope.name.rpartition('.')[0]}.__init__"
            yield from (other for other in self.found.reach.scopes if other.name == begins)
            return
        for target in self.program.functions_of(call.func) or self._class_of(scope, call.func):
            if not target.is_class:
                yield target
                continue
            of_object = isinstance(call.func, ast.Attribute)
            method = called(call) if of_object else "__init__"
            yield from (inner for inner in target.inner if inner.name == f"{target.name}.{method}")

    def _asked(self, node: ast.expr) -> Iterator[Scope]:
        """The method by which an object of a class of the notebook gives an entry."""
        for scope in self.program.functions_of(node) if isinstance(node, ast.Name) else ():
            yield from (
                inner for inner in scope.inner if scope.is_class and inner.name == f"{scope.name}.__getitem__"
            )

    def _class_of(self, scope: Scope, node: ast.expr) -> tuple[Scope, ...]:
        """The class of the object whose method is called: ``loss.limit``, ``Table(config).of``."""
        holder = node.value if isinstance(node, ast.Attribute) else None
        if isinstance(holder, ast.Name) and holder.id in scope.local:
            made = [store.value for store in scope.stores if store.path == (holder.id,)]
            holder = made[-1] if made else None
        return self.program.functions_of(holder.func) if isinstance(holder, ast.Call) else ()

    def called_with(
        self, context: Context, scope: Scope, call: ast.Call,
        names: frozenset[str] | set[str] | None = None, depth: int = 0,
    ) -> Context:  # fmt: skip
        """A function as this call calls it."""
        known = self.names(context) if names is None else names
        given, fixed = set(), set()
        for name, item in arguments_of(scope, call):
            if self.follows(context, item, known, depth):
                given.add(name)
            elif isinstance(item, ast.Name) and self._is_fixed(context, item.id):
                fixed.add(name)
        return Context(scope, frozenset(given), frozenset(fixed))

    @cached_property
    def properties(self) -> frozenset[str]:
        """Properties of the notebook's classes that are worked out of the varied setting."""
        return frozenset(
            inner.name.rpartition(".")[2]
            for defined in self.program.defined.values() for _, scope in defined if scope.is_class
            for inner in scope.inner if is_property(inner) and mentions(inner.node, self.vary)
        )  # fmt: skip

    def _is_fixed(self, context: Context, name: str) -> bool:
        """A name that means the same thing in both arms: of the notebook, and not bound between them."""
        if name in context.fixed:
            return True
        if not name or name in context.scope.local or name not in self.program.bound:
            return False
        first, last = self.found.first, self.found.last
        return not any(first <= step.order <= last for step, _ in self.program.bound[name])


def arguments_of(scope: Scope, call: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    """What a call gives for each parameter of a function."""
    params = scope.params[1:] if scope.params[:1] in (("self",), ("cls",)) else scope.params
    yield from zip(params, call.args, strict=False)
    yield from ((item.arg, item.value) for item in call.keywords if item.arg in params)


def is_property(scope: Scope) -> bool:
    """A method that is read as an attribute."""
    decorators = scope.node.decorator_list if isinstance(scope.node, ast.FunctionDef) else []
    return any((path_of(item) or ("",))[-1] in ("property", "cached_property") for item in decorators)


@lru_cache(maxsize=KEPT)
def _matches(scope: Scope) -> tuple[ast.Match, ...]:
    return tuple(node for node in ast.walk(scope.node) if isinstance(node, ast.Match)) if scope.name else ()
