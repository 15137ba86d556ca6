"""Which sandbox somebody asked for, by its name: ``bwrap``, ``docker:IMAGE``, ``podman:IMAGE``, ``none``."""

from pathlib import Path

from grader.audit.bubblewrap import Bubblewrap
from grader.audit.container import COMMANDS, Container
from grader.audit.sandbox import Refuses, Sandbox
from paribus.course.catalog import load_course
from paribus.errors import UsageError

DEFAULT = "bwrap"


def library_of(course: Path | None) -> tuple[Path, ...]:
    """The folders of a course's own library, which its notebooks import; none where there is no course or none."""
    if course is None:
        return ()
    library = load_course(course).library
    return () if library is None else tuple(library.packages)


def sandbox_of(name: str) -> Sandbox:
    """The sandbox of this name. UsageError where there is none of it. Nothing is chosen in another one's place."""
    command, _, image = name.partition(":")
    if name == DEFAULT:
        return Bubblewrap()
    if command in COMMANDS and image:
        return Container(command, image)
    if name == "none":
        return Refuses("Students' code runs only in a sandbox, and --sandbox none names none.")
    raise UsageError(f"--sandbox {name}: expected bwrap, docker:IMAGE or podman:IMAGE.")
