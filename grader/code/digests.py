"""The code digests of the records, worked out anew from the page: the page must be the code that ran."""

import ast
import textwrap
from collections.abc import Iterator
from functools import lru_cache

from grader.evidence.runs import CASES, Run, read_runs
from grader.evidence.submitted import read_program
from grader.model import Case
from paribus.check.code.cells import KEPT, parse
from paribus.check.code.facts import Scope
from paribus.check.code.findings import CodeFinding, Kind, Standing, place_of, said
from paribus.check.code.moments import RunCall, run_calls
from paribus.check.code.program import Program, Step
from paribus.records.code import TRAINING, UNAVAILABLE, source_digest, value_digest


@lru_cache(maxsize=CASES)
def other_code(case: Case) -> tuple[CodeFinding, ...]:
    """Functions that a run's record names and that are on the page with other code than the one that ran."""
    program = read_program(case)
    found: dict[str, CodeFinding] = {}
    if program.unread or program.hidden:  # the code that ran may be there
        return ()
    for run in read_runs(case):
        for name, digest in run.code.items():
            if digest != UNAVAILABLE and name not in found:
                place = _other_function(case, program, run, name, digest) or _other_value(program, name, digest)
                if place is not None:
                    found[name] = _finding(case, program, run, place)
    return tuple(found.values())


Found = tuple[Step, int, str]
"""A step, the line in its cell, and the name that is there with other code."""


def _other_function(case: Case, program: Program, run: Run, name: str, digest: str) -> Found | None:
    """A function of this name whose code on the page is another, and no other function of the page is the one."""
    candidates = list(_candidates(program, run, name))
    for step, scope in candidates:
        made = function_digest(case, step, scope)
        if made is None or made == digest:  # what cannot be worked out says nothing
            return None
    if not candidates or digest in every_digest(case):
        return None
    step, scope = candidates[-1]
    return step, scope.line, scope.name


def _other_value(program: Program, name: str, digest: str) -> Found | None:
    """A plain global that is on the page with another value, and that nothing else puts there."""
    bound = program.bound.get(name, ())
    for _, store in bound:
        try:
            made = value_digest(ast.literal_eval(store.value or ""))
        except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
            return None
        if made is None or made == digest:
            return None
    stored = [store for _, scope in program.scopes for store in scope.stores if store.root == name]
    if not bound or any(store.path != (name,) or store.how != "assign" for store in stored):
        return None
    step, store = bound[-1]
    return step, store.line, name


def _finding(case: Case, program: Program, run: Run, other: Found) -> CodeFinding:
    """What is said of a name whose code on the page is not the one that a run recorded."""
    step, line, name = other
    where = place_of(case, step, line)
    began = _count(case, run.start_position if run.start is not None else run.position)
    later = began is not None and step.count is not None and step.count > began
    standing = Standing.PROVED if program.in_order and not later else Standing.SUSPECTED
    when = ", and its cell was run again afterwards" if later else ""
    return CodeFinding(
        Kind.OTHER_CODE, standing,
        f"{name} as it is in your file ({said(case, where)}) is not what {run.name} ran with{when}: its digest "
        "is another than the record's. Run the notebook again from the top, so that the page shows what ran.",
        (where,), name, sure=standing is Standing.PROVED,
    )  # fmt: skip


def _candidates(program: Program, run: Run, name: str) -> Iterator[tuple[Step, Scope]]:
    """Every function of the page that may be the one that a record calls ``name``."""
    if name != TRAINING:
        root, _, method = name.partition(".")
        for step, scope in program.defined.get(root, ()):
            if not method and not scope.is_class:
                yield step, scope
            yield from ((step, item) for item in scope.inner if method and item.name == name)
        return
    names = training_names(program, run.start_position if run.start is not None else run.position, run)
    if len(names) == 1:
        yield from ((step, scope) for step, scope in program.defined.get(names.pop(), ()) if not scope.is_class)


def training_names(program: Program, position: int, run: Run) -> set[str]:
    """The names of the functions that the cell at ``position`` hands to the calls that may have begun this run."""
    return {
        name
        for call in run_calls(program)
        if call.step.position == position and (call.name in ("", run.name) or call.arm)
        for name in _function_names(program, call)
        if name != "<lambda>"
    }


def _function_names(program: Program, call: RunCall) -> set[str]:
    """What a call is given as its training function, by its own name where the program does not define it."""
    found = {scope.name for scope in program.functions_of(call.function, call.step.order)}
    return found or ({call.function.id} if isinstance(call.function, ast.Name) else set())


@lru_cache(maxsize=CASES)
def every_digest(case: Case) -> frozenset[str]:
    """The digests of all functions of the page: a name may have meant another of them, or for a wrapper."""
    program = read_program(case)
    found = {
        function_digest(case, step, scope)
        for step, scope in program.scopes
        if isinstance(scope.node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    return frozenset(item for item in found if item is not None)


def function_digest(case: Case, step: Step, scope: Scope) -> str | None:
    """As `digest_in`, of a function of the page."""
    return digest_in(case.notebook.cells[step.position].source, scope)


def digest_in(source: str, scope: Scope) -> str | None:
    """A function's digest as `paribus.records.code` makes it, from its cell's source; None where it depends on more
    than that.
    """
    node = scope.node
    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return None
    defaults = [*node.args.defaults, *(item for item in node.args.kw_defaults if item is not None)]
    values = []
    for default in defaults:
        try:
            values.append(ast.literal_eval(default))
        except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
            return None
    magics = parse(source).magics
    first = min([node.lineno, *(item.lineno for item in node.decorator_list)])
    last = node.end_lineno or node.lineno
    if any(first <= line <= last for line, _ in magics):
        return None
    return _made("\n".join(source.split("\n")[first - 1 : last]), node.name, tuple(map(repr, values)))


@lru_cache(maxsize=4 * KEPT)
def _made(source: str, name: str, defaults: tuple[str, ...]) -> str | None:
    tree = parse.__wrapped__(textwrap.dedent(source)).tree
    return None if tree is None else source_digest(tree, name, [ast.literal_eval(item) for item in defaults])


def _count(case: Case, position: int) -> int | None:
    return case.notebook.cells[position].count if 0 <= position < len(case.notebook.cells) else None
