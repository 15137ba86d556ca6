"""What a student handed in, as the feedback page shows it beside the verdicts: the own words or code of a part, and
the outputs on which its verdicts rest.

It is read from the notebook that nbgrader graded: there it is rebuilt from the file, cleaned and bounded already.
"""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from markupsafe import Markup

from grader.model import Output, RecoveredCell
from grader.pages.outputs import OutputView, views
from grader.reading.answers import text_in_code
from grader.recover.clean import clean_html, clean_markdown
from grader.recover.formulas import with_formulas
from grader.recover.outputs import PICTURES
from grader.recover.text import harmless
from paribus.course.assignment import Assignment, Role

MOST_PAGE = 600_000
"""Characters of a student's own work on one page, figures included: it goes out to a learning platform."""
MOST_WORDS = 40_000
ADDED = "added-"
"""How the cells of the student's own are called in a rebuilt notebook."""


@dataclass(frozen=True)
class OwnCell:
    """One cell of the student's: its own words or code, "" where nothing was changed, and what it showed."""

    markup: Markup
    code: bool
    outputs: tuple[OutputView, ...] = ()


@dataclass(frozen=True)
class OwnWork:
    """What belongs to one graded part: its answer, the cells whose outputs its verdicts rest on (by name), and
    whether something of it had no room.
    """

    answer: OwnCell | None
    rests_on: tuple[tuple[str, OwnCell], ...] = ()
    cut: bool = False

    @property
    def shows(self) -> bool:
        """Whether there is anything to show."""
        return self.answer is not None or bool(self.rests_on)


def read_own(notebook: Path, assignment: Assignment) -> dict[str, OwnCell]:
    """The cells of a graded notebook by the assignment's keys; none where there is no such notebook."""
    if not notebook.is_file():
        return {}
    released = {cell.key: cell for cell in assignment.cells}
    found: dict[str, OwnCell] = {}
    last = ""
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        key, source = str(cell.get("id", "")), "".join(cell["source"])
        if key in released:
            last = key
            words = "" if source.strip() == released[key].source.strip() else source[:MOST_WORDS]
            code = cell["cell_type"] == "code"
            found[key] = OwnCell(_markup(words, code=code), code, tuple(views(list(_outputs(cell)))))
        elif key.startswith(ADDED) and last and released[last].role is Role.MEMO:
            found[last] = _going_on(found[last], cell, source[:MOST_WORDS])
    return found


def _going_on(memo: OwnCell, cell: Mapping[str, Any], source: str) -> OwnCell:
    """A written answer with the student's own cell below it, where that holds words."""
    code = cell["cell_type"] == "code"
    if code and not text_in_code(RecoveredCell(0, "code", source)):
        return memo
    return replace(memo, markup=memo.markup + _markup(source, code=code))


class OwnPage:
    """Deals a student's cells out to the parts of one page as long as there is room."""

    def __init__(self, cells: Mapping[str, OwnCell]) -> None:
        self._cells, self._left = cells, MOST_PAGE

    def of(self, key: str, task: str, rests_on: Iterable[str]) -> OwnWork:
        """What to show beside the verdicts of ``key``. A ``task`` is the cell whose answer its tests grade, "" of
        none; ``rests_on`` are the cells that the verdicts name.
        """
        answer, cut = self._fit(self._cells.get(task or key))
        found = []
        for name in dict.fromkeys(rests_on):
            cell = self._cells.get(name)
            if name not in (key, task) and cell is not None and cell.outputs:
                shown, less = self._fit(replace(cell, markup=Markup("")))
                cut |= less
                if shown is not None:
                    found.append((name, shown))
        return OwnWork(answer, tuple(found), cut)

    def _fit(self, cell: OwnCell | None) -> tuple[OwnCell | None, bool]:
        """The cell with as many of its outputs as there is room for, and whether some are left out."""
        if cell is None:
            return None, False
        kept: list[OutputView] = []
        self._left -= len(cell.markup)
        for output in (one for one in cell.outputs if not one.evidence):
            if len(output.markup) > self._left:
                return _shown(replace(cell, outputs=tuple(kept))), True
            self._left -= len(output.markup)
            kept.append(output)
        return _shown(replace(cell, outputs=tuple(kept))), False


def _shown(cell: OwnCell) -> OwnCell | None:
    return cell if cell.markup or cell.outputs else None


def _markup(source: str, *, code: bool) -> Markup:
    if not source.strip():
        return Markup("")
    if code:
        return Markup('<pre tabindex="0"><code>{}</code></pre>').format(harmless(source))
    clean = clean_html(source) if source.lstrip().startswith("<") else clean_markdown(source)
    return Markup(with_formulas(clean))


def _outputs(cell: Mapping[str, Any]) -> Iterator[Output]:
    """A cell's outputs; a grade cell's is the score."""
    if cell.get("metadata", {}).get("nbgrader", {}).get("grade"):
        return
    for output in cell.get("outputs", ()):
        data = output.get("data", {})
        picture = next((mime for mime in data if mime in PICTURES), "")
        if picture:
            content = base64.b64decode("".join(data[picture]))
            yield Output("display", "", mime=picture, picture="embedded", picture_bytes=content)
        elif "text/html" in data:
            yield Output("display", "", html="".join(data["text/html"]))
        elif output.get("output_type") == "stream":
            yield Output("stream", "".join(output["text"]), name=str(output.get("name", "")))
