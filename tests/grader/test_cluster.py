"""The grader on a Dask cluster of this machine: the same results, and a worker's death costs nobody anything."""

import os
import signal
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import dask
import pytest
from distributed import Client, LocalCluster

from grader.batch import grade_batch
from grader.cluster import Crew, DaskPlace, open_cluster
from grader.errors import ClusterError
from grader.places import Here, Place, Processes, open_place
from grader.pool import Lost
from grader.results import FILE
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


def test_an_item_may_not_take_more_memory_on_a_worker_either(client: Client) -> None:
    answers = dict(DaskPlace(client, 30.0, memory_mb=1_000).run(pool_work.fill_memory, [10, 3_000]))
    assert answers[10] == "10 MB"
    assert answers[3_000] == "MemoryError"


def test_items_are_read_as_they_are_needed(client: Client) -> None:
    """A few more than there are threads, whatever the size of the class."""
    items = iter(range(1_000, 2_000))
    answers = DaskPlace(client, 60.0).run(pool_work.double, items)
    for _ in range(5):
        next(answers)
    assert next(items) < 1_020
    answers.close()


def test_a_worker_that_is_killed_loses_nothing(workers: Client) -> None:
    """Dask gives its tasks to another one, and its nanny starts a new one."""
    answers = DaskPlace(workers, 60.0).run(pool_work.half_a_second, range(12))
    got = dict([next(answers)])
    os.kill(next(iter(workers.run(os.getpid).values())), signal.SIGKILL)
    got.update(answers)
    assert got == {number: number for number in range(12)}


def test_an_item_that_kills_its_worker_costs_only_itself(workers: Client) -> None:
    """Whoever was beside it is tried again, one by one."""
    answers = dict(DaskPlace(workers, 60.0).run(pool_work.kill_the_worker_at_13, [1, 2, 13, 4, 5]))
    lost = answers.pop(13)
    assert answers == {1: 1, 2: 2, 4: 4, 5: 5}
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
    monkeypatch.delitem(sys.modules, "grader.cluster", raising=False)
    with (
        pytest.raises(ClusterError, match=r"pip install 'paribus\[cluster\]'"),
        open_place("local", 1, time_limit=1.0),
    ):
        pass
