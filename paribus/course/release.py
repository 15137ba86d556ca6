"""The instructor's release folder: all that grading needs, written by the generator, read by the grader.

RELEASE/ASSIGNMENT/
assignment.json    the typed assignment
release.ipynb      the notebook in nbgrader's form, from which submissions are rebuilt
references.json    the references that prose and bands use (may hold none)
sealed.json        keys of blind models, where the assignment has any
complete.json      written last: the release digest and every file's SHA-256
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from paribus.course.assignment import Assignment
from paribus.course.errors import ReleaseError
from paribus.files import write_atomic

MARKER = "complete.json"
NEEDED = ("assignment.json", "release.ipynb", "references.json")


@dataclass(frozen=True)
class Release:
    """One released assignment: pure values, no paths. ``notebook`` is the release notebook's JSON text."""

    assignment: Assignment
    notebook: str
    references: Mapping[str, Any] = field(default_factory=dict)
    sealed: Mapping[str, Any] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """The release digest that stands in the notebook and in every record."""
        return self.assignment.release


def write_release(folder: Path, release: Release) -> Path:
    """Write a release below ``folder``, the marker last; returns the release's own folder."""
    target = folder / release.assignment.name
    target.mkdir(parents=True, exist_ok=True)
    (target / MARKER).unlink(missing_ok=True)
    texts = {
        "assignment.json": release.assignment.to_json(),
        "release.ipynb": release.notebook,
        "references.json": json.dumps(dict(release.references), sort_keys=True, indent=1) + "\n",
    }
    if release.sealed:
        texts["sealed.json"] = json.dumps(dict(release.sealed), sort_keys=True, indent=1) + "\n"
    for name, text in texts.items():
        write_atomic(target / name, text)
    digests = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in sorted(texts.items())}
    marker = {"release": release.digest, "files": digests}
    write_atomic(target / MARKER, json.dumps(marker, sort_keys=True, indent=1) + "\n")
    return target


def read_release(folder: Path) -> Release:
    """Read one release folder and hold every file against the marker.

    ReleaseError where the marker is missing (the release was interrupted) or a file differs from it.
    """
    marker_path = folder / MARKER
    if not marker_path.is_file():
        raise ReleaseError(
            f"{folder}: there is no {MARKER}, so this is no release or it was interrupted. "
            "Run `paribus release` again, or name the folder that holds assignment.json."
        )
    try:
        marker = json.loads(marker_path.read_text(encoding="utf-8"))
        digests = dict(marker["files"])
    except (ValueError, KeyError, TypeError) as error:
        raise ReleaseError(f"{marker_path}: cannot be read ({error}). Run `paribus release` again.") from error
    lacking = [name for name in NEEDED if name not in digests]
    if lacking:
        raise ReleaseError(
            f"{marker_path}: names no {lacking[0]}, so {folder} is another folder, such as a build's. A build's "
            "releases lie in instructor/release below it: name that folder."
        )
    texts: dict[str, str] = {}
    for name, expected in digests.items():
        path = folder / name
        if not path.is_file():
            raise ReleaseError(f"{path}: is missing. Run `paribus release` again.")
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != expected:
            raise ReleaseError(f"{path}: was changed after the release. Run `paribus release` again.")
        texts[name] = content.decode("utf-8")
    return Release(
        assignment=Assignment.from_json(texts["assignment.json"], str(folder / "assignment.json")),
        notebook=texts["release.ipynb"],
        references=json.loads(texts["references.json"]),
        sealed=json.loads(texts.get("sealed.json", "{}")),
    )
