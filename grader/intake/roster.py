"""Whose work each submission is, by Moodle's worksheet: who is not in it, teams, late work."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from course.policy import Policy
from grader.intake.inbox import read
from grader.intake.late import NOT_READ, handed_in, late_remark, lateness
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
    handed_in: Mapping[str, datetime] = field(default_factory=dict)
    reveal: datetime | None = None

    @property
    def key(self) -> str:
        """What of it verdicts depend on: the hand-in times, where something is revealed."""
        if self.reveal is None:
            return ""
        times = sorted((number, when.isoformat()) for number, when in self.handed_in.items())
        return hashlib.sha256(repr((self.reveal.isoformat(), times)).encode()).hexdigest()[:16]


def read_roster(worksheet: Worksheet | None, policy: Policy) -> Roster:
    """The roster of a worksheet; without one nobody is missing, late or in a team."""
    if worksheet is None:
        return Roster(reveal=policy.reveal)
    groups: dict[str, list[str]] = {}
    for student in worksheet.students:
        if student.group and student.group != "-":
            groups.setdefault(student.group, []).append(student.number)
    return Roster(
        known=worksheet.numbers(),
        group_of={number: group for group, numbers in groups.items() for number in numbers},
        members={group: tuple(sorted(numbers, key=int)) for group, numbers in groups.items()},
        late=lateness(worksheet, policy),
        handed_in=handed_in(worksheet, policy) if policy.reveal is not None else {},
        reveal=policy.reveal,
    )


def with_roster(submissions: Iterable[Submission], roster: Roster) -> Iterator[Submission]:
    """Every submission with what the roster says of it; a team's file once, however many copies Moodle packed."""
    seen: set[tuple[str, str]] = set()
    for listed in submissions:
        group = _group(listed, roster)
        item = read(listed) if group else listed
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
    times = [roster.handed_in[number] for number in owners if number in roster.handed_in]
    # A team's file carries one row a member; Moodle changes them together, and the last one is the file's.
    handed = max(times).isoformat() if times else ""
    reveal = roster.reveal.isoformat() if roster.reveal is not None else ""
    return replace(item, remarks=tuple(remarks), team=team, late=late, handed_in=handed, reveal=reveal)
