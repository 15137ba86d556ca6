"""Evidence records in a recovered notebook: blocks in the plain text of ``<pre>`` elements."""

from collections.abc import Iterator
from itertools import islice

from grader.model import FoundRecord, Output, Recovered
from grader.recover.excess import parse
from paribus.records.block import BEGIN, MAX_RECORDS, find_records

# Where the marker itself is damaged there is no record to speak of; part of it is enough to look closer.
MARKER = BEGIN.strip("-")


def read_records(recovered: Recovered, limit: int = MAX_RECORDS) -> tuple[FoundRecord, ...]:
    """Every record that an output shows, in order, with the position of its cell.

    Only outputs count: a record in a source or in markdown was typed there. At most ``limit`` are read; a last
    entry says so where there are more.
    """
    found = (
        FoundRecord(cell.position, item.record, item.problem, item.problem_kind)
        for cell in recovered.cells
        for output in cell.outputs
        for text in _texts(output)
        for item in find_records(text)
    )
    kept = list(islice(found, limit + 1))
    if len(kept) > limit:
        problem = f"Only the first {limit:,} records of this file were read; there are more."
        kept[limit] = FoundRecord(kept[limit].position, None, problem, "shape")
    return tuple(kept)


def _texts(output: Output) -> Iterator[str]:
    """The texts of an output in which a record can be: its preformatted text, or all of its plain text where
    the export kept no markup.
    """
    if MARKER in output.html:
        for pre in parse(output.html).css("pre"):
            yield pre.text()
    elif not output.html and MARKER in output.text:
        yield output.text
