"""One comparison, a table of them, and the file they go to."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from paribus.files import write_atomic


@dataclass(frozen=True)
class Row:
    """One comparison: ``ratio`` is other / ours, and falls short below ``at_least``.

    For a limit, ``other`` is the limit. Times are medians of one run of the benchmark on one machine.
    """

    name: str
    ours: float
    other: float
    unit: str
    at_least: float

    @property
    def ratio(self) -> float:
        """How many times better than the other side, or than the limit."""
        return self.other / self.ours

    @property
    def enough(self) -> bool:
        """Whether the ratio is what was asked for."""
        return self.ratio >= self.at_least


def write_rows(rows: Sequence[Row], path: Path) -> None:
    """The rows as JSON, the ratios with them."""
    plain = [{**asdict(row), "ratio": row.ratio} for row in rows]
    write_atomic(path, json.dumps(plain, indent=1) + "\n")


def print_rows(rows: Sequence[Row]) -> None:
    """The rows as a table."""
    from rich.console import Console
    from rich.table import Table

    table = Table("what", "ours", "other or limit", "unit", "ratio", "at least", box=None, header_style="bold")
    for row in rows:
        mark = "" if row.enough else "  [red]falls short[/red]"
        table.add_row(row.name, f"{row.ours:.4f}", f"{row.other:.4f}", row.unit, f"{row.ratio:.1f}{mark}",
                      f"{row.at_least:g}")  # fmt: skip
    Console(width=140).print(table)
