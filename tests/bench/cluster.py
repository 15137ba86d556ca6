"""`make cluster`: twenty thousand small submissions on a Dask cluster of this machine.

    python -m tests.bench.cluster --count 20000 --workers 2

A scheduler and workers are started by Dask's own commands; a worker is killed in the middle. Told are the memory of
the scheduler and of the grader along the way, how many submissions a second one worker and all of them manage, and
whether the results are those of a run without a cluster. Ends with 1 where memory grows with the batch, or a result
differs.
"""

import argparse
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from grader.batch import grade_batch
from grader.model import Result, Submission
from grader.places import open_place
from grader.results import FILE
from tests.grader.graded import release_of, submit, text_of

LAB = "week1_lab"
FEW = 200
SECONDS, MEMORY_MB = 120.0, 4_000
GROWTH_MB = 100
"""What the scheduler may hold more at the end than after a tenth of the batch."""
RESULT_KB = 30
"""What the grader may hold of each finished submission: its result, which report and worksheet need."""


def main() -> int:
    """Measure; 1 where something is not as it should be."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with open_place("", 1, time_limit=SECONDS) as here:
            grade_batch(submissions(FEW), [release_of(LAB)], folder / "here", place=here)
        rates = {}
        for workers in dict.fromkeys((1, arguments.workers)):
            with cluster(folder / f"few-{workers}", workers) as (address, _):
                rates[workers] = rate(folder / f"out-{workers}", address)
        same = (folder / "here" / FILE).read_bytes() == (folder / f"out-{arguments.workers}" / FILE).read_bytes()
        say(f"{FEW} submissions: {', '.join(f'{n} workers {rates[n]:.1f} a second' for n in rates)}; "
            f"{'the same bytes' if same else 'OTHER RESULTS'} as without a cluster")  # fmt: skip
        with cluster(folder / "many", arguments.workers) as (address, scheduler):
            flat = many(folder / "many-out", address, scheduler, arguments.count)
    return 0 if same and flat else 1


def submissions(count: int) -> Iterator[Submission]:
    """Small notebooks, made as they are asked for."""
    small = submit(text_of(LAB), "small")
    for number in range(count):
        yield replace(small, submission=f"s{number}", student=f"s{number}")


def rate(out: Path, address: str) -> float:
    """Submissions a second, the workers' start not counted."""
    with open_place(address, 1, time_limit=SECONDS, memory_mb=MEMORY_MB) as place:
        grade_batch(submissions(8), [release_of(LAB)], out.with_suffix(".warm"), place=place)
        start = time.perf_counter()
        grade_batch(submissions(FEW), [release_of(LAB)], out, place=place)
    return FEW / (time.perf_counter() - start)


def many(out: Path, address: str, scheduler: int, count: int) -> bool:
    """The whole batch, a worker killed in the middle; whether memory stayed flat."""
    told: list[tuple[int, float, float]] = []

    def watch(done: int, result: Result) -> None:
        if result.status != "graded":
            raise RuntimeError(f"{result.submission} was not graded: {result.remarks}")
        if done == count // 2:
            os.kill(a_worker(scheduler), signal.SIGKILL)
            say("a worker was killed")
        if done % max(1, count // 10) == 0:
            told.append((done, held_mb(scheduler), held_mb(os.getpid())))
            say("{:>6} graded: the scheduler holds {:.0f} MB, the grader {:.0f} MB".format(*told[-1]))

    start = time.perf_counter()
    with open_place(address, 1, time_limit=SECONDS, memory_mb=MEMORY_MB) as place:
        grade_batch(submissions(count), [release_of(LAB)], out, place=place, progress=watch)
    say(f"{count} submissions in {time.perf_counter() - start:.0f} s")
    (first, scheduler_first, own_first), (last, scheduler_last, own_last) = told[0], told[-1]
    a_result = (own_last - own_first) * 1_000 / max(1, last - first)
    grown = scheduler_last - scheduler_first
    say(f"the scheduler grew by {grown:.0f} MB, the grader by {a_result:.1f} kB a submission")
    return grown <= GROWTH_MB and a_result <= RESULT_KB


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[tuple[str, int]]:
    """The address of a scheduler with so many workers, and its process."""
    folder.mkdir(parents=True)
    dask = [sys.executable, "-m", "dask"]
    place = ["--scheduler-file", str(folder / "scheduler.json")]
    environment = {**os.environ, "DASK_DISTRIBUTED__ADMIN__LOW_LEVEL_LOG_LENGTH": "10"}  # as docs/grading.md says
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


def a_worker(scheduler: int) -> int:
    """A worker's process: a child of the nannies' command, which was started beside the scheduler."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        words = path.read_bytes().split(b"\0")
        if b"spawn_main" in b" ".join(words) and _parent(path) not in (os.getpid(), scheduler):
            above = Path(f"/proc/{_parent(path)}/cmdline").read_bytes()
            if b"worker" in above and b"--scheduler-file" in above:
                return int(path.parent.name)
    raise RuntimeError("No worker was found.")


def _parent(path: Path) -> int:
    found = re.search(r"PPid:\s+(\d+)", path.with_name("status").read_text(encoding="utf-8"))
    return int(found[1]) if found else 0


def held_mb(process: int) -> float:
    """What a process holds now, VmRSS of /proc."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{process}/status").read_text(encoding="utf-8"))
    return int(found[1]) / 1_000 if found else 0.0


def say(text: str) -> None:
    """A line, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
