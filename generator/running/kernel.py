"""The seam to a Jupyter kernel: what a run asks for, the process that does it, and a fake that ships.

The real kernel lives in a child process (`generator.running.kernel_worker`) in a session of its own, so that Ctrl-C
reaches one place only. The child's standard input is a lifeline: when this process ends in whatever
way, the pipe closes, and the child shuts its kernel down.
"""

import json
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Protocol

from generator.errors import RunError
from paribus.files import write_atomic

Plain = str | int | float | bool | None
STOPPED = "The run was stopped; start it again to go on."
GRACE = 20.0
"""Seconds a child has to save the partial notebook and to shut its kernel down before it is killed."""


@dataclass(frozen=True)
class CellEvent:
    """Cell ``number`` of ``of`` code cells has begun."""

    number: int
    of: int
    key: str
    heading: str


@dataclass(frozen=True)
class KernelTask:
    """One execution: ``notebook`` is read, ``output`` is written after every cell, the kernel is in ``folder``.

    ``limit`` is in seconds for all cells together; ``threads`` is what each numerical library may use.
    """

    notebook: Path
    output: Path
    folder: Path
    log: Path
    parameters: Mapping[str, Plain]
    limit: float
    threads: int
    environment: Mapping[str, str] = field(default_factory=dict)


Notify = Callable[[CellEvent], None]


class Kernel(Protocol):
    """Whatever executes a notebook."""

    def execute(self, task: KernelTask, notify: Notify, stop: threading.Event) -> None:
        """Execute into ``task.output``; RunError where a cell fails, the limit passes or ``stop`` is set."""


def environment_of_all(threads: int) -> dict[str, str]:
    """What every child finds that runs with so many threads: threads bounded, the kernel of this interpreter."""
    numbers = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMEXPR_NUM_THREADS")
    return dict.fromkeys(numbers, str(threads)) | {
        "JUPYTER_PREFER_ENV_PATH": "1",  # a kernel called python3 in the home folder may be another Python
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        "TOKENIZERS_PARALLELISM": "false",
        "PYTHONHASHSEED": "0",
    }


def execution_environment(task: KernelTask, base: Mapping[str, str]) -> dict[str, str]:
    """The environment of a task's child, with nobody's start-up files in it."""
    return {
        **base, **environment_of_all(task.threads), "IPYTHONDIR": str(task.folder / ".ipython"),
        **task.environment,
    }  # fmt: skip


class Started(Protocol):
    """A worker that runs, as far as it is used here: a `subprocess.Popen` with pipes, or what does as it does."""

    @property
    def pid(self) -> int:
        """Its process id, and its session's."""

    @property
    def stdin(self) -> IO[bytes] | None:
        """Its lifeline."""

    @property
    def stdout(self) -> IO[bytes] | None:
        """Its events."""

    @property
    def returncode(self) -> int | None:
        """Its exit status, None before `wait`."""

    def wait(self, timeout: float | None = None) -> int:
        """The exit status; subprocess.TimeoutExpired after ``timeout`` seconds."""

    def __enter__(self) -> "Started":
        """Itself."""

    def __exit__(self, *error: Any) -> None:
        """Close its pipes."""


class WorkerKernel:
    """Executes with papermill in a child process of ``python`` (by default this interpreter)."""

    def __init__(
        self, python: str = sys.executable, *, grace: float = GRACE, environment: Mapping[str, str] | None = None
    ) -> None:
        """``python`` must have papermill, ipykernel and this package; ``environment`` is added to the child's."""
        self.python = python
        self.grace = grace
        self.environment = dict(environment or {})

    def execute(self, task: KernelTask, notify: Notify, stop: threading.Event) -> None:
        """See `Kernel.execute`."""
        order = task.output.with_name("task.json")
        plain = {
            "notebook": str(task.notebook), "output": str(task.output), "folder": str(task.folder),
            "parameters": dict(task.parameters), "limit": task.limit,
        }  # fmt: skip
        write_atomic(order, json.dumps(plain, sort_keys=True, indent=1))
        with task.log.open("wb") as log, self._started(order, task, log, stop) as process:
            try:
                last = self._follow(process, task, notify, stop)
            finally:
                self._end(process)
        order.unlink(missing_ok=True)
        if last.get("event") == "failed":
            raise failure(last)
        if last.get("event") != "done":
            raise RunError(_ended_early(process.returncode, task.log))

    def _started(self, order: Path, task: KernelTask, log: IO[bytes], stop: threading.Event) -> Started:
        return subprocess.Popen(
            [self.python, "-m", "generator.running.kernel_worker", str(order)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
            env={**execution_environment(task, os.environ), **self.environment}, start_new_session=True,
        )  # fmt: skip

    def _follow(self, process: Started, task: KernelTask, notify: Notify, stop: threading.Event) -> dict[str, Any]:
        """Pass events on until the child has said its last; the child keeps the limit, this is the backstop."""
        backstop = time.monotonic() + task.limit + 60 + self.grace
        for event in _events(process):
            if stop.is_set():
                raise RunError(STOPPED)
            if time.monotonic() > backstop:
                raise RunError(
                    f"The kernel did not end by itself after its limit of {task.limit:.0f} s and was killed."
                )
            if event.get("event") == "cell":
                notify(CellEvent(event["number"], event["of"], event["key"], event["heading"]))
            elif event:
                return event
        return {}

    def _end(self, process: Started) -> None:
        """Close the lifeline, give the child its time, then end whatever is left of its session."""
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(self.grace)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def _events(process: Started) -> Iterator[dict[str, Any]]:
    """The child's events as they come, an empty one whenever a fifth of a second passes without any."""
    assert process.stdout is not None  # noqa: S101 - opened as a pipe above
    rest = b""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            if not selector.select(0.2):
                yield {}
                continue
            chunk = os.read(process.stdout.fileno(), 65536)
            if not chunk:
                return
            *lines, rest = (rest + chunk).split(b"\n")
            yield from (json.loads(line) for line in lines if line.strip())


def failure(event: Mapping[str, Any]) -> RunError:
    """The RunError for a worker's last event: what failed, the cell's source, its streams, its traceback."""
    parts = [event["message"]]
    for title, name in (("source", "source"), ("streams", "streams"), ("traceback", "traceback")):
        if event.get(name):
            parts.append(f"--- {title} ---\n{event[name].rstrip()}")
    return RunError(
        "\n".join(parts), cell=event.get("cell", ""), source=event.get("source", ""),
        streams=event.get("streams", ""), traceback=event.get("traceback", ""),
    )  # fmt: skip


def _ended_early(code: int | None, log: Path) -> str:
    tail = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-20:])
    return (
        f"The process that runs the notebook ended early (exit status {code}). The last lines of its log:\n{tail}"
    )


@dataclass(frozen=True)
class FakeCell:
    """What the fake gives for one code cell: its outputs (nbformat), or the error it stops with."""

    outputs: Sequence[Mapping[str, Any]] = ()
    error: str = ""


class FakeKernel:
    """Executes nothing: gives each code cell, by key, the outputs that were planned. For tests and rehearsals."""

    def __init__(self, plan: Mapping[str, FakeCell] | None = None) -> None:
        """``plan`` maps cell keys to what happens there; cells without a plan give no output."""
        self.plan = dict(plan or {})
        self.tasks: list[KernelTask] = []

    def execute(self, task: KernelTask, notify: Notify, stop: threading.Event) -> None:
        """See `Kernel.execute`."""
        self.tasks.append(task)
        notebook = json.loads(task.notebook.read_text(encoding="utf-8"))
        labels = cell_labels(notebook)
        codes = [index for index, cell in enumerate(notebook["cells"]) if cell["cell_type"] == "code"]
        for number, index in enumerate(codes, 1):
            if stop.is_set():
                raise RunError(STOPPED)
            key, heading = labels[index]
            notify(CellEvent(number, len(codes), key, heading))
            planned = self.plan.get(key, FakeCell())
            cell = notebook["cells"][index]
            cell["outputs"], cell["execution_count"] = [dict(item) for item in planned.outputs], number
            write_atomic(task.output, json.dumps(notebook))
            if planned.error:
                source = "".join(cell["source"])
                raise failure({"message": f"Cell {key!r} failed: {planned.error}", "cell": key, "source": source})


def cell_labels(notebook: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Each cell's key (from its ``paribus-`` tag, else its id) and the nearest heading at or above it."""
    labels, heading = [], ""
    for index, cell in enumerate(notebook["cells"]):
        text = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            titles = [line.lstrip("# ").strip() for line in text.splitlines() if line.startswith("#")]
            heading = titles[-1] if titles else heading
        tags = cell["metadata"].get("tags", [])
        keys = [tag.removeprefix("paribus-") for tag in tags if tag.startswith("paribus-")]
        if "injected-parameters" in tags:
            keys = ["injected-parameters"]
        labels.append((keys[0] if keys else cell.get("id", f"cell-{index}"), heading))
    return labels
