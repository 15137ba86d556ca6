"""Progress on one line of plain text: no widget, nothing in the notebook for what takes under ten seconds."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sized
from typing import Protocol, TextIO, TypeVar

Item_co = TypeVar("Item_co", covariant=True)

QUIET_SECONDS = 10.0


class _SizedIterable(Sized, Iterable[Item_co], Protocol[Item_co]):
    """Something that can be counted and gone through."""


class Ticker:
    """Says now and then, on one line that rewrites itself, how far ``total`` steps have come and what is left."""

    def __init__(
        self, label: str, total: int, *, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._label, self._total = label, total
        self._stream = stream if stream is not None else sys.stdout
        self._clock = clock
        self._began = self._said = clock()
        self._width = 0

    def step(self, done: int) -> None:
        """Note that ``done`` steps are finished."""
        now = self._clock()
        if now - self._said < QUIET_SECONDS:
            return
        self._said = now
        left = (now - self._began) / max(done, 1) * (self._total - done)
        line = f"{self._label}: {done:,} of {self._total:,} batches, about {_duration(left)} left"
        self._stream.write("\r" + line.ljust(self._width))
        self._stream.flush()
        self._width = len(line)

    def close(self) -> None:
        """Wipe the line, so that what is printed next has its own line."""
        if self._width:
            self._stream.write("\r" + " " * self._width + "\r")
            self._stream.flush()


def track(items: _SizedIterable[Item_co], label: str) -> Iterator[Item_co]:
    """The same items one by one, with a line of progress for what takes longer than ten seconds."""
    ticker = Ticker(label, len(items))
    for done, item in enumerate(items, start=1):
        yield item
        ticker.step(done)
    ticker.close()


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
