"""The text of a notebook: headings, the sections of the checklist, links."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from grader.checks.base import Finding, check, counted, failed, listed, not_applicable, passed, shorten, undecided
from grader.checks.support import student_cells
from grader.checks.survival import text_lost, unless_lost
from grader.model import Case, Evidence, RecoveredCell
from grader.reading import vocabulary
from grader.reading.answers import normal
from grader.reading.prose import Block, read_cell, read_markdown
from paribus.course.assignment import Cell

NO_HEADING = "points to a heading that is not there"
_MISSING_BLANK = re.compile(r"^#{1,6}[A-Za-zÀ-ÿ0-9][^\n]{1,120}$")
_MARKDOWN_LINK = re.compile(r"(?<!!)\[[^\[\]\n]{0,300}\]\([ \t]*<?([^)\s>]{0,2000})>?[^)\n]{0,300}\)")
_HREF = re.compile(r"<a\b[^<>]{0,500}?\bhref=[\"']([^\"'<>]{0,2000})[\"']", re.IGNORECASE)
# What an exporter puts behind each heading.
_OWN_ANCHOR = re.compile(r"<a\b[^<>]{0,500}?\bclass=[\"']anchor-link[\"'][^<>]{0,500}>", re.IGNORECASE)
_HEADING_ID = re.compile(r"<h[1-6][^<>]{0,500}?\bid=[\"']([^\"'<>]{1,500})[\"']", re.IGNORECASE)


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
        return _HREF.findall(_OWN_ANCHOR.sub("", item.html))
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
