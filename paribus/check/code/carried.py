"""State that one run hands on to the next: a model or an optimiser that is made once and trained in every run."""

import ast
from collections.abc import Iterator

from paribus.check.code.facts import Scope
from paribus.check.code.findings import CodeFinding, Kind, Page, place_of, said, suspected
from paribus.check.code.makers import OPTIMISERS, goes_on_fitting, trained_things
from paribus.check.code.moments import Training
from paribus.check.code.origins import Origins
from paribus.check.code.paths import Path, path_of
from paribus.check.code.program import Program, Step
from paribus.check.names import called

_RENEWS = ("load_state_dict", "reset", "init", "apply", "deepcopy", "copy", "clone", "fresh", "build", "restore")
"""Begins or ends the names of what gives a model its first weights again."""
_OF_THE_TRAINED = frozenset({"parameters", "named_parameters"})


def carried_state(page: Page, program: Program, found: Training) -> Iterator[CodeFinding]:
    """Names that are made outside of the training function and trained within it, and not made anew for an arm."""
    for name in sorted(found.reach.free):
        made = _made(program, name, found)
        if made is None or _renewed(program, name, found):
            continue
        trained_at, how = _trained_at(program, name, found, made)
        if trained_at is None:
            continue
        step, call = made
        where = place_of(page, step, call.lineno)
        there = place_of(page, program.step_of(trained_at[0]), trained_at[1])
        yield suspected(Kind.CHANGE, name, where, there, sure=how == "trained").saying(
            f"{name} is made once ({said(page, where)}) and {how} in every run ({said(page, there)}): the second "
            f"arm seems to go on where the first one stopped. {page.asks('make it anew inside it')}"
        )


_FREEZES = frozenset({"requires_grad", "requires_grad_"})


def kept_models(page: Page, program: Program, found: Training, vary: str) -> Iterator[CodeFinding]:
    """Models and optimisers that the training takes from where the run before it has left them: through a helper, a
    table, another name, a default, an attribute, a cache.
    """
    if _begins_anew(found):
        return
    origins = Origins(program, found, vary)
    for scope, node, line, how in trained_things(program, found):
        origin = origins.of(scope, node, line)
        if origin is None or any(_renewed(program, name, found) for name in origin.through):
            continue
        where = place_of(page, origin.step, origin.line)
        there = place_of(page, program.step_of(scope), line)
        yield suspected(Kind.CHANGE, origin.name, where, there, sure=how == "trained").saying(
            f"{origin.name} is made once ({said(page, where)}) and {how} in every run ({said(page, there)}): the "
            f"second arm seems to go on where the first one stopped. {page.asks('make it anew inside it')}"
        )


def _begins_anew(found: Training) -> bool:
    """Something in the training gives weights their first values again, or holds some of them still."""
    for scope in found.reach.scopes:
        if any(node.attr in _FREEZES for node in scope.attributes) or any(
            store.path[-1] in _FREEZES for store in scope.stores
        ):
            return True
        if any(path[-1].startswith("reset_") or "init" in path[:-1] for path, _ in scope.called):
            return True
    return False


_READS = frozenset({"load", "load_file", "from_pretrained", "load_weights"})
_WRITES = frozenset({"save", "save_file", "save_pretrained", "save_weights"})
_TAKES_A_STEP = frozenset({"backward", "training_step", "train_step"})


def taken_up(page: Page, program: Program, found: Training) -> Iterator[CodeFinding]:
    """Weights that training takes from where an earlier run of it has put them, before it takes its first step."""
    filled = set(_put_away(program, found))
    for scope in found.reach.scopes:
        steps = [
            call.lineno for call in scope.calls if called(call) in _TAKES_A_STEP or _takes_steps(program, call)
        ]
        written = {_text_of(item) for call in scope.calls if called(call) in _WRITES for item in call.args}
        for call in scope.calls:
            if called(call) != "load_state_dict" or not call.args or not steps or call.lineno >= min(steps):
                continue
            source = call.args[0]
            read = isinstance(source, ast.Call) and called(source) in _READS and bool(source.args)
            from_file = read and isinstance(source, ast.Call) and _is_fixed(source.args[0], scope, written)
            path = path_of(source)
            kept = path is not None and len(path) == 2 and path[0] in filled and _is_of_the_notebook(path[0], scope)
            if from_file or kept or _is_filled_here(source, scope, min(steps)):
                where = place_of(page, program.step_of(scope), call.lineno)
                yield suspected(Kind.CHANGE, scope.name, where, sure=True).saying(
                    f"{scope.name or 'The training'} begins with weights that a run before it has put away "
                    f"({said(page, where)}): the second arm seems to go on where the first ended. "
                    f"{page.asks('begin every run with weights of its own')}"
                )


def _put_away(program: Program, found: Training) -> Iterator[str]:
    """Tables of the notebook that get an entry after the first step of a training, there or by a helper."""
    for scope in found.reach.scopes:
        steps = [
            call.lineno for call in scope.calls if called(call) in _TAKES_A_STEP or _takes_steps(program, call)
        ]
        helpers = [
            inner
            for call in scope.calls
            if steps and call.lineno > min(steps) and not _takes_steps(program, call)
            for inner in program.functions_of(call.func)
        ]
        later = [(scope, store) for store in scope.stores if steps and store.line > min(steps)]
        later += [(inner, store) for inner in helpers for store in inner.stores]
        for where, store in later:
            entry = len(store.path) == 2 and store.path[1].startswith("[")
            if entry and _is_of_the_notebook(store.root, where):
                yield store.root


def _is_of_the_notebook(name: str, scope: Scope) -> bool:
    return name not in scope.local or name in scope.outer


def _takes_steps(program: Program, call: ast.Call) -> bool:
    """A function of the notebook that trains, by itself or through others."""
    reached = program.reach(program.functions_of(call.func)).scopes
    return any(path[-1] in _TAKES_A_STEP for scope in reached for path, _ in scope.called)


def shared_weights(page: Page, program: Program, found: Training) -> Iterator[CodeFinding]:
    """First weights that are kept without a copy of their own: training changes what lies there. What is loaded
    after the steps of training, as the best epoch is, begins no run.
    """
    loaded = {
        path for scope in found.reach.scopes for call in scope.calls
        if called(call) == "load_state_dict" and call.args and (path := path_of(call.args[0])) is not None
        and not any(called(other) in _TAKES_A_STEP and other.lineno < call.lineno for other in scope.calls)
    }  # fmt: skip
    for scope in found.reach.scopes:
        for store in scope.stores:
            lasts = store.root not in scope.local or store.root in scope.outer
            if lasts and store.path in loaded and store.value is not None and _is_the_networks_own(store.value):
                where = place_of(page, program.step_of(scope), store.line)
                yield suspected(Kind.CHANGE, store.root, where).saying(
                    f"{store.root} keeps the network's own weights, and not a copy of each ({said(page, where)}): "
                    "training changes them there too, and the next run begins with them. "
                    f"{page.asks('keep a copy of each')}"
                )


def _is_the_networks_own(value: ast.expr) -> bool:
    """``network.state_dict()``, or a shallow copy of it."""
    if isinstance(value, ast.Call) and called(value) in ("copy", "dict", "OrderedDict"):
        inner = value.args[0] if value.args else getattr(value.func, "value", None)
        return isinstance(inner, ast.Call) and _is_the_networks_own(inner)
    return isinstance(value, ast.Call) and called(value) == "state_dict"


def _is_fixed(place: ast.expr, scope: Scope, written: set[str]) -> bool:
    """A file that the same function writes, under a name that is the same in every run."""
    names = {node.id for node in ast.walk(place) if isinstance(node, ast.Name)}
    return _text_of(place) in written and not names & (scope.local - scope.outer)


def _is_filled_here(source: ast.expr, scope: Scope, first: int) -> bool:
    """An entry of a name of the notebook that the function itself fills after its first step, in every run."""
    path = path_of(source)
    mine = path is not None and _is_of_the_notebook(path[0], scope)
    return mine and any(
        store.path == path and store.how == "assign" and store.line > first for store in scope.stores
    )


def _text_of(node: ast.expr) -> str:
    return ast.dump(node)


def _made(program: Program, name: str, found: Training) -> tuple[Step, ast.Call] | None:
    """The one call that made what the name means, before both arms; None where it is made between them."""
    if (name,) != program.resolve((name,)) or name in program.defined:
        return None
    bound = program.bound.get(name, ())
    first, last = found.first, found.last
    if not bound or any(first <= step.order <= last for step, _ in bound):
        return None
    step, store = next(((step, store) for step, store in reversed(bound) if step.order < first), (None, None))
    if step is None or store is None:
        return None
    made = store.source  # network, tokenizer = models.load(…)
    return (step, made) if isinstance(made, ast.Call) else None


def _renewed(program: Program, name: str, found: Training) -> bool:
    """Something gives it its first state again, within the training or between the arms."""
    first, last = found.first, found.last
    between = [step.scope for step in program.steps if first <= step.order <= last]
    for scope in (*found.reach.scopes, *between):
        made_here = name in scope.outer and any(store.path == (name,) for store in scope.stores)
        if made_here and not _is_asked_for(scope, name):
            return True
        for call in scope.calls:
            if any(called(call).startswith(word) or called(call).endswith(word) for word in _RENEWS):
                parts = (*call.args, *(item.value for item in call.keywords), call.func)
                if any(isinstance(node, ast.Name) and node.id == name for part in parts for node in ast.walk(part)):
                    return True
    return False


def _is_asked_for(scope: Scope, name: str) -> bool:
    """It is made where it is not there yet: ``if NET is None``."""
    return any(
        isinstance(node, ast.Name) and node.id == name
        for branch in scope.branches
        for node in ast.walk(branch.test)
    )


def _trained_at(
    program: Program, name: str, found: Training, made: tuple[Step, ast.Call]
) -> tuple[tuple[Scope, int] | None, str]:
    """The scope and line in which it is trained, and how; None where it is only used."""
    steps_itself = is_optimiser(program, made[1])
    backward = any(called(call) == "backward" for call in found.reach.calls())
    for scope in found.reach.scopes:
        if name in scope.local and name not in scope.outer:
            continue
        for call in scope.calls:
            path = path_of(call.func)
            if path is None or path[0] != name:
                continue
            if path == (name, "partial_fit") or (path == (name, "fit") and goes_on_fitting(made[1])):
                return (scope, call.lineno), "trained"
            if len(path) == 2 and path[1] in _OF_THE_TRAINED and backward and _gets_optimiser(program, scope, call):
                return (scope, call.lineno), "trained"
            if steps_itself and path == (name, "step") and backward:
                return (scope, call.lineno), "stepped on"
    return None, ""


def is_optimiser(program: Program, call: ast.Call) -> bool:
    """A call that makes an optimiser."""
    path: Path = program.resolve(path_of(call.func) or ("",))
    return any(part in OPTIMISERS for part in path)


def _gets_optimiser(program: Program, scope: Scope, parameters: ast.Call) -> bool:
    """The parameters go into an optimiser that is made here."""
    for call in scope.calls:
        within = any(node is parameters for part in (*call.args, *call.keywords) for node in ast.walk(part))
        if within and (is_optimiser(program, call) or called(call).startswith("make_optim")):
            return True
    return False
