"""What a notebook shows of its run: in order, without errors, with its outputs."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from grader.checks.base import Finding, check, failed, listed, passed, proposed, shorten, undecided
from grader.checks.doubts import Doubt, doubts_of, with_doubts
from grader.checks.faults import never_run
from grader.checks.form.following import causes_of, is_of_own_way
from grader.checks.survival import code_cells, code_lost, hand_in, never_ran, nothing_ran, outputs_lost, unless_lost
from grader.checks.tasks import error_line
from grader.code.digests import other_code
from grader.code.selfchecks import handled_errors
from grader.evidence.contradictions import contradictions
from grader.evidence.tested import ends_in_words
from grader.model import Case, Evidence, Outcome, RecoveredCell
from grader.reading.sources import shows_something
from paribus.course.assignment import Cell, Role

RAISES = "raises-exception"


@check(
    "form.ran_in_order",
    "Everything ran, and shows it",
    basis="shown",
    after=("tasks.tests_passed", "experiments.one_change"),
)
def ran_in_order(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
    """Every task ran, and what each cell shows comes from the code that is in it. A cell that you ran twice is
    no fault.
    """
    tasks = {
        key: match.recovered for key, match in case.matches.items()
        if match.cell.role in (Role.TASK, Role.EXPERIMENT, Role.DIAGNOSIS)
    }  # fmt: skip
    never = [key for key, item in tasks.items() if item is not None and never_ran(item)]
    cells = [item for item in code_cells(case) if item.count is not None]
    values: dict[str, Any] = {"never_ran": never, "ran": len(cells)}
    if (empty := nothing_ran(case, "no task ran")) is not None:
        return empty
    if never:
        return failed(
            f"{listed(never)} never ran. Run the notebook from top to bottom, then hand in again.",
            values,
            [Evidence(key, "[ ]") for key in never],
            [never_run(key) for key in never],
        )
    for found in contradictions(case):
        return failed(
            f"{case.cell_name(found.position)} says {found.name}={found.written}, and the run it shows recorded "
            f"{found.name}={found.recorded}: the code was changed after the run. Run the cell again.",
            {**values, "name": found.name, "written": found.written, "recorded": found.recorded},
            [Evidence(case.cell_name(found.position), f"{found.name}={found.written}")],
        )
    untold = [key for key, item in tasks.items() if item is None or item.count is None]
    if untold or not cells:
        what = f"whether {listed(untold)} ran" if untold and cells else "in which order its cells ran"
        return undecided(f"Your file does not show {what}. {hand_in(case)}", values)
    return with_doubts(_order(case, cells, values), doubts_of(case, other_code(case)))


def _order(case: Case, cells: Sequence[RecoveredCell], values: Mapping[str, Any]) -> Finding:
    """Whether the cells ran in their order on the page; another order is no fault."""
    rerun = [later for earlier, later in pairwise(cells) if (later.count or 0) < (earlier.count or 0)]
    told = {**values, "out_of_order": [case.cell_name(item.position) for item in rerun]}
    if rerun:
        return passed(
            f"Every task ran. Some cells ran in another order than the page's "
            f"(first: {case.cell_name(rerun[0].position)}); "
            "“Restart and run all” before you hand in shows that nothing hangs on it.",
            told,
            [Evidence(case.cell_name(item.position), f"[{item.count}]") for item in rerun[:5]],
        )
    return passed("Every task ran, and the cells ran in their order on the page.", told)


@check(
    "form.no_errors",
    "No cell ends in an error",
    basis="shown",
    after=("tasks.tests_passed", "experiments.one_change"),
)
def no_errors(  # noqa: PLR0911 - one way out a verdict
    case: Case, cell: Cell, options: Mapping[str, Any]
) -> Finding:
    """No cell ends in an error."""
    found = [
        (item, output) for item in case.notebook.cells for output in item.outputs
        if output.kind == "error" and RAISES not in item.tags
    ]  # fmt: skip
    evidence = [Evidence(case.cell_name(item.position), error_line(output)) for item, output in found]
    if found:
        more = f" So do {len(found) - 1} more." if len(found) > 1 else ""
        because = f"{case.cell_name(found[0][0].position)} ends in {error_line(found[0][1])}.{more}"
        if all(is_of_own_way(case, item, error_line(output)) for item, output in found):
            return undecided(
                f"{because} It is as it was given, and your own way to the experiment does without what it looks "
                "for: a person reads your runs.",
                {"errors": len(found)},
                evidence,
            )
        if any(item.survived.tags for item, _ in found):
            causes = [cause for _, output in found for cause in causes_of(case, error_line(output))]
            return failed(because, {"errors": len(found)}, evidence, causes)
        open_one = undecided(
            f"{because} Your file keeps no tags, so a person looks whether that is on purpose.",
            {"errors": len(found)},
            evidence,
        )
        return proposed(open_one, Outcome.FAILED, because)
    lost = [
        key for key, match in case.matches.items()
        if match.recovered is None and match.cell.role in (Role.TASK, Role.TESTS, Role.EXPERIMENT)
        and match.cell.cell_type == "code"
    ]  # fmt: skip
    if lost and len(lost) < len(case.matches):
        return undecided(f"{listed(lost)} is not in your file, so nobody can see whether it ends in an error.")
    if (empty := nothing_ran(case, "nothing shows that it runs without an error")) is not None:
        return empty
    if not any(item.outputs for item in case.notebook.cells):
        return undecided(f"Your file shows no outputs at all, so errors cannot be seen. {hand_in(case)}")
    if lost_outputs := outputs_lost(case):
        return undecided(f"Your file shows no error, but {lost_outputs}. {hand_in(case)}")
    return with_doubts(passed("No cell ends in an error."), list(_in_other_forms(case)))


def _in_other_forms(case: Case) -> Iterator[Doubt]:
    """Errors that a cell shows as plain text, and handlers that may have swallowed some."""
    for item in code_cells(case):
        if (words := ends_in_words(item)) and RAISES not in item.tags:
            name, quoted = case.cell_name(item.position), shorten(words)
            because = f"{name} shows no traceback and seems to end in an error: {quoted}. A person looks."
            yield Doubt(because, (Evidence(name, quoted),), f"{name} seems to end in {quoted}")
    yield from doubts_of(case, handled_errors(case)[:1])


@check("form.outputs_present", "Outputs are in the file", basis="shown")
def outputs_present(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
    """Cells that print, show or draw something have their output in the file."""
    code = code_cells(case)
    if (empty := nothing_ran(case, "no cell has an output")) is not None:
        return empty
    if not any(item.outputs for item in code):
        return undecided(f"Your file shows no output of any cell. {hand_in(case)}")
    linked = [item for item in code if any(output.picture == "linked" for output in item.outputs)]
    silent = [item for item in code if not item.outputs and not item.cut]
    # What a released loop goes through is never empty.
    unrun = [
        item for item in silent
        if never_ran(item) and shows_something(item.source, in_loops=item.position in case.released_positions)
    ]  # fmt: skip
    lost = [item for item in silent if not never_ran(item) and shows_something(item.source)]
    names = {
        kind: [case.cell_name(item.position) for item in items]
        for kind, items in (("linked", linked), ("without_output", lost), ("not_run", unrun))
    }
    evidence = [
        Evidence(case.cell_name(item.position), shorten(item.source, 80)) for item in (*lost, *unrun, *linked)[:8]
    ]
    if unrun:
        return failed(
            f"{listed(names['not_run'][:4])} did not run, so what they should show is missing.", names, evidence
        )
    if lost:
        some = listed(names["without_output"][:4])
        return undecided(f"{some} should show something and the file holds no output of it.", names, evidence)
    if linked:
        return undecided(
            f"The pictures of {listed(names['linked'][:4])} are missing from your file, not from your work: the "
            "page only links to them. Hand in the .ipynb file, or an export with the pictures in it.",
            names,
            evidence,
        )
    fine = passed("Every cell that shows something has its output.", names)
    return unless_lost(case, fine, outputs_lost(case) or code_lost(case))
