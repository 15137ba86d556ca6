"""Files, texts and names made to end a batch cost themselves alone, down to the last file that is written."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.classrun.batch import grade_batch
from grader.gradebook.rebuilt_files import Kept
from grader.grading.results import read_results
from grader.model import Result, Submission
from grader.workplaces.place import Here
from tests.grader.classroom import careful_result
from tests.grader.graded import release_of, submit
from tests.grader.test_grade_command import submission
from tests.robust.attacks import everywhere
from tests.robust.finished import check_finished, finish
from tests.robust.hostile import HOMEWORK, NAMES, TEXTS, check_judged
from tests.sampled import sampled


def put(folder: Path, name: bytes, content: bytes) -> None:
    """A file below ``folder/in``, whatever bytes it is called by."""
    path = folder / "in" / os.fsdecode(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


@pytest.mark.parametrize("text", sampled(TEXTS, 4), ids=lambda text: ascii(text[:12]))
def test_no_text_breaks_a_check_or_the_line(text: str) -> None:
    """In every answer, output and record of a real homework."""
    check_judged([text])


@pytest.mark.long
@settings(max_examples=15, deadline=None)
@given(st.lists(st.text(st.characters(), max_size=40) | st.sampled_from(TEXTS), min_size=1, max_size=6))
def test_no_texts_break_a_check_or_the_line(texts: list[str]) -> None:
    """Any characters, halves too, and several texts beside each other."""
    check_judged(texts)


@pytest.mark.long
def test_a_class_of_hostile_texts_is_graded_to_the_end(tmp_path: Path) -> None:
    for number, text in enumerate(TEXTS):
        content = json.dumps(everywhere(text)).encode()
        put(tmp_path, b"Student %d_%d_assignsubmission_file_/a.ipynb" % (number, 100 + number), content)
    put(tmp_path, b"Ada_1_assignsubmission_file_/a.ipynb", submission())
    results = finish(tmp_path)
    assert {result.status for result in results} == {"graded"}
    check_finished(tmp_path / "out", len(TEXTS) + 1)


@pytest.mark.long
def test_a_class_of_hostile_names_is_graded_to_the_end_and_each_is_named(tmp_path: Path) -> None:
    """Files, and folders, as a person unpacked or named them; the second run knows them all again."""
    for number, name in enumerate(NAMES):
        put(tmp_path, name, submission())
        put(tmp_path, b"folder " + name[:180] + b"/work.ipynb", submission())
        named = name.replace(b"_", b" ")[:180]
        put(tmp_path, named + b"_%d_assignsubmission_file_/%s" % (500 + number, name), submission())
    results = finish(tmp_path)
    assert len(results) >= 3 * len(NAMES) - 2
    assert {result.status for result in results} == {"graded"}
    assert any("caf\\xe9.html" in result.source for result in results)
    check_finished(tmp_path / "out", len(results))
    before = {path: path.read_bytes() for path in (tmp_path / "out").glob("*.*") if path.suffix != ".db"}
    finish(tmp_path)
    assert {path: path.read_bytes() for path in before} == before


def test_a_result_that_cannot_be_written_costs_its_submission_alone(tmp_path: Path) -> None:
    """Whatever a check may say one day."""
    items = [submit("x", name) for name in ("ada", "bob")]

    def grade(item: Submission, _: object) -> tuple[Result, None]:
        remarks = ("half \ud83d",) if item.submission == "bob" else ()
        return careful_result(item.submission, remarks=remarks), None

    batch = grade_batch(items, [release_of(HOMEWORK)], tmp_path, grade=grade, place=Here())
    ada, bob = batch.results
    assert ada.status == "graded"
    assert (bob.status, bob.pending) == ("unreadable", bob.max_score)
    assert "cannot be written: UnicodeEncodeError" in bob.remarks[0]
    assert len(read_results(tmp_path / "results.jsonl")) == 2


def test_a_notebook_that_cannot_be_written_costs_its_entry_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (b"ada.ipynb", b"bob.ipynb"):
        put(tmp_path, name, submission())
    monkeypatch.setattr(Kept, "take", lambda self, name: "no notebook" if name == "bob" else "")
    ada, bob = finish(tmp_path)
    assert bob.cells
    assert not any("gradebook" in remark for remark in ada.remarks)
    assert bob.remarks[-1].startswith("Not in nbgrader's gradebook: it could not be written (JSONDecodeError)")
