"""The proof that an assignment's tests are worth something, before it goes out.

For every code task the solution passes the visible and the hidden tests. The student's stub fails the visible ones
with a message. There are at least three planted wrong answers, and the visible tests catch each of them. Hidden
tests meet students' work only where an instructor asks for it (`paribus grade --run-tests`).
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import generator.building.hidden_worker
from generator.building.variants import is_included, text_for
from generator.errors import BuildError
from generator.project import ROOT
from generator.running.given import given_files
from generator.running.run_inputs import digest_path, package_digest
from generator.sources.expressions import substitute_references
from generator.sources.headers import SourceCell
from generator.sources.parameters import with_profile
from generator.sources.regions import region_lines, replace_regions
from generator.sources.source import Source
from paribus.course.assignment import Role
from paribus.course.catalog import Course, Entry
from paribus.files import write_atomic

AT_LEAST = 3
LIMIT_SECONDS = 300


@dataclass(frozen=True)
class WrongAnswer:
    """One planted wrong answer and the part of the tests that caught it ("visible", "hidden", "" for none)."""

    name: str
    about: str
    caught_by: str


@dataclass(frozen=True)
class TaskProof:
    """What the tests of one task said. Errors are "" where a part passed; ``stub`` is what a student who has
    done nothing reads; ``place`` is the file and line of the test that the solution failed, "" where none is known.
    """

    task: str
    visible_error: str
    hidden_error: str
    stub: str
    wrong: tuple[WrongAnswer, ...]
    place: str = ""

    def problems(self) -> tuple[str, ...]:
        """What is not as it should be, in sentences."""
        found = []
        at = f" at {self.place}" if self.place else ""
        if self.visible_error:
            found.append(f"the solution fails the visible tests{at}: {self.visible_error}")
        if self.hidden_error:
            found.append(f"the solution fails the hidden tests{at}: {self.hidden_error}")
        if not self.stub:
            found.append(
                "the untouched stub passes the visible tests, so a student would not see that it is to be done"
            )
        if len(self.wrong) < AT_LEAST:
            found.append(f"it has {len(self.wrong)} planted wrong answers, and needs {AT_LEAST}")
        found += [
            f"the visible tests do not catch the wrong answer {answer.name!r} ({answer.about})"
            for answer in self.wrong
            if answer.caught_by != "visible"
        ]
        return tuple(f"{self.task}: {sentence}" for sentence in found)


@dataclass(frozen=True)
class Proof:
    """All tasks of an assignment."""

    assignment: str
    tasks: tuple[TaskProof, ...]

    def problems(self) -> tuple[str, ...]:
        """What is not as it should be, over all tasks."""
        return tuple(problem for task in self.tasks for problem in task.problems())


def read_wrong_answers(entry: Entry, source: Source) -> dict[str, dict[str, str]]:
    """Task → name → text of every planted wrong answer.

    BuildError where a folder names no task, or a file does not begin with a comment that says what is wrong.
    """
    tasks = {cell.name for cell in source.tasks()}
    found: dict[str, dict[str, str]] = {name: {} for name in sorted(tasks)}
    for path in sorted(entry.wrong.rglob("*.py")):
        task = path.parent.name
        where = f"{entry.name}: wrong/{entry.name}/{path.relative_to(entry.wrong).as_posix()}"
        if path.parent.parent != entry.wrong or task not in tasks:
            raise BuildError(
                f"{where} belongs to no task; expected a folder named as one of {', '.join(sorted(tasks))}."
            )
        text = path.read_text(encoding="utf-8-sig")  # Notepad writes a byte order mark
        if not text.startswith("# ") or not _has_code(text):
            raise BuildError(f"{where}: expected a first line `# what is wrong`, and code below it.")
        found[task][path.stem] = text
    return found


def _has_code(text: str) -> bool:
    return any(line.strip() and not line.lstrip().startswith("#") for line in text.splitlines())


def prove(
    course: Course, entry: Entry, source: Source, *, data: Path | None = None, cache: Path | None = None,
    progress: Callable[[str], None] = lambda text: None,
) -> Proof:  # fmt: skip
    """Run every task's tests against the solution, the stub and the wrong answers, in a process of its own and on
    the course's smallest profile.

    ``data`` is a file to run on instead of the profile's data. With ``cache`` (a folder), a proof of the same
    content is read and not made again. BuildError where the solution itself does not run.
    """
    wrong = read_wrong_answers(entry, source)
    if not source.tasks():
        return Proof(entry.name, ())
    files = given_files(course, [entry])[entry.name]
    profile, carried = course.smallest, course.carried
    if data is not None:
        files = {**files, data.name: data}
        profile = replace(profile, settings={**profile.settings, "data": data.name})
        carried = {**carried, profile.name: {**carried[profile.name], "data": data.name}}
    job = make_job(
        source, wrong, partial(with_profile, profile=profile, carried=carried, asked=source.asks_profiles)
    )
    text = json.dumps(job, sort_keys=True)
    worker = Path(generator.building.hidden_worker.__file__).read_text(encoding="utf-8")
    key = hashlib.sha256(
        "\n".join((text, worker, package_digest(), sys.version, *map(digest_path, files.values()))).encode()
    ).hexdigest()
    kept = cache / f"{entry.name}-{key[:16]}.json" if cache else None
    if kept is not None and kept.is_file():
        return _read_proof(entry, source, wrong, json.loads(kept.read_text(encoding="utf-8")))
    progress(f"{entry.name}: trying {sum(map(len, wrong.values()))} wrong answers")
    result = run_job(text, entry.name, files)
    if result["failed"]:
        raise BuildError(
            f"{entry.name}: the solution fails in cell {result['failed']!r}: {result['error']}. "
            "Correct the source; `paribus run` shows the whole traceback."
        )
    if kept is not None:
        write_atomic(kept, json.dumps(result, sort_keys=True, indent=1) + "\n")
    return _read_proof(entry, source, wrong, result)


def make_job(
    source: Source, wrong: Mapping[str, Mapping[str, str]], parameters: Callable[[str], str]
) -> dict[str, Any]:
    """The solution's code cells (Jupyter's, parameters set) up to the last tests, and what to try in each task."""
    included = [
        cell for cell in source.cells if cell.cell_type == "code" and is_included(cell, "jupyter", "student")
    ]
    last = max(number for number, cell in enumerate(included) if cell.role is Role.TESTS)
    return {"cells": [_job_cell(cell, wrong, parameters) for cell in included[: last + 1]]}


def _job_cell(
    cell: SourceCell, wrong: Mapping[str, Mapping[str, str]], parameters: Callable[[str], str]
) -> dict[str, Any]:
    text = substitute_references(text_for(cell, "solution"), lambda call: None, markdown=False)
    plain = {"key": cell.key, "text": text}
    if cell.role is Role.PARAMETERS:
        return {**plain, "kind": "code", "text": parameters(text)}
    if cell.role is Role.TASK:
        tried = {name: _in_place(cell, answer) for name, answer in wrong[cell.name].items()}
        return {**plain, "kind": "task", "stub": text_for(cell, "student"), "wrong": tried}
    if cell.role is Role.TESTS:
        hidden = "\n".join(region_lines(cell.text, cell.regions))
        return {**plain, "kind": "tests", "task": cell.grades, "hidden": hidden}
    return {**plain, "kind": "code"}


def planted_source(entry: Entry, source: Source, task: str, answer: str) -> str:
    """A task cell's whole text with a planted wrong answer in the solution's place.

    BuildError where there is no such answer.
    """
    wrong = read_wrong_answers(entry, source)
    if answer not in wrong.get(task, {}):
        raise BuildError(
            f"{entry.name}: there is no wrong answer {answer!r} for {task!r} under {entry.wrong.name}/."
        )
    return _in_place(next(cell for cell in source.tasks() if cell.name == task), wrong[task][answer])


def _in_place(cell: SourceCell, answer: str) -> str:
    lines = textwrap.dedent(answer).splitlines()
    return replace_regions(
        cell.text,
        cell.regions,
        lambda region, inner: [region.indent + line if line.strip() else "" for line in lines],
    )


def run_job(text: str, name: str, files: Mapping[str, Path]) -> dict[str, Any]:
    """What the worker says of a job. BuildError where it ends without a word, or takes longer than the limit."""
    with tempfile.TemporaryDirectory(prefix="paribus-proof-") as folder:
        job, result = Path(folder, "job.json"), Path(folder, "result.json")
        job.write_text(text, encoding="utf-8")
        for given, path in files.items():
            (shutil.copytree if path.is_dir() else shutil.copy)(path, Path(folder, given))
        # One thread: a fork must not inherit a pool of threads that it then waits for.
        environment = {
            **os.environ,
            **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
            "TOKENIZERS_PARALLELISM": "false",
            "MPLBACKEND": "agg",
            "PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH")))),
            "PARIBUS_CACHE": str(Path(os.environ.get("PARIBUS_CACHE", ".paribus/cache")).resolve()),
        }
        command = [sys.executable, "-m", "generator.building.hidden_worker", str(job), str(result)]
        try:
            done = subprocess.run(
                command,
                cwd=folder,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
                timeout=LIMIT_SECONDS,
            )
        except subprocess.TimeoutExpired:
            raise BuildError(
                f"{name}: its tests took longer than {LIMIT_SECONDS} s on the smallest profile. Make the cells "
                "above the last task cheaper there."
            ) from None
        if done.returncode or not result.is_file():
            raise BuildError(
                f"{name}: the process that tries its tests ended with {done.returncode}:\n{done.stderr[-2000:]}"
            )
        answer: dict[str, Any] = json.loads(result.read_text(encoding="utf-8"))
        return answer


def _read_proof(
    entry: Entry, source: Source, wrong: Mapping[str, Mapping[str, str]], result: Mapping[str, Any]
) -> Proof:
    return Proof(
        entry.name,
        tuple(_task_proof(source, cell, wrong[cell.name], result["tasks"][cell.key]) for cell in source.tasks()),
    )


def _task_proof(source: Source, cell: SourceCell, wrong: Mapping[str, str], said: Mapping[str, Any]) -> TaskProof:
    answers = [
        WrongAnswer(name, text.splitlines()[0].removeprefix("# ").strip(), _caught_by(said["wrong"][name]))
        for name, text in wrong.items()
    ]
    solution = said["solution"]
    place = _place(source, source.tests_of(cell), int(solution["line"]), hidden=not solution["visible"])
    return TaskProof(
        cell.name, solution["visible"], solution["hidden"], said["stub"]["visible"], tuple(answers), place
    )


def _place(source: Source, tests: SourceCell, line: int, *, hidden: bool) -> str:
    """``unit/task.py:76``: where in the source a line of the visible or the hidden tests is, counted from 1 in
    that part's own text; "" for line 0.
    """
    inside = {number for item in tests.regions for number in range(item.begin + 1, item.end)}
    marks = {number for item in tests.regions for number in (item.begin, item.end)}
    numbers = range(len(tests.text.split("\n")))
    part = sorted(inside) if hidden else [number for number in numbers if number not in inside | marks]
    return f"{source.file}:{tests.body_line + part[line - 1]}" if 0 < line <= len(part) else ""


def _caught_by(said: Mapping[str, str]) -> str:
    return "visible" if said["visible"] else "hidden" if said["hidden"] else ""


def require(proofs: Sequence[Proof]) -> None:
    """BuildError with every problem of every proof, or nothing."""
    problems = [f"{proof.assignment}: {problem}" for proof in proofs for problem in proof.problems()]
    if problems:
        listed = "\n  ".join(problems)
        raise BuildError(f"The tests of these tasks are not ready to go out:\n  {listed}")
