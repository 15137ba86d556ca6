"""Where in a program the runs of an experiment's arms happen, and the code that trained them."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from paribus.check.code.facts import Scope
from paribus.check.code.program import PROGRAMS, Program, Reach, Step
from paribus.check.names import called

BASELINE, CHANGED = "baseline", "changed"
BEGINS = frozenset({"run", "start", "unfinished"})
TRAINS = frozenset({"backward", "fit", "partial_fit"})
"""Methods that train a model."""


def logs_an_epoch(loop: ast.For | ast.While) -> bool:
    """A run logs an epoch in the loop: ``run.log(epoch=…)``, and no logarithm."""
    return any(
        called(node) == "log" and any(item.arg in ("epoch", None) for item in node.keywords)
        for node in ast.walk(loop)
        if isinstance(node, ast.Call)
    )


@dataclass(frozen=True, eq=False)
class RunCall:
    """A call that begins a run. ``how`` is "run" (paribus calls the training function) or "start" (an own loop);
    what is not written out is "" or None. ``helper`` is the notebook's function that makes the call.
    """

    step: Step
    call: ast.Call
    how: str
    arm: str
    name: str
    function: ast.expr | None
    config: ast.expr | None
    seed: ast.expr | None
    helper: Scope | None = None

    @property
    def line(self) -> int:
        """The line of its cell."""
        return self.call.lineno


@dataclass(frozen=True)
class Span:
    """From the first to the last step of an arm; ``exact`` where the calls that run it were found."""

    first: int
    last: int
    exact: bool


@dataclass(frozen=True)
class Ran:
    """What the records tell of an arm's runs: the cells that began them, and their names."""

    arm: str
    positions: frozenset[int]
    names: frozenset[str]


@dataclass(frozen=True, eq=False)
class Training:
    """An experiment as the code shows it: where each arm ran, what training reaches in both arms, and ``earlier``
    what it reaches in the arm that ran first. ``seeds`` are the recorded ones, ``known`` the settings of each run.
    """

    baseline: Span
    changed: Span
    calls: tuple[RunCall, ...]
    roots: tuple[Scope, ...]
    reach: Reach
    earlier: Reach
    seeds: tuple[int, ...] = ()
    known: tuple[Mapping[str, Any], ...] = ()

    @property
    def first(self) -> int:
        """The first step in which an arm ran."""
        return min(self.baseline.first, self.changed.first)

    @property
    def last(self) -> int:
        """The last step in which an arm ran."""
        return max(self.baseline.last, self.changed.last)

    @property
    def apart(self) -> bool:
        """One arm was over when the other began."""
        return self.baseline.last < self.changed.first or self.changed.last < self.baseline.first


@lru_cache(maxsize=PROGRAMS)
def run_calls(program: Program) -> tuple[RunCall, ...]:
    """Every call that begins a run, in the code's order."""
    found = []
    for step, scope in program.scopes:
        for path, call in scope.called:
            if path[-1] in BEGINS and len(path) > 1:
                how = "run" if path[-1] == "run" else "start"
                made = _run_call(step, call, how, scope if scope.name else None)
                found += [made] if made is not None else []
    return tuple(found)


def configuration_names(program: Program) -> frozenset[str]:
    """The notebook's names for the configurations of its runs."""
    configs = (call.config for call in run_calls(program) if call.config is not None)
    names = (node.id for config in configs for node in ast.walk(config) if isinstance(node, ast.Name))
    return frozenset(name for name in names if name in program.bound)


def _run_call(step: Step, call: ast.Call, how: str, helper: Scope | None) -> RunCall | None:
    named = {item.arg: item.value for item in call.keywords if item.arg}
    text = _word(call.args[0] if call.args else named.get("arm", named.get("name")))
    seed = named.get("seed") or named.get("seeds")
    in_arms = text in (BASELINE, CHANGED)
    arm, name = (text, "") if in_arms else (_word(named.get("arm")), text)
    if how == "run":
        if len(call.args) < 2 and "train" not in named:
            return None
        function = named.get("train") or _nth(call, 1)
        return RunCall(step, call, how, arm, name, function, named.get("config") or _nth(call, 2), seed, helper)
    if not {"data", "code", "config", "seed"} & set(named):
        return None
    config = named.get("config") or _nth(call, 1)
    return RunCall(step, call, how, arm, name, named.get("code"), config, seed, helper)


def _nth(call: ast.Call, position: int) -> ast.expr | None:
    return call.args[position] if len(call.args) > position else None


def _word(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def training_of(
    program: Program,
    baseline: Ran,
    changed: Ran,
    seeds: tuple[int, ...] = (),
    known: tuple[Mapping[str, Any], ...] = (),
) -> Training | None:
    """Two arms in the code, which may be one; None where the cell that ran one of them is not there."""
    begins = run_calls(program)
    first, one = _span(program, begins, baseline)
    second, other = _span(program, begins, changed)
    if first is None or second is None:
        return None
    used = tuple(dict.fromkeys((*one, *other)))
    roots = tuple(dict.fromkeys(_roots(program, used, (first, second))))
    reach = program.reach(roots, second.last)
    calls, span = (one, first) if first.first <= second.first else (other, second)
    earlier = program.reach(tuple(dict.fromkeys(_roots(program, calls, (span,)))), second.last)
    return Training(first, second, used, roots, reach, earlier, seeds, known)


def _span(program: Program, calls: Sequence[RunCall], ran: Ran) -> tuple[Span | None, list[RunCall]]:
    """The steps that run an arm, and the calls that begin its runs."""
    positions, names, arm = ran.positions, ran.names, ran.arm
    here = [step for step in program.steps if step.position in positions]
    if not here:
        return None, []
    own = [call for call in calls if call.step.position in positions and call.helper is None]
    mine = [call for call in own if call.arm == arm or (call.name and call.name in names)]
    mine = mine or [call for call in own if not call.arm and not call.name]
    if mine:
        orders = [call.step.order for call in mine]
        ends = [_end(here, call) for call in mine]
        return Span(min(orders), max((*orders, *ends)), True), mine
    helpers = [call for call in calls if call.helper is not None and call.arm in ("", arm)]
    by_helper = [step for step in here if _calls_any(step, {call.helper.name for call in helpers if call.helper})]
    steps = by_helper or here
    return Span(steps[0].order, steps[-1].order, bool(by_helper)), helpers if by_helper else []


def _end(here: Sequence[Step], call: RunCall) -> int:
    """The step of the cell in which a run that an own loop began is finished."""
    if call.how == "run":
        return call.step.order
    cell = [step for step in here if step.position == call.step.position and step.order >= call.step.order]
    for step in cell:
        if any(path[-1] == "finish" for path, _ in step.scope.called):
            return step.order
    return cell[-1].order


def _calls_any(step: Step, names: set[str]) -> bool:
    return any(path[-1] in names for path, _ in step.scope.called)


def _roots(program: Program, calls: Sequence[RunCall], spans: Sequence[Span]) -> Iterator[Scope]:
    """The code that trains: the functions that the calls name, and for own loops what is around the calls."""
    for call in calls:
        yield from program.functions_of(call.function, call.step.order)
        if call.helper is not None:
            yield call.helper
    if any(call.how == "start" for call in calls) or not calls:
        for span in spans:
            for step in program.steps[span.first : span.last + 1]:
                if any(path[-1] in TRAINS for path, _ in step.scope.called):
                    yield step.scope
                for inner in step.scope.calls:
                    yield from program.functions_of(inner.func, step.order)
