"""Which platforms there are, by name: the folders of paribus's own, and what installed packages add.

A package adds one by an entry point whose value is a package like one of these folders.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Any

from paribus.errors import UsageError

OWN = "paribus"
_NAME = re.compile(r"[a-z][a-z0-9_-]*")


@dataclass(frozen=True)
class Kind:
    """A kind of platform: what people call it, the package whose folders are paribus's own, and the group of entry
    points that adds others.
    """

    title: str
    room: str
    group: str


LEARNING = Kind("learning platform", "grader.lms", "paribus.learning_platforms")
NOTEBOOK = Kind("notebook platform", "generator.platforms", "paribus.notebook_platforms")


@dataclass(frozen=True)
class Home:
    """Where a platform is: its package, and what is installed to have it."""

    package: str
    installed: str = OWN


@cache
def homes(kind: Kind) -> Mapping[str, Home]:
    """Every platform of a kind by its name, in the order of the alphabet; none where the room for them is not
    installed. Nothing of them is imported. UsageError where two have one name, or an entry point cannot be one.
    """
    room, *folders = kind.room.split(".")
    spec = find_spec(room)
    if spec is None:
        return MappingProxyType({})
    places = (Path(place, *folders) for place in spec.submodule_search_locations or ())
    own = [path.parent.name for place in places for path in place.glob("*/platform.py")]
    found = {name: Home(f"{kind.room}.{name}") for name in own}
    for point in sorted(entry_points(group=kind.group), key=lambda item: (item.name, _installed(item))):
        home = Home(point.value, _installed(point))
        if not _NAME.fullmatch(point.name):
            raise broken(kind, point.name, home, "needs a name of small letters, digits, _ and -")
        if point.attr:
            package = point.module.partition(".")[0]
            wrong = f"has the entry point {point.value!r}; expected a package alone, such as {package!r}"
            raise broken(kind, point.name, home, wrong)
        if point.name in found:
            other = found[point.name].installed
            raise UsageError(
                f"{other} and {home.installed} both bring a {kind.title} called {point.name!r}. Leave one of them: "
                f"python -m pip uninstall {home.installed}"
            )
        found[point.name] = home
    return MappingProxyType(dict(sorted(found.items())))


def part_of(kind: Kind, name: str, module: str, attribute: str) -> Any:  # whatever the part holds
    """What a module in a platform's package holds; None where it has no such module. UsageError where the module is
    not paribus's own and cannot be imported, or holds nothing of that name.
    """
    home = homes(kind)[name]
    try:
        if find_spec(f"{home.package}.{module}") is None:
            return None
        return getattr(import_module(f"{home.package}.{module}"), attribute)
    except (Exception, SystemExit) as error:  # a module that ends the process would end it without a word
        if home.installed == OWN:
            raise
        raise broken(kind, name, home, f"cannot be imported ({type(error).__name__}: {error})") from error


def broken(kind: Kind, name: str, home: Home, wrong: str) -> UsageError:
    """The error that says what is wrong with a platform, whose it is, and what to type."""
    return UsageError(
        f"The {kind.title} {name!r} of the package {home.installed} {wrong}. Mend it, or type: "
        f"python -m pip uninstall {home.installed}"
    )


def _installed(point: EntryPoint) -> str:
    """The installed package that has an entry point."""
    return (point.dist.name if point.dist is not None else "") or point.module
