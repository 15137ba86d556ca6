"""What a run leaves in an object that lasts, and the next run decides by: a default, a name of the notebook,
numbers that are changed where they lie.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from paribus.check.code.facts import Scope
from paribus.check.code.findings import CodeFinding, Kind, Page, place_of, said, suspected
from paribus.check.code.gathered import names_in, returned_by
from paribus.check.code.moments import Training
from paribus.check.code.paths import Path, Store, path_of
from paribus.check.code.program import Program, Step
from paribus.check.code.shared import is_collection, made_by, shared_attributes
from paribus.check.names import called
from paribus.check.shows import DISPLAYS, only_shows, shown_in

_ANEW = frozenset({"clear", "reset", "begin", "restart", "fresh", "new"})
"""Calls after which an object holds nothing of the run before."""
_WRITES = frozenset({"save", "save_pretrained", "savefig", "to_csv", "dump", "write", "write_text", "write_bytes"})
_MOST = 40
"""Names of the notebook that are looked at in one function."""


@dataclass(frozen=True, eq=False)
class _Lasting:
    """An object that is made once: its ``name`` in a function, where it is made, and the reads of it that hold what
    earlier runs have left: paths as long as those that are filled.
    """

    name: str
    step: Step
    line: int
    filled: frozenset[Path]
    only_loaded: bool = False

    @property
    def is_of_a_class(self) -> bool:
        """It is an attribute that all objects of a class share, seen from a method of it."""
        return self.name == "self"

    @property
    def called(self) -> str:
        """Its name for a reader."""
        return ".".join(min(self.filled)) if self.is_of_a_class else self.name


def left_behind(page: Page, program: Program, found: Training) -> Iterator[CodeFinding]:
    """What a run decides by something that the runs before it have filled."""
    for scope in found.reach.scopes:
        for kept in (
            *_defaults(program, found, scope), *_of_the_notebook(program, found, scope),
            *_of_classes(program, found, scope),
        ):  # fmt: skip
            node = next(_decides_by(program, scope, kept), None)
            if node is not None:
                where, there = (
                    place_of(page, kept.step, kept.line),
                    place_of(page, program.step_of(scope), node.lineno),
                )
                yield suspected(Kind.CHANGE, kept.called, where, there).saying(
                    f"{kept.called} is made once ({said(page, where)}), every run fills it, and {scope.name} "
                    f"decides by what is in it ({said(page, there)}): the second arm seems to begin with what the "
                    f"first has left. {page.asks('make it anew in every run')}"
                )


def _defaults(program: Program, found: Training, scope: Scope) -> Iterator[_Lasting]:
    """Parameters whose default is a collection that the function fills, and that no call gives."""
    for name in scope.params:
        default = scope.default_of(name)
        if default is None or not is_collection(program, default) or is_given(found, scope, name):
            continue
        filled = {store.path for store in scope.stores if store.root == name and store.how in ("change", "augment")}
        bound = any(store.path == (name,) and store.how == "assign" for store in scope.stores)
        if filled and not bound and not _begun_anew(scope, name):
            yield _Lasting(name, program.step_of(scope), default.lineno, frozenset({(name,)}))


def is_given(found: Training, scope: Scope, name: str) -> bool:
    """Some call of the function gives the parameter."""
    place = scope.params.index(name) - (scope.params[:1] == ("self",))
    for other in found.reach.scopes:
        for path, call in other.called:
            mine = path[-1] == scope.name.rpartition(".")[2]
            if mine and (len(call.args) > place or any(item.arg in (name, None) for item in call.keywords)):
                return True
    return False


def _of_the_notebook(program: Program, found: Training, scope: Scope) -> Iterator[_Lasting]:
    """Names of the notebook that mean a collection, or an object of a class of the notebook, made before both
    arms and filled by the training.
    """
    first, last = found.first, found.last
    names = {node.id for node in scope.loads if node.id not in scope.local or node.id in scope.outer}
    for name in sorted(names & set(program.bound) - set(program.imports) if scope.name else ())[:_MOST]:
        bound = program.bound[name]
        before = [(step, store) for step, store in bound if step.order < first]
        if not before or any(first <= step.order <= last for step, _ in bound):
            continue
        step, store = before[-1]
        if store.value is None or any(_begun_anew(other, name) for other in found.reach.scopes):
            continue
        if is_collection(program, store.value):
            filled = _filled(found, name)
            for other in _other_names(scope, name) if not filled else ():  # past = PAST
                if any(item.root == other and item.how == "change" for item in scope.stores):
                    yield _Lasting(other, step, store.line, frozenset({(other,)}))
        elif isinstance(store.value, ast.Call):
            filled = _by_methods(program, found, store.value, name)
        else:
            continue
        if filled:
            yield _Lasting(name, step, store.line, filled)


def _of_classes(program: Program, found: Training, scope: Scope) -> Iterator[_Lasting]:
    """Objects that a run makes and that share an attribute with those of all other runs, and that attribute in the
    methods of their class.
    """
    for store in scope.stores if scope.name else ():
        for made in made_by(store.value) if len(store.path) == 1 else ():
            for name, (line, _) in shared_attributes(program, found, made).items():
                filled = _by_methods(program, found, made, store.root, frozenset({name}))
                if filled:
                    yield _Lasting(store.root, program.step_of(scope), line, filled)
    owner = scope.name.rpartition(".")[0]
    known = program.defined.get(owner, [])
    made_here = ast.Call(ast.Name(owner, ast.Load()), [], [])
    for name, (line, table) in shared_attributes(program, found, made_here).items():
        if any(store.path[:2] == ("self", name) and store.how in ("change", "augment")
               for inner in known[-1][1].inner for store in inner.stores):  # fmt: skip
            yield _Lasting("self", known[-1][0], line, frozenset({("self", name)}), only_loaded=table)
    for step, owned in known[-1:]:  # Rollback.weights = …, by the name of the class
        for store in (store for inner in owned.inner for store in inner.stores if store.path[:1] == (owner,)):
            if len(store.path) == 2 and _only_by_methods(found, owner, store.path[1]):
                yield _Lasting("self", step, store.line, frozenset({("self", store.path[1])}), only_loaded=True)


def _only_by_methods(found: Training, owner: str, name: str) -> bool:
    """An attribute of a class gets values by its methods alone, and none when an object of it is made."""
    return all(
        scope.name.startswith(f"{owner}.") and scope.name != f"{owner}.__init__"
        for scope in found.reach.scopes if not scope.is_class
        for store in scope.stores if store.path in ((owner, name), ("self", name)) and store.how == "assign"
    )  # fmt: skip


def _filled(found: Training, name: str) -> frozenset[Path]:
    stores = [store for scope in found.reach.scopes if scope.name for store in scope.stores if store.root == name]
    own = [store for store in stores if store.how in ("change", "augment") and store.path == (name,)]
    return frozenset({(name,)}) if own and all(store.how != "assign" for store in stores) else frozenset()


def _by_methods(
    program: Program, found: Training, made: ast.Call, name: str, only: frozenset[str] | None = None
) -> frozenset[Path]:
    """The attributes, and the methods that return them, which a method called by the training changes; ``only``
    these of them where it is given.
    """
    classes = [scope for scope in program.functions_of(made.func) if scope.is_class]
    used = {
        path[1] for scope in found.reach.scopes for path, _ in scope.called if len(path) == 2 and path[0] == name
    }
    changed: set[str] = set()
    methods = [inner for scope in classes for inner in scope.inner]
    for inner in methods:
        short = inner.name.rpartition(".")[2]
        if short in used or (short == "__call__" and _is_called(found, name)):
            changed |= {
                store.path[1] for store in inner.stores
                if len(store.path) > 1 and store.root == "self" and store.how in ("augment", "change", "assign")
                and not _follows_from_its_key(inner, store)
            }  # fmt: skip
            if short in _ANEW or short.startswith("reset"):
                return frozenset()
    changed &= changed if only is None else only
    reads: set[Path] = {(name, attribute) for attribute in changed}
    for inner in methods:
        short = inner.name.rpartition(".")[2]
        values = returned_by(inner.node)
        left = {("self", item) for item in changed if not _sets_first(inner, item)}
        if any((path_of(node) or ())[:2] in left
               for value in values for node in ast.walk(value) if isinstance(node, ast.Attribute)):  # fmt: skip
            reads.add((name, short) if short != "__call__" else (name,))
    return frozenset(reads)


def _sets_first(method: Scope, attribute: str) -> bool:
    """The method gives the attribute a new value before it reads it: ``self.last = losses.mean()``."""
    lines = [
        statement.lineno for statement in getattr(method.node, "body", ())
        if isinstance(statement, ast.Assign) and ("self", attribute) in map(path_of, statement.targets)
        and not _reads_of(statement.value, attribute)
    ]  # fmt: skip
    return bool(lines) and all(line > lines[0] for line in _reads_of(method.node, attribute))


def _reads_of(node: ast.AST, attribute: str) -> list[int]:
    return [
        inner.lineno for inner in ast.walk(node)
        if isinstance(inner, ast.Attribute) and isinstance(inner.ctx, ast.Load)
        and path_of(inner) == ("self", attribute)
    ]  # fmt: skip


def _follows_from_its_key(method: Scope, store: Store) -> bool:
    """An entry that is the same whenever it is made, as in a memo table: ``self.known[label] = 1 + label``."""
    for node in ast.walk(method.node):
        if isinstance(node, ast.Assign) and node.value is store.value and len(node.targets) == 1:
            target = node.targets[0]
            if isinstance(target, ast.Subscript) and path_of(target.value) == store.path[:2]:
                given = method.local - {"self", *names_in(target.slice)}
                return not names_in(node.value) & given and not _reads_of(node.value, store.path[1])
    return False


def _is_called(found: Training, name: str) -> bool:
    return any(path == (name,) for scope in found.reach.scopes for path, _ in scope.called)


def _begun_anew(scope: Scope, name: str) -> bool:
    """The function empties it, or gives it a first value of its own."""
    empties = any(path[0] == name and path[-1] in _ANEW for path, _ in scope.called)
    sets = any(
        store.root == name and store.how == "assign" and (name not in scope.local or name in scope.outer)
        and "[]" not in store.path
        for store in scope.stores
    )  # fmt: skip
    deletes = any(store.root == name and store.how == "delete" for store in scope.stores)
    return bool(scope.name) and (empties or sets or deletes)


def _decides_by(program: Program, scope: Scope, kept: _Lasting) -> Iterator[ast.expr]:
    """Where what is read of it decides: over a branch or the end of a loop, a rate, predictions, a gradient."""
    shown, derived = shown_in(scope.node), _derived(scope, kept)

    def holds(node: ast.AST | None) -> bool:
        return node is not None and any(_reads(inner, kept, derived, shown) for inner in ast.walk(node))

    loads = [call for path, call in scope.called if path[-1] == "load_state_dict" and kept.is_of_a_class]
    yield from (call for call in loads if any(map(holds, call.args)))
    if kept.only_loaded:
        return
    yield from (
        branch.test for branch in scope.branches
        if holds(branch.test) and not _only_asks(branch.test) and not _is_harmless(branch, kept.name)
    )  # fmt: skip
    for store in scope.stores:
        rate = store.path[-1] in ("['lr']", "lr") and len(store.path) > 1 and store.root != kept.name
        if rate and store.value is not None and holds(store.value):
            yield store.value
    by_default = kept.name in scope.params and not kept.is_of_a_class
    for value in returned_by(scope.node) if by_default else ():
        works = isinstance(value, ast.Call | ast.BinOp | ast.Compare) or (
            isinstance(value, ast.Name) and value.id in derived
        )
        if works and holds(value):
            yield value
    for path, call in scope.called:
        answers = [item.value for item in call.keywords if item.arg == "predictions"]
        if path[-1] == "backward" and isinstance(call.func, ast.Attribute):
            answers.append(call.func.value)
        for item in answers:  # what is logged is an answer too
            if any(_reads(inner, kept, derived, frozenset()) for inner in ast.walk(item)):
                yield item


def _derived(scope: Scope, kept: _Lasting) -> frozenset[str]:
    """The function's names that are made of it."""
    found: set[str] = set()
    for _ in range(3):
        for store in scope.stores:
            new = len(store.path) == 1 and store.root not in found | {kept.name}
            parts = ast.walk(store.source) if new and store.source is not None else ()
            if any(_reads(node, kept, frozenset(found), frozenset()) for node in parts):
                found.add(store.root)
    return frozenset(found)


def _reads(node: ast.AST, kept: _Lasting, derived: frozenset[str], shown: frozenset[int]) -> bool:
    if id(node) in shown:
        return False
    if isinstance(node, ast.Name):
        return node.id in derived or ((kept.name,) in kept.filled and node.id == kept.name)
    path = path_of(node) if isinstance(node, ast.Attribute) else None
    return path is not None and path[:2] in kept.filled


def _is_harmless(branch: ast.If | ast.IfExp, name: str) -> bool:
    """It only shows something, puts it into a file, or fills what is empty."""
    if not isinstance(branch, ast.If):
        return False
    fills = _asks_for_nothing(branch.test) and _only_fills(branch, name)
    return fills or only_shows(branch) or _only_writes(branch)


def _only_writes(branch: ast.If) -> bool:
    """It puts something into a file, or shows it, and nothing more."""
    return not branch.orelse and all(
        isinstance(item, ast.Expr) and isinstance(item.value, ast.Call) and called(item.value) in _WRITES | DISPLAYS
        for item in branch.body
    )


def _asks_for_nothing(test: ast.expr) -> bool:
    """``len(WORDS) == 0``."""
    size = test.left if isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.Eq) else None
    nothing = isinstance(test, ast.Compare) and getattr(test.comparators[0], "value", None) == 0
    return nothing and isinstance(size, ast.Call) and called(size) == "len"


def _only_fills(branch: ast.If, name: str) -> bool:
    """What is empty is filled, and nothing more: ``WORDS.extend(words_of(data.train))``."""
    return not branch.orelse and all(
        isinstance(item, ast.Expr) and isinstance(item.value, ast.Call)
        and (path_of(item.value.func) or ("",))[0] == name
        for item in branch.body
    )  # fmt: skip


def _only_asks(test: ast.expr) -> bool:
    """It is only asked whether there is anything, or whether something is in it."""
    if isinstance(test, ast.UnaryOp):
        return _only_asks(test.operand)
    if isinstance(test, ast.Compare):
        return any(isinstance(item, ast.In | ast.NotIn | ast.Is | ast.IsNot) for item in test.ops)
    return isinstance(test, ast.Name)


def _other_names(scope: Scope, name: str) -> list[str]:
    """The function's own names for something of the notebook."""
    return [
        store.root for store in scope.stores
        if len(store.path) == 1 and isinstance(store.value, ast.Name) and store.value.id == name
        and not _begun_anew(scope, store.root)
    ]  # fmt: skip
