"""How what is reported was judged: on the rows that it was fitted to, on those that a loop happened to leave, by a
test that takes parts of one run for repetitions.
"""

import ast
from collections.abc import Iterator
from functools import lru_cache

from grader.evidence.runs import CASES
from grader.evidence.submitted import read_program
from grader.model import Case
from paribus.check.code.findings import CodeFinding, Kind, Place, place_of, said, suspected
from paribus.check.code.flow import FITS
from paribus.check.code.program import Program, Step
from paribus.check.names import called

_SPLITS = frozenset({"array_split", "split", "train_test_split", "random_split"})
_FITTERS = FITS | {"minimize", "minimize_scalar", "curve_fit", "least_squares", "basinhopping"}
_TESTS = frozenset({"ttest_rel", "ttest_ind", "wilcoxon", "mannwhitneyu", "ranksums", "ks_2samp"})
"""Tests that take every number for a repetition of its own."""
_JOINS = frozenset({"concatenate", "hstack", "ravel", "flatten", "chain", "from_iterable", "cat"})
_PARTS = ("per_class", "predictions", "epochs")
"""What a run has several of that are no repetitions."""
_DEEPEST = 3


@lru_cache(maxsize=CASES)
def misjudged(case: Case) -> tuple[CodeFinding, ...]:
    """Every such place of the student's own cells."""
    program = read_program(case)
    own = [step for step in program.steps if step.position not in case.released_positions]
    found = (
        *_same_part(case, program, own),
        *_left_by_a_loop(case, program, own),
        *_replicates(case, program, own),
    )
    return tuple(dict.fromkeys(found))


def _same_part(case: Case, program: Program, own: list[Step]) -> Iterator[CodeFinding]:
    """One of two parts is fitted to and judged by, and the other one is used for nothing."""
    for step in own:
        node = step.scope.node
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call):
            continue
        target = node.targets[0]
        names = [item.id for item in getattr(target, "elts", []) if isinstance(item, ast.Name)]
        if called(node.value) not in _SPLITS or len(names) != 2:
            continue
        loads = {name: _read(program, name, step) for name in names}
        for used, unused in (names, names[::-1]):
            fits = [
                (home, call) for home in own for call in home.scope.calls if called(call) in _FITTERS
                and any(isinstance(item, ast.Name) and item.id == used for item in ast.walk(call))
            ]  # fmt: skip
            inside = {id(item) for _, call in fits for item in ast.walk(call)}
            if fits and not loads[unused] and any(id(item) not in inside for item in loads[used]):
                home, call = fits[0]
                where = place_of(case, home, call.lineno)
                yield _finding(
                    Kind.LEAK, where, used,
                    f"{called(call)} is fitted to {used}, which is judged by afterwards, and {unused} is used for "
                    f"nothing ({said(case, where)})",
                )  # fmt: skip


def _read(program: Program, name: str, made: Step) -> list[ast.Name]:
    """Where a name of the notebook is read after it was made: not the names of its own that a function calls so."""
    return [
        item
        for step, scope in program.scopes
        if (step.order > made.order if not scope.name else name not in scope.local or name in scope.outer)
        for item in scope.loads
        if item.id == name
    ]


def _left_by_a_loop(case: Case, program: Program, own: list[Step]) -> Iterator[CodeFinding]:
    """A model is fitted to the rows that the variable of an earlier cell's loop was left with."""
    left: dict[str, int] = {}
    for step in program.steps:
        for loop in step.scope.loops if not step.scope.name else ():
            names = ast.walk(loop.target) if isinstance(loop, ast.For) else ()
            left |= {item.id: step.position for item in names if isinstance(item, ast.Name)}
    only = {name for name in left if all(store.how == "bind" for _, store in program.bound.get(name, ()))}
    for step in own:
        for call in step.scope.calls:
            rows = [item.slice for item in call.args if isinstance(item, ast.Subscript)]
            name = next((row.id for row in rows if isinstance(row, ast.Name) and row.id in only), "")
            if name and left[name] != step.position and _fits(program, call):
                where = place_of(case, step, call.lineno)
                yield _finding(
                    Kind.LEAK, where, name,
                    f"{called(call)} gets the rows {name}, which a loop of an earlier cell was left with "
                    f"({said(case, where)}), so it learns from a part",
                )  # fmt: skip


def _fits(program: Program, call: ast.Call) -> bool:
    functions = [scope for scope in program.functions_of(call.func) if not scope.is_class]
    return called(call) in FITS or any(path[-1] in FITS for scope in functions for path, _ in scope.called)


def _replicates(case: Case, program: Program, own: list[Step]) -> Iterator[CodeFinding]:
    """A test over runs gets all classes, rows or epochs of each as if they were runs of their own."""
    for step in own:
        for call in step.scope.calls:
            if called(call) in _TESTS and any(_joins_parts(program, step, item) for item in call.args[:2]):
                where = place_of(case, step, call.lineno)
                yield _finding(
                    Kind.VALUE, where, called(call),
                    f"{called(call)} takes all parts of every run for repetitions ({said(case, where)}): there are "
                    "as many as there are seeds",
                )  # fmt: skip


def _joins_parts(program: Program, step: Step, node: ast.expr, depth: int = 0) -> bool:
    """``np.concatenate([run.metrics.per_class_f1 for run in runs])``, itself, by a name or as a table's entry."""
    if depth > _DEEPEST:
        return False
    for inner in ast.walk(node):
        joins = isinstance(inner, ast.Call) and called(inner) in _JOINS
        if joins and any(
            isinstance(item, ast.ListComp | ast.GeneratorExp)
            and any(isinstance(part, ast.Attribute) and part.attr.startswith(_PARTS) for part in ast.walk(item.elt))
            for item in ast.walk(inner)
        ):
            return True
        if isinstance(inner, ast.Name):
            bound = [store for home, store in program.bound.get(inner.id, ()) if home.order < step.order]
            if bound and bound[-1].value is not None and _joins_parts(program, step, bound[-1].value, depth + 1):
                return True
    return False


def _finding(kind: Kind, where: Place, about: str, what: str) -> CodeFinding:
    return suspected(kind, about, where).saying(f"{what}. A person looks.")
