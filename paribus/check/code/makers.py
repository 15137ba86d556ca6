"""What makes, keeps and trains models and optimisers, as it is written."""

import ast
from collections.abc import Iterator

from paribus.check.code.facts import Scope
from paribus.check.code.moments import Training
from paribus.check.code.paths import Path, path_of
from paribus.check.code.program import Program
from paribus.check.names import called

OPTIMISERS = ("optim", "lr_scheduler", "Adam", "AdamW", "SGD", "Adagrad", "RMSprop", "Adafactor")


_CACHES = frozenset({"lru_cache", "cache", "memoize", "cached"})


def goes_on_fitting(made: ast.Call) -> bool:
    """A model of scikit-learn that begins where its last fit ended."""
    return any(
        item.arg == "warm_start" and isinstance(item.value, ast.Constant) and item.value.value is True
        for item in made.keywords
    )


def is_first(scope: Scope, name: str) -> bool:
    """The name is not a later one of several that are assigned at once: ``network, tokenizer = load()``."""
    for node in ast.walk(scope.node):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Tuple) and not isinstance(node.value, ast.Tuple):
                    later = target.elts[1:]
                    if any(isinstance(item, ast.Name) and item.id == name for item in later):
                        return False
    return True


def is_module(scope: Scope) -> bool:
    """A class of the notebook that is a model."""
    bases = scope.node.bases if isinstance(scope.node, ast.ClassDef) else []
    return any((path_of(base) or ("",))[-1].endswith("Module") for base in bases)


def is_cached(scope: Scope) -> bool:
    decorators = scope.node.decorator_list if isinstance(scope.node, ast.FunctionDef) else []
    plain = [item.func if isinstance(item, ast.Call) else item for item in decorators]
    return any((path_of(item) or ("",))[-1] in _CACHES for item in plain)


def is_asked_for(scope: Scope, path: Path | None) -> bool:
    """Whether it is there is asked: ``if NET is None``, ``key not in CACHE``, ``getattr(train, "net", None)``."""
    if path is None:
        return False
    tests: list[ast.expr] = [branch.test for branch in scope.branches]
    tests += [node for node in ast.walk(scope.node) if isinstance(node, ast.BoolOp)]
    tests += [call for where, call in scope.called if where[-1] in ("getattr", "get", "hasattr")]
    if any(
        called(node) == "hasattr" and isinstance(node, ast.Call) and len(node.args) > 1
        and (*(path_of(node.args[0]) or ("",)), getattr(node.args[1], "value", "")) == path
        for test in tests for node in ast.walk(test) if isinstance(node, ast.Call)
    ):  # fmt: skip
        return True
    wanted = {path, path[:1]} if len(path) > 1 else {path}
    return any(path_of(node) in wanted for test in tests for node in ast.walk(test) if isinstance(node, ast.expr))


def trained_things(program: Program, found: Training) -> Iterator[tuple[Scope, ast.expr, int, str]]:
    """What the training trains: models whose parameters go to an optimiser; optimisers and schedules that step."""
    for scope in found.reach.scopes:
        for path, call in scope.called:
            if path[-1] in ("fit", "partial_fit") and isinstance(call.func, ast.Attribute):
                yield scope, call.func.value, call.lineno, "trained"
            if path[-1].endswith("Trainer"):
                yield from (
                    (scope, item.value, call.lineno, "trained") for item in call.keywords if item.arg == "model"
                )
    if not any(called(call) == "backward" for call in found.reach.calls()):
        return
    for scope in found.reach.scopes:
        for path, call in scope.called:
            resolved = program.resolve(path)
            optimiser = any(part in OPTIMISERS for part in resolved) and "lr_scheduler" not in resolved
            if path[-1].startswith("make_optim") and call.args:
                yield scope, call.args[0], call.lineno, "trained"
            for part in call.args[:1] if optimiser else ():
                for node in ast.walk(part):
                    if isinstance(node, ast.Attribute) and node.attr in ("parameters", "named_parameters"):
                        yield scope, node.value, node.lineno, "trained"
            if path[-1] == "step" and not call.args and isinstance(call.func, ast.Attribute):
                yield scope, call.func.value, call.lineno, "stepped on"
