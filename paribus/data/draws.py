"""Random draws that are the same on every platform and in every version of numpy.

Only the raw output of PCG64 is used, which numpy promises to keep; the methods of `numpy.random.Generator`
may change between versions, and then a corpus would no longer be the one that references were measured on.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

_CHUNK = 65_536


def uniforms(seed: int, stream: int, count: int) -> NDArray[np.float64]:
    """``count`` numbers in [0, 1) with 53 random bits, from the stream of this number."""
    raw = np.random.PCG64(np.random.SeedSequence([seed, stream])).random_raw(count)
    return (raw >> np.uint64(11)).astype(np.float64) * 2.0**-53


def integers(seed: int, stream: int) -> Iterator[int]:
    """Endless integers below 2**31, from the stream of this number."""
    source = np.random.PCG64(np.random.SeedSequence([seed, stream]))
    while True:
        yield from (source.random_raw(_CHUNK) >> np.uint64(33)).tolist()


def shuffled(seed: int, stream: int, count: int) -> NDArray[np.int64]:
    """A permutation of range(count)."""
    raw = np.random.PCG64(np.random.SeedSequence([seed, stream])).random_raw(count)
    return np.argsort(raw, kind="stable")
