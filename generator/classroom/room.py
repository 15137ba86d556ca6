"""The whole class: every execution run on two cores, every student's file made, zipped as Moodle does."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.classroom.exporting import SUFFIX, exporters
from generator.classroom.moodle import HandedIn, identifier_of, write_worksheet, write_zip
from generator.classroom.students import EXECUTIONS, STUDENTS, Execution, Student, shares_execution
from generator.classroom.work import hand_in, notebook_to_execute
from generator.running.kernel import Kernel
from generator.running.run import Job, Observe, require_all, run_jobs
from paribus.files import write_atomic

Notebook = Mapping[str, Any]


@dataclass(frozen=True)
class Material:
    """What a class works from: the solution and the released notebook of the homework, an executed lab, and the
    task sources with a planted wrong answer in them, by (task, answer).
    """

    assignment: str
    max_score: float
    solution: Notebook
    released: Notebook
    lab: Notebook
    wrong: Mapping[tuple[str, str], str]


def execute_class(
    material: Material,
    out: Path,
    *,
    profile: str,
    workers: int,
    kernel: Kernel | None = None,
    observe: Observe = lambda progress: None,
    executions: Sequence[Execution] = EXECUTIONS,
) -> dict[str, Notebook]:
    """Every execution's notebook with its outputs, by name; kept by content, so a second call runs nothing."""
    jobs = [
        Job(
            f"student-{execution.name}",
            notebook_to_execute(
                material.solution, execution, material.wrong.get((execution.wrong_task, execution.wrong_answer), "")
            ),
            {"PROFILE": profile, "SEED": execution.seed},
            label=profile,
            limit=600.0,
        )
        for execution in executions
    ]
    runs = require_all(run_jobs(jobs, out, kernel=kernel, workers=workers, observe=observe))
    return {
        execution.name: json.loads(run.notebook.read_text(encoding="utf-8"))
        for execution, run in zip(executions, runs, strict=True)
    }


def make_files(
    material: Material,
    executed: Mapping[str, Notebook],
    *,
    students: Sequence[Student] = STUDENTS,
    observe: Callable[[Student], None] = lambda student: None,
) -> list[HandedIn]:
    """One file a student, two for those who hand in twice; same input, same bytes."""
    export = exporters()
    files: list[HandedIn] = []
    for position, student in enumerate(students):
        observe(student)
        content = _content(material, executed, student, export)
        suffix = SUFFIX[student.exporter]
        for attempt in range(1 + student.extra_attempt):
            name = f"{material.assignment}{f' ({attempt})' if attempt else ''}.{suffix}"
            files.append(HandedIn(student.name, identifier_of(position), name, content, student.in_worksheet))
    return files


def _content(
    material: Material, executed: Mapping[str, Notebook], student: Student, export: Mapping[Any, Any]
) -> bytes:
    if "other_assignment" in student.edits:
        return bytes(export["lab"](material.lab))
    if not student.execution:
        return hand_over(export["lab"](material.released), student)
    nonce = hashlib.sha256(student.name.encode()).hexdigest()[:32] if shares_execution(student) else ""
    return hand_in(dict(executed[student.execution]), material.released, student, nonce, export)


def hand_over(content: bytes, student: Student) -> bytes:
    """What arrives of a file nobody worked in, after whatever happened to it."""
    from generator.classroom.faults import apply_byte_edits

    return apply_byte_edits(content, student.edits)


def write_class(files: Sequence[HandedIn], folder: Path, *, max_score: float) -> tuple[Path, Path]:
    """(zip, worksheet) as a teacher downloads them from Moodle."""
    archive, worksheet = folder / "submissions.zip", folder / "worksheet.csv"
    write_atomic(archive, write_zip(files))
    write_atomic(worksheet, write_worksheet(files, max_score))
    return archive, worksheet
