"""One submission as a person reads it: each cell's answer, code and outputs, cleaned, with its numbers marked."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from grader.desk.marks import Reading, marked, readings
from grader.evidence.records import read_records
from grader.grading.match import match
from grader.model import Case, RecoveredCell, Submission, Verdict
from grader.pages.outputs import MOST_TEXT, OutputView, views
from grader.reading.answers import added_below
from grader.recover import recover
from grader.recover.clean import clean_html, clean_markdown
from grader.recover.formulas import with_formulas
from grader.recover.text import harmless
from paribus.course.assignment import Role
from paribus.course.limits import Limits
from paribus.course.release import Release

NEAR = 5
"""Cells that a page shows beside an answer without being asked."""
_ANCHOR = re.compile(r'<a href="#[^"]*"[^>]*>¶</a>')
"""The sign that exporters put behind a heading."""


@dataclass(frozen=True)
class CellView:
    """One cell of the submission. ``key`` is the assignment's cell that it is, "" for one of the student's own;
    ``part_of`` the written answer that goes on in it, "" of none. ``untouched``: it is as it was released.
    """

    key: str
    heading: str
    kind: str
    markup: Markup
    outputs: tuple[OutputView, ...]
    count: int | None
    position: int
    part_of: str = ""
    untouched: bool = False

    @property
    def named(self) -> frozenset[str]:
        """What verdicts call it."""
        return frozenset({self.key, f"cell {self.position + 1}"}) - {""}


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
    goes_on = {
        added.position: key
        for key, match in case.matches.items()
        if match.cell.role is Role.MEMO and match.recovered is not None
        for added in added_below(case, match.recovered)
    }
    found = []
    heading = ""
    for cell in sorted(case.notebook.cells, key=lambda item: item.position):
        own = released.get(cell.position)
        heading = (own.heading if own is not None else "") or heading
        part_of = goes_on.get(cell.position, "")
        key = own.key if own is not None else part_of
        marks = readings(verdicts.get(key, ()))
        found.append(
            CellView(
                own.key if own is not None else "", heading, cell.cell_type, _source(cell, marks),
                tuple(views(cell.outputs)), cell.count, cell.position, part_of,
                cell.position in case.released_positions,
            )
        )  # fmt: skip
    return tuple(found)


def answer_of(views: Sequence[CellView], key: str) -> tuple[CellView, ...]:
    """The answer of a cell, with the student's own cells in which it goes on; nothing where the file has no such
    cell.
    """
    place = next((number for number, view in enumerate(views) if view.key == key), None)
    if place is None:
        return ()
    # A task's answer is the cell that its tests are about.
    first = place - 1 if views[place].key.endswith("-tests") and place else place
    return (*views[first : place + 1], *(view for view in views if view.part_of == key))


def beside(
    views: Sequence[CellView], answer: Sequence[CellView], named: Collection[str]
) -> tuple[tuple[CellView, ...], tuple[CellView, ...]]:
    """What a person may want beside an answer: the cells with outputs that the verdicts have ``named`` and those
    nearest before the answer; and all others before it. Without an answer it is the whole notebook, from its start.
    """
    mine = {view.position for view in answer}
    shown = [view for view in views if view.position not in mine and view.outputs]
    if not answer:
        return tuple(shown), ()
    before = [view for view in shown if view.position < answer[0].position]
    first = [view for view in shown if not view.named.isdisjoint(named)]
    left = [view for view in before if view.named.isdisjoint(named)]
    near = max(0, NEAR - len(first))
    return (*first, *reversed(left[max(0, len(left) - near) :])), tuple(left[: max(0, len(left) - near)])


def _source(cell: RecoveredCell, marks: Sequence[Reading]) -> Markup:
    if cell.cell_type == "code":
        return Markup('<pre tabindex="0"><code>{}</code></pre>').format(harmless(cell.source[:MOST_TEXT]))
    return Markup(marked(_clean(cell), marks))  # noqa: S704  # cleaned by nh3; the marks are escaped below


def _clean(cell: RecoveredCell) -> str:
    kept = cell.rendered and cell.html
    clean = clean_html(cell.html[: 10 * MOST_TEXT]) if kept else clean_markdown(cell.source)
    return with_formulas(_ANCHOR.sub("", clean))
