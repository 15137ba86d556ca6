"""What a worker of a Dask cluster does: it hands each submission to a process of its own below it.

The process is one of `grader.workplaces.pool`, with its bounds on time and memory. So a submission that hangs or
kills costs only itself, there as on one machine.
"""

import multiprocessing
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from distributed import Worker, WorkerPlugin, get_worker

from grader.errors import ClusterError
from grader.workplaces.own_code import own_code
from grader.workplaces.pool import run_pool


@dataclass(frozen=True)
class Lot:
    """One task's items; after ``seconds`` no further one is begun. Unlike a tuple, Dask does not look into it."""

    items: tuple[Any, ...]
    seconds: float


@dataclass(frozen=True)
class Done:
    """What came of a lot's items, in their order, the first one at least; and the seconds that it took."""

    answers: tuple[Any, ...]
    seconds: float


def at_work(crew: str, lot: Lot) -> Done:
    """One task, on a worker: its items go one after another to an idle process of the crew."""
    found: Crew = get_worker().plugins[crew]
    since = time.monotonic()
    answers = []
    for item in lot.items:
        answers.append(found.answer(item))
        if time.monotonic() - since > lot.seconds:
            break
    return Done(tuple(answers), time.monotonic() - since)


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
        """End the processes; one that is at work ends with its task, when nobody knows of it any more."""
        with suppress(IndexError):
            while True:
                self._idle.pop().close()

    def answer(self, item: Any) -> Any:  # whatever the run is about
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

    def answer(self, item: Any) -> Any:  # whatever the run is about
        self._box.append(item)
        return next(self._pool)[1]

    def close(self) -> None:
        self._pool.close()
