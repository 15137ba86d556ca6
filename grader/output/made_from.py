"""OUT/made_from.json: where the submissions and releases of a graded folder were, for whoever shows them later.

No result depends on it: a folder that was moved names them anew.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from paribus.course.release import MARKER, Release, older_releases, read_release
from paribus.errors import ParibusError
from paribus.files import write_atomic

FILE = "made_from.json"


@dataclass(frozen=True)
class MadeFrom:
    """The places, as whole paths; nothing where they are not known."""

    submissions: Path | None = None
    releases: tuple[Path, ...] = ()


def write_made_from(out: Path, submissions: Path, releases: Sequence[Path]) -> None:
    """Write the places down."""
    raw = {"submissions": str(submissions.resolve()), "releases": [str(path.resolve()) for path in releases]}
    out.mkdir(parents=True, exist_ok=True)
    write_atomic(out / FILE, json.dumps(raw, sort_keys=True, indent=1) + "\n")


def read_made_from(out: Path) -> MadeFrom:
    """The places; nothing where no run wrote them down, or the file cannot be read."""
    try:
        raw = json.loads((out / FILE).read_text(encoding="utf-8"))
        return MadeFrom(Path(raw["submissions"]), tuple(Path(path) for path in raw["releases"]))
    except (OSError, ValueError, KeyError, TypeError):
        return MadeFrom()


def find_releases(places: Sequence[Path], wanted: Collection[str]) -> dict[str, Release]:
    """The releases at these places, by digest, and those that are ``wanted`` and went out there before, or, where a
    place is gone, lie beside it. What is nowhere is left out.
    """
    found: dict[str, Release] = {}
    for place in places:
        _take(place, found, wanted, always=True)
    for folder in dict.fromkeys(path for place in places for path in _near(place)):
        if set(wanted) <= found.keys():
            break
        _take(folder, found, wanted, always=False)
    return found


def _take(folder: Path, found: dict[str, Release], wanted: Collection[str], *, always: bool) -> None:
    try:
        release = read_release(folder)
    except ParibusError:  # another folder may hold it whole; who asked says what is missing
        return
    if always or release.digest in wanted:
        found.setdefault(release.digest, release)


def _near(place: Path) -> Iterator[Path]:
    """Where else a release may be that was at a place."""
    if place.is_dir():
        yield from older_releases(place)
        return
    # The folder was called otherwise, or moved with the one around it.
    patterns = ((place.parent, f"*/{MARKER}"), (place.parent.parent, f"*/{place.name}/{MARKER}"))
    for folder, pattern in patterns:
        for marker in sorted(folder.glob(pattern)):
            yield marker.parent
            yield from older_releases(marker.parent)
