"""Numbers as worksheets hold them: with a decimal point or comma, and with a spreadsheet's thousands signs."""

import re
from collections.abc import Iterable

NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")
_GROUPED = re.compile(r"-?\d{1,3}(?P<sign>[.,' ])\d{3}(?:(?P=sign)\d{3})*(?:[.,]\d+)?")
_FRACTION = re.compile(r"-?(?P<whole>[\d.,' ]*\d)(?P<sign>[.,])(?P<digits>\d+)")


def read_number(text: str, decimal: str) -> float | None:
    """The number that a cell holds, None where it holds none. ``decimal`` is the worksheet's decimal sign: it tells
    1,000 from 1.
    """
    plain = _plain(text)
    grouped = _GROUPED.fullmatch(plain)
    if grouped is not None and grouped["sign"] != decimal:
        plain = plain.replace(grouped["sign"], "")
    return float(plain.replace(",", ".")) if NUMBER.fullmatch(plain) else None


def decimal_sign(cells: Iterable[str]) -> str:
    """The decimal sign of the first number that shows one, "" where none does. Three digits may be thousands."""
    for cell in cells:
        found = _FRACTION.fullmatch(_plain(cell))
        if found is None or found["sign"] in found["whole"]:
            continue
        if len(found["digits"]) != 3 or not found["whole"].isdigit() or found["whole"] == "0":
            return found["sign"]
    return ""


def _plain(text: str) -> str:
    return re.sub(r"\s", " ", text.strip()).replace("’", "'")
