"""The README of the students' folder speaks of the platforms and the profiles that there are."""

import pytest

from generator.building.readme import student_readme
from generator.platforms.choose import platforms
from generator.platforms.platform import Setting
from tests.shipped import COURSE

ENTRIES = COURSE.select("week1")


def readme(*names: str, profile: str = "full") -> str:
    every = platforms()
    chosen = [every[name] for name in names]
    return student_readme(Setting(COURSE, "0.1.0"), ENTRIES, chosen, profile=profile, wheels=["paribus.whl"])


@pytest.mark.parametrize(("profile", "said"), [("full", True), ("smoke", False), ("micro", False)])
def test_a_smaller_profile_is_offered_where_there_is_one(profile: str, said: bool) -> None:
    assert ('Start with `PROFILE = "smoke"`' in readme("kaggle", profile=profile)) == said


@pytest.mark.parametrize(
    ("platforms", "words"),
    [
        (("jupyter",), "Where paribus is not installed, go to the folder `check`"),
        (("jupyter", "colab"), "If you worked on Colab, go to the folder `check`"),
        (("kaggle", "colab"), "If you worked on Kaggle or on Colab, go to the folder `check`"),
    ],
)
def test_only_platforms_of_the_course_are_named(platforms: tuple[str, ...], words: str) -> None:
    text = readme(*platforms)
    assert words in text
    assert ("Kaggle" in text) == ("kaggle" in platforms)
