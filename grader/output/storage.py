"""The output folder as a place that can be full, read-only, locked or in use: one grader at a time, clear errors.

Every file is replaced in one step (`paribus.files`), so an error or a kill at any moment leaves old or new files,
never halves; what a killed run left lying about is removed by the next one.
"""

import errno
import fcntl
import logging
import os
import re
import sqlite3
from collections.abc import Iterator, Set
from contextlib import contextmanager
from pathlib import Path

from grader.errors import StorageError

LOCK = ".paribus.lock"
RESULTS, STARTED, MARKER = "results.jsonl", "results.started.json", "complete.json"
# How `paribus.files` calls a file until it is whole; nothing else in the folder is named so.
UNFINISHED = re.compile(r"\..+\.(jsonl|json|html|zip|csv|ipynb|db|py)\.[a-z0-9_]{8}")
KEPT = "What was finished is kept; run the same command again to go on."
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_REFUSED = (errno.EACCES, errno.EPERM, errno.EROFS)


def is_output(names: Set[str]) -> bool:
    """Whether a folder of files of these names is one that a run wrote or writes into."""
    return LOCK in names or (RESULTS in names and not names.isdisjoint((STARTED, MARKER)))


@contextmanager
def only_grader(out: Path) -> Iterator[None]:
    """Hold OUT for one grader. StorageError names the process that has it.

    The system lets go of the lock when its holder ends, however it ends, so nothing stale is left behind.
    """
    out.mkdir(parents=True, exist_ok=True)
    with (out / LOCK).open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
                raise
            lock.seek(0)
            holder = lock.read(20).strip() or "unknown"
            raise StorageError(
                f"{out}: another `paribus grade` is at work there (process {holder}). Wait until it is done, or "
                "choose another --out."
            ) from error
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


@contextmanager
def clear_errors(out: Path) -> Iterator[None]:
    """What the system or the database refuses, as a StorageError that says what to do."""
    from sqlalchemy.exc import DatabaseError

    # nbgrader logs the traceback of what is told here in a sentence.
    chatter = logging.getLogger("tornado.application")
    before, chatter.disabled = chatter.disabled, True
    try:
        yield
    except OSError as error:
        raise StorageError(_system_words(out, error)) from error
    except (sqlite3.DatabaseError, DatabaseError) as error:
        raise StorageError(_database_words(out, str(getattr(error, "orig", None) or error))) from error
    finally:
        chatter.disabled = before


def remove_unfinished(out: Path) -> None:
    """Take away what a killed run was writing when it ended. Only while the folder is held."""
    for path in sorted(out.rglob(".*")):
        if UNFINISHED.fullmatch(path.name) and path.is_file():
            path.unlink()


def _system_words(out: Path, error: OSError) -> str:
    where = error.filename or out
    if error.errno in _FULL:
        return f"{where}: there is no room left to write ({error.strerror}). Make room on the disk. {KEPT}"
    if error.errno in _REFUSED:
        return (
            f"{where}: cannot be written ({error.strerror}). Make {out} writable, or choose another --out. {KEPT}"
        )
    return f"{where}: {error.strerror or error}. {KEPT}"


def _database_words(out: Path, words: str) -> str:
    book = out / "gradebook.db"
    if "locked" in words or "busy" in words:
        return (
            f"{book}: another program has it locked ({words}). Close what is writing there, such as formgrader in "
            f"the middle of a change. {KEPT}"
        )
    if "full" in words or "disk I/O" in words:
        return f"{book}: there is no room left to write ({words}). Make room on the disk. {KEPT}"
    if "readonly" in words or "unable to open" in words:
        return f"{book}: cannot be written ({words}). Make {out} writable, or choose another --out. {KEPT}"
    return (
        f"{book}: the database is not usable ({words}). Put a copy of it aside and move it out of {out}; "
        "the next run makes a new one from the submissions, without what people gave."
    )
