"""The page of a rehearsal: what became of every fault, honest work wrongly marked, texts by other hands."""

import base64
import hashlib
import re
from pathlib import Path

import jinja2
from markupsafe import Markup

from generator.rehearsal.matrix import FaultRow, Matrix
from generator.rehearsal.table import Table
from generator.templates import TEMPLATES
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
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.filters.update(percent=_percent, others=_others)
    style = Markup((TEMPLATES / "rehearsal.css").read_text(encoding="utf-8").strip())  # noqa: S704 - our own file
    digest = base64.b64encode(hashlib.sha256(f"\n{style}\n".encode()).digest()).decode()
    text = environment.get_template("rehearsal.html.j2").render(
        matrix=matrix, title=title, style=style, marks=MARKS, made=MADE, exempt=table.exempt,
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
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
