"""What is not the same in both arms and is in no record: names rebound, patched or filled between them."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from grader.code.replacing import added_by, literal, passes_through
from grader.code.uses import is_shown, read_places, surely_read, training_name
from grader.evidence.submitted import Trained
from grader.model import Case
from paribus.check.code.facts import Scope
from paribus.check.code.findings import CodeFinding, Kind, Standing, place_of, said, suspected
from paribus.check.code.moments import Span
from paribus.check.code.paths import Path, Store, path_of
from paribus.check.code.program import BUILTINS, Program, Step, python_own
from paribus.records.code import TRAINING
from paribus.records.simple import is_number

_CONDITIONS = (ast.If, ast.While, ast.Try, ast.Match)
_TELLS = frozenset({"__repr__", "__str__", "__doc__", "__name__"})
"""Attributes that only say what something is."""
_CODE = frozenset({"__code__", "__defaults__", "__kwdefaults__", "__wrapped__"})
"""Attributes of a function that decide what it does."""
_RECORDS = frozenset({"experiment", "start", "run", "predict", "baseline", "finish", "finished", "unfinished"})
"""Methods of paribus that give a handle, or what was recorded."""


@dataclass(frozen=True, eq=False)
class Event:
    """Something put under a path between the arms, by a statement or by the ``helper`` that it calls."""

    step: Step
    store: Store
    path: Path
    helper: ast.FunctionDef | None = None


def second_changes(case: Case, program: Program, found: Trained, vary: str) -> Iterator[CodeFinding]:
    """What was changed between the arms of an experiment and is read by the training, beside what was declared."""
    recorded, filled = _recorded(found), _filled(program, found)
    for event in _last_events(program, found):
        name = _last_name(event.path)
        if name in _TELLS or name == vary or event.path[0].lower() == vary.lower():
            continue
        if _is_told(program, event, recorded) or event.store.root in _handles(found):
            continue
        least = _least(program, event)
        reads = [
            node
            for path, nodes in found.reach.reads.items()
            if len(path) >= least and _meet(path, event.path)
            for node in nodes
        ]
        if reads and not any(_meet(path, event.path) for path in filled):
            yield from _judged(case, program, found, event, reads)
        elif not reads and _is_inside_a_library(program, event):
            where = place_of(case, event.step, event.store.line)
            yield suspected(Kind.CHANGE, ".".join(event.store.path), where).saying(
                f"{'.'.join(event.path)} was replaced between the arms ({said(case, where)}), for everything that "
                "uses it inside of a library too. A person looks whether it is a second change."
            )


_LIBRARIES = (("torch", "nn"), ("torch", "optim"), ("transformers",), ("sklearn",))
"""Libraries of which training uses more than it names."""


def _is_inside_a_library(program: Program, event: Event) -> bool:
    """A function or a method of a library gives way to another one, which is not what it was before."""
    of_library = any(event.path[: len(prefix)] == prefix and len(event.path) > len(prefix) for prefix in _LIBRARIES)
    replaces = event.store.how == "assign" and bool(program.functions_of(event.store.value))
    return of_library and replaces and not passes_through(program, event.store.value)


def _spans(found: Trained) -> tuple[Span, Span]:
    first, second = found.baseline, found.changed
    return (first, second) if first.first <= second.first else (second, first)


def _last_events(program: Program, found: Trained) -> Iterator[Event]:
    """Of everything that is put under one path after one arm and before the other has run, the last."""
    first, second = _spans(found)
    by_call = any(call.how == "run" and call.step.order == second.first for call in found.calls)
    end = second.first if by_call else second.last
    last: dict[Path, Event] = {}
    for step in program.steps[first.last + 1 : end + 1] if found.apart else ():
        for scope in (step.scope, *_helpers(program, step, found)):
            for store in scope.stores:
                if _calls_a_module(program, store):
                    continue
                if scope is step.scope or store.root not in scope.local or store.root in scope.outer:
                    path = python_own(program.resolve(store.path))
                    last[path] = Event(step, store, path, _body(scope))
    yield from last.values()


def _calls_a_module(program: Program, store: Store) -> bool:
    """`np.sort(values)` and `np.random.shuffle(values)` call a function of a module and change no module."""
    of_module = len(store.path) == 1 or store.path[1:] == ("random",)
    return store.how == "change" and of_module and store.root in program.imports


def _body(scope: Scope) -> ast.FunctionDef | None:
    return scope.node if isinstance(scope.node, ast.FunctionDef) else None


def _helpers(program: Program, step: Step, found: Trained) -> Iterator[Scope]:
    """The notebook's functions that a step calls, but for those that train."""
    training = {id(scope) for scope in found.reach.scopes}
    for call in step.scope.calls:
        for scope in program.functions_of(call.func, step.order):
            if id(scope) not in training and not scope.is_class:
                yield scope


def _recorded(found: Trained) -> set[str]:
    """What the code digests of both arms tell of, by name."""
    sides = [[run for run in arm if run.code] for arm in (found.arms.baseline, found.arms.changed)]
    if not all(sides):
        return set()
    return set.intersection(*(set(run.code) - {TRAINING} for side in sides for run in side))


def _is_told(program: Program, event: Event, recorded: set[str]) -> bool:
    """The records tell whether it is the same in both arms: a function, a plain global with all that is in it, an
    attribute of a class.
    """
    if len(event.path) == 1:
        return event.path[0] in recorded
    dotted = ".".join(event.path[:2])
    return dotted in recorded or (event.path[0] in recorded and event.path[0] not in program.defined)


def _least(program: Program, event: Event) -> int:
    """How long a path must be to read what was stored: who calls a function reads none of its attributes."""
    known = program.defined.get(event.path[0], ())
    note = len(event.path) > 1 and event.path[-1] not in _CODE
    return len(event.path) if known and note and not known[-1][1].is_class else 1


def _handles(found: Trained) -> set[str]:
    """The names of configurations: what is in them is recorded."""
    return {call.config.id for call in found.calls if isinstance(call.config, ast.Name)}


def _filled(program: Program, found: Trained) -> set[Path]:
    """What the training itself fills or assigns: results, not settings."""
    filled = set()
    for scope in found.reach.scopes:
        for store in scope.stores if scope.name else ():
            if store.root not in scope.local - scope.outer and program.resolve((store.root,)) == (store.root,):
                filled.add(store.path)
    return filled


def _meet(read: Path, stored: Path) -> bool:
    """Whether what is read is, holds or belongs to what was stored."""
    pairs = zip(read, stored, strict=False)
    return all(one == other or (one[0] == other[0] == "[" and "[]" in (one, other)) for one, other in pairs)


def _last_name(path: Path) -> str:
    return path[-1].strip("[]'\"")


# --- what an event means ------------------------------------------------------------------------------------------


def _judged(
    case: Case, program: Program, found: Trained, event: Event, reads: list[ast.expr]
) -> Iterator[CodeFinding]:
    first, _ = _spans(found)
    store = event.store
    bound = [step for step, _ in program.bound.get(store.root, ()) if step.order <= first.last]
    known = bool(bound) or event.path[0] in BUILTINS
    if len(event.path) == 1 and (not known or not _meant_by_the_first(found, event)):
        return  # the name is the second arm's own
    before = _before(program, event, first.last)
    if _is_same(program, found, event, before) or store.how == "delete":
        return
    if store.how == "bind" and not _imports_another(program, event, first.last):
        return
    used = [node for node in reads if not is_shown(found, node)]
    if not used or passes_through(program, store.value):
        return
    where = place_of(case, event.step, store.line if store in event.step.scope.stores else None)
    shown, added = ".".join(store.path), added_by(program, store.value, event.path)
    old, new = literal(before), literal(store.value)
    numbers = is_number(old) and is_number(new)
    what = ""
    if added:
        what = f"was replaced by one with {added} ({said(case, where)})"
    elif numbers:
        what = f"was changed from {old:g} to {new:g} ({said(case, where)}), and the records do not hold it"
    places = (where, *read_places(case, program, found, used))
    if what and _certain(case, program, found, event) and surely_read(program, found, used, any_call=bool(added)):
        yield CodeFinding(
            Kind.CHANGE, Standing.PROVED,
            f"Between the arms {shown}, which {training_name(found)} uses, {what}. With more than one change, "
            "nobody can say which made the difference; run the changed arm again with one.",
            places, shown, sure=True,
        )  # fmt: skip
        return
    sure = bool(added) or (old is not None and new is not None and store.how == "assign")
    yield suspected(Kind.CHANGE, shown, *places, sure=sure).saying(
        f"{shown}, which {training_name(found)} uses, was changed between the arms ({said(case, where)}), and the "
        "records do not tell what that did. A person looks whether it is a second change."
    )


def _meant_by_the_first(found: Trained, event: Event) -> bool:
    """The arm that ran first reads the name too; where its code was not found, it may."""
    return not found.earlier.scopes or any(_meet(path, event.path) for path in found.earlier.reads)


def _certain(case: Case, program: Program, found: Trained, event: Event) -> bool:
    """The change was made for certain, and nothing took it back: all cells were read and ran once, in order, that
    of the change without an error, and no condition is around what was put there, now or before.
    """
    if not (program.in_order and found.baseline.exact and found.changed.exact) or program.unread:
        return False
    first, second = _spans(found)
    for step, store in program.stores:
        if _meet(program.resolve(store.path), event.path) and step.order <= first.last and not _is_plain_step(step):
            return False
    around = [step for step in program.steps if first.last < step.order <= second.last]
    if any(path[-1] == "reload" for step in around for path, _ in step.scope.called):
        return False
    cell = case.notebook.cells[event.step.position]
    failed = any(output.kind == "error" for output in cell.outputs)
    return event.store.how == "assign" and not failed and _is_unconditional(event)


def _is_plain_step(step: Step) -> bool:
    """A statement that does what it says: no condition, loop or other block around it."""
    node = step.scope.node
    plain = ast.Assign | ast.AnnAssign | ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef
    return isinstance(node, plain) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call))


def _is_unconditional(event: Event) -> bool:
    """The statement itself, or that of a helper's body before which nothing can have ended it."""
    if not _is_plain_step(event.step):
        return False
    if event.store in event.step.scope.stores:
        return True
    return event.helper is not None and all(
        isinstance(node, ast.Assign | ast.AnnAssign | ast.Expr | ast.Global)
        for node in event.helper.body
        if node.lineno <= event.store.line
    )


def _before(program: Program, event: Event, order: int) -> ast.expr | None:
    """What was under the path before the arms, as far as it is written out."""
    earlier = [
        None if isinstance(step.scope.node, _CONDITIONS) else store.source  # it may never have been put there
        for step, store in program.stores
        if step.order <= order and program.resolve(store.path) == event.path
    ]
    if earlier:
        return earlier[-1]
    holder, name = event.path[:-1], _last_name(event.path)
    if len(holder) != 1:
        return None
    made = program.value_before(holder[0], order)
    if isinstance(made, ast.Call):
        return next((item.value for item in made.keywords if item.arg == name), None)
    if isinstance(made, ast.Dict):
        pairs = zip(made.keys, made.values, strict=True)
        return next((value for key, value in pairs if isinstance(key, ast.Constant) and key.value == name), None)
    for step, scope in program.defined.get(holder[0], ()):
        if scope.is_class and step.order < order:
            return next((store.value for store in scope.stores if store.path == (name,)), None)
    return None


def _is_same(program: Program, found: Trained, event: Event, before: ast.expr | None) -> bool:
    """The path holds again what it held before: the same expression, made with the arm's own configuration or not,
    or the original that was put back.
    """
    value = event.store.source
    if isinstance(value, ast.Call) and (made := path_of(value.func)) is not None and made[-1] in _RECORDS:
        return True
    if value is None:
        return event.store.how == "def" and _same_definition(program, event)
    if (path := path_of(value)) is not None and python_own(program.resolve(path)) == event.path:
        return True
    if before is None:
        return False
    names = _handles(found)
    return _spelled(before, names) == _spelled(value, names)


def _spelled(node: ast.expr, configurations: set[str]) -> str:
    """An expression as text, whichever of the arms' configurations it names."""
    text = ast.dump(node)
    for name in sorted(configurations):
        text = text.replace(f"Name(id={name!r}", "Name(id='configuration'")
    return text


def _imports_another(program: Program, event: Event, order: int) -> bool:
    """A name is imported from somewhere else than before; a loop's variable is no import."""
    name = event.store.root
    earlier = [dict(step.scope.imports).get(name) for step in program.steps if step.order <= order]
    known = [path for path in earlier if path is not None]
    now = dict(event.step.scope.imports).get(name)
    return now is not None and bool(known) and known[-1] != now


def _same_definition(program: Program, event: Event) -> bool:
    known = [scope for _, scope in program.defined.get(event.store.root, ())]
    return len({ast.dump(scope.node) for scope in known}) == 1
