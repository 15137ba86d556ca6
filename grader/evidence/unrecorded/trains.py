"""Which of the notebook's functions train a model, and what they are given and hold by themselves."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from grader.evidence.unrecorded.names import Means, Value, key_of, plain_value
from grader.evidence.unrecorded.operations import UNKNOWN
from grader.evidence.unrecorded.values import Evaluator
from paribus.check.code.facts import Scope
from paribus.check.code.makers import OPTIMISERS
from paribus.check.code.paths import path_of
from paribus.check.code.program import Program

TRAINS = frozenset(
    {"backward", "fit", "partial_fit", "train_on_batch", "fit_one_cycle", "fine_tune", "fit_generator"}
)
SEEDS = frozenset(
    {"manual_seed", "seed", "seed_everything", "set_seed", "default_rng", "manual_seed_all", "set_random_seed"}
)


@dataclass(eq=False)
class Training:
    """The functions of a program that train; ``tasks``, which the assignment asks for, make one step."""

    program: Program
    tasks: frozenset[str]
    _known: dict[int, bool] = field(default_factory=dict)

    def by(self, scope: Scope) -> bool:
        """It trains, itself or by what it reaches."""
        if id(scope) not in self._known:
            reached = self.program.reach((scope,))
            names = {getattr(call.func, "attr", getattr(call.func, "id", "")) for call in reached.calls()}
            by_trainer = "train" in names and any(name.endswith("Trainer") for name in names)
            self._known[id(scope)] = bool(names & TRAINS) or by_trainer
        return self._known[id(scope)]

    def drives(self, scope: Scope) -> bool:
        """It trains nothing itself: it calls functions that make and train a model."""
        called = [item for call in scope.calls for item in self.program.functions_of(call.func)]
        return not self._makes(scope.calls) and any(
            item.name not in self.tasks and self.by(item) and self._makes(list(self.program.reach((item,)).calls()))
            for item in called
            if item is not scope
        )

    def _makes(self, calls: Sequence[ast.Call]) -> bool:
        """An optimiser or a trainer is made, or an estimator is fitted."""
        for call in calls:
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            path = self.program.resolve(path_of(call.func) or ("",))
            if len(path) == 1 and self.program.functions_of(call.func):
                continue  # the notebook's own, whatever it is called
            if (
                name in TRAINS - {"backward"}
                or name.endswith("Trainer")
                or any(part in OPTIMISERS for part in path)
            ):
                return True
        return False


def fixed(program: Program, values: Evaluator, scope: Scope) -> tuple[dict[str, Value], int | None]:
    """The settings and the seed that a training function has written into it, or reads from the notebook's own
    names.
    """
    reach = program.reach((scope,))
    found: dict[str, Value] = {}
    seeds = set[int]()
    for name in sorted(reach.free):
        value, key = values.names.get(name, UNKNOWN), key_of(name)
        if key.means is Means.SETTING and isinstance(value, str | int | float | bool):
            found.setdefault(key.name, plain_value(value))
    for call in reach.calls():
        path = program.resolve(path_of(call.func) or ("",))
        if path[-1] in SEEDS and call.args:
            given = values.value(call.args[0]) if isinstance(call.args[0], ast.Constant) else None
            seeds |= {given} if isinstance(given, int) else set()
        if not (path[-1].endswith("Arguments") or ("optim" in path[:-1] and path[-1][:1].isupper())):
            continue
        for item in call.keywords:
            key = key_of(item.arg or "")
            if key.means is Means.SETTING and isinstance(item.value, ast.Constant):
                found.setdefault(key.name, plain_value(item.value.value))
    return found, seeds.pop() if len(seeds) == 1 else None


def bound(
    values: Evaluator, scope: Scope, places: list[Any], named: dict[str, Any], *, skip: int
) -> dict[str, Any]:
    """The parameters of a function with what a call gives them, else with the defaults that are written out."""
    node = scope.node
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return dict(named)
    arguments = [item.arg for item in (*node.args.posonlyargs, *node.args.args)]
    found: dict[str, Any] = {}
    for name, default in zip(reversed(arguments), reversed(node.args.defaults), strict=False):
        found[name] = values.value(default)
    for item, given in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True):
        found[item.arg] = values.value(given)
    found.update(zip(arguments[skip:], places, strict=False))
    if node.args.kwarg is not None:
        spare = {name: value for name, value in named.items() if name not in {*arguments, *found}}
        found[node.args.kwarg.arg] = spare
    return {**{name: found[name] for name in [*arguments[skip:], *found] if name in found}, **named}
