"""A pool of worker processes in which a worker that dies, or hangs, costs only the item it was at.

The standard pool breaks as a whole when a worker is killed; here the parent hands out one item at a time over
a pipe, so it always knows who was at what. It never waits for a worker without a bound, neither while it reads nor
while it writes. Only the process that forks workers is waited for; it runs nothing of a submission.
"""

import multiprocessing
import os
import resource
import signal
import socket
import struct
import time
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from itertools import islice
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Generic, TypeVar

from grader.errors import GraderError

Item = TypeVar("Item")
Answer = TypeVar("Answer")

START_ATTEMPTS, PAUSE = 6, 0.05
"""How often a worker is started until it runs, and the seconds between, each time longer by as much."""
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["grader.classrun.work"])
"""Workers are forked from a process that has imported the grader and done nothing else: no threads, locks or open
files of the parent travel along, and the second worker costs no import. That process ends with the parent.
"""


@dataclass(frozen=True)
class Lost:
    """What became of an item whose worker died or took too long."""

    why: str


@dataclass
class _Worker(Generic[Item]):
    """One process and what it is at: the item in ``task``, since the monotonic time ``since``; it knows what to do
    with items once it was ``told``.
    """

    process: BaseProcess
    pipe: Connection
    told: bool = False
    task: tuple[Item] | None = None
    since: float = 0.0


def run_pool(
    function: Callable[[Item], Answer], items: Iterable[Item], *, jobs: int, time_limit: float, memory_mb: int = 0
) -> Generator[tuple[Item, Answer | Lost], None, None]:
    """``function`` of every item, as (item, answer), in the order in which they finish.

    Items are taken one at a time, so that an iterable which reads files holds no more than ``jobs`` of them.
    ``function`` can be pickled, as a module's function can, and raises nothing. An item whose worker
    dies or works longer than ``time_limit`` seconds is `Lost`; one that asks for more than ``memory_mb`` of
    memory (0: no bound) gets a MemoryError or dies. Closing the iterator, Ctrl-C included, ends all
    workers.
    """
    waiting = iter(items)
    first = list(islice(waiting, jobs))
    workers: list[_Worker[Item]] = []
    try:
        workers.extend(_start(memory_mb, time_limit) for _ in first)  # those before one that fails are kept
        for worker, item in zip(workers, first, strict=True):
            _hand(worker, function, item)
        while busy := [worker.pipe for worker in workers if worker.task is not None]:
            ready = wait(busy, timeout=0.5)
            for number, worker in enumerate(workers):
                if worker.task is None:
                    continue
                answer = _collect(worker) if worker.pipe in ready else _overdue(worker, time_limit)
                if answer is None:
                    continue
                if isinstance(answer[0], Lost):
                    worker.process.kill()
                yield worker.task[0], answer[0]
                worker.task = None
                for item in islice(waiting, 1):
                    if isinstance(answer[0], Lost) or not worker.process.is_alive():
                        workers[number] = _start(memory_mb, time_limit)
                        _stop(worker)
                    _hand(workers[number], function, item)
    finally:
        for worker in workers:
            _stop(worker)


def _start(memory_mb: int, time_limit: float) -> "_Worker[Any]":
    """A worker that is still to be told its work.

    What a process is started with goes through a pipe of which the parent holds both ends: it would wait for ever
    for a worker that died before it had read that. So all that may be large follows over the worker's own pipe.
    """
    here, there = _CONTEXT.Pipe()
    _bound_waiting(here, time_limit)
    process = _CONTEXT.Process(target=_work, args=(there, memory_mb, time_limit), daemon=True)
    _start_process(process)
    there.close()
    return _Worker(process, here)


def _start_process(process: BaseProcess) -> None:
    """Start it; where the process that forks workers was killed, the next attempt starts another one."""
    for left in reversed(range(START_ATTEMPTS)):
        try:
            process.start()
            return
        except (EOFError, OSError) as error:
            time.sleep(PAUSE * (START_ATTEMPTS - left))
            if not left:
                raise GraderError(
                    f"no worker can be started ({type(error).__name__}): the machine may have no memory or no "
                    "process left. End other programs, or type the same command with -j 1."
                ) from error


def _bound_waiting(pipe: Connection, seconds: float) -> None:
    """Reading or writing raises BlockingIOError where the other side does nothing for so long."""
    bound = struct.pack("ll", int(seconds), int(seconds % 1 * 1_000_000))
    with socket.socket(fileno=os.dup(pipe.fileno())) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, bound)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, bound)


def _work(pipe: Connection, memory_mb: int, time_limit: float) -> None:
    """A worker's life: its work first, then one item in, one answer out, until the pipe closes.

    Ctrl-C is the parent's to handle. Where the parent was killed, nobody ends a worker that runs on and on: then
    the timer does, which counts seconds of the processor and gives more of them than the parent would have.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if memory_mb:
        resource.setrlimit(resource.RLIMIT_AS, (memory_mb * 1_000_000, resource.RLIM_INFINITY))
    try:
        function = pipe.recv()
        while True:
            item = pipe.recv()
            signal.setitimer(signal.ITIMER_PROF, 2 * time_limit + 1)
            answer = function(item)
            signal.setitimer(signal.ITIMER_PROF, 0)
            pipe.send(answer)
    except (EOFError, ConnectionError):
        return


def _hand(worker: "_Worker[Item]", function: Callable[[Item], Any], item: Item) -> None:
    """Give a worker its next item, and before the first one its work."""
    worker.task, worker.since = (item,), time.monotonic()
    try:
        if not worker.told:
            worker.pipe.send(function)
            worker.told = True
        worker.pipe.send(item)
    except OSError:
        return  # it died or hangs; that is seen where its answer is awaited


def _collect(worker: "_Worker[Any]") -> tuple[Any] | None:
    try:
        return (worker.pipe.recv(),)
    except BlockingIOError:
        return (Lost("it stopped in the middle of its answer"),)
    except (EOFError, OSError):  # no answer came, or half of one
        worker.process.join(timeout=5)
        return (Lost(_ending(worker.process.exitcode)),)


def _ending(status: int | None) -> str:
    if status is not None and status < 0:
        return f"its process was ended by signal {-status}; it may have asked for too much memory"
    return f"its process ended with status {status}"


def _overdue(worker: "_Worker[Any]", time_limit: float) -> tuple[Any] | None:
    if time.monotonic() - worker.since > time_limit:
        return (Lost(f"it took longer than {time_limit:g} seconds"),)
    return None


def _stop(worker: "_Worker[Any]") -> None:
    """End a worker at once. It holds nothing that it would have to put in order, and may hang or be stopped."""
    worker.pipe.close()
    worker.process.kill()
    worker.process.join()
    worker.process.close()
