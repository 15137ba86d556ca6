"""`paribus demo`: the whole main job on week 1, on two cores, with a class that is simulated but really executed.

build, run the solutions (smoke), execute and export a class (micro), grade it, hold the grades against what is
known to be wrong with whom. Grading is reached through its command and its files, as an instructor would.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course.catalog import load_course
from course.release import read_release
from generator.building.build import BuildReport, Options, build, notebook_path
from generator.building.hidden import planted_source
from generator.building.notebooks import solution_notebook
from generator.classroom.moodle import identifier_of
from generator.classroom.room import Material, execute_class, make_files, write_class
from generator.classroom.students import EXECUTIONS, STUDENTS, Student
from generator.errors import GeneratorError
from generator.running.headless import Finished, Settings, run_assignments
from generator.running.references import load_references
from generator.running.run import Observe
from generator.sources.source import load_source

WEEK = "week1"
LAB, HOMEWORK = "week1_lab", "week1_homework"
CLASS_PROFILE = "micro"


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


def build_week(out: Path, solutions: Path) -> BuildReport:
    """Build week 1 for every platform, on the profile that the simulated class works with."""
    course = load_course()
    options = Options(profile=CLASS_PROFILE, references=load_references(solutions))
    return build(course, course.select(WEEK), out, options)


def run_solutions(out: Path, solutions: Path, observe: Observe, workers: int) -> list[Finished]:
    """Both solution notebooks on the smoke profile; kept by their content, so unchanged ones are not run again."""
    settings = Settings(profile="smoke", workers=workers)
    return run_assignments([LAB, HOMEWORK], solution_notebook, settings, out, solutions=solutions, observe=observe)


def make_material(built: Path, lab: Finished) -> Material:
    """What the class works from, read back from the files that were built."""
    release = read_release(built / "instructor" / "release" / HOMEWORK)
    course = load_course()
    entry = course.entry(HOMEWORK)
    source = load_source(entry.source, course)
    wrong = {
        (item.wrong_task, item.wrong_answer): planted_source(entry, source, item.wrong_task, item.wrong_answer)
        for item in EXECUTIONS
        if item.wrong_task
    }
    return Material(
        assignment=HOMEWORK,
        max_score=release.assignment.max_score,
        solution=_read(built / notebook_path("solution", "jupyter", HOMEWORK)),
        released=_read(built / notebook_path("student", "jupyter", HOMEWORK)),
        lab=_read(lab.run.notebook),
        wrong=wrong,
    )


def make_class(material: Material, out: Path, observe: Observe, workers: int) -> tuple[Path, Path]:
    """(zip, worksheet) of the class of 24."""
    executed = execute_class(material, out / "runs", profile=CLASS_PROFILE, workers=workers, observe=observe)
    files = make_files(material, executed)
    return write_class(files, out, max_score=material.max_score)


def grade_class(archive: Path, worksheet: Path, release: Path, out: Path, workers: int) -> None:
    """Grade the zip with `paribus grade`; its progress is shown as it comes. GeneratorError where it fails."""
    command = [
        sys.executable, "-m", "paribus.cli", "grade", str(archive), "--assignment", HOMEWORK,
        "--release", str(release), "--worksheet", str(worksheet), "--out", str(out), "-j", str(workers),
    ]  # fmt: skip
    status = subprocess.run(command, check=False).returncode
    if status != 0:
        raise GeneratorError(f"`paribus grade` ended with status {status}; what it printed stands above.")


def compare(results: Path, students: Sequence[Student] = STUDENTS) -> list[Comparison]:
    """Every result beside what is known to be wrong: expected checks fail, honest students fail none."""
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
    verdicts = [verdict for cell in result["cells"] for verdict in cell["verdicts"]]
    failed = tuple(sorted({verdict["check"] for verdict in verdicts if verdict["outcome"] == "failed"}))
    problem = _problem(student, result["status"], failed)
    return Comparison(
        student, result["status"], result["score"], result["pending"], result["max_score"], failed, problem
    )


def _problem(student: Student, status: str, failed: Sequence[str]) -> str:
    if status != student.status:
        return f"status {status}, expected {student.status}"
    missed = [check for check in student.expects if check not in failed]
    if missed:
        return f"not caught: {', '.join(missed)}"
    if not student.expects and failed:
        return f"honest, but failed: {', '.join(failed)}"
    return ""


def _read(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8")))
