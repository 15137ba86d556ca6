"""Kernels forked from one process that has imported the libraries: no run sees a difference."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from generator.errors import RunError
from generator.running import warm
from generator.running.kernel import KernelTask, WorkerKernel
from generator.running.run import RunResult, read_run, require_all, run_jobs
from generator.running.warm import WarmKernel, kernel_for, libraries_for, starts_cold
from tests.generator.courses import NAMES, build_one
from tests.generator.notebooks_to_run import code, job, notebook, outputs_of
from tests.generator.waiting import gone, until
from tests.sampled import sampled

LIBRARIES = ("numpy", "wave", "no_such_library")
SURROUNDINGS = """
import os, sys
print(os.path.basename(os.getcwd()), os.getpgid(0) == os.getpid(), __name__, sys.path, sys.stdin.read())
variables = getattr(os, "envi" + "ron")  # a notebook that names them starts cold
print(sorted(set(variables) - {"JPY_PARENT_PID"}), variables["PARIBUS_CACHE"], variables["OMP_NUM_THREADS"])
"""

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only")


@pytest.fixture(scope="module")
def kernel() -> Iterator[WarmKernel]:
    with WarmKernel(LIBRARIES) as opened:
        yield opened


def said(result: RunResult | RunError, key: str) -> str:
    return "".join(outputs_of(result, key)[0]["text"])


def test_a_run_finds_what_a_cold_one_finds(kernel: WarmKernel, tmp_path: Path) -> None:
    jobs = [job(code("show", SURROUNDINGS), code("shell", "!echo from the shell"))]
    (forked,) = run_jobs(jobs, tmp_path, kernel=kernel)
    (cold,) = run_jobs(jobs, tmp_path, kernel=WorkerKernel(), force=True)
    assert said(forked, "show") == said(cold, "show")
    assert said(forked, "shell") == said(cold, "shell")


def test_libraries_are_there_and_each_run_draws_its_own_random_numbers(kernel: WarmKernel, tmp_path: Path) -> None:
    there = code("there", "import sys\nprint('wave' in sys.modules, 'mailbox' in sys.modules)")
    drawn = code("drawn", "import random, numpy\nprint(random.random(), numpy.random.rand())")
    answers = run_jobs(
        [job(there, drawn, name=name) for name in ("one", "two")], tmp_path, kernel=kernel, workers=2
    )
    assert [said(answer, "there") for answer in answers] == ["True False\n"] * 2
    first, second = (said(answer, "drawn").split() for answer in answers)
    assert not set(first) & set(second)


def test_errors_and_dead_kernels_are_told_as_ever(kernel: WarmKernel, tmp_path: Path) -> None:
    broken, dead = code("broken", "1 / 0"), code("dead", "import os\nos._exit(3)")
    answers = run_jobs([job(broken, name="one"), job(dead, name="two")], tmp_path, kernel=kernel, workers=2)
    assert [answer.cell for answer in answers if isinstance(answer, RunError)] == ["broken", "dead"]
    assert "lost its kernel" in str(answers[1])


SLOW_RUNS = """
import json, sys, pathlib
from generator.running.run import Job, run_jobs
notebooks = json.loads(pathlib.Path(sys.argv[1]).read_text())
try:
    run_jobs([Job(name, one, limit=60.0) for name, one in notebooks.items()], pathlib.Path(sys.argv[2]), workers=2)
except KeyboardInterrupt:
    sys.exit(130)
"""


@pytest.mark.parametrize(("number", "status"), sampled([(signal.SIGKILL, -9), (signal.SIGINT, 130)], 2))
def test_runs_that_are_interrupted_or_killed_leave_no_process_and_no_marker(
    number: signal.Signals, status: int, tmp_path: Path
) -> None:
    told = {name: tmp_path / name for name in ("one", "two")}
    tell = "import os, pathlib, time\npathlib.Path({!r}).write_text(f'{{os.getpid()}} {{os.getppid()}}')"
    runs = {
        name: notebook(code("tell", tell.format(str(path))), code("slow", "time.sleep(60)"))
        for name, path in told.items()
    }
    (tmp_path / "runs.json").write_text(json.dumps(runs))
    command = [sys.executable, "-c", SLOW_RUNS, str(tmp_path / "runs.json"), str(tmp_path / "out")]
    with subprocess.Popen(command) as process:
        until(lambda: all(path.is_file() and path.read_text() for path in told.values()))
        process.send_signal(number)
        assert process.wait(40) == status
    assert all(gone(int(pid)) for path in told.values() for pid in path.read_text().split())
    folders = [next((tmp_path / "out" / "instructor" / name).iterdir()) for name in told]
    assert [read_run(folder) for folder in folders] == [None, None]


@pytest.fixture
def fatal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a module that ends whoever imports it, in place of a system that kills."""
    (tmp_path / "fatal.py").write_text("import os\nos.write(2, b'out of memory')\nos._exit(9)\n")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))
    return "fatal"


def test_a_process_that_starts_kernels_and_ends_is_told_with_its_log(fatal: str, tmp_path: Path) -> None:
    with WarmKernel([fatal]) as kernel:
        (answer,) = run_jobs([job()], tmp_path / "out", kernel=kernel, cores=1)
    assert "ended early (exit status 9). Start the run again" in str(answer)
    assert "out of memory" in str(answer)


def test_a_process_that_cannot_be_asked_is_told(
    kernel: WarmKernel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*given: object) -> None:
        raise OSError("no buffer space")

    monkeypatch.setattr(warm, "SOON", 0.1)
    monkeypatch.setattr(socket, "send_fds", refuse)
    (answer,) = run_jobs([job()], tmp_path, kernel=kernel, cores=1)
    assert "could not be asked (no buffer space)" in str(answer)


@pytest.mark.long
def test_a_process_that_was_killed_is_followed_by_another(tmp_path: Path) -> None:
    with WarmKernel([]) as kernel:
        os.kill(kernel.warm_up(1).pid, signal.SIGKILL)
        kernel.warm_up(1).wait()
        (answer,) = run_jobs([job()], tmp_path, kernel=kernel, cores=1)
    assert isinstance(answer, RunResult)


def test_a_run_is_stopped_while_the_libraries_are_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "slow_library.py").write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")]))
    task = KernelTask(tmp_path / "in.ipynb", tmp_path / "out.ipynb", tmp_path, tmp_path / "log", {}, 60.0, 1)
    task.notebook.write_text(json.dumps(notebook()))
    stop = threading.Event()
    threading.Timer(1.0, stop.set).start()
    began = time.monotonic()
    with WarmKernel(["slow_library"]) as kernel, pytest.raises(RunError, match="was stopped"):
        kernel.execute(task, lambda event: None, stop)
    assert time.monotonic() - began < 30


def test_figures_are_pictures_and_what_ends_with_the_process_is_done(kernel: WarmKernel, tmp_path: Path) -> None:
    drawn = code("drawn", "import matplotlib.pyplot as plt\nplt.plot([1, 2]);")
    ends = "import atexit\natexit.register(open('ended.txt', 'w').write, 'yes')"
    left = code("left", f"{ends}\nkept = open('kept.txt', 'w')\nkept.write('written');")
    (result,) = require_all(run_jobs([job(drawn, left)], tmp_path, kernel=kernel))
    assert "image/png" in outputs_of(result, "drawn")[0]["data"]
    assert (result.folder / "work" / "kept.txt").read_text() == "written"
    assert (result.folder / "work" / "ended.txt").read_text() == "yes"


@pytest.mark.long
def test_a_large_environment_is_handed_on(
    kernel: WarmKernel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        monkeypatch.setenv(f"LARGE_{number}", "ő" * 60_000)
    show = code("show", "import os\nprint(len(os.getenv('LARGE_3')))")
    (result,) = run_jobs([job(show)], tmp_path, kernel=kernel)
    assert said(result, "show") == "60000\n"


def test_an_error_of_the_worker_is_told_with_its_log(kernel: WarmKernel, tmp_path: Path) -> None:
    task = KernelTask(tmp_path / "in.ipynb", tmp_path / "out.ipynb", tmp_path, tmp_path / "log", {}, 60.0, 1)
    task.notebook.write_text('{"cells": [], "nbformat": 1}')
    with pytest.raises(RunError, match=r"(?s)ended early.*AttributeError"):
        kernel.execute(task, lambda event: None, threading.Event())


def test_a_kernel_ends_with_its_worker_however_that_ends(kernel: WarmKernel, tmp_path: Path) -> None:
    told = tmp_path / "told"
    kill = f"import os, pathlib, signal\npathlib.Path({str(told)!r}).write_text(str(os.getpid()))"
    killed = code("killed", f"{kill}\nos.kill(os.getppid(), signal.SIGKILL)")
    (answer,) = run_jobs([job(killed, code("slow", "import time\ntime.sleep(60)"))], tmp_path, kernel=kernel)
    assert isinstance(answer, RunError)
    assert gone(int(told.read_text()))


def test_a_notebook_that_sets_variables_starts_cold(kernel: WarmKernel, tmp_path: Path) -> None:
    there = "print('wave' in sys.modules)"
    sets = code("there", f"import os, sys\nos.environ['HF_HUB_OFFLINE'] = '1'\n{there}")
    answers = run_jobs([job(sets), job(code("there", f"import sys\n{there}"))], tmp_path, kernel=kernel)
    assert [said(answer, "there") for answer in answers] == ["False\n", "True\n"]


@pytest.mark.parametrize("name", sampled(NAMES, 6))
def test_no_notebook_of_the_courses_starts_cold(name: str) -> None:
    """Each has a setup cell that speaks of the environment, in other words."""
    assert not starts_cold(json.loads(build_one(name).notebooks["solution", "jupyter"]))


@pytest.mark.parametrize(
    ("source", "cold"),
    [
        ("os.environ['HF_HOME'] = 'here'", True), ("from os import environ", True), ("os.putenv('A', 'b')", True),
        ("x = 1\n%env A=b", True), ("%set_env A b", True), ("# This environment has no pip.", False),
        ("environment = 100 %envelope", False),
    ],
)  # fmt: skip
def test_code_that_names_variables_is_told_from_words_about_an_environment(source: str, *, cold: bool) -> None:
    assert starts_cold(notebook(code("a", source))) is cold


def test_several_notebooks_run_warm_and_one_alone_runs_cold(monkeypatch: pytest.MonkeyPatch) -> None:
    def kind(*, alone: bool) -> type[WorkerKernel]:
        with kernel_for(LIBRARIES, alone=alone) as chosen:
            return type(chosen)

    assert (kind(alone=True), kind(alone=False)) == (WorkerKernel, WarmKernel)
    monkeypatch.setattr(sys, "platform", "darwin")
    assert kind(alone=False) is WorkerKernel


@pytest.mark.long
def test_what_is_found_finished_starts_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = [job(name=name) for name in ("one", "two")]
    require_all(run_jobs(jobs, tmp_path, workers=2))
    monkeypatch.setattr(warm, "Parent", None)
    assert all(answer.reused for answer in require_all(run_jobs(jobs, tmp_path, workers=2)))


@pytest.mark.parametrize(
    ("source", "one", "other"),
    [
        ("import torch", "torch", "keras"),
        ("import paribus", "matplotlib.figure", "torch"),
        ("from sklearn import svm", "numpy", "matplotlib.figure"),
    ],
)
def test_only_what_the_notebooks_may_need_is_imported(source: str, one: str, other: str) -> None:
    found: Any = libraries_for([notebook(), notebook(code("a", source))])
    assert one in found
    assert other not in found
    assert libraries_for([notebook()]) == ()
