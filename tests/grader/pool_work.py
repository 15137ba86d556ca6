"""What worker processes do in tests: a module of its own, since a fresh interpreter imports it by name."""

import gc
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

from grader.grading.grade import judge_safely
from grader.model import Case, Result, Submission
from paribus.course.release import Release


def double(value: int) -> int:
    """An answer; a worker that dies at 13 and hangs at 99."""
    if value == 13:
        os._exit(7)
    if value == 99:
        time.sleep(60)
    return 2 * value


def slowly(submission: Submission, releases: Sequence[Release]) -> tuple[Result, Case | None]:
    """Grade, in half a second; die on a submission called killer."""
    if submission.submission == "killer":
        os._exit(7)
    time.sleep(0.5)
    return judge_safely(submission, releases)


def wait_and_grade(submission: Submission, releases: Sequence[Release]) -> tuple[Result, Case | None]:
    """Grade, after 0.2 s in which the processor is others'."""
    time.sleep(0.2)
    return judge_safely(submission, releases)


def double_with(ballast: bytes, value: int) -> int:
    """Work that is large itself."""
    return 2 * value if ballast else 0


def echo(content: bytes) -> bytes:
    """A large answer to a large item."""
    return content


def die_afterwards(value: int) -> int:
    """An answer; then the worker dies while it has nothing to do."""
    threading.Timer(0.2, os._exit, [7]).start()
    return value


def die_in_mid_answer(value: int) -> int:
    """Half an answer: the head that announces a hundred bytes, and four of them."""
    if value:
        return value
    pipe = next(thing for thing in gc.get_objects() if isinstance(thing, Connection) and not thing.closed)
    os.write(pipe.fileno(), b"\0\0\0\x64half")
    os._exit(7)


def outlive_the_parent(file: str) -> None:
    """Note who works, kill the parent as the kernel would, and never stop."""
    Path(file).write_text(str(os.getpid()), encoding="utf-8")
    os.kill(_parent(), signal.SIGKILL)
    while True:
        pass


def _parent() -> int:
    """The process that runs the pool; what a worker was forked from is another one."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    return int(parent.pid or 0)


class StopsWhenRead:
    """Work at which a worker stops as it reads it, before it has taken any item."""

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return stop_here, ()

    def __call__(self, item: bytes) -> int:
        """Never called."""
        raise NotImplementedError


class DiesWhenFirstRead:
    """Work, larger than a pipe holds, that ends the first worker which reads it."""

    def __init__(self, note: str) -> None:
        self.note = note

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return die_at_first, (self.note, b"x" * 3_000_000)


def die_at_first(note: str, ballast: bytes) -> Callable[[int], int]:
    """What doubles, for every worker but the first."""
    try:
        Path(note).mkdir()
    except FileExistsError:
        return partial(double_with, ballast)
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def stop_here() -> None:
    """As a debugger, or a frozen disk, stops a process."""
    os.kill(os.getpid(), signal.SIGSTOP)


def half_a_second(value: int) -> int:
    """An answer that takes a while."""
    time.sleep(0.5)
    return value


def a_tenth_of_a_second(value: int) -> int:
    """An answer that takes a while, and hardly any of the processor."""
    time.sleep(0.1)
    return value


def slow_from_a_hundred(value: int) -> int:
    """An answer that takes a while for some."""
    time.sleep(0.5 if value >= 100 else 0)
    return value


def kill_the_worker_at_13(value: int) -> int:
    """An answer; at 13 the process above this one is killed, a cluster's worker."""
    if value == 13:
        os.kill(_parent(), signal.SIGKILL)
        time.sleep(10)
    return value


def fill_memory(megabytes: int) -> str:
    """Ask for so much."""
    try:
        return f"{len(bytes(megabytes * 1_000_000)) // 1_000_000} MB"
    except MemoryError:
        return "MemoryError"
