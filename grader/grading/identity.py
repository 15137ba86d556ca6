"""Whose a submission is, across gradings: told by the person's number or folder and by the file, never by a name.

Names are corrected, hidden and revealed, a second file comes and goes, folders move. Whatever was kept of an
earlier grading (scores that people gave, results to compare with) finds its submission again by these rules.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from grader.intake.file_names import read_any_name
from grader.intake.naming import nameless
from grader.model import Result


@dataclass(frozen=True)
class Handed:
    """One submission as it is told from others: what it is called, whose it is, and which file."""

    name: str
    person: str
    source: str
    sha256: str

    @property
    def file(self) -> str:
        """The file's own name, without folders and without what a platform puts before it."""
        found = read_any_name(self.source)
        return PurePosixPath(found.file if found and found.file else self.source).name


def handed(result: Result) -> Handed:
    """A result's submission as it is told from others."""
    return Handed(result.submission, result.student, result.source, result.sha256)


def pair(earlier: Sequence[Handed], now: Sequence[Handed]) -> dict[str, str]:
    """Which earlier submission each of ``now`` continues, by their names; one without a forerunner is left out.

    Both must be one person's. Of a person's files the one with the same bytes continues, else the one with the same
    path, else the one with the same file name; one file that is left on both sides is the new version of the old.
    Where two would fit, none is taken.
    """
    found: dict[str, str] = {}
    old, new = _by_person(earlier), _by_person(now)
    for person, mine in new.items():
        before = list(old.get(person, ()))
        rules: tuple[Callable[[Handed], Hashable], ...] = (
            lambda item: (item.sha256, item.file) if item.sha256 else None,
            lambda item: item.sha256 or None,
            lambda item: item.source or None,
            lambda item: item.file or None,
            lambda item: True,
        )
        for rule in rules:
            for former, later in _unique(before, mine, rule):
                found[later.name] = former.name
                before.remove(former)
                mine.remove(later)
    return found


def _by_person(items: Sequence[Handed]) -> dict[str, list[Handed]]:
    """The submissions of each person, who is the same with names and without."""
    people: dict[str, list[Handed]] = {}
    for item in items:
        people.setdefault(nameless(item.person), []).append(item)
    return people


def _unique(
    before: Sequence[Handed], now: Sequence[Handed], rule: Callable[[Handed], Hashable]
) -> list[tuple[Handed, Handed]]:
    """The pairs for which a rule gives the same thing, where it is given once on either side."""
    old: Mapping[Hashable, int] = Counter(map(rule, before))
    new: Mapping[Hashable, int] = Counter(map(rule, now))
    held = {rule(item): item for item in before}
    alone = [item for item in now if rule(item) is not None and new[rule(item)] == old.get(rule(item), 0) == 1]
    return [(held[rule(item)], item) for item in alone]
