"""Which hosts there are, which one this is, and where lies what a person attached to a notebook.

A platform that a package adds is none of these. It tells its folder in the setup cell: the build writes the folder
of its `Place` there, as PLACE.
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from paribus import hosts
from paribus.display.show import value_of_session
from paribus.hosts.host import Host

PLACE = "PLACE"
"""What the setup cell calls the folder that its platform's files lie in."""


@cache
def known() -> tuple[Host, ...]:
    """Every host, in the order of the alphabet."""
    modules = (import_module(f"{hosts.__name__}.{item.name}") for item in iter_modules(hosts.__path__))
    return tuple(module.HOST for module in modules if hasattr(module, "HOST"))


def here(environment: Mapping[str, str]) -> Host | None:
    """The host that this is; None where it is none of those known."""
    return next((host for host in known() if host.variable in environment), None)


def inputs() -> tuple[Path, ...]:
    """Where outputs of earlier sessions lie that a person attached."""
    return (*(host.inputs for host in known() if host.inputs is not None), *of_this_notebook())


def folders() -> tuple[Path, ...]:
    """Where files lie that a person brought, on any host."""
    return (*(folder for host in known() for folder in host.folders), *of_this_notebook())


def of_this_notebook() -> tuple[Path, ...]:
    """The folder of a platform that is none of the hosts; nothing where that is the notebook's own or one above."""
    place, work = value_of_session(PLACE), Path.cwd()
    taken = {work, *work.parents, *(folder for host in known() for folder in host.folders)}
    return (place,) if isinstance(place, Path) and place not in taken else ()
