"""`paribus demo`: the whole main job on week 1, on two cores, with a class that is simulated but really executed.

build, run the solutions (smoke), train week 2's blind zoo (smoke), execute and export a class (micro), grade it,
hold the grades against what is known to be wrong with whom. The class is one of the rehearsal's: its works are
entries of the same tables. Grading is reached through its command and its files, as an instructor would.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from generator.building.build import BuildReport, Options, build, notebook_path
from generator.building.notebooks import solution_notebook
from generator.classroom.moodle import identifier_of
from generator.classroom.room import Classroom, execute_class, make_files, write_class
from generator.classroom.students import NoWork, Student
from generator.errors import GeneratorError
from generator.project import shipped_course
from generator.rehearsal.draw import Variant
from generator.rehearsal.execute import Material, planted_answers
from generator.rehearsal.matrix import Graded, graded_of, judge
from generator.rehearsal.table import Fault, load_table
from generator.running.headless import Finished, Settings, run_assignments
from generator.running.kernel import Kernel
from generator.running.references import load_references
from generator.running.run import Observe
from generator.sources.source import load_source
from generator.zoo.build import Built, Order, Say, build_zoo
from generator.zoo.plan import make_plan
from paribus.course.catalog import Course, load_course
from paribus.course.release import read_release
from paribus.course.zoo import load_zoo

WEEK = "week1"
LAB, HOMEWORK = "week1_lab", "week1_homework"
CLASS_PROFILE = "micro"
ZOO, TERM = "week2", "2027S"


@dataclass(frozen=True)
class Comparison:
    """One student's result beside what is wrong with the work: ``problem`` says where the two differ."""

    student: Student
    status: str
    score: float
    pending: float
    max_score: float
    failed: tuple[str, ...]
    problem: str


def demo_course() -> Course:
    """The course that ships."""
    return load_course(shipped_course())


def build_week(course: Course, out: Path) -> BuildReport:
    """Build week 1 for every platform, on the profile that the simulated class works with."""
    options = Options(profile=CLASS_PROFILE, references=load_references(course.folders.solutions))
    return build(course, course.select(WEEK), out, options)


def run_solutions(course: Course, out: Path, observe: Observe, workers: int) -> list[Finished]:
    """Both solution notebooks on the smoke profile; kept by their content, so unchanged ones are not run again."""
    settings = Settings(course.profile("smoke"), workers=workers)
    return run_assignments(
        [LAB, HOMEWORK], partial(solution_notebook, course), settings, out, solutions=course.folders.solutions,
        observe=observe,
    )  # fmt: skip


def build_blind_lab(
    course: Course, out: Path, observe: Observe = lambda progress: None, workers: int = 1, *,
    profile: str = "smoke", kernel: Kernel | None = None, say: Say = lambda words: None,
) -> Built:  # fmt: skip
    """Week 2's four models for one term: trained, proved by their evidence, sealed; what was trained is kept."""
    plan = make_plan(load_zoo(course, ZOO), TERM, course.profile(profile))
    return build_zoo(plan, out, Order(workers=workers), course=course, kernel=kernel, observe=observe, say=say)


def make_classroom(course: Course, built: Path, lab: Finished) -> Classroom:
    """What the class works from, read back from the files that were built."""
    table = load_table(course, HOMEWORK)
    entry = course.entry(HOMEWORK)
    material = Material(
        release=read_release(built / "instructor" / "release" / HOMEWORK),
        solution=_read(built / notebook_path("solution", "jupyter", HOMEWORK)),
        released=_read(built / notebook_path("student", "jupyter", HOMEWORK)),
        wrong=planted_answers(table, entry, load_source(entry.source, course)),
    )
    return Classroom(table, material, _read(lab.run.notebook))


def make_class(
    room: Classroom, students: Sequence[Student], out: Path, observe: Observe, workers: int
) -> tuple[Path, Path]:
    """(zip, worksheet) of the class."""
    executed = execute_class(room, students, out / "runs", workers=workers, observe=observe)
    files = make_files(room, students, executed, out / "files", workers=workers)
    return write_class(files, out, max_score=room.material.release.assignment.max_score)


def grade_class(archive: Path, worksheet: Path, release: Path, out: Path, workers: int) -> None:
    """Grade the zip with `paribus grade`; its progress is shown as it comes. GeneratorError where it fails."""
    command = [
        sys.executable, "-m", "paribus.cli", "grade", str(archive), "--assignment", HOMEWORK,
        "--release", str(release), "--worksheet", str(worksheet), "--out", str(out), "-j", str(workers),
        "--course", str(shipped_course()),
        "--replace", "--accept",  # the simulated class, or paribus, may have been changed since the last demo
    ]  # fmt: skip
    status = subprocess.run(command, check=False).returncode
    if status != 0:
        raise GeneratorError(f"`paribus grade` ended with status {status}; what it printed stands above.")


def compare(results: Path, students: Sequence[Student]) -> list[Comparison]:
    """Every result beside what is known of the work: faults are caught by their owners, the honest fail nothing."""
    by_identifier: dict[str, dict[str, Any]] = {}
    for line in results.read_text(encoding="utf-8").splitlines():
        result = json.loads(line)
        by_identifier.setdefault(str(result["student"]), result)
    return [
        _compare(student, by_identifier.get(str(identifier_of(position))))
        for position, student in enumerate(students)
    ]


def _compare(student: Student, result: Mapping[str, Any] | None) -> Comparison:
    if result is None:
        return Comparison(student, "", 0.0, 0.0, 0.0, (), "no result was written")
    graded = graded_of(result)
    return Comparison(
        student, graded.status, result["score"], result["pending"], result["max_score"], graded.failed_checks,
        _problem(student.work, graded),
    )  # fmt: skip


def _problem(work: Variant | Fault | NoWork, graded: Graded) -> str:
    expected = work.status if isinstance(work, NoWork) else "graded"
    if graded.status != expected:
        return f"status {graded.status}, expected {expected}"
    failed = graded.failed_checks
    if isinstance(work, Fault):
        outcome = judge(work, graded)
        return (
            "" if outcome == "caught" else f"{outcome.replace('_', ' ')}: failed {', '.join(failed) or 'nothing'}"
        )
    if isinstance(work, NoWork):
        missed = [check for check in work.failed if check not in failed]
        return f"not caught: {', '.join(missed)}" if missed else ""
    return f"honest, but failed: {', '.join(failed)}" if failed else ""


def _read(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8")))
