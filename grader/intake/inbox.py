"""From what a teacher downloads to submissions, one at a time: Moodle's zip, a folder, or a single file.

Each file that may be a notebook becomes one Submission. A file that cannot be read becomes one too, with its
``problem``, so that nothing is lost and nobody else is affected. They are listed by their names alone; the bytes
of each are read where it is worked on, which may be another process.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from grader.errors import InboxError
from grader.intake.entries import DEFAULT_LIMITS, NOTEBOOKS, Entry, InboxLimits, list_entries, read_bounded
from grader.intake.moodle import RESERVED, hides_name, parse_name, slug
from grader.intake.strays import without_strays
from grader.model import Submission

__all__ = [
    "DEFAULT_LIMITS", "InboxLimits", "count_submissions", "iter_submissions", "iter_unread", "left_out", "read",
]  # fmt: skip

# What operating systems and Jupyter leave in folders.
CLUTTER = frozenset({"__MACOSX", ".DS_Store", ".ipynb_checkpoints", ".git", "Thumbs.db", "desktop.ini"})
CLUTTER_NAMES = ("._", "~$")
LISTED = 5
NOTHING = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True)
class _Planned:
    """One submission to be: whose, from which entry, and what is already known about it."""

    submission: str
    student: str
    name: str
    entry: Entry
    remarks: tuple[str, ...] = ()
    problem: str = ""
    attempt: int = 1


@dataclass(frozen=True)
class _Owned:
    """An entry, whose it is, and the file's path within the submission."""

    student: str
    name: str
    entry: Entry
    file: str
    plugin: str = "file"


def iter_submissions(
    path: Path, limits: InboxLimits = DEFAULT_LIMITS, *, anonymous: bool = False
) -> Iterator[Submission]:
    """As `iter_unread`, each with its bytes."""
    return map(read, iter_unread(path, limits, anonymous=anonymous))


def iter_unread(
    path: Path, limits: InboxLimits = DEFAULT_LIMITS, *, anonymous: bool = False
) -> Iterator[Submission]:
    """Every submission of a batch, its bytes still to be `read`, in an order that depends on names alone.

    ``anonymous`` keeps no name, neither a person's nor a file's: only Moodle's identifier, or a number made from
    what stands for it. Raises InboxError where the batch as a whole cannot be read: no such file, a zip that is
    no zip, nothing in it, too many files.
    """
    total = 0
    for planned in _plan(list_entries(path, limits), path):
        problem = planned.problem or planned.entry.problem or _too_large(planned.entry, total, limits)
        total += 0 if problem else planned.entry.size
        found = Submission(
            submission=planned.submission,
            student=planned.student,
            name=planned.name,
            source=planned.entry.path,
            content=b"",
            sha256=NOTHING if problem else "",
            remarks=planned.remarks,
            problem=problem,
            attempt=planned.attempt,
            unread=None if problem else planned.entry.unread,
        )
        yield _nameless(found) if anonymous else found


def read(item: Submission) -> Submission:
    """The submission with its bytes, or with what kept them from being read; itself where it was read already."""
    if item.unread is None:
        return item
    content, problem = read_bounded(item.unread)
    return replace(item, content=content, sha256=hashlib.sha256(content).hexdigest(), problem=problem, unread=None)


def count_submissions(path: Path, limits: InboxLimits = DEFAULT_LIMITS) -> int:
    """How many `iter_submissions` will give, without reading their contents."""
    return len(_plan(list_entries(path, limits), path))


def left_out(path: Path, limits: InboxLimits = DEFAULT_LIMITS) -> tuple[str, ...]:
    """A sentence for each file among the submissions that is none of them."""
    return without_strays(list_entries(path, limits))[1]


def _too_large(entry: Entry, total: int, limits: InboxLimits) -> str:
    """Why a file is not read after ``total`` bytes of others; "" where it is."""
    if total >= limits.total_bytes:
        return f"The batch is larger than the {limits.total_bytes:,} bytes that are read. Grade it in parts."
    if entry.size > limits.member_bytes:
        megabytes, most = entry.size // 1_000_000, limits.member_bytes // 1_000_000
        return f"It is {megabytes} MB large; at most {most} MB are read."
    return ""


# --- from entries to submissions ------------------------------------------------------------------------------


def _plan(entries: Sequence[Entry], path: Path) -> list[_Planned]:
    handed_in, notes = without_strays(entries)
    kept = sorted((entry for entry in handed_in if not _is_clutter(entry.path)), key=lambda entry: entry.path)
    root = _common_root([entry.path for entry in kept])
    owned = [_owner(entry, entry.path[len(root) :]) for entry in kept]
    if not owned:
        what = " ".join(notes) or "Expected .html or .ipynb files, or Moodle's zip of them."
        raise InboxError(f"{path}: there is no submission in it. {what}")
    names = {item.name for item in owned}
    students: dict[str, list[_Owned]] = {}
    for item in owned:
        students.setdefault(item.student, []).append(item)
    anonymous = len(students) > 1 and len(names) == 1
    taken: set[str] = set()
    planned: list[_Planned] = []
    for items in students.values():
        planned.extend(_of_student(items, anonymous, taken))
    return planned


def _common_root(paths: Sequence[str]) -> str:
    """The folders around everything, which say nothing about whose a file is ("submissions/")."""
    root = ""
    while len(paths) > 1:
        first, slash, _ = paths[0][len(root) :].partition("/")
        folder = root + first + slash
        if not slash or parse_name(first) or not all(path.startswith(folder) for path in paths):
            break
        root = folder
    return root


def _owner(entry: Entry, path: str) -> _Owned:
    """Moodle's name where there is one; else the folder's or the file's name stands for the student."""
    moodle = parse_name(path)
    if moodle is not None:
        return _Owned(moodle.number, moodle.name, entry, moodle.file or path, moodle.plugin)
    parts = PurePosixPath(path).parts
    if len(parts) > 1:
        return _Owned(parts[0], "", entry, "/".join(parts[1:]))
    return _Owned(PurePosixPath(path).stem or path, "", entry, path)


def _of_student(items: Sequence[_Owned], anonymous: bool, taken: set[str]) -> Iterator[_Planned]:
    """One student's submissions: each notebook; where there is none, the first file, to say what it is."""
    files = [item for item in items if item.plugin == "file"]
    notebooks = [item for item in files if item.file.lower().endswith(NOTEBOOKS) and not _is_linked_part(item.file)]
    chosen = notebooks or files[:1] or list(items[:1])
    others = [item.file for item in files if item not in chosen]
    remarks: list[str] = []
    if len(chosen) > 1:
        remarks.append(
            f"duplicate: this student handed in {len(chosen)} files: {_listed([i.file for i in chosen])}."
        )
    if others:
        remarks.append(f"Not read: {_listed(others)}.")
    if len(files) < len(items):
        remarks.append("The text typed into Moodle was not read; only files are.")
    order = sorted(range(len(chosen)), key=lambda place: (chosen[place].entry.modified, place))
    for place, item in enumerate(chosen):
        name = "" if anonymous or hides_name(item.name) else item.name
        problem = "" if item.plugin == "file" else "Only a text typed into Moodle was handed in, no notebook."
        yield _Planned(_unique(item, name, taken), item.student, name, item.entry, tuple(remarks), problem,
                       order.index(place) + 1)  # fmt: skip


def _unique(item: _Owned, name: str, taken: set[str]) -> str:
    """A name for the submission that fits a file system and that no other one has."""
    base = "-".join(filter(None, (slug(name), slug(item.student))))
    if not base:
        base = _digits(item.student)
    if base in RESERVED:
        base = f"submission-{base}"
    candidate, number = base, 1
    while candidate in taken:
        number += 1
        candidate = f"{base}-{number}"
    taken.add(candidate)
    return candidate


def _nameless(item: Submission) -> Submission:
    """The submission without anything that a person or a file is called."""
    number = item.student if item.student.isdecimal() else _digits(item.student)
    kind = PurePosixPath(item.source).suffix.lower()
    again = f"-{item.attempt}" if item.attempt > 1 else ""
    remarks = tuple(
        dict.fromkeys(remark.partition(":")[0] + "." if ": " in remark else remark for remark in item.remarks)
    )
    return replace(
        item, submission=f"{number}{again}", student=number, name="",
        source=f"{number}{again}{kind if kind in NOTEBOOKS else ''}", remarks=remarks,
    )  # fmt: skip


def _digits(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return f"submission-{digest[:8]}"


def _is_clutter(path: str) -> bool:
    parts = PurePosixPath(path).parts
    return not parts or any(part in CLUTTER for part in parts) or parts[-1].startswith(CLUTTER_NAMES)


def _is_linked_part(file: str) -> bool:
    """A page saved by a browser brings a folder of parts along, pages among them."""
    return any(
        part.endswith(("_files", "_dateien", "_fichiers", "__results___files")) for part in file.split("/")[:-1]
    )


def _listed(files: Sequence[str]) -> str:
    shown = ", ".join(sorted(files)[:LISTED])
    return shown if len(files) <= LISTED else f"{shown} and {len(files) - LISTED} more"
