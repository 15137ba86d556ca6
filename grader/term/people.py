"""Who is who over a term: the people of several assignments, brought together. Sightings in, people out; no files.

Canvas and a roster number a person once. Moodle numbers everyone anew in each assignment, and never uses a number
twice. So people of two assignments are one person where course.toml says so, or where the number or the e-mail
address is the same. Where no number lasts, the same name will do if it can mean nobody else. Who may be two people,
or one of two, is ``unclear``: nobody guesses a grade.
"""

import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from grader.errors import TermError
from grader.lms.grades import Grade, Graded


@dataclass(frozen=True)
class Person:
    """One person over the term. ``grades`` are by assignment; ``number``, ``name``, ``email`` and ``section`` are
    those of the last assignment in which they are known. ``unclear`` says why nobody can tell who this is.
    """

    number: str
    name: str = ""
    email: str = ""
    section: str = ""
    grades: Mapping[str, Grade] = field(default_factory=dict)
    unclear: str = ""

    @property
    def called(self) -> str:
        """What to call the person."""
        return self.name or self.number

    @property
    def names(self) -> frozenset[str]:
        """All that the person goes by, as `folded` has it."""
        return frozenset(
            folded(word)
            for grade in self.grades.values()
            for word in (grade.number, grade.name, grade.email)
            if word
        )


@dataclass(frozen=True, eq=False)
class _Sighting:
    """A person in one assignment; one sighting is equal to itself alone."""

    assignment: str
    grade: Grade


_Group = tuple[_Sighting, ...]


def folded(text: str) -> str:
    """A name as names are compared: without case and commas, and with its words in order of the alphabet."""
    return " ".join(sorted(unicodedata.normalize("NFC", text).casefold().replace(",", " ").split()))


def bring_together(weeks: Sequence[Graded], same: Sequence[Sequence[str]] = ()) -> tuple[Person, ...]:
    """The people of all ``weeks``, which are in the order of the course. ``same`` are names that mean one person.

    TermError where one of ``same`` is nobody's, or where no two assignments share anybody.
    """
    groups: list[_Group] = [(_Sighting(week.assignment, one),) for week in weeks for one in week.people]
    for names in same:
        groups = _declared(groups, names)
    groups = _joined(groups, _addresses)
    groups = _joined(groups, _numbers, apart=_contradict)
    unclear = _same_number(groups)
    if all(len(_weeks(group)) <= len(_numbers(group)) for group in groups):
        # Numbers are given anew in each assignment. Where they last, another number is somebody else.
        groups = _joined(groups, _names, apart=_ambiguous)
        unclear |= _same_name(groups)
    _check_shared(weeks, groups)
    order = {week.assignment: place for place, week in enumerate(weeks)}
    people = [_person(sorted(group, key=lambda item: order[item.assignment]), unclear) for group in groups]
    return tuple(sorted(people, key=lambda one: (one.called.casefold(), one.number)))


def index_of(people: Sequence[Person]) -> dict[str, list[int]]:
    """The places of the people by each number, e-mail address and name that they go by, as `folded` has it."""
    found: dict[str, list[int]] = {}
    for place, person in enumerate(people):
        for word in sorted(person.names):
            found.setdefault(word, []).append(place)
    return found


def _declared(groups: Sequence[_Group], names: Sequence[str]) -> list[_Group]:
    wanted = {folded(name): name for name in names}
    missing = wanted.keys() - set().union(*map(_words, groups))
    if missing:
        raise TermError(
            f"course.toml, [term]: same names {wanted[min(missing)]!r}, and nobody in the graded folders goes by "
            "that number, e-mail address or name."
        )
    mine = [group for group in groups if _words(group) & wanted.keys()]
    return [*(group for group in groups if group not in mine), tuple(item for group in mine for item in group)]


def _joined(
    groups: Sequence[_Group],
    words: Callable[[_Group], frozenset[str]],
    apart: Callable[[_Group, _Group], bool] = lambda one, other: False,
) -> list[_Group]:
    """The groups, those that share a word as one, unless any two of them are to be kept ``apart``."""
    root = list(range(len(groups)))

    def find(place: int) -> int:
        while root[place] != place:
            place = root[place]
        return place

    for places in _sharing(groups, words).values():
        if not any(apart(groups[one], groups[other]) for one, other in combinations(places, 2)):
            for place in places[1:]:
                root[find(place)] = find(places[0])
    found: dict[int, _Group] = {}
    for place, group in enumerate(groups):
        found[find(place)] = (*found.get(find(place), ()), *group)
    return list(found.values())


def _sharing(groups: Sequence[_Group], words: Callable[[_Group], frozenset[str]]) -> dict[str, list[int]]:
    """The places of the groups that have each word."""
    found: dict[str, list[int]] = {}
    for place, group in enumerate(groups):
        for word in sorted(words(group)):
            found.setdefault(word, []).append(place)
    return found


def _same_number(groups: Sequence[_Group]) -> dict[_Sighting, str]:
    """Who is unclear because one number is of people whose names and addresses differ."""
    return {
        item: f"The number {number} is of people with other names and addresses in other weeks."
        for number, places in _sharing(groups, _numbers).items()
        if len(places) > 1
        for place in places
        for item in groups[place]
    }


def _same_name(groups: Sequence[_Group]) -> dict[_Sighting, str]:
    """Who is unclear because two groups of one name, in different weeks, may be one person or two."""
    return {
        item: f"Several people are called {item.grade.name}, and nothing tells them apart."
        for places in _sharing(groups, _names).values()
        for pair in combinations(places, 2)
        if not _weeks(groups[pair[0]]) & _weeks(groups[pair[1]])
        for place in pair
        for item in groups[place]
    }


def _contradict(one: _Group, other: _Group) -> bool:
    """Whether two groups with a number in common differ in both name and e-mail address."""
    pairs = ((_names(one), _names(other)), (_addresses(one), _addresses(other)))
    return all(mine and theirs and not mine & theirs for mine, theirs in pairs)


def _ambiguous(one: _Group, other: _Group) -> bool:
    """Whether two groups of one name may be two people."""
    mine, theirs = _addresses(one), _addresses(other)
    return bool(_weeks(one) & _weeks(other)) or bool(mine and theirs and not mine & theirs)


def _numbers(group: _Group) -> frozenset[str]:
    return frozenset(item.grade.number for item in group)


def _names(group: _Group) -> frozenset[str]:
    return frozenset(folded(item.grade.name) for item in group) - {""}


def _addresses(group: _Group) -> frozenset[str]:
    return frozenset(folded(item.grade.email) for item in group) - {""}


def _words(group: _Group) -> frozenset[str]:
    return _names(group) | _addresses(group) | frozenset(map(folded, _numbers(group)))


def _weeks(group: _Group) -> frozenset[str]:
    return frozenset(item.assignment for item in group)


def _check_shared(weeks: Sequence[Graded], groups: Sequence[_Group]) -> None:
    peopled = [week.assignment for week in weeks if week.people]
    if len(peopled) > 1 and all(len(_weeks(group)) < 2 for group in groups):
        raise TermError(
            f"Nobody of {peopled[0]} could be found in {' or '.join(peopled[1:])}: the numbers differ, and no "
            "e-mail address or name is the same. Grade with worksheets that have names, or say who is who with "
            "same = … under [term] in course.toml."
        )


def _person(group: Sequence[_Sighting], unclear: Mapping[_Sighting, str]) -> Person:
    last = [item.grade for item in reversed(group)]
    why = next((unclear[item] for item in group if item in unclear), "")
    counts = Counter(item.assignment for item in group)
    if twice := [name for name, count in counts.items() if count > 1]:
        why = f"Two rows of {twice[0]} are one person's by the e-mail address or by course.toml."
    return Person(
        number=last[0].number,
        name=next((grade.name for grade in last if grade.name), ""),
        email=next((grade.email for grade in last if grade.email), ""),
        section=next((grade.section for grade in last if grade.section), ""),
        grades={item.assignment: item.grade for item in group},
        unclear=why,
    )
