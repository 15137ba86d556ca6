"""From the bytes of one file to a notebook: cells, sources, outputs, counts, whatever wrote the file.

text.py       bytes to text: encodings, carriage returns, escape codes
ipynb.py      notebook files, nbformat 3 and 4
families.py   the table of HTML families: how each marks cells, sources and outputs
page.py       reading an HTML page by a row of that table
excess.py     markup that would cost a parser too much, taken down first
visible.py    the plain text a reader sees in a piece of HTML
styles.py     styles that hide text, with colours.py, lengths.py, effects.py and the sheets.py of text cells
seems.py      what a file that is no notebook seems to be, and what to hand in instead

`recover` never runs, fetches or renders anything, and raises nothing but UnreadableError.
"""

from dataclasses import replace

from grader.errors import UnreadableError
from grader.model import Recovered
from grader.recover.ipynb import looks_like_ipynb, read_ipynb
from grader.recover.page import read_page
from grader.recover.refused import unreadable
from grader.recover.sheets import with_sheets
from grader.recover.text import as_utf8
from paribus.course.limits import DEFAULT_LIMITS, Limits

__all__ = ["recover"]


def recover(content: bytes, name: str, limits: Limits = DEFAULT_LIMITS) -> Recovered:
    """The notebook in ``content``; ``name`` (the file's) only helps to word a refusal.

    Raises UnreadableError, whose message is written for the student, where there is no notebook in it or
    it exceeds ``limits``.
    """
    if len(content) > limits.bytes:
        raise UnreadableError(
            f"a file of {len(content) // 1_000_000} MB",
            f"At most {limits.bytes // 1_000_000} MB are read. Clear outputs that print whole data sets, "
            "run the notebook again and hand in its export.",
        )
    refusal = unreadable(content, name)
    if refusal is not None:
        raise refusal
    page, remarks = as_utf8(content)
    recovered = read_ipynb(page, limits) if looks_like_ipynb(page) else read_page(page, name, limits)
    return replace(recovered, cells=with_sheets(recovered.cells), remarks=(*remarks, *recovered.remarks))
