"""Iterators that are made once and gone through again: by every run, or by every epoch."""

import ast
from collections.abc import Iterator

from grader.evidence.submitted import Trained
from grader.model import Case
from paribus.check.code.facts import Scope
from paribus.check.code.findings import CodeFinding, Kind, place_of, said, suspected
from paribus.check.code.lasting import is_given
from paribus.check.code.program import Program
from paribus.check.names import called, root_name
from paribus.check.shows import shown_in

_BY_ITSELF = frozenset({"iter", "map", "zip", "filter", "enumerate", "reversed"})
"""Python's own functions that make an iterator, which can be gone through once."""
_STEPS = frozenset({"backward", "partial_fit", "training_step", "train_step"})
_ENDLESS = frozenset({"cycle", "count", "repeat"})


def used_up(case: Case, program: Program, found: Trained) -> Iterator[CodeFinding]:
    """An iterator that is made once and gone through in every run, or in every epoch: the second time it is empty,
    or goes on where the first time ended.
    """
    first, last = found.first, found.last
    for scope in found.reach.scopes if not any(item.is_class for item in found.roots) else ():
        if not scope.name:
            continue
        for name, node, within in _gone_through(program, scope):
            outside = name not in scope.local or name in scope.outer
            if outside and name in program.bound:
                before = [(step, store) for step, store in program.bound[name] if step.order < first]
                between = any(first <= step.order <= last for step, _ in program.bound[name])
                made = before[-1] if before and not between else None
                if made is None or not _is_iterator(program, made[1].value, endless=True):
                    continue
                where = place_of(case, made[0], made[1].line)
                what = "every run goes on where the one before it stopped"
            elif not outside and within is not None:
                stores = [store for store in scope.stores if store.path == (name,)]
                anew = any(within.lineno <= store.line <= (within.end_lineno or 0) for store in stores)
                if len(stores) != 1 or anew or not _is_iterator(program, stores[0].value, endless=False):
                    continue
                where = place_of(case, program.step_of(scope), stores[0].line)
                what = "after its first round nothing is left in it"
            else:
                continue
            there = place_of(case, program.step_of(scope), node.lineno)
            yield suspected(Kind.CONFIG, name, where, there).saying(
                f"{name} is an iterator that is made once ({said(case, where)}) and gone through again and again "
                f"({said(case, there)}): {what}. A person looks what was trained on."
            )


def counted_by_default(case: Case, program: Program, found: Trained) -> Iterator[CodeFinding]:
    """A default that is an endless iterator, and that no call gives: it is made once, with the function, and every
    run goes on where the one before it stopped. What only numbers a line that is shown is none.
    """
    for scope in found.reach.scopes:
        shown = shown_in(scope.node)
        for name in scope.params:
            default = scope.default_of(name)
            endless = isinstance(default, ast.Call) and called(default) in _ENDLESS - {"repeat"}
            used = any(node.id == name and id(node) not in shown for node in scope.loads)
            if endless and default is not None and used and not is_given(found, scope, name):
                where = place_of(case, program.step_of(scope), default.lineno)
                yield suspected(Kind.CHANGE, name, where).saying(
                    f"{name} of {scope.name} is an iterator that is made once, with the function "
                    f"({said(case, where)}): every run goes on where the one before it stopped. A person looks; "
                    "make it anew in every run."
                )


def _gone_through(program: Program, scope: Scope) -> Iterator[tuple[str, ast.expr, ast.For | ast.While | None]]:
    """Names that a loop that trains takes its batches from, with the loop around it; what is only shown is none."""
    shown = shown_in(scope.node)
    trains = [
        loop
        for loop in scope.loops
        if any(isinstance(node, ast.Call) and called(node) in _STEPS for node in ast.walk(loop))
    ]
    for loop in trains:
        around = [other for other in trains if other is not loop and any(node is loop for node in ast.walk(other))]
        outer = around[-1] if around else None
        if isinstance(loop, ast.For):
            inner = loop.iter
            parts: list[ast.expr] = [inner] if isinstance(inner, ast.Name) else []
            if isinstance(inner, ast.Call) and (_yields(program, inner) or called(inner) in _BY_ITSELF):
                parts = list(inner.args)
            for item in parts:
                if isinstance(item, ast.Name):
                    yield item.id, item, outer
        for node in ast.walk(loop):
            if isinstance(node, ast.Call) and called(node) == "next" and node.args and id(node) not in shown:
                yield root_name(node.args[0]), node.args[0], None


def _is_iterator(program: Program, value: ast.expr | None, *, endless: bool) -> bool:
    """An expression makes something that can be gone through once; ``endless`` counts what has no end, too."""
    if isinstance(value, ast.GeneratorExp):
        return True
    if not isinstance(value, ast.Call):
        return False
    if called(value) in _BY_ITSELF:
        return True
    if called(value) in _ENDLESS:
        return endless
    return _yields(program, value) and (endless or not _without_end(program, value))


def _yields(program: Program, call: ast.Call) -> bool:
    return any(
        isinstance(node, ast.Yield | ast.YieldFrom)
        for scope in program.functions_of(call.func)
        if not scope.is_class
        for node in ast.walk(scope.node)
    )


def _without_end(program: Program, call: ast.Call) -> bool:
    return any(
        isinstance(node, ast.While) and isinstance(node.test, ast.Constant)
        for scope in program.functions_of(call.func)
        for node in ast.walk(scope.node)
    )
