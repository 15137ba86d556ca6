"""What checks cost: all of them on a recovered week 2 submission, a student's own look, five thousand compared."""

import hashlib
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import nbformat
import numpy as np
from nbconvert import HTMLExporter

from generator.building.build import Options, build_assignment
from generator.running.given import given_files
from generator.running.headless import Settings, run_assignments
from generator.running.references import load_references
from grader.evidence.records import read_records
from grader.evidence.runs import by_seed, find_arms
from grader.grading.judge import judge
from grader.grading.match import match
from grader.model import Case, Result, Sketch
from grader.recover import recover
from grader.similarity.pairs import find_copies
from grader.similarity.sketch import pack_text
from paribus.course.assignment import Assignment, Role
from paribus.course.public import public_form, public_name
from tests.bench.rows import Row
from tests.bench.submissions import PATIENCE, picture
from tests.shipped import COURSE, PROFILES, solution_of

ASSIGNMENT = "week2_homework"
SUBMISSIONS, CLASS, MEMOS, WORDS = 25, 5_000, 5, 180
CALLS, LARGE = 5, 2_000_000


def checking(out: Path) -> list[Row]:
    """Every check of week 2 on submissions that differ in their words, and pairs among five thousand."""
    seconds = []
    for case in cases(out):
        begun = time.perf_counter()
        judge(case)
        seconds.append(time.perf_counter() - begun)
    results = klass()
    begun = time.perf_counter()
    paired = find_copies(results)
    copied = time.perf_counter() - begun
    found = sum(bool(result.alike) for result in paired)
    if found != 2 * CLASS // 100:
        raise RuntimeError(f"Of {CLASS // 100} copies and their sources, {found} submissions were found.")
    return [
        Row("all checks on a recovered week 2 submission / their limit", statistics.median(seconds), 0.015, "s", 1),
        Row("copies among 5,000 submissions / their limit", copied, 60, "s", 1),
    ]


def looking(out: Path) -> list[Row]:
    """`paribus check` on an export of two megabytes: the time a student waits, and its processor seconds beside
    those of importing nbformat.
    """
    folder = out / "check"
    folder.mkdir(parents=True, exist_ok=True)
    form = public_form(_built())
    (folder / public_name(form)).write_text(form.to_json(), encoding="utf-8")
    file = folder / "homework.html"
    file.write_text(_large_page(_executed(out)), encoding="utf-8")
    checked = [_called([sys.executable, "-m", "paribus.cli", "check", str(file)]) for _ in range(CALLS)]
    imported = [_called([sys.executable, "-c", "import nbformat"]) for _ in range(CALLS)]
    wall, ours = (statistics.median(seconds) for seconds in zip(*checked, strict=True))
    other = statistics.median(processor for _, processor in imported)
    return [
        Row("`paribus check` on a file of 2 MB / its limit", wall, 2.0, "s", 1),
        Row("`paribus check` on a file of 2 MB / `import nbformat`, processor", ours, other, "s", 2),
    ]


def _called(command: Sequence[str]) -> tuple[float, float]:
    """Seconds on the clock and of the processor that a call takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    wall = time.perf_counter() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _large_page(notebook: nbformat.NotebookNode) -> str:
    """The export with as many more pictures as make it two megabytes."""
    random = np.random.default_rng(1)
    cell = next(cell for cell in notebook.cells if cell.id == "early-run")
    while len(page := _page(notebook)) < LARGE:
        cell.outputs.append(nbformat.from_dict(picture(random)))
    return page


def _executed(out: Path) -> nbformat.NotebookNode:
    """The solution of week 2 on micro; kept by its content."""
    given = given_files(COURSE, [COURSE.entry(ASSIGNMENT)])
    made = run_assignments(
        [ASSIGNMENT],
        solution_of,
        Settings(PROFILES["micro"], time_limit=PATIENCE, given=given),
        out / "run",
        solutions=Path("solutions"),
    )[0]
    return nbformat.read(made.run.notebook, as_version=4)


def _built() -> Assignment:
    course = COURSE
    entry = next(item for item in course.entries() if item.name == ASSIGNMENT)
    options = Options(profile="micro", references=load_references(Path("solutions")))
    return build_assignment(course, entry, options).assignment


def _page(notebook: nbformat.NotebookNode) -> str:
    return str(HTMLExporter(template_name="lab").from_notebook_node(notebook)[0])


def cases(out: Path) -> Iterator[Case]:
    """One executed week 2 homework, exported and recovered, with other words and numbers in each case."""
    page, assignment = _page(_executed(out)), _built()
    for number in range(SUBMISSIONS):
        recovered = recover(page.encode(), "homework.html")
        records = read_records(recovered)
        matches, unmatched = match(assignment, recovered)
        arms = find_arms(Case(assignment, {}, recovered, matches, tuple(unmatched), records), "class_weights")
        scores = [
            statistics.fmean(run.metrics["macro_f1"] for run in by_seed(runs).values())
            for runs in (arms.baseline, arms.changed)
        ]
        added = (
            f"<p>In class weights the baseline arm has a macro-F1 of {scores[0]:.3f}, the changed arm a macro-F1 "
            f"of {scores[1]:.3f}, which is what the reader called {name_of(number)} would quote.</p>"
        )
        written = {
            item.recovered.position for item in matches.values()
            if item.recovered is not None and item.cell.role is Role.MEMO
        }  # fmt: skip
        cells = tuple(
            replace(cell, html=cell.html + added) if cell.position in written else cell for cell in recovered.cells
        )
        notebook = replace(recovered, cells=cells)
        matches, unmatched = match(assignment, notebook)
        yield Case(assignment, {}, notebook, matches, tuple(unmatched), records)


def klass() -> list[Result]:
    """Five thousand submissions of five memos; every hundredth copies its neighbour's, a tenth of the words new."""
    random = np.random.default_rng(1)
    vocabulary = np.array([name_of(number) for number in range(2_000)])
    texts: list[list[list[str]]] = []
    for number in range(CLASS):
        memos = [list(vocabulary[random.integers(0, 2_000, WORDS)]) for _ in range(MEMOS)]
        if number % 100 == 99:
            memos = [
                [*memo[: WORDS * 9 // 10], *new[: WORDS // 10]] for memo, new in zip(texts[-1], memos, strict=True)
            ]
        texts.append(memos)
    sketches = [
        Sketch((f"{number:032x}",), {f"memo{n}": pack_text(" ".join(memo)) for n, memo in enumerate(memos)})
        for number, memos in enumerate(texts)
    ]
    return [
        Result(f"s{number}", f"s{number}", "a.html", "0" * 64, "graded", sketch=sketch)
        for number, sketch in enumerate(sketches)
    ]


def name_of(number: int) -> str:
    """A word without digits for a number: numbers count as equal when memos are compared."""
    return "".join(chr(ord("a") + int(digit, 16)) for digit in hashlib.sha256(str(number).encode()).hexdigest()[:6])
