"""Numbers of the notebook that training changes where they lie, so that the next run finds them changed."""

import ast
from collections.abc import Iterator

from paribus.check.code.facts import Scope
from paribus.check.code.findings import CodeFinding, Kind, Page, place_of, said, suspected
from paribus.check.code.gathered import names_in
from paribus.check.code.moments import Training
from paribus.check.code.paths import Store, path_of
from paribus.check.code.program import Program
from paribus.check.names import called

_NUMBERS = frozenset(
    """
    array asarray tensor as_tensor zeros ones full eye one_hot copy float DataFrame arange zeros_like ones_like
    astype from_numpy toarray fit_transform transform
    """.split()
)
"""Calls that make numbers which can be changed where they lie."""


_FILLS = frozenset({"fill", "fill_", "zero_", "copy_"})


_IN_PLACE = frozenset({"mul_", "add_", "sub_", "div_", "clamp_", "sort", "shuffle", "lerp_"})


def changed_in_place(page: Page, program: Program, found: Training) -> Iterator[CodeFinding]:
    """Numbers of the notebook that training changes where they lie, so that the next run finds them changed."""
    first, last = found.first, found.last
    for scope in found.reach.scopes:
        for store in scope.stores if scope.name else ():
            name = _meant(scope, store)
            outside = (name not in scope.local or name in scope.outer) and name not in program.imports
            bound = program.bound.get(name, ()) if outside else ()
            made = bound[-1][1].value if bound and bound[-1][0].order < first else None
            while isinstance(made, ast.Subscript):  # np.eye(4)[labels]
                made = made.value
            numbers = isinstance(made, ast.Call) and called(made) in _NUMBERS
            between = any(first <= step.order <= last for step, _ in bound)
            if numbers and not between and _changes_itself(scope, store) and not _begun_anew_before(found, name):
                where = place_of(page, program.step_of(scope), store.line)
                yield suspected(Kind.CHANGE, name, where).saying(
                    f"{scope.name} changes {name} where it lies ({said(page, where)}), and the next run finds it "
                    "changed: the second arm seems to begin with what the first has left. "
                    f"{page.asks('change a copy')}"
                )


def _meant(scope: Scope, store: Store) -> str:
    """The name of the notebook that a name of the function is another one for: ``targets = TARGETS``."""
    known = [item for item in scope.stores if item.path == (store.root,) and item.how == "assign"]
    alias = known[0].value if len(known) == 1 and known[0].line < store.line else None
    return alias.id if isinstance(alias, ast.Name) and store.root not in scope.outer else store.root


def _changes_itself(scope: Scope, store: Store) -> bool:
    """A change that rests on what was there: ``X *= 0.9``, ``X.mul_(0.9)``, ``X[rows] = 0.9 * X[rows]``."""
    if store.how == "augment":
        return True
    if store.how == "change":
        return any(
            path == (*store.path, path[-1]) and path[-1] in _IN_PLACE and call.lineno == store.line
            for path, call in scope.called
        )
    return (
        store.how == "assign" and len(store.path) > 1 and store.value is not None
        and store.root in names_in(store.value) and not _of_another_row(store, store.value)
    )  # fmt: skip


def _of_another_row(store: Store, value: ast.expr) -> bool:
    """A row is made of others, each with its own number: ``X[1] = X[0] + 1``."""
    names = [node for node in ast.walk(value) if isinstance(node, ast.Name) and node.id == store.root]
    rows = [
        (path_of(node) or ("",))[-1]
        for node in ast.walk(value)
        if isinstance(node, ast.Subscript) and any(node.value is name for name in names)
    ]
    return len(rows) == len(names) and store.path[1] not in rows and "[]" not in (store.path[1], *rows)


def _begun_anew_before(found: Training, name: str) -> bool:
    if any(_sets_all(scope, name) for scope in found.reach.scopes if scope.name):
        return True
    return any(
        store.path == (name,) and store.how == "assign" and name in scope.outer
        for scope in found.reach.scopes
        for store in scope.stores
    )


def _sets_all(scope: Scope, name: str) -> bool:
    """Every number gets a value that does not follow from the one before: ``X[:] = 0``, ``X.fill(0)``."""
    if any(path[0] == name and len(path) > 1 and path[1] in _FILLS for path, _ in scope.called):
        return True
    return any(
        isinstance(target, ast.Subscript) and path_of(target.value) == (name,) and _is_whole(target.slice)
        and name not in names_in(node.value)
        for node in ast.walk(scope.node) if isinstance(node, ast.Assign) for target in node.targets
    )  # fmt: skip


def _is_whole(key: ast.expr) -> bool:
    every = isinstance(key, ast.Slice) and key.lower is None and key.upper is None and key.step is None
    return every or (isinstance(key, ast.Constant) and key.value is ...)
