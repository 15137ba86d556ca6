"""Which notebook platforms there are: the folders beside this module, and what installed packages add."""

from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files

from generator.platforms.platform import Platform
from paribus.course.added import tables
from paribus.course.platforms import NOTEBOOK, broken, homes

START = "start.md.j2"
"""How students start on a platform, for their README."""
HANDIN = "handin.md"
"""How they hand in there."""
EXPORT = "handin.py"
"""A cell that exports the notebook, where a platform has one."""


def platform_names() -> tuple[str, ...]:
    """Their names, in the order of the alphabet; nothing of them is imported."""
    return tuple(homes(NOTEBOOK))


@lru_cache(maxsize=1)
def platforms() -> Mapping[str, Platform]:
    """Every platform by its name. UsageError where one lacks what students read."""
    found = tables(NOTEBOOK, Platform)
    for name in found:
        for file in (START, HANDIN):
            if platform_text(name, file) is None:
                raise broken(NOTEBOOK, name, homes(NOTEBOOK)[name], f"has no file {file} beside its platform.py")
    return found


def platform_text(name: str, file: str) -> str | None:
    """A file of a platform's folder; None where it has none of that name."""
    path = files(homes(NOTEBOOK)[name].package).joinpath(file)
    return path.read_text(encoding="utf-8") if path.is_file() else None
