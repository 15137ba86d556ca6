"""Form: ran in order, no errors, outputs there, headings and sections in order, nothing left over."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from grader.checks.base import (
    Finding,
    check,
    counted,
    failed,
    listed,
    not_applicable,
    passed,
    proposed,
    shorten,
    undecided,
)
from grader.checks.doubts import Doubt, doubts_of, with_doubts
from grader.checks.faults import ended_in, never_run
from grader.checks.support import student_cells
from grader.checks.survival import (
    code_cells,
    code_lost,
    hand_in,
    never_ran,
    nothing_ran,
    outputs_lost,
    text_lost,
    unless_lost,
)
from grader.checks.tasks import error_line
from grader.code.digests import other_code
from grader.code.selfchecks import handled_errors
from grader.evidence.contradictions import contradictions
from grader.evidence.tested import ends_in_words
from grader.model import Case, Evidence, Outcome, RecoveredCell
from grader.reading import vocabulary
from grader.reading.answers import normal
from grader.reading.prose import Block, read_cell, read_markdown
from grader.reading.sources import debug_leftovers, fixed_paths, shows_something
from paribus.course.assignment import Cell, Role

RAISES = "raises-exception"
NO_HEADING = "points to a heading that is not there"
_MISSING_BLANK = re.compile(r"^#{1,6}[A-Za-zÀ-ÿ0-9][^\n]{1,120}$")
_MARKDOWN_LINK = re.compile(r"(?<!!)\[[^\[\]\n]{0,300}\]\([ \t]*<?([^)\s>]{0,2000})>?[^)\n]{0,300}\)")
_HREF = re.compile(r"<a\b[^<>]{0,500}?\bhref=[\"']([^\"'<>]{0,2000})[\"']", re.IGNORECASE)
_HEADING_ID = re.compile(r"<h[1-6][^<>]{0,500}?\bid=[\"']([^\"'<>]{1,500})[\"']", re.IGNORECASE)


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


@check("form.no_errors", "No cell ends in an error", basis="shown", after=("tasks.tests_passed",))
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
        if any(item.survived.tags for item, _ in found):
            causes = [ended_in(error_line(output)) for _, output in found]
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


@check("form.headings", "Headings", basis="shown")
def headings(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
    """Headings have a space after # and skip no level."""
    if not any(True for _ in _markdown(case)):
        return undecided("No text cell could be read in your file.")
    own = {item.position for item in student_cells(case)}
    level, faults = 0, []
    for item in _markdown(case):
        released = _released_headings(case, item) if item.position in own else set()
        for block in read_cell(item):
            mine = item.position in own and normal(block.text) not in released
            if block.kind == "heading":
                if mine and level and block.level > level + 1:
                    faults.append(
                        (item, f"“{shorten(block.text, 60)}” is a level {block.level} heading below level {level}")
                    )
                level = block.level
            elif mine and block.kind == "paragraph" and _MISSING_BLANK.match(block.text):
                faults.append((item, f"“{shorten(block.text, 60)}” lacks a space after #"))
    if faults:
        evidence = [Evidence(case.cell_name(item.position), text) for item, text in faults]
        found = failed(
            f"Not right ({counted(len(faults), 'heading')}): {faults[0][1]}.",
            {"faults": [text for _, text in faults]},
            evidence,
        )
        return (
            found
            if any("lacks a space" in text for _, text in faults)
            else unless_lost(case, found, text_lost(case))
        )
    return unless_lost(case, passed("Your headings have their spaces and skip no level."), text_lost(case))


def _markdown(case: Case) -> Iterator[RecoveredCell]:
    return (item for item in case.notebook.cells if item.cell_type == "markdown")


def _released_headings(case: Case, item: RecoveredCell) -> set[str]:
    """The headings that were in the cell when it was released: their levels are not the student's."""
    match = case.matches.get(case.cell_name(item.position))
    return {normal(block.text) for block in read_markdown(match.cell.source)} if match is not None else set()


@check("form.sections", "Sections of the checklist", options={"sections": "texts"}, basis="shown")
def sections(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
    """The notebook has the sections of the checklist, under these or similar headings."""
    wanted = [str(name) for name in options.get("sections", vocabulary.vocabulary()["sections"])]
    found = [normal(block.text) for item in _markdown(case) for block in read_cell(item) if block.kind == "heading"]
    if not found:
        return undecided("No headings could be read in your file.")
    missing = [name for name in wanted if not any(_names_section(text, name) for text in found)]
    values = {"missing": missing, "headings": len(found)}
    if missing:
        return unless_lost(case, failed(f"There is no section for {listed(missing)}.", values), text_lost(case))
    return passed("All sections of the checklist are there.", values)


def _names_section(heading: str, name: str) -> bool:
    phrases = vocabulary.names("sections").get(name, (name,))
    return any(re.search(rf"(?<!\w){re.escape(normal(phrase))}(?!\w)", heading) for phrase in (name, *phrases))


@check("form.no_debug_cells", "No debugging left", basis="shown")
def no_debug_cells(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
    """No debugging is left in your code: no `if False:`, no breakpoint, no debugger."""
    return _leftovers(
        case, debug_leftovers, "Debugging is left", "Take it out before you hand in.", "No debugging is left."
    )


@check("form.no_fixed_paths", "No path of your own machine", basis="shown")
def no_fixed_paths(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
    """No path of your own machine is in your code."""
    return _leftovers(
        case,
        fixed_paths,
        "A path of one machine is",
        "Use a path relative to the notebook.",
        "No fixed path is in your code.",
    )


def _leftovers(case: Case, look: Any, what: str, advice: str, fine: str) -> Finding:  # noqa: ANN401 - a reader of sources
    own = [item for item in student_cells(case) if item.cell_type == "code"]
    if own and all(item.hidden for item in own):
        return undecided("Your export left out the code, so it cannot be read.")
    found = [(item, text) for item in own for text in look(item.source)]
    if not found:
        return unless_lost(case, passed(fine), code_lost(case))
    item, text = found[0]
    return failed(
        f"{what} in {case.cell_name(item.position)}: {shorten(text, 80)}. {advice}",
        {"found": [text for _, text in found]},
        [Evidence(case.cell_name(item.position), shorten(text, 80)) for item, text in found],
    )


@check("form.links", "Links lead somewhere", basis="shown")
def links(case: Case, cell: Cell, options: Mapping[str, Any]) -> Finding:
    """The links in your text lead somewhere: none is empty, points to your own machine, or to a heading that is not
    there.
    """
    if not any(True for _ in _markdown(case)):
        return undecided("No text cell could be read in your file.")
    anchors = _anchors(case)
    faults, number = [], 0
    for item in student_cells(case):
        for target in _targets(item) if item.cell_type == "markdown" else ():
            number += 1
            if (fault := _link_fault(target, anchors)) is not None:
                faults.append((item, f"{target or 'an empty link'} {fault}"))
    if faults:
        evidence = [Evidence(case.cell_name(item.position), text) for item, text in faults]
        found = failed(
            f"Leading nowhere ({counted(len(faults), 'link')}): {faults[0][1]}.",
            {"faults": [text for _, text in faults]},
            evidence,
        )
        return unless_lost(case, found, text_lost(case)) if all(NO_HEADING in text for _, text in faults) else found
    if not number:
        return not_applicable("Your text has no links.")
    fine = passed(
        f"{counted(number, 'link')} looked at, none leads nowhere; whether pages still exist was not asked.",
        {"links": number},
    )
    return unless_lost(case, fine, text_lost(case))


def _targets(item: RecoveredCell) -> list[str]:
    if item.rendered and item.html:
        return [
            target
            for target in _HREF.findall(item.html)
            if not target.startswith("#") or "anchor-link" not in item.html
        ]
    return [match[1] for match in _MARKDOWN_LINK.finditer(item.source)]


def _anchors(case: Case) -> set[str]:
    """What a link within the notebook can lead to: headings as Jupyter names them."""
    found: set[str] = set()
    for item in _markdown(case):
        found |= {name.lower() for name in _HEADING_ID.findall(item.html)}
        found |= {_anchor(block) for block in read_cell(item) if block.kind == "heading"}
    return found


def _anchor(block: Block) -> str:
    return re.sub(r"\s+", "-", block.text.strip()).lower()


def _link_fault(target: str, anchors: set[str]) -> str | None:
    if not target or target == "#":
        return "has no target"
    if target.startswith("#"):
        return None if target[1:].lower().replace("%20", "-") in anchors else NO_HEADING
    if re.match(r"(?i)(file:|[a-z]:\\|/home/|/users/|/tmp/|https?://(localhost|127\.0\.0\.1))", target):
        return "points to one machine"
    return None
