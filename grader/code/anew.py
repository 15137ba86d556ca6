"""Settings of a configuration that the training gives values of its own, before it uses them or while it trains."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grader.evidence.runs import finished
from grader.evidence.submitted import Trained
from grader.model import Case
from paribus.check.before import NOT_SETTINGS
from paribus.check.choosing import mentions
from paribus.check.code.configured import LIBRARY, constant_of, entries, followed_places
from paribus.check.code.facts import Scope
from paribus.check.code.findings import CodeFinding, Kind, place_of, said, suspected
from paribus.check.code.paths import Path, path_of
from paribus.check.code.program import Program
from paribus.check.code.taken_apart import arguments
from paribus.experiments.one_change import choices

_GROUP_SETTINGS: Mapping[str, str] = {"['lr']": "learning_rate", "['weight_decay']": "weight_decay"}
"""Entries of an optimiser's groups, and the setting that each of them is."""
_SETS_THE_RATE = frozenset({"OneCycleLR", "CyclicLR"})


@dataclass(frozen=True, eq=False)
class _Recorded:
    """The settings of all runs, and the one that varies."""

    known: Sequence[Mapping[str, Any]]
    vary: str

    def says_otherwise(self, name: str, value: object) -> bool:
        return any(value != knobs[name] for knobs in self.known)


def rewritten(case: Case, program: Program, found: Trained, vary: str) -> Iterator[CodeFinding]:
    """A setting of the configuration that the training gives another value than the record's before it uses it."""
    recorded = _Recorded([choices(run) for run in finished((*found.arms.baseline, *found.arms.changed))], vary)
    names = set.intersection(*(set(knobs) for knobs in recorded.known)) - NOT_SETTINGS
    first = set(entries(program, found))
    for scope, prefix in dict.fromkeys((*entries(program, found), *followed_places(program, found))):
        given = (
            *_given_anew(scope, prefix), *_handed_on(program, found, scope, prefix), *_returned_anew(scope, prefix)
        ) if scope.name else ()  # fmt: skip
        for name, value, line in given:
            if (scope, prefix) not in first and name != vary:
                continue  # a helper may well score with larger batches
            told = _told(program, scope, name, value, recorded) if name in names else ""
            if told:
                where = place_of(case, program.step_of(scope), line)
                yield suspected(Kind.SAME if name == vary else Kind.CONFIG, name, where, sure=True).saying(
                    f"{scope.name} sets {name} to {told} by itself ({said(case, where)}), and the records "
                    "say otherwise. A person looks which configuration was trained."
                )
    for scope in found.reach.scopes:
        for name, value, line in _laid_over_keywords(scope):
            told = _told(program, scope, vary, value, recorded) if name.rpartition("__")[2] == vary else ""
            if told and vary in names:
                where = place_of(case, program.step_of(scope), line)
                yield suspected(Kind.SAME, vary, where, sure=True).saying(
                    f"{scope.name} puts {name} {told} over what it is given ({said(case, where)}), and the records "
                    "say otherwise. A person looks which configuration was trained."
                )
    yield from _in_the_optimiser(case, program, found, recorded, names)


def _laid_over_keywords(scope: Scope) -> Iterator[tuple[str, ast.expr, int]]:
    """What a function puts over the keywords that it is given: ``options | {"alpha": 0.1}``, on no condition."""
    node = scope.node
    kept = node.args.kwarg.arg if isinstance(node, ast.FunctionDef) and node.args.kwarg is not None else ""
    guarded = {id(inner) for branch in scope.branches for inner in ast.walk(branch)}
    for store in scope.stores:
        if (
            len(store.path) == 2
            and store.path[0] == kept
            and store.value is not None
            and id(store.value) not in guarded
        ):
            yield store.path[1].strip("[]'\""), store.value, store.line
    for inner in ast.walk(node) if kept else ():
        tables: list[ast.expr] = []
        if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.BitOr) and path_of(inner.left) == (kept,):
            tables = [inner.right]
        elif isinstance(inner, ast.Dict) and inner.keys[:1] == [None] and path_of(inner.values[0]) == (kept,):
            tables = [inner]
        elif isinstance(inner, ast.Call) and path_of(inner.func) == ("dict",) and inner.args:
            given = inner.keywords if path_of(inner.args[0]) == (kept,) and id(inner) not in guarded else []
            yield from ((item.arg, item.value, inner.lineno) for item in given if item.arg)
        for table in tables if id(inner) not in guarded else ():
            pairs = zip(table.keys, table.values, strict=True) if isinstance(table, ast.Dict) else ()
            yield from (
                (key.value, value, value.lineno)
                for key, value in pairs
                if isinstance(key, ast.Constant) and isinstance(key.value, str)
            )


def _told(program: Program, scope: Scope, name: str, value: ast.expr, recorded: _Recorded) -> str:
    """The value as a text, where it is none that the records hold; "" where it is, or where nobody can tell."""
    plain = constant_of(program, scope, value)
    if plain is not None:
        return repr(plain.value) if recorded.says_otherwise(name, plain.value) else ""
    follows = name != recorded.vary and mentions(value, recorded.vary) and not mentions(value, name)
    return ast.unparse(value) if follows else ""


def _given_anew(scope: Scope, prefix: Path) -> Iterator[tuple[str, ast.expr, int]]:
    """The settings of a configuration that a function gives values, in place or by a copy under its own name."""
    for store in scope.stores:
        value = store.value
        if store.path[:-1] == prefix and value is not None:
            yield store.path[-1].strip("[]'\""), value, store.line
        elif store.path == prefix and value is not None:
            if _makes_another(value, prefix):
                words = getattr(value, "keywords", ())
                yield from ((item.arg, item.value, store.line) for item in words if item.arg)
            pairs = [
                pair
                for made in ast.walk(value)
                if isinstance(made, ast.Dict)
                for pair in zip(made.keys, made.values, strict=True)
            ]
            yield from ((str(getattr(key, "value", "")), item, store.line) for key, item in pairs)


def _returned_anew(scope: Scope, prefix: Path) -> Iterator[tuple[str, ast.expr, int]]:
    """The settings of a changed copy that a helper gives back: ``return replace(settings, epochs=1)``."""
    for item in scope.returns:
        if item.value is not None and _makes_another(item.value, prefix):
            words = getattr(item.value, "keywords", ())
            yield from ((word.arg, word.value, item.lineno) for word in words if word.arg)


def _makes_another(value: ast.expr, prefix: Path) -> bool:
    """A copy of the configuration with changes, or another one that is made from scratch."""
    if not isinstance(value, ast.Call):
        return False
    path = path_of(value.func) or ("",)
    copied = bool(value.args) and path_of(value.args[0]) == prefix
    return copied or path[-1].endswith("Config") or path[-1] == "__class__"


def _handed_on(program: Program, found: Trained, scope: Scope, prefix: Path) -> Iterator[tuple[str, ast.expr, int]]:
    """The settings that a library's function reads of another configuration, made here, and of no other call."""
    for path, call in scope.called:
        reads = LIBRARY.get(program.resolve(path))
        if reads is None or _same_calls(program, found, path) > 1:
            continue
        for item in arguments(call):
            made = item
            if isinstance(item, ast.Name):
                stores = [
                    store.value for store in scope.stores if store.path == (item.id,) and (item.id,) != prefix
                ]
                made = stores[0] if len(stores) == 1 and stores[0] is not None else item
            if _makes_another(made, prefix):
                words = getattr(made, "keywords", ())
                yield from ((word.arg or "", word.value, call.lineno) for word in words if word.arg in reads)


def _same_calls(program: Program, found: Trained, path: Path) -> int:
    wanted = program.resolve(path)
    return sum(program.resolve(other) == wanted for scope in found.reach.scopes for other, _ in scope.called)


def _in_the_optimiser(
    case: Case, program: Program, found: Trained, recorded: _Recorded, names: set[str]
) -> Iterator[CodeFinding]:
    """A rate that is written into the optimiser's groups or a schedule, whatever the configuration says."""
    for scope in found.reach.scopes:
        guarded = {id(node) for branch in scope.branches for node in ast.walk(branch)}
        for name, value in (*_of_groups(scope), *_of_schedules(scope)):
            plain = constant_of(program, scope, value)
            counted = plain is None and name == recorded.vary and _only_counts(scope, value)
            differs = plain is not None and name in names and recorded.says_otherwise(name, plain.value)
            if name in names and id(value) not in guarded and (differs or counted):
                where = place_of(case, program.step_of(scope), value.lineno)
                yield suspected(Kind.SAME if name == recorded.vary else Kind.CONFIG, name, where, sure=True).saying(
                    f"{scope.name or 'The training'} sets the optimiser's {name} to {ast.unparse(value)} by "
                    f"itself ({said(case, where)}), whatever the records say. A person looks what was trained."
                )


def _of_groups(scope: Scope) -> Iterator[tuple[str, ast.expr]]:
    """What is put into an optimiser's groups: ``group["lr"] = 0.01``."""
    groups = {
        loop.target.id for loop in scope.loops
        if isinstance(loop, ast.For) and isinstance(loop.target, ast.Name)
        and isinstance(loop.iter, ast.Attribute) and loop.iter.attr == "param_groups"
    }  # fmt: skip
    for store in scope.stores:
        of_all = store.path[:-1] in {(group,) for group in groups}
        of_first = store.path[-3:-1] in (("param_groups", "[0]"), ("param_groups", "[]"))
        name = _GROUP_SETTINGS.get(store.path[-1], "")
        if name and store.value is not None and (of_all or of_first) and store.how == "assign":
            yield name, store.value


def _of_schedules(scope: Scope) -> Iterator[tuple[str, ast.expr]]:
    """The highest rate of a schedule that sets the rate by itself: ``OneCycleLR(optimizer, max_lr=0.01)``."""
    for path, call in scope.called:
        if path[-1] in _SETS_THE_RATE:
            yield from (("learning_rate", item.value) for item in call.keywords if item.arg == "max_lr")


def _only_counts(scope: Scope, value: ast.expr) -> bool:
    """Numbers that are written out and what a loop over a range counts: ``0.002 / epoch``."""
    counted = {
        loop.target.id for loop in scope.loops
        if isinstance(loop, ast.For) and isinstance(loop.target, ast.Name)
        and isinstance(loop.iter, ast.Call) and path_of(loop.iter.func) == ("range",)
    }  # fmt: skip
    nodes = list(ast.walk(value))
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    others = any(isinstance(node, ast.Attribute | ast.Subscript | ast.Call) for node in nodes)
    return isinstance(value, ast.BinOp) and not others and names <= counted
