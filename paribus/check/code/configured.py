"""Whether training reads the configuration that the records hold, or has its own values written into it."""

import ast
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from paribus.check.before import NOT_SETTINGS
from paribus.check.code.cells import KEPT
from paribus.check.code.facts import Scope
from paribus.check.code.findings import CodeFinding, Kind, Page, Place, place_of, said, suspected
from paribus.check.code.moments import RunCall, Training
from paribus.check.code.paths import Path, path_of
from paribus.check.code.program import Program, returned_functions
from paribus.check.names import called, root_name
from paribus.check.reused import READ_OF_A_CONFIGURATION
from paribus.check.shows import DISPLAYS

KEYWORDS: Mapping[str, frozenset[str]] = {
    "learning_rate": frozenset({"lr", "learning_rate"}),
    "batch_size": frozenset({"batch_size", "per_device_train_batch_size"}),
    "weight_decay": frozenset({"weight_decay"}),
    "max_length": frozenset({"max_length", "max_len"}),
    "epochs": frozenset({"epochs", "num_train_epochs", "n_epochs"}),
    "label_smoothing": frozenset({"label_smoothing", "label_smoothing_factor"}),
    "dropout": frozenset({"dropout", "p"}),
    "C": frozenset({"C"}),
}
"""By what keywords libraries take the course's settings."""
LIBRARY: Mapping[Path, frozenset[str]] = {
    ("paribus", "training", name): settings for name, settings in READ_OF_A_CONFIGURATION.items()
}
"""The settings that paribus's own functions read of a configuration."""
_OUT = frozenset(
    {"items", "values", "keys", "copy", "get", "to_dict", "_asdict", "to_fields", "[]", "pop", "__dict__"}
)
"""What takes a configuration apart in a way that cannot be followed."""
_NOTES = frozenset({"append", "update", "setdefault"})
"""Methods that note what they are given in what they belong to."""
_MAX_STEPS = 500


@dataclass
class _Followed:
    """Where a configuration went: the settings that were read of it, and whether it left what can be followed."""

    reads: set[str] = field(default_factory=set)
    escaped: bool = False
    places: list[tuple[Scope, Path]] = field(default_factory=list)


def not_followed(page: Page, program: Program, found: Training, vary: str) -> Iterator[CodeFinding]:
    """The varied setting, or another that the records hold, is never read by the training."""
    known = found.known
    if (vary and vary in NOT_SETTINGS) or not known:
        return
    followed = _follow(program, found)
    if not followed.reads or followed.escaped or not all(vary in knobs for knobs in known if vary):
        return
    read = followed.reads | _named_elsewhere(program, found)
    if vary and vary not in read:
        written = _written(page, program, found, vary)
        what = f"it has {written[0][0]} written into it ({said(page, written[0][2])})" if written else ""
        places = tuple(where for _, _, where in written) or _heads(page, program, found)
        yield suspected(Kind.SAME, vary, *places, sure=bool(written)).saying(
            f"The training never reads {vary} from the configuration that it is given"
            f"{': ' + what if what else ''}. If so, both arms trained alike. {page.asks('read it from there')}"
        )
    for name in sorted(set.intersection(*(set(knobs) for knobs in known)) - {vary} - NOT_SETTINGS):
        values = {repr(knobs[name]) for knobs in known}
        if name in read or len(values) > 1:
            continue
        for text, value, where in _written(page, program, found, name):
            if _differs(value, known[0][name]):
                yield suspected(Kind.CONFIG, name, where, sure=True).saying(
                    f"The records say {name} {known[0][name]}, and the training has {text} written into it "
                    f"({said(page, where)}). {page.asks('read it from the configuration')}"
                )
                break


def _differs(value: object, recorded: object) -> bool:
    if isinstance(value, int | float) and isinstance(recorded, int | float):
        return abs(float(value) - float(recorded)) > 1e-12
    return False


def _follow(program: Program, found: Training) -> _Followed:
    """Follow the configuration of both arms through the notebook's functions."""
    followed = _Followed()
    owners = {
        id(method): scope for defined in program.defined.values() for _, scope in defined for method in scope.inner
    }
    waiting = list(entries(program, found))
    seen: set[tuple[int, Path]] = set()
    while waiting and len(seen) < _MAX_STEPS:
        scope, prefix = waiting.pop()
        if (id(scope), prefix) in seen:
            continue
        seen.add((id(scope), prefix))
        followed.places.append((scope, prefix))
        waiting += _through(program, scope, prefix, owners, followed)
    return followed


def read_of_the_given(program: Program, found: Training) -> frozenset[str] | None:
    """The settings that training reads of the configuration that it is given; None where it cannot be followed."""
    followed = _follow(program, found)
    known = any(True for _ in entries(program, found))
    return frozenset(followed.reads) if known and not followed.escaped else None


def followed_places(program: Program, found: Training) -> tuple[tuple[Scope, Path], ...]:
    """The functions that the configuration gets to, each with the name that it has there."""
    return tuple(_follow(program, found).places)


def entries(program: Program, found: Training) -> Iterator[tuple[Scope, Path]]:
    """Where a configuration enters the code that trains: a function's parameter, or a name beside an own loop."""
    for call in found.calls:
        if call.how == "run":
            for scope in entered(program, call):
                params = _params(scope, call.function)
                if params:
                    yield params[0][0], (params[0][1],)
            continue
        path = path_of(call.config) if call.config is not None else None
        if path is None or call.helper is not None:
            continue
        yield from ((step.scope, path) for step in program.steps if step.position == call.step.position)


def entered(program: Program, call: RunCall) -> list[Scope]:
    """The functions that a run gives its configuration to: of an object a method, of a maker what it makes."""
    found: list[Scope] = []
    function = call.function
    if isinstance(function, ast.Name) and isinstance(
        made := program.value_before(function.id, call.step.order), ast.Attribute
    ):  # train = loop.fit
        function = made
    path = path_of(function) if function is not None else None
    method = path[-1] if path is not None and len(path) > 1 else "__call__"
    for scope in program.functions_of(call.function, call.step.order):
        methods = [inner for inner in scope.inner if scope.is_class and inner.name == f"{scope.name}.{method}"]
        found += methods or returned_functions(scope) or [scope]
    return found


def _params(scope: Scope, function: ast.expr | None = None) -> list[tuple[Scope, str]]:
    """The parameters that a call fills, each with the scope in which it is known: a class's are its __init__'s."""
    bound = 0
    if isinstance(function, ast.Call):  # a partial, which has filled the first ones
        bound = len(function.args) - 1
    if scope.is_class:
        made = next((item for item in scope.inner if item.name.endswith(".__init__")), None)
        return [(made, name) for name in made.params[1:]] if made is not None else []
    params = scope.params[1:] if scope.params[:1] == ("self",) else scope.params
    return [(scope, name) for name in params[bound:]]


def _through(
    program: Program, scope: Scope, prefix: Path, owners: Mapping[int, Scope], followed: _Followed
) -> Iterator[tuple[Scope, Path]]:
    """What is read of the configuration in one scope, and where it goes from there."""
    size, bare, noted = len(prefix), {}, noted_in(scope.node)
    for path, node in scope.reads:
        if path[:size] != prefix or (len(path) > size and id(node) in noted):
            continue
        if len(path) == size:
            bare[id(node)] = node
            continue
        name = path[size].strip("[]'\"") or "[]"
        followed.reads.add(name)
        followed.escaped |= name in _OUT
    for store in scope.stores:
        if store.value is not None and id(store.value) in bare:
            bare.pop(id(store.value))
            yield scope, store.path
            if store.path[0] == "self" and id(scope) in owners:
                yield from ((method, store.path) for method in owners[id(scope)].inner)
    for call in scope.calls:
        yield from _handed_on(program, call, bare, followed)
    yield from ((inner, prefix) for inner in scope.inner if prefix[0] not in inner.local)
    followed.escaped |= bool(bare)


def _handed_on(
    program: Program, call: ast.Call, bare: dict[int, ast.expr], followed: _Followed
) -> Iterator[tuple[Scope, Path]]:
    """A call that gets the whole configuration: the notebook's own function, one of paribus, or one that shows."""
    given = [(position, "", item) for position, item in enumerate(call.args)]
    given += [(-1, item.arg or "**", item.value) for item in call.keywords]
    mine = [(position, name) for position, name, item in given if id(item) in bare]
    if not mine:
        return
    path = path_of(call.func) or (getattr(call.func, "attr", ""),)
    scopes = program.functions_of(call.func)
    known = LIBRARY.get(program.resolve(path))
    begins = path[-1] in ("start", "run", "baseline", "finished", "unfinished")
    if not scopes and known is None and path[-1] not in DISPLAYS and not begins:
        return
    for position, name in mine:
        for scope in scopes:
            params = _params(scope)
            if name and (hit := next((item for item in params if item[1] == name), None)) is not None:
                yield hit[0], (hit[1],)
            elif 0 <= position < len(params):
                yield params[position][0], (params[position][1],)
            else:
                followed.escaped = True
    followed.reads |= known or frozenset()
    for _, _, item in given:
        bare.pop(id(item), None)


def _named_elsewhere(program: Program, found: Training) -> set[str]:
    """The names that the training reads from something that may be the configuration under another name."""
    made = {store.root for scope in found.reach.scopes for store in scope.stores}
    constant = {root for root in found.reach.free - made if not _bound_between(program, root, found)}
    names: set[str] = set()
    for scope in found.reach.scopes:
        noted = noted_in(scope.node)
        for node in (*scope.attributes, *scope.subscripts):
            path = path_of(node)
            if id(node) not in noted and (path is None or path[0] not in constant or path[0] in scope.local):
                names.add(path[-1].strip("[]'\"") if path is not None else getattr(node, "attr", ""))
        names |= {str(text.value) for text in scope.texts}
        names |= set(scope.params) if scope.name else set()
    return names


def _bound_between(program: Program, name: str, found: Training) -> bool:
    first, last = found.first, found.last
    return any(first <= step.order <= last for step, _ in program.bound.get(name, ()))


def _written(page: Page, program: Program, found: Training, name: str) -> list[tuple[str, Any, Place]]:
    """Values that are written out for a setting where the training hands it to a library: (text, value, where)."""
    keywords, hits = KEYWORDS.get(name, frozenset({name})), []
    for scope in found.reach.scopes:
        for call in scope.calls:
            pairs = [(item.arg, item.value) for item in call.keywords if item.arg in keywords]
            path = program.resolve(path_of(call.func) or ("",))
            if name == "learning_rate" and "optim" in path[:-1] and path[-1][:1].isupper() and len(call.args) > 1:
                pairs.append(("lr", call.args[1]))
            if name == "batch_size" and path[-1] == "batches" and len(call.args) > 1:
                pairs.append(("batch_size", call.args[1]))
            for keyword, value in pairs:
                plain = constant_of(program, scope, value)
                if plain is not None and isinstance(plain.value, int | float):
                    text = f"{keyword}={ast.unparse(plain)}"
                    hits.append((text, plain.value, place_of(page, program.step_of(scope), value.lineno)))
    return hits


def constant_of(program: Program, scope: Scope, value: ast.expr | None) -> ast.Constant | None:
    """A value that is written out, here or once under a name of the function or the notebook."""
    if isinstance(value, ast.Constant) or not isinstance(value, ast.Name):
        return value if isinstance(value, ast.Constant) else None
    if value.id in scope.local and value.id not in scope.outer:
        made = [store.value for store in scope.stores if store.path == (value.id,)]
        made = [] if value.id in scope.params else made
    else:
        made = [store.value for _, store in program.bound.get(value.id, ())]
    only = made[0] if len(made) == 1 else None
    return only if isinstance(only, ast.Constant) else None


@lru_cache(maxsize=KEPT)
def noted_in(tree: ast.AST) -> frozenset[int]:
    """The nodes of a function that go into something shown whose result nobody takes, or that are put under a name
    of its own that nobody reads again, by identity.
    """
    if not isinstance(tree, ast.FunctionDef):
        return frozenset()
    names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
    loads = Counter(node.id for node in names if isinstance(node.ctx, ast.Load))
    outer = {name for node in ast.walk(tree) if isinstance(node, ast.Global | ast.Nonlocal) for name in node.names}
    own = {node.id for node in names if isinstance(node.ctx, ast.Store)} - outer
    begun = {
        target.id for node in ast.walk(tree) if isinstance(node, ast.Assign) and _is_empty_or_written(node.value)
        for target in node.targets if isinstance(target, ast.Name)
    }  # fmt: skip
    found: set[int] = set()
    for node in ast.walk(tree):
        parts: Sequence[ast.AST] = ()
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            name, owner = called(node.value), root_name(node.value.func)
            if name in DISPLAYS or (name in _NOTES and owner in own & begun and loads[owner] == 1):
                parts = (*node.value.args, *node.value.keywords)
        elif isinstance(node, ast.Assign) and len(node.targets) == 1:
            target = node.targets[0]
            entry = isinstance(target, ast.Subscript)
            if isinstance(target, ast.Name | ast.Subscript):
                name = root_name(target)
                mine = own & begun if entry else own
                parts = (node.value,) if name in mine and loads[name] == int(entry) else ()
        found |= {id(inner) for part in parts for inner in ast.walk(part)}
    return frozenset(found)


def _is_empty_or_written(value: ast.expr) -> bool:
    """A list or a dictionary that is begun here."""
    made = isinstance(value, ast.Call) and called(value) in ("dict", "list", "defaultdict", "OrderedDict")
    return made or isinstance(value, ast.Dict | ast.List)


def _heads(page: Page, program: Program, found: Training) -> tuple[Place, ...]:
    """The line on which the training function begins."""
    for root in found.roots:
        if root.name:
            return (place_of(page, program.step_of(root), root.line),)
    return ()
