"""A program in a sandbox, watched from outside: time, memory, processes and output, each with its own ending.

The kernel holds single processes to their limits; what all of them take together is counted here, ten times a
second. A program that takes too much is ended with everything that it started.
"""

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from grader.audit.jobs import End, Limits, Outcome

INTERVAL = 0.1
"""Seconds between two counts."""
OWN = 2
"""The sandbox's own processes: its first one, and the one that started the job."""
MOST_FILES = 50_000
"""Files in a home: empty ones take no room on the disk, and memory of the kernel's."""
CHUNK = 65_536
TAIL = 4_000
_PAGE = os.sysconf("SC_PAGE_SIZE")

WHY = {
    End.TIMED_OUT: "it took longer than {limits.seconds:g} seconds",
    End.OUT_OF_MEMORY: "it took more than {limits.memory_mb} MB of memory",
    End.TOO_MANY_PROCESSES: "it started more than {limits.processes} processes and threads",
    End.TOO_MUCH_OUTPUT: "it wrote more than {limits.output_mb:g} MB of output",
    End.DISK_FULL: "it wrote more than {limits.disk_mb} MB, or too many files, to its disk",
}


class Watched:
    """One program. Close it, or use it as a context manager: then nothing of it is left."""

    def __init__(
        self,
        process: "subprocess.Popen[bytes]",
        status: int,
        limits: Limits,
        at_end: Callable[[], None] = lambda: None,
    ) -> None:
        """``process`` has pipes for input, output and errors; ``status`` is the pipe on which the sandbox's first
        program tells how the job ended; ``at_end`` ends what ends with no process of this machine.
        """
        self._at_end = at_end
        self._closed, self._told = False, dict[str, int]()
        self._process, self._status, self._limits = process, status, limits
        self._began = time.monotonic()
        self._unsent, self._unread = bytearray(), bytearray()
        self._output, self._errors = bytearray(), bytearray()
        self._size, self._most = 0, 0
        self._end: End | None = None
        self._looked = 0.0
        assert process.stdin is not None  # noqa: S101 - opened as pipes, all three
        assert process.stdout is not None  # noqa: S101
        assert process.stderr is not None  # noqa: S101
        self._selector = selectors.DefaultSelector()
        for pipe, target in ((process.stdout, self._output), (process.stderr, self._errors)):
            os.set_blocking(pipe.fileno(), False)
            self._selector.register(pipe, selectors.EVENT_READ, target)
        os.set_blocking(process.stdin.fileno(), False)

    def __enter__(self) -> "Watched":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        if not sys.is_finalizing():  # else it ends with this process anyway
            self.close()

    def send(self, data: bytes) -> None:
        """Give it input; it is written while the program is waited for."""
        self._unsent += data

    def read_line(self, seconds: float) -> bytes | None:
        """The next line of its output, None where it ended, or took longer than ``seconds`` for it.

        Only then does `ended` say how.
        """
        until = time.monotonic() + seconds
        while (cut := self._output.find(b"\n")) < 0:
            if self._end is not None or not self._step(until):
                return None
            if time.monotonic() > until:
                self._stop(End.TIMED_OUT)
                return None
        line = bytes(self._output[:cut])
        del self._output[: cut + 1]
        return line

    def finish(self) -> Outcome:
        """Wait for its end, and give no more input after what was sent."""
        until = self._began + self._limits.seconds
        while self._end is None and self._step(until, closing=True):
            pass
        return self.outcome()

    @property
    def ended(self) -> End | None:
        """How it ended, None where it runs."""
        return self._end

    def outcome(self) -> Outcome:
        """How it ended, after it has; everything that it started is ended with it."""
        self.close()
        told = self._told
        status = told.get("status", self._process.returncode)
        end = self._end or _judge(status, told, bytes(self._errors[-TAIL:]), self._limits)
        why = WHY.get(end, "").format(limits=self._limits)
        if end is End.KILLED:
            why = f"it was ended by signal {-status}"
        elif end is End.FAILED:
            last = bytes(self._errors[-TAIL:]).decode("utf-8", "replace").strip().splitlines()
            why = f"it ended with status {status}" + (f": {last[-1]}" if last else "")
        seconds = time.monotonic() - self._began
        return Outcome(end, status, bytes(self._output), bytes(self._errors), seconds, why)

    def close(self) -> None:
        """End it, if it runs, and whatever it started."""
        if self._closed:
            return
        self._closed = True
        self._kill()
        self._at_end()
        self._told = _read_status(self._status)
        self._selector.close()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()

    def _step(self, until: float, *, closing: bool = False) -> bool:
        """Wait for something to happen; False where all of its pipes have closed."""
        if time.monotonic() > self._began + self._limits.seconds:
            self._stop(End.TIMED_OUT)
            return False
        self._write(closing=closing)
        if not self._selector.get_map():
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(INTERVAL)
                return False
        wait = max(0.0, min(INTERVAL, until - time.monotonic()))
        for key, _ in self._selector.select(0.002 if self._unsent else wait):
            chunk = os.read(key.fd, CHUNK)
            if not chunk:
                self._selector.unregister(key.fileobj)
            key.data.extend(chunk)
            self._size += len(chunk)
        if self._size > self._limits.output_mb * 1_000_000:
            self._stop(End.TOO_MUCH_OUTPUT)
            return False
        if time.monotonic() - self._looked > INTERVAL:
            self._looked = time.monotonic()
            self._look()
        return self._end is None

    def _write(self, *, closing: bool) -> None:
        pipe = self._process.stdin
        if pipe is None or pipe.closed:
            return
        with contextlib.suppress(BlockingIOError):
            try:
                while self._unsent:
                    del self._unsent[: os.write(pipe.fileno(), self._unsent[:CHUNK])]
            except BrokenPipeError:
                self._unsent.clear()
        if closing and not self._unsent:
            pipe.close()

    def _look(self) -> None:
        """Count what all of its processes take together."""
        found = descendants(self._process.pid)
        threads = sum(_number(process, "status", "Threads:") for process in found)
        if threads > self._limits.processes + OWN:
            self._stop(End.TOO_MANY_PROCESSES)
        if len(found) > OWN and _files(found[-1]) > MOST_FILES:
            self._stop(End.DISK_FULL)
        resident = sum(_resident(process) for process in found)
        # Forked processes share pages: the sum is looked at closely only where it is too large.
        if resident > self._limits.memory_mb * 1_000_000 and (
            sum(_number(process, "smaps_rollup", "Pss:") * 1024 for process in found)
            > self._limits.memory_mb * 1_000_000
        ):
            self._stop(End.OUT_OF_MEMORY)

    def _stop(self, end: End) -> None:
        self._end = end
        self._kill()

    def _kill(self) -> None:
        """The first process of the sandbox takes all others with it."""
        if self._process.poll() is None:
            for process in [*children(self._process.pid), self._process.pid]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
        self._process.wait()


def _read_status(pipe: int) -> dict[str, int]:
    """What the sandbox's first program told; nothing where it was ended before it could."""
    with os.fdopen(pipe, "rb") as file:
        text = file.read(1000)
    try:
        return dict(json.loads(text)) if text else {}
    except ValueError:
        return {}


def _judge(status: int, told: "dict[str, int]", errors: bytes, limits: Limits) -> End:
    """How a program ended that nobody stopped."""
    if status == 0:
        return End.FINISHED
    last = errors.strip().splitlines()[-1:] or [b""]
    signs: dict[End, Callable[[], bool]] = {
        End.OUT_OF_MEMORY: lambda: b"MemoryError" in last[0] or b"Cannot allocate memory" in last[0],
        End.DISK_FULL: lambda: (
            bool(told.get("disk_full")) or b"No space left" in last[0] or b"File too large" in last[0]
        ),
        End.TOO_MANY_PROCESSES: lambda: (
            b"Resource temporarily unavailable" in last[0] or b"start new thread" in last[0]
        ),
        End.TIMED_OUT: lambda: status == -signal.SIGXCPU,
        End.KILLED: lambda: status < 0,
    }
    return next((end for end, holds in signs.items() if holds()), End.FAILED)


def children(process: int) -> list[int]:
    """The processes that a process started and that still run."""
    try:
        return [int(word) for word in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    except OSError:
        return []


def descendants(process: int) -> list[int]:
    """A process's children, theirs, and so on; orphans belong to the sandbox's first process, and so to it."""
    found, waiting = [], children(process)
    while waiting:
        one = waiting.pop()
        found.append(one)
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{one}/task").iterdir():
                waiting += [int(word) for word in (task / "children").read_text().split()]
    return found


def _files(process: int) -> int:
    """How many files are in the sandbox's home; 0 where this user may not look."""
    try:
        disk = os.statvfs(f"/proc/{process}/root/tmp")
    except OSError:
        return 0
    return disk.f_files - disk.f_ffree


def _resident(process: int) -> int:
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0


def _number(process: int, file: str, name: str) -> int:
    """A number of a process, 0 where it has just ended."""
    try:
        for line in Path(f"/proc/{process}/{file}").read_text().splitlines():
            if line.startswith(name):
                return int(line.split()[1])
    except OSError:
        return 0
    return 0
