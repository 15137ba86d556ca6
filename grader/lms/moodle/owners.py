"""Whose a folder of Moodle's zip is: one student's, a team's, or unclear. Names and numbers in, no files.

A number in the zip is a participant's in one assignment and a group's in another, and Moodle counts both from 1.
So where the worksheet has groups, the name in the folder decides: a group's name is the group, a student's name is
that student alone (then the column holds sections and no teams), ``Group-Full name`` is the student's group. What
fits two of them, or fits nobody by its name, is nobody's: a person decides.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from grader.intake.file_names import Named
from grader.intake.roster import Owner
from grader.lms.moodle.names import hides_name, zipped, zipped_group
from grader.lms.moodle.worksheet import Worksheet


@dataclass(frozen=True)
class People:
    """What a worksheet says of its students: by Moodle's number the names that a row may mean, sorted by words, and
    the group; by a group's name its members. Those of one team hand in at one time: the groups ``apart`` are
    several of one name, or no teams. ``sure`` is false where the column of groups is only a guess.
    """

    names: Mapping[str, frozenset[str]]
    group_of: Mapping[str, str] = field(default_factory=dict)
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    apart: frozenset[str] = frozenset()
    sure: bool = True


Folder = tuple[str, Named | None]
"""What the inbox takes for a submission's student, and the name that Moodle gave its folder."""


def read_people(worksheet: Worksheet) -> People:
    """The students and groups of a worksheet. Where no column is known to be the group's, the one before Grade is
    tried: Moodle writes it there.
    """
    columns = worksheet.columns
    sure = columns.group >= 0
    place = columns.group if sure else columns.grade - 1
    if place in (columns.identifier, columns.name, columns.submitted, columns.status, columns.email):
        place = -1
    names, groups, times = {}, dict[str, list[str]](), dict[str, set[str]]()
    for student in worksheet.students:
        row = worksheet.rows[student.row]
        texts = [student.name] if columns.name >= 0 else [row[n] for n in range(1, len(row)) if n != place]
        names[student.number] = frozenset(filter(None, map(_words, texts)))
        group = row[place].strip() if place >= 0 else ""
        if group and group != "-":
            groups.setdefault(group, []).append(student.number)
            times.setdefault(group, set()).add(student.submitted)
    return People(
        names=names,
        group_of={number: group for group, numbers in groups.items() for number in numbers},
        members={group: tuple(sorted(numbers, key=int)) for group, numbers in groups.items()},
        apart=frozenset(group for group, found in times.items() if len(found) > 1),
        sure=sure,
    )


def whose(folders: Sequence[Folder], people: People | None) -> tuple[Owner, ...]:
    """The owner of each of a batch's submissions; ``people`` is None where there is no worksheet."""
    named = [folder for _, folder in folders if folder is not None]
    # Only an assignment for teams has a folder without a number.
    for_teams = any(not folder.number for folder in named)
    if people is None:
        return tuple(
            Owner(group=folder.number) if for_teams and folder is not None and folder.number else Owner((student,))
            for student, folder in folders
        )
    groups = _by_zipped_name(people.members)
    called = {folder.name: groups.get(zipped(folder.name), ()) for folder in named}
    if not people.members or not (people.sure or for_teams or any(called.values())):
        return tuple(Owner((student,)) for student, _ in folders)
    batch = _Batch(named, called, people, for_teams)
    return tuple(
        Owner((student,)) if folder is None else batch.owner(student, folder) for student, folder in folders
    )


class _Batch:
    """What the names of all folders say together; lives for one `whose` call."""

    def __init__(
        self, named: Sequence[Named], called: Mapping[str, Sequence[str]], people: People, for_teams: bool
    ) -> None:
        self._people, self._called = people, called
        self._numbers: dict[str, set[str]] = {}
        for folder in named:
            self._numbers.setdefault(folder.name, set()).add(folder.number)
        # A name that everyone bears is Moodle's word for a student whose name it hides.
        alike = len(self._numbers) == 1 and all(len(numbers) > 1 for numbers in self._numbers.values())
        self._hidden = alike and not any(called.values())
        students = {folder: self._student(folder) is not None for folder in named}
        self._for_teams = for_teams or any(called[folder.name] and not found for folder, found in students.items())
        self._for_students = any(students.values())

    def owner(self, student: str, folder: Named) -> Owner:
        """Whose this folder is."""
        people, groups = self._people, self._called[folder.name]
        found = self._student(folder)
        readings = {people.members[group]: group for group in groups}
        if found is not None:
            readings.setdefault(found.members, found.team)
        if not readings:
            if folder.number not in people.names:
                return Owner(group=folder.number) if self._for_teams and folder.number else Owner((student,))
            # A name that nobody bears: changed since, in a batch of students; else the number may be a group's.
            if self._for_students and not self._for_teams:
                return Owner((student,))
            return Owner(group=folder.number, unclear=(folder.number,))
        several = groups and (len(self._numbers[folder.name]) > 1 or not people.apart.isdisjoint(groups))
        if len(readings) > 1 or several:
            meant = {number for members in readings for number in members}
            return Owner(group=folder.number, unclear=_in_order(meant))
        (members, team), *_ = readings.items()
        return Owner(members, team, folder.number if groups else "")

    def _student(self, folder: Named) -> Owner | None:
        """The student whose number and name the folder bears, or their group where that is before the name."""
        names, alone = self._people.names.get(folder.number), Owner((folder.number,))
        if names is None:
            return None
        if _words(folder.name) in names:
            return alone
        group = self._people.group_of.get(folder.number, "")
        name, before = zipped(folder.name), zipped(group)
        rest = name.removeprefix(before).lstrip()
        if group and name.startswith(before) and rest.startswith("-"):
            rest = rest[1:]
            if hides_name(rest) or _words(rest) in names:
                return alone if group in self._people.apart else Owner(self._people.members[group], group)
        return alone if hides_name(folder.name) or (self._hidden and not names) else None


def _by_zipped_name(groups: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Groups by what Moodle calls them in the zip; of several under one name nobody can tell which is meant."""
    found: dict[str, tuple[str, ...]] = {}
    for group in groups:
        found[zipped_group(group)] = (*found.get(zipped_group(group), ()), group)
    return found


def _words(name: str) -> str:
    """A name with its words in order of the alphabet: a site may put the family's name first."""
    return " ".join(sorted(zipped(name).split()))


def _in_order(numbers: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(numbers, key=int))
