"""Which submissions share digests, and how many: sorted once, so that it takes time in line with their number.

``held`` are each place's digests of one kind as numbers, in order, each once.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from grader.similarity.memos import Pair

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Held = Sequence[NDArray[np.uint64]]

COMMON_SHARE, COMMON_LEAST = 0.1, 4
"""What more than a tenth of a class has, and at least so many people, is common and tells nothing."""
HOLDERS = 30
"""Of a digest that more places hold, each is paired with so many of them."""


def without_common(held: "Held", person: Sequence[int], group: Sequence[int]) -> "list[NDArray[np.uint64]]":
    """The digests without those that are common in some group; ``person`` and ``group`` say whose each place is."""
    import numpy as np

    common: list[NDArray[np.uint64]] = []
    for name in sorted(set(group)):
        places = [place for place, found in enumerate(group) if found == name]
        values = np.concatenate([held[place] for place in places])
        people = np.repeat([person[place] for place in places], [len(held[place]) for place in places])
        order = np.lexsort((people, values))
        values, people = values[order], people[order]
        again = (values[1:] == values[:-1]) & (people[1:] == people[:-1])
        values = values[np.append(True, ~again)] if len(values) else values
        seen, counts = np.unique(values, return_counts=True)
        least = max(COMMON_LEAST, COMMON_SHARE * len({person[place] for place in places}) + 1e-9)
        common.append(seen[counts >= least])
    told = np.unique(np.concatenate(common)) if common else np.empty(0, dtype=np.uint64)
    return [digests[~np.isin(digests, told)] if len(told) else digests for digests in held]


def sharing(held: "Held", most: int | None = None) -> dict[Pair, int]:
    """How many digests each pair of places has in common; those that more than ``most`` places hold left out."""
    import numpy as np

    owner = np.repeat(np.arange(len(held)), [len(digests) for digests in held])
    digests = np.concatenate([*held, np.empty(0, dtype=np.uint64)])
    order = np.lexsort((owner, digests))
    owner, digests = owner[order], digests[order]
    if most is not None:
        _, where, counts = np.unique(digests, return_inverse=True, return_counts=True)
        few = counts[where] <= most
        owner, digests = owner[few], digests[few]
    found: list[NDArray[np.int64]] = []
    for step in range(1, HOLDERS):
        same = np.flatnonzero(digests[step:] == digests[:-step])
        if not len(same):
            break
        found.append(owner[same] * len(held) + owner[same + step])
    if not found:
        return {}
    codes, counts = np.unique(np.concatenate(found), return_counts=True)
    pairs = (divmod(code, len(held)) for code in codes.tolist())
    return dict(zip(pairs, counts.tolist(), strict=True))
