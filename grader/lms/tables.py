"""A table of people as a platform or a spreadsheet wrote it: its cells, and how they were written."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from grader.errors import WorksheetError

# A cell that begins so is a formula to a spreadsheet; to some of them the wide forms as well.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
MAX_BYTES = 20_000_000
_SEPARATOR = re.compile(r"sep=[,;\t]", re.IGNORECASE)


@dataclass(frozen=True)
class Form:
    """How a table is written: what is between cells and after lines, and whether a byte order mark comes first."""

    delimiter: str = ","
    line_end: str = "\n"
    byte_order_mark: bool = False


PLAIN_FORM = Form()


@dataclass(frozen=True)
class Table:
    """A table as read: the header, and the rows that hold something, each with the line that it ends on and at
    least as wide as the header.
    """

    header: tuple[str, ...] = ()
    rows: tuple[tuple[int, tuple[str, ...]], ...] = ()
    form: Form = PLAIN_FORM


def read_table(content: bytes, origin: str) -> Table:
    """Read a table with ``,``, ``;`` or tabs between cells. WorksheetError where it is too large, or no CSV."""
    if len(content) > MAX_BYTES:
        raise WorksheetError(f"{origin}: is {len(content):,} bytes large; at most {MAX_BYTES:,} are read.")
    text = _decode(content, origin)
    delimiter = _delimiter(text)
    try:
        lines = list(_lines(text, delimiter))
    except csv.Error as error:
        raise WorksheetError(f"{origin}: is no CSV file ({error}). Download the table again.") from error
    if not lines:
        return Table()
    header = tuple(lines[0][1])
    rows = tuple((number, _filled(row, len(header))) for number, row in lines[1:])
    line_end = "\r\n" if "\r\n" in text else "\n"
    return Table(header, rows, Form(delimiter, line_end, content.startswith(b"\xef\xbb\xbf")))


def write_table(lines: Iterable[Sequence[str]], form: Form) -> bytes:
    """Lines of cells in this form. Everything with a blank in it is quoted, as the platforms do, so that
    what is unchanged also looks unchanged.
    """
    quoted = re.compile(rf'[\s"\\{form.delimiter}]')
    text = "".join(
        form.delimiter.join(_quoted(cell) if quoted.search(cell) else cell for cell in line) + form.line_end
        for line in lines
    )
    return text.encode("utf-8-sig" if form.byte_order_mark else "utf-8")


def no_formula(text: str) -> str:
    """A text that no spreadsheet takes for a formula: an apostrophe is put before what would be one."""
    return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text


def _quoted(cell: str) -> str:
    doubled = cell.replace('"', '""')
    return f'"{doubled}"'


def _decode(content: bytes, origin: str) -> str:
    for encoding in ("utf-8-sig", "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"):
        try:
            return content.decode(encoding).lstrip("\ufeff")
        except UnicodeDecodeError:
            continue
    if content.startswith(b"PK"):
        raise WorksheetError(f"{origin}: is an Excel workbook or a zip. Save the table as CSV UTF-8.")
    raise WorksheetError(
        f"{origin}: is not in UTF-8. Use the file as you downloaded it, or save it as CSV UTF-8 in the spreadsheet."
    )


def _delimiter(text: str) -> str:
    """The one that a first line ``sep=;`` names, else the one that the header holds most of, outside of quotes."""
    first = text.lstrip().split("\n", 1)[0].rstrip("\r")
    if _SEPARATOR.fullmatch(first):
        return first[-1]
    header = re.sub(r'"[^"]*"', "", first)
    return max(",;\t", key=header.count)


def _lines(text: str, delimiter: str) -> Iterator[tuple[int, Sequence[str]]]:
    """The rows that hold something, each with the line that it ends on; without the line that names the separator,
    which spreadsheets write, and platforms do not know.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    for row in reader:
        names_separator = reader.line_num == 1 and _SEPARATOR.fullmatch(delimiter.join(row))
        if not names_separator and any(cell.strip() for cell in row):
            yield reader.line_num, row


def _filled(row: Sequence[str], width: int) -> tuple[str, ...]:
    """A row as wide as the header: spreadsheets drop empty cells at the end."""
    return tuple(row) + ("",) * (width - len(row))
