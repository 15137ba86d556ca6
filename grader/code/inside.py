"""What a training function does with rows and results by itself: the notebook tells the same before it trains."""

import ast
from collections.abc import Iterator
from functools import lru_cache

from grader.code.cells import KEPT
from grader.code.facts import Scope
from grader.code.findings import CodeFinding, Kind, Standing, place_of, said
from grader.code.following import Following
from grader.code.moments import Trained
from grader.code.program import Program
from grader.model import Case
from paribus.check.left_out import early_ends, rows_left_out
from paribus.check.names import called
from paribus.check.reused import Kept, kept_for_the_next_run


def left_out(case: Case, program: Program, found: Trained) -> Iterator[CodeFinding]:
    """Training rows that the code leaves out, and epochs that it ends early, whatever the records say."""
    for scope in _functions(found):
        for part in _rows_left_out(scope.node):
            if isinstance(part, ast.Call) and called(part) in ("choice", "choices"):
                continue  # drawn anew in every run, as a sampler does
            where = place_of(case, program.step_of(scope), part.lineno)
            yield CodeFinding(
                Kind.CONFIG, Standing.SUSPECTED,
                f"{scope.name} takes a part of the training rows ({said(case, where)}), and the records say that "
                "all were trained on. A person looks.",
                (where,), scope.name,
            )  # fmt: skip
        for branch in _early_ends(scope.node):
            where = place_of(case, program.step_of(scope), branch.lineno)
            yield CodeFinding(
                Kind.CONFIG, Standing.SUSPECTED,
                f"{scope.name} ends an epoch before its last batch ({said(case, where)}), and the records tell of "
                "whole epochs. A person looks.",
                (where,), scope.name,
            )  # fmt: skip


def reused(case: Case, program: Program, found: Trained, vary: str) -> Iterator[CodeFinding]:
    """What was made with the baseline's value of the varied setting, and is taken again by the changed arm."""
    functions = tuple({scope.name: scope.node for scope in _functions(found)}.items())
    contexts = {
        id(context.scope): context for context in Following(program, found, vary).contexts() if context.given
    }
    for scope in _functions(found):
        given = contexts[id(scope)].given if id(scope) in contexts else frozenset()
        for kept in _kept(scope.node, vary, functions, given, _of_the_class(program, scope)):
            where = place_of(case, program.step_of(scope), kept.node.lineno)
            yield CodeFinding(
                Kind.SAME, Standing.SUSPECTED,
                f"{scope.name} keeps what it made with one {vary} in {kept.name} ({said(case, where)}), and the "
                "next run takes it from there with another. A person looks whether the change got to the training.",
                (where,), kept.name,
            )  # fmt: skip


@lru_cache(maxsize=KEPT)
def _rows_left_out(function: ast.AST) -> tuple[ast.expr, ...]:
    return tuple(rows_left_out(function))


@lru_cache(maxsize=KEPT)
def _early_ends(function: ast.AST) -> tuple[ast.If, ...]:
    return tuple(early_ends(function))


@lru_cache(maxsize=KEPT)
def _kept(
    function: ast.AST, vary: str, functions: tuple[tuple[str, ast.AST], ...], given: frozenset[str],
    lasting: frozenset[str],
) -> tuple[Kept, ...]:  # fmt: skip
    return tuple(kept_for_the_next_run(function, vary, dict(functions), given=given, lasting=lasting))


def _of_the_class(program: Program, method: Scope) -> frozenset[str]:
    """What is in the body of a method's class, as its methods reach it: it is the same for all objects."""
    owner = method.name.rpartition(".")[0]
    return frozenset(
        f"{name}.{store.root}"
        for _, scope in program.defined.get(owner, ()) if owner and scope.is_class
        for store in scope.stores if store.how == "assign" and isinstance(store.value, ast.Dict | ast.Call)
        for name in ("self", "cls")
    )  # fmt: skip


def _functions(found: Trained) -> Iterator[Scope]:
    return (scope for scope in found.reach.scopes if isinstance(scope.node, ast.FunctionDef))
