"""Waiting for other processes, with an end."""

import time
from collections.abc import Callable
from pathlib import Path


def until(true: Callable[[], bool], within: float = 60.0) -> None:
    """Return as soon as it is true; AssertionError after so many seconds."""
    deadline = time.monotonic() + within
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def gone(pid: int, within: float = 15.0) -> bool:
    """Whether the process is gone (or a zombie nobody has reaped) within so many seconds."""
    deadline = time.monotonic() + within
    status = Path(f"/proc/{pid}/stat")
    while time.monotonic() < deadline:
        try:
            if status.read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except (FileNotFoundError, ProcessLookupError):
            return True
        time.sleep(0.1)
    return False
