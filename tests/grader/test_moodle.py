"""Moodle's names, read and written."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.intake.naming import slug
from grader.lms.moodle.names import as_html, feedback_member, read_name, zipped, zipped_group


@pytest.mark.parametrize(
    "path",
    [
        "homework.html",
        "ada/homework.html",
        "Ada_x_assignsubmission_file_/a.html",
        "101_assignsubmission_file/a.html",
        "",
        "_",
    ],
)
def test_other_names_are_not_moodles(path: str) -> None:
    assert read_name(path) is None


@given(st.text(min_size=1), st.integers(1, 10**9))
def test_a_feedback_member_is_read_back_as_that_student(name: str, number: int) -> None:
    member = feedback_member(name, str(number), "feedback.html")
    parts = member.split("/")[0].split("_")
    assert parts[1:4] == [str(number), "assignsubmission", "file"]
    assert not member.startswith((".", "~", "/"))
    parsed = read_name(member)
    assert parsed is not None
    assert (parsed.number, parsed.plugin, parsed.file) == (str(number), "file", "feedback.html")


@pytest.mark.parametrize(
    ("group", "written"),
    [
        ("Müller's team & friends", "Müllers team amp; friends"),
        ("under_score_7", "under score 7"),
        ("Команда: А", "Команда А"),
        ('a/b "q"', "ab q"),
        ("R&amp;D", "Ramp;D"),
        ("Ho\u0308hle | <x>*?`\\", "Höhle x"),
    ],
)
def test_a_groups_name_is_compared_as_moodle_writes_it(group: str, written: str) -> None:
    """Pairs that Moodle 4.5.6 wrote, and the rest of what it takes out."""
    assert zipped_group(group) == zipped_group(written) == written


def test_a_persons_ampersand_is_taken_out_unescaped() -> None:
    assert zipped("Sean O'Neill & Sons") == zipped("Sean ONeill  Sons") == "Sean ONeill Sons"


@given(st.text())
def test_a_name_that_was_cleaned_is_not_cleaned_again(name: str) -> None:
    assert zipped(zipped(name)) == zipped(name)
    assert zipped_group(zipped_group(name)) == zipped_group(name)


@pytest.mark.parametrize(
    ("path", "file"),
    [
        ("Default group_assignsubmission_file/a.ipynb", "a.ipynb"),
        (
            "Default group_assignsubmission_file_b_12_assignsubmission_file_c.ipynb",
            "b_12_assignsubmission_file_c.ipynb",
        ),
    ],
)
def test_the_folder_of_those_in_no_group_has_no_number(path: str, file: str) -> None:
    found = read_name(path)
    assert found is not None
    assert (found.name, found.number, found.plugin, found.file) == ("Default group", "", "file", file)


@given(st.text())
def test_html_shows_the_text_and_nothing_else(text: str) -> None:
    """No tag but the line's end stands in it, and no entity that was not escaped."""
    made = as_html(text)
    assert html.unescape(made.replace("<br>", "\n")) == re.sub(r"\r\n|\r", "\n", text)
    assert not re.search(r"<(?!br>)|&(?!amp;|lt;|gt;)", made)


@given(st.text())
def test_a_slug_is_fit_for_a_file_name(text: str) -> None:
    made = slug(text)
    assert len(made) <= 60
    assert made == slug(made)
    assert set(made) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
