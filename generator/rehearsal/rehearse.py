"""`paribus rehearse`: what would the grader miss, and whom would it wrong? Found out before an assignment goes out.

execute the solution with every student's change, write and export a labelled class, grade it with `paribus grade`,
hold the grades against what is known of the work.

OUT/runs/       executed notebooks, kept by their content
OUT/zoo/        the blind models that a lab asks about
OUT/release/    what the class is graded with; OUT/course.toml says when they are revealed
OUT/class/      the files handed in
OUT/graded/     what `paribus grade` wrote
OUT/rehearsal.html, then OUT/rehearsal.json: written last
"""

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from generator.errors import RehearsalError
from generator.rehearsal.blind import train_zoos
from generator.rehearsal.claims import with_nonce
from generator.rehearsal.draw import Variant, draw_variants
from generator.rehearsal.edits import Notebook, apply_byte_edits, apply_edits
from generator.rehearsal.execute import Material, execute, make_material, needed
from generator.rehearsal.exports import LAB, Export, Exporter, export_all, exporter_for, find_exporters
from generator.rehearsal.facts import Facts, read_facts
from generator.rehearsal.matrix import Matrix, fault_file, make_matrix, read_graded
from generator.rehearsal.memos import Desk, Hand, as_the_student_has_it, edit_memos, write_memos
from generator.rehearsal.others import OUTSIDERS, Share, Text, account, load_texts, written
from generator.rehearsal.page import write_page
from generator.rehearsal.table import Fault, Table, Words, fitting, load_table
from generator.rehearsal.writing import Pen, Style
from generator.running.kernel import Kernel
from generator.running.references import References
from generator.running.run import Observe
from paribus.course.catalog import Course
from paribus.course.release import write_release
from paribus.files import write_atomic

SIZE, SLICE_SIZE = 300, 12
POLICY = "course.toml"
JSON, PAGE = "rehearsal.json", "rehearsal.html"
Say = Callable[[str], None]


class Grade(Protocol):
    """How a class is graded: `grade_class`, or something in its place."""

    def __call__(
        self, files: Path, assignment: str, release: Path, out: Path, workers: int, *, policy: Path
    ) -> None:
        """Write results.jsonl into ``out``."""


@dataclass(frozen=True)
class Order:
    """What is asked for. ``size`` is the number of honest variants; ``slice`` keeps to the tables' marked few."""

    assignment: str
    out: Path
    size: int = SIZE
    workers: int = 1
    slice: bool = False


@dataclass(frozen=True)
class Ready:
    """One submission before its export: the notebook, the exporter, the fault's edits of the bytes."""

    name: str
    notebook: Notebook
    exporter: Exporter
    fault: Fault | None = None


def rehearse(
    course: Course,
    order: Order,
    references: References,
    *,
    kernel: Kernel | None = None,
    observe: Observe = lambda progress: None,
    say: Say = lambda words: None,
) -> Matrix:
    """Run everything and write the matrix as JSON and as a page."""
    table = choose(load_table(course, order.assignment), only_slice=order.slice)
    blind = train_zoos(
        course, table, order.out / "zoo", workers=order.workers, kernel=kernel, observe=observe, say=say
    )
    material = make_material(course, table, references, blind)
    release = write_release(order.out / "release", material.release)
    wanted = needed(table, {*(fault.runs_as for fault in table.faults), *(item.name for item in table.executions)})
    say(f"{len(wanted)} notebooks to execute (profile {table.profile})")
    executed = execute(
        wanted, table, material, order.out / "runs", workers=order.workers, kernel=kernel, observe=observe
    )
    outsiders = course.folders.rehearsal / OUTSIDERS
    return rehearse_executed(order, table, material, executed, release, outsiders=outsiders, say=say)


def rehearse_executed(
    order: Order,
    table: Table,
    material: Material,
    executed: Mapping[str, Notebook],
    release: Path,
    *,
    outsiders: Path,
    say: Say = lambda words: None,
    grade: Grade | None = None,
) -> Matrix:
    """The part after the runs: write the class, export, grade, compare. ``executed`` holds the runs by name."""
    for name in (JSON, PAGE):
        (order.out / name).unlink(missing_ok=True)  # what an earlier rehearsal found is no answer any more
    exporters = find_exporters()
    facts = {name: read_facts(notebook) for name, notebook in executed.items()}
    school = School(table, material, executed, facts)
    variants = draw_variants(table, facts, exporters, order.size)
    ready = [
        *(
            faulty_work(item, school, exporter_for(item.exporter or LAB, exporters), fault_file(item))
            for item in table.faults
        ),
        *(honest_work(variant, school) for variant in variants),
    ]
    texts = () if order.slice else load_texts(table.assignment, outsiders)
    ready += [Ready(text.name, written(text, outsiders), exporter_for("ipynb", exporters)) for text in texts]
    say(
        f"{len(table.faults)} faults, {len(variants)} honest variants and {len(texts)} texts by other hands "
        f"to export ({len(exporters)} exporters)"
    )
    folder = hand_in(ready, order.out / "class", order.workers)
    policy = write_policy(table, order.out / POLICY)
    (grade or grade_class)(folder, table.assignment, release, order.out / "graded", order.workers, policy=policy)
    results = order.out / "graded" / "results.jsonl"
    matrix = make_matrix(
        table.assignment, checks_of(material), table.faults, variants,
        read_graded(results), others=account_of(texts, results),
    )  # fmt: skip
    text = json.dumps(matrix.plain(), indent=1, ensure_ascii=False) + "\n"
    write_page(matrix, table, material.release.assignment.title, order.out / PAGE)
    write_atomic(order.out / JSON, text)
    return matrix


def account_of(texts: Sequence[Text], results: Path) -> tuple[Share, ...]:
    """What the results say of texts by other hands; nothing where none were graded."""
    if not texts:
        return ()
    lines = [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()]
    return account(texts, {Path(line["source"]).stem: line for line in lines})


def choose(table: Table, *, only_slice: bool) -> Table:
    """The whole table, or the few executions and faults marked for a slice."""
    if not only_slice:
        return table
    return replace(
        table,
        executions=tuple(item for item in table.executions if item.slice),
        faults=tuple(fault for fault in table.faults if fault.slice),
    )


def checks_of(material: Material) -> tuple[str, ...]:
    """The checks that carry a verdict on the assignment, in its own order."""
    cells = material.release.assignment.cells
    return tuple(dict.fromkeys(item.check for cell in cells for item in cell.checks))


# --- from executions to files -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class School:
    """Everything submissions are made from: tables, the built assignment, runs and what they recorded, by name."""

    table: Table
    material: Material
    executed: Mapping[str, Notebook]
    facts: Mapping[str, Facts]

    def desk(self, name: str, style: Style | None = None) -> Desk:
        """Where the memo of an execution is written."""
        return Desk(self.material.released, self.table.memos, Pen(self.facts[name], style or Style()))

    def notebook(self, name: str) -> Notebook:
        """An executed notebook, as a student has it before the memo."""
        return as_the_student_has_it(self.executed[name], self.material.solution, self.material.released)


def faulty_work(fault: Fault, school: School, exporter: Exporter, name: str) -> Ready:
    """The submission ``name`` with one fault in it."""
    desk = school.desk(fault.runs_as)
    traits = school.table.execution(fault.runs_as).traits
    try:
        notebook = write_memos(school.notebook(fault.runs_as), desk, plain_hand(school.table, traits))
        notebook = edit_memos(notebook, desk, fault.text)
        notebook = apply_edits(with_nonce(notebook, nonce_of(name)), fault.file)
    except RehearsalError as error:
        raise RehearsalError(f"{school.table.assignment}, fault {fault.name!r}: {error}") from error
    return Ready(name, notebook, exporter, fault)


def honest_work(variant: Variant, school: School) -> Ready:
    """The submission of an honest variant."""
    desk = school.desk(variant.execution.name, variant.numbers.style)
    try:
        notebook = write_memos(school.notebook(variant.execution.name), desk, variant.hand)
        notebook = edit_memos(with_nonce(notebook, nonce_of(variant.name)), desk, variant.layout.edits)
    except RehearsalError as error:
        raise RehearsalError(f"{school.table.assignment}, {variant.about}: {error}") from error
    return Ready(variant.name, notebook, variant.exporter)


def plain_hand(table: Table, traits: frozenset[str]) -> Hand:
    """The first words of every list that fit an execution with these traits: what is around a fault."""

    def first(words: Sequence[Words], key: str) -> Words:
        return fitting(words, key, traits | {"zero"})[0]

    templates = [memo.key for memo in table.memos if memo.kind == "template"]
    return Hand(
        texts={memo.key: first(table.texts, memo.key) for memo in table.memos if memo.kind == "text"},
        templates={key: first(table.templates, key) for key in templates},
        conclusions={key: first(table.conclusions, key) for key in templates},
    )


def nonce_of(name: str) -> str:
    """A nonce for each student: several submissions come from one execution, and that is no fault to rehearse."""
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def hand_in(ready: Sequence[Ready], folder: Path, workers: int) -> Path:
    """Export every submission into fresh folders; pages of unchanged notebooks are kept beside them."""
    notebooks, files = folder / "notebooks", folder / "files"
    for fresh in (notebooks, files):
        if fresh.exists():
            shutil.rmtree(fresh)
        fresh.mkdir(parents=True)
    exports = []
    for item in ready:
        path = notebooks / f"{item.name}.ipynb"
        path.write_text(json.dumps(_joined(item.notebook), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        exports.append(Export(path, files / f"{item.name}.{item.exporter.suffix}", item.exporter))
    export_all(exports, workers, folder / "exported")
    for item, export in zip(ready, exports, strict=True):
        if item.fault is not None:
            export.target.write_bytes(apply_byte_edits(export.target.read_bytes(), item.fault.file))
    return files


def _joined(notebook: Notebook) -> dict[str, Any]:
    """Cells without ids go with the older format, which has none; texts as single strings."""
    cells = []
    for cell in notebook["cells"]:
        plain = {**cell, "source": "".join(cell["source"])}
        if notebook["nbformat_minor"] < 5:
            plain.pop("id", None)
        cells.append(plain)
    return {**notebook, "cells": cells}


def write_policy(table: Table, path: Path) -> Path:
    """A course.toml of the rehearsal's own: it says when blind models are revealed, and nothing is late."""
    reveal = "" if table.reveal is None else f"reveal = {table.reveal.isoformat()}\n"
    write_atomic(path, f"[grading.assignments.{table.assignment}]\n{reveal}")
    return path


def grade_class(
    files: Path, assignment: str, release: Path, out: Path, workers: int, *, policy: Path, quiet: bool = False
) -> None:
    """Grade the folder with `paribus grade`; its progress is shown as it comes. RehearsalError where it fails.

    Always anew: results are kept by release and version, and what is rehearsed is the grader as it is now.
    """
    if out.exists():
        shutil.rmtree(out)
    command = [
        sys.executable, "-m", "paribus.cli", "grade", str(files), "--assignment", assignment,
        "--release", str(release), "--out", str(out), "-j", str(workers), "--json", "--course", str(policy),
        "--no-roster",  # a rehearsal's people are in no roster
    ]  # fmt: skip
    result = subprocess.run(
        command, check=False, stdout=subprocess.PIPE, stderr=subprocess.PIPE if quiet else None, text=True
    )
    if result.returncode != 0:
        said = f":\n{result.stderr.strip()}" if quiet else "; see what it said above."
        raise RehearsalError(f"`paribus grade` ended with status {result.returncode}{said}")
