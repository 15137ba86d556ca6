"""Moodle's names, read and written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.intake.moodle import feedback_member, parse_name, slug


@pytest.mark.parametrize(
    "path", ["homework.html", "ada/homework.html", "Ada_x_assignsubmission_file_/a.html", "", "_"]
)
def test_other_names_are_not_moodles(path: str) -> None:
    assert parse_name(path) is None


@given(st.text(min_size=1), st.integers(1, 10**9))
def test_a_feedback_member_is_read_back_as_that_student(name: str, number: int) -> None:
    member = feedback_member(name, str(number), "feedback.html")
    parts = member.split("/")[0].split("_")
    assert parts[1:4] == [str(number), "assignsubmission", "file"]
    assert not member.startswith((".", "~", "/"))
    parsed = parse_name(member)
    assert parsed is not None
    assert (parsed.number, parsed.plugin, parsed.file) == (str(number), "file", "feedback.html")


@given(st.text())
def test_a_slug_is_fit_for_a_file_name(text: str) -> None:
    made = slug(text)
    assert len(made) <= 60
    assert made == slug(made)
    assert set(made) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
