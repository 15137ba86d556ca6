"""What `paribus term` writes: grades.csv, and a folder of which the marker comes last.

OUT/index.html, OUT/students/*.html    the pages          OUT/grades.csv    the grades
OUT/worksheets/*.csv    what the bank of late days changes in a week's worksheet
OUT/complete.json    written last: every file's digest    OUT/unfinished.json    while a run writes
"""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from grader.lms.tables import no_formula
from grader.output.storage import MARKER
from grader.output.written import UNFINISHED, write_files
from grader.term.reckon import Item, Line
from paribus.course.term import TermPlan
from paribus.errors import UsageError

SCHEMA = "paribus.term/1"
WRITTEN = ("index.html", "grades.csv")


def grades_csv(plan: TermPlan, lines: Sequence[Line]) -> str:
    """A row a person. Results, parts and grades are per cent; an empty one is not known yet."""
    names = list(dict.fromkeys(item.name for line in lines for item in line.items))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    columns = [*map(no_formula, names), *plan.weights]
    writer.writerow(["number", "name", "email", "section", *columns, "late_days", "so_far", "grade", "open"])
    for line in lines:
        items = {item.name: item for item in line.items}
        person = line.person
        who = (person.number, person.name, person.email, person.section)
        writer.writerow(
            [
                *map(no_formula, who),
                *(_cell(items.get(name)) for name in names),
                *(_percent(line.parts.get(part)) for part in plan.weights),
                line.days,
                _percent(line.so_far),
                _percent(line.grade),
                no_formula(" ".join(line.waiting)),
            ]
        )
    return text.getvalue()


def check_own(out: Path) -> None:
    """UsageError where the folder holds what no `paribus term` wrote, and a run would write over it."""
    if out.exists() and not out.is_dir():
        raise UsageError(f"--out {out} is a file; expected a folder.")
    if (out / MARKER).is_file() and _schema(out / MARKER) != SCHEMA:
        raise UsageError(
            f"--out {out} is the folder of a graded batch. Choose another, such as {out.parent / 'term'}."
        )
    foreign = [name for name in WRITTEN if (out / name).exists()]
    if foreign and not (out / MARKER).is_file() and not (out / UNFINISHED).is_file():
        raise UsageError(
            f"{out} holds {foreign[0]}, which no `paribus term` wrote there, and this run would write over it. "
            "Choose another --out, or move the file."
        )


def write_term(out: Path, files: Mapping[str, str | bytes], about: Mapping[str, object]) -> None:
    """Write every file, and the marker last; files that only an earlier run wrote go away."""
    write_files(out, files, {"schema": SCHEMA, **about})


def _schema(path: Path) -> object:
    try:
        return json.loads(path.read_text(encoding="utf-8"))["schema"]
    except (ValueError, LookupError, TypeError):
        return None


def _cell(item: Item | None) -> str:
    if item is None:
        return ""
    return "excused" if item.excused else _percent(item.share)


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.2f}"
