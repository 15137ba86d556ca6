"""What lies among the submissions and is none: a table of people, a platform's own zip, the feedback for it.

It counts only where files of the whole class lie: what is in a student's folder, or bears a platform's name of a
student, was handed in, whatever it is.
"""

import os
import zipfile
from collections.abc import Sequence
from pathlib import PurePosixPath

from grader.intake.entries import NOTEBOOKS, READ_ERRORS, Entry
from grader.intake.file_names import read_any_name

LISTS = frozenset({"submission_metadata.yml", "submission_metadata.yaml"})
"""Files that a platform's download holds beside the submissions, in small letters: Gradescope's."""


def without_strays(entries: Sequence[Entry]) -> tuple[list[Entry], tuple[str, ...]]:
    """The entries that somebody handed in, and a note for each one that was left out."""
    root = PurePosixPath(os.path.commonpath(folders)) if (folders := _folders(entries)) else PurePosixPath()
    kept: list[Entry] = []
    notes: list[str] = []
    for entry in entries:
        path = PurePosixPath(entry.path)
        shared = path.parent in (root, *root.parents) and not any(map(read_any_name, path.parts))
        why = _stray(path, entry) if shared else ""
        if why:
            notes.append(f"{entry.path} lies among the submissions and was left out: {why}")
        else:
            kept.append(entry)
    return kept, tuple(notes)


def _folders(entries: Sequence[Entry]) -> list[str]:
    """The folders of all that may be a notebook, those of students left out."""
    found = [PurePosixPath(entry.path) for entry in entries if entry.path.lower().endswith(NOTEBOOKS)]
    return [os.fspath(_above_students(path)) for path in found if not path.is_absolute()]


def _above_students(path: PurePosixPath) -> PurePosixPath:
    named = [number for number, part in enumerate(path.parts) if read_any_name(part)]
    return PurePosixPath(*path.parts[: named[0]]) if named else path.parent


def _stray(path: PurePosixPath, entry: Entry) -> str:
    """Why a file that is nobody's is no submission; "" where it may be one."""
    if path.suffix.lower() == ".csv":
        return "it is a table. Where a student handed it in, put it into a folder of the student's name."
    if path.name.lower() in LISTS:
        return "a platform wrote it, and it lists who handed in."
    if path.suffix.lower() == ".zip" and _is_platforms(entry):
        return "it holds submissions, or feedback, of a class. Name it itself to grade what is in it."
    return ""


def _is_platforms(entry: Entry) -> bool:
    """Whether a zip on the disk has members that a platform named, or that were named for it."""
    if entry.unread is None or entry.unread.member is not None:
        return False
    try:
        with zipfile.ZipFile(entry.unread.path) as archive:
            return any(read_any_name(name) is not None for name in archive.namelist())
    except READ_ERRORS:
        return False
