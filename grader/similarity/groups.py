"""Who resembles whom, as groups: one line for all that a chain of pairs connects, with what its members share."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from grader.model import Likeness, Result
from grader.similarity.pairs import strength

Link = tuple[str, str, Likeness]
"""Two submissions by name, the second perhaps what was kept of an earlier term, and what they have in common."""


@dataclass(frozen=True)
class Share:
    """One thing that members of a group have in common: its kind (of memos ``memo`` with the cell's key), how much
    of it from the least to the most, and who they are.
    """

    kind: str
    key: str
    least: float
    most: float
    members: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """Submissions that resemble each other, by name, in the order of the results; earlier terms' come last."""

    members: tuple[str, ...]
    links: tuple[Link, ...]

    @property
    def earlier(self) -> dict[str, Likeness]:
        """The members that were kept of earlier terms, with the term and the last day of keeping them."""
        return {other: likeness for _, other, likeness in self.links if likeness.term}

    def shares(self) -> tuple[Share, ...]:
        """What the members have in common, the strongest first."""
        found: dict[tuple[str, str], list[tuple[float, str, str]]] = {}
        for first, second, likeness in self.links:
            for kind, key, amount in _amounts(likeness):
                found.setdefault((kind, key), []).append((amount, first, second))
        order = {member: place for place, member in enumerate(self.members)}
        return tuple(
            Share(
                kind, key, min(found[kind, key])[0], max(found[kind, key])[0],
                tuple(sorted({name for _, *pair in found[kind, key] for name in pair}, key=order.__getitem__)),
            )
            for kind, key in sorted(found, key=lambda item: (KINDS.index(item[0]), item[1]))
        )  # fmt: skip


KINDS = ("nonce", "chain", "said", "moments", "reasons", "memo", "code", "runs", "losses", "environment", "order")
"""What can be in common, the strongest first."""


def _amounts(likeness: Likeness) -> Iterator[tuple[str, str, float]]:
    if likeness.nonce:
        yield "nonce", "", 1
    for key, share in likeness.memos.items():
        yield "memo", key, share
    for kind, count in likeness.marks.items():
        if kind in KINDS and not (kind == "chain" and likeness.nonce):  # one session's records have one chain
            yield kind, "", likeness.code if kind == "code" else count


def links_of(results: Sequence[Result]) -> list[Link]:
    """Every pair once, those that have most in common first."""
    order = {result.submission: place for place, result in enumerate(results)}
    found: dict[tuple[str, str], Likeness] = {}
    for result in results:
        for item in result.alike:
            if item.term:
                found[result.submission, item.other] = item
            elif item.other in order:
                first, second = sorted((result.submission, item.other), key=order.__getitem__)
                found[first, second] = item
    ranked = sorted(found.items(), key=lambda entry: (strength(entry[1])[:-1], entry[0]))
    return [(first, second, item) for (first, second), item in ranked]


def groups_of(results: Sequence[Result]) -> list[Group]:
    """The groups, that with the strongest link first."""
    links = links_of(results)
    above = _united((first, second) for first, second, _ in links)
    of_group: dict[str, list[Link]] = {}
    for link in links:
        of_group.setdefault(above[link[0]], []).append(link)
    order = {result.submission: place for place, result in enumerate(results)}
    groups = []
    for mine in of_group.values():
        names = {name for first, second, _ in mine for name in (first, second)}
        members = sorted(names, key=lambda name: (order.get(name, len(order)), name))
        groups.append(Group(tuple(members), tuple(mine)))
    return groups


def _united(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """For each name one that is the same for all that pairs connect with it."""
    above: dict[str, str] = {}

    def find(name: str) -> str:
        while above.setdefault(name, name) != name:
            above[name] = above[above[name]]
            name = above[name]
        return name

    for first, second in pairs:
        above[find(first)] = find(second)
    return {name: find(name) for name in tuple(above)}
