"""A figure that the page only links to, as Kaggle's do, is missing from the file and not from the work."""

import re
from functools import cache
from pathlib import Path

import nbformat
from nbconvert import HTMLExporter
from traitlets.config import Config

from grader.grading.grade import grade_one
from grader.model import Outcome, Result
from grader.pages.feedback import feedback_page
from grader.pages.report import report_page
from tests.grader.graded import release_of, submit, text_of

NAME = "week1_homework"


@cache
def kaggles_page() -> str:
    """The homework as Kaggle writes its result page: the pictures go to files beside it."""
    config = Config({"ExtractOutputPreprocessor": {"enabled": True}})
    exporter = HTMLExporter(template_name="classic", config=config)
    notebook = nbformat.reads(text_of(NAME, "ipynb"), as_version=4)
    resources = {
        "metadata": {"name": "__notebook__"}, "unique_key": "__results__", "output_files_dir": "__results___files",
    }  # fmt: skip
    page, resources = exporter.from_notebook_node(notebook, resources=resources)
    assert [Path(name).parent.name for name in resources["outputs"]] == ["__results___files"] * 5
    return str(page)


def graded(page: str) -> Result:
    return grade_one(submit(page, source="__results__.html"), [release_of(NAME)])


def test_the_verdict_is_open_and_says_where_the_picture_is_missing() -> None:
    result = graded(kaggles_page())
    assert result.family == "kaggle-results"
    (verdict,) = (item for cell in result.cells for item in cell.verdicts if item.check == "form.outputs_present")
    assert verdict.outcome is Outcome.UNDECIDED
    assert "missing from your file, not from your work" in verdict.because
    assert "encoder-curves" in verdict.because
    assert any("5 pictures are only linked" in remark for remark in result.remarks)


def test_no_point_is_lost_by_it() -> None:
    linked, whole = graded(kaggles_page()), graded(text_of(NAME, "classic.html"))
    failed = [
        {item.check for cell in result.cells for item in cell.verdicts if item.outcome is Outcome.FAILED}
        for result in (linked, whole)
    ]
    assert failed[0] == failed[1]
    assert linked.score + linked.pending == whole.score + whole.pending == linked.max_score


def test_student_and_instructor_read_it() -> None:
    result = graded(kaggles_page())
    assignment = release_of(NAME).assignment
    for page in (feedback_page(result, assignment), report_page([result], assignment)):
        text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page)).replace("&#39;", "'")
        assert "5 pictures are only linked: missing from this file, not from the work." in text
    assert "missing from your file, not from your work" in feedback_page(result, assignment)
