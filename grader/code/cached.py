"""What a cache hands to every run, and a run changes where it lies: first weights, numbers, lists, means."""

import ast
import re
from collections.abc import Iterator

from grader.evidence.submitted import Trained
from grader.model import Case
from paribus.check.code.facts import Scope
from paribus.check.code.findings import CodeFinding, Kind, place_of, said, suspected
from paribus.check.code.following import arguments_of
from paribus.check.code.gathered import names_in, returned_by
from paribus.check.code.lasting import is_given
from paribus.check.code.makers import is_cached
from paribus.check.code.origins import Origins
from paribus.check.code.paths import Path, path_of
from paribus.check.code.program import Program, Step
from paribus.check.names import called
from paribus.check.shows import DISPLAYS, shown_in

_IN_PLACE = re.compile(r"[a-z]\w*[a-z0-9]_")
"""Methods of a tensor that change what they belong to."""
_NO_CHANGE = frozenset({"requires_grad_", "share_memory_", "pin_memory_", "retain_grad_"})
_STAYS = frozenset(
    {"to", "cpu", "cuda", "float", "double", "view", "reshape", "detach", "squeeze", "unsqueeze", "numpy"}
)
"""Methods that give back the same numbers, or a view of them."""
_OWN_WEIGHTS = frozenset({"dict", "copy", "OrderedDict"})
_MEASURED = frozenset({"append", "extend", "add", "update"})
_DEEPEST = 5


def changed_after_caching(case: Case, program: Program, found: Trained) -> Iterator[CodeFinding]:
    """Numbers that a cached function returned, changed by a method that works in place."""
    for scope in found.reach.scopes:
        for path, call in scope.called if scope.name else ():
            changes = len(path) > 1 and _IN_PLACE.fullmatch(path[-1]) and path[-1] not in _NO_CHANGE
            if not changes or not isinstance(call.func, ast.Attribute):
                continue
            maker = next(_cached_makers(program, found, scope, call.func.value), None)
            if maker is not None:
                what = f"{path[-1]} changes where it lies what {maker.name} keeps and returns again"
                yield _finding(case, program.step_of(scope), call, maker.name, what)


def _cached_makers(
    program: Program, found: Trained, scope: Scope, node: ast.expr, depth: int = 0
) -> Iterator[Scope]:
    """The cached functions that returned what an expression is, through names, parameters and views."""
    if depth > _DEEPEST:
        return
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr in _STAYS:
            yield from _cached_makers(program, found, scope, node.func.value, depth + 1)
    elif isinstance(node, ast.Call):
        yield from (item for item in program.functions_of(node.func) if is_cached(item))
    elif isinstance(node, ast.Name):
        for store in scope.stores:
            if store.path == (node.id,) and store.value is not None and node.id not in names_in(store.value):
                yield from _cached_makers(program, found, scope, store.value, depth + 1)
        for other in found.reach.scopes if node.id in scope.params else ():
            for call in other.calls:
                given = dict(arguments_of(scope, call)).get(node.id) if called(call) == scope.name else None
                if given is not None:
                    yield from _cached_makers(program, found, other, given, depth + 1)


def cached_weights(case: Case, program: Program, found: Trained) -> Iterator[CodeFinding]:
    """First weights that a cached function returns without a copy of each, and that a run begins with."""
    for maker in found.reach.scopes:
        places = _own_weights(maker) if is_cached(maker) else {}
        for scope in found.reach.scopes if places else ():
            names = {
                store.root: places[store.place]
                for store in scope.stores
                if store.place in places
                and isinstance(store.source, ast.Call)
                and called(store.source) == maker.name
            }
            for call in scope.calls:
                loaded = path_of(call.args[0]) if called(call) == "load_state_dict" and call.args else None
                if loaded is not None and loaded[0] in names:
                    what = f"{maker.name} keeps the network's own weights, and not a copy of each"
                    yield _finding(case, program.step_of(maker), names[loaded[0]], maker.name, what)


def _own_weights(maker: Scope) -> dict[int, ast.expr]:
    """Which of the values that a function returns are a network's own weights; -1 for the only one."""
    found: dict[int, ast.expr] = {}
    for value in returned_by(maker.node):
        parts = list(enumerate(value.elts)) if isinstance(value, ast.Tuple) else [(-1, value)]
        found |= {place: item for place, item in parts if _is_own(item)}
    return found


def _is_own(value: ast.expr) -> bool:
    """``network.state_dict()``, or a shallow copy of it."""
    if not isinstance(value, ast.Call):
        return False
    if called(value) == "state_dict":
        return True
    inner = value.args[0] if value.args else getattr(value.func, "value", None)
    shallow = called(value) in _OWN_WEIGHTS and ast.unparse(value.func) != "copy.deepcopy"
    return shallow and isinstance(inner, ast.expr) and _is_own(inner)


def kept_lists(case: Case, program: Program, found: Trained, vary: str) -> Iterator[CodeFinding]:
    """A list in a table of the notebook, under a key that both arms share: every run fills it and uses it."""
    origins = Origins(program, found, vary)
    for scope in found.reach.scopes:
        for store in scope.stores if scope.name else ():
            made = store.value
            if not isinstance(made, ast.Call) or called(made) != "setdefault" or len(made.args) < 2:
                continue
            table = made.func.value if isinstance(made.func, ast.Attribute) else None
            empty = isinstance(made.args[1], ast.List) or ast.unparse(made.args[1]) in ("list()", "deque()")
            if not empty or not isinstance(table, ast.Name) or table.id in scope.local - scope.outer:
                continue
            fills = any(path == (store.root, path[-1]) and path[-1] in _MEASURED for path, _ in scope.called)
            used = fills and _is_used(scope, store.root)
            if used and not origins.keyed_apart(scope, made.args[0]):
                what = f"{table.id} keeps a list by a key that both arms share, and every run adds to it"
                yield _finding(case, program.step_of(scope), made, table.id, what)


def _is_used(scope: Scope, name: str) -> bool:
    """Something other than a display is made of it."""
    logged = {
        id(node) for call in scope.calls for item in call.keywords if item.arg == "predictions"
        for node in ast.walk(item)
    }  # fmt: skip
    shown = shown_in(scope.node) - logged
    return any(
        isinstance(node, ast.Name) and node.id == name and id(node) not in shown
        for call in scope.calls
        if called(call) not in DISPLAYS | {"len"}
        for item in (*call.args, *call.keywords)
        for node in ast.walk(item)
    )


def running_state(case: Case, program: Program, found: Trained) -> Iterator[CodeFinding]:
    """A table in a default that no call gives, whose entries follow from what they were, and that is handed out."""
    for scope in found.reach.scopes:
        for name in scope.params:
            default = scope.default_of(name)
            table = isinstance(default, ast.Dict | ast.List) or (
                default is not None and ast.unparse(default) == "dict()"
            )
            if not table or default is None or is_given(found, scope, name):
                continue
            own: Path = (name,)
            goes_on = any(
                store.path[:1] == own and len(store.path) > 1 and store.value is not None
                and (store.how == "augment" or name in names_in(store.value)) for store in scope.stores
            )  # fmt: skip
            anew = any(store.path == own and store.how == "assign" for store in scope.stores)
            handed = any(item.value is not None and name in names_in(item.value) for item in scope.returns)
            if goes_on and handed and not anew and not any(path == (name, "clear") for path, _ in scope.called):
                what = f"{name} is a default that is made once, and every run goes on with what is in it"
                yield _finding(case, program.step_of(scope), default, name, what)


def _finding(case: Case, step: Step, node: ast.expr, name: str, what: str) -> CodeFinding:
    where = place_of(case, step, node.lineno)
    return suspected(Kind.CHANGE, name, where, sure=True).saying(
        f"{what} ({said(case, where)}): the second arm seems to begin with what the first has left. A person looks."
    )
