"""Kernels that start warm: one process imports the libraries, and forks a worker and a kernel for each run.

An import of torch and transformers costs each kernel five to ten seconds of the processor. Here many notebooks pay
it once. A run sees no difference: it has its own process, environment and folder, and its own random numbers. A
notebook whose code names environment variables starts cold: libraries may read them when they are imported.
"""

import json
import math
import os
import re
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from generator.errors import RunError
from generator.running.kernel import (
    GRACE,
    STOPPED,
    KernelTask,
    Started,
    WorkerKernel,
    environment_of_all,
    execution_environment,
)

NUMBERS = ("numpy", "pandas", "scipy.stats", "sklearn.feature_extraction.text", "sklearn.linear_model")
FIGURES = ("matplotlib.figure", "matplotlib.backends.backend_agg")
NETWORKS = ("torch", "transformers.models.auto.modeling_auto", "transformers.models.bert.modeling_bert")
SETS_VARIABLES = re.compile(r"\b(?:environ|putenv)\b|^[ \t]*%(?:set_)?env\b", re.MULTILINE)
SOON, LOOK = 5.0, 0.2
"""Seconds until a process that cannot be asked has ended, and between two looks at what is awaited."""
BY_WORD = {"torch": (*NUMBERS, *FIGURES, *NETWORKS), "paribus": (*NUMBERS, *FIGURES), "sklearn": NUMBERS}


def libraries_for(notebooks: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    """The modules worth importing before kernels for ``notebooks`` are forked, by the words in their code."""
    code = "".join(map(_code_of, notebooks))
    return next((modules for word, modules in BY_WORD.items() if word in code), ())


def starts_cold(notebook: Mapping[str, Any]) -> bool:
    """Whether its code names environment variables: libraries read them when they are imported, maybe before."""
    return SETS_VARIABLES.search(_code_of(notebook)) is not None


def _code_of(notebook: Mapping[str, Any]) -> str:
    cells = (cell for cell in notebook["cells"] if cell["cell_type"] == "code")
    return "\n".join("".join(cell["source"]) for cell in cells)


def kernel_for(modules: Sequence[str], *, alone: bool = False) -> AbstractContextManager[WorkerKernel]:
    """What executes notebooks that import ``modules``: warm, but for one ``alone``, and but where the system is not
    Linux, whose libraries alone are known to survive a fork.
    """
    return nullcontext(WorkerKernel()) if alone or sys.platform != "linux" else WarmKernel(modules)


class WarmKernel(WorkerKernel):
    """Executes as `WorkerKernel` does, in processes forked from one that has imported ``modules``.

    A context: to leave it ends the process that forks. There is one for each number of threads that is asked for,
    from the first such run on. What is not installed is passed over: the notebook itself says what it misses.
    """

    def __init__(self, modules: Sequence[str], *, grace: float = GRACE) -> None:
        """``modules`` by their full names."""
        super().__init__(grace=grace)
        self.modules = tuple(modules)
        self._lock = threading.Lock()
        self._parents: dict[int, Parent] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for parent in self._parents.values():
            parent.close()

    def warm_up(self, threads: int) -> "Parent":
        """The process that forks kernels of ``threads`` threads; it begins to import now if it has not yet."""
        with self._lock:
            if threads in self._parents and self._parents[threads].ended:
                self._parents.pop(threads).close()
            if threads not in self._parents:
                self._parents[threads] = Parent(self.modules, threads)
            return self._parents[threads]

    def _started(self, order: Path, task: KernelTask, log: IO[bytes], stop: threading.Event) -> Started:
        if starts_cold(json.loads(task.notebook.read_text(encoding="utf-8"))):
            return super()._started(order, task, log, stop)
        return self.warm_up(task.threads).fork(order, execution_environment(task, os.environ), log, stop)


class Parent:
    """The process that forks (`generator.running.warm_parent`), and the line to it."""

    def __init__(self, modules: Sequence[str], threads: int) -> None:
        """Start it; it imports ``modules`` and then reads what it is asked for."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._line, self._log = ours, tempfile.TemporaryFile()  # noqa: SIM115 - closed by `close`
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "generator.running.warm_parent", str(theirs.fileno()), *modules],
                stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log, pass_fds=[theirs.fileno()],
                env={**os.environ, **environment_of_all(threads)}, start_new_session=True,
            )  # fmt: skip

    def fork(self, order: Path, environment: Mapping[str, str], log: IO[bytes], stop: threading.Event) -> "Forked":
        """A worker for the task in ``order``; RunError where the process is gone, or ``stop`` is set meanwhile."""
        (lifeline, stdin), (stdout, events), (status, told) = os.pipe(), os.pipe(), os.pipe()
        forked = Forked(stdin, stdout, status)
        try:
            with tempfile.TemporaryFile() as request:  # larger than a message may be
                request.write(json.dumps({"order": str(order), "environment": dict(environment)}).encode())
                request.seek(0)
                socket.send_fds(self._line, [b"!"], [request.fileno(), lifeline, events, log.fileno(), told])
        except OSError as error:
            forked.close()
            raise RunError(self._gone(str(error))) from error
        finally:
            for descriptor in (lifeline, events, told):
                os.close(descriptor)
        if not forked.begun(stop):
            forked.close()
            raise RunError(STOPPED if stop.is_set() else self._gone())
        return forked

    @property
    def ended(self) -> bool:
        """Whether the process is gone."""
        return self._process.poll() is not None

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def wait(self) -> int:
        """Its exit status, when it has ended."""
        return self._process.wait()

    def _gone(self, why: str = "") -> str:
        try:
            status = f"ended early (exit status {self._process.wait(SOON)})"
        except subprocess.TimeoutExpired:
            status = f"could not be asked ({why})"
        written = os.pread(self._log.fileno(), os.fstat(self._log.fileno()).st_size, 0)
        tail = "\n".join(written.decode("utf-8", "replace").splitlines()[-20:])
        return (
            f"The process that starts kernels {status}. Start the run "
            f"again; if it ends early again, run one notebook at a time. The last lines of its log:\n{tail}"
        )

    def close(self) -> None:
        """End it; what it forked has a lifeline of its own."""
        self._line.close()
        self._process.terminate()  # it may be importing still
        self.wait()
        self._log.close()


class Forked:
    """A forked worker, with what `WorkerKernel` uses of a `subprocess.Popen`."""

    def __init__(self, stdin: int, stdout: int, status: int) -> None:
        """The ends of its pipes; ``status`` tells its process id first, and its exit status last."""
        self.stdin, self.stdout = os.fdopen(stdin, "wb"), os.fdopen(stdout, "rb")
        self._status = os.fdopen(status, "rb", buffering=0)
        self.pid = 0
        self.returncode: int | None = None

    def begun(self, stop: threading.Event) -> bool:
        """Wait until it has begun; False where ``stop`` is set before, or where nobody can begin it any more."""
        while not self._is_told(LOOK):
            if stop.is_set():
                return False
        self.pid = int(self._status.readline() or 0)
        return self.pid > 0

    def wait(self, timeout: float | None = None) -> int:
        """Its exit status (-9 where nobody could tell); subprocess.TimeoutExpired after ``timeout`` seconds."""
        until = time.monotonic() + (math.inf if timeout is None else timeout)
        while self.returncode is None:
            left = until - time.monotonic()
            if left <= 0:
                raise subprocess.TimeoutExpired("the notebook's worker", timeout or 0.0)
            if not self._is_told(min(LOOK, left)):
                continue
            told = self._status.readline()
            if told:
                self.returncode = int(told)
            elif not _runs(self.pid):  # the process that would tell is gone, and so is this one
                self.returncode = -signal.SIGKILL
            else:
                time.sleep(min(LOOK, left))
        return self.returncode

    def _is_told(self, within: float) -> bool:
        with selectors.DefaultSelector() as selector:
            selector.register(self._status, selectors.EVENT_READ)
            return bool(selector.select(within))

    def close(self) -> None:
        """Close its pipes."""
        for pipe in (self.stdin, self.stdout, self._status):
            pipe.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
