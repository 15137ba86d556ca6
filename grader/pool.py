"""A pool of worker processes in which a worker that dies, or hangs, costs only the item it was at.

The standard pool breaks as a whole when a worker is killed; here the parent hands out one item at a time over
a pipe, so it always knows who was at what.
"""

import multiprocessing
import resource
import signal
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")

_CONTEXT = multiprocessing.get_context("spawn")
"""A fresh interpreter: no threads, locks or open files of the parent travel along."""


@dataclass(frozen=True)
class Lost:
    """What became of an item whose worker died or took too long."""

    why: str


@dataclass
class _Worker(Generic[Item]):
    """One process and what it is at. ``since`` is the monotonic time at which it got its item."""

    process: BaseProcess
    pipe: Connection
    busy: bool = False
    item: Item | None = None
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
    workers: list[_Worker[Item]] = []
    try:
        for _ in range(jobs):
            workers.append(_start(function, memory_mb))
            if not _hand_out(workers[-1], waiting):
                break
        while any(worker.busy for worker in workers):
            ready = wait([worker.pipe for worker in workers if worker.busy], timeout=0.5)
            for number, worker in enumerate(workers):
                if not worker.busy or worker.item is None:
                    continue
                answer = _collect(worker) if worker.pipe in ready else _overdue(worker, time_limit)
                if answer is None:
                    continue
                yield worker.item, answer[0]
                if isinstance(answer[0], Lost):
                    _stop(worker)
                    workers[number] = _start(function, memory_mb)
                _hand_out(workers[number], waiting)
    finally:
        for worker in workers:
            _stop(worker)


def _start(function: Callable[[Any], Any], memory_mb: int) -> "_Worker[Any]":
    here, there = _CONTEXT.Pipe()
    process = _CONTEXT.Process(target=_work, args=(there, function, memory_mb), daemon=True)
    process.start()
    there.close()
    return _Worker(process, here)


def _work(pipe: Connection, function: Callable[[Any], Any], memory_mb: int) -> None:
    """A worker's life: one item in, one answer out, until the pipe closes. Ctrl-C is the parent's to handle."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if memory_mb:
        resource.setrlimit(resource.RLIMIT_AS, (memory_mb * 1_000_000, resource.RLIM_INFINITY))
    while True:
        try:
            item = pipe.recv()
        except EOFError:
            return
        pipe.send(function(item))


def _hand_out(worker: "_Worker[Item]", waiting: Iterator[Item]) -> bool:
    """Give a worker the next item; False where there is none."""
    worker.busy, worker.item = False, None
    for item in waiting:
        worker.busy, worker.item, worker.since = True, item, time.monotonic()
        try:
            worker.pipe.send(item)
        except (BrokenPipeError, ConnectionResetError):
            return True  # it died between two items; the pipe's end tells so when it is read
        return True
    return False


def _collect(worker: "_Worker[Any]") -> tuple[Any] | None:
    try:
        return (worker.pipe.recv(),)
    except (EOFError, ConnectionResetError):
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
    worker.pipe.close()
    if worker.process.is_alive():
        worker.process.terminate()
    worker.process.join(timeout=5)
    if worker.process.is_alive():
        worker.process.kill()
        worker.process.join()
    worker.process.close()
