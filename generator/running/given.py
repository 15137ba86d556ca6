"""What the notebooks of a course find in their working folder: its library, an assignment's own files."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from generator.building.wheel import Wheel, build_library
from paribus.course.catalog import Course, Entry
from paribus.files import write_atomic

LIBRARIES = Path(".paribus") / "cache" / "libraries"
MARKER = "complete"


def given_files(course: Course, entries: Sequence[Entry], cache: Path = LIBRARIES) -> dict[str, Mapping[str, Path]]:
    """Assignment → what its runs are given, by bare name.

    The library is given unpacked: it is imported from the working folder, and the setup cell finds it installed.
    """
    library = {} if course.library is None else unpacked(build_library(course.library), cache)
    return {entry.name: {**library, **{path.name: path for path in entry.files}} for entry in entries}


def unpacked(wheel: Wheel, cache: Path) -> dict[str, Path]:
    """A wheel's folders by name, unpacked once for each version; the marker is written last."""
    folder = (cache / f"{wheel.package}-{wheel.version}").resolve()
    if not (folder / MARKER).is_file():
        with zipfile.ZipFile(io.BytesIO(wheel.content)) as archive:
            archive.extractall(folder)
        write_atomic(folder / MARKER, wheel.name + "\n")
    return {path.name: path for path in sorted(folder.iterdir()) if path.is_dir()}
