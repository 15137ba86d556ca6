"""The checkout that the instructor works in: its root and what its pyproject.toml says of the students' package."""

import re
import tomllib
from functools import cache
from pathlib import Path

import course

ROOT = Path(course.__file__).parent.parent
CHECK_NEEDS = ("selectolax", "mistune")
"""What `paribus check` needs beyond the students' core."""


@cache
def core_requirements(root: Path = ROOT) -> tuple[str, ...]:
    """The students' requirements as pyproject.toml states them."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return tuple(str(requirement) for requirement in project["dependencies"])


@cache
def requirement(name: str, root: Path = ROOT) -> str:
    """One requirement of the instructor's extra, as pyproject.toml states it."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    stated = project["optional-dependencies"]["instructor"]
    return next(str(item) for item in stated if re.split(r"[^A-Za-z0-9._-]", item, maxsplit=1)[0] == name)


def wheel_name(version: str) -> str:
    """What the students' wheel is called."""
    return f"paribus-{version}-py3-none-any.whl"


def core_packages() -> tuple[str, ...]:
    """The names of the students' requirements."""
    return tuple(re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0] for requirement in core_requirements())
