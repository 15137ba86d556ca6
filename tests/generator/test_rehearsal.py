"""A slice of the rehearsal on executed notebooks that are kept: exported, graded with `paribus grade`, compared."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from generator.commands.rehearse import COMMAND, print_matrix
from generator.errors import RehearsalError
from generator.rehearsal.execute import execute
from generator.rehearsal.exports import Export, Exporter, export_all, own_exporters
from generator.rehearsal.matrix import Matrix
from generator.rehearsal.rehearse import Order, choose, grade_class, hand_in, rehearse_executed
from generator.rehearsal.table import Execution
from generator.running.kernel import FakeKernel
from generator.running.references import References
from generator.running.run import Progress
from paribus.cli import main
from paribus.course.release import write_release
from tests.generator.rehearsal_fixtures import executed, material
from tests.shipped import COURSE, OUTSIDERS, load_table, make_material

TABLE = choose(load_table("week1_homework"), only_slice=True)
SIZE = 10


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Matrix, Path]:
    """The slice, made and graded once for all tests."""
    out = tmp_path_factory.mktemp("rehearsal")
    release = write_release(out / "release", material().release)
    order = Order("week1_homework", out, size=SIZE, workers=2, slice=True)
    return rehearse_executed(order, TABLE, material(), executed(), release, outsiders=OUTSIDERS), out


@pytest.mark.long
def test_every_fault_of_the_slice_is_caught_by_the_check_that_owns_it(rehearsed: tuple[Matrix, Path]) -> None:
    matrix, _ = rehearsed
    found = {row.fault.name: (row.outcome, row.graded.failed_checks) for row in matrix.faults}
    assert {name: outcome for name, (outcome, _) in found.items()} == dict.fromkeys(found, "caught"), found
    assert len(found) == len(TABLE.faults)


@pytest.mark.long
def test_no_honest_variant_of_the_slice_fails_any_check(rehearsed: tuple[Matrix, Path]) -> None:
    matrix, _ = rehearsed
    assert {row.variant.about: row.graded.failed for row in matrix.honest if row.graded.failed} == {}
    assert len(matrix.honest) == SIZE
    assert matrix.clean


@pytest.mark.long
def test_the_json_file_and_the_page_say_the_same(rehearsed: tuple[Matrix, Path]) -> None:
    matrix, out = rehearsed
    assert json.loads((out / "rehearsal.json").read_text(encoding="utf-8")) == matrix.plain()
    page = (out / "rehearsal.html").read_text(encoding="utf-8")
    assert all(row.fault.about in page for row in matrix.faults if "'" not in row.fault.about)
    assert f"0 of {SIZE}" in page


@pytest.mark.long
def test_the_command_prints_findings_with_their_reasons(
    rehearsed: tuple[Matrix, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    matrix, out = rehearsed
    print_matrix(matrix, out)
    printed = capsys.readouterr().out
    count = len(matrix.faults)
    assert f"{count} of {count} faults were failed by their owners, 0 proposed" in " ".join(printed.split())
    assert f"0 of {SIZE} honest variants were wrongly marked" in " ".join(printed.split())


def test_a_grading_that_fails_is_told(tmp_path: Path) -> None:
    (tmp_path / "files").mkdir()
    with pytest.raises(RehearsalError, match="ended with status 2"):
        grade_class(
            tmp_path / "files", "week1_homework", tmp_path / "nowhere", tmp_path / "out", 1, policy=COURSE.file
        )


def test_what_an_earlier_rehearsal_found_is_gone_when_the_next_one_does_not_end(tmp_path: Path) -> None:
    for name in ("rehearsal.json", "rehearsal.html"):
        (tmp_path / name).write_text("all was well", encoding="utf-8")

    def grade(*_: object, **__: object) -> None:
        raise RehearsalError("the grader broke")

    with pytest.raises(RehearsalError, match="the grader broke"):
        rehearse_executed(
            Order("week1_homework", tmp_path, size=0, slice=True), replace(TABLE, faults=()), material(),
            executed(), tmp_path, outsiders=OUTSIDERS, grade=grade,
        )  # fmt: skip
    assert not list(tmp_path.glob("rehearsal.*"))


def test_a_class_is_graded_anew(tmp_path: Path) -> None:
    """Results of an earlier grader are no answer."""
    out = tmp_path / "graded"
    out.mkdir()
    (out / "results.jsonl").write_text("what an earlier grader said", encoding="utf-8")
    with pytest.raises(RehearsalError):
        grade_class(tmp_path / "none", "week1_homework", tmp_path / "release", out, 1, policy=COURSE.file)
    assert not (out / "results.jsonl").exists()


def test_an_export_that_fails_shows_what_nbconvert_said(tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_text("no notebook", encoding="utf-8")
    export = Export(tmp_path / "a.ipynb", tmp_path / "a.html", Exporter("basic", "basic"))
    with pytest.raises(RehearsalError, match=r"could not export a\.html"):
        export_all([export], 1, tmp_path / "exported")


@pytest.mark.long
def test_a_page_is_exported_once_and_again_where_its_notebook_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, source = tmp_path / "exported", nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("first")])
    exports = [
        Export(tmp_path / "a.ipynb", tmp_path / f"{n}.html", item) for n, item in enumerate(own_exporters()[:2])
    ]
    nbformat.write(source, exports[0].notebook)
    export_all(exports, 1, kept)
    pages = [item.target.read_bytes() for item in exports]
    assert pages[0] != pages[1]
    assert all(b"first" in page for page in pages)
    exports[0].target.write_bytes(b"as a fault edits it")
    with monkeypatch.context() as patch:
        patch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("nothing has to be exported"))
        export_all(exports, 1, kept)
    assert [item.target.read_bytes() for item in exports] == pages
    source.cells[0].source = "second"
    nbformat.write(source, exports[0].notebook)
    export_all(exports, 1, kept)
    assert all(b"second" in item.target.read_bytes() for item in exports)
    assert len(list(kept.iterdir())) == len(exports)  # no page of an older notebook, no part


def test_a_class_is_handed_in_afresh(tmp_path: Path) -> None:
    """What an earlier rehearsal left behind is not graded again."""
    (tmp_path / "class" / "files").mkdir(parents=True)
    (tmp_path / "class" / "files" / "old.html").touch()
    assert list(hand_in([], tmp_path / "class", 1).iterdir()) == []


def test_a_resumed_session_runs_a_second_time_where_the_first_left_its_records(tmp_path: Path) -> None:
    """Each time in a fresh copy, so that an unchanged rehearsal runs nothing again."""

    class Leaves(FakeKernel):
        def execute(self, task, notify, stop):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202 - as in Kernel
            (task.folder / ".paribus").mkdir(exist_ok=True)
            with (task.folder / ".paribus" / "records").open("a") as file:
                file.write("one\n")
            super().execute(task, notify, stop)

    table, kernel = load_table("week1_homework"), Leaves()
    made = make_material(table, References({}))
    again = Execution("again", "resumed", (), frozenset(), resumed=True)
    steps: list[tuple[str, str]] = []

    def observe(step: Progress) -> None:
        steps.append((step.job.name, step.kind))

    for _ in range(2):
        execute([again], table, made, tmp_path, workers=1, kernel=kernel, observe=observe)
    name = "rehearsal-week1_homework-again"
    assert [step for step in steps if step[1] in ("done", "reused")] == [
        (name, "done"), (f"{name}-again", "done"), (name, "reused"), (f"{name}-again", "reused"),
    ]  # fmt: skip
    assert len(kernel.tasks) == 2


@pytest.mark.parametrize("arguments", [["week9_homework"], ["week1_homework", "--size", "0"]])
def test_wrong_usage_ends_with_two(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["rehearse", *arguments])
    assert ended.value.code == 2


def test_the_help_shows_an_example_that_can_be_typed() -> None:
    help_text = subprocess.run(
        [sys.executable, "-m", "paribus.cli", "rehearse", "--help"], capture_output=True, text=True, check=True
    ).stdout
    assert COMMAND.filled_example() in help_text
    assert "paribus rehearse week1_homework" in help_text
