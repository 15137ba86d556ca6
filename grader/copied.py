"""`integrity.copied`: submissions of a class that resemble one another, for the instructor, never a deduction.

Two things tell: an equal random nonce (both notebooks grew from one session folder), and memos that share most of
their word runs. Equal metrics prove nothing: the same seed on the same data gives them to everyone. A student's own
attempts and a declared team are one submission. Near-linear in the class's size: memos meet in the buckets of a
locality-sensitive hash (Indyk and Motwani 1998), and only those that met are compared.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

from grader.model import Likeness, Result
from grader.sketch import HASHES, unpack_sketch

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ALIKE = 0.5
"""The share of word runs in common from which two memos are shown."""
BAND = 3
"""Hashes a bucket is made of: memos with half of their runs in common meet with a probability of 94 %."""
CROWD = 12
"""In a fuller bucket everyone is compared with this many of it: enough to be found, and still linear."""
MOST = 20
"""How many others one submission names."""

Pair = tuple[int, int]


@dataclass
class _Found:
    """What two submissions have in common; lives for one `find_copies` call."""

    nonce: bool
    memos: dict[str, float]


def find_copies(results: Sequence[Result]) -> tuple[Result, ...]:
    """The results, in their order, each naming the others that it resembles."""
    found: dict[Pair, _Found] = {}
    for pair in _same_nonce(results):
        found.setdefault(pair, _Found(nonce=False, memos={})).nonce = True
    for key in sorted({key for result in results for key in result.sketch.memos}):
        for pair, share in _near_memos(results, key):
            found.setdefault(pair, _Found(nonce=False, memos={})).memos[key] = share
    named: dict[int, list[Likeness]] = {}
    for (first, second), common in sorted(found.items()):
        for own, other in ((first, second), (second, first)):
            likeness = Likeness(results[other].submission, common.nonce, dict(sorted(common.memos.items())))
            named.setdefault(own, []).append(likeness)
    return tuple(
        replace(result, alike=tuple(sorted(named.get(place, ()), key=_strength)[:MOST]))
        for place, result in enumerate(results)
    )


def _strength(likeness: Likeness) -> tuple[bool, float, str]:
    return (not likeness.nonce, -sum(likeness.memos.values()), likeness.other)


def _others(results: Sequence[Result], first: int, second: int) -> bool:
    """Two submissions of different people: attempts of one student and a team's files are one."""
    return not set(results[first].owners) & set(results[second].owners)


def _same_nonce(results: Sequence[Result]) -> Iterator[Pair]:
    holders: dict[str, list[int]] = {}
    for place, result in enumerate(results):
        for nonce in result.sketch.nonces:
            holders.setdefault(nonce, []).append(place)
    for places in holders.values():
        yield from _star(results, places)


def _star(results: Sequence[Result], places: Sequence[int]) -> Iterator[Pair]:
    """Each member of a group of equals with the first one that is somebody else's: as many pairs as members."""
    for number, place in enumerate(places[1:], 1):
        other = next((item for item in places[: min(number, CROWD)] if _others(results, item, place)), None)
        if other is not None:
            yield other, place


def _near_memos(results: Sequence[Result], key: str) -> Iterator[tuple[Pair, float]]:
    """Pairs of submissions whose memos of one cell are near-equal, with the estimated share in common."""
    import numpy as np

    groups: dict[str, list[int]] = {}
    for place, result in enumerate(results):
        if key in result.sketch.memos:
            groups.setdefault(result.sketch.memos[key], []).append(place)
    for places in groups.values():
        for pair in _star(results, places):
            yield pair, 1.0
    read = [(places, hashes) for packed, places in groups.items() if (hashes := unpack_sketch(packed)) is not None]
    if len(read) < 2:
        return
    matrix = np.stack([hashes for _, hashes in read])
    met = sorted(_met(matrix))
    left, right = np.array(met, dtype=np.int64).reshape(-1, 2).T
    for start in range(0, len(met), 50_000):
        rows, columns = left[start : start + 50_000], right[start : start + 50_000]
        shares = (matrix[rows] == matrix[columns]).mean(axis=1)
        for row, column, share in zip(rows.tolist(), columns.tolist(), shares.tolist(), strict=True):
            near = _first_pair(results, read[row][0], read[column][0]) if share >= ALIKE else None
            if near is not None:
                yield near, round(share, 2)


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


def _first_pair(results: Sequence[Result], left: Sequence[int], right: Sequence[int]) -> Pair | None:
    """One pair of different people's submissions from two groups of equal memos."""
    for first in left[:CROWD]:
        for second in right[:CROWD]:
            if _others(results, first, second):
                return (min(first, second), max(first, second))
    return None


def pairs_of(results: Sequence[Result]) -> list[tuple[Result, Result, Likeness]]:
    """Every pair once, those that have most in common first."""
    by_name: Mapping[str, Result] = {result.submission: result for result in results}
    order = {result.submission: place for place, result in enumerate(results)}
    found = {
        tuple(sorted((result.submission, item.other), key=lambda name: order.get(name, -1))): item
        for result in results
        for item in result.alike
        if item.other in by_name
    }
    return [
        (by_name[first], by_name[second], item)
        for (first, second), item in sorted(found.items(), key=lambda entry: (_strength(entry[1])[:2], entry[0]))
    ]
