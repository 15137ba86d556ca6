"""Where students hand in: the notebooks of every platform say it in the words of the course's learning platform."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from generator.building.frame import frame
from generator.building.handin import hand_in_words
from generator.platforms.platform import Setting
from paribus.course.catalog import CatalogError, Course, load_course
from tests.course.own_course import write_course
from tests.generator.courses import SMALL

PLATFORMS = ("kaggle", "colab", "jupyter")
ENTRY, PROFILE = SMALL.entry("week0_tiny"), SMALL.profile("micro")


def last_cells(course: Course, platform: str) -> str:
    return "\n".join(cell.source for cell in frame(platform, ENTRY, Setting(course, "1.0"), PROFILE).end)


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize(
    ("lms", "hand_in", "said"),
    [
        ("moodle", "", r"Upload (the file|`week0_tiny\.(html|ipynb)`) in Moodle\."),
        ("canvas", "", r"Upload (the file|`week0_tiny\.(html|ipynb)`) in Canvas\."),
        ("plain", "", r"Hand (the file|`week0_tiny\.(html|ipynb)`) in as your instructor says\."),
        ("", "", r"Hand (the file|`week0_tiny\.(html|ipynb)`) in as your instructor says\."),
        ("plain", "by mail to ml@example.org", r"Hand .{5,30} in by mail to ml@example\.org\."),
        ("moodle", "on the last page", r"Hand .{5,30} in on the last page\."),
    ],
)
def test_the_last_cells_say_where(lms: str, hand_in: str, said: str, platform: str) -> None:
    text = last_cells(replace(SMALL, lms=lms, hand_in=hand_in), platform)
    assert re.search(said, text)
    assert "__" not in text.replace("__results__", "")
    assert not any(word in text.casefold() for word in {"moodle", "canvas"} - (set() if hand_in else {lms}))


def test_colab_says_it_where_the_file_is_downloaded() -> None:
    assert "then hand it in as your instructor says." in last_cells(replace(SMALL, lms="plain"), "colab")
    assert "then upload it in Moodle." in last_cells(replace(SMALL, lms="moodle"), "colab")


def test_course_toml_says_both(tmp_path: Path) -> None:
    course = write_course(tmp_path)
    text = course.read_text(encoding="utf-8").replace("[course]\n", '[course]\nhand_in = "by mail"\n', 1)
    course.write_text(text + '\n[grading]\nlms = "canvas"\n', encoding="utf-8")
    read = load_course(course)
    assert (read.hand_in, read.lms) == ("by mail", "canvas")
    assert hand_in_words(read, "a")["__HAND_IT_IN__"] == "hand it in by mail"
    course.write_text(text + "\n[grading]\nlms = 5\n", encoding="utf-8")
    with pytest.raises(CatalogError, match="lms = 5"):
        load_course(course)
