"""Where what is trained comes from: a model or an optimiser that is made once, and kept for the next run."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from paribus.check.choosing import mentions
from paribus.check.code.facts import Scope
from paribus.check.code.following import arguments_of
from paribus.check.code.gathered import returned_by
from paribus.check.code.makers import OPTIMISERS, goes_on_fitting, is_asked_for, is_cached, is_first, is_module
from paribus.check.code.moments import Training
from paribus.check.code.paths import Path, Store, entry_of, path_of
from paribus.check.code.program import Program, Step
from paribus.check.code.taken_apart import arguments
from paribus.check.names import called

_STAYS = frozenset({"to", "cuda", "cpu", "train", "eval", "float", "double", "half", "requires_grad_", "compile"})
"""Methods and functions that give back the model they are given."""
_WRAPS = frozenset({"Sequential", "DataParallel", "ModuleList", "ModuleDict"})
_MADE_ANEW = frozenset({"deepcopy", "copy", "clone"})
_TELLS_APART = frozenset({"name", "arm", "start"})
"""What a run holds that is another in the other arm."""
_MADE_BY_THE_COURSE = {("paribus", "training", name) for name in ("make_optimizer", "make_schedule")}
_DEEPEST = 8
_KEYS_DEEP = 3


@dataclass(frozen=True, eq=False)
class Origin:
    """Something made once: its ``name``, the step and line that make or keep it, and the names it went through."""

    name: str
    step: Step
    line: int
    through: frozenset[str]


@dataclass(frozen=True, eq=False)
class Origins:
    """Follows expressions of the training back to what made them."""

    program: Program
    found: Training
    vary: str

    def of(self, scope: Scope, node: ast.expr, line: int, depth: int = 0) -> Origin | None:
        """What was made once and is behind an expression; None where it is made in every run."""
        if depth > _DEEPEST or not scope.name:  # a cell's own statements train one arm
            return None
        if isinstance(node, ast.Name):
            return self._of_name(scope, node.id, line, depth + 1)
        if isinstance(node, ast.Call):
            return self._of_call(scope, node, line, depth + 1)
        if isinstance(node, ast.BoolOp | ast.IfExp):
            parts = node.values if isinstance(node, ast.BoolOp) else [node.body, node.orelse]
            return next((hit for item in parts if (hit := self.of(scope, item, line, depth + 1))), None)
        if isinstance(node, ast.NamedExpr):
            return self.of(scope, node.value, line, depth + 1)
        if isinstance(node, ast.Attribute | ast.Subscript):
            return self._of_path(scope, node, depth + 1)
        return None

    def _of_name(self, scope: Scope, name: str, line: int, depth: int) -> Origin | None:
        through = frozenset({name})
        if name in scope.local and name not in scope.outer and scope.name:
            stores = [store for store in scope.stores if store.path == (name,) and store.line <= line]
            known = [(store, store.source) for store in stores if store.source is not None]
            if known:
                store, source = known[-1]
                hit = self.of(scope, source, store.line - (store.value is None), depth)
                return Origin(hit.name, hit.step, hit.line, hit.through | through) if hit else None
            return self._of_parameter(scope, name, depth) if name in scope.params else None
        own = [store for other in self.found.reach.scopes for store in other.stores
               if store.path == (name,) and name in other.outer and other.name]  # fmt: skip
        if own:
            return self._kept(name, ast.Name(name, ast.Load()))
        made = self._made(name)
        return Origin(name, made[0], made[1].lineno, through) if made is not None else None

    def _of_parameter(self, scope: Scope, name: str, depth: int) -> Origin | None:
        """What the training's calls give for a parameter; its default is made once."""
        default = scope.default_of(name)
        if default is not None and self.makes(scope, default):
            return Origin(name, self.program.step_of(scope), default.lineno, frozenset({name}))
        params = scope.params[1:] if scope.params[:1] == ("self",) else scope.params
        owner, _, last = scope.name.rpartition(".")
        last = owner if last == "__init__" else last
        for other in self.found.reach.scopes:
            for path, call in other.called:
                if path[-1] != last or name not in params or other is scope:
                    continue
                named = next((item.value for item in call.keywords if item.arg == name), None)
                at = params.index(name)
                given = named or (call.args[at] if at < len(call.args) else None)
                if given is not None and (hit := self.of(other, given, call.lineno, depth)) is not None:
                    return hit
        return None

    def _of_call(self, scope: Scope, node: ast.Call, line: int, depth: int) -> Origin | None:
        name = called(node)
        if name in _MADE_ANEW:
            return None
        if name in _STAYS:
            inner = node.func.value if isinstance(node.func, ast.Attribute) and name != "compile" else None
            given = inner if inner is not None else node.args[0] if node.args else None
            return self.of(scope, given, line, depth) if given is not None else None
        if name == "setdefault" and isinstance(node.func, ast.Attribute) and len(node.args) > 1:
            lasts = self._lasts(scope, node.func.value) and not self.keyed_apart(scope, node.args[0])
            if lasts and self.makes(scope, node.args[1]):
                text = ast.unparse(node.func.value)
                return Origin(text, self.program.step_of(scope), node.lineno, frozenset({text}))
            return None
        if name in ("getattr", "get"):
            return self._of_path(scope, node, depth)
        functions = self.program.functions_of(node.func) if isinstance(node.func, ast.Name) else ()
        if name in _WRAPS or any(is_module(item) for item in functions):
            given_all = arguments(node)
            return next((hit for item in given_all if (hit := self.of(scope, item, line, depth))), None)
        for function in functions:
            for value in returned_by(function.node) if not function.is_class else ():
                if is_cached(function) and self.makes(function, value):
                    apart = any(self._tells_apart(item) for item in (*node.args, *node.keywords))
                    step = self.program.step_of(function)
                    return None if apart else Origin(name, step, function.line, frozenset({name}))
                if (hit := self.of(function, value, value.lineno, depth)) is not None:
                    return hit
        return None

    def _of_path(self, scope: Scope, node: ast.expr, depth: int) -> Origin | None:
        """``PARTS["net"]``, ``train.net``, ``CACHE[key]``, ``self.model``."""
        path = path_of(node)
        if path is None or len(path) < 2:
            return None
        if path[0] == "self":
            return self._of_attribute(scope, path, depth)
        if isinstance(node, ast.Attribute) and path[0] in scope.local - scope.outer:  # loop.optimizer
            return self._of_name(scope, path[0], node.lineno, depth) if len(path) == 2 else None
        key = node.slice if isinstance(node, ast.Subscript) else None
        if not self._lasts(scope, ast.Name(path[0], ast.Load())) or (
            key is not None and self.keyed_apart(scope, key)
        ):
            return None
        if any(store.path == path for other in self.found.reach.scopes for store in other.stores):
            return self._kept(ast.unparse(node), node)
        before = self.found.first
        value = self.program.value_before(path[0], before)
        entry = entry_of(value, path[1].strip("[]'\"")) if len(path) == 2 else None
        put = [
            (step, store.value)
            for step, store in self.program.stores
            if store.path == path and step.order < before and store.value is not None
        ]
        between = range(before, self.found.last + 1)
        if any(step.order in between for step, store in self.program.stores if store.path in (path, path[:1])):
            return None
        for step, item in put:
            if self.makes(step.scope, item):
                return Origin(ast.unparse(node), step, item.lineno, frozenset({path[0]}))
        if entry is not None:
            home = next(step for step, _ in reversed(self.program.bound[path[0]]) if step.order < before)
            if self.makes(home.scope, entry):
                return Origin(ast.unparse(node), home, entry.lineno, frozenset({path[0]}))
        return None

    def _of_attribute(self, scope: Scope, path: Path, depth: int) -> Origin | None:
        """What the methods of a class put under an attribute."""
        owner = scope.name.rpartition(".")[0]
        for other in self.found.reach.scopes:
            if owner and other.name.startswith(f"{owner}."):
                for store in other.stores:
                    if store.path == path and store.value is not None:
                        return self.of(other, store.value, store.line, depth) or self._of_object(
                            owner, other, store
                        )
        return self._of_class(owner, path)

    def _of_object(self, owner: str, method: Scope, store: Store) -> Origin | None:
        """The object that makes a model or an optimiser for itself, where it is kept for the next run."""
        again = any(
            put.path == store.path and other is not method
            for other in self.found.reach.scopes
            if other.name.startswith(f"{owner}.")
            for put in other.stores
        )
        made = store.source
        if again or made is None or not method.name.endswith(".__init__") or not self.makes(method, made):
            return None
        for scope in self.found.reach.scopes:
            for put in scope.stores if scope.name else ():
                mine = isinstance(put.value, ast.Call) and path_of(put.value.func) == (owner,)
                holder = ast.Name(put.root, ast.Load())
                if not mine or not self._lasts(scope, holder) or not is_asked_for(scope, put.path):
                    continue
                keys = [node.slice for node in ast.walk(scope.node)
                        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store)
                        and path_of(node) == put.path]  # fmt: skip
                if not any(self.keyed_apart(scope, key) for key in keys):
                    text = f"{put.root}[{ast.unparse(keys[0])}]" if keys else put.root
                    return Origin(text, self.program.step_of(scope), put.line, frozenset({put.root}))
        return next(self._objects(owner), None)

    def _objects(self, owner: str) -> Iterator[Origin]:
        """Objects of a class that the notebook makes before both arms, and that training uses."""
        first, last = self.found.first, self.found.last
        for name in sorted(self.found.reach.free):
            bound = self.program.bound.get(name, ())
            if not bound or any(first <= step.order <= last for step, _ in bound):
                continue
            step, store = bound[-1]
            if isinstance(store.value, ast.Call) and path_of(store.value.func) == (owner,) and step.order < first:
                yield Origin(name, step, store.line, frozenset({name}))

    def _made_of(self, scope: Scope, node: ast.expr, depth: int = 0) -> Iterator[ast.expr]:
        """An expression, what its names were assigned, and what calls give for its parameters."""
        yield node
        names = _whole(node) if depth < _KEYS_DEEP else set()
        for store in scope.stores:
            if store.root in names and len(store.path) == 1 and store.source is not None:
                yield from self._made_of(scope, store.source, depth + 1)
        for other in self.found.reach.scopes if names & set(scope.params) else ():
            for call in other.calls:
                if called(call) == scope.name.rpartition(".")[2]:
                    for name, item in arguments_of(scope, call):
                        if name in names:
                            yield from self._made_of(other, item, depth + 1)

    def _of_class(self, owner: str, path: Path) -> Origin | None:
        """What is in a class's own body, or is put into the class where it is not there yet."""
        name = f"{owner}.{path[1]}"
        for step, scope in self.program.defined.get(owner, ()):
            for store in scope.stores:
                body = store.value if scope.is_class and store.path == path[1:2] else None
                if body is not None and self.makes(scope, body):
                    return Origin(name, step, store.line, frozenset({name}))
            for other in scope.inner:
                for store in other.stores:
                    made = store.source if store.path == (owner, path[1]) else None
                    if made is not None and self.makes(other, made) and is_asked_for(other, (owner, path[1])):
                        return Origin(name, step, store.line, frozenset({name}))
        return None

    def _kept(self, name: str, node: ast.expr) -> Origin | None:
        """What the training itself puts where it lasts, and only where it is not there yet."""
        wanted = path_of(node)
        for scope in self.found.reach.scopes:
            mine = [store for store in scope.stores if store.path == wanted and scope.name]
            for store in mine:
                if store.source is not None and self.makes(scope, store.source) and is_asked_for(scope, wanted):
                    return Origin(name, self.program.step_of(scope), store.line, frozenset({name}))
        return None

    def _lasts(self, scope: Scope, holder: ast.expr) -> bool:
        """A place that is still there in the next run: a name of the notebook, or a default that is made once."""
        path = path_of(holder)
        if path is None:
            return False
        if path[0] in scope.params:
            return isinstance(scope.default_of(path[0]), ast.Dict | ast.List | ast.Call)
        return path[0] not in scope.local or path[0] in scope.outer

    def keyed_apart(self, scope: Scope, key: ast.expr) -> bool:
        """A key, or what it is made of, is another in the other arm."""
        return any(self._tells_apart(item) for item in self._made_of(scope, key))

    def _tells_apart(self, key: ast.AST) -> bool:
        """What is another in the other arm: the run's name, the varied setting, the whole configuration."""
        parts = {node.attr for node in ast.walk(key) if isinstance(node, ast.Attribute)}
        whole = {"config", "cfg", "settings", "run"} & _whole(key)
        return mentions(key, self.vary) or bool(parts & _TELLS_APART) or bool(whole)

    def makes(self, scope: Scope, node: ast.expr, depth: int = 0) -> bool:
        """An expression makes a model, or an optimiser."""
        if depth > _DEEPEST:
            return False
        if isinstance(node, ast.BoolOp | ast.IfExp):
            parts = node.values if isinstance(node, ast.BoolOp) else [node.body, node.orelse]
            return any(self.makes(scope, item, depth + 1) for item in parts)
        if isinstance(node, ast.Name):
            local = [
                store.source for store in scope.stores if store.path == (node.id,) and store.source is not None
            ]
            outer = [store.source for _, store in self.program.bound.get(node.id, ()) if store.source is not None]
            made = local[-1:] or outer[-1:]
            first = is_first(scope, node.id)
            return first and any(
                not isinstance(item, ast.Name) and self.makes(scope, item, depth + 1) for item in made
            )
        if isinstance(node, ast.Subscript):
            first_of = isinstance(node.slice, ast.Constant) and node.slice.value == 0
            return first_of and self.makes(scope, node.value, depth + 1)
        if not isinstance(node, ast.Call):
            return False
        name = called(node)
        path = self.program.resolve(path_of(node.func) or ("", name))
        if (
            any(part in OPTIMISERS for part in path)
            or path[-2:] == ("models", "load")
            or path[:2] == ("torch", "nn")
            or path in _MADE_BY_THE_COURSE
            or (path[0] == "sklearn" and path[-1][:1].isupper() and goes_on_fitting(node))
        ):
            return True
        if name == "from_pretrained":
            return any("Model" in part for part in path) and "Tokenizer" not in path[-2]
        if name in _STAYS and isinstance(node.func, ast.Attribute):
            return self.makes(scope, node.func.value, depth + 1)
        functions = self.program.functions_of(node.func) if isinstance(node.func, ast.Name) else ()
        return any(
            is_module(item)
            or self._holds_trained(item, depth + 1)
            or any(self.makes(item, value, depth + 1) for value in returned_by(item.node))
            for item in functions
        )

    def _holds_trained(self, scope: Scope, depth: int) -> bool:
        """A class of the notebook whose objects begin with a model or an optimiser."""
        begins = (inner for inner in scope.inner if scope.is_class and inner.name == f"{scope.name}.__init__")
        return any(
            len(store.path) == 2 and store.root == "self" and store.value is not None
            and self.makes(inner, store.value, depth)
            for inner in begins for store in inner.stores
        )  # fmt: skip

    def _made(self, name: str) -> tuple[Step, ast.expr] | None:
        """The call that made what a name of the notebook means, before both arms and not between them."""
        if (name,) != self.program.resolve((name,)) or name in self.program.defined:
            return None
        first, last = self.found.first, self.found.last
        bound = self.program.bound.get(name, ())
        if not bound or any(first <= step.order <= last for step, _ in bound):
            return None
        before = [(step, store) for step, store in bound if step.order < first]
        if not before:
            return None
        step, store = before[-1]
        made = store.source
        known = isinstance(made, ast.Call) and is_first(step.scope, name) and self.makes(step.scope, made)
        return (step, made) if known and made is not None else None


def _whole(node: ast.AST) -> set[str]:
    """The names in an expression that begin no path: of ``(config.model, seed)`` the last."""
    begin = {id(item.value) for item in ast.walk(node) if isinstance(item, ast.Attribute)}
    return {item.id for item in ast.walk(node) if isinstance(item, ast.Name) and id(item) not in begin}
