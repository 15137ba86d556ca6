"""`make cluster`: twenty thousand small submissions on a Dask cluster of this machine.

    python -m tests.bench.cluster --count 20000 --workers 2

A scheduler and workers are started by Dask's own commands. Told are, first, submissions a second with one worker
and with all of them, and the seconds of the processor that a submission costs the grader, the scheduler and the
workers: here they share this machine's cores, and on two of them little grows. So a second workload waits 0.2 s in
each submission, as if on a core of its own, with 1, 2, 4 and 8 workers: each should add what the first one manages.
Then the whole batch, a worker killed in the middle: the memory of scheduler and grader along the way, and whether
the results are those of a run without a cluster. Ends with 1 where throughput does not grow, memory grows with the
batch, or a result differs.
"""

import argparse
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from grader.classrun.batch import grade_batch
from grader.classrun.work import Grade
from grader.grading.grade import judge_safely
from grader.grading.results import FILE
from grader.model import Result
from grader.workplaces.place import open_place
from tests.bench.small import small_release, submissions
from tests.grader import pool_work

FEW = 3_000
WAITING = 60
"""Waiting submissions a worker."""
CREWS = (1, 2, 4, 8)
NEARLY_LINEAR = 0.8
"""What each worker adds at least, of what the first one manages alone."""
SECONDS, MEMORY_MB = 120.0, 4_000
GROWTH_MB = 30
"""What the scheduler may hold more at the end than after a tenth of the batch."""
RESULT_KB = 15
"""What the grader may hold of each finished submission: its result, which report and worksheet need."""


def main() -> int:
    """Measure; 1 where something is not as it should be."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for workers in dict.fromkeys((1, arguments.workers)):
            with cluster(folder / f"few-{workers}", workers) as (address, _):
                say(f"{workers} workers: {rate(folder / f'out-{workers}', address, FEW):.0f} a second")
        grows = waiting(folder)
        with cluster(folder / "many", arguments.workers) as (address, scheduler):
            flat = many(folder / "many-out", address, scheduler, arguments.count)
        start = time.perf_counter()
        with open_place("", arguments.workers, time_limit=SECONDS, memory_mb=MEMORY_MB) as here:
            grade_batch(submissions(arguments.count), [small_release()], folder / "here", place=here)
        seconds = time.perf_counter() - start
        same = (folder / "here" / FILE).read_bytes() == (folder / "many-out" / FILE).read_bytes()
        say(f"{seconds:.0f} s without a cluster; {'the same bytes' if same else 'OTHER RESULTS'}")
    return 0 if same and flat and grows else 1


def waiting(folder: Path) -> bool:
    """Whether throughput grows with workers that wait most of the time."""
    rates = {}
    for workers in CREWS:
        with cluster(folder / f"waiting-{workers}", workers) as (address, _):
            out = folder / f"waiting-out-{workers}"
            rates[workers] = rate(out, address, WAITING * workers, pool_work.wait_and_grade)
        say(f"{workers} workers, 0.2 s of waiting: {rates[workers]:.1f} a second, "
            f"{rates[workers] / rates[CREWS[0]]:.2f} times the first one's")  # fmt: skip
    return all(rates[workers] >= NEARLY_LINEAR * workers * rates[1] for workers in CREWS)


def rate(out: Path, address: str, count: int, grade: Grade = judge_safely) -> float:
    """Submissions a second in the second half of a batch, when every worker's process has long started."""
    half: list[float] = []
    used: list[dict[str, float]] = []

    def watch(done: int, result: Result) -> None:
        if done in (count // 2, count):
            half.append(time.perf_counter())
            used.append(used_seconds())

    with open_place(address, 1, time_limit=SECONDS, memory_mb=MEMORY_MB) as place:
        grade_batch(submissions(count), [small_release()], out, place=place, progress=watch, grade=grade)
    done = count - count // 2
    costs = (f"{name} {1_000 * (used[1][name] - used[0][name]) / done:.2f} ms" for name in used[1])
    say(f"of the processor a submission costs: {', '.join(costs)}")
    return done / (half[1] - half[0])


def many(out: Path, address: str, scheduler: int, count: int) -> bool:
    """The whole batch, a worker killed in the middle; whether memory stayed flat."""
    told: list[tuple[int, float, float]] = []

    def watch(done: int, result: Result) -> None:
        if result.status != "graded":
            raise RuntimeError(f"{result.submission} was not graded: {result.remarks}")
        if done == count // 2:
            a_worker().kill()
            say("a worker was killed")
        if done % max(1, count // 10) == 0:
            told.append((done, held_mb(scheduler), held_mb(os.getpid())))
            say("{:>6} graded: the scheduler holds {:.0f} MB, the grader {:.0f} MB".format(*told[-1]))

    start = time.perf_counter()
    with open_place(address, 1, time_limit=SECONDS, memory_mb=MEMORY_MB) as place:
        grade_batch(submissions(count), [small_release()], out, place=place, progress=watch)
    seconds = time.perf_counter() - start
    (first, scheduler_first, own_first), (last, scheduler_last, own_last) = told[0], told[-1]
    a_result = (own_last - own_first) * 1_000 / max(1, last - first)
    grown = scheduler_last - scheduler_first
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_000
    say(f"{count} submissions in {seconds:.0f} s, {count / seconds:.0f} a second; the scheduler grew by "
        f"{grown:.0f} MB, the grader by {a_result:.1f} kB a submission, to {peak:.0f} MB at most")  # fmt: skip
    return grown <= GROWTH_MB and a_result <= RESULT_KB


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[tuple[str, int]]:
    """The address of a scheduler with so many workers, and its process."""
    folder.mkdir(parents=True)
    dask = [sys.executable, "-m", "dask"]
    place = ["--scheduler-file", str(folder / "scheduler.json")]
    environment = {
        **os.environ,
        "DASK_DISTRIBUTED__ADMIN__LOW_LEVEL_LOG_LENGTH": "10",  # as docs/grading.md says
        # What waits is the tests' own.
        "PYTHONPATH": os.pathsep.join([str(Path.cwd()), os.environ.get("PYTHONPATH", "")]),
    }
    commands = [
        [*dask, "scheduler", *place, "--port", "0", "--host", "127.0.0.1", "--no-dashboard"],
        [*dask, "worker", *place, "--nworkers", str(workers), "--nthreads", "1", "--no-dashboard"],
    ]
    with (folder / "log").open("wb") as log:
        running = [
            subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=log)
            for command in commands
        ]
    try:
        written = folder / "scheduler.json"
        while not written.exists() or '"address"' not in written.read_text(encoding="utf-8"):
            if any(process.poll() is not None for process in running):
                raise RuntimeError(f"Dask did not start:\n{(folder / 'log').read_text(encoding='utf-8')[-2000:]}")
            time.sleep(0.2)
        found = re.search(r'"address":\s*"([^"]+)"', written.read_text(encoding="utf-8"))
        if found is None:
            raise RuntimeError(f"{written} names no address.")
        yield found[1], running[0].pid
    finally:
        for process in reversed(running):
            process.terminate()
        for process in running:
            process.wait(timeout=60)


# --- the processes below this one -----------------------------------------------------------------------


def a_worker() -> psutil.Process:
    """A worker: a process that was spawned by the command that starts them."""
    found = (
        child for child in psutil.Process().children(recursive=True) if "spawn_main" in " ".join(child.cmdline())
    )
    return next(child for child in found if "--nworkers" in child.parent().cmdline())


def used_seconds() -> dict[str, float]:
    """Seconds of the processor that the grader, the scheduler, and the workers with their processes have used."""
    used = {"grader": _used(psutil.Process()), "scheduler": 0.0, "workers": 0.0}
    for child in psutil.Process().children(recursive=True):
        used["scheduler" if "scheduler" in child.cmdline() else "workers"] += _used(child)
    return used


def _used(process: psutil.Process) -> float:
    return float(sum(process.cpu_times()[:2]))


def held_mb(process: int) -> float:
    """What a process holds now."""
    return float(psutil.Process(process).memory_info().rss / 1e6)


def say(text: str) -> None:
    """A line, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
