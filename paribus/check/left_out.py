"""Training rows that a run's code leaves out by itself, while the records say that it trained on all of them."""

import ast
from collections.abc import Iterator

from paribus.check.code.taken_apart import arguments
from paribus.check.names import called
from paribus.check.shows import shown_in
from paribus.records.simple import is_number

_KEEPS = frozenset({"texts", "labels", "rows", "items", "inputs", "ids"})
_DRAWS = frozenset({"sample", "head", "subset", "Subset", "choice", "choices"})
_WRAPS = frozenset({"list", "tuple", "zip", "enumerate", "array", "asarray", "len", "range", "track", "tqdm"})
_HELD = frozenset({"validation", "test", "val", "dev", "valid"})
_A_LOOK = 8
"""Rows of which so few are taken to look at their shape."""
_SETTINGS = frozenset({"config", "cfg", "settings", "hyperparameters", "args", "params", "profile"})


def rows_left_out(tree: ast.AST) -> Iterator[ast.expr]:
    """The expressions in a function that take a part of the training rows whose size is in the code alone.

    What a setting decides is recorded, two parts that make a whole hold rows out to look at, and what is only shown
    trains nothing: none of these is told.
    """
    shown, holders, sizes = shown_in(tree), _holders(tree), _written_sizes(tree)
    cuts = [
        node for node in ast.walk(tree)
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice) and isinstance(node.ctx, ast.Load)
        and id(node) not in shown and _holds(node.value, holders) and _is_written(node.slice, sizes)
    ]  # fmt: skip
    lower = {(ast.dump(node.value), _bound(node.slice, "lower")) for node in cuts}
    for node in cuts:
        other = (ast.dump(node.value), _bound(node.slice, "upper"))
        if not (other[1] and other in lower) and not _is_second_half(node, cuts):
            yield node
    for made in ast.walk(tree):
        if isinstance(made, ast.Call):
            part = called(made) in _DRAWS and _draws_rows(made, holders)
        elif isinstance(made, ast.ListComp):
            part = _sorts_out(made, holders)
        else:
            continue
        if part and id(made) not in shown:
            yield made


def early_ends(tree: ast.AST) -> Iterator[ast.If]:
    """The conditions on which a loop that trains stops after a number of batches that is in the code alone."""
    for loop in ast.walk(tree):
        if not isinstance(loop, ast.For) or not _trains(loop):
            continue
        counted = _counter(loop)
        for statement in loop.body:
            ends = isinstance(statement, ast.If) and any(isinstance(item, ast.Break) for item in statement.body)
            if ends and isinstance(statement, ast.If) and counted and _counts(statement.test, counted):
                yield statement


def _holders(tree: ast.AST) -> frozenset[str]:
    """The function's own names for training rows."""
    found: set[str] = set()
    for _ in range(2):
        for node in ast.walk(tree):
            if isinstance(node, ast.Assign) and _holds(node.value, frozenset(found)):
                for target in node.targets:
                    parts = target.elts if isinstance(target, ast.Tuple) else [target]
                    found |= {item.id for item in parts if isinstance(item, ast.Name)}
    return frozenset(found)


def _holds(node: ast.expr, holders: frozenset[str]) -> bool:
    """An expression means training rows: ``data.train.texts``, a name of them, a list of them."""
    if isinstance(node, ast.Name):
        return node.id in holders
    if isinstance(node, ast.Attribute):
        return (node.attr == "train" and isinstance(node.value, ast.Name) and node.value.id != "self") or (
            node.attr in _KEEPS and _holds(node.value, holders)
        )
    if isinstance(node, ast.Call):
        return called(node) in _WRAPS and any(_holds(item, holders) for item in node.args)
    if isinstance(node, ast.Subscript):
        return not isinstance(node.slice, ast.Constant) and _holds(node.value, holders)
    return isinstance(node, ast.Tuple) and bool(node.elts) and all(_holds(item, holders) for item in node.elts)


def _written_sizes(tree: ast.AST) -> frozenset[str]:
    """Names that are given a number once, and never counted up."""
    stored: dict[str, list[ast.expr | None]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    stored.setdefault(target.id, []).append(node.value)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            stored.setdefault(node.id, [])
        if isinstance(node, ast.AugAssign | ast.For | ast.comprehension) and isinstance(node.target, ast.Name):
            stored.setdefault(node.target.id, []).append(None)
    single = {name: values[0] for name, values in stored.items() if len(values) == 1}
    return frozenset(name for name, value in single.items() if value is not None and _is_number(value, frozenset()))


def _is_written(part: ast.Slice, sizes: frozenset[str]) -> bool:
    bounds = [item for item in (part.lower, part.upper) if item is not None]
    last = part.upper.value if isinstance(part.upper, ast.Constant) and part.lower is None else None
    if isinstance(last, int) and 0 < last <= _A_LOOK:
        return False
    return part.step is None and bool(bounds) and all(_is_number(item, sizes) for item in bounds)


def _is_number(node: ast.expr, sizes: frozenset[str]) -> bool:
    """A number that is written out, or a share of how many rows there are."""
    if isinstance(node, ast.Constant):
        return is_number(node.value)
    if isinstance(node, ast.Name):
        return node.id in sizes
    if isinstance(node, ast.UnaryOp):
        return _is_number(node.operand, sizes)
    if isinstance(node, ast.BinOp):
        return _is_number(node.left, sizes) and _is_number(node.right, sizes)
    if isinstance(node, ast.Call) and called(node) == "len":
        return True
    return (
        isinstance(node, ast.Call)
        and called(node) in ("int", "round", "max", "min")
        and all(_is_number(item, sizes) for item in node.args)
    )


def _bound(part: ast.expr, which: str) -> str:
    bound = getattr(part, which, None)
    return ast.dump(bound) if bound is not None else ""


def _is_second_half(node: ast.Subscript, cuts: list[ast.Subscript]) -> bool:
    """Another part of the same rows ends where this one begins."""
    mine = (ast.dump(node.value), _bound(node.slice, "lower"))
    return bool(mine[1]) and any((ast.dump(item.value), _bound(item.slice, "upper")) == mine for item in cuts)


def _draws_rows(call: ast.Call, holders: frozenset[str]) -> bool:
    """``data.subset(200)``, ``rows.sample(n=200)``, ``rng.choice(len(data.train.texts), 200, replace=False)``."""
    given = arguments(call)
    names = {node.id for item in given for node in ast.walk(item) if isinstance(node, ast.Name)}
    if names & _SETTINGS or not any(_is_number(item, frozenset()) for item in given):
        return False
    if any(item.arg == "replace" and getattr(item.value, "value", None) is True for item in call.keywords):
        return False  # drawn with repeats: another way to go through the rows
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    if called(call) == "subset":
        return isinstance(owner, ast.Name) and owner.id not in _HELD
    held = [*call.args[:1], *([owner] if owner is not None else [])]
    return any(_holds(item, holders) for item in held)


def _sorts_out(node: ast.ListComp, holders: frozenset[str]) -> bool:
    """``[text for text in data.train.texts if len(text) > 20]``: rows of some lengths only."""
    return any(
        _holds(part.iter, holders) and isinstance(inner, ast.Call) and called(inner) == "len"
        for part in node.generators
        for test in part.ifs
        for inner in ast.walk(test)
    )


def _trains(loop: ast.For) -> bool:
    """A loop over batches, not over epochs: it takes a step itself, and no loop in it does."""
    inner = [node for node in ast.walk(loop) if isinstance(node, ast.For | ast.While) and node is not loop]
    names = {called(node) for node in ast.walk(loop) if isinstance(node, ast.Call)}
    return not inner and bool(names & {"backward", "training_step", "train_step", "partial_fit"})


def _counter(loop: ast.For) -> str:
    """The name that counts the rounds of ``for step, batch in enumerate(…)``."""
    counts = isinstance(loop.iter, ast.Call) and called(loop.iter) == "enumerate"
    first = loop.target.elts[0] if isinstance(loop.target, ast.Tuple) and loop.target.elts else None
    return first.id if counts and isinstance(first, ast.Name) else ""


def _counts(test: ast.expr, name: str) -> bool:
    """The count is held against a number that is written out."""
    return isinstance(test, ast.Compare) and any(
        isinstance(one, ast.Name) and one.id == name and isinstance(other, ast.Constant)
        for one, other in ((test.left, test.comparators[0]), (test.comparators[0], test.left))
    )
