"""Code that the release gives, and that ran otherwise: its digest, worked out from the release, held against
the records. It is seen too where the page shows the released code, or no code at all.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from grader.code.digests import digest_in, every_digest, training_names
from grader.evidence.runs import Run, read_runs
from grader.evidence.submitted import read_program
from grader.model import Case, Match, RecoveredCell
from paribus.check.code.cells import KEPT
from paribus.check.code.facts import Scope, read_cell
from paribus.check.code.program import make_program
from paribus.course.assignment import Assignment, Cell, Role
from paribus.records.code import TRAINING, UNAVAILABLE

_DIGITS = 8
"""What is shown of a digest."""


def ran_otherwise(case: Case) -> Iterator[str]:
    """Given functions that a run recorded with another digest than the release's, each once: with both digests and
    what the page shows. Nothing is said where the page binds the name anew, or was made from another release.
    """
    given = _given(case.assignment)
    told: set[str] = set()
    for run in read_runs(case):
        if run.record.release != case.assignment.release:
            continue
        for label, digest in run.code.items():
            name = _name_of(case, run) if label == TRAINING else label
            cell, expected = given.get(name, (None, ""))
            if cell is None or digest in (expected, UNAVAILABLE) or name in told:
                continue
            match = case.matches.get(cell.key)
            if digest in every_digest(case) or _bound_elsewhere(case, name.partition(".")[0], match):
                continue
            told.add(name)
            yield (
                f"{name} in {run.name} (its record has the digest {digest[:_DIGITS]}, the release "
                f"{expected[:_DIGITS]}; {_shown(match)})"
            )


def _given(assignment: Assignment) -> Mapping[str, tuple[Cell, str]]:
    """The functions and methods that the release defines once, in a cell that runs as it is, with their digests."""
    cells = [cell for cell in assignment.cells if cell.cell_type == "code"]
    found: dict[str, list[tuple[Cell, str]]] = {}
    for cell in cells:
        for name, digest in _functions(cell.source):
            found.setdefault(name, []).append((cell, digest))
    return {
        name: homes[0]
        for name, homes in found.items()
        if len(homes) == 1 and homes[0][0].role is Role.CODE and homes[0][1]
    }


@lru_cache(maxsize=KEPT)
def _functions(source: str) -> tuple[tuple[str, str], ...]:
    """A cell's functions and methods, by the names that records have for them; "" for a digest that depends on more
    than the source.
    """
    found: list[tuple[str, Scope]] = []
    for scope in (inner for step in read_cell(source).steps for inner in step.inner):
        found += [(f"{scope.name}.{item.name}", item) for item in scope.inner] if scope.is_class else []
        found += [] if scope.is_class else [(scope.name, scope)]
    return tuple((name, digest_in(source, scope) or "") for name, scope in found)


def _name_of(case: Case, run: Run) -> str:
    """The name of the function that trained a run, as the cell that began it says, or says in the release where the
    file does not show its code; "" where neither tells.
    """
    position = run.start_position if run.start is not None else run.position
    match = next((item for item in case.matches.values() if _position(item) == position), None)
    names = training_names(read_program(case), position, run)
    if not names and match is not None and match.cell.role is Role.CODE and match.unchanged is not False:
        names = training_names(make_program([RecoveredCell(position, "code", match.cell.source, 1)]), position, run)
    return names.pop() if len(names) == 1 else ""


def _bound_elsewhere(case: Case, name: str, home: Match | None) -> bool:
    """Another cell of the file, or another place in the given one, puts something under the name: a finding about
    code says what.
    """
    program = read_program(case)
    stores = [(step, store.path) for step, scope in program.scopes for store in scope.stores if store.root == name]
    defined = len(program.defined.get(name, ()))
    return defined > 1 or any(step.position != _position(home) for step, _ in stores)


def _position(match: Match | None) -> int | None:
    return None if match is None or match.recovered is None else match.recovered.position


def _shown(match: Match | None) -> str:
    """What the file has in the place of a given cell."""
    if match is None or match.recovered is None:
        return "the file lacks its cell"
    if match.recovered.cut or match.unchanged is None:
        return "the file does not show its code"
    return "the file shows the released code" if match.unchanged else "the file shows its cell changed"
