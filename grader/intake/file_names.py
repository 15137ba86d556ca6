"""What a file's name says where a learning platform wrote it: whose it is, and which file.

Each platform that names files has a module ``names`` in its folder of `grader.lms`, with a function ``read_name``;
they are found by that, so that a new platform adds a folder, or an installed package, and nothing else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from paribus.course.added import watched
from paribus.course.platforms import LEARNING, OWN, homes, part_of


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
def _readers() -> tuple[ReadName, ...]:
    """Paribus's own first: what a package adds takes no name of theirs away."""
    known = homes(LEARNING)
    order = sorted(known, key=lambda name: known[name].installed != OWN)
    found = ((name, part_of(LEARNING, name, "names", "read_name")) for name in order)
    return tuple(watched(LEARNING, name, "read_name", read, ReadName) for name, read in found if read is not None)
