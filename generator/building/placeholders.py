"""What a course has to fill in before its notebooks go out: accounts that take the place of the course's own."""

from collections.abc import Sequence

from generator.platforms.choose import platforms
from generator.platforms.platform import Setting

PLACEHOLDER = "paribus-course"
"""The account that the shipped course.toml and settings.toml name. It is nobody's."""


def placeholders(setting: Setting, chosen: Sequence[str]) -> tuple[str, ...]:
    """Each entry that still names the placeholder and matters to these platforms: where, and what to put there."""
    found = [item for name in chosen for item in platforms()[name].unfilled(setting)]
    return tuple(
        f"{item.where} still names {PLACEHOLDER}, a placeholder; put {item.what}."
        for item in found
        if PLACEHOLDER in item.value.split("/")
    )
