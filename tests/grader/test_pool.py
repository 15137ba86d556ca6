"""Workers that die, hang, stop or say half of something: each costs only the item it was at."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pytest

from grader.workplaces.pool import Lost, run_pool
from tests.grader import pool_work


@pytest.fixture(autouse=True)
def _bounded() -> Iterator[None]:
    """A pool that hangs fails its test, and does not stop the suite."""

    def fail(*_: object) -> None:
        raise AssertionError("the pool hangs")

    before = signal.signal(signal.SIGALRM, fail)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.long
def test_the_pool_loses_only_who_dies_or_hangs() -> None:
    """Every item has an answer or a reason."""
    # Long enough for a process to start on a machine that does ten other things.
    answers = dict(run_pool(pool_work.double, [1, 13, 2, 99, 3], jobs=2, time_limit=8.0))
    assert {value: answer for value, answer in answers.items() if isinstance(answer, int)} == {1: 2, 2: 4, 3: 6}
    assert answers[13] == Lost("its process ended with status 7")
    assert answers[99] == Lost("it took longer than 8 seconds")


def test_a_worker_that_is_killed_while_it_reads_its_work_costs_one_item(tmp_path: Path) -> None:
    """Even where its work is larger than a pipe holds."""
    work = cast(Callable[[int], int], pool_work.DiesWhenFirstRead(str(tmp_path / "first")))
    answers = dict(run_pool(work, [1, 2, 3], jobs=1, time_limit=20.0))
    assert answers == {
        1: Lost("its process was ended by signal 9; it may have asked for too much memory"),
        2: 4,
        3: 6,
    }


@pytest.mark.parametrize(("dies", "ends"), [("-lt 2", "{1: 2, 2: 4}"), ("-lt 99", "no worker can be started")])
def test_the_process_that_forks_workers_may_be_killed_twice(tmp_path: Path, dies: str, ends: str) -> None:
    """It costs no item then; where it always is, the pool says so."""
    python = tmp_path / "python"
    python.write_text(
        f'#!/bin/sh\ncase "$*" in *forkserver*) if [ "$(ls -d "{tmp_path}"/killed* 2>/dev/null | wc -l)" {dies} ]; '
        f'then mkdir "{tmp_path}/killed$$"; kill -9 $$; fi;; esac\nexec "{sys.executable}" "$@"\n'
    )
    python.chmod(0o755)
    script = tmp_path / "pool.py"
    script.write_text(
        "import multiprocessing\nfrom grader.workplaces.pool import run_pool\nfrom tests.grader import pool_work\n"
        "if __name__ == '__main__':\n"
        f"    multiprocessing.set_executable({str(python)!r})\n"
        "    print(dict(run_pool(pool_work.double, [1, 2], jobs=1, time_limit=20.0)))\n",
        encoding="utf-8",
    )
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    done = subprocess.run(
        [sys.executable, str(script)], env=environment, check=False, capture_output=True, text=True
    )
    assert ends in done.stdout + done.stderr


def test_a_worker_that_stops_before_it_has_read_its_item_is_overdue() -> None:
    """The parent does not wait without a bound for somebody to read what it writes."""
    answers = list(run_pool(pool_work.StopsWhenRead(), [b"x" * 5_000_000], jobs=1, time_limit=2.0))
    assert [answer for _, answer in answers] == [Lost("it took longer than 2 seconds")]


def test_large_items_and_their_answers_go_through() -> None:
    items = [bytes([number]) * 3_000_000 for number in range(4)]
    assert dict(run_pool(pool_work.echo, items, jobs=2, time_limit=30.0)) == {item: item for item in items}


def test_half_an_answer_is_none() -> None:
    answers = dict(run_pool(pool_work.die_in_mid_answer, [0, 1], jobs=1, time_limit=30.0))
    assert answers == {0: Lost("its process ended with status 7"), 1: 1}


def test_a_worker_that_dies_between_two_items_costs_none() -> None:
    """As while the parent is busy with an answer."""
    answers = {}
    for item, answer in run_pool(pool_work.die_afterwards, [1, 2, 3], jobs=1, time_limit=30.0):
        answers[item] = answer
        time.sleep(0.6)
    assert answers == {1: 1, 2: 2, 3: 3}


def test_a_worker_whose_parent_was_killed_ends_by_itself(tmp_path: Path) -> None:
    """It may be in an endless loop at that moment."""
    note = tmp_path / "worker"
    script = tmp_path / "pool.py"
    script.write_text(
        # Not run_pool, which would itself end a worker that takes so long to start on a busy machine.
        "import time\nfrom grader.workplaces.pool import _hand, _start\nfrom tests.grader import pool_work\n"
        "if __name__ == '__main__':\n"
        f"    _hand(_start(0, 0.2), pool_work.outlive_the_parent, {str(note)!r})\n    time.sleep(60)\n",
        encoding="utf-8",
    )
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    assert subprocess.run([sys.executable, str(script)], env=environment, check=False).returncode == -signal.SIGKILL
    worker = int(note.read_text(encoding="utf-8"))
    while is_running(worker):
        time.sleep(0.1)


def is_running(process: int) -> bool:
    """Neither gone nor a zombie that nobody has collected."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    except FileNotFoundError:
        return False
