"""What names hold of which part of the data: training rows, held-out rows, held-out labels, both in one.

A small flow of names. It follows assignments, and neither conditions nor what libraries do; what it does not see
is no proof that nothing is there.
"""

import ast
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from grader.code.facts import Scope
from grader.code.paths import path_of

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
NOTHING: Held = frozenset()
FITS = frozenset(
    {
        "fit", "fit_transform", "partial_fit", "fit_resample", "train_new_from_iterator", "train_from_iterator",
        "fit_tfidf", "build_vocab", "build_vocab_from_iterator", "fit_on_texts", "adapt",
    }
)  # fmt: skip
"""Calls that learn from the rows that they are given."""
JOINS = frozenset(
    {
        "concatenate", "concat", "cat", "vstack", "hstack", "append", "chain", "ConcatDataset", "union", "extend",
        "concatenate_datasets", "Part", "from_iterable",
    }
)  # fmt: skip
"""Calls that put their arguments together."""
_PARTS = {"train": TRAIN} | dict.fromkeys(("validation", "val", "valid", "dev", "test"), HELD_OUT)
_MEASURES = (
    "len", "max", "min", "score", "f1", "acc", "eval", "metric", "loss", "report", "confusion", "range", "print",
    "validat", "unique", "zeros", "full", "empty", "ones", "tiers", "shape", "log", "finish", "predict", "mean",
    "sum", "std", "any", "all", "early", "best", "crosstab", "precision", "recall",
)  # fmt: skip
"""Parts of the names of what measures: how many, how good."""
_KINDS_OF = frozenset({"set", "frozenset", "unique", "sorted", "Counter"})
_SIZES = frozenset({"shape", "size", "texts", "dtype", "classes", "n_classes"})
_NO_DATA = frozenset({"pytest", "unittest", "np", "stats", "scipy", "torch", "self"})
Comprehension = ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp


@dataclass(frozen=True, eq=False)
class Flow:
    """What names hold at one point of a program."""

    names: dict[str, Held]

    def holds(self, node: ast.AST | None) -> Held:  # noqa: PLR0911 - one way out a kind of expression
        """What an expression holds of the data."""
        if isinstance(node, ast.Name):
            return self.names.get(node.id, NOTHING)
        if isinstance(node, ast.Attribute):
            return self._attribute(node)
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.BitOr):
            return joined((self.holds(node.left), self.holds(node.right)))
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            parts = [self.holds(item) for item in node.elts]
            if any(isinstance(item, ast.Starred) for item in node.elts):
                return joined(parts)
            return parts[0] if len(parts) == 1 else NOTHING
        if isinstance(node, ast.Subscript):
            held = self.holds(node.value) | (self.holds(node.slice) & {LABELS})
            return _apart(held) if _takes_apart(node) else held
        if isinstance(node, Comprehension):
            made = node.value if isinstance(node, ast.DictComp) else node.elt
            held = NOTHING.union(*(self.holds(item.iter) for item in node.generators))
            return _apart(held) if isinstance(made, ast.Subscript) and _takes_apart(made) else held
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

    def _call(self, node: ast.Call) -> Held:
        path = path_of(node.func)
        name = path[-1] if path is not None else getattr(node.func, "attr", "")
        if name not in JOINS and _measures(name):
            return NOTHING
        if name in FITS:
            return frozenset({MULTIPLIED}) if name == "fit_resample" else NOTHING
        gives = self._given if name in JOINS else self.holds
        parts = [gives(item) for item in arguments(node)]
        if isinstance(node.func, ast.Attribute):
            parts.append(self.holds(node.func.value))
        if name in JOINS:
            return joined(parts)
        held = NOTHING.union(*parts)
        if name in _KINDS_OF and CLASSES in held:
            return NOTHING
        return held if sum(map(bool, parts)) == 1 else held & {JOINED, LABELS, MULTIPLIED}

    def _given(self, node: ast.expr) -> Held:
        """An argument; the parts of a list that is written out are joined by whoever takes it."""
        if isinstance(node, ast.Tuple | ast.List):
            return joined([self.holds(item) for item in node.elts])
        return self.holds(node)

    def inside(self, scope: Scope) -> "Flow":
        """What names hold within a function: what they hold outside, but for its own."""
        own = scope.local - scope.outer
        inner = Flow({name: held for name, held in self.names.items() if name not in own})
        inner.assign(scope)
        return inner

    def assign(self, scope: Scope) -> None:
        """Take over what a scope's assignments put into names."""
        for store in scope.stores:
            if len(store.path) == 1:
                held = self.holds(store.source)
                if store.how == "augment":
                    held = joined([self.names.get(store.root, NOTHING), held])
                if held or store.how == "assign":
                    self.names[store.root] = held
        for loop in scope.loops:
            if isinstance(loop, ast.For) and isinstance(loop.target, ast.Name):
                self.names[loop.target.id] = self.holds(loop.iter)
        for path, call in scope.called:
            if len(path) == 2 and path[1] == "extend" and call.args:
                self.names[path[0]] = joined([self.names.get(path[0], NOTHING), self.holds(call.args[0])])


def arguments(call: ast.Call) -> tuple[ast.expr, ...]:
    """All that a call is given, by place and by name."""
    return (*call.args, *(item.value for item in call.keywords))


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


def _takes_apart(node: ast.Subscript) -> bool:
    """``rows[:n]``, ``frame[frame.part == "train"]``."""
    return isinstance(node.slice, ast.Slice | ast.Compare)


def _is_data(node: ast.expr) -> bool:
    """``data.validation``, ``prepared.test``: a data set, under any name but a library's."""
    path = path_of(node)
    return path is not None and path[-1] not in _NO_DATA
