"""What the notebooks of a course find in their working folder: its library, an assignment's own files."""

import io
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from generator.wheels.wheel import build_library, library_version
from paribus.course.catalog import Course, Entry

LIBRARIES = Path(".paribus") / "cache" / "libraries"


def given_files(course: Course, entries: Sequence[Entry], cache: Path = LIBRARIES) -> dict[str, Mapping[str, Path]]:
    """Assignment → what its runs are given, by bare name.

    The library is given unpacked: it is imported from the working folder, and the setup cell finds it installed.
    """
    library = given_library(course, cache)
    return {entry.name: {**library, **{path.name: path for path in entry.files}} for entry in entries}


def given_library(course: Course, cache: Path = LIBRARIES) -> dict[str, Path]:
    """The course's library, unpacked: its folders by bare name; none where the course has no library.

    A wheel is built and unpacked once for each version, aside, and moved into its place whole.
    """
    if course.library is None:
        return {}
    folder = (cache / f"{course.library.name}-{library_version(course.library)}").resolve()
    if not folder.is_dir():
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".", dir=folder.parent) as aside:
            made = Path(aside) / folder.name
            with zipfile.ZipFile(io.BytesIO(build_library(course.library).content)) as archive:
                archive.extractall(made)
            try:
                made.rename(folder)
            except OSError:
                if not folder.is_dir():  # else another process was faster
                    raise
    return {path.name: path for path in sorted(folder.iterdir()) if path.is_dir()}
