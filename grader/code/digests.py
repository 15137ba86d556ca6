"""The code digests of the records, worked out anew from the page: the page must be the code that ran."""

import ast
import textwrap
from collections.abc import Iterator
from functools import lru_cache

from grader.code.cells import KEPT, parse
from grader.code.facts import Scope
from grader.code.findings import CodeFinding, Kind, Standing, place_of, said
from grader.code.moments import run_calls
from grader.code.program import Program, Step, read_program
from grader.evidence.runs import CASES, Run, read_runs
from grader.model import Case
from paribus.evidence.code import TRAINING, UNAVAILABLE, source_digest

_FIRST = 12
"""Functions of one run that are held against the page."""


@lru_cache(maxsize=CASES)
def other_code(case: Case) -> tuple[CodeFinding, ...]:
    """Functions that a run's record names and that stand on the page with other code than the one that ran."""
    program = read_program(case)
    found: dict[str, CodeFinding] = {}
    for run in read_runs(case):
        for name, digest in list(run.code.items())[:_FIRST]:
            if digest != UNAVAILABLE and name not in found:
                finding = _held_against(case, program, run, name, digest)
                if finding is not None:
                    found[name] = finding
    return tuple(found.values())


def _held_against(case: Case, program: Program, run: Run, name: str, digest: str) -> CodeFinding | None:
    candidates = list(_candidates(program, run, name))
    if not candidates:
        return None
    for step, scope in candidates:
        made = _digest_of(case, step, scope)
        if made is None or made == digest:  # what cannot be worked out says nothing
            return None
    if name == TRAINING and digest in _every_digest(case, program):
        return None
    step, scope = candidates[-1]
    where = place_of(case, step, scope.line)
    began = _count(case, run.start_position if run.start is not None else run.position)
    later = began is not None and step.count is not None and step.count > began
    what = "was run again after" if later else "is not the code that"
    tail = f" ran for {run.name}" if later else f" {run.name} ran with"
    standing = Standing.PROVED if program.in_order and not later else Standing.SUSPECTED
    return CodeFinding(
        Kind.OTHER_CODE, standing,
        f"{scope.name} as it stands in your file ({said(case, where)}) {what}{tail}: its digest is another than the "
        "record's. Run the notebook again from the top, so that the page shows what ran.",
        (where,), scope.name, sure=standing is Standing.PROVED,
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
    position = run.start_position if run.start is not None else run.position
    names = {
        scope.name for call in run_calls(program)
        if call.step.position == position and (call.name in ("", run.name) or call.arm)
        for scope in program.functions_of(call.function, call.step.order) if scope.name != "<lambda>"
    }  # fmt: skip
    if len(names) == 1:
        yield from ((step, scope) for step, scope in program.defined.get(names.pop(), ()) if not scope.is_class)


def _every_digest(case: Case, program: Program) -> frozenset[str]:
    """The digests of all functions of the page: a training function may have another name where it was called."""
    found = {
        _digest_of(case, step, scope)
        for step in program.steps for scope in step.scope.whole()
        if isinstance(scope.node, ast.FunctionDef | ast.AsyncFunctionDef)
    }  # fmt: skip
    return frozenset(item for item in found if item is not None)


def _digest_of(case: Case, step: Step, scope: Scope) -> str | None:
    """A function's digest as `paribus.evidence.code` makes it, None where it depends on more than its source."""
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
    source = case.notebook.cells[step.position].source
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
