"""The output folder when it is full, read-only, locked or in use: a clear error, and what was finished stays."""

import ctypes
import errno
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import ClassVar

import pytest

from grader.errors import StorageError
from grader.output.storage import LOCK, clear_errors, only_grader, remove_unfinished
from paribus.cli import main
from tests.robust.kills import disturb
from tests.robust.small_class import command, hand_in_again, make_class, state


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class of five, graded once into ``out``."""
    folder = tmp_path_factory.mktemp("room")
    make_class(folder, 5)
    assert main(command(folder, folder / "out", "--json")) == 0
    return folder


@contextmanager
def least_room(size: int) -> Iterator[None]:
    """No file may become larger than ``size`` bytes, as on a disk without room."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, old)


@pytest.mark.parametrize("size", [500, 150_000], ids=["results", "gradebook"])
def test_a_full_disk_is_said_and_the_next_run_goes_on(
    tmp_path: Path, room: Path, capsys: pytest.CaptureFixture[str], size: int
) -> None:
    out = tmp_path / "out"
    with least_room(size):
        assert main(command(room, out, "--json")) == 1
    told = capsys.readouterr().err
    assert "no room left to write" in told
    assert "run the same command again" in told
    assert len(told.splitlines()) == 1
    assert main(command(room, out, "--json")) == 0
    assert state(out) == state(room / "out")


def test_a_full_disk_in_a_second_run_leaves_the_first_runs_files(
    tmp_path: Path, room: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    shutil.copytree(room / "out", out)
    before = {path.name: path.read_bytes() for path in (out / "feedback").iterdir()}
    with least_room(500):
        assert main(command(room, out, "--json")) == 1
    assert "no room left" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in (out / "feedback").iterdir()} == before
    assert main(command(room, out, "--json")) == 0
    assert state(out) == state(room / "out")


def test_a_locked_gradebook_is_said_and_nothing_is_lost(
    tmp_path: Path, room: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed = tmp_path / "class"
    shutil.copytree(room, changed)
    hand_in_again(changed, [1])
    with closing(sqlite3.connect(changed / "out" / "gradebook.db")) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert main(command(changed, changed / "out", "--json")) == 1
    told = capsys.readouterr().err
    assert "gradebook.db: another program has it locked" in told
    assert main(command(changed, changed / "out", "--json")) == 0


class _Header(ctypes.Structure):
    _fields_: ClassVar = [("version", ctypes.c_uint32), ("process", ctypes.c_int)]


class _Sets(ctypes.Structure):
    _fields_: ClassVar = [(name, ctypes.c_uint32) for name in ("effective", "permitted", "inheritable")]


@contextmanager
def as_anyone_else() -> Iterator[None]:
    """Without root's right to write where others may not (CAP_DAC_OVERRIDE, capset(2)); nothing new for others."""
    library, header, sets = ctypes.CDLL(None), _Header(0x20080522, 0), (_Sets * 2)()
    assert library.capget(ctypes.byref(header), sets) == 0
    before = sets[0].effective
    sets[0].effective = before & ~0b110
    assert library.capset(ctypes.byref(header), sets) == 0
    try:
        yield
    finally:
        sets[0].effective = before
        assert library.capset(ctypes.byref(header), sets) == 0


def test_a_read_only_folder_is_said_and_what_was_finished_stays(
    tmp_path: Path, room: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    shutil.copytree(room / "out", out)
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    folders = [out, *(path for path in out.rglob("*") if path.is_dir())]
    for path in (*folders, *before):
        path.chmod(0o500 if path.is_dir() else 0o400)
    with as_anyone_else():
        assert main(command(room, out, "--json")) == 1
        assert main(command(room, out / "new", "--json")) == 1
    told = capsys.readouterr().err.splitlines()
    assert len(told) == 2
    assert all("cannot be written (Permission denied)" in line for line in told)
    assert {path: path.read_bytes() for path in before} == before
    for path in folders:
        path.chmod(0o700)


def test_a_read_only_disk_is_said(tmp_path: Path) -> None:
    with (
        pytest.raises(StorageError, match=r"cannot be written \(Read-only file system\)\. Make .* writable"),
        clear_errors(tmp_path),
    ):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), str(tmp_path / "report.html"))


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("attempt to write a readonly database", "cannot be written"),
        ("file is not a database", "the database is not usable"),
        ("database or disk is full", "no room left"),
    ],
)
def test_what_the_database_refuses_is_said(tmp_path: Path, words: str, told: str) -> None:
    with pytest.raises(StorageError, match=told), clear_errors(tmp_path):
        raise sqlite3.OperationalError(words)


def test_other_trouble_of_the_system_is_said_with_its_place(tmp_path: Path) -> None:
    with (
        pytest.raises(StorageError, match=r"x\.html: Input/output error\. What was finished is kept"),
        clear_errors(tmp_path),
    ):
        raise OSError(errno.EIO, os.strerror(errno.EIO), "x.html")


def test_a_damaged_gradebook_is_said(tmp_path: Path, room: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "gradebook.db").write_bytes(b"SQLite format 3\0 but nothing more" * 99)
    assert main(command(room, tmp_path, "--json")) == 1
    assert "Put a copy of it aside" in capsys.readouterr().err


def test_one_grader_at_a_time(tmp_path: Path) -> None:
    """The second is told who is at work; when the first is killed, its lock is gone."""
    code = (
        "import sys, time; from pathlib import Path; from grader.output.storage import only_grader\n"
        f"with only_grader(Path({str(tmp_path)!r})): print('held', flush=True); time.sleep(60)"
    )
    first = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    assert first.stdout is not None
    with first.stdout:
        assert first.stdout.readline() == b"held\n"
        with (
            pytest.raises(StorageError, match=rf"already|at work there \(process {first.pid}\)"),
            only_grader(tmp_path),
        ):
            pass
        first.kill()
        first.wait()
    with only_grader(tmp_path):
        assert (tmp_path / LOCK).read_text() == f"{os.getpid()}\n"


def test_what_a_killed_run_was_writing_is_removed_and_nothing_else(tmp_path: Path) -> None:
    mine = [tmp_path / ".bashrc", tmp_path / "report.html", tmp_path / "feedback" / ".notes.html"]
    left = [tmp_path / ".results.jsonl.a1b2c3d4", tmp_path / "feedback" / ".ada.html.x_y_z_12"]
    for path in [*mine, *left]:
        path.parent.mkdir(exist_ok=True)
        path.write_text("")
    remove_unfinished(tmp_path)
    assert [path.exists() for path in [*mine, *left]] == [True] * 3 + [False] * 2


@pytest.mark.long
def test_a_batch_that_is_killed_again_and_again_ends_as_an_undisturbed_one(tmp_path: Path) -> None:
    """A short form of `make kills`."""
    assert disturb(tmp_path, kills=4, students=4, chain=2, seed=5).startswith("4 kills in ")
