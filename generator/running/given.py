"""What the notebooks of a course find in their working folder: its library, an assignment's own files."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from generator.building.wheel import build_library, library_version
from paribus.course.catalog import Course, Entry
from paribus.files import write_atomic

LIBRARIES = Path(".paribus") / "cache" / "libraries"
MARKER = "complete"


def given_files(course: Course, entries: Sequence[Entry], cache: Path = LIBRARIES) -> dict[str, Mapping[str, Path]]:
    """Assignment → what its runs are given, by bare name.

    The library is given unpacked: it is imported from the working folder, and the setup cell finds it installed.
    """
    library = given_library(course, cache)
    return {entry.name: {**library, **{path.name: path for path in entry.files}} for entry in entries}


def given_library(course: Course, cache: Path = LIBRARIES) -> dict[str, Path]:
    """The course's library, unpacked: its folders by bare name; none where the course has no library.

    A wheel is built and unpacked once for each version; the marker is written last.
    """
    if course.library is None:
        return {}
    folder = (cache / f"{course.library.name}-{library_version(course.library)}").resolve()
    if not (folder / MARKER).is_file():
        wheel = build_library(course.library)
        with zipfile.ZipFile(io.BytesIO(wheel.content)) as archive:
            archive.extractall(folder)
        write_atomic(folder / MARKER, wheel.name + "\n")
    return {path.name: path for path in sorted(folder.iterdir()) if path.is_dir()}
