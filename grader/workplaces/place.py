"""Where submissions are worked on: in processes of this machine, on a Dask cluster, or right here.

A place runs one function over items that come one at a time and says of each what came of it. Everything else of
the grader is the same wherever it runs.
"""

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Protocol, TypeVar

from grader.errors import ClusterError
from grader.workplaces.pool import Lost, run_pool

Item = TypeVar("Item")
Answer = TypeVar("Answer")


class Place(Protocol):
    """Where tasks run. ``sees_files`` says whether they can open the files of this machine."""

    @property
    def sees_files(self) -> bool: ...

    def run(
        self, function: Callable[[Item], Answer], items: Iterable[Item]
    ) -> Generator[tuple[Item, Answer | Lost], None, None]:
        """``function`` of every item, as (item, answer), in the order in which they finish.

        Items are taken as there is room for them, and an item that ends its worker is `Lost`, it alone. Closing
        the generator ends all work.
        """
        ...


@dataclass(frozen=True)
class Processes:
    """``jobs`` processes of this machine; each item may take so many seconds and so much memory (0: no bound)."""

    jobs: int
    time_limit: float
    memory_mb: int = 0
    sees_files: ClassVar[bool] = True

    def run(
        self, function: Callable[[Item], Answer], items: Iterable[Item]
    ) -> Generator[tuple[Item, Answer | Lost], None, None]:
        """As `Place.run`."""
        return run_pool(function, items, jobs=self.jobs, time_limit=self.time_limit, memory_mb=self.memory_mb)


@dataclass(frozen=True)
class Here:
    """The process that asks, one item after another and without any bound: for tests and for debuggers."""

    sees_files: ClassVar[bool] = True

    def run(
        self, function: Callable[[Item], Answer], items: Iterable[Item]
    ) -> Generator[tuple[Item, Answer | Lost], None, None]:
        """As `Place.run`; nothing is ever lost here."""
        for item in items:
            yield item, function(item)


@contextmanager
def open_place(cluster: str, jobs: int, *, time_limit: float, memory_mb: int = 0) -> Iterator[Place]:
    """The place for a run: the cluster at an address, or with "" ``jobs`` processes of this machine.

    ClusterError where Dask is not installed, or nothing answers at the address.
    """
    if not cluster:
        yield Processes(jobs, time_limit, memory_mb)
        return
    try:
        from grader.workplaces.cluster import open_cluster
    except ImportError as error:
        raise ClusterError(
            f"--cluster {cluster} needs Dask ({error}). Install it here and on every machine of the cluster: "
            "pip install 'paribus[cluster]'."
        ) from error
    with open_cluster(cluster, jobs, time_limit=time_limit, memory_mb=memory_mb) as place:
        yield place
