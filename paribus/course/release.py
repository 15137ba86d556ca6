"""The instructor's release folder: all that grading needs, written by the generator, read by the grader.

RELEASE/ASSIGNMENT/
assignment.json    the typed assignment
release.ipynb      the notebook in nbgrader's form, from which submissions are rebuilt
references.json    the references that prose and bands use (may hold none)
sealed.json        keys of blind models, where the assignment has any
hidden.json        the hidden tests, where the assignment has any: only `paribus grade --run-tests` reads them
audit.json         references of every profile and their runs' errors: only `paribus audit` reads them
metrics.py, checks.py, vocabulary.toml   the course's own, if any; assignment.json holds their SHA-256
complete.json      written last: the release digest, every file's SHA-256, and whether it went out
older/<digest>/    releases that went out before this one; graded with those who have their notebooks
"""

import hashlib
import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from paribus.course.assignment import Assignment
from paribus.course.errors import ReleaseError
from paribus.course.own import digest_of
from paribus.files import write_atomic

MARKER = "complete.json"
OLDER = "older"
SEALED, HIDDEN, AUDIT = "sealed.json", "hidden.json", "audit.json"
NEEDED = ("assignment.json", "release.ipynb", "references.json")


@dataclass(frozen=True)
class Release:
    """One released assignment: pure values, no paths. ``notebook`` is the release notebook's JSON text, ``hidden``
    holds the hidden tests of each tests cell by its key, as ``{"tests": code}``; ``audit`` what `paribus audit`
    alone compares with, in the form of ``references``.
    """

    assignment: Assignment
    notebook: str
    references: Mapping[str, Any] = field(default_factory=dict)
    sealed: Mapping[str, Any] = field(default_factory=dict)
    hidden: Mapping[str, Any] = field(default_factory=dict)
    audit: Mapping[str, Any] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """The release digest that is in the notebook and in every record."""
        return self.assignment.release


def write_release(folder: Path, release: Release, *, goes_out: bool = False) -> Path:
    """Write a release below ``folder``, the marker last; returns the release's own folder.

    With ``goes_out`` students get it (`paribus release`); then it is kept below the next one that differs. What
    went out once stays so while its digest is the same.
    """
    target = folder / release.assignment.name
    target.mkdir(parents=True, exist_ok=True)
    if went_out(target):
        before = _readable(target)
        goes_out = goes_out or before == release.digest
        if before not in ("", release.digest):
            _set_aside(target, before)
    (target / MARKER).unlink(missing_ok=True)
    own = release.assignment.own
    plain = replace(release.assignment, own={name: digest_of(text) for name, text in own.items()})
    texts = {
        **own,
        "assignment.json": plain.to_json(),
        "release.ipynb": release.notebook,
        "references.json": json.dumps(dict(release.references), sort_keys=True, indent=1) + "\n",
    }
    for name, values in ((SEALED, release.sealed), (HIDDEN, release.hidden), (AUDIT, release.audit)):
        if values:
            texts[name] = json.dumps(dict(values), sort_keys=True, indent=1) + "\n"
    for name, text in texts.items():
        write_atomic(target / name, text)
    digests = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in sorted(texts.items())}
    marker = {"release": release.digest, "files": digests, **({"went_out": True} if goes_out else {})}
    write_atomic(target / MARKER, json.dumps(marker, sort_keys=True, indent=1) + "\n")
    return target


def went_out(folder: Path) -> bool:
    """The folder holds a whole release that students got."""
    try:
        return json.loads((folder / MARKER).read_text(encoding="utf-8")).get("went_out") is True
    except (OSError, ValueError, AttributeError):
        return False


def older_releases(folder: Path) -> tuple[Path, ...]:
    """The folders of releases that went out before the one in ``folder``, by digest."""
    return tuple(sorted(path.parent for path in (folder / OLDER).glob(f"*/{MARKER}")))


def _readable(folder: Path) -> str:
    """The digest of the release in a folder; "" where somebody changed a file, so that it is of no use."""
    try:
        return read_release(folder).digest
    except ReleaseError:
        return ""


def _set_aside(folder: Path, digest: str) -> None:
    """Keep the files of a release below it, its marker last; what is there already is the same."""
    kept = folder / OLDER / digest
    if (kept / MARKER).is_file():
        return
    kept.mkdir(parents=True, exist_ok=True)
    files = sorted(path for path in folder.iterdir() if path.is_file() and path.name != MARKER)
    for path in (*files, folder / MARKER):
        shutil.copyfile(path, kept / path.name)


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
    assignment = Assignment.from_json(texts["assignment.json"], str(folder / "assignment.json"))
    for name, expected in assignment.own.items():
        if digest_of(texts.get(name, "")) != expected:
            raise ReleaseError(
                f"{folder / name}: is another file than its release names. Run `paribus release` again."
            )
    return Release(
        assignment=replace(assignment, own={name: texts[name] for name in assignment.own}),
        notebook=texts["release.ipynb"],
        references=json.loads(texts["references.json"]),
        sealed=json.loads(texts.get(SEALED, "{}")),
        hidden=json.loads(texts.get(HIDDEN, "{}")),
        audit=json.loads(texts.get(AUDIT, "{}")),
    )
