"""The files of a batch, from a zip or a folder, as entries that are read one at a time and within bounds.

Nothing is unpacked: a name that points elsewhere can harm nobody, and is still refused, because no honest
archive holds one.
"""

import os
import stat
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

from grader.errors import InboxError
from grader.intake.file_names import read_any_name
from grader.model import Unread
from grader.output.storage import is_output


@dataclass(frozen=True)
class InboxLimits:
    """Bounds on a batch. ``member_bytes`` bounds one file, unpacked; ``total_bytes`` all files of the batch;
    ``ratio`` how much a file of more than 10 MB may shrink in a zip (real exports: at most 40 times).
    """

    members: int = 50_000
    member_bytes: int = 60_000_000
    total_bytes: int = 40_000_000_000
    ratio: float = 200.0


DEFAULT_LIMITS = InboxLimits()
NOTEBOOKS = (".html", ".htm", ".ipynb")
RATIO_FROM = 10_000_000
# What learning platforms and every operating system write. The others unpack as much as they like in one step.
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


@dataclass(frozen=True)
class Entry:
    """One file of the batch: its path with ``/``, and where its bytes are. ``problem`` is set where they must not
    be read. ``modified`` is the time of the file, as far as the archive or the disk knows one.
    """

    path: str
    size: int
    unread: Unread | None
    problem: str = ""
    modified: tuple[float, ...] = ()


def list_entries(path: Path, limits: InboxLimits) -> tuple[Entry, ...]:
    """The entries of a zip, of a folder, or a single file as the only one; nothing of them is read yet.
    InboxError where there are none to be had at all.
    """
    if path.is_dir():
        if is_output({item.name for item in path.iterdir()}):
            raise InboxError(
                f"{path}: is what an earlier `paribus grade` wrote. Name the zip or the folder of submissions."
            )
        return _folder(path, limits)
    if not path.exists():
        raise InboxError(f"{path}: does not exist. Name the zip of submissions, a folder of them, or one file.")
    if path.suffix.lower() == ".zip":
        try:
            archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise InboxError(
                f"{path}: is no zip, or was cut off ({error}). Download all submissions again, or name the "
                "folder they were unpacked to."
            ) from error
        with archive:
            return _zip(archive, path, limits)
    if path.suffix.lower() in NOTEBOOKS:
        return (_file(path, _shown(Path(path.name)), limits),)
    raise InboxError(
        f"{path}: is neither a zip, nor a folder, nor a notebook ({', '.join(NOTEBOOKS)}). Unpack an "
        "archive of another kind, and name the folder."
    )


# --- folders ------------------------------------------------------------------------------------------------


def _folder(folder: Path, limits: InboxLimits) -> tuple[Entry, ...]:
    """Links are entries of their own, not followed; a folder that cannot be opened is one, too."""
    entries: list[Entry] = []

    def refused(error: OSError) -> None:
        name = _shown(Path(str(error.filename)).relative_to(folder))
        entries.append(Entry(name, 0, None, f"The folder could not be opened ({error.strerror})."))

    for place, folders, files in os.walk(folder, onerror=refused):
        if _is_output(Path(place).relative_to(folder).as_posix(), files):
            folders.clear()
            continue
        linked = [name for name in folders if Path(place, name).is_symlink()]
        paths = [Path(place, name) for name in (*files, *linked)]
        entries += [
            _file(path, _shown(path.relative_to(folder)), limits)
            for path in paths
            if path.is_symlink() or path.is_file()
        ]
        if len(entries) > limits.members:
            raise InboxError(
                f"{folder}: holds more than {limits.members:,} files. Name the folder of one assignment."
            )
    return tuple(entries)


def _shown(path: Path) -> str:
    """A path as text. A name on a disk may be any bytes: those that are no UTF-8 are shown by their numbers."""
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")


def _is_output(folder: str, files: Iterable[str]) -> bool:
    """Whether a folder is an earlier run's output. What lies in a student's folder is the student's."""
    return is_output(frozenset(files)) and not any(map(read_any_name, folder.split("/")))


def _file(path: Path, name: str, limits: InboxLimits) -> Entry:
    if path.is_symlink():
        return Entry(name, 0, None, "The file is a link to another place; it was not followed.")
    found = path.stat()
    return Entry(name, found.st_size, Unread(path, limits.member_bytes), modified=(found.st_mtime,))


# --- zips ---------------------------------------------------------------------------------------------------


def _zip(archive: zipfile.ZipFile, path: Path, limits: InboxLimits) -> tuple[Entry, ...]:
    # A member without a name is no file of anyone's; zipfile's own is_dir fails on it.
    members = [
        (number, info) for number, info in enumerate(archive.infolist()) if info.filename and not info.is_dir()
    ]
    if len(members) > limits.members:
        raise InboxError(
            f"{path}: holds {len(members):,} files, and at most {limits.members:,} are read. "
            "Download the submissions of one assignment."
        )
    members = _without_outputs(members)
    names = [_name(info) for _, info in members]
    last = {name: position for position, name in enumerate(names)}
    stamp = _stamp(path)
    entries = []
    for position, ((number, info), name) in enumerate(zip(members, names, strict=True)):
        problem = _refusal(info, name, last[name] != position, limits)
        unread = Unread(path, limits.member_bytes, number, stamp)
        entries.append(Entry(name, info.file_size, unread, problem, info.date_time))
    return tuple(entries)


def _without_outputs(members: Sequence[tuple[int, zipfile.ZipInfo]]) -> list[tuple[int, zipfile.ZipInfo]]:
    """The members outside of the folders that an earlier run wrote."""
    files: dict[PurePosixPath, set[str]] = {}
    for _, info in members:
        path = PurePosixPath(_name(info))
        files.setdefault(path.parent, set()).add(path.name)
    outputs = {folder for folder, names in files.items() if _is_output(folder.as_posix(), names)}
    if not outputs:
        return list(members)
    return [(number, info) for number, info in members if outputs.isdisjoint(PurePosixPath(_name(info)).parents)]


def _name(info: zipfile.ZipInfo) -> str:
    """The member's name. Where the UTF-8 flag is missing, many tools write UTF-8 all the same."""
    name = info.filename
    if not info.flag_bits & 0x800:
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            name = info.filename
    return name.replace("\\", "/")


def _refusal(info: zipfile.ZipInfo, name: str, repeated: bool, limits: InboxLimits) -> str:
    """Why a member must not be read, or ""."""
    parts = PurePosixPath(name).parts
    checks: Sequence[tuple[bool, str]] = (
        (name.startswith("/") or ".." in parts or ":" in name[:3], "Its name points outside of the archive."),
        (stat.S_ISLNK(info.external_attr >> 16), "It is a link to another place, not a file."),
        (bool(info.flag_bits & 1), "It is encrypted. Hand in the file without a password."),
        (
            info.compress_type not in METHODS,
            "It is packed by a method that is not read. Pack it again as an ordinary zip.",
        ),
        (repeated, "The archive holds another file of the same name after it."),
        (
            info.file_size > RATIO_FROM and info.file_size > limits.ratio * max(info.compress_size, 1),
            "It unpacks to so much more than it was packed to that it was not opened.",
        ),
    )
    return next((reason for applies, reason in checks if applies), "")


READ_ERRORS = (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, NotImplementedError, ValueError)


def read_bounded(unread: Unread) -> tuple[bytes, str]:
    """The bytes and "", or no bytes and what was wrong. Reads no more than the limit, whatever an archive says
    about sizes.
    """
    limit = unread.limit
    try:
        content = _read(unread)
    except READ_ERRORS as error:
        return b"", f"It could not be read: {str(error) or type(error).__name__}."
    if len(content) > limit:
        return b"", f"It unpacks to more than the {limit // 1_000_000} MB that are read."
    return content, ""


def _read(unread: Unread) -> bytes:
    if unread.member is None:
        with unread.path.open("rb") as file:
            return file.read(unread.limit + 1)
    if _stamp(unread.path) != unread.stamp:
        raise OSError(f"{unread.path.name} was changed while it was graded; grade it again")
    archive = _opened(unread.path, unread.stamp)
    with archive.open(archive.infolist()[unread.member]) as file:
        return file.read(unread.limit + 1)


@lru_cache(maxsize=1)
def _opened(path: Path, stamp: tuple[int, int]) -> zipfile.ZipFile:
    """An archive, opened once in each process that reads from it: its directory may be long."""
    return zipfile.ZipFile(path)


def _stamp(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns
