"""The evidence block: a record as markup, and records found again in the plain text of an export.

Plain text in a ``<pre>`` is the only thing that survived every nbconvert version, template and sanitiser,
so that is where the record is; the table above it is for people. What is found in an export is a
claim: text can be edited, cut, repeated or made up, and reading it never raises.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from html import unescape
from typing import Any, Literal
from xml.etree.ElementTree import Element

from paribus.display.markup import Table, folded, table_elements, to_html
from paribus.errors import DigestError, RecordError
from paribus.records.record import MAX_RECORD_BYTES, Record

BEGIN = "-----BEGIN PARIBUS RECORD-----"
END = "-----END PARIBUS RECORD-----"
LINE = 120
MAX_RECORDS = 2_000
# A record's characters plus its line breaks, with room for exporters that indent.
MAX_BLOCK = 2 * MAX_RECORD_BYTES
# What one notebook can make a reader parse, however many blocks it holds.
MAX_TOTAL = 20_000_000


@dataclass(frozen=True)
class FoundText:
    """One block as found: a record, or the problem with it.

    ``problem_kind`` is "digest" where the content does not fit its own digest (it was edited), "shape" where
    it was cut, is foreign, too long or of another version.
    """

    record: Record | None
    problem: str = ""
    problem_kind: Literal["", "digest", "shape"] = ""


def render(record: Record, table: Table, more: Table | None = None) -> str:
    """The record under its table, as HTML; ``more`` is folded behind its title."""
    unfolded = [] if more is None else [folded(more.title, table_elements(replace(more, title="")))]
    text = Element("pre")
    text.text = block_text(record)
    evidence = folded(f"evidence for grading: {record.kind} record {record.digest()[:12]}", [text])
    return to_html([*table_elements(table), *unfolded, evidence])


def block_text(record: Record) -> str:
    """The block's plain text: marker, canonical JSON broken into lines of at most 120 characters, marker."""
    return "\n".join([BEGIN, *_lines(record.to_json()), END]) + "\n"


def find_records(text: str) -> list[FoundText]:
    """Every block in ``text``, in order, with what is wrong with those that cannot be read.

    At most 2,000 blocks and 20 MB of them are read; a last entry says so where there are more. Never raises.
    """
    found: list[FoundText] = []
    total = 0
    begin = text.find(BEGIN)
    while begin >= 0:
        if len(found) >= MAX_RECORDS or total > MAX_TOTAL:
            problem = f"Only the first {len(found):,} records of this text were read; there are more."
            found.append(FoundText(None, problem, "shape"))
            break
        content = begin + len(BEGIN)
        following = text.find(BEGIN, content)
        limit = following if following >= 0 else len(text)
        end = text.find(END, content, limit)
        total += (end if end >= 0 else limit) - begin
        found.append(_read_block(text, content, end))
        begin = following
    return found


def displayed(notebook: Mapping[str, Any]) -> Iterator[tuple[str, FoundText]]:
    """Every block in the outputs of an executed notebook (nbformat 4), in order, with its cell's id."""
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            for item in find_in_markup("".join(output.get("data", {}).get("text/html", ""))):
                yield cell.get("id", "?"), item


def find_in_markup(markup: str) -> list[FoundText]:
    """Every block in markup as `render` made it. Markup that went through an exporter needs a parser."""
    return find_records(unescape(markup))


def records_of(notebook: Mapping[str, Any]) -> list[Record]:
    """All whole records that an executed notebook displays, in order."""
    return [item.record for _, item in displayed(notebook) if item.record is not None]


def _read_block(text: str, content: int, end: int) -> FoundText:
    if end < 0:
        return FoundText(None, "The record has no end: it was cut.", "shape")
    if end - content > MAX_BLOCK:
        return FoundText(None, f"The record is longer than the {MAX_RECORD_BYTES:,} bytes that are read.", "shape")
    # JSON holds no raw line breaks, so each one was put there by us or by an exporter.
    joined = "".join(line.strip("\r\n") for line in text[content:end].split("\n")).strip()
    try:
        return FoundText(Record.from_json(joined))
    except DigestError as error:
        return FoundText(None, str(error), "digest")
    except RecordError as error:
        return FoundText(None, str(error), "shape")


def _lines(text: str) -> Sequence[str]:
    """``text`` in pieces of at most 120 characters that neither begin nor end with a blank.

    Exporters may trim blanks at the ends of lines; inside a line they stay.
    """
    lines: list[str] = []
    start = 0
    while len(text) - start > LINE:
        cut = start + LINE
        while cut > start + 1 and (text[cut].isspace() or text[cut - 1].isspace()):
            cut -= 1
        if cut == start + 1:  # nothing but blanks: a break among them is as good as any
            cut = start + LINE
        lines.append(text[start:cut])
        start = cut
    return [*lines, text[start:]]
