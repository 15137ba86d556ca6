"""`paribus grade --run-tests` on a class of 200: seconds a task, and the whole class here and on a cluster.

    python -m tests.bench.run_tests --count 200 --workers 2

Every student hands in week 1's homework with a nonce and words of their own, every tenth one with a task that only
the hidden tests show to be wrong. First a few students on one core, each task timed; then the class in so many
processes of this machine, and on a local cluster of as many workers, which must come to the same bytes. Seconds of
the processor are told beside those of the clock, as other programs share the machine. Ends with 1 where a task
takes longer than its bound, a verdict is another than expected, or the two runs differ.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Self, cast

import psutil

from grader.audit.bubblewrap import Bubblewrap
from grader.audit.hidden_tests import HiddenTests
from grader.audit.jobs import Job, Limits, Outcome
from grader.audit.watched import Watched
from grader.classrun.batch import grade_batch
from grader.grading.grade import judge_one, judge_safely
from grader.grading.results import FILE
from grader.model import Result, Submission
from grader.workplaces.place import open_place
from paribus.course.release import Release
from paribus.records.block import block_text
from paribus.records.record import Record
from tests.grader.releases import material

ASSIGNMENT, TASK = "week1_homework", "parameter_share"
WRONG = """def parameter_share(model, prefixes):
    sizes = {name: weights.numel() for name, weights in model.named_parameters() if weights.requires_grad}
    return sum(size for name, size in sizes.items() if name.startswith(prefixes)) / sum(sizes.values())
"""
PLACES = {"here": "", "cluster": "local"}
EVERY = 10
"""Of so many students one hands in `WRONG`."""
FEW = 8
BOUND = 0.3
"""Seconds on one core that a task may take after a student's first one."""
PATIENCE = 3_600.0
LOOK = 0.1
SERVER = "inside/tests.py"
"""The program in a student's sandbox that forks a process for each task."""


def main() -> int:
    """Measure; 1 where something is not as it should be."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", choices=PLACES, action="append", help="a place; both where none is named")
    arguments = parser.parse_args()
    quick = single_tasks()
    with tempfile.TemporaryDirectory() as name:
        outs = {PLACES[place]: Path(name) / place for place in arguments.only or PLACES}
        right = [whole(arguments.count, out, cluster, arguments.workers) for cluster, out in outs.items()]
        same = len({(out / FILE).read_bytes() for out in outs.values()}) == 1
    if len(outs) > 1:
        say("the same bytes from both" if same else "OTHER RESULTS on the cluster")
    return 0 if quick and all(right) and same else 1


def klass(count: int) -> Iterator[Submission]:
    """The class, made as it is asked for; the same every time."""
    given = material(ASSIGNMENT)
    tasks = {cell.grades for cell in given.release.assignment.cells if cell.grades}
    for number in range(count):
        notebook: dict[str, Any] = deepcopy(dict(given.solution))
        for cell in notebook["cells"]:
            if cell["id"] == TASK and not is_right(number):
                cell["source"] = WRONG
            elif cell["id"] in tasks:
                cell["source"] += f"\n# in the words of student {number}"
        notebook["cells"].append(_record_cell(given.release, number))
        for place, cell in enumerate((cell for cell in notebook["cells"] if cell["cell_type"] == "code"), 1):
            cell["execution_count"] = place  # as if it had run from its first cell to its last
        name = f"s{number:03}"
        yield Submission(name, name, "", f"{ASSIGNMENT}.ipynb", json.dumps(notebook).encode(), "")


def is_right(number: int) -> bool:
    """Whether this student's work passes every hidden test."""
    return number % EVERY != EVERY - 1


def _record_cell(release: Release, number: int) -> dict[str, Any]:
    """A cell that shows a record with the student's nonce, from which the tests draw their numbers."""
    record = Record("result", ASSIGNMENT, release.digest, f"{number:032x}", "run", values={"macro_f1": 0.2})
    output = {
        "output_type": "display_data", "metadata": {}, "data": {"text/html": f"<pre>{block_text(record)}</pre>"},
    }  # fmt: skip
    return {
        "cell_type": "code", "id": "own-record", "metadata": {}, "source": "show()", "outputs": [output],
    }  # fmt: skip


# --- one task -------------------------------------------------------------------------------------------


def single_tasks() -> bool:
    """A few students on one core; whether the tasks after the first are quick enough. Those of the first student
    are not counted: what is expected is worked out with them.
    """
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        told: list[Told] = []
        students = []
        for submission in klass(FEW):
            told.clear()
            judge_one(submission, [material(ASSIGNMENT).release], execute=HiddenTests(Stopwatch(told)))
            students.append(tuple(told))
    finally:
        os.sched_setaffinity(0, cores)
    return _say_tasks(students[1:])


def _say_tasks(students: list[tuple["Told", ...]]) -> bool:
    begins = statistics.median(sum(item.clock for item in told if not item.task) for told in students)
    say(f"a student's imports: {begins:.2f} s by the clock")
    count = len(material(ASSIGNMENT).release.hidden)
    later = [[item for item in told if item.task][1:] for told in students]
    processor = [sum(item.processor for item in told) / count for told in later]
    clock = [sum(item.clock for item in told) / count for told in later]
    for name, values in (("processor", processor), ("clock", clock)):
        say(f"a task after the first and what is expected of it, by the {name}: {statistics.median(values):.3f} s "
            f"in the middle, {max(values):.3f} s at most, of {len(values)} students")  # fmt: skip
    return max(processor) <= BOUND


@dataclass(frozen=True)
class Told:
    """One question to a sandbox: seconds until it was answered, and those of the processor, which a task tells."""

    clock: float
    processor: float
    task: bool


@dataclass(frozen=True)
class Stopwatch:
    """Bubblewrap, with the times of what is asked in it."""

    told: list[Told] = field(compare=False)
    name: str = "stopwatch"

    def refusal(self) -> str:
        """As bubblewrap's."""
        return Bubblewrap().refusal()

    def open(self, job: Job, limits: Limits) -> Watched:
        """As bubblewrap's, timed."""
        return cast("Watched", _Timed(Bubblewrap().open(job, limits), self.told))

    def run(self, job: Job, limits: Limits) -> Outcome:
        """As bubblewrap's."""
        return Bubblewrap().run(job, limits)


class _Timed:
    """A program in a sandbox whose answers are timed."""

    def __init__(self, program: Watched, told: list[Told]) -> None:
        self._program, self._told, self._since = program, told, 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._program.close()

    def send(self, data: bytes) -> None:
        self._since = time.perf_counter()
        self._program.send(data)

    def read_line(self, seconds: float) -> bytes | None:
        line = self._program.read_line(seconds)
        clock = time.perf_counter() - self._since
        answer = json.loads(line or b"{}")
        self._told.append(Told(clock, float(answer.get("seconds", 0.0)), "seconds" in answer))
        return line

    def __getattr__(self, name: str) -> Any:  # whatever else a program has
        return getattr(self._program, name)


# --- the whole class ------------------------------------------------------------------------------------


def whole(count: int, out: Path, cluster: str, workers: int) -> bool:
    """The class in one run; whether every verdict is as expected."""
    results: list[Result] = []
    execute = HiddenTests()
    grade = partial(judge_safely, execute=execute)
    seconds = PATIENCE + execute.seconds
    begun = time.perf_counter()
    with Processor() as used, open_place(cluster, workers, time_limit=seconds) as place:
        batch = grade_batch(klass(count), [material(ASSIGNMENT).release], out, place=place, grade=grade)
        results.extend(batch.results)
    clock = time.perf_counter() - begun
    where = "a local cluster" if cluster else "this machine"
    say(f"{count} students on {where}, {workers} workers: {clock:.0f} s by the clock, {used.seconds:.0f} s of the "
        f"processor, {used.seconds / count:.2f} s a student; load {os.getloadavg()[0]:.0f}")  # fmt: skip
    wrong = [item.submission for number, item in enumerate(results) if passed(item) != is_right(number)]
    if wrong:
        say(f"UNEXPECTED verdicts: {', '.join(wrong[:5])}")
    return not wrong


def passed(result: Result) -> bool:
    """Whether every task's hidden tests passed; RuntimeError where one could not be run."""
    found = [item for cell in result.cells for item in cell.verdicts if item.check == "tasks.hidden_tests"]
    if not found or any(item.outcome.value not in ("passed", "failed") for item in found):
        raise RuntimeError(f"{result.submission}: {result.remarks or [item.because for item in found]}")
    return all(item.outcome.value == "passed" for item in found)


class Processor:
    """Seconds of the processor that all processes below this one use while it is open.

    They are looked at often, as one that is killed tells nobody what it used. Processes that are forked for a task
    live too short for that: the program that forked them knows.
    """

    def __init__(self) -> None:
        self._used: dict[int, float] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        self._own = time.process_time()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._used[os.getpid()] = time.process_time() - self._own

    @property
    def seconds(self) -> float:
        """Of all of them together."""
        return sum(self._used.values())

    def _watch(self) -> None:
        while not self._over.wait(LOOK):
            servers: set[int] = set()
            for child in psutil.Process().children(recursive=True):  # parents come before their children
                with suppress(psutil.Error):
                    if child.ppid() in servers:
                        continue
                    times = child.cpu_times()
                    self._used[child.pid] = times.user + times.system
                    if any(word.endswith(SERVER) for word in child.cmdline()[1:2]):  # none of a process that ends
                        servers.add(child.pid)
                        self._used[child.pid] += times.children_user + times.children_system


def say(text: str) -> None:
    """A line, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
