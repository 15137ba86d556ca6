"""An own loop that is begun with one configuration, or on some data, and trained with another."""

import ast
from collections.abc import Iterator, Set
from functools import lru_cache

from grader.evidence.runs import CASES
from grader.model import Case
from grader.reading.nouns import is_plural
from paribus.check.code.findings import CodeFinding, Kind, place_of, said, suspected
from paribus.check.code.moments import BEGINS, RunCall, run_calls
from paribus.check.code.paths import path_of
from paribus.check.code.program import Program, Step
from paribus.check.code.taken_apart import arguments

_SUBSETS = frozenset({"subset", "take"})
"""Calls that make another data set of one, as a class does that is called as its items are."""
_SPLITS = frozenset({"train", "validation", "test"})


def _makes_subset(name: str) -> bool:
    return name in _SUBSETS or (name[:1].isupper() and is_plural(name))


def another_config(case: Case, program: Program, position: int) -> Iterator[CodeFinding]:
    """The runs that are begun in one cell, each held against the call that trains it."""
    configs = {name for call in run_calls(program) if (name := _name(call.config))} | _made(program, of_data=False)
    parts = _made(program, of_data=True)
    for call in run_calls(program):
        if call.how != "start" or call.helper is not None or call.step.position != position:
            continue
        for step, trains in _trainings(program, call):
            data = next((item.value for item in call.call.keywords if item.arg == "data"), None)
            for recorded, known in ((call.config, configs), (data, parts | ({_name(data)} - {""}))):
                other = _other(program, call, recorded, trains, known)
                if other and recorded is not None:
                    where, there = place_of(case, call.step, call.line), place_of(case, step, trains.lineno)
                    yield suspected(Kind.CONFIG, other, where, there, sure=True).saying(
                        f"The run is recorded with {ast.unparse(recorded)} ({said(case, where)}) and trained with "
                        f"{other} ({said(case, there)}). A person looks what was trained."
                    )
                    break


def _trainings(program: Program, call: RunCall) -> Iterator[tuple[Step, ast.Call]]:
    """The calls of the notebook's functions between the begin of a run and the next run of its cell."""
    for step in program.steps[call.step.order :]:
        if step.position != call.step.position or _begins_again(step, call):
            return
        for other in step.scope.calls:
            if other.lineno > call.line and program.functions_of(other.func, step.order):
                yield step, other


def _begins_again(step: Step, call: RunCall) -> bool:
    """Another run begins in this step."""
    return any(
        other is not call.call and other.lineno > call.line and path[-1] in BEGINS and len(path) > 1
        for path, other in step.scope.called
    )


def _other(program: Program, call: RunCall, recorded: ast.expr | None, trains: ast.Call, known: Set[str]) -> str:
    """The one name of the kind that the call is given, where it is not what was recorded; "" where it is."""
    name = _name(recorded)
    if recorded is None or (not name and not _changes(recorded)):
        return ""
    same = _converted(program, name, call.step.order) if name else set()
    values = arguments(trains)
    given = [found for item in values if (found := _name(item)) in known]
    copies = [item for item in values if _copies(item, known)]
    if len(copies) == 1 and not given:
        made = program.value_before(name, call.step.order) if name else None
        alike = {ast.dump(recorded), ast.dump(made) if made is not None else ""}
        return "" if ast.dump(copies[0]) in alike else ast.unparse(copies[0])
    return given[0] if len(given) == 1 and given[0] not in same else ""


def _copies(node: ast.expr, known: Set[str]) -> bool:
    """A configuration that is copied with a change on the spot: ``replace(SMALLER, batch_size=32)``."""
    path = path_of(node.func) if isinstance(node, ast.Call) else None
    replaces = path is not None and path[-1] == "replace" and isinstance(node, ast.Call) and bool(node.keywords)
    return replaces and isinstance(node, ast.Call) and bool(node.args) and _name(node.args[0]) in known


def _name(node: ast.expr | None) -> str:
    """A plain name, "" where it is none; ``replace(X)`` without a change is X."""
    if isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords:
        node = node.args[0]
    return node.id if isinstance(node, ast.Name) else ""


@lru_cache(maxsize=2 * CASES)
def _made(program: Program, *, of_data: bool) -> frozenset[str]:
    """Names that are bound to a configuration that was made or copied; or to another data set made of one."""
    found = set()
    for name, bound in program.bound.items():
        for _, store in bound:
            path = path_of(store.value.func) if isinstance(store.value, ast.Call) else None
            if path is None or not isinstance(store.value, ast.Call):
                continue
            splits = path[-1] == "replace" and bool({item.arg for item in store.value.keywords} & _SPLITS)
            config = path[-1] in ("replace", "TrainingConfig") and not splits
            if (splits or _makes_subset(path[-1])) if of_data else config:
                found.add(name)
    return frozenset(found)


def _converted(program: Program, name: str, order: int) -> set[str]:
    """The name, and those that it was made from without a change of their own: ``settings = asdict(config)``."""
    found, waiting = {name}, [name]
    while waiting:
        value = program.value_before(waiting.pop(), order)
        if value is None or _changes(value):
            continue
        names = {node.id for node in ast.walk(value) if isinstance(node, ast.Name)}
        waiting += sorted(names - found)
        found |= names
    return found


def _changes(value: ast.expr) -> bool:
    """``replace(CONFIG, rate=…)``, ``{**CONFIG, "rate": …}``, ``CONFIG | {…}``, ``dict(CONFIG, rate=…)``."""
    if isinstance(value, ast.BinOp):
        return True
    if isinstance(value, ast.Dict):
        return None in value.keys and len(value.keys) > 1
    path = path_of(value.func) if isinstance(value, ast.Call) else None
    return isinstance(value, ast.Call) and (bool(value.keywords) or (path is not None and _makes_subset(path[-1])))
