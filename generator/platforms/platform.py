"""What a notebook platform is to the build: a table of what differs there.

Each is a folder beside this module, or a package that is installed (`paribus.course.platforms`). Its
``platform.py`` holds one `Platform` called ``PLATFORM``. ``start.md.j2`` and ``handin.md`` tell students how to
start and hand in there; ``handin.py``, if any, is a cell that exports. Nothing else knows of it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generator.wheels.wheel import Wheel
from paribus.course.catalog import Course, Entry

KERNEL: Mapping[str, Any] = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
    },
}


@dataclass(frozen=True)
class Setting:
    """All that a notebook's frame depends on; ``library`` is the wheel of the course's own packages."""

    course: Course
    version: str
    library: Wheel | None = None


@dataclass(frozen=True)
class Place:
    """Where a platform's setup cell gets the wheels: it looks in ``folder`` (and, if ``deep``, below it), then asks
    ``address``, or ``library`` for the course's own. ``advice`` says what a student does where it is in neither,
    with ``{wheel}`` for the file's name; ``title`` is the cell's first line.
    """

    title: str
    folder: str
    advice: str
    deep: bool = False
    address: str = ""
    library: str = ""


@dataclass(frozen=True)
class Unfilled:
    """A value of the course's settings that may still be a placeholder: where it is, and what to put there."""

    value: str
    where: str
    what: str


def _is_ready(course: Course) -> bool:
    return True


def _nothing(setting: Setting) -> tuple[()]:
    return ()


def _plain(entry: Entry, setting: Setting) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Platform:
    """One platform. ``title`` heads its part of the students' README.

    ``place``       where its setup cell gets a wheel of this name
    ``metadata``    the notebook's metadata besides the kernel's
    ``cell``        the metadata of a cell, by its key, and whether it is code that the build wrote
    ``is_ready``    whether a course that names no platforms has what this one needs
    ``badge``       a first cell of Markdown, "" for none
    ``more_files``  further files below its folder of the build, by path
    ``unfilled``    settings that may still be placeholders
    ``words``       more for ``start.md.j2``
    ``files_in``    where below its folder the course's files are put; ``brings_wheel`` says whether paribus's wheel
                    is there too, and ``brings_forms`` whether the forms of `paribus check` are
    ``own_folders`` whether each notebook has a folder of its own
    ``installs``    whether the setup cell installs what the platform's image has elsewhere
    """

    name: str
    title: str
    place: Callable[[Setting, str], Place]
    metadata: Callable[[Entry, Setting], Mapping[str, Any]] = _plain
    cell: Callable[[str, bool], Mapping[str, Any]] = lambda key, written: {}
    is_ready: Callable[[Course], bool] = _is_ready
    badge: Callable[[Entry, Course], str] = lambda entry, course: ""
    more_files: Callable[[Setting, Sequence[Entry]], Mapping[str, str]] = lambda setting, entries: {}
    unfilled: Callable[[Setting], Sequence[Unfilled]] = _nothing
    words: Callable[[Setting], Mapping[str, str]] = lambda setting: {}
    files_in: str = ""
    brings_wheel: bool = False
    brings_forms: bool = False
    own_folders: bool = False
    installs: bool = False

    @property
    def folder(self) -> str:
        """Where the build puts the course's files for it."""
        return f"student/{self.name}/{self.files_in}".rstrip("/")

    def notebook(self, assignment: str) -> str:
        """Where the build puts a student's notebook."""
        return f"student/{self.name}/{f'{assignment}/' if self.own_folders else ''}{assignment}.ipynb"
