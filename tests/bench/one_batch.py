"""One batch as `paribus grade` starts it, in a process that has loaded nothing else, timed.

    python -m tests.bench.one_batch ZIP RELEASE OUT JOBS

Prints, as JSON, seconds, the largest worker's memory, and what the parent grew by and wrote, in megabytes.
"""

import json
import multiprocessing
import re
import resource
import sys
import time
from pathlib import Path

from grader.classrun.batch import grade_batch
from grader.intake.inbox import iter_unread
from grader.model import Result
from paribus.course.release import read_release


def main(archive: Path, release: Path, out: Path, jobs: int) -> dict[str, float]:
    """Grade it; RuntimeError where a submission was not graded, since its time would say nothing."""
    peaks: dict[int, float] = {}

    def watch(done: int, result: Result) -> None:
        if result.status != "graded":
            raise RuntimeError(f"{result.submission} was not graded: {result.remarks}")
        if done % 20 == 0:
            peaks.update({child.pid or 0: _peak_mb(child.pid) for child in multiprocessing.active_children()})

    releases = [read_release(release)]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    grade_batch(iter_unread(archive), releases, out, jobs=jobs, fresh=True, progress=watch)
    seconds = time.perf_counter() - start
    own = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1_000
    disk = sum(path.stat().st_size for path in out.rglob("*") if path.is_file()) / 1e6
    return {"seconds": seconds, "worker_mb": max(peaks.values()), "own_mb": max(own, 1.0), "disk_mb": disk}


def _peak_mb(process: int | None) -> float:
    """The most memory that a process ever held, VmHWM of /proc."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    except OSError:
        return 0.0
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    return int(found[1]) / 1_000 if found else 0.0


if __name__ == "__main__":
    _archive, _release, _out = map(Path, sys.argv[1:4])
    sys.stdout.write(json.dumps(main(_archive, _release, _out, int(sys.argv[4]))))
