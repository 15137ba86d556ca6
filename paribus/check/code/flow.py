"""What names hold of which part of the data: training rows, held-out rows, held-out labels, both in one.

A small flow of names. It follows assignments, and neither conditions nor what libraries do; what it does not see
is no proof that nothing is there.
"""

import ast
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from paribus.check.code.facts import Scope
from paribus.check.code.gathered import parts_of_a_loop, put_together_by, returned_by
from paribus.check.code.paths import SPACE, Store, path_of
from paribus.check.code.taken_apart import (
    arguments,
    asks_for_numbers,
    assigned,
    by_column,
    index_parts,
    mentioned,
    overwritten,
    says,
    takes_apart,
)

Held = frozenset[str]

TRAIN, HELD_OUT = "train", "validation"
LABELS = "labels"
"""Held-out labels as they are: of a model's answers nothing may hold them."""
JOINED = "joined"
"""Rows to train on and rows held out, put together into one."""
CLASSES = "classes"
"""Labels of either kind: which there are is no secret, only which row has which."""
MULTIPLIED = "multiplied"
"""Rows of which some were made or copied to balance the classes."""
STEERED = "steered"
"""What follows from which held-out row has which label: masks, counts and comparisons, and what they choose."""
NOTHING: Held = frozenset()
FITS = frozenset(
    """
    fit fit_transform partial_fit fit_resample train_new_from_iterator train_from_iterator fit_tfidf build_vocab
    build_vocab_from_iterator fit_on_texts adapt
    """.split()
)
"""Calls that learn from the rows that they are given."""
JOINS = frozenset(
    """
    concatenate concat cat vstack hstack append chain ConcatDataset union extend concatenate_datasets Part
    from_iterable
    """.split()
)
"""Calls that put their arguments together."""
_PARTS = {"train": TRAIN} | dict.fromkeys(("validation", "val", "valid", "dev", "test"), HELD_OUT)
_MEASURES = tuple(
    """
    len max min score f1 acc eval metric loss report confusion range print validat unique zeros full empty ones
    tiers shape log finish predict mean sum std any all early best crosstab precision recall
    """.split()
)
"""Parts of the names of what measures: how many, how good."""
_KINDS_OF = frozenset({"set", "frozenset", "unique", "sorted", "Counter"})
_CHOOSES = _KINDS_OF | {
    "isin", "in1d", "setdiff1d", "intersect1d", "bincount", "flatnonzero", "nonzero", "argwhere", "logical_not",
    "logical_and", "logical_or", "value_counts", "eq", "ne",
}  # fmt: skip
"""Calls by whose result rows, classes or scores are chosen."""
_OF_EACH = frozenset(
    {"argmax", "argmin", "argsort", "log", "log1p", "exp", "clip", "softmax", "log_softmax", "maximum", "minimum"}
)
"""Calls that make something of every item: no measures, whatever their names hold."""
_MULTIPLIES = frozenset({"resample", "repeat", "tile"})
_AVERAGES = frozenset({"mean", "std", "var", "min", "max", "median", "quantile", "percentile", "sum"})
_PARTS_OF_A_FRAME = frozenset({"query", "get_group", "head", "tail", "filter"})
_CARRIED = frozenset({JOINED, LABELS, MULTIPLIED, STEERED})
"""What a call hands on that is given several things."""
_SIZES = frozenset({"shape", "size", "texts", "dtype", "classes", "n_classes"})
_NO_DATA = frozenset({"pytest", "unittest", "np", "stats", "scipy", "torch", "self"})
Comprehension = ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp


@dataclass(frozen=True, eq=False)
class Flow:
    """What names hold at one point of a program. ``functions`` are the notebook's, by name."""

    names: dict[str, Held]
    functions: Mapping[str, Scope] = field(default_factory=dict)
    parts: dict[str, ast.expr] = field(default_factory=dict)
    """Names that mean several parts, written out: ``PARTS = (data.train, data.validation)``."""

    def holds(self, node: ast.AST | None) -> Held:  # noqa: PLR0911 - one way out a kind of expression
        """What an expression holds of the data."""
        if isinstance(node, ast.Name):
            return self.names.get(node.id, NOTHING)
        if isinstance(node, ast.Attribute):
            return self._attribute(node)
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, ast.BinOp):
            return self._combined(node)
        if isinstance(node, ast.Compare | ast.UnaryOp | ast.BoolOp):
            return steered(self.holds(item) for item in ast.iter_child_nodes(node))
        if isinstance(node, ast.Dict):
            values = [self.holds(item) for item in node.values]
            held = NOTHING.union(*values)
            apart = {TRAIN, HELD_OUT} <= held and not any({TRAIN, HELD_OUT} <= item for item in values)
            return NOTHING if apart else held - ({LABELS, STEERED} if len(values) > 1 else {LABELS})
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            parts = [self.holds(item) for item in node.elts]
            if any(isinstance(item, ast.Starred) for item in node.elts):
                return joined(parts)
            return parts[0] if len(parts) == 1 else NOTHING
        if isinstance(node, ast.Subscript):
            chosen = NOTHING.union(*map(self.holds, index_parts(node.slice))) & {LABELS, STEERED, MULTIPLIED}
            held = self.holds(node.value) | chosen
            return _apart(held) if takes_apart(node) else held
        if isinstance(node, Comprehension):
            made = node.value if isinstance(node, ast.DictComp) else node.elt
            held = self._gone_through(node)
            held |= steered(self.holds(test) for item in node.generators for test in item.ifs)
            return _apart(held) if isinstance(made, ast.Subscript) and takes_apart(made) else held
        if isinstance(node, ast.Starred | ast.Await):
            return self.holds(node.value)
        if isinstance(node, ast.IfExp):
            return self.holds(node.body) | self.holds(node.orelse)
        return NOTHING

    def _attribute(self, node: ast.Attribute) -> Held:
        if node.attr in _PARTS and _is_data(node.value):
            return frozenset({_PARTS[node.attr]})
        inner = self.holds(node.value)
        if node.attr in ("labels", "targets") and inner:
            secret = HELD_OUT in inner and TRAIN not in inner
            return inner | ({CLASSES, LABELS} if secret else {CLASSES})
        return inner - {LABELS} if node.attr in _SIZES else inner

    def _combined(self, node: ast.BinOp) -> Held:
        """What an operator makes of two sides: a sum puts them together, a number of both parts in one scales."""
        left, right = self.holds(node.left), self.holds(node.right)
        follows = steered((left, right))
        if isinstance(node.op, ast.Add | ast.BitOr):
            return joined((left, right)) | follows
        return ((left | right) & {JOINED}) | follows

    def _call(self, node: ast.Call) -> Held:
        path = path_of(node.func)
        name = path[-1] if path is not None else getattr(node.func, "attr", "")
        if name in self.functions and (returned := self._returned(node)):
            return returned
        if name in _CHOOSES and (chosen := steered(self._parts(node))):
            return chosen
        if name in _AVERAGES and by_column(node):
            return NOTHING.union(*self._parts(node)) & {JOINED}
        if name not in JOINS | _OF_EACH and _measures(name):
            return NOTHING
        if name in FITS:
            return frozenset({MULTIPLIED}) if name == "fit_resample" else NOTHING
        if name in JOINS:
            return joined(self._parts(node, self._given))
        parts = self._parts(node)
        held = NOTHING.union(*parts)
        if name in _KINDS_OF and CLASSES in held:
            return NOTHING
        if name == "choice" and not says(node, "replace", value=False):
            return held | {MULTIPLIED}
        if name in _MULTIPLIES or (name == "sample" and says(node, "replace", value=True)):
            held |= {MULTIPLIED} if held & {TRAIN, HELD_OUT, JOINED} else NOTHING
        elif name in _PARTS_OF_A_FRAME and not asks_for_numbers(node):
            held = _apart(held)
        return held if sum(map(bool, parts)) == 1 else held & _CARRIED

    def _gone_through(self, node: Comprehension) -> Held:
        """What the loops of a comprehension go through; rows of several parts, one after the other, are joined."""
        inner = Flow(dict(self.names), self.functions, self.parts)
        found = []
        for item in node.generators:
            found.append(inner.goes_through(item.iter))
            if isinstance(item.target, ast.Name):
                inner.names[item.target.id] = found[-1]
        return joined(found) if len(found) > 1 else NOTHING.union(*found)

    def goes_through(self, node: ast.expr) -> Held:
        """What a loop's variable holds, one time or another."""
        if _all_parts(node):
            return frozenset({TRAIN, HELD_OUT})
        parts = parts_of_a_loop(self.parts.get(node.id, node) if isinstance(node, ast.Name) else node)
        return NOTHING.union(*map(self.holds, parts)) - {LABELS} if parts else self.holds(node)

    def _returned(self, node: ast.Call, place: int = -1) -> Held:
        """What a function of the notebook joins and returns; of several things that at ``place``, where one is."""
        scope = self.functions.get(node.func.id) if isinstance(node.func, ast.Name) else None
        if scope is None or scope.is_class:
            return NOTHING
        given = {name: self.holds(item) for name, item in zip(scope.params, node.args, strict=False)}
        inner = Flow(
            {**self.names, **given},
            {name: item for name, item in self.functions.items() if item is not scope},
            dict(self.parts),
        )
        inner.assign(scope)
        values, several = returned_by(scope.node), False
        held = NOTHING
        for value in values:
            parts = value.elts if isinstance(value, ast.Tuple) else [value]
            several |= isinstance(value, ast.Tuple) and place < 0
            for part in parts[place : place + 1] if 0 <= place < len(parts) else parts:
                of_rows = {LABELS} if isinstance(part, ast.Attribute) else set()  # a data set holds labels as well
                held |= inner.holds(part) & (_CARRIED - {LABELS} | of_rows)
        return held & {JOINED, MULTIPLIED} if several else held

    def _parts(self, node: ast.Call, gives: Callable[[ast.expr], Held] | None = None) -> list[Held]:
        """What a call is given, and what its method belongs to."""
        parts = [(gives or self.holds)(item) for item in arguments(node)]
        return [*parts, self.holds(node.func.value)] if isinstance(node.func, ast.Attribute) else parts

    def _given(self, node: ast.expr) -> Held:
        """An argument; the parts of a list that is written out are joined by whoever takes it."""
        if isinstance(node, ast.Tuple | ast.List):
            return joined([self.holds(item) for item in node.elts])
        return self.holds(node)

    def inside(self, scope: Scope, given: Mapping[str, Held] | None = None) -> "Flow":
        """What names hold within a function: what they hold outside, but for its own; its parameters what a call
        has ``given`` for them.
        """
        own = scope.local - scope.outer
        names = {name: held for name, held in self.names.items() if name not in own} | dict(given or {})
        functions = {**self.functions, **{item.name: item for item in scope.inner if not item.is_class}}
        inner = Flow(names, functions, {name: part for name, part in self.parts.items() if name not in own})
        inner.assign(scope)
        return inner

    def _gather(self, scope: Scope) -> None:
        """Take over what a scope's loops go through, and what they put together."""
        for loop in scope.loops:
            if isinstance(loop, ast.For) and isinstance(loop.target, ast.Name):
                self.names[loop.target.id] = self.goes_through(loop.iter)
        for loop in scope.loops:
            for name, item in put_together_by(loop):
                held = joined([self.names.get(name, NOTHING), self.holds(item)])
                self.names[name] = held if JOINED in held else held & {TRAIN, HELD_OUT, MULTIPLIED}

    def _concerns(self, scope: Scope) -> bool:
        """Something of the data may be in a scope: a part of it, a name that holds some, or a call."""
        named, says = mentioned(scope)
        return says or not named.isdisjoint(self.functions) or any(self.names.get(name) for name in named)

    def assign(self, scope: Scope) -> None:
        """Take over what a scope's assignments put into names."""
        if self._concerns(scope):
            self._take_over(scope)
        else:
            self.names.update(dict.fromkeys(assigned(scope), NOTHING))

    def _store(self, store: Store) -> None:
        """Take over what one assignment puts into a name."""
        held = self.holds(store.source)
        if store.place >= 0 and store.value is None and isinstance(store.source, ast.Call):
            called = store.source.func
            known = isinstance(called, ast.Name) and called.id in self.functions
            held = (held & {JOINED, MULTIPLIED}) | self._returned(store.source, store.place) if known else held
        if store.how == "assign" and store.value is not None:
            self.parts.pop(store.root, None)
            if parts_of_a_loop(store.value):
                self.parts[store.root] = store.value
        if store.how == "augment":
            held = joined([self.names.get(store.root, NOTHING), held])
        if held or store.how == "assign":
            self.names[store.root] = held

    def _take_over(self, scope: Scope) -> None:
        for store in scope.stores:
            if len(store.path) == 1:
                self._store(store)
        self._gather(scope)
        below = [loop.end_lineno or 0 for loop in scope.loops if put_together_by(loop)]
        for store in scope.stores if below else ():  # what was gathered is used below the loop
            later = len(store.path) == 1 and store.how == "assign" and store.line > min(below)
            if later and (held := self.holds(store.source) & {JOINED, MULTIPLIED}):
                self.names[store.root] = self.names.get(store.root, NOTHING) | held
        for path, call in scope.called:
            if len(path) == 2 and path[1] == "extend" and call.args:
                self.names[path[0]] = joined([self.names.get(path[0], NOTHING), self.holds(call.args[0])])
        changed = overwritten(scope)
        for name, choice in (*changed, *changed):  # what is chosen by a name that another one changed
            if follows := steered((self.holds(choice),)):
                self.names[name] = self.names.get(name, NOTHING) | follows
        for store in scope.stores if changed else ():  # what was made of it afterwards
            if len(store.path) == 1 and store.how == "assign" and STEERED in self.holds(store.source):
                self.names[store.root] = self.names.get(store.root, NOTHING) | {STEERED}


def steered(parts: Iterable[Held]) -> Held:
    """What follows from held-out labels, or from what follows from them."""
    return frozenset({STEERED}) if NOTHING.union(*parts) & {LABELS, STEERED} else NOTHING


def joined(parts: Iterable[Held]) -> Held:
    """Several things put together: training rows and held-out ones in one are joined."""
    held = NOTHING.union(*parts)
    return (held | {JOINED}) - {LABELS} if {TRAIN, HELD_OUT} <= held else held


@cache
def _measures(name: str) -> bool:
    lower = name.lower()
    return any(word in lower for word in _MEASURES)


def _apart(held: Held) -> Held:
    """What was put together and is split again may be either part."""
    return held - {JOINED, TRAIN, HELD_OUT} if JOINED in held else held


def _all_parts(node: ast.expr) -> bool:
    """Every part of the data: ``vars(data).values()``, ``data.__dict__.values()``."""
    path = path_of(node.func) if isinstance(node, ast.Call) else None
    return path is not None and path[0] in ("data", "prepared") and path[1:] == (SPACE, "values")


def _is_data(node: ast.expr) -> bool:
    """``data.validation``, ``prepared.test``: a data set, under any name but a library's."""
    path = path_of(node)
    return path is not None and path[-1] not in _NO_DATA
