"""No honest text of another hand loses a point: a part of the texts of `paribus rehearse`, graded in process."""

import json

import pytest

from generator.rehearsal.others import SHORT, TEXT_CHECKS, Text
from grader.grading.grade import grade_one
from grader.model import Outcome, Submission
from tests.grader.releases import released
from tests.sampled import sampled
from tests.shipped import load_texts, written

EVERY = 9
"""Every ninth true text: the others are graded by `make rehearse`."""
TRUE = [
    text for assignment in ("week1_homework", "week2_homework")
    for text in load_texts(assignment) if text.kind in ("honest", "twin")
][::EVERY]  # fmt: skip


@pytest.mark.parametrize("text", sampled(TRUE, 9), ids=lambda text: text.name)
def test_no_true_text_fails_a_check_that_reads_it(text: Text) -> None:
    """What is true is passed or left to a person."""
    content = json.dumps(written(text)).encode()
    submission = Submission(text.name, text.name, "", f"{text.name}.ipynb", content, "0" * 64)
    result = grade_one(submission, [released(text.assignment)])
    cell = next(cell for cell in result.cells if cell.key == text.cell)
    failed = [v for v in cell.verdicts if v.check in TEXT_CHECKS - {SHORT} and v.outcome is Outcome.FAILED]
    assert not failed, failed[0].because
