"""What a student leaves in the code: debugging, paths of one machine, imports that nothing uses."""

from collections.abc import Mapping
from typing import Any

from grader.checks.base import Finding, check, failed, passed, proposed, shorten, undecided
from grader.checks.support import student_cells
from grader.checks.survival import code_cells, code_lost, unless_lost
from grader.code.imports import unused_imports
from grader.model import Case, Evidence, Outcome
from grader.reading.sources import debug_leftovers, fixed_paths
from paribus.course.assignment import Cell

HIDDEN = "Your export left out the code, so it cannot be read."


@check("form.no_debug_cells", "No debugging left", basis="shown")
def no_debug_cells(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
    """No debugging is left in your code: no `if False:`, no breakpoint, no debugger."""
    return _leftovers(
        case, debug_leftovers, "Debugging is left", "Take it out before you hand in.", "No debugging is left."
    )


@check("form.no_fixed_paths", "No path of your own machine", basis="shown")
def no_fixed_paths(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
    """Your code holds no path of your own machine."""
    return _leftovers(
        case,
        fixed_paths,
        "A path of one machine is",
        "Use a path relative to the notebook.",
        "Your code holds no fixed path.",
    )


def _leftovers(case: Case, look: Any, what: str, advice: str, fine: str) -> Finding:  # a reader of sources
    own = [item for item in student_cells(case) if item.cell_type == "code"]
    if own and all(item.hidden for item in own):
        return undecided(HIDDEN)
    found = [(item, text) for item in own for text in look(item.source)]
    if not found:
        return unless_lost(case, passed(fine), code_lost(case))
    item, text = found[0]
    return failed(
        f"{what} in {case.cell_name(item.position)}: {shorten(text, 80)}. {advice}",
        {"found": [text for _, text in found]},
        [Evidence(case.cell_name(item.position), shorten(text, 80)) for item, text in found],
    )


@check("form.no_unused_imports", "No import that nothing uses", basis="shown")
def no_unused_imports(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
    """Your own cells import nothing that the notebook never uses. Write `# noqa` behind an import that is there on
    purpose.
    """
    own = [item for item in student_cells(case) if item.cell_type == "code"]
    if own and all(item.hidden for item in own):
        return undecided(HIDDEN)
    released = {line for one in case.assignment.cells for line in one.source.splitlines()}
    found = [
        item
        for item in unused_imports(
            ((item.position, item.source) for item in own), (item.source for item in code_cells(case))
        )
        if item.line not in released
    ]
    if not found:
        return unless_lost(case, passed("Your code uses all that it imports."), code_lost(case))
    first = next((item for item in found if item.proved), found[0])
    because = (
        f"{case.cell_name(first.position)} imports {first.name}, which nothing uses: {shorten(first.line, 80)}. "
        "Take it out before you hand in."
    )
    values = {"unused": [item.name for item in found]}
    evidence = [Evidence(case.cell_name(item.position), shorten(item.line, 80)) for item in found]
    if first.proved:
        return unless_lost(case, failed(because, values, evidence), code_lost(case))
    open_one = undecided(f"{because} A person looks whether importing it is its purpose.", values, evidence)
    return proposed(open_one, Outcome.FAILED, because)
