"""The calls that train, in the order in which they ran, each with the settings that the code gives it.

Followed are the notebook's own functions and classes, with what they do inside, scikit-learn's estimators,
transformers' Trainer, Keras and fastai; loops and comprehensions over seeds or settings are taken apart. What the
code does not write out is unknown.
"""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from grader.evidence.runs import CASES
from grader.evidence.submitted import read_program
from grader.evidence.unrecorded.given import Used, read_given
from grader.evidence.unrecorded.names import Means, Value, key_of
from grader.evidence.unrecorded.operations import UNKNOWN
from grader.evidence.unrecorded.rounds import EPOCH_NAMES, rounds_of
from grader.evidence.unrecorded.trains import SEEDS, Training, bound, fixed
from grader.evidence.unrecorded.values import FUNCTION, Evaluator, Thing
from grader.model import Case
from paribus.check.code.facts import Scope
from paribus.check.code.paths import path_of
from paribus.check.code.program import Program, Step
from paribus.course.assignment import Role

MAX_CALLS, MAX_WITHIN = 200, 4
"""Training calls of a notebook, and functions within each other whose bodies are followed."""
_RUNS = frozenset({"fit", "train", "fit_one_cycle", "fine_tune"})
_NO_MODELS = (
    "vectorizer",
    "encoder",
    "scaler",
    "transformer",
    "tokenizer",
    "binarizer",
    "pca",
    "selector",
    "imputer",
)
_AXES = frozenset({"dim"})
"""Keywords that are no setting where a tensor's function is given them."""
_PLOTS = frozenset({"matplotlib", "seaborn", "plotly", "altair"})
_KEEPS = frozenset({"compile", "set_params"})
"""Methods after which a model goes by what they were given."""


@dataclass(frozen=True)
class TrainingCall:
    """A call that trains a model. ``unknown`` are settings whose value the code does not write out; ``complete``:
    all that it was given could be followed; ``targets`` are the names that keep what it gives.
    """

    position: int
    order: int
    line: int
    function: str
    scope: Scope | None
    label: str = ""
    settings: Mapping[str, Value] = field(default_factory=dict)
    seed: int | None = None
    unknown: frozenset[str] = frozenset()
    complete: bool = True
    targets: tuple[str, ...] = ()


@lru_cache(maxsize=CASES)
def training_calls(case: Case) -> tuple[TrainingCall, ...]:
    """Every training call of a submission; () where its code is hidden."""
    tasks = frozenset(cell.key for cell in case.assignment.cells if cell.role is Role.TASK)
    return tuple(_Walk(read_program(case), tasks).calls())


class _Walk:
    """One walk over the statements of a notebook, with the values of its names at each moment."""

    def __init__(self, program: Program, tasks: frozenset[str]) -> None:
        self._program, self._tasks = program, tasks
        self._found: list[TrainingCall] = []
        self._values = Evaluator(program, {}, self._called)
        self._step: Step
        self._trained = Training(program, tasks)
        self._seeded: tuple[int, int] | None = None  # the cell that last set a seed, and the seed
        self._entered: list[int] = []  # the functions whose bodies are being followed
        self._used: list[Used] = []  # what the training functions among them use
        self._returned: list[list[Any]] = []
        self._unsure = 0  # branches around that may not be taken

    def calls(self) -> list[TrainingCall]:
        for step in self._program.steps:
            self._step = step
            if isinstance(step.scope.node, ast.stmt) and len(self._found) < MAX_CALLS:
                self._run(step.scope.node)
        return self._found[:MAX_CALLS]

    def _run(self, node: ast.stmt, depth: int = 0) -> None:
        if depth > 8 or len(self._found) >= MAX_CALLS or self._values.spent:
            return
        values = self._values
        if isinstance(node, ast.Assign):
            before = len(self._found)
            value = values.value(node.value)
            for target in node.targets:
                values.bind(target, value)
            if len(self._found) == before + 1:
                names = (
                    item.id for target in node.targets for item in ast.walk(target) if isinstance(item, ast.Name)
                )
                self._found[before] = replace(self._found[before], targets=tuple(names))
        elif isinstance(node, ast.AnnAssign):
            values.bind(node.target, values.value(node.value))
        elif isinstance(node, ast.AugAssign):
            values.value(node.value)
            values.bind(node.target, UNKNOWN)
        elif isinstance(node, ast.Expr):
            values.value(node.value)
        elif isinstance(node, ast.For):
            self._loop(node, depth)
        elif isinstance(node, ast.While):
            self._own_loop(node, depth)
        elif isinstance(node, ast.If):
            self._branch(node, depth)
        elif isinstance(node, ast.With):
            for item in node.items:
                made = values.value(item.context_expr)
                if item.optional_vars is not None:
                    values.bind(item.optional_vars, made)
            self._all(node.body, depth)
        elif isinstance(node, ast.Try):
            self._all([*node.body, *node.orelse, *node.finalbody], depth)
        elif isinstance(node, ast.Return) and self._returned:
            self._returned[-1].append(values.value(node.value) if node.value is not None else None)

    def _all(self, nodes: list[ast.stmt], depth: int) -> None:
        for item in nodes:
            self._run(item, depth + 1)
            if isinstance(item, ast.Return) and not self._unsure:
                return

    def _branch(self, node: ast.If, depth: int) -> None:
        """The branch that the test chooses; where nobody knows, both, and what they leave otherwise is unknown."""
        values = self._values
        test = values.value(node.test)
        if test is True or test is False:
            self._all(node.body if test else node.orelse, depth)
            return
        self._unsure += 1
        before = dict(values.names)
        self._all(node.body, depth)
        first, values.names = values.names, before
        self._all(node.orelse, depth)
        for name, value in first.items():
            if name not in values.names:
                values.names[name] = value
            elif values.names[name] is not value and values.names[name] != value:
                values.names[name] = UNKNOWN
        self._unsure -= 1

    def _loop(self, node: ast.For, depth: int) -> None:
        named = node.target.id if isinstance(node.target, ast.Name) else ""
        items = self._values.loop(node.iter)
        if named.lower() in EPOCH_NAMES or items is None or self._used:
            self._values.bind(node.target, UNKNOWN)
            self._own_loop(node, depth)
            return
        for item in items:
            self._values.bind(node.target, item)
            self._all(node.body, depth)

    def _own_loop(self, node: ast.For | ast.While, depth: int) -> None:
        """A loop over epochs or batches. Where it trains, it is one run, whose settings are the names that its cell
        knows.
        """
        before = len(self._found)
        self._all(node.body, depth)
        inner = [item for item in ast.walk(node) if isinstance(item, ast.Call)]
        if not any(self._trains_here(call) for call in inner):
            return
        rounds = rounds_of(node)
        if self._used:
            if rounds is not None:
                self._used[-1].keep("epochs", self._values.value(rounds), rounds)
            return
        del self._found[before:]
        used = {item.id for item in ast.walk(self._step.scope.node) if isinstance(item, ast.Name)}
        here = {
            store.root for step in self._program.steps if step.position == self._step.position
            for store in step.scope.stores
        }  # fmt: skip
        names = {
            name: value for name, value in self._values.names.items()
            if name in used | here
            and (key_of(name).means in (Means.SETTING, Means.SEED) or isinstance(value, dict | Thing))
        }  # fmt: skip
        if rounds is not None and isinstance(number := self._values.value(rounds), int):
            names.setdefault("epochs", number)
        self._add(node.lineno, "", None, names)

    def _trains_here(self, call: ast.Call) -> bool:
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        return (
            name == "backward"
            or name in self._tasks
            or any(map(self._trained.by, self._program.functions_of(call.func, self._step.order)))
        )

    # --- calls ---------------------------------------------------------------------------------------------------

    def _called(self, node: ast.Call, base: Any, values: Evaluator) -> Any:
        method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        places, named = values.given(node)
        path = path_of(node.func) or (method or "",)
        if path[-1] in SEEDS and places and isinstance(places[0], int):
            if self._used:
                self._used[-1].seeds.append(places[0])
            else:
                self._seeded = (self._step.position, places[0])
        if isinstance(base, Thing) and method:
            return self._method(node, base, method, places, named)
        scope, places, named = self._callee(node, path, places, named)
        if scope is None:
            self._note(node, named)
            if path[-1] == "partial" and places and isinstance(of := places[0], Thing) and of.name == FUNCTION:
                return Thing(FUNCTION, {**of.entries, **named}, (*of.parts, *places[1:]), of.scope)
            return Thing(path[-1], dict(named), tuple(places)) if path[-1] else UNKNOWN
        if scope.is_class:
            self._note(node, named)
            return self._made(node, scope, places, named)
        given = bound(self._values, scope, places, named, skip=0)
        if scope.name in self._tasks:
            return UNKNOWN
        if self._trained.by(scope) and not self._trained.drives(scope):
            self._add(node.lineno, scope.name, scope, given)
            return Thing(scope.name, {})
        return self._follow(scope, given)

    def _callee(
        self, node: ast.Call, path: tuple[str, ...], places: list[Any], named: dict[str, Any]
    ) -> tuple[Scope | None, list[Any], dict[str, Any]]:
        """The notebook's function that is called, and all that it is given: also what a partial has given it."""
        if isinstance(node.func, ast.Name | ast.Subscript):
            held = self._values.names.get(node.func.id) if isinstance(node.func, ast.Name) else None
            held = self._values.value(node.func) if isinstance(node.func, ast.Subscript) else held
            if isinstance(held, Thing) and held.name == FUNCTION:
                return held.scope, [*held.parts, *places], {**held.entries, **named}
        scopes = self._program.functions_of(node.func, self._step.order) if len(path) == 1 else ()
        return (scopes[0] if scopes else None), places, named

    def _note(self, node: ast.Call, named: Mapping[str, Any]) -> None:
        """What a training function gives the parts that it makes."""
        drawn = self._program.resolve(path_of(node.func) or ("",))[0] in _PLOTS
        for item in node.keywords if self._used else ():
            key = key_of(item.arg or "")
            if key.means is Means.SETTING and key.name not in _AXES and not drawn:
                self._used[-1].keep(key.name, named.get(item.arg or "", UNKNOWN), item.value)
            elif key.means is Means.SEED and isinstance(seed := named.get(item.arg or ""), int):
                self._used[-1].seeds.append(seed)

    def _follow(self, scope: Scope, given: Mapping[str, Any]) -> Any:
        """What a function of the notebook gives, by following its body with what it was given."""
        node = scope.node
        if not isinstance(node, ast.FunctionDef) or id(scope) in self._entered or len(self._entered) >= MAX_WITHIN:
            return UNKNOWN
        outside, unsure = self._values.names, self._unsure
        self._values.names, self._unsure = {**outside, **given}, 0
        self._entered.append(id(scope))
        self._returned.append([])
        self._all(node.body, 0)
        if self._used and self._used[-1].scope is scope:
            self._used[-1].keep_all(self._values.names[name] for name in sorted(scope.local) if name not in given
                                    and name in self._values.names)  # fmt: skip
        self._entered.pop()
        self._values.names, self._unsure = outside, unsure
        returned = self._returned.pop()
        return returned[0] if len(returned) == 1 else UNKNOWN

    def _made(self, node: ast.Call, scope: Scope, places: list[Any], named: dict[str, Any]) -> Thing:
        """An instance of the notebook's own class: the fields of a data class, or what __init__ is given."""
        init = next((item for item in scope.inner if item.name.endswith(".__init__")), None)
        if init is not None:
            thing = Thing(scope.name, bound(self._values, init, places, named, skip=1), scope=scope)
            if self._trained.by(init):
                self._add(node.lineno, scope.name, init, thing.entries)
            return thing
        fields: dict[str, Any] = {}
        body = scope.node.body if isinstance(scope.node, ast.ClassDef) else []
        for item in body:
            if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
                fields[item.target.id] = self._values.value(item.value) if item.value is not None else UNKNOWN
            elif isinstance(item, ast.Assign) and isinstance(item.targets[0], ast.Name):
                fields[item.targets[0].id] = self._values.value(item.value)
        fields.update(zip(list(fields), places, strict=False))
        return Thing(scope.name, {**fields, **named}, scope=scope)

    def _method(self, node: ast.Call, base: Thing, method: str, places: list[Any], named: dict[str, Any]) -> Any:
        own = None
        if base.scope is not None:
            own = next((item for item in base.scope.inner if item.name.endswith(f".{method}")), None)
        if own is not None:
            if not self._trained.by(own):
                return UNKNOWN
            given = {**base.entries, **bound(self._values, own, places, named, skip=1)}
            self._add(node.lineno, own.name, own, given, base)
            return base
        if method in _KEEPS:
            base.entries.update({name.rsplit("__", 1)[-1]: item for name, item in named.items()})
            return base
        if method in _RUNS and not base.name.lower().endswith(_NO_MODELS):
            if method == "train" and "trainer" not in base.name.lower():
                return base
            data = {f"data {index}": item for index, item in enumerate(places) if isinstance(item, Thing)}
            self._add(node.lineno, f"{base.name}.{method}", None, {"model": base, **named, **data}, base)
            return base
        return Thing(f"{base.name}.{method}", {}, (base,))  # what it was made with belongs to what it gives

    def _add(
        self, line: int, function: str, scope: Scope | None, given: Mapping[str, Any], base: Thing | None = None
    ) -> None:
        """A call that trains; within a training function it is a part of that one's run."""
        read = read_given(given)
        settings = dict(read.settings)
        if base is not None and base.scope is None and not base.name.lower().endswith("trainer"):
            settings.setdefault("model", base.name)
        if self._used:
            for name, value in settings.items():
                if key_of(name).means is Means.SETTING:
                    self._used[-1].keep(name, value)
            return
        seed = read.seed
        if seed is None and self._seeded is not None and self._seeded[0] == self._step.position:
            seed = self._seeded[1]
        if scope is not None:
            held, seeded = fixed(self._program, self._values, scope)
            for name, value in held.items():
                settings.setdefault(name, value)
            used = Used(scope, frozenset(name for name in settings if key_of(name).means is Means.SETTING))
            self._used.append(used)
            self._follow(scope, {**given, **({scope.params[0]: base} if base is not None and scope.params else {})})
            self._used.pop()
            settings = {name: value for name, value in settings.items() if name not in used.renamed}
            settings = {**used.left, **settings}
            found = {*used.seeds, *(() if seeded is None else (seeded,))}
            seed = found.pop() if seed is None and len(found) == 1 else seed
        self._found.append(
            TrainingCall(self._step.position, self._step.order, line, function, scope, read.label, settings, seed,
                         read.unknown - set(settings), read.complete)
        )  # fmt: skip
