"""What a training function does with rows and results by itself: the notebook tells the same before it trains."""

import ast
from collections.abc import Iterator
from functools import lru_cache

from grader.evidence.submitted import Trained
from grader.model import Case
from paribus.check.code.cells import KEPT
from paribus.check.code.facts import Scope
from paribus.check.code.findings import CodeFinding, Kind, place_of, said, suspected
from paribus.check.code.following import Following
from paribus.check.code.paths import path_of
from paribus.check.code.program import Program
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
            yield suspected(Kind.CONFIG, scope.name, where).saying(
                f"{scope.name} takes a part of the training rows ({said(case, where)}), and the records say that "
                "all were trained on. A person looks."
            )
        for branch in _early_ends(scope.node):
            where = place_of(case, program.step_of(scope), branch.lineno)
            yield suspected(Kind.CONFIG, scope.name, where).saying(
                f"{scope.name} ends an epoch before its last batch ({said(case, where)}), and the records tell of "
                "whole epochs. A person looks."
            )


def reused(case: Case, program: Program, found: Trained, vary: str) -> Iterator[CodeFinding]:
    """What was made with the baseline's value of the varied setting, and is taken again by the changed arm."""
    functions = tuple({scope.name: scope.node for scope in _functions(found)}.items())
    contexts = {
        id(context.scope): context for context in Following(program, found, vary).contexts() if context.given
    }
    for scope in _functions(found):
        given = contexts[id(scope)].given if id(scope) in contexts else frozenset()
        for kept in _kept(scope.node, vary, functions, given, _lasting(program, found, scope)):
            where = place_of(case, program.step_of(scope), kept.node.lineno)
            yield suspected(Kind.SAME, kept.name, where).saying(
                f"{scope.name} keeps what it made with one {vary} in {kept.name} ({said(case, where)}), and the "
                "next run takes it from there with another. A person looks whether the change got to the training."
            )


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


def _lasting(program: Program, found: Trained, method: Scope) -> frozenset[str]:
    """What a method finds again in the next run: what is in the body of its class, which is the same for all
    objects, and all that an object holds which the notebook makes once.
    """
    owner = method.name.rpartition(".")[0]
    known = [scope for _, scope in program.defined.get(owner, ()) if scope.is_class]
    names = {store.root for scope in known for store in scope.stores if len(store.path) == 1}
    first, last = found.first, found.last
    once = any(
        isinstance(store.value, ast.Call)
        and path_of(store.value.func) == (owner,)
        and not any(first <= step.order <= last for step, _ in program.bound[name])
        for name in found.reach.free
        for _, store in program.bound.get(name, ())
    )
    if once:
        begins = [inner for scope in known for inner in scope.inner if inner.name == f"{owner}.__init__"]
        stores = [store for inner in begins for store in inner.stores if len(store.path) == 2]
        names |= {store.path[1] for store in stores if store.root == "self"}
    return frozenset(f"{of}.{name}" for name in names for of in ("self", "cls"))


def unseen_by_the_memo(case: Case, program: Program, found: Trained, vary: str) -> Iterator[CodeFinding]:
    """A function that keeps what it returns by a key without a parameter that follows the varied setting."""
    for context in Following(program, found, vary).contexts():
        for name in sorted(context.given & _left_out_of_the_key(context.scope)):
            where = place_of(case, program.step_of(context.scope), context.scope.line)
            yield suspected(Kind.SAME, context.scope.name, where).saying(
                f"{context.scope.name} keeps what it returns by a key that leaves out {name} "
                f"({said(case, where)}), which follows {vary}: the second arm seems to get what the first one "
                "made. A person looks."
            )


_MEMOS = frozenset({"cache", "cached", "memoize", "lru_cache"})


def _left_out_of_the_key(scope: Scope) -> frozenset[str]:
    """``@memory.cache(ignore=["cut"])``, ``@cached({}, key=lambda texts, cut: hash(texts))``."""
    left: set[str] = set()
    for item in scope.node.decorator_list if isinstance(scope.node, ast.FunctionDef) else []:
        for word in item.keywords if isinstance(item, ast.Call) and called(item) in _MEMOS else []:
            if word.arg == "ignore" and isinstance(word.value, ast.List | ast.Tuple):
                left |= {str(name.value) for name in word.value.elts if isinstance(name, ast.Constant)}
            elif word.arg == "key" and isinstance(word.value, ast.Lambda) and not word.value.args.vararg:
                read = {node.id for node in ast.walk(word.value.body) if isinstance(node, ast.Name)}
                left |= {name for name in scope.params if name not in read}
    return frozenset(left)


def _functions(found: Trained) -> Iterator[Scope]:
    return (scope for scope in found.reach.scopes if isinstance(scope.node, ast.FunctionDef))
