"""Rows and labels of the validation and test split that flow into training, fitting, vocabularies or predictions.

A small flow of names: what an expression holds of which part of the data. It follows assignments, and neither
conditions nor what libraries do; what it does not see is no proof that nothing is there.
"""

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from grader.code.facts import Scope
from grader.code.findings import CodeFinding, Kind, Place, Standing, place_of, said
from grader.code.moments import BEGINS, run_calls
from grader.code.paths import path_of
from grader.code.program import Program, Step, read_program
from grader.evidence.runs import CASES
from grader.model import Case

TRAIN, HELD_OUT = "train", "validation"
LABELS = "labels"
"""Held-out labels as they are: of a model's answers nothing may hold them."""
JOINED = "joined"
"""Rows to train on and rows held out, put together into one."""
CLASSES = "classes"
"""Labels of either kind: which there are is no secret, only which row has which."""
MULTIPLIED = "multiplied"
"""Rows of which some were made or copied to balance the classes."""
_PARTS = {
    "train": TRAIN,
    "validation": HELD_OUT,
    "val": HELD_OUT,
    "valid": HELD_OUT,
    "dev": HELD_OUT,
    "test": HELD_OUT,
}
_FITS = frozenset({"fit", "fit_transform", "partial_fit", "fit_resample", "train_new_from_iterator", "train_from_iterator",
                   "fit_tfidf", "build_vocab", "build_vocab_from_iterator", "fit_on_texts", "adapt"})  # fmt: skip
_LABEL_FITS = ("LabelEncoder", "LabelBinarizer", "MultiLabelBinarizer")
"""What only learns the names of the classes."""
_JOINS = frozenset({"concatenate", "concat", "cat", "vstack", "hstack", "append", "chain", "ConcatDataset", "concatenate_datasets",
                    "union", "extend", "Part", "from_iterable"})  # fmt: skip
_MEASURES = ("len", "max", "min", "score", "f1", "acc", "eval", "metric", "loss", "report", "confusion", "range", "arange",
             "print", "validat", "unique", "zeros", "full", "empty", "ones", "tiers", "shape", "log", "finish",
             "predict", "mean", "sum", "std", "any", "all", "early", "best", "crosstab", "precision", "recall")  # fmt: skip
"""Parts of the names of what measures: how many, how good."""
_KINDS_OF = frozenset({"set", "frozenset", "unique", "sorted", "Counter"})
_LEARNS = frozenset({"prepare", "load", "load_tokenizer"})
"""Functions of paribus that take what they are given for the rows to learn from."""
_WEIGHS = (
    "weigh_classes",
    "class_weights",
    "compute_class_weight",
    "compute_sample_weight",
    "WeightedRandomSampler",
)
_SCORES = frozenset({"log", "finish", "run", "start"})
"""Calls that score a run, or begin one: what is fitted after the last of them is looked at and no more."""
_WEIGHTS = frozenset({"weight", "weights", "class_weight", "sample_weight"})


@dataclass(frozen=True, eq=False)
class _Flow:
    """What names hold at one point of a program."""

    program: Program
    names: dict[str, frozenset[str]]

    def holds(self, node: ast.AST | None) -> frozenset[str]:  # noqa: PLR0911 - one way out a kind of expression
        """What an expression holds of the data."""
        if node is None:
            return frozenset()
        if isinstance(node, ast.Name):
            return self.names.get(node.id, frozenset())
        if isinstance(node, ast.Attribute):
            inner = self.holds(node.value)
            if node.attr in _PARTS and _is_data(node.value):
                return frozenset({_PARTS[node.attr]})
            if node.attr in ("labels", "targets") and inner:
                return inner | {CLASSES} | ({LABELS} if HELD_OUT in inner and TRAIN not in inner else frozenset())
            return (
                inner - {LABELS}
                if node.attr in ("shape", "size", "texts", "dtype", "classes", "n_classes")
                else inner
            )
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.BitOr):
            return _joined((self.holds(node.left), self.holds(node.right)))
        if isinstance(node, ast.Tuple | ast.List | ast.Set):
            parts = [self.holds(item) for item in node.elts]
            starred = any(isinstance(item, ast.Starred) for item in node.elts)
            return _joined(parts) if starred else frozenset().union(*parts) if len(parts) == 1 else frozenset()
        if isinstance(node, ast.Subscript):
            held = self.holds(node.value) | (self.holds(node.slice) & {LABELS})
            return held - {JOINED, TRAIN, HELD_OUT} if _takes_apart(node) and JOINED in held else held
        if isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
            return self._comprehension(node)
        if isinstance(node, ast.Starred | ast.Await):
            return self.holds(node.value)
        if isinstance(node, ast.IfExp):
            return self.holds(node.body) | self.holds(node.orelse)
        return frozenset()

    def _call(self, node: ast.Call) -> frozenset[str]:
        path = path_of(node.func)
        name = path[-1] if path is not None else getattr(node.func, "attr", "")
        if name.lower() not in _JOINS and any(word in name.lower() for word in _MEASURES):
            return frozenset()
        gives = self._given if name in _JOINS else self.holds
        parts = [gives(item) for item in (*node.args, *(item.value for item in node.keywords))]
        receiver = self.holds(node.func.value) if isinstance(node.func, ast.Attribute) else frozenset[str]()
        if name in _JOINS:
            return _joined([receiver, *parts])
        if name in _FITS:
            return frozenset({MULTIPLIED}) if name == "fit_resample" else frozenset()
        if name in _KINDS_OF and CLASSES in frozenset().union(*parts):
            return frozenset()
        every = [part for part in (receiver, *parts) if part]
        return (
            every[0]
            if len(every) == 1
            else frozenset().union(*every) & {JOINED, LABELS, MULTIPLIED}
            if every
            else frozenset()
        )

    def _given(self, node: ast.expr) -> frozenset[str]:
        """An argument; the parts of a list that is written out are joined by whoever takes it."""
        if isinstance(node, ast.Tuple | ast.List):
            return _joined([self.holds(item) for item in node.elts])
        return self.holds(node)

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> frozenset[str]:
        held = frozenset().union(*(self.holds(item.iter) for item in node.generators))
        made = node.value if isinstance(node, ast.DictComp) else node.elt
        apart = isinstance(made, ast.Subscript) and _takes_apart(made)
        return held - {JOINED, TRAIN, HELD_OUT} if apart and JOINED in held else held


def _takes_apart(node: ast.Subscript) -> bool:
    """``rows[:n]``, ``frame[frame.part == "train"]``: what was put together is split again."""
    return isinstance(node.slice, ast.Slice | ast.Compare)


def _is_data(node: ast.expr) -> bool:
    """``data.validation``, ``prepared.test``: what a data set is called, under any name but a library's or a figure's."""
    path = path_of(node)
    return path is not None and path[-1] not in ("pytest", "unittest", "np", "stats", "scipy", "torch", "self")


def _joined(parts: Iterable[frozenset[str]]) -> frozenset[str]:
    """Several things put together: training rows and held-out ones in one are joined."""
    listed = list(parts)
    held = frozenset().union(*listed)
    return (held | {JOINED}) - {LABELS} if {TRAIN, HELD_OUT} <= held else held


@lru_cache(maxsize=CASES)
def leaks(case: Case) -> tuple[CodeFinding, ...]:
    """Held-out rows in what is fitted or trained and then scored, and held-out labels in predictions."""
    program = read_program(case)
    if not any(step.scope.attributes for step in program.steps):
        return ()
    given = case.released_positions
    flow = _Flow(program, {})
    found: list[CodeFinding] = []
    fitted: dict[str, tuple[Step, int, str]] = {}
    training = _training(program)
    scored = _scored_names(program, training)
    for step in program.steps:
        for scope in step.scope.whole():
            inner = flow if not scope.name else _Flow(program, _inside(flow, scope))
            if step.position not in given:
                found += _trained_on(case, step, scope, inner)
                found += _answers(case, step, scope, inner)
                found += _weighed(case, step, scope, inner)
                found += _joined_rows(case, step, scope, inner, training)
            for name, call in _fits(scope, inner):
                fitted.setdefault(name, (step, call.lineno, ast.unparse(call.func)))
        _assign(flow, step.scope)
    last = max(
        (step.order for step in program.steps if any(path[-1] in _SCORES for path, _ in step.scope.called)),
        default=0,
    )
    for name, (step, line, what) in fitted.items():
        if name in scored and step.position not in given and step.order <= last:
            where = place_of(case, step, line)
            found.append(_leak(where, f"{what} learns from validation or test rows ({said(case, where)}), and what it "
                                      "learnt is scored afterwards", name))  # fmt: skip
    return tuple(dict.fromkeys(found))


def _inside(flow: _Flow, scope: Scope) -> dict[str, frozenset[str]]:
    """What names hold within a function: what they hold outside, but for its own."""
    names = {name: held for name, held in flow.names.items() if name not in scope.local or name in scope.outer}
    inner = _Flow(flow.program, names)
    _assign(inner, scope)
    return names


def _assign(flow: _Flow, scope: Scope) -> None:
    """Take over what a scope's assignments put into names."""
    for store in scope.stores:
        if len(store.path) != 1:
            continue
        held = flow.holds(store.source)
        if store.how == "augment":
            held = _joined([flow.names.get(store.root, frozenset()), held])
        if held or store.how == "assign":
            flow.names[store.root] = held
    for loop in scope.loops:
        if isinstance(loop, ast.For) and isinstance(loop.target, ast.Name):
            flow.names[loop.target.id] = flow.holds(loop.iter)
    for path, call in scope.called:
        if len(path) == 2 and path[1] == "extend" and call.args:
            flow.names[path[0]] = _joined([flow.names.get(path[0], frozenset()), flow.holds(call.args[0])])


def _fits(scope: Scope, flow: _Flow) -> Iterator[tuple[str, ast.Call]]:
    """What is fitted on held-out rows: the names under which it is used afterwards."""
    for path, call in scope.called:
        if path[-1] not in _FITS:
            continue
        held = frozenset().union(
            *(flow.holds(item) for item in (*call.args, *(item.value for item in call.keywords)))
        )
        held |= flow.holds(call.func.value) if isinstance(call.func, ast.Attribute) else frozenset()
        text = ast.unparse(call.func)
        if not held & {HELD_OUT, JOINED} or any(word in text for word in _LABEL_FITS):
            continue
        if len(path) > 1 and path[0]:
            yield path[0], call
        for store in scope.stores:
            if store.source is not None and any(node is call for node in ast.walk(store.source)):
                yield store.root, call


def _trained_on(case: Case, step: Step, scope: Scope, flow: _Flow) -> Iterator[CodeFinding]:
    """Loops that take training steps on held-out batches."""
    for loop in scope.loops:
        if not isinstance(loop, ast.For):
            continue
        held = flow.holds(loop.iter)
        if held & {HELD_OUT, JOINED} and _steps(flow.program, loop.body):
            where = place_of(case, step, loop.lineno)
            yield _leak(where, f"The loop trains on validation or test rows ({said(case, where)})", scope.name)


def _steps(program: Program, body: Sequence[ast.stmt]) -> bool:
    """A body that takes a training step, by itself or through a function of the notebook."""
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Call):
                if getattr(node.func, "attr", "") == "backward":
                    return True
                for scope in program.functions_of(node.func):
                    if any(getattr(call.func, "attr", "") == "backward" for call in scope.calls):
                        return True
    return False


def _weighed(case: Case, step: Step, scope: Scope, flow: _Flow) -> Iterator[CodeFinding]:
    """Weights that are made of held-out labels, and rows that were multiplied before they were split."""
    for path, call in scope.called:
        name = path[-1]
        given = [item.value for item in call.keywords if item.arg in _WEIGHTS]
        given += [*call.args, *(item.value for item in call.keywords)] if name in _WEIGHS else []
        if not given and name != "train_test_split":
            continue
        where = place_of(case, step, call.lineno)
        if any(LABELS in flow.holds(item) for item in given):
            yield _leak(where, f"Weights are made of validation labels ({said(case, where)})", scope.name)
        if name == "train_test_split" and any(MULTIPLIED in flow.holds(item) for item in call.args):
            yield _leak(where, f"Rows are multiplied before they are split ({said(case, where)})", scope.name)


def _joined_rows(
    case: Case, step: Step, scope: Scope, flow: _Flow, training: tuple[frozenset[int], frozenset[str]]
) -> Iterator[CodeFinding]:
    """Training and held-out rows in one, where training uses them."""
    scopes, free = training
    for store in scope.stores if not scope.name else ():
        made = store.source
        if store.root in free and len(store.path) == 1 and not _only_joins(made) and JOINED in flow.holds(made):
            where = place_of(case, step, store.line)
            what = f"{store.root}, which training uses, is made of training and validation rows in one"
            yield _leak(where, f"{what} ({said(case, where)})", store.root)
    for path, call in scope.called:
        begins = path[-1] in ("run", "start") and any(item.arg == "data" for item in call.keywords)
        if begins or (id(scope) in scopes and path[-1] in _LEARNS):
            given = (*call.args, *(item.value for item in call.keywords if not begins or item.arg == "data"))
            if any(JOINED in flow.holds(item) for item in given):
                where = place_of(case, step, call.lineno)
                what = f"Training gets training and validation rows in one ({said(case, where)})"
                yield _leak(where, what, scope.name)
                return


def _only_joins(node: ast.expr | None) -> bool:
    """Two parts put together and nothing more: what is done with them stands elsewhere."""
    if isinstance(node, ast.Call):
        path = path_of(node.func)
        return path is not None and (
            path[-1] in _JOINS or (path[-1] in ("list", "tuple") and _only_joins(node.args[0]))
        )
    return isinstance(node, ast.BinOp | ast.List | ast.Tuple)


def _answers(case: Case, step: Step, scope: Scope, flow: _Flow) -> Iterator[CodeFinding]:
    """Predictions that are made with the labels they are scored against."""
    for path, call in scope.called:
        if path[-1] not in _SCORES - BEGINS:
            continue
        for item in call.keywords:
            if item.arg == "predictions" and LABELS in flow.holds(item.value):
                where = place_of(case, step, item.value.lineno)
                yield CodeFinding(
                    Kind.PREDICTIONS, Standing.SUSPECTED,
                    f"The predictions are made with the validation labels themselves ({said(case, where)}). A person "
                    "looks.", (where,), scope.name, sure=False,
                )  # fmt: skip


def _training(program: Program) -> tuple[frozenset[int], frozenset[str]]:
    """The functions that runs train with, and the notebook's names that they read."""
    scopes: set[int] = set()
    free: set[str] = set()
    for call in run_calls(program):
        roots = program.functions_of(call.function, call.step.order)
        if roots:
            reach = program.reach(roots, call.step.order)
            scopes |= {id(scope) for scope in reach.scopes}
            free |= reach.free
    return frozenset(scopes), frozenset(free)


def _scored_names(program: Program, training: tuple[frozenset[int], frozenset[str]]) -> frozenset[str]:
    """Names that predictions follow from, through assignments, and those that training reads."""
    found: set[str] = set()
    made: dict[str, list[ast.expr]] = {}
    waiting = sorted(training[1])
    for step in program.steps:
        for scope in step.scope.whole():
            for store in scope.stores:
                if store.source is not None:
                    made.setdefault(store.root, []).append(store.source)
            for path, call in scope.called:
                if path[-1] in _SCORES - BEGINS:
                    parts = (*call.args, *(item.value for item in call.keywords if item.arg == "predictions"))
                    waiting += [node.id for part in parts for node in ast.walk(part) if isinstance(node, ast.Name)]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            for value in made.get(name, ()):
                waiting += [node.id for node in ast.walk(value) if isinstance(node, ast.Name)]
    return frozenset(found)


def _leak(where: Place, what: str, name: str) -> CodeFinding:
    because = f"{what}. A score on rows that were learnt from is no validation score; a person looks."
    return CodeFinding(Kind.LEAK, Standing.SUSPECTED, because, (where,), name, sure=False)
