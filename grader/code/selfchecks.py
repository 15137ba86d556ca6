"""Whether a task's tests still test: the self-checks replaced, what they rest on, or how errors end a cell."""

import ast
from dataclasses import replace
from functools import lru_cache

from grader.evidence.runs import CASES
from grader.evidence.submitted import read_program
from grader.model import Case
from paribus.check.code.facts import Scope
from paribus.check.code.findings import CodeFinding, Kind, place_of, said, suspected
from paribus.check.code.paths import IPYTHON, Path, Store, path_of
from paribus.check.code.program import BUILTINS, Program, Step

_SHOWS = frozenset({"print", "input", "open", "help"})
"""Builtins that no test rests on."""
SELFCHECK: Path = ("paribus", "selfcheck")
STANDS_ON = frozenset({("math", "isclose")})
"""What the self-checks themselves call of other modules; a test holds it against their source."""
_HANDLERS = frozenset(
    """
    set_custom_exc showtraceback _showtraceback showsyntaxerror custom_exceptions run_cell ast_transformers
    input_transformers_post input_transformers_cleanup run_code run_ast_nodes InteractiveTB
    """.split()
)
"""Parts of IPython that decide whether an error ends a cell, and what is run in it."""


def replaced_checks(case: Case, position: int) -> CodeFinding | None:
    """What makes the result of the tests in the cell at ``position`` say little: the first such line."""
    if not _replaced(case):
        return None
    program = read_program(case)
    here = [step for step in program.steps if step.position == position]
    reads = {path for step in here for path, _ in step.scope.reads}
    used = reads | {program.resolve(path) for path in reads} | STANDS_ON
    for order, path, finding in _replaced(case):
        before = not here or order < here[0].order or not program.in_order
        if before and (path is None or path in used):
            return finding
    return None


def handled_errors(case: Case) -> tuple[CodeFinding, ...]:
    """Lines after which an error need not show, or need not end a cell."""
    return tuple(
        replace(finding, because=f"{finding.because.partition(', so ')[0]}. A person looks whether one was hidden.")
        for _, path, finding in _replaced(case)
        if path is None and finding.about == IPYTHON
    )


@lru_cache(maxsize=CASES)
def _replaced(case: Case) -> tuple[tuple[int, Path | None, CodeFinding], ...]:
    """Everything in a notebook that replaces what tests may rest on: the step that does it, and what is replaced;
    None for what all tests rest on.
    """
    program = read_program(case)
    found: list[tuple[int, Path | None, CodeFinding]] = []
    for step, scope in program.scopes:
        items = [_stored(case, program, step, scope, store) for store in scope.stores]
        items += [_handled(case, program, step, path, call) for path, call in scope.called]
        found += [(step.order, *item) for item in items if item is not None]
    return tuple(found)


_Found = tuple[Path | None, CodeFinding]


def _stored(case: Case, program: Program, step: Step, scope: Scope, store: Store) -> _Found | None:
    """A store that puts something else in the place of a self-check, or of something that tests may use."""
    if scope.name and store.root in scope.local and store.root not in scope.outer:
        return None
    if len(store.path) == 1 and not (
        store.root in BUILTINS or store.root in program.imports or store.root == "selfcheck"
    ):
        return None  # a name of the notebook's own
    if store.how == "delete" or _is_itself(program, store):
        return None
    path = program.resolve(store.path)
    pushed = len(path) == 1 and len(store.path) > 1  # by IPython's own table of names
    if pushed and path[0] not in BUILTINS and path[0] not in program.imports and path[0] != "selfcheck":
        return None
    if path[0] == "selfcheck" and len(path) > 1:  # the import is not in the file
        path = (*SELFCHECK, *path[1:])
    what, of = "", None
    if path[0] == IPYTHON and _HANDLERS & set(path):
        what = f"{'.'.join(path)} was changed, and an error need not end a cell any more"
    elif store.path == ("selfcheck",) or (pushed and path == ("selfcheck",)):
        imported = store.how == "bind" and dict(step.scope.imports).get("selfcheck") == SELFCHECK
        what = "" if imported else "The name selfcheck means something else"
    elif path[:2] == SELFCHECK and len(store.path) > 1:
        what = f"The self-check functions are replaced ({'.'.join(path[1:])})"
    elif path[0] == "builtins" and len(store.path) > 1 and path[-1] not in _SHOWS and not _is_plain(store):
        what = f"Python's own {path[-1]} is replaced"
    elif (len(store.path) > 1 or store.root in BUILTINS) and not _is_plain(store):
        what, of = (
            f"{'.'.join(store.path)}, which these tests use, is replaced",
            path if len(store.path) > 1 else store.path,
        )
    about = IPYTHON if path[0] == IPYTHON else ""
    return (of, _finding(case, step, store.line, what, about)) if what else None


def _is_itself(program: Program, store: Store) -> bool:
    """``selfcheck = paribus.selfcheck`` changes nothing."""
    value = path_of(store.value) if store.value is not None else None
    if value is None:
        return False
    if store.path == ("selfcheck",):
        return value != store.path and program.resolve(value) == SELFCHECK
    return program.resolve(value) == program.resolve(store.path)


def _is_plain(store: Store) -> bool:
    """A plain value, an import or a loop's variable: a slip that a test would not survive, and no replacement."""
    if store.how in ("augment", "change"):
        return True
    if store.how in ("bind", "def"):
        return False
    return not isinstance(store.value, ast.Lambda | ast.Name | ast.Attribute | ast.Call)


def _handled(case: Case, program: Program, step: Step, path: Path, call: ast.Call) -> _Found | None:
    """A call that tells IPython what to do with errors."""
    if path[-1] != "set_custom_exc" or program.resolve(path)[0] != IPYTHON:
        return None
    what = "IPython was told what to do with errors, and an error need not end a cell any more"
    return None, _finding(case, step, call.lineno, what, IPYTHON)


def _finding(case: Case, step: Step, line: int, what: str, about: str) -> CodeFinding:
    where = place_of(case, step, line)
    because = f"{what} ({said(case, where)}), so the tests' result says little. A person looks."
    return suspected(Kind.SELFCHECK, about, where, sure=False).saying(because)
