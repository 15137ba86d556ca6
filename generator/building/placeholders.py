"""What a course has to fill in before its notebooks go out: accounts that stand for the course's own."""

from collections.abc import Sequence

from generator.building.platforms import Setting

PLACEHOLDER = "paribus-course"
"""The account that the shipped course.toml and settings.toml name. It is nobody's."""


def placeholders(setting: Setting, platforms: Sequence[str]) -> tuple[str, ...]:
    """Each entry that still names the placeholder and matters to these platforms: where, and what to put there."""
    course = setting.course
    colab = (
        (course.wheel_url, "course.toml: [wheel] url", "the address where Colab can fetch your course's wheel"),
        (course.library.url if course.library else "", "course.toml: [library] url",
         "the address where Colab can fetch your library's wheel, or leave it out"),
        (course.colab.get("repository", ""), "course.toml: [colab] repository",
         "the GitHub repository of your Colab notebooks, or leave [colab] out"),
    )  # fmt: skip
    kaggle = ((setting.kaggle.owner if setting.kaggle else "", "kaggle/settings.toml: owner",
               "your Kaggle account, or publish with --owner NAME"),)  # fmt: skip
    entries = (*(kaggle if "kaggle" in platforms else ()), *(colab if "colab" in platforms else ()))
    return tuple(
        f"{where} still names {PLACEHOLDER}, a placeholder; put {what}."
        for value, where, what in entries
        if PLACEHOLDER in value.split("/")
    )
