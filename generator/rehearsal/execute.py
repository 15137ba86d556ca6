"""The notebooks of a rehearsal, really run: the solution with each execution's edits, kept by their content."""

import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from generator.building.build import Options, build_assignment
from generator.building.hidden import planted_source
from generator.errors import RehearsalError
from generator.rehearsal.blind import Blind
from generator.rehearsal.edits import Notebook, Wrong, apply_edits, settle_reruns
from generator.rehearsal.table import Execution, Table
from generator.running.given import given_files
from generator.running.kernel import Kernel
from generator.running.references import References
from generator.running.run import Job, Observe, RunResult, require_all, run_jobs
from generator.sources.source import Source
from paribus.course.catalog import Course, Entry
from paribus.course.release import Release

LIMIT = 600.0
STATE = ".paribus"
"""The folder in which a student's notebook keeps its records."""


@dataclass(frozen=True)
class Material:
    """What a class works from: the release to grade with, solution and released notebook, planted wrong answers;
    ``files`` are what every run finds in its folder, by name.
    """

    release: Release
    solution: Mapping[str, Any]
    released: Mapping[str, Any]
    wrong: Wrong
    files: Mapping[str, Path] = field(default_factory=dict)


def make_material(
    course: Course,
    table: Table,
    references: References,
    blind: Blind = Blind(),  # noqa: B008 - frozen
) -> Material:
    """The assignment, built for the profile that the class works with, and the blind models it asks about."""
    entry = course.entry(table.assignment)
    built = build_assignment(
        course,
        entry,
        Options(profile=table.profile, platforms=("jupyter",), references=references, editions=blind.editions),
    )
    return Material(
        release=built.release,
        solution=json.loads(built.notebooks["solution", "jupyter"]),
        released=json.loads(built.notebooks["student", "jupyter"]),
        wrong=planted_answers(table, entry, built.source),
        files={**given_files(course, [entry])[entry.name], **blind.files},
    )


def planted_answers(table: Table, entry: Entry, source: Source) -> Wrong:
    """The planted wrong answers that the tables ask for."""
    asked = {
        (str(edit["cell"]), str(edit["answer"]))
        for execution in table.all_executions()
        for edit in execution.edits
        if edit.get("do") == "wrong"
    }
    return {(task, answer): planted_source(entry, source, task, answer) for task, answer in sorted(asked)}


def execute(
    executions: Sequence[Execution],
    table: Table,
    material: Material,
    out: Path,
    *,
    workers: int,
    kernel: Kernel | None = None,
    observe: Observe = lambda progress: None,
) -> dict[str, Notebook]:
    """Every execution's notebook with its outputs, by name; a second call runs only what changed.

    What is resumed runs twice: the second time in a copy of the working folder that the first left behind.
    """
    jobs = [_job(execution, table, material) for execution in executions]
    runs = require_all(run_jobs(jobs, out, kernel=kernel, workers=workers, observe=observe))
    finished = dict(zip((item.name for item in executions), runs, strict=True))
    again = [item for item in executions if item.resumed]
    if again:
        resumed = [_job(item, table, material, _left_behind(finished[item.name], out)) for item in again]
        answers = require_all(run_jobs(resumed, out, kernel=kernel, workers=workers, observe=observe))
        finished |= dict(zip((item.name for item in again), answers, strict=True))
    return {name: settle_reruns(_read(run.notebook)) for name, run in finished.items()}


def _job(execution: Execution, table: Table, material: Material, files: Mapping[str, Path] | None = None) -> Job:
    try:
        notebook = apply_edits(material.solution, execution.edits, material.wrong)
    except RehearsalError as error:
        raise RehearsalError(f"{table.assignment}, execution {execution.name!r}: {error}") from error
    name = f"rehearsal-{table.assignment}-{execution.name}{'-again' if files else ''}"
    return Job(name, notebook, files={**material.files, **(files or {})}, label=table.profile, limit=LIMIT)


def _left_behind(run: RunResult, out: Path) -> dict[str, Path]:
    """A fresh copy of the records that a first session left: the second session writes into it."""
    copy = out / "sessions" / run.key[:12] / STATE
    if copy.exists():
        shutil.rmtree(copy)
    shutil.copytree(run.folder / "work" / STATE, copy)
    return {STATE: copy.resolve()}


def needed(table: Table, names: Iterable[str]) -> list[Execution]:
    """The executions called ``names``, in the tables' order."""
    wanted = set(names)
    return [item for item in table.all_executions() if item.name in wanted]


def _read(path: Path) -> Notebook:
    return dict(json.loads(path.read_text(encoding="utf-8")))
