"""A build that is made anew when a file of the course was saved since; the last good one stays beside an error."""

import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from generator.building.build import Options, build_assignment
from generator.building.frame import platforms_of
from generator.preview.views import View, views_of
from generator.running.references import load_references
from paribus.course.catalog import load_course
from paribus.errors import ParibusError

SKIPPED = {"build", "graded", "__pycache__"}


@dataclass(frozen=True)
class Shown:
    """What the page shows: ``version`` counts builds, ``error`` says why the last one failed ("": it did not)."""

    version: int
    course: str
    title: str
    views: Mapping[str, View]
    error: str = ""


@dataclass
class Watched:
    """One assignment of the course in ``file``, built when asked for and something changed; lives as long as the
    server. ``profile`` None is the students' own.
    """

    file: Path
    name: str
    profile: str | None = None
    _stamp: tuple[tuple[str, int, int], ...] = ()
    _shown: Shown = field(default_factory=lambda: Shown(0, "", "", {}))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def shown(self) -> Shown:
        """The newest build, made now where a file changed since the last one."""
        with self._lock:
            stamp = stamp_of(self.file.parent)
            if stamp != self._stamp:
                self._stamp = stamp
                self._shown = self._build()
            return self._shown

    def _build(self) -> Shown:
        before = self._shown
        try:
            course = load_course(self.file)
            entry = course.entry(self.name)
            platforms = platforms_of(course)
            platform = "jupyter" if "jupyter" in platforms else platforms[0]
            options = Options(self.profile, (platform,), load_references(course.folders.solutions))
            views = views_of(build_assignment(course, entry, options), platform)
        except ParibusError as error:
            return Shown(before.version + 1, before.course, before.title or self.name, before.views, str(error))
        return Shown(before.version + 1, course.title, entry.title, views)


def stamp_of(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Every file below a course's folder with its size and the time of its last change, but for what runs write."""
    found: list[tuple[str, int, int]] = []
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.name in SKIPPED:
            continue
        if path.is_dir():
            found.extend(stamp_of(path))
        elif path.is_file():
            with suppress(FileNotFoundError):  # an editor writes a file beside the old one and renames it
                status = path.stat()
                found.append((str(path), status.st_size, status.st_mtime_ns))
    return tuple(found)
