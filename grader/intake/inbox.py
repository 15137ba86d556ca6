"""From what a teacher downloads to submissions, one at a time: a platform's zip, a folder, or a single file.

Each file that may be a notebook becomes one Submission. A file that cannot be read becomes one too, with its
``problem``, so that nothing is lost and nobody else is affected. They are listed by their names alone; the bytes
of each are read where it is worked on, which may be another process.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from grader.errors import InboxError
from grader.intake.entries import DEFAULT_LIMITS, NOTEBOOKS, Entry, InboxLimits, list_entries, read_bounded
from grader.intake.file_names import ReadName, read_any_name
from grader.intake.naming import name_submission, nameless
from grader.intake.strays import without_strays
from grader.intake.times import attempts, copy_hint, far_apart
from grader.model import Submission

__all__ = ["DEFAULT_LIMITS", "Inbox", "InboxLimits", "iter_submissions", "iter_unread", "open_inbox", "read"]

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
    hidden: bool = False
    upload: int = 0
    by: str = ""


@dataclass(frozen=True)
class Inbox:
    """A batch's files, listed once. ``entries`` are those that somebody handed in, ``paths`` all that there are,
    and ``left_out`` has a sentence for each that is no submission.
    """

    path: Path
    limits: InboxLimits
    entries: tuple[Entry, ...]
    paths: tuple[str, ...]
    left_out: tuple[str, ...]

    def submissions(self, *, anonymous: bool = False, read_name: ReadName = read_any_name) -> Iterator[Submission]:
        """Every submission, its bytes still to be `read`, in an order that depends on names alone.

        ``anonymous`` keeps no name, neither a person's nor a file's: only the platform's number, or a digest of
        what takes its place. ``read_name`` says whose a path is; what it does not know goes by its folder or file.
        InboxError where nothing was handed in.
        """
        total = 0
        for planned in _plan(self, read_name):
            problem = planned.problem or planned.entry.problem or _too_large(planned.entry, total, self.limits)
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
                path=planned.entry.path,
                unread=None if problem else planned.entry.unread,
            )
            yield _nameless(found) if anonymous else found


def open_inbox(path: Path, limits: InboxLimits = DEFAULT_LIMITS) -> Inbox:
    """List a zip, a folder or one file. InboxError where the batch as a whole cannot be read: no such file, a zip
    that is no zip, too many files.
    """
    entries = list_entries(path, limits)
    handed_in, notes = without_strays(entries)
    return Inbox(path, limits, tuple(handed_in), tuple(entry.path for entry in entries), notes)


def iter_unread(
    path: Path,
    limits: InboxLimits = DEFAULT_LIMITS,
    *,
    anonymous: bool = False,
    read_name: ReadName = read_any_name,
) -> Iterator[Submission]:
    """The submissions of one path, as `Inbox.submissions`."""
    return open_inbox(path, limits).submissions(anonymous=anonymous, read_name=read_name)


def iter_submissions(
    path: Path, limits: InboxLimits = DEFAULT_LIMITS, *, anonymous: bool = False
) -> Iterator[Submission]:
    """As `iter_unread`, each with its bytes."""
    return map(read, iter_unread(path, limits, anonymous=anonymous))


def read(item: Submission) -> Submission:
    """The submission with its bytes, or with what kept them from being read; itself where it was read already."""
    if item.unread is None:
        return item
    content, problem = read_bounded(item.unread)
    return replace(item, content=content, sha256=hashlib.sha256(content).hexdigest(), problem=problem, unread=None)


def _too_large(entry: Entry, total: int, limits: InboxLimits) -> str:
    """Why a file is not read after ``total`` bytes of others; "" where it is."""
    if total >= limits.total_bytes:
        return f"The batch is larger than the {limits.total_bytes:,} bytes that are read. Grade it in parts."
    if entry.size > limits.member_bytes:
        megabytes, most = entry.size // 1_000_000, limits.member_bytes // 1_000_000
        return f"It is {megabytes} MB large; at most {most} MB are read."
    return ""


# --- from entries to submissions ------------------------------------------------------------------------------


def _plan(inbox: Inbox, read_name: ReadName) -> list[_Planned]:
    kept = sorted((entry for entry in inbox.entries if not _is_clutter(entry.path)), key=lambda entry: entry.path)
    root = _common_root([entry.path for entry in kept], read_name)
    owned = [_owner(entry, entry.path[len(root) :], read_name) for entry in kept]
    if not owned:
        what = " ".join(inbox.left_out) or "Expected .html or .ipynb files, or a zip of them."
        raise InboxError(f"{inbox.path}: there is no submission in it. {what}")
    names = {item.name for item in owned}
    students: dict[str, list[_Owned]] = {}
    for item in owned:
        students.setdefault(item.student, []).append(item)
    anonymous = len(students) > 1 and len(names) == 1
    told = far_apart(kept)
    return [planned for items in students.values() for planned in _of_student(items, anonymous, told)]


def _common_root(paths: Sequence[str], read_name: ReadName) -> str:
    """The folders around everything, which say nothing about whose a file is ("submissions/")."""
    root = ""
    while len(paths) > 1:
        first, slash, _ = paths[0][len(root) :].partition("/")
        folder = root + first + slash
        if not slash or read_name(first) or not all(path.startswith(folder) for path in paths):
            break
        root = folder
    return root


def _owner(entry: Entry, path: str, read_name: ReadName) -> _Owned:
    """Whom the name tells, where it tells it; else the folder's or the file's name is taken for the student's."""
    named = read_name(path)
    if named is not None:
        return _Owned(
            named.number or named.name, named.name, entry, named.file or path, named.plugin, named.hidden,
            named.upload, named.by,
        )  # fmt: skip
    parts = PurePosixPath(path).parts
    if len(parts) > 1:
        return _Owned(parts[0], "", entry, "/".join(parts[1:]))
    return _Owned(PurePosixPath(path).stem or path, "", entry, path)


def _of_student(items: Sequence[_Owned], anonymous: bool, told: bool) -> Iterator[_Planned]:
    """One student's submissions: each notebook; where there is none, the first file, to say what it is. ``told``
    says whether the batch's times tell which file came last.
    """
    files = [item for item in items if item.plugin == "file"]
    notebooks = [item for item in files if item.file.lower().endswith(NOTEBOOKS) and not _is_linked_part(item.file)]
    chosen = notebooks or files[:1] or list(items[:1])
    others = [item.file for item in files if item not in chosen]
    remarks: list[str] = []
    if len(chosen) > 1:
        names = [item.file for item in chosen]
        words = f"duplicate: {len(chosen)} files were handed in: {_listed(names)}. {copy_hint(names)}"
        remarks.append(words.strip())
    if others:
        remarks.append(f"Not read: {_listed(others)}.")
    if len(files) < len(items):
        remarks.append(f"The text typed into {items[0].by} was not read; only files are.")
    order = _by_upload(chosen) or attempts([item.entry for item in chosen], told=told)
    seen: Counter[str] = Counter()  # a zip may hold several members of one name
    for place, item in enumerate(chosen):
        name = "" if anonymous or item.hidden else item.name
        problem = "" if item.plugin == "file" else f"Only a text typed into {item.by} was handed in, no notebook."
        file = f"{item.file}\0{seen[item.file]}" if seen[item.file] else item.file
        seen[item.file] += 1
        submission = name_submission(item.student, name, file if len(chosen) > 1 else "")
        yield _Planned(submission, item.student, name, item.entry, tuple(remarks), problem, order[place])


def _by_upload(files: Sequence[_Owned]) -> list[int]:
    """For each file its place among a student's uploads, from one; none where a platform does not count them."""
    ranked = sorted(item.upload for item in files)
    return (
        [ranked.index(item.upload) + 1 for item in files] if ranked[0] and len(set(ranked)) == len(ranked) else []
    )


def _nameless(item: Submission) -> Submission:
    """The submission without anything that a person or a file is called."""
    student = nameless(item.student)
    submission = student + item.submission.removeprefix(name_submission(item.student, item.name))
    kind = PurePosixPath(item.source).suffix.lower()
    remarks = tuple(
        dict.fromkeys(remark.partition(":")[0] + "." if ": " in remark else remark for remark in item.remarks)
    )
    return replace(
        item, submission=submission, student=student, name="",
        source=f"{submission}{kind if kind in NOTEBOOKS else ''}", remarks=remarks,
    )  # fmt: skip


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
