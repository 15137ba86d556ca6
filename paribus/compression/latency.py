"""How long a model takes for one text: median and 95th percentile, the spread between repetitions, the place.

    found = side_by_side({"FP32": one_by_one(model, texts), "INT8": one_by_one(small, texts)}, range(100))
    found["INT8"].p50, found["INT8"].spread, found["INT8"].note

A latency without a place is no number: it holds for one machine, one number of threads and one length of texts. The
models take turns, repetition by repetition, so that whatever else runs on the machine slows all of them.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from paribus.errors import TrainingError
from paribus.records.environment import Placed, place
from paribus.training.encoding import Encoded, take

UNEVEN = 1.25
"""From this ratio of the slowest repetition's median to the fastest one's on, a latency is said to be uneven."""
Clock = Callable[[], float]


@dataclass(frozen=True, eq=False)
class Latency:
    """Times of one model in milliseconds, shape (repetitions, texts), without the warm-up, and their place."""

    times: NDArray[np.float64]
    place: str

    @property
    def p50(self) -> float:
        """The median over all texts and repetitions, in ms."""
        return float(np.median(self.times))

    @property
    def p95(self) -> float:
        """The 95th percentile over all texts and repetitions, in ms."""
        return float(np.quantile(self.times, 0.95))

    @property
    def spread(self) -> tuple[float, float]:
        """The smallest and the largest median of one repetition, in ms."""
        medians = np.median(self.times, axis=1)
        return float(medians.min()), float(medians.max())

    @property
    def uneven(self) -> bool:
        """Whether the repetitions differ so much that something else must have run."""
        low, high = self.spread
        return high > UNEVEN * low

    @property
    def note(self) -> str:
        """One sentence where the repetitions differ, "" where they agree."""
        low, high = self.spread
        if not self.uneven:
            return ""
        return (
            f"The median went from {low:.2f} to {high:.2f} ms between repetitions, so other work ran on this "
            "machine: stop it and measure again, or quote this spread with the number."
        )

    @property
    def measured(self) -> dict[str, float]:
        """The two metrics as ``run.finish(measured=…)`` takes them: the record keeps their place."""
        return {"latency_p50": Placed(self.p50, self.place), "latency_p95": Placed(self.p95, self.place)}

    def __repr__(self) -> str:
        """One line for people."""
        low, high = self.spread
        return f"p50 {self.p50:.2f} ms ({low:.2f} to {high:.2f} by repetition), p95 {self.p95:.2f} ms; {self.place}"


def side_by_side(
    answer: Mapping[str, Callable[[Any], object]],
    items: Sequence[Any],
    *,
    repetitions: int = 5,
    warm_up: int = 10,
    threads: int | None = None,
    clock: Clock = time.perf_counter,
) -> dict[str, Latency]:
    """The latency of several models on the same ``items``, one at a time.

    ``answer`` maps a model's name to a function that takes an item and returns when the answer is there. Each model
    first answers ``warm_up`` items that are not counted. Then the models take turns, once a repetition, beginning
    with another one each time. ``threads`` is how many the processor gives meanwhile (None: as many as it gives
    now): a small network is faster and steadier with one. TrainingError where there is nothing to measure,
    or fewer than two repetitions, which have no spread.
    """
    if not answer or not len(items):
        raise TrainingError("There is nothing to measure: pass at least one model and one text.")
    if repetitions < 2:
        raise TrainingError(
            f"repetitions is {repetitions}; with fewer than 2 a latency has no spread. Five are usual."
        )
    names = list(answer)
    times: dict[str, list[list[float]]] = {name: [] for name in names}
    with _threads(threads):
        for function in answer.values():
            for number in range(warm_up):
                function(items[number % len(items)])
        for repetition in range(repetitions):
            first = repetition % len(names)
            for name in (*names[first:], *names[:first]):
                times[name].append(_timed(answer[name], items, clock))
        where = place()
    return {name: Latency(1_000 * np.array(rows), where) for name, rows in times.items()}


@contextmanager
def _threads(count: int | None) -> Iterator[None]:
    """So many threads for torch's work inside, as many as before afterwards."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(count or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _timed(function: Callable[[Any], object], items: Sequence[Any], clock: Clock) -> list[float]:
    row = []
    for item in items:
        began = clock()
        function(item)
        row.append(clock() - began)
    return row


def one_by_one(model: Any, encoded: Encoded) -> Callable[[int], NDArray[np.float32]]:
    """A function that gives the logits of one row of ``encoded``, shape (classes,), on the device of ``model``.

    Its answer is on the CPU, so a GPU's time is counted to its end.
    """
    import torch

    from paribus.training.batching import batches

    model.eval()
    device = next((value.device for value in model.parameters()), torch.device("cpu"))
    ready: dict[int, Any] = {}

    def answer(row: int) -> NDArray[np.float32]:
        if row not in ready:  # tokens are cut once, in the warm-up or the first repetition's first text
            (batch,) = batches(take(encoded, np.array([row])), 1)
            ready[row] = batch.to(device).inputs
        with torch.inference_mode():
            logits: NDArray[np.float32] = model(**ready[row]).logits[0].float().cpu().numpy()
        return logits

    return answer
