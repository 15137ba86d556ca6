"""The grader on a Dask cluster of this machine: the same results, and a worker's death costs nobody anything."""

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import dask
import pytest
from distributed import Client, LocalCluster

from grader.classrun.batch import grade_batch
from grader.errors import ClusterError
from grader.grading.results import FILE
from grader.workplaces.cluster import LOT_BYTES, LOT_ITEMS, DaskPlace, open_cluster
from grader.workplaces.cluster_worker import Crew, Lot
from grader.workplaces.place import Here, Place, Processes, open_place
from grader.workplaces.pool import Lost
from tests.grader import pool_work
from tests.grader.graded import release_of, submit, text_of

LAB = "week1_lab"


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """A cluster whose scheduler and worker are threads of this process, as far as Dask is concerned."""
    with (
        LocalCluster(
            n_workers=1, threads_per_worker=2, processes=False, dashboard_address="127.0.0.1:0"
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield client


@pytest.fixture
def workers() -> Iterator[Client]:
    """Two workers that are processes with nannies; a task of which a worker died is not tried again by itself."""
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0") as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield client


def test_every_place_gives_the_same_bytes(tmp_path: Path, client: Client) -> None:
    items = [
        submit(text_of(LAB), "ann"),
        submit("%PDF-1.7", "ben", "ben.html"),
        submit(text_of("week1_homework"), "cem", "cem.html"),
        *(submit(text_of(LAB), f"s{number}") for number in range(6)),
    ]
    places: dict[str, Place] = {
        "here": Here(), "processes": Processes(2, 60.0), "cluster": DaskPlace(client, 60.0, 4_000),
    }  # fmt: skip
    for name, place in places.items():
        grade_batch(iter(items), [release_of(LAB)], tmp_path / name, place=place)
    texts = {(tmp_path / name / FILE).read_bytes() for name in places}
    assert len(texts) == 1


def test_an_item_that_dies_or_hangs_costs_only_itself(client: Client) -> None:
    """The bounds hold on a worker as in a process of one's own, and in the same words."""
    answers = dict(DaskPlace(client, 60.0).run(pool_work.double, [1, 13, 2, 3]))
    assert answers == {1: 2, 2: 4, 3: 6, 13: Lost("its process ended with status 7")}
    assert list(DaskPlace(client, 1.0).run(pool_work.double, [99])) == [(99, Lost("it took longer than 1 seconds"))]


def test_small_items_share_a_task_and_still_cost_only_themselves(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A task costs more than a small submission; one that dies in the middle of a lot takes nobody with it."""
    lots = lots_of(client, monkeypatch)
    items = [*range(100, 300), 13, *range(300, 500)]
    answers = dict(DaskPlace(client, 60.0).run(pool_work.double, items))
    assert answers == {**{item: 2 * item for item in items}, 13: Lost("its process ended with status 7")}
    assert len(next(lot for lot in lots if 13 in lot)) > 1
    assert max(map(len, lots)) <= LOT_ITEMS
    assert len(lots) < len(items) / 5


def test_what_is_large_or_slow_travels_alone(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that no more is under way than each thread has use for, and no thread has all that is slow."""
    lots = lots_of(client, monkeypatch)
    list(DaskPlace(client, 60.0).run(pool_work.echo, [bytes(LOT_BYTES)] * 12))
    list(DaskPlace(client, 60.0).run(pool_work.half_a_second, range(6)))
    assert {len(lot) for lot in lots} == {1}


def lots_of(client: Client, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What travels in each task from now on."""
    lots: list[tuple[Any, ...]] = []
    submit = client.submit

    def noting(function: Any, crew: str, lot: Lot, **more: Any) -> Any:  # Dask's own signature
        lots.append(lot.items)
        return submit(function, crew, lot, **more)

    monkeypatch.setattr(client, "submit", noting)
    return lots


def test_what_turns_out_slow_is_left_to_others(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """A lot was put together when items were quick: no thread has all the slow ones, while the others wait."""
    lots = lots_of(client, monkeypatch)
    answers = dict(DaskPlace(client, 60.0).run(pool_work.slow_from_a_hundred, range(-200, 112)))
    assert answers == {number: number for number in range(-200, 112)}
    slow = [item for lot in lots for item in lot if item >= 100]
    assert len(slow) > 12  # some were sent twice


def test_a_run_that_is_closed_leaves_no_process(client: Client) -> None:
    """Ctrl-C, say, in the middle of a lot: workers stop after the item that they are at."""
    answers = DaskPlace(client, 60.0).run(pool_work.slow_from_a_hundred, range(1_000))
    assert 100 in (item for item, _ in answers)
    answers.close()
    for process in multiprocessing.active_children():
        with suppress(ValueError):  # it was closed meanwhile
            process.join(60)
    assert multiprocessing.active_children() == []


def test_throughput_grows_with_workers() -> None:
    """Three do more than twice what one does, where the work waits for something else than this machine's cores."""
    assert rate(3) > 2 * rate(1)


def rate(workers: int) -> float:
    """Items a second, counted from when every worker has started."""
    with (
        LocalCluster(
            n_workers=workers, threads_per_worker=1, processes=False, dashboard_address="127.0.0.1:0"
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        answers = DaskPlace(client, 60.0).run(pool_work.a_tenth_of_a_second, range(16 * workers))
        times = [time.perf_counter() for _ in answers]
    half = len(times) // 2
    return (len(times) - half) / (times[-1] - times[half - 1])


def test_an_item_may_not_take_more_memory_on_a_worker_either(client: Client) -> None:
    answers = dict(DaskPlace(client, 30.0, memory_mb=1_000).run(pool_work.fill_memory, [10, 3_000]))
    assert answers[10] == "10 MB"
    assert answers[3_000] == "MemoryError"


def test_items_are_read_as_they_are_needed(client: Client) -> None:
    """Two tasks a thread, whatever the size of the class."""
    items = iter(range(1_000, 3_000))
    answers = DaskPlace(client, 60.0).run(pool_work.double, items)
    for _ in range(300):
        next(answers)
    assert next(items) <= 1_300 + 4 * LOT_ITEMS
    answers.close()


@pytest.mark.long
def test_a_worker_that_is_killed_loses_nothing(workers: Client) -> None:
    """Dask gives its tasks to another one, and its nanny starts a new one."""
    answers = DaskPlace(workers, 60.0).run(pool_work.half_a_second, range(12))
    got = dict([next(answers)])
    os.kill(next(iter(workers.run(os.getpid).values())), signal.SIGKILL)
    got.update(answers)
    assert got == {number: number for number in range(12)}


@pytest.mark.long
def test_an_item_that_kills_its_worker_costs_only_itself(workers: Client) -> None:
    """Whoever was beside it, in its own task or in another, is tried again, one by one."""
    others = [*range(100, 140), *range(200, 210)]
    answers = dict(DaskPlace(workers, 60.0).run(pool_work.kill_the_worker_at_13, [*others[:40], 13, *others[40:]]))
    lost = answers.pop(13)
    assert answers == {item: item for item in others}
    assert isinstance(lost, Lost)
    assert "one worker of the cluster after another" in lost.why


def test_a_worker_with_another_version_is_refused(client: Client) -> None:
    """Else some of a class would be judged by other checks."""
    with pytest.raises(ClusterError, match="another version of paribus"):
        Crew(pool_work.double, 1.0, 0, "other code").setup(next(iter(client.cluster.workers.values())))


def test_what_does_not_travel_is_said(client: Client) -> None:
    """Work that no other process can read."""
    with pytest.raises(ClusterError, match=r"the cluster failed .*cannot pickle"):
        list(DaskPlace(client, 1.0).run(partial(pool_work.double_with, sys.stdout), [1]))  # type: ignore[arg-type]


def test_an_address_where_nobody_answers_is_said() -> None:
    with (
        pytest.raises(ClusterError, match=r"tcp://127.0.0.1:1: no Dask scheduler answers there .*dask scheduler"),
        open_cluster("tcp://127.0.0.1:1", 1, time_limit=1.0),
    ):
        pass


def test_without_dask_the_command_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.delitem(sys.modules, "grader.workplaces.cluster", raising=False)
    with (
        pytest.raises(ClusterError, match=r"pip install 'paribus\[cluster\]'"),
        open_place("local", 1, time_limit=1.0),
    ):
        pass
