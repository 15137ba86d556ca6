"""What may run in a sandbox, within which limits, and how it ended: values alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from grader.audit.gpu import Gpu

HOME = "/tmp/home"  # a path inside the sandbox
"""The only folder in which code in the sandbox can write; its file system is as large as `Limits.disk_mb`."""


class End(StrEnum):
    """How a program in the sandbox ended."""

    FINISHED = "finished"
    """By itself, with status 0."""
    FAILED = "failed"
    """By itself, with another status."""
    TIMED_OUT = "timed out"
    OUT_OF_MEMORY = "out of memory"
    TOO_MANY_PROCESSES = "too many processes"
    TOO_MUCH_OUTPUT = "too much output"
    DISK_FULL = "disk full"
    KILLED = "killed"
    """By a signal that was not the sandbox's own."""
    REFUSED = "refused"
    """Nothing ran: there is no sandbox here, or it could not be set up."""


@dataclass(frozen=True)
class Limits:
    """What all processes of one job may take together: wall-clock ``seconds``, resident memory, processes and
    threads, bytes of output, and bytes on the disk of its home (MB are millions of bytes).
    """

    seconds: float = 60.0
    memory_mb: int = 2_000
    processes: int = 64
    output_mb: float = 4.0
    disk_mb: int = 64


@dataclass(frozen=True)
class Job:
    """A program: its ``command``, what it may read (path inside → path here), its environment, its input, and the
    ``gpu`` that it may use (None: no device of this machine is in its sandbox).
    """

    command: tuple[str, ...]
    reads: Mapping[str, Path] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    stdin: bytes = b""
    gpu: Gpu | None = None

    @property
    def told(self) -> Mapping[str, str]:
        """Its environment, with what says which GPUs it is to see."""
        return self.environment if self.gpu is None else {**self.environment, **self.gpu.environment}


@dataclass(frozen=True)
class Outcome:
    """How a job ended: ``status`` is its exit status (−N for signal N, None where nothing ran); ``why`` a sentence
    where it did not finish.
    """

    end: End
    status: int | None
    output: bytes
    errors: bytes
    seconds: float
    why: str = ""
