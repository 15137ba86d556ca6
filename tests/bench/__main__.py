"""`make bench`: what the project promises of its speed, side by side with nbgrader in one run, as ratios.

Machines are noisy, so no test asserts a time. This run does both sides after one another on the same core,
writes build/bench.json, prints it as a table, and ends with 1 where a ratio falls short.
"""

import argparse
import functools
import importlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import nbformat

from generator.building.build import Options, build, notebook_path
from generator.classroom.room import execute_class
from generator.classroom.students import read_class
from generator.demo import demo_scene, make_classroom
from generator.running.given import given_files
from generator.running.headless import Settings, run_assignments
from generator.running.references import load_references
from grader.classrun.batch import grade_batch
from grader.classrun.grade_class import Order, hand_back, render_all, with_gradebook
from grader.gradebook.rebuilt_files import Kept
from grader.intake.inbox import iter_unread
from grader.lms.choose import read_intake
from paribus.course.catalog import Course, Entry
from paribus.course.release import read_release
from tests.bench.checks_side import checking, looking
from tests.bench.nbgrader_side import autograde_seconds, generate_seconds
from tests.bench.otter_side import otter_seconds
from tests.bench.rows import Row, print_rows, write_rows
from tests.bench.scale_side import scaling
from tests.bench.submissions import PATIENCE, write_submissions
from tests.shipped import COURSE, PROFILES, solution_of

OUT = Path("build/bench")
SCENE = demo_scene()
AUTOGRADED = 9
REPEATS = 7


def main() -> int:
    """Every row, the table, the file; 1 where a ratio falls short. ``--only GROUP`` measures one group alone."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", choices=GROUPS, action="append", help="a group; again for each further one")
    chosen = parser.parse_args().only or list(GROUPS)
    # nbgrader looks for `alembic` on PATH; an unactivated environment is not on it.
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        rows: list[Row] = []
        for group in chosen:  # written after each group, so that one that fails costs itself alone
            rows += GROUPS[group](scratch)
            write_rows(rows, Path("build/bench.json"))
    print_rows(rows)
    return 0 if all(row.enough for row in rows) else 1


def building(scratch: Path) -> list[Row]:
    """A build of week 1 for every platform against nbgrader's generate_assignment, per notebook written."""
    course, entries, options = _order()
    report = build(course, entries, OUT / "course", options)
    notebooks = sum(file.endswith(".ipynb") for file in report.files)
    ours = _median(lambda: build(course, entries, scratch / "built", options)) / notebooks
    written = {
        entry.name: nbformat.read(OUT / "course" / notebook_path("instructor", "jupyter", entry.name), as_version=4)
        for entry in entries
    }
    other = statistics.median(generate_seconds(scratch / "generate", written, 3))
    return [Row("build, a notebook written / nbgrader generate_assignment", ours, other, "s", 10)]


def starting(scratch: Path) -> list[Row]:
    """A warm call of the command, and the import of the student's package in a bare interpreter."""
    call = [
        sys.executable,
        "-m",
        "paribus.cli",
        "build",
        SCENE.homework.week,
        "--profile",
        "micro",
        "--out",
        str(scratch / "cli"),
    ]
    bare = [sys.executable, "-c", "import paribus"]
    loaded = subprocess.run(
        [*bare[:2], "import sys, paribus; print('torch' in sys.modules or 'nbformat' in sys.modules)"],
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    if loaded != "False":
        raise RuntimeError("`import paribus` imports torch or nbformat.")
    limit = 0.6 * _median(lambda: _call([sys.executable, "-c", "import nbformat"])) + 0.3
    return [
        Row(
            "a warm `paribus build week1` / 0.6 of `import nbformat` and 0.3 s",
            _median(lambda: _call(call)),
            limit,
            "s",
            1,
        ),
        Row("`import paribus` in a bare interpreter / its limit", _median(lambda: _call(bare)), 0.3, "s", 1),
    ]


def grading(scratch: Path) -> list[Row]:
    """A hundred submissions on one core, against nbgrader's default autograde of a trivial notebook on one core."""
    archive, folder = _submissions()
    release = read_release(folder)
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        other = statistics.median(autograde_seconds(scratch / "autograde", AUTOGRADED)[1:])
        importlib.import_module(
            "grader.gradebook.book"
        )  # once a run; nbgrader's first autograde is not counted either
        out = scratch / "graded"
        start = time.perf_counter()
        order, kept = Order(archive, (release,), out), Kept()
        batch = grade_batch(
            files := tuple(iter_unread(archive)), [release], out,
            jobs=1, fresh=True, keep=kept.put,
        )  # fmt: skip
        judged = time.perf_counter() - start
        results = with_gradebook(order, batch.results, files, kept=kept).results
        intake = read_intake(order.policy, order.people, order.assignment, ())
        render_all(order, results, intake, hand_back(order, results, intake))
        whole = time.perf_counter() - start
    finally:
        os.sched_setaffinity(0, cores)
    count = len(batch.results)
    graded = sum(result.status == "graded" for result in batch.results)
    if graded != count:
        raise RuntimeError(f"Only {graded} of {count} submissions were graded.")
    return [
        Row("grading to results.jsonl, a submission / nbgrader autograde", judged / count, other, "s", 60),
        Row("with gradebook and feedback, a submission / nbgrader autograde", whole / count, other, "s", 30),
        *_against_otter(scratch, whole / count, cores),
    ]


def _against_otter(scratch: Path, ours: float, cores: set[int]) -> list[Row]:
    """`otter run` on the same core, where OTTER_PYTHON names an environment that has it."""
    python = os.environ.get("OTTER_PYTHON")
    if not python:
        return []
    os.sched_setaffinity(0, {min(cores)})
    try:
        other = otter_seconds(python, scratch / "otter")
    finally:
        os.sched_setaffinity(0, cores)
    return [Row("with gradebook and feedback, a submission / otter run", ours, other, "s", 30)]


def scale(scratch: Path) -> list[Row]:
    """A thousand submissions, from the hundred of `grading`."""
    return scaling(*_submissions(), scratch)


def _order() -> tuple[Course, Sequence[Entry], Options]:
    """Week 1 on micro, with its references."""
    course = COURSE
    return (
        course,
        course.select(SCENE.homework.week),
        Options(profile="micro", references=load_references(Path("solutions"))),
    )


@functools.cache
def _submissions() -> tuple[Path, Path]:
    """The zip, from one notebook that is really executed (kept by content), and the folder of its release."""
    course, entries, options = _order()
    build(course, entries, OUT / "course", options)
    lab = run_assignments(
        [SCENE.lab.name],
        solution_of,
        Settings(PROFILES["micro"], time_limit=PATIENCE, given=given_files(course, course.entries())),
        OUT / "run",
        solutions=Path("solutions"),
    )[0]
    room = make_classroom(SCENE, OUT / "course", lab)
    student = read_class(room.table, course.folders.rehearsal / "class.toml")[0]
    executed = execute_class(room, [student], OUT / "class", workers=1)
    archive = OUT / "submissions.zip"
    write_submissions(room, student, executed[student.runs_as], archive)
    return archive, OUT / "course" / "instructor" / "release" / SCENE.homework.name


def _median(action: Callable[[], object]) -> float:
    """The median seconds of a few calls after one that is not counted."""
    action()
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        action()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def _call(command: list[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


GROUPS: dict[str, Callable[[Path], list[Row]]] = {
    "building": building,
    "starting": starting,
    "grading": grading,
    "scale": scale,
    "checks": lambda scratch: [*checking(OUT), *looking(OUT)],
}


if __name__ == "__main__":
    sys.exit(main())
