"""Code that the release gives: what ran, what the page shows, and what a student may change in given cells."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from grader.code.released import ran_otherwise
from grader.code.remarks import code_remarks
from grader.evidence.runs import read_runs
from grader.model import Case, Recovered
from tests.grader.program_cases import BASES, Example, submitted
from tests.grader.releases import material
from tests.grader.test_programs import really_run

ASSIGNMENT = material("week1_homework").release.assignment
TRAIN = ASSIGNMENT.cell("train").source
FASTER = TRAIN.replace("lr=config.learning_rate", "lr=10 * config.learning_rate")
REALLY_RUN = [path for path in BASES if path.name.endswith("homework-solved.ipynb.xz")]
THIRD = TRAIN.replace("total = 0.0", "total = 0")
STEP = "def training_step(model, inputs, labels, optimizer, scheduler):\n    return 0.0\n"


def ran(source: str, shown: str = TRAIN, **more: str) -> Case:
    """A notebook that shows ``shown`` where ``source`` ran; ``more`` are further cells of both."""
    raw = {"both": more, "faulty": {"train": shown}, "ran": {"train": source}}
    return submitted(Example("one", raw), "faulty")


def without_code(case: Case) -> Case:
    """The same file from an export that leaves code out."""
    bare = tuple(
        replace(cell, source="", hidden=True) if cell.cell_type == "code" else cell for cell in case.notebook.cells
    )
    matches = {
        key: replace(item, unchanged=None, recovered=bare[item.recovered.position]) if item.recovered else item
        for key, item in case.matches.items()
    }
    return replace(case, notebook=Recovered(case.notebook.family, bare), matches=matches)


def without_cell(case: Case) -> Case:
    """The same file without the cell that trains."""
    found = {**case.matches, "train": replace(case.matches["train"], recovered=None, unchanged=None)}
    cells = tuple(cell for cell in case.notebook.cells if cell.id != "train")
    return replace(case, notebook=Recovered(case.notebook.family, cells), matches=found)


def older(case: Case) -> Case:
    """The same file, graded with a release that followed."""
    return replace(case, assignment=replace(case.assignment, release="f" * 16))


OTHERWISE: dict[str, tuple[Callable[[], Case], str]] = {
    "the page shows the released function, and another ran": (lambda: ran(FASTER), "shows the released code"),
    "the page shows a third": (lambda: ran(FASTER, THIRD), "shows its cell changed"),
    "the export left the code out": (lambda: without_code(ran(FASTER)), "does not show its code"),
    "the page lacks the cell": (lambda: without_cell(ran(FASTER)), "lacks its cell"),
}  # fmt: skip
ALIKE: dict[str, Callable[[], Case]] = {
    "what was released ran": lambda: ran(TRAIN),
    "it ran, and the export left the code out": lambda: without_code(ran(TRAIN)),
    "comments and blank lines do not count": lambda: ran(TRAIN.replace("total = 0.0", "total = 0.0  # a sum")),
    "the page shows the change": lambda: ran(FASTER, FASTER),
    "another cell of the page defines it anew": lambda: ran(TRAIN, **{"after.train": FASTER}),
    "a task's function is the student's": lambda: ran(TRAIN, training_step=STEP),
    "the file was made from another release": lambda: older(ran(FASTER)),
}


@pytest.mark.parametrize("name", OTHERWISE)
def test_a_given_function_that_ran_otherwise_is_remarked_with_both_digests(name: str) -> None:
    make, shown = OTHERWISE[name]
    (told,) = ran_otherwise(make())
    assert told.startswith("train in encoder (its record has the digest ")
    assert told.endswith(f"; the file {shown})")
    assert any(told in remark for remark in code_remarks(make()))


@pytest.mark.parametrize("name", ALIKE)
def test_what_was_released_or_is_on_the_page_is_not(name: str) -> None:
    assert not list(ran_otherwise(ALIKE[name]()))


@pytest.mark.parametrize("path", REALLY_RUN, ids=lambda path: path.name.partition(".")[0])
def test_the_given_functions_of_real_runs_have_the_digests_of_the_release(path: Path) -> None:
    case = really_run(path)
    (release,) = {run.record.release for run in read_runs(case)}
    assert not list(ran_otherwise(replace(case, assignment=replace(case.assignment, release=release))))


# --- given cells ----------------------------------------------------------------------------------------------


def changed_cell(key: str, old: str, new: str) -> Case:
    source = ASSIGNMENT.cell(key).source
    assert old in source
    return submitted(Example("one", {"honest": {key: source.replace(old, new)}}), "honest")


SETUP = {
    "a number": ("(3, 11)", "(3, 9)"),
    "a word": ('"--no-deps"', '"--pre"'),
    "a word more": ('["--quiet", "--no-deps"', '["--quiet", "--pre", "--no-deps"'),
    "a switch": ("text=True", "text=False"),
}


@pytest.mark.parametrize("change", SETUP.values(), ids=SETUP)
def test_a_constant_of_the_setup_that_no_platform_changes_is_remarked(change: tuple[str, str]) -> None:
    (remark,) = code_remarks(changed_cell("setup", *change))
    assert remark.startswith("Given cells that were changed: setup (line ")


def test_every_kind_of_given_cell_is_remarked_and_a_choice_among_the_parameters_is_not() -> None:
    for key in ("begin", "config", "train", "encoder-curves", "experiment-report", "whole", "parameters"):
        cell = ASSIGNMENT.cell(key)
        more = {key: f"{cell.source}\nimport os"}
        (remark,) = code_remarks(submitted(Example("one", {"honest": more}), "honest"))
        assert remark.startswith(f"Given cells that were changed: {key} (line ")
    for old, new in (('"micro"', '"full"'), ("DATA = None", 'DATA = "mine.csv"'), ("SEED = 13", "SEED = 7")):
        assert not list(code_remarks(changed_cell("parameters", old, new)))


def test_the_cell_that_papermill_puts_in_is_no_changed_one() -> None:
    parameters = "# Parameters\nPROFILE = 'full'\nSEED = 5\nmodel_name = 'mine'\n"
    case = submitted(Example("one", {"honest": {"after.parameters": parameters}}), "honest")
    assert not list(code_remarks(case))
