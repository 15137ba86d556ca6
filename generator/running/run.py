"""Headless runs: notebooks are executed side by side, each in a folder of its own, and kept by their content.

OUT/instructor/ASSIGNMENT/PROFILE-3f2a90c1d4e5/
input.ipynb        what was executed
executed.ipynb     with outputs; written after every cell, so a failed run leaves a partial one
work/              the kernel's working folder
worker.log         what papermill and the libraries printed
failed.json        where a run failed: cell, source, streams, traceback
run.json           written last: a folder without it is incomplete
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from generator.errors import RunError
from generator.running.kernel import CellEvent, Kernel, KernelTask, Plain
from generator.running.run_inputs import hub_revisions, inputs_of, key_of
from generator.running.warm import kernel_for, libraries_for
from paribus.files import write_atomic

MARKER = "run.json"
SCHEMA = "paribus.run/1"


@dataclass(frozen=True)
class Job:
    """One notebook to run. ``files`` are linked into its folder by name; ``label`` begins the folder's name.

    ``hub`` names the hub's data sets and models it uses (name -> "dataset" or "model").
    """

    name: str
    notebook: Mapping[str, Any]
    parameters: Mapping[str, Plain] = field(default_factory=dict)
    files: Mapping[str, Path] = field(default_factory=dict)
    hub: Mapping[str, str] = field(default_factory=dict)
    label: str = "run"
    limit: float = 3600.0


@dataclass(frozen=True)
class RunResult:
    """One finished run. ``seconds`` is what it took when it ran; ``reused`` says it was not run again."""

    name: str
    folder: Path
    key: str
    seconds: float
    reused: bool
    parameters: Mapping[str, Plain]
    versions: Mapping[str, str]

    @property
    def notebook(self) -> Path:
        """The executed notebook."""
        return self.folder / "executed.ipynb"


@dataclass(frozen=True)
class Progress:
    """A step: begun, restarted (an earlier run was cut short), cell, reused, done or failed."""

    job: Job
    kind: str
    cell: CellEvent | None = None
    seconds: float = 0.0


Observe = Callable[[Progress], None]


def run_jobs(
    jobs: Sequence[Job],
    out: Path,
    *,
    kernel: Kernel | None = None,
    workers: int = 1,
    force: bool = False,
    observe: Observe = lambda progress: None,
    cores: int | None = None,
) -> list[RunResult | RunError]:
    """Run every job, ``workers`` at a time; one's failure does not touch the others.

    The answers have the order of ``jobs``. Threads are divided: each kernel's libraries get
    ``cores // workers`` (at least one). On Ctrl-C the kernels are shut down before KeyboardInterrupt goes on.
    """
    side_by_side = max(1, min(workers, len(jobs)))
    threads = threads_of_each(side_by_side, cores)
    plans = [_plan(job, out) for job in jobs]
    with ExitStack() as stack:
        if kernel is None:
            kernel = stack.enter_context(
                kernel_for(libraries_for([job.notebook for job in jobs]), alone=len(plans) == 1)
            )
        answers = _run_all(plans, kernel, side_by_side, threads=threads, force=force, observe=observe)
    return [answers[plan.folder] for plan in plans]


def _run_all(
    plans: Sequence["_Plan"], kernel: Kernel, side_by_side: int, *, threads: int, force: bool, observe: Observe
) -> dict[Path, RunResult | RunError]:
    """The answers by the runs' folders."""
    stop = threading.Event()
    futures: dict[Path, Future[RunResult | RunError]] = {}
    with ThreadPoolExecutor(side_by_side) as pool:
        for plan in plans:
            if plan.folder not in futures:  # the same content twice is one run
                futures[plan.folder] = pool.submit(
                    _run_one, plan, kernel, threads=threads, force=force, observe=observe, stop=stop
                )
        waiting = set(futures.values())
        try:
            while waiting:
                # A bounded wait, so that Ctrl-C is seen while a kernel is busy.
                _, waiting = wait(waiting, timeout=0.5, return_when=FIRST_COMPLETED)
        except BaseException:
            stop.set()
            for future in waiting:
                future.cancel()
            raise
    return {folder: future.result() for folder, future in futures.items()}


def threads_of_each(side_by_side: int, cores: int | None = None) -> int:
    """How many threads each of some runs gets of ``cores`` (default: of those that this process may use, where the
    system says so, as Linux does, else of all).
    """
    affinity = getattr(os, "sched_getaffinity", None)
    here = len(affinity(0)) if affinity is not None else os.cpu_count() or 1
    return max(1, (cores or here) // side_by_side)


@dataclass(frozen=True)
class _Plan:
    job: Job
    inputs: Mapping[str, Any]
    key: str
    folder: Path
    cache: Path


def _plan(job: Job, out: Path) -> _Plan:
    inputs = inputs_of(job.notebook, job.parameters, job.files)
    key = key_of(inputs)
    root = out.absolute()
    return _Plan(job, inputs, key, root / "instructor" / job.name / f"{job.label}-{key[:12]}", root / "cache")


def _run_one(
    plan: _Plan, kernel: Kernel, *, threads: int, force: bool, observe: Observe, stop: threading.Event
) -> RunResult | RunError:
    """Reuse or run one plan; a RunError is an answer like any other."""
    job = plan.job
    if not force and (kept := read_run(plan.folder)) is not None and _still_fits(plan, kept):
        observe(Progress(job, "reused"))
        return _result(plan, float(kept["seconds"]), reused=True)
    try:
        with _alone(plan):
            return _run(plan, kernel, threads=threads, observe=observe, stop=stop)
    except RunError as error:  # another process has the folder
        observe(Progress(job, "failed"))
        return error


def _run(
    plan: _Plan, kernel: Kernel, *, threads: int, observe: Observe, stop: threading.Event
) -> RunResult | RunError:
    job = plan.job
    cut_short = plan.folder.is_dir() and not (plan.folder / MARKER).exists()
    observe(Progress(job, "restarted" if cut_short else "begun"))
    begun = time.monotonic()
    try:
        with _fresh(plan) as task_folder:
            task = KernelTask(
                notebook=task_folder / "input.ipynb", output=task_folder / "executed.ipynb",
                folder=task_folder / "work", log=task_folder / "worker.log", parameters=job.parameters,
                limit=job.limit, threads=threads,
                environment={"PARIBUS_CACHE": os.environ.get("PARIBUS_CACHE", str(plan.cache))},
            )  # fmt: skip
            kernel.execute(task, lambda event: observe(Progress(job, "cell", event)), stop)
    except RunError as error:
        observe(Progress(job, "failed", seconds=time.monotonic() - begun))
        return _failed(plan, error)
    seconds = time.monotonic() - begun
    _mark(plan, seconds)
    observe(Progress(job, "done", seconds=seconds))
    return _result(plan, seconds, reused=False)


@contextmanager
def _alone(plan: _Plan) -> Iterator[None]:
    """Hold the run's folder for this process; the system lets go of it when its holder ends, however it ends.

    RunError where another process has it.
    """
    locks = plan.cache / "running"
    locks.mkdir(parents=True, exist_ok=True)
    with (locks / f"{plan.job.name}-{plan.folder.name}").open("a", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise RunError(
                f"{plan.job.name}: another command is running this notebook into {plan.folder}. Wait until it is "
                "done and type the same again, or choose another --out."
            ) from error
        yield


@contextmanager
def _fresh(plan: _Plan) -> Iterator[Path]:
    """The run's folder, emptied: the marker goes first, so that a run cut short here is seen to be incomplete."""
    (plan.folder / MARKER).unlink(missing_ok=True)
    if plan.folder.exists():
        shutil.rmtree(plan.folder)
    (plan.folder / "work").mkdir(parents=True)
    plan.cache.mkdir(parents=True, exist_ok=True)
    write_atomic(plan.folder / "input.ipynb", json.dumps(plan.job.notebook, indent=1, ensure_ascii=False) + "\n")
    for name, path in plan.job.files.items():
        (plan.folder / "work" / name).symlink_to(path, target_is_directory=path.is_dir())
    yield plan.folder


def _mark(plan: _Plan, seconds: float) -> None:
    executed = (plan.folder / "executed.ipynb").read_bytes()
    marker = {
        "schema": SCHEMA, "name": plan.job.name, "key": plan.key, "inputs": plan.inputs,
        "hub": hub_revisions(plan.job.hub), "seconds": round(seconds, 3),
        "executed": hashlib.sha256(executed).hexdigest(),
    }  # fmt: skip
    write_atomic(plan.folder / MARKER, json.dumps(marker, sort_keys=True, indent=1) + "\n")


def _failed(plan: _Plan, error: RunError) -> RunError:
    """The same error with the notebook's name and where to look, kept beside the partial notebook too."""
    plain = {"cell": error.cell, "message": str(error), "source": error.source, "streams": error.streams,
             "traceback": error.traceback}  # fmt: skip
    write_atomic(plan.folder / "failed.json", json.dumps(plain, sort_keys=True, indent=1) + "\n")
    missing = re.search(r"^ModuleNotFoundError: No module named '([\w.]+)'", str(error), re.MULTILINE)
    hint = missing and (
        f"\nInstall {missing[1]} here, and name it under requirements in course.toml, [library], so that students "
        "get it too; a package of your own lies in library/ beside course.toml."
    )
    return RunError(
        f"{plan.job.name}: {error}{hint or ''}\nSee {plan.folder}", cell=error.cell, source=error.source,
        streams=error.streams, traceback=error.traceback,
    )  # fmt: skip


def _result(plan: _Plan, seconds: float, *, reused: bool) -> RunResult:
    return RunResult(
        plan.job.name, plan.folder, plan.key, seconds, reused, plan.job.parameters, plan.inputs["versions"]
    )


def read_run(folder: Path) -> dict[str, Any] | None:
    """The marker of a complete run, or None: no marker, another schema, another notebook than it names."""
    try:
        marker = json.loads((folder / MARKER).read_text(encoding="utf-8"))
        executed = (folder / "executed.ipynb").read_bytes()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None
    if not isinstance(marker, dict) or marker.get("schema") != SCHEMA:
        return None
    return marker if marker.get("executed") == hashlib.sha256(executed).hexdigest() else None


def _still_fits(plan: _Plan, kept: Mapping[str, Any]) -> bool:
    """The full key, and no hub data set or model that has moved on since, as far as the local cache knows."""
    now = hub_revisions(plan.job.hub)
    moved = any(kept["hub"].get(name) not in (None, revision) for name, revision in now.items())
    return kept["key"] == plan.key and not moved


def require_all(answers: Sequence[RunResult | RunError]) -> list[RunResult]:
    """The results, or the first RunError, with the others' first lines added to it."""
    errors = [answer for answer in answers if isinstance(answer, RunError)]
    if errors:
        first, *others = errors
        more = "".join(f"\nAlso failed: {str(other).splitlines()[0]}" for other in others)
        raise RunError(
            str(first) + more,
            cell=first.cell,
            source=first.source,
            streams=first.streams,
            traceback=first.traceback,
        )
    return [answer for answer in answers if isinstance(answer, RunResult)]
