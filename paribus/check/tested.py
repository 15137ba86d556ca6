"""What a tests cell shows when it has come to its end: that its tests passed, and on which code they ran.

The record holds digests of the two cells as they ran. From them grading can tell two things: whether the code on
the page is the code that was tested, and whether the tests are those that were released.
"""

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING

from paribus.display.markup import Table
from paribus.display.show import executed_cells
from paribus.errors import EvidenceError
from paribus.records.code import cell_digest
from paribus.records.record import Record
from paribus.records.session import Session

if TYPE_CHECKING:
    import numpy as np

CHECKS = frozenset({"equal", "close", "true", "raises"})
"""The functions of `paribus.selfcheck` that are a test each; the others prepare one."""


def passed_tests(session: Session, task: str) -> tuple[Record | None, Table]:
    """The record that the tests of ``task`` passed, None where no notebook runs, and what people see.

    EvidenceError where no cell that this session ran makes ``task``.
    """
    cells = executed_cells()
    if not cells:
        return None, Table("", ("",), (), f"The tests of {task} passed.")
    tests = cells[-1]
    source = defining_cell(cells[:-1], task)
    if source is None:
        raise EvidenceError(
            f"No cell that was run since the kernel started makes {task!r}. Run the cell with your code, then this "
            "one."
        )
    number = count_tests(tests)
    record = session.write(
        "tests", session.new_run("t"), run_name=task,
        code={"task": cell_digest(source), "tests": cell_digest(tests)},
        values={"tests": float(number), "passed": float(number), "count": float(len(cells) - 1)},
    )  # fmt: skip
    return record, Table("", ("",), (), f"{number} of {number} tests passed.")


def defining_cell(cells: Sequence[str], name: str) -> str | None:
    """The newest of the cells that defines or assigns ``name`` at its top level, None where none does."""
    return next((source for source in reversed(cells) if name in _made_by(source)), None)


def count_tests(source: str) -> int:
    """How many tests a cell has: assertions and calls of `paribus.selfcheck`."""
    return sum(map(_is_test, ast.walk(ast.parse(source))))


def draws(nonce: str, task: str) -> "np.random.Generator":
    """Random numbers for the tests of one task in one notebook: the same at every run, others in every notebook."""
    import numpy as np

    return np.random.default_rng([int(nonce, 16), *task.encode()])


def _is_test(node: ast.AST) -> bool:
    if isinstance(node, ast.Assert):
        return True
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CHECKS):
        return False
    owner = node.func.value
    return (isinstance(owner, ast.Name) and owner.id == "selfcheck") or (
        isinstance(owner, ast.Attribute) and owner.attr == "selfcheck"
    )


def _made_by(source: str) -> set[str]:
    """The names that a cell makes at its top level; none of a cell that cannot be read (such as one of magics)."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError):
        return set()
    names: set[str] = set()
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {item.id for target in targets for item in ast.walk(target) if isinstance(item, ast.Name)}
    return names
