"""Small HTML for notebook outputs, built as elements and never by joining strings.

Plain elements without classes or scripts: that is what every export and every sanitiser leaves alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, tostring


@dataclass(frozen=True)
class Table:
    """A table that people read: a title, a header and rows of text. ``note`` is below it."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def table_elements(table: Table) -> list[Element]:
    """The table as elements: a bold title, the table itself and the note, each where there is one."""
    elements: list[Element] = []
    if table.title:
        title = Element("p")
        SubElement(title, "strong").text = table.title
        elements.append(title)
    if table.rows:
        body = Element("table")
        if any(table.header):
            _add_row(SubElement(body, "thead"), table.header, "th")
        rows = SubElement(body, "tbody")
        for row in table.rows:
            _add_row(rows, row, "td")
        elements.append(body)
    if table.note:
        note = Element("p")
        note.text = table.note
        elements.append(note)
    return elements


def folded(summary: str, inside: Sequence[Element]) -> Element:
    """Elements behind a line that opens them."""
    details = Element("details")
    SubElement(details, "summary").text = summary
    details.extend(inside)
    return details


def to_html(elements: Sequence[Element]) -> str:
    """One ``<div>`` around the elements, with everything a person wrote escaped."""
    outer = Element("div")
    outer.extend(elements)
    return tostring(outer, encoding="unicode", method="html")


def to_text(table: Table) -> str:
    """The table as aligned plain text, for places that show no HTML."""
    lines = [table.title] if table.title else []
    rows = [row for row in (table.header, *table.rows) if any(row)]
    columns = max((len(row) for row in rows), default=0)
    widths = [max((len(row[i]) for row in rows if i < len(row)), default=0) for i in range(columns)]
    lines += [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip() for row in rows
    ]
    if table.note:
        lines.append(table.note)
    return "\n".join(lines)


def _add_row(parent: Element, cells: Sequence[str], tag: str) -> None:
    row = SubElement(parent, "tr")
    for cell in cells:
        SubElement(row, tag, style="text-align: left").text = cell
