"""Whose work each submission is, by Moodle's worksheet: who is not in it, teams, late work."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from course.policy import Policy
from grader.errors import WorksheetError
from grader.intake.inbox import read
from grader.intake.late import Late, handed_in, late_remark, lateness
from grader.intake.status import read_status
from grader.intake.worksheet import Worksheet
from grader.model import Result, Submission

MISSING = "not in the worksheet: Moodle's worksheet has no row for this submission, so no grade is written there."
DRAFT = "draft: in Moodle this is a draft that was not submitted for grading."
OUTSIDE = (
    "duplicate", "not in the worksheet", "late:", "draft:", "team:", "Not read", "The text typed into Moodle",
)  # fmt: skip
"""How remarks begin that do not follow from the file alone; a result with others of them is made anew."""
TOLD = ("not in the worksheet", "late:", "draft:")
"""Those that follow from the worksheet's rows and the policy."""


@dataclass(frozen=True)
class Roster:
    """What a worksheet and the course's policy say about the students, by Moodle's number."""

    known: frozenset[str] | None = None
    group_of: Mapping[str, str] = field(default_factory=dict)
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    late: Late = field(default_factory=Late)
    drafts: frozenset[str] = frozenset()
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
        drafts=frozenset(
            student.number
            for student in worksheet.students
            if read_status(student.status, worksheet.languages).draft
        ),
        handed_in=handed_in(worksheet, policy) if policy.reveal is not None else {},
        reveal=policy.reveal,
    )


def check_belongs(worksheet: Worksheet, roster: Roster, handed: Iterable[Submission | Result], origin: str) -> None:
    """WorksheetError where the worksheet has a row for nobody who handed in: Moodle numbers people anew in every
    assignment, so it is another one's.
    """
    known, numbers, agree = roster.known or frozenset(), 0, 0
    names = {student.name for student in worksheet.students} - {""}
    for item in handed:
        if _group(item, roster) or known & {item.student, *item.team}:
            return
        numbers += item.student.isdecimal()
        agree += item.name in names
    if numbers:
        told = f", although {agree} of the names are" if agree else ", nor is any of the names"
        raise WorksheetError(
            f"{origin} is another assignment's worksheet: none of the {numbers} identifiers of the submissions is "
            f"in it{told}. Download the grading worksheet of the assignment that the submissions are from, or "
            "leave --worksheet out."
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


def _group(item: Submission | Result, roster: Roster) -> str:
    """The team of a submission: its owner's, or the one whose name stands in place of an owner's."""
    if item.student in roster.group_of:
        return roster.group_of[item.student]
    return item.name if item.name in roster.members else ""


def _placed(item: Submission, roster: Roster, members: tuple[str, ...]) -> Submission:
    team = members if len(members) > 1 else ()
    owners = team or members or (item.student,)
    remarks = list(item.remarks)
    if team:
        remarks.append(f"team: one file for {len(team)} students ({', '.join(team)}).")
    late, told = said_of(owners, roster)
    times = [roster.handed_in[number] for number in owners if number in roster.handed_in]
    # A team's file carries one row a member; Moodle changes them together, and the last one is the file's.
    handed = max(times).isoformat() if times else ""
    reveal = roster.reveal.isoformat() if roster.reveal is not None else ""
    return replace(
        item, remarks=(*remarks, *told), team=team, late=late, handed_in=handed, reveal=reveal
    )  # fmt: skip


def said_of(owners: tuple[str, ...], roster: Roster) -> tuple[float, tuple[str, ...]]:
    """How late the owners' work is, and the remarks on it that follow from the worksheet and the policy."""
    remarks = []
    if roster.known is not None and not roster.known & set(owners):
        remarks.append(MISSING)
    seconds = [roster.late.seconds[number] for number in owners if number in roster.late.seconds]
    # Whoever of a team has the longest extension has it for all; a date that cannot be read is nobody's fault.
    late = min(seconds) if len(seconds) == len(owners) else 0.0
    if late:
        remarks.append(late_remark(late))
    remarks.extend([roster.late.unread[number] for number in owners if number in roster.late.unread][:1])
    if roster.drafts & set(owners):
        remarks.append(DRAFT)
    return late, tuple(remarks)


def told_anew(result: Result, roster: Roster) -> Result:
    """A result that was judged before, with the lateness that the worksheet and the policy give it now."""
    owners = result.team or roster.members.get(_group(result, roster), ()) or (result.student,)
    late, told = said_of(owners, roster)
    earlier = [remark for remark in result.remarks if remark.startswith(TOLD)]
    place = result.remarks.index(earlier[0]) if earlier else _outside(result.remarks)
    kept = [remark for remark in result.remarks if not remark.startswith(TOLD)]
    return replace(result, late=late, remarks=(*kept[:place], *told, *kept[place:]))


def _outside(remarks: tuple[str, ...]) -> int:
    """How many remarks in front do not follow from the file."""
    return next((place for place, text in enumerate(remarks) if not text.startswith(OUTSIDE)), len(remarks))
