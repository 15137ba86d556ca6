"""The laws of the generator, held against every assignment of every course: adding one adds its tests."""

import json
import os
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbgrader.nbgraderformat import MetadataValidator

from generator.building.build import Options, build_assignment, student_files
from generator.building.hidden import prove
from generator.building.leaks import find_leaks, secret_lines
from generator.building.variants import text_for
from generator.project import ROOT
from generator.running.given import given_files
from generator.sources.keys import KEY_SHAPE
from generator.sources.source import load_source
from generator.wheels.wheel import build_wheel
from paribus.course.assignment import Assignment, Role
from paribus.course.release import read_release, write_release
from tests.generator.courses import ENTRIES, NAMES, build_one, every_reference
from tests.sampled import sampled

everywhere = pytest.mark.parametrize("name", sampled(NAMES, 6))


def notebooks(name: str) -> dict[str, str]:
    """Every notebook of an assignment by a readable name, the release notebook included."""
    built = build_one(name)
    texts = {f"{variant} on {platform}": text for (variant, platform), text in built.notebooks.items()}
    return {**texts, "release": built.release.notebook}


@everywhere
def test_the_same_source_gives_the_same_bytes(name: str) -> None:
    again = build_assignment(*ENTRIES[name], Options(profile="micro"))
    assert again.notebooks == build_one(name).notebooks
    assert again.release == build_one(name).release


@everywhere
def test_building_changes_nothing_it_was_given(name: str) -> None:
    course, entry = ENTRIES[name]
    before, text = repr((course, entry)), entry.source.read_bytes()
    build_assignment(course, entry, Options(profile="micro"))
    assert repr((course, entry)) == before
    assert entry.source.read_bytes() == text


@everywhere
def test_every_notebook_is_valid_and_as_nbformat_writes_it(name: str) -> None:
    for where, text in notebooks(name).items():
        notebook = nbformat.reads(text, as_version=4)
        nbformat.validate(notebook)
        assert notebook.nbformat_minor == 5, where
        assert nbformat.writes(notebook) + "\n" == text, where


@everywhere
def test_every_notebook_is_valid_for_nbgrader(name: str) -> None:
    for text in notebooks(name).values():
        MetadataValidator().validate_nb(nbformat.reads(text, as_version=4))


@everywhere
def test_a_key_is_a_cells_id_and_a_tag(name: str) -> None:
    for where, text in notebooks(name).items():
        cells = json.loads(text)["cells"]
        assert len({cell["id"] for cell in cells}) == len(cells), where
        for cell in cells:
            assert KEY_SHAPE.match(cell["id"]), where
            assert f"paribus-{cell['id']}" in cell["metadata"]["tags"], where


@everywhere
def test_the_release_notebook_scores_every_point_once(name: str) -> None:
    built = build_one(name)
    graded = [cell["metadata"].get("nbgrader", {}) for cell in json.loads(built.release.notebook)["cells"]]
    total = sum(item.get("points", 0) for item in graded if item.get("grade"))
    assert total == pytest.approx(built.assignment.max_score)
    for cell in built.assignment.cells:
        assert cell.points == pytest.approx(sum(check.points for check in cell.checks) + cell.manual)


@everywhere
def test_nothing_a_student_gets_holds_a_line_of_a_solution_or_hidden_test(name: str) -> None:
    """The wheel and the other assignments' notebooks are searched too."""
    secrets = build_one(name).source
    everything = [build_one(other) for other in NAMES]
    assert find_leaks([secrets], student_files(everything, build_wheel())) == ()


def test_there_are_secrets_to_look_for() -> None:
    sources = [load_source(entry.source, course) for course, entry in ENTRIES.values()]
    with_tasks = [source for source in sources if source.tasks()]
    assert len(with_tasks) > len(sources) / 2
    for source in with_tasks:
        assert {key for _, key in secret_lines([source]).values()} >= {cell.key for cell in source.tasks()}


@everywhere
def test_no_built_file_holds_a_path_of_this_machine(name: str) -> None:
    built = build_one(name)
    texts = [*notebooks(name).values(), built.assignment.to_json()]
    for private in (str(ROOT), str(Path.home()) + os.sep):
        assert not any(private in text for text in texts)


@everywhere
def test_a_release_reads_back_as_it_was_written(name: str, tmp_path: Path) -> None:
    course, entry = ENTRIES[name]
    built = build_assignment(course, entry, Options(profile="micro", references=every_reference(name)))
    assert built.missing == ()
    assert read_release(write_release(tmp_path, built.release)) == built.release
    assert Assignment.from_json(built.assignment.to_json()) == built.assignment


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
def test_tests_pass_on_the_solution_fail_on_the_stub_and_catch_planted_wrong_answers(name: str) -> None:
    """The solution passes visible and hidden tests; the stub fails the visible ones with words a student can use;
    hidden tests catch at least three wrong answers a task.
    """
    course, entry = ENTRIES[name]
    source = load_source(entry.source, course)
    if not source.tasks():
        pytest.skip("This assignment has no tasks.")
    proof = prove(course, entry, source)
    assert proof.problems() == ()
    for task in proof.tasks:
        assert len(task.wrong) >= 3
        assert task.task in task.stub
        assert "not done" in task.stub


def run_notebook(text: str, folder: Path) -> tuple[dict[str, Any], str]:
    """A notebook executed as students do, to its end or its first error: its cells, and the error cell's key."""
    notebook = nbformat.reads(text, as_version=4)
    client = NotebookClient(notebook, timeout=300, kernel_name="python3", resources={"metadata": {"path": folder}})
    try:
        client.execute()
    except CellExecutionError:
        failed = next(
            cell for cell in notebook.cells if any(o.output_type == "error" for o in cell.get("outputs", []))
        )
        return {cell.id: cell for cell in notebook.cells}, failed.id
    return {cell.id: cell for cell in notebook.cells}, ""


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name == "week1_lab" else pytest.mark.long)
        for name in NAMES if build_one(name).source.tasks()
    ],
)  # fmt: skip
def test_the_student_notebook_runs_to_its_first_unfinished_task(name: str, tmp_path: Path) -> None:
    """The untouched notebook stops at the first task, at its tests or in between, with a message that names it."""
    built, (course, entry) = build_one(name), ENTRIES[name]
    for given, path in given_files(course, [entry])[entry.name].items():
        (tmp_path / given).symlink_to(path)
    first = built.source.tasks()[0]
    tests = next(cell for cell in built.source.cells if cell.role is Role.TESTS and cell.name == first.name)
    cells, failed = run_notebook(built.notebooks["student", "jupyter"], tmp_path)
    keys = list(cells)
    assert keys.index(first.key) <= keys.index(failed) <= keys.index(tests.key)
    error = next(output for output in cells[failed].outputs if output.output_type == "error")
    assert first.name in error.evalue
    assert cells["setup"].outputs[0].text.endswith("is ready.\n" if course.library is None else "are ready.\n")


@everywhere
def test_a_students_task_differs_from_the_solution_in_its_region_alone(name: str) -> None:
    for cell in build_one(name).source.tasks():
        (region,) = cell.regions
        lines = cell.text.split("\n")
        student = text_for(cell, "student").split("\n")
        assert student[: region.begin] == lines[: region.begin]
        after = "\n".join(lines[region.end + 1 :]).rstrip("\n")
        assert "\n".join(student).endswith(after)
        assert cell.role is Role.TASK
