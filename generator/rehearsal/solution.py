"""The proof that a release grades right at least one work: its own solution.

The solution is run as `paribus run` does (and taken from there where nothing changed), its prose gets the numbers
of that run, and `paribus grade` grades it with the release's own checks. A check that fails or stays undecided
would do so for the best work of a class, too.
"""

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from generator.building.blind import find_zoo
from generator.building.build import Options, build_assignment
from generator.building.notebooks import solution_notebook
from generator.errors import BuildError
from generator.rehearsal.edits import Notebook
from generator.rehearsal.execute import Material
from generator.rehearsal.rehearse import grade_class
from generator.running.given import given_files
from generator.running.headless import Finished, Settings, run_assignments
from generator.running.kernel import Kernel
from generator.running.references import References, load_references
from generator.running.run import Observe
from generator.sources.source import Source, load_source
from paribus.course.catalog import Course, Entry
from paribus.course.near import did_you_mean
from paribus.course.release import Release, write_release
from paribus.files import write_atomic
from paribus.training.profiles import Profile

RUNS = Path("build/run")
BAD = ("failed", "undecided")


@dataclass(frozen=True)
class Open:
    """A check that does not pass on the solution."""

    assignment: str
    check: str
    cell: str
    outcome: str
    because: str

    def __str__(self) -> str:
        """``ASSIGNMENT, one_change: experiments.one_change failed: …``."""
        return f"{self.assignment}, {self.cell}: {self.check} {self.outcome}: {self.because}"


@dataclass(frozen=True)
class Solutions:
    """How solutions are run for a release: on which profile, and where `paribus run` keeps its runs. ``allowed``
    are the checks that the author lets stay open.
    """

    profile: Profile
    runs: Path = RUNS
    allowed: tuple[str, ...] = ()
    kernel: Kernel | None = None
    observe: Observe = lambda progress: None
    say: Callable[[str], None] = lambda words: None


def grade_solutions(
    course: Course, entries: Sequence[Entry], options: Options, solutions: Solutions
) -> tuple[Open, ...]:
    """Run and grade the solutions; what the author lets stay open is returned.

    BuildError names every other check that fails or is undecided, and every name in ``allowed`` that is none.
    """
    sources = {entry.name: load_source(entry.source, course) for entry in entries}
    _require_known(
        solutions.allowed,
        {check.check for source in sources.values() for cell in source.cells for check in cell.checks},
    )
    solutions.say("Running the solutions …")
    finished = _run(course, entries, sources, solutions)
    found: list[Open] = []
    for entry, done in zip(entries, finished, strict=True):
        solutions.say(f"Grading the solution of {entry.name} …")
        with tempfile.TemporaryDirectory(prefix="paribus-solution-") as folder:
            material, work = _make(course, entry, options, solutions.profile, done)
            found += _grade(course, entry.name, material.release, work, Path(folder))
    refused = [item for item in found if item.check not in solutions.allowed]
    if refused:
        listed = "\n  ".join(map(str, refused))
        names = " ".join(f"--allow-open {name}" for name in dict.fromkeys(item.check for item in refused))
        raise BuildError(
            f"The release's own checks do not all pass on the solution, so they would not on the best work of the "
            f"class:\n  {listed}\nCorrect the source or the solution; or, if that is as you mean it, release with "
            f"{names}."
        )
    return tuple(found)


def solve(course: Course, entry: Entry, solutions: Solutions) -> tuple[Material, Notebook]:
    """An assignment's solution, run, and what grades it: the work has its own run's numbers in its prose."""
    (done,) = _run(course, [entry], {entry.name: load_source(entry.source, course)}, solutions)
    references = load_references(course.folders.solutions)
    return _make(course, entry, Options(platforms=("jupyter",), references=references), solutions.profile, done)


def _run(
    course: Course, entries: Sequence[Entry], sources: Mapping[str, Source], solutions: Solutions
) -> Sequence[Finished]:
    settings = Settings(
        solutions.profile, zoos=find_zoo(sources, None), given=given_files(course, entries), sources=sources
    )
    return run_assignments(
        [entry.name for entry in entries], partial(solution_notebook, course), settings, solutions.runs,
        solutions=course.folders.solutions, kernel=solutions.kernel, observe=solutions.observe,
    )  # fmt: skip


def _require_known(allowed: Sequence[str], known: set[str]) -> None:
    for name in allowed:
        if name not in known:
            raise BuildError(
                f"--allow-open {name}: no cell has this check; expected one of {', '.join(sorted(known))}."
                f"{did_you_mean(name, known)}"
            )


def _make(
    course: Course, entry: Entry, options: Options, profile: Profile, done: Finished
) -> tuple[Material, Notebook]:
    """The release to grade with, and the work: the executed solution with its own run's numbers in its prose."""
    built = build_assignment(course, entry, Options(platforms=("jupyter",), editions=options.editions))
    # As released, but for the profile that the solution ran on. Without bands: a run is not held against itself.
    release = replace(
        built.release, assignment=replace(built.release.assignment, profile=profile.name), references={}
    )
    own = load_references(done.references.parent).entries[entry.name]
    references = References({**options.references.entries, entry.name: own})
    filled = build_assignment(
        course, entry, Options(profile=profile.name, platforms=("jupyter",), references=references)
    )
    executed = dict(json.loads(done.run.notebook.read_text(encoding="utf-8")))
    solution = json.loads(filled.notebooks["solution", "jupyter"])
    material = Material(release, solution, json.loads(filled.notebooks["student", "jupyter"]), wrong={})
    return material, with_prose(executed, solution)


def _grade(course: Course, name: str, release: Release, work: Mapping[str, Any], folder: Path) -> list[Open]:
    files = folder / "files"
    files.mkdir()
    write_atomic(files / f"{name}.ipynb", json.dumps(work, indent=1, ensure_ascii=False) + "\n")
    target = write_release(folder / "release", release)
    grade_class(files, name, target, folder / "graded", 1, policy=course.file, quiet=True)
    (line,) = (folder / "graded" / "results.jsonl").read_text(encoding="utf-8").splitlines()
    return open_checks(name, json.loads(line))


def with_prose(executed: Mapping[str, Any], filled: Mapping[str, Any]) -> dict[str, Any]:
    """An executed notebook whose markdown is that of another one, cell by cell."""
    texts = {cell["id"]: cell["source"] for cell in filled["cells"] if cell["cell_type"] == "markdown"}
    cells = [
        {**cell, "source": texts[cell["id"]]}
        if cell["cell_type"] == "markdown" and cell.get("id") in texts
        else cell
        for cell in executed["cells"]
    ]
    return {**executed, "cells": cells}


def open_checks(assignment: str, result: Mapping[str, Any]) -> list[Open]:
    """The checks of one line of results.jsonl that failed or are undecided. BuildError where it was not graded."""
    if not result["cells"]:
        raise BuildError(f"{assignment}: the solution could not be graded: {' '.join(result['remarks'])}")
    return [
        Open(assignment, verdict["check"], cell["key"], verdict["outcome"], verdict["because"])
        for cell in result["cells"]
        for verdict in cell["verdicts"]
        if verdict["outcome"] in BAD
    ]
