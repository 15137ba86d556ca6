"""Answers that answer the visible tests alone: constants, the tests' own values, objects that equal anything."""

import ast
from collections.abc import Iterator
from functools import lru_cache

from grader.evidence.runs import CASES
from grader.evidence.submitted import read_program
from grader.model import Case
from paribus.check.code.cells import KEPT, parse
from paribus.check.code.facts import Scope
from paribus.check.code.findings import CodeFinding, Kind, Place, place_of, said, suspected
from paribus.check.code.gathered import names_in
from paribus.check.code.paths import Path, path_of
from paribus.check.code.program import BUILTINS, Program, Reach
from paribus.check.names import called, root_name
from paribus.check.shows import only_shows
from paribus.course.assignment import Role

_COMPARES = frozenset(
    """
    __eq__ __ne__ __lt__ __le__ __gt__ __ge__ __float__ __int__ __index__ __bool__ __contains__ __array__
    __getitem__ __getattr__ __instancecheck__ __abs__ __sub__
    """.split()
)
_COUNTS = frozenset(
    f"__{side}{name}__"
    for side in ("", "r")
    for name in ("add", "sub", "mul", "truediv", "floordiv", "mod", "divmod", "pow", "matmul")
) | {"__neg__", "__pos__", "__round__", "__array_ufunc__", "__array_function__"}
_LOOKS_ROUND: tuple[Path, ...] = (
    ("unittest", "mock"), ("mock",), ("inspect", "stack"), ("inspect", "currentframe"), ("sys", "_getframe"),
    ("gc", "get_objects"), ("traceback", "extract_stack"),
)  # fmt: skip

_NUMBERS = frozenset({"ndarray", "Tensor", "float", "int", "list", "tuple", "dict", "str"})
"""What an answer's own class may replace."""
_SAME_ROWS = 2
"""Rows of numbers that an answer shares with its tests before it looks like a table of them."""
_TABLES = frozenset({"globals", "vars", "locals"})
_DRAWS: Path = ("notebook", "draws")


def suspicious_answers(case: Case, task_key: str) -> Iterator[CodeFinding]:
    """What makes one task's answer suspicious."""
    task = case.matches.get(task_key)
    if task is None or task.recovered is None or task.unchanged is True:
        return
    program = read_program(case)
    for name in _asked_for(task.cell.source):
        here = [scope for step, scope in program.defined.get(name, ()) if step.position == task.recovered.position]
        scopes = here[-1:] or list(program.functions_of(ast.Name(name, ast.Load())))
        for scope in scopes:
            found = [*_judged(case, program, scope, name)] or [*_looked_up(case, program, task_key, scope)]
            yield from found or _fitted_to_its_tests(case, program, scope, name)


def _looked_up(case: Case, program: Program, task_key: str, scope: Scope) -> Iterator[CodeFinding]:
    """An answer that holds what its tests give: ``if tuple(scores) in {(0.1, 0.15): 2, …}``."""
    of_the_tests = {
        row for cell in case.assignment.cells if cell.role is Role.TESTS and cell.grades == task_key
        if (tree := parse(cell.source).tree) is not None for row, _ in _rows_of_numbers(tree)
    }  # fmt: skip
    mine = {row: line for row, line in _rows_of_numbers(scope.node) if row in of_the_tests}
    if len(mine) >= _SAME_ROWS:
        where = place_of(case, program.step_of(scope), min(mine.values()))
        what = f"{scope.name} holds the numbers that its tests give ({said(case, where)})"
        yield _finding(where, what, scope.name)


def _rows_of_numbers(tree: ast.AST) -> Iterator[tuple[tuple[float, ...], int]]:
    """Every list or tuple of two and more numbers that is written out, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.List | ast.Tuple) and len(node.elts) > 1:
            values = [item.value for item in node.elts if isinstance(item, ast.Constant)]
            numbers = [float(item) for item in values if isinstance(item, int | float)]
            if len(numbers) == len(node.elts):
                yield tuple(numbers), node.lineno


def _asked_for(released: str) -> list[str]:
    """The functions that the released cell begins."""
    tree = parse(released).tree
    return [node.name for node in tree.body if isinstance(node, ast.FunctionDef)] if tree is not None else []


def _judged(case: Case, program: Program, scope: Scope, name: str) -> Iterator[CodeFinding]:
    step = program.step_of(scope)
    given, returned = _given(scope), _returned(scope)
    loads = {node.id for inner in scope.whole() for node in inner.loads}
    if given and returned and not loads & {*given, "locals", "vars"} and not isinstance(scope.node, ast.ClassDef):
        where = place_of(case, step, returned[0].lineno)
        yield _finding(
            where,
            f"{name} never looks at what it is given and returns the same every time ({said(case, where)})",
            name,
        )
        return
    reach = program.reach([scope])
    borrowed = next(_borrowed(reach, _of_the_tests(case)), None)
    if borrowed is not None:
        where = place_of(case, step, borrowed[1].lineno)
        yield _finding(where, f"{name} reads {borrowed[0]}, which its tests make ({said(case, where)})", name)
        return
    if given and returned and not _depends(scope):
        where = place_of(case, step, returned[0].lineno)
        what = f"What {name} returns does not follow from what it is given ({said(case, where)})"
        yield _finding(where, what, name, sure=False)
        return
    for path, nodes in reach.reads.items():
        if any(path[: len(item)] == item for item in _LOOKS_ROUND):
            where = place_of(case, step, nodes[0].lineno)
            yield _finding(where, f"{name} uses {'.'.join(path)} ({said(case, where)})", name)
            return
    for inner in reach.scopes:  # what it imports by itself
        own = dict(inner.imports)
        for read, node in inner.reads if own else ():
            full = (*own.get(read[0], ()), *read[1:])
            if read[0] in own and any(full[: len(item)] == item for item in _LOOKS_ROUND):
                where = place_of(case, step, node.lineno)
                yield _finding(where, f"{name} uses {'.'.join(full)} ({said(case, where)})", name)
                return
    for inner in reach.scopes:
        if inner.name.rpartition(".")[2] in _COMPARES and _says_always(inner):
            where = place_of(case, program.step_of(inner), inner.line)
            yield _finding(
                where,
                f"{name} uses an object whose {inner.name} says the same of everything ({said(case, where)})",
                name,
            )
            return


def _fitted_to_its_tests(case: Case, program: Program, scope: Scope, name: str) -> Iterator[CodeFinding]:
    """An answer that is another one for the sizes that tests have, or of a kind that passes for any number."""
    by_size = next(_by_size(scope, _given(scope)), None)
    if by_size is not None:
        where = place_of(case, program.step_of(scope), by_size.lineno)
        what = f"{name} answers otherwise for as many items as its tests may have ({said(case, where)})"
        yield _finding(where, what, name, sure=False)
        return
    for inner in program.reach([scope]).scopes:
        bases = inner.node.bases if isinstance(inner.node, ast.ClassDef) else []
        if any((path_of(base) or ("",))[-1] in _NUMBERS for base in bases) and any(
            map(_ignores_itself, inner.inner)
        ):
            where = place_of(case, program.step_of(inner), inner.line)
            what = f"{name} answers with a kind of number of its own, {inner.name} ({said(case, where)})"
            yield _finding(where, what, name)
            return


def _ignores_itself(method: Scope) -> bool:
    """A method that compares or counts, and never looks at the number which it belongs to."""
    compares = method.name.rpartition(".")[2] in _COMPARES | _COUNTS
    return compares and method.params[:1] == ("self",) and "self" not in {node.id for node in method.loads}


def _by_size(scope: Scope, given: list[str]) -> Iterator[ast.expr]:
    """Conditions on how many items an argument has, held against a number that is no border of what can be worked
    out: ``if len(losses) == 3``. A condition that only raises or shows something gives no other answer.
    """
    for branch in scope.branches:
        shows = isinstance(branch, ast.If) and only_shows(branch)
        for node in ast.walk(branch.test) if not shows else ():
            if not isinstance(node, ast.Compare) or len(node.ops) != 1:
                continue
            for size, number in ((node.left, node.comparators[0]), (node.comparators[0], node.left)):
                value = number.value if isinstance(number, ast.Constant) else None
                exact = isinstance(node.ops[0], ast.Eq | ast.NotEq)
                known = isinstance(value, int) and not isinstance(value, bool) and value >= (2 if exact else 3)
                if known and _is_a_size(size, given):
                    yield branch.test


def _is_a_size(node: ast.expr, given: list[str]) -> bool:
    """``len(losses)``, ``losses.numel()``, ``losses.size``, ``losses.shape[0]``."""
    if isinstance(node, ast.Call):
        of = node.args[0] if called(node) == "len" and node.args else getattr(node.func, "value", None)
        return called(node) in ("len", "numel", "size") and isinstance(of, ast.Name) and of.id in given
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Attribute) and node.value.attr == "shape":
        return isinstance(node.value.value, ast.Name) and node.value.value.id in given
    sized = isinstance(node, ast.Attribute) and node.attr == "size"
    return sized and isinstance(node, ast.Attribute) and root_name(node) in given


def _borrowed(reach: Reach, of_the_tests: frozenset[str]) -> Iterator[tuple[str, ast.expr]]:
    """What an answer reads that its tests make: by name, through the table of all names, or drawn as they do."""
    for scope in reach.scopes:
        free = [node for node in scope.loads if node.id in reach.free & of_the_tests]
        yield from ((node.id, node) for node in free[:1])
        tables = [call for path, call in scope.called if path[-1] in _TABLES and not call.args]
        for text in scope.texts if tables else ():
            if text.value in of_the_tests:
                yield str(text.value), tables[0]
    for path, nodes in reach.reads.items():
        if path[0] == "__main__" and len(path) > 1 and path[1] in of_the_tests:
            yield path[1], nodes[0]
        if path == _DRAWS:
            yield "the numbers of notebook.draws", nodes[0]


def _given(scope: Scope) -> list[str]:
    return [item for item in scope.params if item not in ("self", "cls")]


def _returned(scope: Scope) -> list[ast.expr]:
    if isinstance(scope.node, ast.Lambda):
        return [scope.node.body]
    return [item.value for item in scope.returns if item.value is not None]


@lru_cache(maxsize=KEPT)
def _depends(scope: Scope) -> bool:
    """What is returned may follow from the arguments: through assignments, loops, conditions or inner functions."""
    derived = set(_given(scope))
    while True:
        more = {
            store.root
            for store in scope.stores
            if store.root not in derived and (store.source is None or names_in(store.source) & derived)
        }
        more |= {
            path[0]
            for path, call in scope.called
            if len(path) > 1 and path[0] not in derived and any(names_in(item) & derived for item in call.args)
        }
        if not more - derived:
            break
        derived |= more
    decided = [branch.test for branch in scope.branches]
    decided += [loop.iter if isinstance(loop, ast.For) else loop.test for loop in scope.loops]
    return any(names_in(node) & derived for node in (*_returned(scope), *decided))


def _finding(where: Place, what: str, name: str, *, sure: bool = True) -> CodeFinding:
    because = f"{what}, so passing the tests says little of it. A person looks."
    return suspected(Kind.ANSWER, name, where, sure=sure).saying(because)


def _says_always(scope: Scope) -> bool:
    """A method that returns one constant."""
    values = [item.value for item in scope.returns]
    return bool(values) and all(isinstance(value, ast.Constant) and value.value is not None for value in values)


@lru_cache(maxsize=CASES)
def _of_the_tests(case: Case) -> frozenset[str]:
    """Names that only the tests' cells bind."""
    program = read_program(case)
    tests = {
        match.recovered.position
        for match in case.matches.values()
        if match.cell.role is Role.TESTS and match.recovered is not None
    }
    return frozenset(
        name
        for name, bound in program.bound.items()
        if name not in BUILTINS and all(step.position in tests for step, _ in bound)
    )
