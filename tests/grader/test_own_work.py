"""A feedback page shows a student's own words and outputs beside the verdicts, cleaned and bounded."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from markupsafe import Markup

from grader.gradebook.rebuild import rebuild
from grader.model import Evidence, Outcome, Output
from grader.pages.feedback import feedback_page
from grader.pages.outputs import views
from grader.pages.own_work import MOST_PAGE, OwnCell, OwnPage, read_own
from paribus.cli import main
from tests.grader.classroom import cell_result, make_matches, make_release, make_result, verdict
from tests.grader.desk_class import ANN, copy_of, graded_class
from tests.robust.small_class import command

RELEASE = make_release()
FIGURE = Output("display", "", mime="image/png", picture="embedded", picture_bytes=b"\x89PNG")
STREAM = Output("stream", "macro-F1 0.41", name="stdout")


def notebook_of(folder: Path, **sources: str) -> Path:
    """The rebuilt notebook of a student whose task showed a figure and a line."""
    matches = make_matches(RELEASE.assignment, **sources)
    recovered = matches["tail_share"].recovered
    assert recovered is not None
    matches["tail_share"] = replace(matches["tail_share"], recovered=replace(recovered, outputs=(FIGURE, STREAM)))
    path = folder / "graded.ipynb"
    path.write_text(rebuild(RELEASE, matches), encoding="utf-8")
    return path


def page_of(notebook: Path, key: str, *evidence: str) -> str:
    item = verdict("memo.answered", Outcome.FAILED, 1.0, "Too short.",
                   evidence=tuple(Evidence(cell, "0.41") for cell in evidence))  # fmt: skip
    result = make_result("ada", cell_result(key, 0.0, item))
    return feedback_page(result, RELEASE.assignment, own=read_own(notebook, RELEASE.assignment))


def test_words_stand_beside_their_verdict_with_the_outputs_that_it_rests_on(tmp_path: Path) -> None:
    page = page_of(notebook_of(tmp_path, trade_off="<b>Macro-F1</b> rose to 0.41."), "trade_off", "tail_share")
    assert '<details class="own" open>' in page  # what was missed is open
    assert re.search(r"<b>Macro-F1</b> rose to 0\.41\.", page)
    assert re.search("What “.*” showed:", page)
    assert "data:image/png;base64,iVBORw==" in page
    assert "macro-F1 0.41" in page


def test_a_task_shows_its_code_with_what_it_printed_and_nothing_untouched_is_shown_as_the_students(
    tmp_path: Path,
) -> None:
    page = page_of(notebook_of(tmp_path, tail_share="def mine(): pass"), "tail_share-tests")
    assert "def mine(): pass" in page
    assert "macro-F1 0.41" in page
    assert "What you handed in" not in page_of(notebook_of(tmp_path), "trade_off")


def test_nothing_of_a_students_runs_on_their_page(tmp_path: Path) -> None:
    attack = "<script>alert(1)</script><img src=x onerror=alert(1)><a href='javascript:alert(1)'>x</a>"
    page = page_of(notebook_of(tmp_path, trade_off=attack, tail_share=attack), "trade_off", "tail_share")
    assert not re.search(r"<script|<img src=.?x|<a[^>]*javascript", page)
    assert "img-src data:" in page


def test_a_page_holds_so_much_and_says_where_the_rest_is() -> None:
    large = OwnCell(Markup("words"), False, tuple(views([replace(STREAM, text="x" * 20_000)])) * 20)
    room = OwnPage({"one": large, "two": large})
    first, second = room.of("one", "", ()), room.of("two", "", ())
    assert not first.cut
    assert second.cut
    assert (
        sum(len(one.markup) for part in (first, second) if part.answer for one in part.answer.outputs) <= MOST_PAGE
    )


def test_records_are_evidence_and_not_shown_as_outputs() -> None:
    record = replace(STREAM, html='<div class="paribus">evidence for grading</div>', text="")
    assert OwnPage({"one": OwnCell(Markup(""), True, tuple(views([record])))}).of("one", "", ()).answer is None


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return graded_class(tmp_path_factory.mktemp("own"))


def test_a_run_shows_them_and_another_file_of_the_same_name_is_not_taken_for_the_students(
    room: Path, tmp_path: Path
) -> None:
    page = (room / "out" / "feedback" / f"{ANN}.html").read_text(encoding="utf-8")
    assert 'class="own"' in page
    out = copy_of(room, tmp_path / "out")
    lines = [json.loads(line) for line in (out / "results.jsonl").read_text().splitlines()]
    for line in lines:
        line["sha256"] = "0" * 64
    (out / "results.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert main([*command(room, out, "--json"), "--collect"]) == 0
    assert 'class="own"' not in (out / "feedback" / f"{ANN}.html").read_text(encoding="utf-8")
