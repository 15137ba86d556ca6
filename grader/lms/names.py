"""What a file's name says where a learning platform wrote it: whose it is, and which file.

Each platform that names files has a module ``names`` in its folder, with a function ``read_name``; they are found
by that, so that a new platform adds a folder and nothing else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec

from paribus.course.platforms import learning_platforms


@dataclass(frozen=True)
class Named:
    """What a path says. ``name`` is the person's, or the team's; ``number`` the platform's, "" where there is none;
    ``plugin`` is "file" for what was uploaded; ``file`` the file within the submission.

    ``by`` is what people call the platform. ``hidden`` says that the name is the platform's word for somebody whose
    name it does not show; ``late`` that the platform marks the file as late; ``upload`` counts uploads from the
    earliest on, and is 0 where nobody says.
    """

    name: str
    number: str
    plugin: str = "file"
    file: str = ""
    hidden: bool = False
    late: bool = False
    upload: int = 0
    by: str = ""


ReadName = Callable[[str], Named | None]
"""From a path within a batch to what its name says; None where nobody but the instructor named it."""


def read_any_name(path: str) -> Named | None:
    """What any platform reads in a path; None where none of them wrote it."""
    return next((found for read in _readers() if (found := read(path)) is not None), None)


@lru_cache(maxsize=1)
def platform_folders() -> tuple[str, ...]:
    """The packages of the platforms beside this module, in the order of the alphabet."""
    return tuple(f"grader.lms.{name}" for name in learning_platforms())


@lru_cache(maxsize=1)
def _readers() -> tuple[ReadName, ...]:
    modules = [f"{folder}.names" for folder in platform_folders()]
    return tuple(import_module(name).read_name for name in modules if find_spec(name) is not None)
