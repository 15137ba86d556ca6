"""Where paribus itself is installed, the course that ships with it, and what the students' package needs."""

import re
from functools import cache
from importlib import metadata
from pathlib import Path

import paribus

ROOT = Path(paribus.__file__).parent.parent
"""The folder of the packages: a checkout's root, or an environment's."""
CHECK_NEEDS = ("selectolax", "mistune")
"""What `paribus check` needs beyond the students' core."""


def shipped_course() -> Path:
    """The course.toml of the course that ships: in a checkout beside the packages, else packed with them."""
    packed = Path(__file__).with_name("shipped") / "course" / "course.toml"
    return packed if packed.is_file() else ROOT / "course" / "course.toml"


def docs_folder() -> Path:
    """The documentation: in a checkout beside the packages, else packed with them."""
    packed = Path(__file__).with_name("shipped") / "docs"
    return packed if packed.is_dir() else ROOT / "docs"


def licence() -> str:
    """The text of paribus's own licence."""
    return metadata.distribution("paribus").read_text("licenses/LICENSE") or ""


@cache
def core_requirements() -> tuple[str, ...]:
    """The students' requirements: those of paribus without any extra."""
    return tuple(item for item in metadata.requires("paribus") or () if "extra ==" not in item)


@cache
def requirement(name: str) -> str:
    """One requirement of the instructor's extra."""
    stated = (item.partition(";") for item in metadata.requires("paribus") or ())
    wanted = (item.strip() for item, _, extra in stated if "instructor" in extra)
    return next(item for item in wanted if package_of(item) == name)


def package_of(requirement: str) -> str:
    """The package's name in a requirement such as ``numpy>=1.26``."""
    return re.split(r"[^A-Za-z0-9._-]", requirement.strip(), maxsplit=1)[0]


def wheel_name(version: str) -> str:
    """What the students' wheel is called."""
    return f"paribus-{version}-py3-none-any.whl"


def core_packages() -> tuple[str, ...]:
    """The names of the students' requirements."""
    return tuple(map(package_of, core_requirements()))
