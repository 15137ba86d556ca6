"""What checks ask before they conclude anything from what is not in a file: whether a tool may have dropped it."""

from collections.abc import Iterable

from grader.checks.base import Check, Finding, counted, failed, listed, proposed, undecided
from grader.model import Case, Outcome, RecoveredCell
from grader.reading.answers import added_below, is_untouched
from grader.reading.unseen import LeftOut, unread_in
from paribus.course.assignment import Cell, Role

ANSWERS = (Role.TASK, Role.EXPERIMENT, Role.DIAGNOSIS, Role.MEMO)


def hand_in(case: Case) -> str:
    """What a student does where a file does not show everything."""
    if case.notebook.family.endswith("-page"):
        return "Hand in the .ipynb file or its HTML export in place of the browser's copy."
    return "Run the notebook from top to bottom, save it, and hand it in as it is then, with outputs and counts."


def code_cells(case: Case) -> list[RecoveredCell]:
    """The file's code cells."""
    return [cell for cell in case.notebook.cells if cell.cell_type == "code"]


def never_ran(cell: RecoveredCell) -> bool:
    """The file shows that the cell did not run."""
    return cell.count is None and cell.survived.count


def nothing_ran(case: Case, what: str) -> Finding | None:
    """What to say of a file with neither counts nor outputs; None of any other.

    Clearing outputs and commit hooks leave the same file as not running it, so that is proved only where nothing
    was answered either. ``what`` follows from it.
    """
    if case.records or any(cell.count is not None or cell.outputs for cell in code_cells(case)):
        return None
    answers = [cell for cell in case.assignment.cells if cell.role in ANSWERS]
    if all(is_untouched(case, cell) for cell in answers) and case.notebook.whole:
        return failed(f"The notebook is as it was released and was not run: {what}.")
    found = undecided(
        "Your file shows neither outputs nor execution counts. Either the notebook was not run, or a tool took "
        f"them out. {hand_in(case)}"
    )
    if not _keeps_runs(case):
        return found
    return proposed(found, Outcome.FAILED, f"a file of this kind would show what ran, and shows nothing: {what}")


def _keeps_runs(case: Case) -> bool:
    return case.notebook.family == "ipynb" or case.notebook.family.startswith("nbconvert")


def text_lost(case: Case) -> str:
    """What may be missing of the notebook's text, "" where all of it is there."""
    return _lost(
        case, [cell for cell in case.notebook.cells if cell.cell_type == "markdown" and cell.cut], "text cell"
    )


def code_lost(case: Case) -> str:
    """What may be missing of the notebook's code, "" where all of it is there."""
    return _lost(case, [cell for cell in code_cells(case) if cell.cut], "code cell")


def _lost(case: Case, cut: list[RecoveredCell], noun: str) -> str:
    if cut:
        names = listed([case.cell_name(cell.position) for cell in cut[:4]] + (["others"] if len(cut) > 4 else []))
        return f"{counted(len(cut), noun)} of your notebook cannot be read in full ({names})"
    return "" if case.notebook.whole else "some cells of your notebook may not be in it"


def outputs_lost(case: Case) -> str:
    """What may be missing of the outputs, and with them of the records; "" where all of them are there."""
    lost = [cell for cell in code_cells(case) if not cell.survived.outputs]
    if lost and len(lost) < len(code_cells(case)):
        names = listed([case.cell_name(cell.position) for cell in lost[:4]] + (["others"] if len(lost) > 4 else []))
        return f"the outputs of {names} may not be in it"
    if lost:
        return "outputs may have been taken out of it"
    return "" if case.notebook.whole else "some cells of your notebook may not be in it"


def unless_lost(case: Case, finding: Finding, lost: str) -> Finding:
    """A finding that concludes from what is not there: for a person where something may be ``lost``."""
    if finding.outcome not in (Outcome.FAILED, Outcome.PASSED) or not lost:
        return finding
    because = f"Your file does not show everything: {lost}. {hand_in(case)}"
    found = undecided(because, finding.values, finding.evidence)
    return proposed(found, finding.outcome, finding.because) if finding.outcome is Outcome.FAILED else found


def unless_unread(case: Case, cell: Cell, check: Check, finding: Finding) -> Finding:
    """A finding about texts of which some were not read: what a page hides may have been hidden by a tool, and what
    it shows otherwise than as text may say more.
    """
    if not check.texts or finding.outcome not in (Outcome.FAILED, Outcome.PASSED):
        return finding
    texts = unread_in(case)
    own = _own_positions(case, cell) if check.texts == "cell" and cell.role is Role.MEMO else set(texts)
    named = [position for position, items in texts.items() if position in own and _matters(finding, items)]
    if not named:
        return finding
    names = listed(case.cell_name(position) for position in named)
    because = f"Not all of the text of {names} could be read as your page shows it. A person reads it."
    found = undecided(because, finding.values, finding.evidence)
    return proposed(found, finding.outcome, finding.because) if finding.outcome is Outcome.FAILED else found


def _own_positions(case: Case, cell: Cell) -> set[int]:
    """Where the answer to a memo is."""
    match = case.matches.get(cell.key)
    if match is None or match.recovered is None:
        return set()
    return {match.recovered.position, *(item.position for item in added_below(case, match.recovered))}


def _matters(finding: Finding, items: Iterable[LeftOut]) -> bool:
    """What is hidden may have been meant as the answer; what is shown may be wrong."""
    return any(item.shown or finding.outcome is Outcome.FAILED for item in items)
