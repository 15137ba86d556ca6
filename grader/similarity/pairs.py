"""`integrity.copied`: submissions that resemble one another, for the instructor, never a deduction.

What makes a pair: one session's nonce; memos that share most of their word runs; a record that names another's
record; a prediction or a diagnosis of the same second with the same reason, three of the same seconds, or a long
reason word for word; much rare code. What only adds to a pair that something else has made: equal results, losses,
environments and orders of records, which the same seed on the same machine gives to everyone. What more than a
tenth of a class has in common tells nothing. A student's own attempts and a declared team are one submission.

The class is compared with itself and with what was kept of earlier terms. The time grows as the class does, and the
answer does not depend on the order in which the class is given.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from grader.model import Likeness, Result, Sketch
from grader.similarity.earlier import Earlier, Entry, people_of
from grader.similarity.marks import numbers, short
from grader.similarity.memos import Pair, near_memos, star
from grader.similarity.shared import sharing, without_common

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SUFFICE: Mapping[str, int] = {"chain": 1, "said": 1, "reasons": 1, "moments": 3}
"""The strong marks, and how many of a kind make a pair."""
WEAK = ("runs", "losses", "environment", "order")
PROOF = frozenset({"chain", "said"})
"""What no two people come by honestly: it tells however many have it."""
CODE, CODE_LEAST, CODE_SHARE, CODE_HOLDERS = "code", 30, 0.4, 8
"""Rare fingerprints in common that make a pair (a dozen lines), the share of the shorter one's that they have to
be, and how many people may have one that still counts.
"""
CODE_TOLD = 5
"""Rare fingerprints that are told of a pair that something else has made."""
MOST = 20
"""How many others one submission names."""
_NOTHING = Earlier()


@dataclass(frozen=True)
class _Item:
    """A submission, or what was kept of one: what it is called, whose it is, by what it is compared."""

    name: str
    owners: frozenset[str]
    sketch: Sketch
    nonces: frozenset[str]
    entry: Entry | None = None


def find_copies(results: Sequence[Result], earlier: Earlier = _NOTHING) -> tuple[Result, ...]:
    """The results, in their order, each naming the others that it resembles."""
    compared = _Compared(_items(results, earlier))
    named: dict[str, list[Likeness]] = {}
    for (first, second), memos in compared.pairs().items():
        for own, other in ((first, second), (second, first)):
            if compared.items[own].entry is None:
                named.setdefault(compared.items[own].name, []).append(compared.likeness(own, other, memos))
    return tuple(
        replace(result, alike=tuple(sorted(named.get(result.submission, ()), key=strength)[:MOST]))
        for result in results
    )


def strength(likeness: Likeness) -> tuple[bool, bool, float, int, str]:
    """Sorts those that have most in common first."""
    proved = any(kind in likeness.marks for kind in PROOF)
    return (
        not likeness.nonce, not proved, -sum(likeness.memos.values()) - likeness.code,
        -sum(likeness.marks.get(kind, 0) for kind in SUFFICE), likeness.other,
    )  # fmt: skip


def _items(results: Sequence[Result], earlier: Earlier) -> list[_Item]:
    """All that is compared, by name: pairs do not depend on the order in which anything is given."""
    own = [
        _Item(
            result.submission,
            frozenset((*result.owners, *people_of(result, earlier.salt))),
            result.sketch,
            frozenset(map(short, result.sketch.nonces)),
        )
        for result in results
    ]
    kept = [
        _Item(entry.name, frozenset(entry.people), entry.sketch, frozenset(entry.sketch.nonces), entry)
        for entry in earlier.entries
    ]
    return [*sorted(own, key=lambda item: item.name), *sorted(kept, key=lambda item: item.name)]


class _Compared:
    """The items with their digests as numbers, what is common taken out; lives for one `find_copies` call."""

    def __init__(self, items: list[_Item]) -> None:
        self.items = items
        owner = [min(item.owners, default="") for item in items]
        people = {name: number for number, name in enumerate(sorted(set(owner)))}
        person = [people[name] for name in owner]
        terms = ["", *sorted({item.entry.term for item in items if item.entry is not None})]
        group = [terms.index(item.entry.term if item.entry is not None else "") for item in items]
        self.held: dict[str, Sequence[NDArray[np.uint64]]] = {}
        for kind in (*SUFFICE, *WEAK, CODE):
            held = [numbers(item.sketch.marks.get(kind, "")) for item in items]
            self.held[kind] = held if kind in PROOF else without_common(held, person, group)

    def pairs(self) -> dict[Pair, dict[str, float]]:
        """Every pair of different people's items that something strong connects, with its near-equal memos."""
        found: dict[Pair, dict[str, float]] = {}
        for pair in (*self._same_nonce(), *self._strong_marks(), *self._much_code()):
            found.setdefault(pair, {})
        for key in sorted({key for item in self.items for key in item.sketch.memos}):
            memos = ((place, item.sketch.memos.get(key, "")) for place, item in enumerate(self.items))
            for pair, share in near_memos({place: memo for place, memo in memos if memo}, self._others):
                found.setdefault(pair, {})[key] = share
        return dict(sorted(found.items()))

    def likeness(self, own: int, other: int, memos: Mapping[str, float]) -> Likeness:
        """What an item has in common with another one, the weak marks told as well."""
        import numpy as np

        counts = {
            kind: len(np.intersect1d(held[own], held[other], assume_unique=True))
            for kind, held in self.held.items()
        }
        shorter = min(len(self.held[CODE][own]), len(self.held[CODE][other]))
        if counts[CODE] < CODE_TOLD:
            counts[CODE] = 0
        item = self.items[other]
        return Likeness(
            item.name,
            bool(self.items[own].nonces & item.nonces),
            dict(memos),
            {kind: count for kind, count in sorted(counts.items()) if count},
            round(counts[CODE] / shorter, 2) if counts[CODE] else 0.0,
            item.entry.term if item.entry is not None else "",
            item.entry.until if item.entry is not None else "",
        )

    def _others(self, first: int, second: int) -> bool:
        """Two items of different people, at least one of this class: attempts and a team's files are one."""
        left, right = self.items[first], self.items[second]
        return (left.entry is None or right.entry is None) and not left.owners & right.owners

    def _same_nonce(self) -> Iterator[Pair]:
        holders: dict[str, list[int]] = {}
        for place, item in enumerate(self.items):
            for nonce in sorted(item.nonces):
                holders.setdefault(nonce, []).append(place)
        for places in holders.values():
            yield from star(places, self._others)

    def _strong_marks(self) -> Iterator[Pair]:
        for kind, least in SUFFICE.items():
            for pair, count in sharing(self.held[kind]).items():
                if count >= least and self._others(*pair):
                    yield pair

    def _much_code(self) -> Iterator[Pair]:
        held = self.held[CODE]
        for (first, second), count in sharing(held, most=CODE_HOLDERS).items():
            enough = max(CODE_LEAST, CODE_SHARE * min(len(held[first]), len(held[second])))
            if count >= enough and self._others(first, second):
                yield first, second
