"""One submission as a person reads it: each cell's answer, code and outputs, cleaned, with its numbers marked."""

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from grader.desk.marks import Reading, marked, readings
from grader.evidence.records import read_records
from grader.gradebook.rebuild import clean_html, clean_markdown
from grader.grading.match import match
from grader.model import Case, Output, RecoveredCell, Submission, Verdict
from grader.recover import recover
from grader.recover.text import harmless
from paribus.course.assignment import Cell, Role
from paribus.course.limits import Limits
from paribus.course.release import Release

MOST_TEXT = 20_000
"""Characters of one output that a page shows."""
_ANCHOR = re.compile(r'<a href="#[^"]*"[^>]*>¶</a>')
"""The sign that exporters put behind a heading."""
_PICTURES = frozenset({"image/png", "image/jpeg", "image/gif"})


@dataclass(frozen=True)
class OutputView:
    """One output: ``markup`` is clean; ``evidence`` says that it is a record's table, which is folded."""

    markup: Markup
    kind: str
    evidence: bool = False


@dataclass(frozen=True)
class CellView:
    """One cell of the submission. ``key`` is the assignment's cell that it is, "" for one of the student's own."""

    key: str
    heading: str
    kind: str
    markup: Markup
    outputs: tuple[OutputView, ...]
    count: int | None
    answer: bool
    position: int


def read_case(submission: Submission, release: Release, limits: Limits) -> Case:
    """The submission as checks see it, without judging it. UnreadableError where it is no notebook."""
    recovered = recover(submission.content, submission.source, limits)
    matches, unmatched = match(release.assignment, recovered)
    return Case(
        release.assignment, release.references, recovered, matches, tuple(unmatched),
        read_records(recovered, limits.records), release.sealed,
    )  # fmt: skip


def view_cells(case: Case, verdicts: Mapping[str, Sequence[Verdict]]) -> tuple[CellView, ...]:
    """Every cell of the notebook in order; ``verdicts`` are by the assignment's cell, and mark its numbers."""
    released = {
        found.recovered.position: found.cell for found in case.matches.values() if found.recovered is not None
    }
    views = []
    heading = ""
    for cell in sorted(case.notebook.cells, key=lambda item: item.position):
        own = released.get(cell.position)
        heading = (own.heading if own is not None else "") or heading
        unchanged = cell.position in case.released_positions
        marks = readings(verdicts.get(own.key, ())) if own is not None else []
        views.append(
            CellView(
                own.key if own is not None else "", heading, cell.cell_type, _source(cell, marks),
                tuple(_outputs(cell.outputs)), cell.count, _is_answer(own, unchanged), cell.position,
            )
        )  # fmt: skip
    return tuple(views)


def around(views: Sequence[CellView], key: str) -> tuple[tuple[CellView, ...], tuple[CellView, ...]]:
    """The answer of a cell, and what the person may want beside it: the cells with outputs between the answer
    before it and this one. Both are empty where the file has no such cell.
    """
    place = next((number for number, view in enumerate(views) if view.key == key), None)
    if place is None:
        return (), ()
    mine = [views[place]]
    if views[place].key.endswith("-tests") and place:  # a task's answer is the cell that its tests are about
        mine.insert(0, views[place - 1])
    beside = []
    for view in reversed(views[: place - len(mine) + 1]):
        if view.outputs:
            beside.append(view)
        if view.answer and beside and view.kind != "code":
            break
    return tuple(mine), tuple(reversed(beside))


def _is_answer(cell: Cell | None, unchanged: bool) -> bool:
    """Whether a student wrote in it: an answer's cell, or one of the student's own."""
    return cell is None or (cell.role in {Role.MEMO, Role.TASK, Role.EXPERIMENT, Role.DIAGNOSIS} and not unchanged)


def _source(cell: RecoveredCell, marks: Sequence[Reading]) -> Markup:
    if cell.cell_type == "code":
        return Markup('<pre tabindex="0"><code>{}</code></pre>').format(harmless(cell.source[:MOST_TEXT]))
    return Markup(marked(_clean(cell), marks))  # noqa: S704  # cleaned by nh3; the marks are escaped below


def _outputs(outputs: Sequence[Output]) -> Iterator[OutputView]:
    for output in outputs:
        if output.picture == "embedded" and output.picture_bytes and output.mime in _PICTURES:
            data = base64.b64encode(output.picture_bytes).decode()
            yield OutputView(
                Markup('<img alt="a figure of the student\'s" src="data:{};base64,{}">').format(output.mime, data),
                "picture",
            )
        elif output.html:
            evidence = "paribus" in output.html[:2000] and "evidence" in output.html
            yield OutputView(Markup(clean_html(output.html[: 10 * MOST_TEXT])), "table", evidence)  # noqa: S704
        elif output.picture:
            yield OutputView(Markup("<p>{}</p>").format("A picture, which only the student's file shows."), "text")
        elif output.text.strip():
            kind = "error" if output.kind == "error" else "text"
            yield OutputView(Markup("<pre>{}</pre>").format(harmless(output.text[:MOST_TEXT])), kind)


def _clean(cell: RecoveredCell) -> str:
    kept = cell.rendered and cell.html
    clean = clean_html(cell.html[: 10 * MOST_TEXT]) if kept else clean_markdown(cell.source)
    return _ANCHOR.sub("", clean)
