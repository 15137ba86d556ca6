"""Training that ignores the seed that its run records: by a number of its own, by arithmetic, by a patch."""

import ast
from collections.abc import Iterator, Sequence
from typing import Any

from grader.code.configured import constant_of
from grader.code.facts import Scope
from grader.code.findings import CodeFinding, Kind, Standing, place_of, said
from grader.code.moments import Trained
from grader.code.program import Program, Step
from grader.evidence.runs import by_seed
from grader.model import Case
from paribus.check.names import called, last_name
from paribus.check.shows import DISPLAYS, shown_in

SEEDERS = frozenset(
    {"manual_seed", "manual_seed_all", "seed_everything", "set_seed", "seed", "default_rng", "RandomState"}
)
"""Calls that seed what draws."""
SEED_WORDS = frozenset({"seed", "random_state", "shuffle_seed", "data_seed"})
_CLOCKS = frozenset({"time", "time_ns", "perf_counter", "perf_counter_ns", "monotonic", "urandom", "getpid", "now"})
_NOTES = frozenset({"append", "add", "update", "setdefault", "extend"})


def ignored_seed(case: Case, program: Program, found: Trained) -> Iterator[CodeFinding]:
    """Training that is seeded with a number of its own, and never reads the seed that the run records."""
    arms = (found.arms.baseline, found.arms.changed)
    seeds = sorted({seed for arm in arms for seed in by_seed(arm) if seed is not None})
    flat = [(scope, node) for scope in found.reach.scopes for node in _flat(scope, seeds)]
    within = {id(inner) for _, node in flat for inner in ast.walk(node)}
    if _reads_seed(program, found, within, several=len(seeds) > 1):
        return
    if flat:
        scope, node = flat[0]
        where = place_of(case, program.step_of(scope), node.lineno)
        yield CodeFinding(
            Kind.SEED, Standing.SUSPECTED,
            f"{ast.unparse(node)} is the same number for every seed of the records ({said(case, where)}), so runs "
            "of several seeds may be one run. A person looks.", (where,), scope.name, sure=True,
        )  # fmt: skip
        return
    for step, scope in _functions(program, found):
        for call in scope.calls:
            value = _seed_given(program, found, scope, call)
            if value is None or (len(seeds) == 1 and value == str(seeds[0])):
                continue
            where = place_of(case, step, call.lineno)
            yield CodeFinding(
                Kind.SEED, Standing.SUSPECTED,
                f"{scope.name} seeds with {value} ({said(case, where)}) and never reads the run's own seed, which "
                "the records say. A person looks.", (where,), scope.name, sure=True,
            )  # fmt: skip
            return


def seeded_by_the_clock(case: Case, program: Program, found: Trained) -> Iterator[CodeFinding]:
    """What draws is seeded by the time or the machine, so that no recorded seed says what was drawn."""
    for step, scope in _functions(program, found):
        for call in scope.calls:
            for value in _seeds_of(call):
                for node in ast.walk(value):
                    if isinstance(node, ast.Call) and called(node) in _CLOCKS:
                        where = place_of(case, step, call.lineno)
                        yield CodeFinding(
                            Kind.SEED, Standing.SUSPECTED,
                            f"{scope.name} seeds with {ast.unparse(value)} ({said(case, where)}), which is another "
                            "in every run: the recorded seed does not say what was drawn. A person looks.",
                            (where,), scope.name,
                        )  # fmt: skip


def _functions(program: Program, found: Trained) -> Iterator[tuple[Step, Scope]]:
    """The functions that training reaches, each with the step that defines it."""
    return ((program.step_of(scope), scope) for scope in found.reach.scopes if scope.name)


def _reads_seed(program: Program, found: Trained, within: set[int], *, several: bool) -> bool:
    first, last = min(found.baseline.first, found.changed.first), max(found.baseline.last, found.changed.last)
    for scope in found.roots:
        if any("seed" in name.lower() for name in scope.params if scope.name):
            return True
    for scope in found.reach.scopes:
        if any(isinstance(text.value, str) and text.value == "seed" for text in scope.texts):
            return True  # getattr(run, "seed"), vars(run)["seed"]
        for node in (*scope.attributes, *scope.subscripts):
            named = "seed" in (last_name(node) or getattr(node, "attr", "")).lower()
            if named and id(node) not in within and not _is_seeder(scope, node):
                return True
    for name in found.reach.free:
        if "seed" in name.lower() and name not in program.defined:
            between = any(first <= step.order <= last for step, _ in program.bound.get(name, ()))
            if not several or between:
                return True
    return False


def _is_seeder(scope: Scope, node: ast.AST) -> bool:
    """``np.random.seed(…)`` and ``training.seed_everything(…)`` set a seed and read none."""
    return any(call.func is node for call in scope.calls)


def _seeds_of(call: ast.Call) -> list[ast.expr]:
    """What a call is given as a seed."""
    values: list[ast.expr] = [item.value for item in call.keywords if item.arg in SEED_WORDS]
    return [*values, call.args[0]] if called(call) in SEEDERS and call.args else values


def _seed_given(program: Program, found: Trained, scope: Scope, call: ast.Call) -> str | None:
    """The seed of a call where it is no run's: a number that is written out, here or once under a name of the
    notebook, the default of a parameter that no call gives, a number that is worked out.
    """
    for value in _seeds_of(call):
        plain = constant_of(program, scope, value)
        if plain is None and isinstance(value, ast.Name) and value.id in scope.params:
            default = scope.default_of(value.id)
            plain = default if isinstance(default, ast.Constant) and not _is_given(found, scope, value.id) else None
        if plain is not None and isinstance(plain.value, int) and not isinstance(plain.value, bool):
            return str(plain.value)
        if isinstance(value, ast.Call) and called(value) in ("len", "hash", "abs", "int", "crc32"):
            return ast.unparse(value)
    return None


def _is_given(found: Trained, scope: Scope, name: str) -> bool:
    """Some call of the function gives the parameter."""
    place = scope.params.index(name)
    calls = (call for other in found.reach.scopes for path, call in other.called if path[-1] == scope.name)
    return any(len(call.args) > place or any(item.arg in (name, None) for item in call.keywords) for call in calls)


# --- arithmetic that leaves one number ----------------------------------------------------------------------------


def _flat(scope: Scope, seeds: Sequence[int]) -> Iterator[ast.BinOp]:
    """Sums with a run's seed and numbers that are the same for all recorded seeds: ``run.seed // 100``."""
    if len(seeds) < 2:
        return
    for node in ast.walk(scope.node) if scope.name else ():
        if isinstance(node, ast.BinOp) and _has_a_seed(node):
            values = [_worked_out(node, seed) for seed in seeds]
            if None not in values and len(set(values)) == 1:
                yield node


def _has_a_seed(node: ast.AST) -> bool:
    return any(isinstance(inner, ast.Attribute) and inner.attr == "seed" for inner in ast.walk(node))


def _worked_out(node: ast.expr, seed: int) -> Any:  # noqa: ANN401, PLR0911 - any number; one way out a kind
    if isinstance(node, ast.Constant) and isinstance(node.value, int) and not isinstance(node.value, bool):
        return node.value
    if isinstance(node, ast.Attribute) and node.attr == "seed":
        return seed
    if isinstance(node, ast.BinOp):
        left, right = _worked_out(node.left, seed), _worked_out(node.right, seed)
        if left is None or right is None:
            return None
        if isinstance(node.op, ast.Add | ast.Sub):
            return left + right if isinstance(node.op, ast.Add) else left - right
        if isinstance(node.op, ast.Mult):
            return left * right
        if isinstance(node.op, ast.FloorDiv | ast.Mod) and right:
            return left // right if isinstance(node.op, ast.FloorDiv) else left % right
    return None


# --- what seeds, replaced -----------------------------------------------------------------------------------------


def replaced_seeders(case: Case, program: Program, found: Trained) -> Iterator[CodeFinding]:
    """A library's function that seeds gives way to one that does not hand on the seed that it is given."""
    last = max(found.baseline.last, found.changed.last)
    for step, store in program.stores:
        path = program.resolve(store.path)
        if len(store.path) < 2 or path[-1] not in SEEDERS or store.how != "assign" or step.order > last:
            continue
        functions = [inner for scope in program.functions_of(store.value) for inner in _called_in_its_place(scope)]
        if functions and not any(_hands_on(scope) for scope in functions):
            where = place_of(case, step, store.line)
            yield CodeFinding(
                Kind.SEED, Standing.SUSPECTED,
                f"{'.'.join(store.path)} was replaced by something that does not hand on the seed that it is given "
                f"({said(case, where)}), so the recorded seeds may not be those of the runs. A person looks.",
                (where,), store.path[-1], sure=True,
            )  # fmt: skip


def _called_in_its_place(scope: Scope) -> Iterator[Scope]:
    """The function itself; of a class the method by which its objects are called."""
    if not scope.is_class:
        yield scope
    yield from (inner for inner in scope.inner if scope.is_class and inner.name == f"{scope.name}.__call__")


def _hands_on(scope: Scope) -> bool:
    """Something other than a display or a note is called with what the function is given."""
    given = set(scope.params) - {"self"}
    shown = shown_in(scope.node)
    return any(
        isinstance(node, ast.Name) and node.id in given
        for call in scope.calls if called(call) not in DISPLAYS | _NOTES and id(call) not in shown
        for part in (*call.args, *call.keywords) for node in ast.walk(part)
    )  # fmt: skip
