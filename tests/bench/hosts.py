"""`make hosts`: a Dask cluster of several machines, one of which vanishes. Needs root and iproute2 (Linux).

    python -m tests.bench.hosts --count 3000

The machines are network namespaces on a switch: one has the scheduler, two a worker each, one the grader. In the
middle of the batch a worker's link goes down, so that nobody is told, as when a machine loses its power. Told are
the longest seconds without a finished submission from then on, and whether the results are those of a run without a
cluster. Ends with 1 where they are not.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from grader.classrun.batch import grade_batch
from grader.grading.results import FILE
from grader.workplaces.place import open_place
from tests.bench.cluster import MEMORY_MB, SECONDS, say
from tests.bench.small import small_release, submissions

SWITCH, HOST = "paribus-switch", "paribus-host{}"
SCHEDULER, WORKERS, GRADER = 1, (2, 3), 4
ADDRESS = "tcp://10.9.0.1:8786"
DASK = (sys.executable, "-m", "dask")


def main() -> int:
    """Measure; 1 where a result differs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=3_000)
    parser.add_argument("--grade-into", type=Path, help="be the grader, on the cluster")
    arguments = parser.parse_args()
    if arguments.grade_into:
        grade(arguments.grade_into, ADDRESS, arguments.count)
        return 0
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        stack.enter_context(machines())
        scheduler = [*DASK, "scheduler", "--host", "10.9.0.1", "--port", "8786", "--no-dashboard"]
        stack.enter_context(running(SCHEDULER, scheduler, folder))
        for number in WORKERS:
            worker = [*DASK, "worker", ADDRESS, "--nworkers", "1", "--nthreads", "1", "--no-dashboard"]
            stack.enter_context(running(number, worker, folder))
        grader = [sys.executable, "-m", "tests.bench.hosts", "--count", str(arguments.count), "--grade-into"]
        with running(GRADER, [*grader, str(folder / "out")], folder) as process:
            longest = watch(process, folder / "out", arguments.count)
        if process.returncode:
            say((folder / f"log{GRADER}").read_text(encoding="utf-8"))
            return 1
        grade(folder / "here", "", arguments.count)
        same = (folder / "out" / FILE).read_bytes() == (folder / "here" / FILE).read_bytes()
    say(f"{arguments.count} submissions on two machines, of which one vanished; the longest wait was {longest:.0f} "
        f"s; {'the same bytes' if same else 'OTHER RESULTS'} as without a cluster")  # fmt: skip
    return 0 if same else 1


def grade(out: Path, address: str, count: int) -> None:
    """The batch."""
    with open_place(address, 2, time_limit=SECONDS, memory_mb=MEMORY_MB) as place:
        grade_batch(submissions(count), [small_release()], out, place=place)


def watch(process: subprocess.Popen[bytes], out: Path, count: int) -> float:
    """Take a worker's link away when half is done; the longest seconds without a finished one from then on."""
    done, since, longest, cut = 0, time.monotonic(), 0.0, False
    link = ("-n", SWITCH, "link", "set", f"port{WORKERS[-1]}")
    while process.poll() is None:
        time.sleep(0.05)
        now = (out / FILE).read_bytes().count(b"\n") if (out / FILE).exists() else 0
        if now != done:
            done, since = now, time.monotonic()
        if cut:
            longest = max(longest, time.monotonic() - since)
        elif done >= count // 2:
            ip(*link, "down")
            since, cut = time.monotonic(), True
    ip(*link, "up")  # else its worker does not end before it has tried for long to say so
    return longest


@contextmanager
def machines() -> Iterator[None]:
    """Four machines on a switch, 10.9.0.1 and so on."""
    hosts = (SCHEDULER, *WORKERS, GRADER)
    with ExitStack() as stack:
        for name in (SWITCH, *map(HOST.format, hosts)):
            subprocess.run(["ip", "netns", "del", name], stderr=subprocess.DEVNULL, check=False)  # of a killed run
            ip("netns", "add", name)
            stack.callback(ip, "netns", "del", name)
        ip("-n", SWITCH, "link", "add", "switch", "type", "bridge")
        ip("-n", SWITCH, "link", "set", "switch", "up")
        for number in hosts:
            name = HOST.format(number)
            ip("-n", name, "link", "add", "wire", "type", "veth", "peer", "name", f"port{number}", "netns", SWITCH)
            ip("-n", SWITCH, "link", "set", f"port{number}", "master", "switch", "up")
            ip("-n", name, "address", "add", f"10.9.0.{number}/24", "dev", "wire")
            for link in ("wire", "lo"):
                ip("-n", name, "link", "set", link, "up")
        yield


def ip(*words: str) -> None:
    """One command of iproute2."""
    subprocess.run(["ip", *words], check=True)


@contextmanager
def running(number: int, command: list[str], folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A command on one of the machines."""
    environment = {**os.environ, "DASK_DISTRIBUTED__ADMIN__LOW_LEVEL_LOG_LENGTH": "10"}
    with (folder / f"log{number}").open("wb") as log:
        process = subprocess.Popen(
            ["ip", "netns", "exec", HOST.format(number), *command],
            env=environment, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            yield process
        finally:
            process.terminate()
            process.wait(timeout=60)


if __name__ == "__main__":
    sys.exit(main())
