"""Whose work each submission is, by Moodle's worksheet: who is not in it, teams, late work."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from course.policy import Policy
from grader.intake.late import NOT_READ, late_remark, lateness
from grader.intake.worksheet import Worksheet
from grader.model import Submission

MISSING = "not in the worksheet: Moodle's worksheet has no row for this submission, so no grade is written there."
OUTSIDE = ("duplicate", "not in the worksheet", "late:", "team:", "Not read", "The text typed into Moodle")
"""How remarks begin that do not follow from the file alone; a result with others of them is made anew."""


@dataclass(frozen=True)
class Roster:
    """What a worksheet and the course's policy say about the students, by Moodle's number."""

    known: frozenset[str] | None = None
    group_of: Mapping[str, str] = field(default_factory=dict)
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    late: Mapping[str, float | str] = field(default_factory=dict)


def read_roster(worksheet: Worksheet | None, policy: Policy) -> Roster:
    """The roster of a worksheet; without one nobody is missing, late or in a team."""
    if worksheet is None:
        return Roster()
    groups: dict[str, list[str]] = {}
    for student in worksheet.students:
        if student.group and student.group != "-":
            groups.setdefault(student.group, []).append(student.number)
    return Roster(
        known=worksheet.numbers(),
        group_of={number: group for group, numbers in groups.items() for number in numbers},
        members={group: tuple(sorted(numbers, key=int)) for group, numbers in groups.items()},
        late=lateness(worksheet, policy),
    )


def with_roster(submissions: Iterable[Submission], roster: Roster) -> Iterator[Submission]:
    """Every submission with what the roster says of it; a team's file once, however many copies Moodle packed."""
    seen: set[tuple[str, str]] = set()
    for item in submissions:
        group = _group(item, roster)
        if group:
            if (group, item.sha256) in seen and not item.problem:
                continue
            seen.add((group, item.sha256))
        yield _placed(item, roster, roster.members.get(group, ()))


def _group(item: Submission, roster: Roster) -> str:
    """The team of a submission: its owner's, or the one whose name stands in place of an owner's."""
    if item.student in roster.group_of:
        return roster.group_of[item.student]
    return item.name if item.name in roster.members else ""


def _placed(item: Submission, roster: Roster, members: tuple[str, ...]) -> Submission:
    remarks = list(item.remarks)
    team = members if len(members) > 1 else ()
    owners = team or members or (item.student,)
    if team:
        remarks.append(f"team: one file for {len(team)} students ({', '.join(team)}).")
    if roster.known is not None and not roster.known & set(owners):
        remarks.append(MISSING)
    told = [roster.late[number] for number in owners if number in roster.late]
    seconds = [value for value in told if isinstance(value, float)]
    # Whoever of a team has the longest extension has it for all; a date that cannot be read is nobody's fault.
    late = min(seconds) if len(seconds) == len(owners) else 0.0
    if late:
        remarks.append(late_remark(late))
    remarks.extend(NOT_READ.format(date=value) for value in told[:1] if isinstance(value, str))
    return replace(item, remarks=tuple(remarks), team=team, late=late)
