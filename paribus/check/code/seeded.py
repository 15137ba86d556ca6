"""Training that ignores the seed that its run records: by a number of its own, by arithmetic, by a patch."""

import ast
from collections.abc import Iterator, Sequence
from typing import Any

from paribus.check.code.configured import constant_of
from paribus.check.code.facts import Scope
from paribus.check.code.findings import CodeFinding, Kind, Page, place_of, said, suspected
from paribus.check.code.moments import Training
from paribus.check.code.paths import path_of
from paribus.check.code.program import Program, Step
from paribus.check.code.reaching import Reaching
from paribus.check.names import called, last_name
from paribus.check.shows import DISPLAYS, shown_in

SEEDERS = frozenset(
    {"manual_seed", "manual_seed_all", "seed_everything", "set_seed", "seed", "default_rng", "RandomState"}
)
"""Calls that seed what draws."""
SEED_WORDS = frozenset({"seed", "random_state", "shuffle_seed", "data_seed"})
_CLOCKS = frozenset({"time", "time_ns", "perf_counter", "perf_counter_ns", "monotonic", "urandom", "getpid", "now"})
_HANDED = frozenset({"run", "config", "cfg", "data", "self"})
"""What every training function is given."""
_NOTES = frozenset({"append", "add", "update", "setdefault", "extend"})


def ignored_seed(page: Page, program: Program, found: Training) -> Iterator[CodeFinding]:
    """Training that draws by numbers of its own, and that the seed which the run records never gets to."""
    seeds = found.seeds
    flat = [(scope, node) for scope in found.reach.scopes for node in _flat(scope, seeds)]
    within = {id(inner) for _, node in flat for inner in ast.walk(node)}
    if _uses_seed(program, found, within, several=len(seeds) > 1):
        return
    if flat:
        scope, node = flat[0]
        where = place_of(page, program.step_of(scope), node.lineno)
        yield suspected(Kind.SEED, scope.name, where, sure=True).saying(
            f"{ast.unparse(node)} is the same number for every seed of the records ({said(page, where)}), so runs "
            f"of several seeds may be one run. {page.asks('seed with run.seed itself')}"
        )
        return
    own = [
        (step, scope, call, value)
        for step, scope in _functions(program, found)
        for call in scope.calls
        if (value := _seed_given(program, scope, call)) is not None
        and not (len(seeds) == 1 and value == str(seeds[0]))
    ]
    for step, scope, call, value in sorted(own, key=lambda item: item[3].isidentifier())[:1]:
        where = place_of(page, step, call.lineno)
        yield suspected(Kind.SEED, scope.name, where, sure=True).saying(
            f"{scope.name} seeds with {value} ({said(page, where)}), and the run's own seed, which the records "
            f"say, never gets to anything that draws. {page.asks('seed with run.seed')}"
        )


def seeded_by_the_clock(page: Page, program: Program, found: Training) -> Iterator[CodeFinding]:
    """What draws is seeded by the time or the machine, so that no recorded seed says what was drawn."""
    for step, scope in _functions(program, found):
        shown = shown_in(scope.node)
        timed = {store.root for store in scope.stores if store.source is not None and reads_a_clock(store.source)}
        for call in scope.calls:
            for value in seeds_of(call):
                by_name = any(isinstance(node, ast.Name) and node.id in timed for node in ast.walk(value))
                if (by_name or reads_a_clock(value)) and not _is_only_shown(scope, call, shown):
                    where = place_of(page, step, call.lineno)
                    yield suspected(Kind.SEED, scope.name, where).saying(
                        f"{scope.name} seeds with {ast.unparse(value)} ({said(page, where)}), which is another "
                        "in every run: the recorded seed does not say what was drawn. "
                        f"{page.asks('seed with run.seed')}"
                    )


def reads_a_clock(value: ast.expr) -> bool:
    return any(isinstance(node, ast.Call) and called(node) in _CLOCKS for node in ast.walk(value))


def _is_only_shown(scope: Scope, call: ast.Call, shown: frozenset[int]) -> bool:
    """What is seeded gets a name of which nothing but displays read."""
    names = {store.root for store in scope.stores if store.value is call}
    reads = [node for node in scope.loads if node.id in names]
    return bool(reads) and all(id(node) in shown for node in reads)


def _functions(program: Program, found: Training) -> Iterator[tuple[Step, Scope]]:
    """The functions that training reaches, each with the step that defines it."""
    return ((program.step_of(scope), scope) for scope in found.reach.scopes if scope.name)


def _uses_seed(program: Program, found: Training, within: set[int], *, several: bool) -> bool:
    """The run's seed gets to something that is no function of the notebook and no display."""
    first, last = found.first, found.last
    for name in found.reach.free:
        if "seed" in name.lower() and name not in program.defined:
            between = any(first <= step.order <= last for step, _ in program.bound.get(name, ()))
            if not several or between:
                return True

    own = [root for call in found.calls if call.how == "start" for root in found.roots]
    named = {name for root in own for name in root.params if name not in _HANDED}  # train(config, data, run, s)
    named |= {node.id for call in found.calls for node in ast.walk(call.seed or call.call.func)
              if isinstance(node, ast.Name)}  # fmt: skip

    def is_seed(scope: Scope, node: ast.AST) -> bool:
        if isinstance(node, ast.Attribute) and _is_left_to_its_default(program, found, scope, node):
            return False
        if isinstance(node, ast.Attribute | ast.Subscript):
            spelled = "seed" in (last_name(node) or getattr(node, "attr", "")).lower()
            return spelled and id(node) not in within and not _is_seeder(scope, node)
        if isinstance(node, ast.Constant):
            return node.value == "seed"  # getattr(run, "seed"), vars(run)["seed"]
        if not isinstance(node, ast.Name) or _is_seeder(scope, node):
            return False
        mine = not scope.name or (scope in found.roots and node.id in scope.params)
        return mine and ("seed" in node.id.lower() or node.id in named)

    reaching = Reaching(program, found, is_seed)
    reaching.follow()
    return any(
        called(call) not in DISPLAYS | _NOTES and id(call) not in shown
        and any(True for _ in reaching.given(scope, call))
        for scope in found.reach.scopes for shown in [shown_in(scope.node)] for call in scope.calls
    )  # fmt: skip


def _is_left_to_its_default(program: Program, found: Training, scope: Scope, node: ast.Attribute) -> bool:
    """``self.seed`` of a class whose objects training makes without an argument, and gives no seed later."""
    owner = scope.name.rpartition(".")[0]
    if not isinstance(node.value, ast.Name) or node.value.id != "self" or owner not in program.defined:
        return False
    made = [call for other in found.reach.scopes for call in other.calls if called(call) == owner]
    given = any(
        store.path[-1] == node.attr and store.root != "self" and len(store.path) > 1
        for other in found.reach.scopes
        for store in other.stores
    )
    return bool(made) and not given and not any(call.args or call.keywords for call in made)


def _is_seeder(scope: Scope, node: ast.AST) -> bool:
    """``np.random.seed(…)`` and ``training.seed_everything(…)`` set a seed and read none."""
    return any(call.func is node for call in scope.calls)


def seeds_of(call: ast.Call) -> list[ast.expr]:
    """What a call is given as a seed."""
    values: list[ast.expr] = [item.value for item in call.keywords if item.arg in SEED_WORDS]
    return [*values, call.args[0]] if called(call) in SEEDERS and call.args else values


def _seed_given(program: Program, scope: Scope, call: ast.Call) -> str | None:
    """The seed of a call where it may be no run's: a number that is written out, here or once under a name of the
    notebook, a parameter, a number that is worked out.
    """
    for value in seeds_of(call):
        plain = constant_of(program, scope, value)
        if plain is None and isinstance(value, ast.Name) and value.id in scope.params:
            default = scope.default_of(value.id)
            plain = default if isinstance(default, ast.Constant) else None
        held = isinstance(value, ast.Name) and value.id in scope.local
        if (held and (plain is None or plain.value is None)) or (path_of(value) or ("",))[0] == "self":
            return ast.unparse(value)
        if plain is not None and isinstance(plain.value, int) and not isinstance(plain.value, bool):
            return str(plain.value)
        if isinstance(value, ast.Call) and called(value) in ("len", "hash", "abs", "int", "crc32"):
            return ast.unparse(value)
    return None


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


def _worked_out(node: ast.expr, seed: int) -> Any:
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


def replaced_seeders(page: Page, program: Program, found: Training) -> Iterator[CodeFinding]:
    """A library's function that seeds gives way to one that does not hand on the seed that it is given."""
    last = found.last
    inside = [(step, store) for step, scope in _functions(program, found) for store in scope.stores]
    for step, store in (*program.stores, *inside):
        path = program.resolve(store.path)
        if len(store.path) < 2 or path[-1] not in SEEDERS or store.how != "assign" or step.order > last:
            continue
        functions = [inner for scope in program.functions_of(store.value) for inner in _called_in_its_place(scope)]
        if functions and not any(_hands_on(scope) for scope in functions):
            where = place_of(page, step, store.line)
            yield suspected(Kind.SEED, store.path[-1], where, sure=True).saying(
                f"{'.'.join(store.path)} was replaced by something that does not hand on the seed that it is given "
                f"({said(page, where)}), so the recorded seeds may not be those of the runs. "
                f"{page.asks('hand the seed on')}"
            )


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
        for call in scope.calls
        if called(call) not in DISPLAYS | _NOTES and id(call) not in shown
        for part in (*call.args, *call.keywords)
        for node in ast.walk(part)
    )
