"""Whether the tests of a task still test: the self-checks replaced, what they stand on, or how errors end a cell."""

import ast
from functools import lru_cache

from course.assignment import Role
from grader.code.facts import Scope
from grader.code.findings import CodeFinding, Kind, Standing, place_of, said
from grader.code.paths import IPYTHON, Path, Store, path_of
from grader.code.program import BUILTINS, Program, Step, read_program
from grader.evidence.runs import CASES
from grader.model import Case

SELFCHECK: Path = ("paribus", "selfcheck")
_STANDS_ON = frozenset({("math", "isclose")})
"""What the self-checks themselves call of other modules; a test holds it against their source."""
_HANDLERS = frozenset(
    {
        "set_custom_exc", "showtraceback", "_showtraceback", "showsyntaxerror", "custom_exceptions", "ast_transformers",
        "input_transformers_post", "input_transformers_cleanup", "run_cell", "run_code", "run_ast_nodes", "InteractiveTB",
    }
)  # fmt: skip
"""Parts of IPython that decide whether an error ends a cell, and what is run in it."""


def replaced_checks(case: Case, position: int) -> CodeFinding | None:
    """What makes the result of the tests in the cell at ``position`` say little: the first such line."""
    program = read_program(case)
    ran = next((step.order for step in program.steps if step.position == position), None)
    for order, finding in _replaced(case):
        if ran is None or order < ran or not program.in_order:
            return finding
    return None


@lru_cache(maxsize=CASES)
def _replaced(case: Case) -> tuple[tuple[int, CodeFinding], ...]:
    """Everything in a notebook that replaces what tests stand on, each with the step that does it."""
    program = read_program(case)
    used = _used_by_tests(case, program)
    found: list[tuple[int, CodeFinding]] = []
    for step in program.steps:
        for scope in step.scope.whole():
            items = [_stored(case, program, step, scope, store, used) for store in scope.stores]
            items += [_handled(case, program, step, path, call) for path, call in scope.called]
            found += [(step.order, item) for item in items if item is not None]
    return tuple(found)


def _used_by_tests(case: Case, program: Program) -> frozenset[Path]:
    """What the released tests read of modules and builtins, and what the self-checks stand on."""
    tests = {
        match.recovered.position for match in case.matches.values()
        if match.cell.role is Role.TESTS and match.recovered is not None
    }  # fmt: skip
    used: set[Path] = set(_STANDS_ON)
    for step in program.steps:
        if step.position in tests:
            paths = {program.resolve(path) for path, _ in step.scope.reads}
            used |= {path for path in paths if len(path) > 1 or path[0] in BUILTINS}
    return frozenset(used)


def _stored(
    case: Case, program: Program, step: Step, scope: Scope, store: Store, used: frozenset[Path]
) -> CodeFinding | None:
    """A store that puts something else in the place of a self-check, or of what the tests use."""
    if scope.name and store.root in scope.local and store.root not in scope.outer:
        return None
    if store.how == "delete" or _is_itself(program, store):
        return None
    path = program.resolve(store.path)
    if path[0] == "selfcheck" and len(path) > 1:  # the import is not in the file
        path = (*SELFCHECK, *path[1:])
    if path[0] == IPYTHON and _HANDLERS & set(path):
        return _finding(
            case, step, store.line, f"{'.'.join(path)} was changed: an error need not end a cell any more"
        )
    if store.path == ("selfcheck",):
        if store.how == "bind" and dict(step.scope.imports).get("selfcheck") == SELFCHECK:
            return None
        return _finding(case, step, store.line, "The name selfcheck stands for something else")
    if path[:2] == SELFCHECK and (len(path) > 2 or len(store.path) > 1):
        return _finding(case, step, store.line, f"The self-check functions are replaced ({'.'.join(path[1:])})")
    if path in used and not _is_plain(store):
        return _finding(case, step, store.line, f"{'.'.join(store.path)}, which the tests use, is replaced")
    if path[:1] == ("builtins",) and len(path) == 2 and not _is_plain(store):
        return _finding(case, step, store.line, f"Python's own {path[1]} is replaced")
    return None


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
    if store.how == "bind" or store.how == "def":
        return False
    return not isinstance(store.value, ast.Lambda | ast.Name | ast.Attribute | ast.Call)


def _handled(case: Case, program: Program, step: Step, path: Path, call: ast.Call) -> CodeFinding | None:
    """A call that tells IPython what to do with errors."""
    if path[-1] != "set_custom_exc" or program.resolve(path)[0] != IPYTHON:
        return None
    return _finding(
        case, step, call.lineno, "IPython was told what to do with errors, so an error need not end a cell"
    )


def _finding(case: Case, step: Step, line: int, what: str) -> CodeFinding:
    where = place_of(case, step, line)
    because = f"{what} ({said(case, where)}), so the tests' result says little. A person looks."
    return CodeFinding(Kind.SELFCHECK, Standing.SUSPECTED, because, (where,), "", sure=False)
