"""The metrics that a cell's code names for a data set, where they are written there as texts."""

import ast
from collections.abc import Iterator


def metrics_named(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Each name in ``metrics=`` of a call on `Dataset`, with its line in the cell, counted from 1.

    A name that a variable holds is known only when the notebook runs.
    """
    for call in ast.walk(tree):
        if not isinstance(call, ast.Call) or not _of_dataset(call.func):
            continue
        for keyword in call.keywords:
            listed = keyword.value
            if keyword.arg == "metrics" and isinstance(listed, ast.Tuple | ast.List):
                for item in listed.elts:
                    if isinstance(item, ast.Constant) and isinstance(item.value, str):
                        yield item.value, item.lineno


def _of_dataset(called: ast.expr) -> bool:
    """Whether a call is `Dataset(…)` or one of its makers, such as `Dataset.split_from(…)`."""
    while isinstance(called, ast.Attribute):
        if called.attr == "Dataset":
            return True
        called = called.value
    return isinstance(called, ast.Name) and called.id == "Dataset"
