"""The page of a rehearsal: what became of every fault, honest work wrongly marked, texts by other hands."""

import re
from pathlib import Path

from generator.rehearsal.matrix import FaultRow, Matrix
from generator.rehearsal.table import Table
from generator.templates.pages import environment, style_and_policy
from paribus.files import write_atomic

MARKS = {
    "caught": ("passed", "caught"), "proposed": ("passed", "proposed to be failed"),
    "open": ("undecided", "left to a person"),
    "missed": ("failed", "missed"), "wrong_reason": ("undecided", "wrong reason"),
}  # fmt: skip
MADE = {"code": "code, run", "text": "text, exported", "file": "exported file"}


def write_page(matrix: Matrix, table: Table, title: str, path: Path) -> None:
    """Write the page; everything is escaped, and it carries its one style sheet in itself."""
    write_atomic(path, render(matrix, table, title))


def render(matrix: Matrix, table: Table, title: str) -> str:
    """The page's HTML."""
    pages = environment()
    pages.filters.update(percent=_percent, others=_others)
    style, policy = style_and_policy("rehearsal.css")
    text = pages.get_template("rehearsal.html.j2").render(
        matrix=matrix, title=title, style=style, policy=policy, marks=MARKS, made=MADE, exempt=table.exempt,
        wrongly=[row for row in matrix.honest if row.graded.failed_checks or row.graded.status != "graded"],
        counts={name: sum(row.outcome == name for row in matrix.faults) for name in MARKS},
        executed=sum(row.fault.made != "file" for row in matrix.faults),
    )  # fmt: skip
    return re.sub(r"\n\s*\n+", "\n", text).strip() + "\n"


def _percent(share: float) -> str:
    return f"{100 * share:.2f} %"


def _others(row: FaultRow) -> list[str]:
    """The checks that failed beside the owner."""
    return [check for check in row.graded.failed_checks if check != row.fault.expects]
