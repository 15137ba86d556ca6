"""Values that a notebook records about its runs and that follow from none of them: they are typed in."""

import ast
import re
from collections.abc import Iterator
from functools import lru_cache

from grader.evidence.runs import CASES
from grader.evidence.submitted import read_program
from grader.model import Case
from paribus.check.code.findings import CodeFinding, Kind, place_of, said, suspected
from paribus.check.code.paths import path_of
from paribus.check.code.program import Program, Step
from paribus.check.names import called
from paribus.records.simple import is_number

_OF_RUNS = re.compile(r"f1|accurac|recall|precision|loss|macro|score|spread|mean(?!t|ing)|(?:^|[._])sd\b|std")
"""What the name of a value says that is about runs."""
_OF_NONE = re.compile(r"chance|majority|paper|published|margin|threshold|smallest|matter|scale")
"""What it says of a number that no run gives: of chance, of a publication, of a border that was set."""
_KEEPS = frozenset(
    {"items", "values", "float", "round", "mean", "std", "dict", "list", "tuple", "array", "zip", "sorted"}
)
_DEEPEST = 5


@lru_cache(maxsize=CASES)
def typed_in(case: Case) -> tuple[CodeFinding, ...]:
    """Every value of runs that is recorded by `notebook.value` and made of numbers that are written out."""
    program, found = read_program(case), []
    for step, call, name, value, bound in _recordings(program):
        if _says_runs(_text(name).lower()) and _is_written(program, value, step.order, bound):
            where = place_of(case, step, call.lineno)
            because = (
                f"A value of runs is recorded ({said(case, where)}), and its numbers are written out in "
                "the code: they follow from no run. A person looks."
            )
            found.append(suspected(Kind.VALUE, _text(name), where).saying(because))
    return tuple(dict.fromkeys(found))


def _recordings(program: Program) -> Iterator[tuple[Step, ast.Call, ast.expr, ast.expr, "Bound"]]:
    """Every value that the notebook's top level records: where, by which call, its name, itself, its variables."""
    for step in program.steps:
        for path, call in step.scope.called:
            if len(path) == 2 and path[1] in ("value", "values") and _is_notebook(program, path[0]):
                yield from ((step, call, *item) for item in _recorded(path[1], call))


def recorded_by(program: Program) -> Iterator[tuple[Step, str, ast.expr]]:
    """The same for a reader: where, what is written out of its name, and all that it is made of."""
    for step, _, name, value, bound in _recordings(program):
        yield step, _text(name), value
        yield from ((step, _text(name), item) for item in bound.values())
    for step in program.steps:  # in a loop: for arm, values in mass.items(): notebook.value(…, np.mean(values))
        for loop in step.scope.loops:
            records = any(
                path[-1] in ("value", "values") and _is_notebook(program, path[0])
                for path, call in step.scope.called
                if any(node is call for node in ast.walk(loop))
            )
            if records and isinstance(loop, ast.For):
                yield step, "", loop.iter


def _says_runs(name: str) -> bool:
    return _OF_RUNS.search(name) is not None and _OF_NONE.search(name) is None


def _is_notebook(program: Program, name: str) -> bool:
    return any(
        isinstance(store.value, ast.Call) and (path_of(store.value.func) or ("",))[-1] == "begin"
        for _, store in program.bound.get(name, ())
    )


Bound = dict[str, ast.expr]
"""The variables of a comprehension, with what each goes through."""


def _recorded(method: str, call: ast.Call) -> Iterator[tuple[ast.expr, ast.expr, Bound]]:
    """The names and values that a call records."""
    if method == "value":
        given = [*call.args, *(item.value for item in call.keywords if item.arg == "value")]
        if len(given) > 1:
            yield given[0], given[1], {}
        return
    for table in call.args[:1]:
        if isinstance(table, ast.Dict):
            yield from ((key, value, {}) for key, value in zip(table.keys, table.values, strict=True) if key)
        elif isinstance(table, ast.DictComp):
            bound: Bound = {}
            for part in table.generators:
                for node in ast.walk(part.target):
                    if isinstance(node, ast.Name):
                        bound[node.id] = part.iter
            yield table.key, table.value, bound


def _text(name: ast.expr) -> str:
    """What is written out of a name."""
    return "".join(
        node.value for node in ast.walk(name) if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )


def _is_written(program: Program, node: ast.expr | None, order: int, bound: Bound, depth: int = 0) -> bool:
    """An expression is made of numbers that are written out, and of nothing else."""
    if node is None or depth > _DEEPEST:
        return False

    def below(inner: ast.expr | None) -> bool:
        return _is_written(program, inner, order, bound, depth + 1)

    if isinstance(node, ast.Constant):
        return is_number(node.value)
    if isinstance(node, ast.Name):
        if node.id in bound:
            return below(bound[node.id])
        stores = [store for step, store in program.bound.get(node.id, ()) if step.order < order]
        return len(stores) == 1 and stores[0].how == "assign" and not _is_filled(program, node.id) and below(
            stores[0].value
        )  # fmt: skip
    if isinstance(node, ast.Dict):
        return bool(node.values) and all(map(below, node.values))
    if isinstance(node, ast.Tuple | ast.List):
        return bool(node.elts) and all(map(below, node.elts))
    if isinstance(node, ast.Subscript):
        return below(node.value)
    if isinstance(node, ast.BinOp):
        return below(node.left) and below(node.right)
    if isinstance(node, ast.Call) and called(node) in _KEEPS:
        owner = [node.func.value] if isinstance(node.func, ast.Attribute) and not node.args else []
        parts = [*owner, *node.args]
        return bool(parts) and all(map(below, parts))
    return False


def _is_filled(program: Program, name: str) -> bool:
    """Something is put into it later: then it is no table that is written out."""
    return any(
        store.root == name and (len(store.path) > 1 or store.how != "assign")
        for _, scope in program.scopes
        for store in scope.stores
    )
