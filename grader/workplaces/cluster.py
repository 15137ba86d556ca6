"""The grader on a Dask cluster: the same results as on one machine, from as many as there are.

The scheduler and the workers are started by Dask's own commands; `grader.workplaces.cluster_worker` is what a
worker does. A submission travels once, with its task, small ones several to a task, and each thread has one task to
do and one to go on with.
Where a worker is lost, Dask gives its tasks to another.
"""

import pickle
import queue
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from typing import Generic, TypeVar
from uuid import uuid4

import dask
from distributed import CancelledError, Client, Future, KilledWorker, LocalCluster

from grader.errors import ClusterError
from grader.workplaces.cluster_worker import Crew, Done, Lot, at_work
from grader.workplaces.own_code import own_code
from grader.workplaces.pool import Lost

Item = TypeVar("Item")
Answer = TypeVar("Answer")

CONNECT_SECONDS = 5.0
SHORT_LOG = {"distributed.admin.low-level-log-length": 10}
"""Dask keeps the last thousand messages on each line for debugging, and ours hold submissions."""
PATIENCE = 60.0
"""Seconds without any worker after which a run ends; a nanny starts a worker anew within a few."""
LOOK_AGAIN = 2.0
"""Seconds after which the cluster is asked again how many threads it has."""
TRIES = 5
"""How often a task is sent that the cluster loses without saying why."""
LOT_ITEMS, LOT_BYTES, LOT_SECONDS = 32, 2_000_000, 0.2
"""One task's items: a task costs scheduler, worker and client some seven milliseconds together, more than a small
submission takes. What is large, or takes long, travels alone.
"""
LOT_ENDS = 1.0
"""Seconds after which a worker begins no further item of a lot: where one took long, others do the rest."""

LOCAL = "local"
"""The cluster's address that means one on this machine, made for this run."""


@contextmanager
def open_cluster(address: str, jobs: int, *, time_limit: float, memory_mb: int = 0) -> Iterator["DaskPlace"]:
    """The cluster whose scheduler is at ``address``, or one of ``jobs`` workers on this machine for "local".

    ClusterError where nothing answers there.
    """
    if address == LOCAL:
        with (
            dask.config.set(SHORT_LOG),
            LocalCluster(n_workers=jobs, threads_per_worker=1, dashboard_address="127.0.0.1:0") as cluster,
            Client(cluster, set_as_default=False) as client,
        ):
            yield DaskPlace(client, time_limit, memory_mb)
        return
    try:
        with dask.config.set(SHORT_LOG):
            client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise ClusterError(
            f"--cluster {address}: no Dask scheduler answers there ({error}). Start one with `dask scheduler`, "
            "which prints its address (tcp://host:8786), and workers with `dask worker ADDRESS`; or use "
            "--cluster local."
        ) from error
    with client:
        yield DaskPlace(client, time_limit, memory_mb)


class DaskPlace:
    """A cluster as a place where tasks run. Its machines may have none of this one's files."""

    sees_files = False

    def __init__(self, client: Client, time_limit: float, memory_mb: int = 0) -> None:
        """``client`` is connected; the bounds are those of one item in one process."""
        self._client, self._time_limit, self._memory_mb = client, time_limit, memory_mb

    def run(
        self, function: Callable[[Item], Answer], items: Iterable[Item]
    ) -> Generator[tuple[Item, Answer | Lost], None, None]:
        """As `workplaces.Place.run`. ClusterError where the cluster is lost, or runs other code than this."""
        name = f"paribus-{uuid4().hex}"
        with _asking():
            self._client.register_plugin(Crew(function, self._time_limit, self._memory_mb, own_code()), name=name)
        try:
            with closing(_Run[Item, Answer](self._client, name).answers(items)) as answers:
                yield from answers
        finally:
            with suppress(ClusterError), _asking():
                self._client.unregister_worker_plugin(name)


@contextmanager
def _asking() -> Iterator[None]:
    """Whatever goes wrong in asking the cluster, as a ClusterError that says what to do."""
    try:
        # Dask warns of tasks that carry a lot; ours carry one submission each, whose size is bounded.
        with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 TB"}):
            yield
    except (ClusterError, KilledWorker, CancelledError):
        raise
    except Exception as error:
        raise _failed(f"{type(error).__name__}: {error}") from error


def _failed(what: str) -> ClusterError:
    return ClusterError(
        f"the cluster failed ({what}). The scheduler and every worker need this version of paribus with its extra "
        "`cluster`. What was finished is kept; run the same command again to go on."
    )


class _Run(Generic[Item, Answer]):
    """One function over one lot of items; lives for one `DaskPlace.run` call."""

    def __init__(self, client: Client, crew: str) -> None:
        self._client, self._crew = client, crew
        self._done: queue.SimpleQueue[Future] = queue.SimpleQueue()
        self._flight: dict[str, tuple[Future, tuple[Item, ...], int]] = {}
        self._suspects: list[Item] = []
        self._left: deque[Item] = deque()
        self._sent = 0
        self._most = 1
        self._pace = LOT_SECONDS

    def answers(self, items: Iterable[Item]) -> Generator[tuple[Item, Answer | Lost], None, None]:
        """Every item with what came of it. Those that were near a worker's death are tried again, one by one."""
        waiting = iter(items)
        room, asked = self._room(), time.monotonic()
        try:
            while True:
                while len(self._flight) < room and (lot := self._take(waiting)):
                    self._send(lot)
                if not self._flight:
                    break
                yield from self._finished(alone=False)
                if time.monotonic() - asked > LOOK_AGAIN:
                    room, asked = self._room(), time.monotonic()
            for item in self._suspects:
                self._send((item,))
                while self._flight:
                    yield from self._finished(alone=True)
        finally:
            with suppress(ClusterError), _asking():
                self._client.cancel([future for future, _, _ in self._flight.values()])

    def _room(self) -> int:
        """How many tasks may be under way: each thread has one to do and one to go on with."""
        with _asking():
            threads: dict[str, int] = self._client.nthreads()
        return 2 * max(1, sum(threads.values()))

    def _take(self, waiting: Iterator[Item]) -> tuple[Item, ...]:
        """The items of the next task: as many as are small and quick, at least one where there is one."""
        lot: list[Item] = []
        size = 0
        while len(lot) < self._most and size < LOT_BYTES:
            try:
                item = self._left.popleft() if self._left else next(waiting)
            except StopIteration:
                break
            lot.append(item)
            if self._most > 1:
                with _asking():
                    size += len(pickle.dumps(item))
        return tuple(lot)

    def _send(self, lot: tuple[Item, ...], tries: int = 1) -> None:
        self._sent += 1
        key = f"{self._crew}-{self._sent}"
        with _asking():
            future = self._client.submit(at_work, self._crew, Lot(lot, LOT_ENDS), key=key, pure=False)
        self._flight[key] = (future, lot, tries)
        future.add_done_callback(self._done.put)

    def _finished(self, *, alone: bool) -> Iterator[tuple[Item, Answer | Lost]]:
        """The items of the next task that is over. Those of which workers died are suspects, or `Lost` where one
        was ``alone`` on the cluster; those that the cluster forgot, or a worker left to others, are sent again.
        """
        future, lot, tries = self._flight.pop(str(self._next().key))
        try:
            with _asking():
                done: Done = future.result()
        except KilledWorker as error:
            if not alone:
                self._suspects.extend(lot)
                return
            what = f"it ended one worker of the cluster after another, {error.last_worker.address} at last"
            done = Done((Lost(what),), LOT_SECONDS)
        except CancelledError as error:
            if tries == TRIES:
                raise _failed(f"it forgot a task {TRIES} times") from error
            self._send(lot, tries + 1)
            return
        finally:
            future.release()
        self._learn(done.seconds / len(done.answers))
        self._left.extend(lot[len(done.answers) :])
        yield from zip(lot, done.answers, strict=False)

    def _learn(self, seconds: float) -> None:
        """How many items a task may have, by how long one took of late."""
        self._pace = (self._pace + seconds) / 2
        self._most = max(1, min(LOT_ITEMS, 2 * self._most, int(LOT_SECONDS / max(self._pace, 1e-6))))

    def _next(self) -> Future:
        """Wait for a task to be over. ClusterError where there is no one left to do it."""
        since = time.monotonic()
        while True:
            with suppress(queue.Empty):
                return self._done.get(timeout=LOOK_AGAIN)
            if self._client.status != "running":
                raise _failed("its scheduler is gone")
            with _asking():
                if self._client.nthreads():
                    since = time.monotonic()
            if time.monotonic() - since > PATIENCE:
                raise _failed(
                    f"no worker was there for {PATIENCE:g} seconds; start some with `dask worker ADDRESS`"
                )
