"""Headless runs, with a real kernel where the kernel is the point and with the shipped fake elsewhere."""

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from generator.errors import RunError
from generator.running.kernel import CellEvent, FakeCell, FakeKernel, KernelTask, Notify, WorkerKernel
from generator.running.run import Job, Progress, RunResult, read_run, require_all, run_jobs
from generator.running.run_inputs import digest_path
from tests.generator.notebooks_to_run import code, job, notebook, outputs_of
from tests.generator.waiting import gone, until


def test_a_run_executes_with_its_parameters_and_reports_each_cell(tmp_path: Path) -> None:
    steps: list[Progress] = []
    shown = code(
        "show", "import os\nprint(PROFILE, SEED, os.environ['OMP_NUM_THREADS'], os.path.basename(os.getcwd()))"
    )
    (result,) = run_jobs([job(shown)], tmp_path, observe=steps.append, cores=2)

    assert "".join(outputs_of(result, "show")[0]["text"]) == "micro 0 2 work\n"
    assert [step.kind for step in steps] == ["begun", "cell", "cell", "cell", "done"]
    assert steps[3].cell == CellEvent(3, 3, "show", "A small notebook")


def test_an_executed_notebook_holds_no_path_of_this_machine(tmp_path: Path) -> None:
    (result,) = run_jobs([job(code("show", "1 + 1"))], tmp_path)
    assert isinstance(result, RunResult)
    assert str(tmp_path) not in result.notebook.read_text()


def test_an_error_shows_cell_source_streams_and_traceback_and_keeps_the_partial_notebook(tmp_path: Path) -> None:
    cells = [
        code("fine", "print('before')"),
        code("broken", "print('here')\n1 / 0"),
        code("after", "print('never')"),
    ]
    (error,) = run_jobs([job(*cells)], tmp_path)

    assert isinstance(error, RunError)
    assert (error.cell, error.source, error.streams) == ("broken", "print('here')\n1 / 0", "[stdout] here\n")
    assert "ZeroDivisionError" in error.traceback
    assert "\x1b" not in error.traceback
    assert "week9_lab: Cell 'broken' (under 'A small notebook') stopped with ZeroDivisionError" in str(error)
    folder = next((tmp_path / "instructor" / "week9_lab").iterdir())
    partial = json.loads((folder / "executed.ipynb").read_text())
    assert [cell["outputs"] != [] for cell in partial["cells"] if cell["id"] in ("fine", "broken", "after")] == [
        True, True, False,
    ]  # fmt: skip
    assert json.loads((folder / "failed.json").read_text())["cell"] == "broken"
    assert read_run(folder) is None


def test_a_library_that_is_missing_is_told_with_where_to_name_it(tmp_path: Path) -> None:
    (error,) = run_jobs([job(code("broken", "import mechanica"))], tmp_path)
    assert isinstance(error, RunError)
    assert "Install mechanica here, and name it under requirements in course.toml, [library]" in str(error)


def test_the_time_limit_is_for_the_whole_notebook_and_names_the_cell(tmp_path: Path) -> None:
    # Two cells of less than the limit each; a kernel may take seconds to start on a busy machine.
    cells = [code("first", "import time"), *(code(f"part-{number}", "time.sleep(5)") for number in range(3))]
    (error,) = run_jobs([job(*cells, limit=8.0)], tmp_path)

    assert isinstance(error, RunError)
    assert error.cell in {"part-0", "part-1"}
    assert "time limit of 8 s" in str(error)


def test_a_kernel_that_dies_is_an_error_with_its_cell(tmp_path: Path) -> None:
    (error,) = run_jobs([job(code("kill", "import os; os._exit(9)"))], tmp_path)
    assert isinstance(error, RunError)
    assert error.cell == "kill"
    assert "lost its kernel" in str(error)


def test_a_worker_that_cannot_start_shows_the_end_of_its_log(tmp_path: Path) -> None:
    (error,) = run_jobs([job()], tmp_path, kernel=WorkerKernel(python="/bin/false"))
    assert isinstance(error, RunError)
    assert "ended early (exit status 1)" in str(error)


def test_a_worker_that_ignores_everything_is_killed_at_the_backstop(tmp_path: Path) -> None:
    deaf = tmp_path / "deaf.sh"
    deaf.write_text("#!/bin/sh\ntrap '' TERM\nsleep 60\n")
    deaf.chmod(0o755)
    (error,) = run_jobs([job(limit=-60.0)], tmp_path, kernel=WorkerKernel(python=str(deaf), grace=0.2))
    assert isinstance(error, RunError)
    assert "was killed" in str(error)


SLOW_RUN = """
import json, sys, pathlib
from generator.running.run import Job, run_jobs
notebook = json.loads(pathlib.Path(sys.argv[1]).read_text())
try:
    run_jobs([Job("week9_lab", notebook, limit=60.0)], pathlib.Path(sys.argv[2]))
except KeyboardInterrupt:
    sys.exit(130)
"""


def _start_slow_run(tmp_path: Path) -> "tuple[subprocess.Popen[bytes], int]":
    """A run in a process of its own, waiting in a cell that has written its kernel's process id."""
    said = tmp_path / "pid"
    slow = f"import os, pathlib, time\npathlib.Path({str(said)!r}).write_text(str(os.getpid()))\ntime.sleep(60)"
    path = tmp_path / "slow.ipynb"
    path.write_text(json.dumps(notebook(code("slow", slow))))
    process = subprocess.Popen([sys.executable, "-c", SLOW_RUN, str(path), str(tmp_path / "out")])
    until(lambda: said.is_file() and bool(said.read_text()))
    return process, int(said.read_text())


@pytest.mark.parametrize(("number", "code_expected"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_a_run_that_is_interrupted_or_killed_leaves_no_kernel_and_no_marker(
    tmp_path: Path, number: signal.Signals, code_expected: int
) -> None:
    process, kernel_pid = _start_slow_run(tmp_path)
    process.send_signal(number)
    assert process.wait(40) == code_expected
    assert gone(kernel_pid)
    folder = next((tmp_path / "out" / "instructor" / "week9_lab").iterdir())
    assert (folder / "executed.ipynb").is_file()
    assert read_run(folder) is None


def test_the_same_content_is_not_run_again_and_force_runs_it(tmp_path: Path) -> None:
    kernel = FakeKernel()
    (first,) = run_jobs([job(code("a", "1"))], tmp_path, kernel=kernel)
    (second,) = run_jobs([job(code("a", "1"))], tmp_path, kernel=kernel)
    (third,) = run_jobs([job(code("a", "1"))], tmp_path, kernel=kernel, force=True)

    answers = require_all([first, second, third])
    assert [answer.reused for answer in answers] == [False, True, False]
    assert len(kernel.tasks) == 2
    assert len({answer.folder for answer in answers}) == 1


def test_everything_that_enters_changes_the_key(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    keys = []
    for text, parameters, source in [
        ("a", {}, "1"), ("b", {}, "1"), ("a", {"SEED": 1}, "1"), ("a", {}, "2"),
    ]:  # fmt: skip
        table.write_text(text)
        whole = notebook(code("a", source))
        jobs = [Job("week9_lab", whole, {"PROFILE": "micro", **parameters}, {"table.csv": table})]
        keys += [answer.key for answer in require_all(run_jobs(jobs, tmp_path / "out", kernel=FakeKernel()))]
    assert len(set(keys)) == 4


def test_a_second_command_does_not_write_into_the_folder_of_a_first_one(tmp_path: Path) -> None:
    second: list[RunResult | RunError] = []

    class Meanwhile(FakeKernel):
        def execute(self, task: KernelTask, notify: Notify, stop: threading.Event) -> None:
            if not second:
                second.extend(run_jobs([job()], tmp_path, kernel=FakeKernel()))
            super().execute(task, notify, stop)

    (first,) = run_jobs([job()], tmp_path, kernel=Meanwhile())
    assert isinstance(first, RunResult)
    assert str(second[0]).startswith("week9_lab: another command is running this notebook into ")
    assert not (first.folder / "failed.json").exists()
    (again,) = run_jobs([job()], tmp_path, kernel=FakeKernel())
    assert isinstance(again, RunResult)
    assert again.reused


def test_a_folder_without_its_marker_is_incomplete_and_run_again(tmp_path: Path) -> None:
    steps: list[Progress] = []
    kernel = FakeKernel()
    (first,) = require_all(run_jobs([job()], tmp_path, kernel=kernel))
    (first.folder / "run.json").unlink()
    (second,) = require_all(run_jobs([job()], tmp_path, kernel=kernel, observe=steps.append))
    assert not second.reused
    assert steps[0].kind == "restarted"


@pytest.mark.parametrize("damage", ["{", '{"schema": "other"}', "[]"])
def test_a_marker_that_is_none_is_no_marker(tmp_path: Path, damage: str) -> None:
    (first,) = require_all(run_jobs([job()], tmp_path, kernel=FakeKernel()))
    (first.folder / "run.json").write_text(damage)
    assert read_run(first.folder) is None


def test_a_changed_executed_notebook_is_run_again(tmp_path: Path) -> None:
    kernel = FakeKernel()
    (first,) = require_all(run_jobs([job()], tmp_path, kernel=kernel))
    first.notebook.write_text("{}")
    (second,) = require_all(run_jobs([job()], tmp_path, kernel=kernel))
    assert not second.reused


def test_a_model_that_has_moved_on_at_the_hub_is_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    main = tmp_path / "hub" / "models--owner--encoder" / "refs" / "main"
    main.parent.mkdir(parents=True)
    kernel, jobs = FakeKernel(), [job(hub={"owner/encoder": "model", "owner/unseen": "model"})]
    reused = []
    for commit in ("aaaa", "aaaa", "bbbb"):
        main.write_text(commit)
        reused += [answer.reused for answer in require_all(run_jobs(jobs, tmp_path / "out", kernel=kernel))]
    assert reused == [False, True, False]


def test_one_failure_leaves_the_others_and_is_told_with_them(tmp_path: Path) -> None:
    kernel = FakeKernel({"bad": FakeCell(error="no")})
    jobs = [job(code(key, "1"), name=name) for name, key in (("one", "bad"), ("two", "good"), ("three", "bad"))]
    answers = run_jobs(jobs, tmp_path, kernel=kernel, workers=2)
    assert [type(answer) for answer in answers] == [RunError, RunResult, RunError]
    with pytest.raises(RunError, match=r"(?s)^one: Cell 'bad' failed: no.*Also failed: three: Cell 'bad'"):
        require_all(answers)


def test_threads_are_divided_among_the_runs_side_by_side(tmp_path: Path) -> None:
    kernel = FakeKernel()
    jobs = [job(name=f"lab{number}") for number in range(4)]
    run_jobs(jobs, tmp_path, kernel=kernel, workers=3, cores=8)
    assert {task.threads for task in kernel.tasks} == {2}


def test_the_same_content_twice_in_one_call_is_one_run(tmp_path: Path) -> None:
    kernel = FakeKernel()
    answers = run_jobs([job(), job()], tmp_path, kernel=kernel, workers=2)
    assert len(kernel.tasks) == 1
    assert answers[0] == answers[1]


def test_the_fake_stops_when_it_is_told_to(tmp_path: Path) -> None:
    stop = threading.Event()
    stop.set()
    source = tmp_path / "in.ipynb"
    source.write_text(json.dumps(notebook()))
    task = KernelTask(source, tmp_path / "out.ipynb", tmp_path, tmp_path / "log", {}, 1.0, 1)
    with pytest.raises(RunError, match="was stopped"):
        FakeKernel().execute(task, lambda event: None, stop)
    with pytest.raises(RunError, match="was stopped"):
        WorkerKernel().execute(task, lambda event: None, stop)


def test_files_are_linked_into_the_working_folder_by_name(tmp_path: Path) -> None:
    table = tmp_path / "somewhere" / "table.csv"
    table.parent.mkdir()
    table.write_text("text,issue\n")
    (result,) = require_all(run_jobs([job(files={"table.csv": table})], tmp_path / "out", kernel=FakeKernel()))
    assert (result.folder / "work" / "table.csv").read_text() == "text,issue\n"
    assert (result.folder / "work" / "table.csv").samefile(table)


def test_what_python_compiles_beside_a_library_makes_no_other_run(tmp_path: Path) -> None:
    (tmp_path / "mechanics").mkdir()
    (tmp_path / "mechanics" / "__init__.py").write_text("", encoding="utf-8")
    before = digest_path(tmp_path / "mechanics")
    (tmp_path / "mechanics" / "__pycache__").mkdir()
    (tmp_path / "mechanics" / "__pycache__" / "__init__.pyc").write_bytes(b"compiled")
    assert digest_path(tmp_path / "mechanics") == before
    (tmp_path / "mechanics" / "more.py").write_text("", encoding="utf-8")
    assert digest_path(tmp_path / "mechanics") != before
