"""`paribus demo`: the whole main job on one week, on two cores, with a class that is simulated but really executed.

Build, run the week's solutions, execute and export a class on the smallest profile, grade it, hold the grades
against what is known to be wrong with whom; then train a blind zoo. The class is one of the rehearsal's: its works
are entries of the same tables, and rehearsal/class.toml of the course says which assignment and which zoo. Grading
is reached through its command and its files, as an instructor would.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from generator.building.build import BuildReport, Options, build, notebook_path
from generator.building.notebooks import solution_notebook
from generator.classroom.moodle import identifier_of
from generator.classroom.room import Classroom, execute_class, make_files, write_class
from generator.classroom.students import CLASS_FILE, NoWork, Student, class_assignment, class_audit, class_zoo
from generator.errors import GeneratorError
from generator.project import shipped_course
from generator.rehearsal.draw import Variant
from generator.rehearsal.execute import Material, planted_answers
from generator.rehearsal.matrix import Graded, graded_of, judge
from generator.rehearsal.table import Fault, Table, load_table
from generator.running.given import given_files
from generator.running.headless import Finished, Settings, run_assignments
from generator.running.kernel import Kernel
from generator.running.references import load_references
from generator.running.run import Observe, threads_of_each
from generator.running.warm import FIGURES, NETWORKS, NUMBERS, WarmKernel, kernel_for
from generator.sources.source import load_source
from generator.zoo.build import Built, Order, Say, build_zoo
from generator.zoo.plan import make_plan
from paribus.course.catalog import Course, Entry, load_course
from paribus.course.release import read_release
from paribus.course.zoo import load_zoo

TERM = "2027S"


@dataclass(frozen=True)
class Scene:
    """What the demo shows: the homework that a class works on, the first assignment of its week, which somebody
    hands in instead, and the zoo that is trained.
    """

    course: Course
    homework: Entry
    lab: Entry
    table: Table
    zoo: str

    @property
    def class_file(self) -> Path:
        """Who is in the class, and what each of them did."""
        return self.course.folders.rehearsal / CLASS_FILE


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


def demo_scene(course: Course | None = None) -> Scene:
    """What the demo shows of a course, of the one that ships where none is given."""
    shown = load_course(shipped_course()) if course is None else course
    file = shown.folders.rehearsal / CLASS_FILE
    homework = shown.entry(class_assignment(file))
    return Scene(shown, homework, shown.select(homework.week)[0], load_table(shown, homework.name), class_zoo(file))


def build_week(scene: Scene, out: Path) -> BuildReport:
    """Build the homework's week for every platform, on the profile that the simulated class works with."""
    options = Options(profile=scene.table.profile, references=load_references(scene.course.folders.solutions))
    return build(scene.course, scene.course.select(scene.homework.week), out, options)


@contextmanager
def one_kernel(workers: int, *, at_once: bool) -> Iterator[Kernel]:
    """What all notebooks and models of the demo run in; the libraries are imported ``at_once``, while the week is
    built, or with the first run.
    """
    with kernel_for((*NUMBERS, *FIGURES, *NETWORKS)) as kernel:
        if at_once and isinstance(kernel, WarmKernel):
            kernel.warm_up(threads_of_each(min(workers, 2)))  # the first step has two notebooks
        yield kernel


def run_solutions(
    scene: Scene, out: Path, observe: Observe, *, workers: int, kernel: Kernel | None = None
) -> Finished:
    """The lab's and the homework's solution on the profile that the class works with; the lab's is returned.

    Kept by their content: unchanged, they are not run again.
    """
    course, entries = scene.course, [scene.lab, scene.homework]
    settings = Settings(course.profile(scene.table.profile), given=given_files(course, entries), workers=workers)
    lab, _ = run_assignments(
        [entry.name for entry in entries], partial(solution_notebook, course), settings, out,
        solutions=course.folders.solutions, kernel=kernel, observe=observe,
    )  # fmt: skip
    return lab


def build_blind_lab(
    scene: Scene, out: Path, observe: Observe = lambda progress: None, workers: int = 1, *,
    profile: str | None = None, kernel: Kernel | None = None, say: Say = lambda words: None,
) -> Built:  # fmt: skip
    """The zoo's models for one term: trained, proved by their evidence, sealed; what was trained is kept."""
    course = scene.course
    plan = make_plan(load_zoo(course, scene.zoo), TERM, course.profile(profile))
    return build_zoo(plan, out, Order(workers=workers), course=course, kernel=kernel, observe=observe, say=say)


def make_classroom(scene: Scene, built: Path, lab: Finished) -> Classroom:
    """What the class works from, read back from the files that were built."""
    table, entry = scene.table, scene.homework
    material = Material(
        release=read_release(built / "instructor" / "release" / entry.name),
        solution=_read(built / notebook_path("solution", "jupyter", entry.name)),
        released=_read(built / notebook_path("student", "jupyter", entry.name)),
        wrong=planted_answers(table, entry, load_source(entry.source, scene.course)),
        files=given_files(scene.course, [entry])[entry.name],
    )
    return Classroom(table, material, _read(lab.run.notebook))


def make_class(
    room: Classroom, students: Sequence[Student], out: Path, observe: Observe, *, workers: int,
    kernel: Kernel | None = None,
) -> tuple[Path, Path]:  # fmt: skip
    """(zip, worksheet) of the class."""
    executed = execute_class(room, students, out / "runs", workers=workers, kernel=kernel, observe=observe)
    files = make_files(room, students, executed, out / "files", workers=workers)
    return write_class(files, out, max_score=room.material.release.assignment.max_score)


def grade_class(scene: Scene, archive: Path, worksheet: Path, built: Path, out: Path, *, workers: int) -> None:
    """Grade the zip with `paribus grade`; its progress is shown as it comes. GeneratorError where it fails."""
    name = scene.homework.name
    command = [
        sys.executable, "-m", "paribus.cli", "grade", str(archive), "--assignment", name,
        "--release", str(built / "instructor" / "release" / name), "--worksheet", str(worksheet),
        "--out", str(out), "-j", str(workers), "--course", str(scene.course.file),
        "--replace", "--accept",  # the simulated class, or paribus, may have been changed since the last demo
    ]  # fmt: skip
    status = subprocess.run(command, check=False).returncode
    if status != 0:
        raise GeneratorError(f"`paribus grade` ended with status {status}; what it printed is above.")


def audit_students(scene: Scene, graded: Path, *, workers: int) -> bool:
    """Run the work of those whom the class names once more with `paribus audit`; False where that cannot be done
    here, which it says itself.
    """
    names = [word for name in class_audit(scene.class_file) for word in ("--only", name)]
    command = [
        sys.executable, "-m", "paribus.cli", "audit", str(graded), *names, "-j", str(workers),
        "--course", str(scene.course.file), "--minutes", "10",
    ]  # fmt: skip
    return subprocess.run(command, check=False).returncode == 0


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
