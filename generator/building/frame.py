"""What a platform puts around an assignment's own cells: a setup cell, a way to hand in, metadata.

The setup cell is a file in `generator.cells`; what differs between platforms is in `generator.platforms`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import paribus
from generator.building.handin import hand_in_words
from generator.errors import BuildError
from generator.platforms.choose import EXPORT, HANDIN, platform_names, platform_text, platforms
from generator.platforms.platform import KERNEL, Setting
from generator.project import CHECK_NEEDS, core_packages, package_of, wheel_name
from generator.wheels.wheel import Wheel, build_library
from paribus.course.assignment import Cell, Role
from paribus.course.catalog import Course, Entry
from paribus.course.near import did_you_mean
from paribus.training.profiles import Profile


@dataclass(frozen=True)
class Frame:
    """What a platform puts around an assignment's own cells: on top, before the first code cell, at the end."""

    top: tuple[Cell, ...]
    setup: Cell
    end: tuple[Cell, ...]


def setting_of(course: Course) -> Setting:
    """What the notebooks of a course depend on, with its library's wheel."""
    library = None if course.library is None else build_library(course.library)
    return Setting(course, paribus.__version__, library)


def platforms_of(course: Course) -> tuple[str, ...]:
    """The platforms that the course names; without names all of them that it has settings for."""
    known = platform_names()
    for name in course.platforms:
        if name not in known:
            raise BuildError(
                f"{course.file}: [course] platforms names {name!r}; expected one of {', '.join(known)}."
                f"{did_you_mean(name, known)}"
            )
    ready = (item.name for item in platforms().values() if item.is_ready(course))
    return tuple(name for name in known if name in course.platforms) or tuple(ready)


def notebook_metadata(platform: str, entry: Entry, setting: Setting) -> dict[str, Any]:
    """The notebook's metadata on a platform."""
    return {**KERNEL, **platforms()[platform].metadata(entry, setting)}


def needed_packages(course: Course, entry: Entry, profile: Profile) -> tuple[str, ...]:
    """What a notebook on one's own machine must have: the students' core, what `paribus check` needs, what the
    course's library, the assignment and the profile need.
    """
    return tuple(
        dict.fromkeys((*core_packages(), *CHECK_NEEDS, *_of_library(course), *entry.needs, *profile.needs))
    )


def _of_library(course: Course) -> tuple[str, ...]:
    return () if course.library is None else tuple(map(package_of, course.library.requirements))


def _wheel_of(library: Wheel, address: str) -> str:
    """A library as the setup cell reads it: package, version, file, address."""
    return f"{library.package} {library.version} {library.name} {address}".strip()


def frame(platform: str, entry: Entry, setting: Setting, profile: Profile) -> Frame:
    """The cells that the generator adds on a platform; BuildError where there is no such platform."""
    if platform not in platform_names():
        raise BuildError(f"There is no platform called {platform!r}. Choose one of: {', '.join(platform_names())}.")
    chosen, wheel = platforms()[platform], wheel_name(setting.version)
    place = chosen.place(setting, wheel)
    needed = needed_packages(setting.course, entry, profile) if chosen.installs else _of_library(setting.course)
    wheels = [f"paribus {setting.version} {wheel} {place.address}".strip()]
    if setting.library is not None:
        wheels.append(_wheel_of(setting.library, place.library))
    values = {
        "__TITLE__": place.title,
        "__WHEELS__": ";".join(wheels),
        "__NEEDED__": " ".join(needed),
        "__PLACE__": place.folder,
        "__INSIDE__": "**/" if place.deep else "",
        "__ADVICE__": place.advice,
        "__ASSIGNMENT__": entry.name,
        **hand_in_words(setting.course, entry.name),
    }
    text = files("generator.cells").joinpath("setup.py").read_text(encoding="utf-8")
    setup = Cell("setup", Role.SETUP, "code", filled_in(text, values), heading=entry.title)
    end = [Cell("handin", Role.HANDIN, "markdown", read_handin(platform, values), heading="Hand in")]
    export = platform_text(platform, EXPORT)
    if export is not None:
        end.append(Cell("handin-export", Role.HANDIN, "code", filled_in(export, values), heading="Hand in"))
    badge = chosen.badge(entry, setting.course)
    top = (Cell("badge", Role.SETUP, "markdown", badge, heading=entry.title),) if badge else ()
    return Frame(top, setup, tuple(end))


def read_handin(platform: str, values: Mapping[str, str]) -> str:
    """How students hand in on a platform."""
    return filled_in(platform_text(platform, HANDIN) or "", values)


def filled_in(text: str, values: Mapping[str, str]) -> str:
    """A cell's text with its placeholders filled in."""
    text = text.strip("\n")
    for placeholder, value in values.items():
        text = text.replace(placeholder, value)
    return text
