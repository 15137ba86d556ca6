"""The records that an executed notebook displays."""

from collections.abc import Mapping
from html import unescape
from typing import Any

from paribus.records.block import find_records
from paribus.records.record import Record


def records_of(notebook: Mapping[str, Any]) -> list[Record]:
    """All whole records in a notebook's HTML outputs, in order."""
    found = []
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            found += records_in("".join(output.get("data", {}).get("text/html", "")))
    return found


def records_in(markup: str) -> list[Record]:
    """All whole records in one output's markup, in order."""
    return [item.record for item in find_records(unescape(markup)) if item.record is not None]
