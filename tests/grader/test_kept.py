"""Notebooks rebuilt while judging: the same as those that are made of a second reading, which is saved."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from nbconvert import HTMLExporter

from grader.classrun.grade_class import Order, grade_class, with_gradebook
from grader.classrun.work import Work
from grader.gradebook.rebuilt_files import Kept
from grader.grading.grade import grade_one, judge_safely
from grader.grading.results import from_line
from grader.intake.inbox import iter_unread
from grader.model import Result, Submission
from paribus.course.release import Release
from tests.grader.classroom import make_release
from tests.grader.graded import submit
from tests.grader.test_grade_command import submission

RELEASE = make_release()


def judged(item: Submission, release: Release = RELEASE) -> tuple[Result, str]:
    """The result and the notebook that a worker answers."""
    answer = Work(judge_safely, (release,))(item)
    return from_line(answer.line), answer.notebook


@pytest.fixture(scope="module")
def export() -> Submission:
    """An HTML export, made by nbconvert, of a notebook with a written answer."""
    raw = submission(tail_share="def tail_share(counts):\n    return 1\n", trade_off="I gave up *accuracy*.")
    page, _ = HTMLExporter().from_notebook_node(nbformat.reads(raw.decode(), as_version=4))
    return submit(page)


def hand_in(folder: Path, item: Submission) -> Order:
    (folder / "in").mkdir(parents=True)
    (folder / "in" / item.source).write_bytes(item.content)
    return Order(folder / "in", (RELEASE,), folder / "out")


def test_a_page_gives_the_notebook_that_a_second_reading_gives(tmp_path: Path, export: Submission) -> None:
    what = hand_in(tmp_path, export)
    with_gradebook(what, [grade_one(export, [RELEASE])], iter_unread(what.submissions))
    first = json.loads(judged(export)[1])
    second = json.loads(
        (tmp_path / "out" / "submitted" / "ann" / "week1_homework" / "week1_homework.ipynb").read_text()
    )
    assert [cell["source"] for cell in first["cells"]] == [cell["source"] for cell in second["cells"]]
    assert any("<em>accuracy</em>" in "".join(cell["source"]) for cell in first["cells"])


def test_what_was_kept_enters_the_gradebook_without_the_file(tmp_path: Path, export: Submission) -> None:
    what, kept, (result, notebook) = hand_in(tmp_path, export), Kept(), judged(export)
    kept.put(result, notebook)
    (tmp_path / "in" / export.source).unlink()
    with_gradebook(what, [result], (), kept=kept)
    assert [path.name for path in (tmp_path / "out" / "autograded").iterdir()] == ["ann"]
    assert kept.take("ann") == ""


def test_a_class_leaves_the_same_gradebook_with_and_without_what_was_kept(
    tmp_path: Path, export: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = hand_in(tmp_path / "kept", export)
    grade_class(kept)
    monkeypatch.setattr(Kept, "take", lambda self, name: "")
    again = hand_in(tmp_path / "again", export)
    grade_class(again)
    assert dict(notebooks(kept.out)) == dict(notebooks(again.out)) != {}


def notebooks(out: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(out.rglob("*.ipynb")):
        yield path.relative_to(out).as_posix(), path.read_bytes()


def test_markdown_that_nobody_rendered_is_left_for_later() -> None:
    """Rendering may take as long as a student likes; it must not cost the result."""
    result, notebook = judged(submit(submission(trade_off="I gave up *accuracy*."), source="ann.ipynb"))
    assert result.cells
    assert notebook == ""


def test_a_fault_in_rebuilding_costs_no_result(export: Submission) -> None:
    damaged = replace(RELEASE, notebook='{"cells": [{"cell_type": "code"}, {}]}')
    assert judged(export, damaged) == (judged(export)[0], "")


def test_what_has_no_room_is_not_kept(export: Submission) -> None:
    result, notebook = judged(export)
    kept = Kept(most=len(notebook.encode()) - 1)
    kept.put(result, notebook)
    assert kept.take("ann") == ""
