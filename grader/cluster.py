"""The grader on a Dask cluster: the same results as on one machine, from as many as there are.

The scheduler and the workers are started by Dask's own commands. Each of a worker's threads keeps one process of
`grader.pool` below it, which does the work: so the bounds on time and memory hold there as here, and a submission
that hangs or kills costs only itself. A submission travels once, with its task, and only a few more of them than
there are threads are under way at a time. Where a worker is lost, Dask gives its tasks to another.
"""

import multiprocessing
import queue
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from itertools import islice
from typing import Any, Generic, TypeVar
from uuid import uuid4

import dask
from distributed import (
    CancelledError,
    Client,
    Future,
    KilledWorker,
    LocalCluster,
    Worker,
    WorkerPlugin,
    get_worker,
)

from grader.batch import own_code
from grader.errors import ClusterError
from grader.places import LOCAL
from grader.pool import Lost, run_pool

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
        """As `grader.places.Place.run`. ClusterError where the cluster is lost, or runs other code than this."""
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
        self._flight: dict[str, tuple[Future, Item, int]] = {}
        self._suspects: list[Item] = []
        self._sent = 0

    def answers(self, items: Iterable[Item]) -> Generator[tuple[Item, Answer | Lost], None, None]:
        """Every item with what came of it. Those that stood near a worker's death are tried again, one by one."""
        waiting = iter(items)
        room, asked = self._room(), time.monotonic()
        try:
            while True:
                for item in islice(waiting, max(0, room - len(self._flight))):
                    self._send(item)
                if not self._flight:
                    break
                yield from self._finished(alone=False)
                if time.monotonic() - asked > LOOK_AGAIN:
                    room, asked = self._room(), time.monotonic()
            for item in self._suspects:
                self._send(item)
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

    def _send(self, item: Item, tries: int = 1) -> None:
        self._sent += 1
        key = f"{self._crew}-{self._sent}"
        with _asking():
            future = self._client.submit(at_work, self._crew, item, key=key, pure=False)
        self._flight[key] = (future, item, tries)
        future.add_done_callback(self._done.put)

    def _finished(self, *, alone: bool) -> Iterator[tuple[Item, Answer | Lost]]:
        """The next task that is over, with its item. One of which workers died is a suspect, or `Lost` where it was
        ``alone`` on the cluster; one that the cluster forgot is sent again.
        """
        future, item, tries = self._flight.pop(str(self._next().key))
        try:
            with _asking():
                answer: Answer | Lost = future.result()
        except KilledWorker as error:
            if not alone:
                self._suspects.append(item)
                return
            answer = Lost(f"it ended one worker of the cluster after another, {error.last_worker.address} at last")
        except CancelledError as error:
            if tries == TRIES:
                raise _failed(f"it forgot a task {TRIES} times") from error
            self._send(item, tries + 1)
            return
        finally:
            future.release()
        yield item, answer

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


# --- on a worker ------------------------------------------------------------------------------------------


def at_work(crew: str, item: Any) -> Any:  # noqa: ANN401 - whatever the run is about
    """One task, on a worker: the item goes to an idle process of the crew."""
    found = get_worker().plugins[crew]
    return found.answer(item)


class Crew(WorkerPlugin):  # type: ignore[misc]  # distributed ships no types
    """A worker's processes for one run, one for each thread that is at work. Dask gives workers that come later
    theirs.
    """

    def __init__(self, function: Callable[[Any], Any], time_limit: float, memory_mb: int, code: str) -> None:
        """``code`` is the digest of the client's own."""
        self._function, self._time_limit, self._memory_mb, self._code = function, time_limit, memory_mb, code
        self._idle: deque[_Hand] = deque()

    def setup(self, worker: Worker) -> None:
        """Refuse a worker with other code by a ClusterError; processes start when there is work."""
        self._check(worker.address)

    def _check(self, address: str) -> None:
        if own_code() != self._code:
            raise ClusterError(f"the worker {address} has another version of paribus than this machine")

    def teardown(self, worker: Worker) -> None:
        """End the processes."""
        with suppress(IndexError):
            while True:
                self._idle.pop().close()

    def answer(self, item: Any) -> Any:  # noqa: ANN401 - whatever the run is about
        """What comes of one item; called by as many threads as the worker has."""
        self._check("that has just come")  # which may have its first task before it is set up
        # A nanny starts its worker as a daemon, which may have no processes below it. Ours end with it.
        if multiprocessing.current_process().daemon:
            multiprocessing.current_process().daemon = False
        try:
            hand = self._idle.pop()
        except IndexError:
            hand = _Hand(self._function, self._time_limit, self._memory_mb)
        answer = hand.answer(item)
        self._idle.append(hand)
        return answer


class _Hand:
    """A pool of one process that gets its items one by one, as they come."""

    def __init__(self, function: Callable[[Any], Any], time_limit: float, memory_mb: int) -> None:
        self._box: list[Any] = []
        items = iter(self._box.pop, _Hand)  # taken only when asked for an answer, when there is one
        self._pool = run_pool(function, items, jobs=1, time_limit=time_limit, memory_mb=memory_mb)

    def answer(self, item: Any) -> Any:  # noqa: ANN401 - whatever the run is about
        self._box.append(item)
        return next(self._pool)[1]

    def close(self) -> None:
        self._pool.close()
