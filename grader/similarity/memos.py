"""Memos in nearly the same words: found near-linearly, in the buckets of a locality-sensitive hash.

Memos meet in a bucket where a band of their hashes agrees (Indyk and Motwani, 1998), and only those that met are
compared. The answer does not depend on the order in which a class is given, only on the order of names.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from grader.similarity.sketch import HASHES, unpack_sketch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ALIKE = 0.5
"""The share of word runs in common from which two memos are shown."""
BAND = 3
"""Hashes a bucket is made of: memos with half of their runs in common meet with a probability of 94 %."""
CROWD = 12
"""In a fuller bucket everyone is compared with this many of it: enough to be found, and still linear."""

Pair = tuple[int, int]
Others = Callable[[int, int], bool]
"""Whether two places are different people's, and may be compared."""


def near_memos(packed: Mapping[int, str], others: Others) -> Iterator[tuple[Pair, float]]:
    """Pairs of places whose memos are near-equal, with the estimated share in common."""
    import numpy as np

    groups: dict[str, list[int]] = {}
    for place, memo in packed.items():
        groups.setdefault(memo, []).append(place)
    for places in groups.values():
        for pair in star(places, others):
            yield pair, 1.0
    read = [(places, hashes) for memo, places in groups.items() if (hashes := unpack_sketch(memo)) is not None]
    if len(read) < 2:
        return
    matrix = np.stack([hashes for _, hashes in read])
    met = sorted(_met(matrix))
    left, right = np.array(met, dtype=np.int64).reshape(-1, 2).T
    for start in range(0, len(met), 50_000):
        rows, columns = left[start : start + 50_000], right[start : start + 50_000]
        shares = (matrix[rows] == matrix[columns]).mean(axis=1)
        for row, column, share in zip(rows.tolist(), columns.tolist(), shares.tolist(), strict=True):
            near = _first_pair(read[row][0], read[column][0], others) if share >= ALIKE else None
            if near is not None:
                yield near, round(share, 2)


def star(places: Sequence[int], others: Others) -> Iterator[Pair]:
    """Pairs each member of a group of equals with the first one by another student, so that n members give n pairs
    at most.
    """
    for number, place in enumerate(places[1:], 1):
        other = next((item for item in places[: min(number, CROWD)] if others(item, place)), None)
        if other is not None:
            yield other, place


def _met(matrix: "NDArray[np.uint32]") -> set[Pair]:
    """The pairs of rows that share a bucket in at least one band."""
    met: set[Pair] = set()
    for start in range(0, HASHES - BAND + 1, BAND):
        buckets: dict[bytes, list[int]] = {}
        for row, band in enumerate(matrix[:, start : start + BAND].copy()):
            buckets.setdefault(band.tobytes(), []).append(row)
        for rows in buckets.values():
            if len(rows) > 1:
                met.update(_compared(rows))
    return met


def _compared(rows: Sequence[int]) -> Iterable[Pair]:
    if len(rows) <= CROWD:
        return combinations(rows, 2)
    return ((first, row) for place, row in enumerate(rows) for first in rows[: min(place, CROWD)])


def _first_pair(left: Sequence[int], right: Sequence[int], others: Others) -> Pair | None:
    """One pair of different people's places from two groups of equal memos."""
    for first in left[:CROWD]:
        for second in right[:CROWD]:
            if others(first, second):
                return (min(first, second), max(first, second))
    return None
