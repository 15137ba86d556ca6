"""Whose work each submission is, by Moodle's worksheet: who is not in it, teams, late work."""

import hashlib
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from grader.errors import WorksheetError
from grader.intake.inbox import read
from grader.intake.late import Late, handed_in, late_remark, lateness
from grader.intake.moodle import MoodleName, parse_name
from grader.intake.owners import Owner, People, read_people, whose
from grader.intake.status import read_status
from grader.intake.worksheet import Worksheet
from grader.model import Result, Submission
from paribus.course.policy import Policy

MISSING = "not in the worksheet: Moodle's worksheet has no row for this submission, so no grade is written there."
UNCLEAR = (
    "unclear whose: by its folder's name and number this may be the work of {who}. Nothing tells for certain, so "
    "no grade is written for them, and a person decides."
)
DRAFT = "draft: in Moodle this is a draft that was not submitted for grading."
TOLD = ("not in the worksheet", "late:", "draft:")
"""How remarks begin that follow from the worksheet's rows and the policy."""
OUTSIDE = (*TOLD, "duplicate", "unclear whose", "team:", "Not read", "The text typed into Moodle")
"""How remarks begin that do not follow from the file alone; a result with others of them is made anew."""


NO_TEAMS: Mapping[str, Any] = {"group_of": {}, "members": {}, "apart": frozenset()}
"""What a column of groups says of teams where the course gives its groups dates as sections."""


@dataclass(frozen=True)
class Roster:
    """What a worksheet and the course's policy say about the students, by Moodle's number. ``people`` is None where
    there is no worksheet.
    """

    people: People | None = None
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
    return Roster(
        people=replace(read_people(worksheet), **NO_TEAMS) if policy.sections else read_people(worksheet),
        late=lateness(worksheet, policy),
        drafts=frozenset(
            student.number
            for student in worksheet.students
            if read_status(student.status, worksheet.languages).draft
        ),
        handed_in=handed_in(worksheet, policy) if policy.reveal is not None else {},
        reveal=policy.reveal,
    )


def with_roster(submissions: Iterable[Submission], roster: Roster) -> Iterator[Submission]:
    """Every submission with what the roster says of it; a team's file once, however many copies Moodle packed.

    All names are looked at before the first is given: the others show whether numbers are students' or groups'.
    """
    listed = deque(submissions)
    owners = whose([(item.student, _folder(item)) for item in listed], roster.people)
    seen: set[tuple[str, str]] = set()
    for owner in owners:
        unread = listed.popleft()  # a class of thousands is not kept while it is graded
        item = read(unread) if owner.team else unread
        if owner.team:
            if (owner.team, item.sha256) in seen and not item.problem:
                continue
            seen.add((owner.team, item.sha256))
        yield _placed(item, owner, roster)


def check_belongs(worksheet: Worksheet, placed: Iterable[Submission | Result], origin: str) -> None:
    """WorksheetError where the worksheet has a row for nobody who handed in: Moodle numbers people anew in every
    assignment, so it is another one's. ``placed`` are submissions as `with_roster` gives them, or results.
    """
    names = {student.name for student in worksheet.students} - {""}
    numbers = agree = 0
    for item in placed:
        if MISSING not in item.remarks:
            return
        numbers += item.student.isdecimal()
        agree += item.name in names
    if numbers:
        told = f", although names are ({agree} of {numbers})" if agree else ""
        raise WorksheetError(
            f"{origin} is another assignment's worksheet: none of the submissions' identifiers is in it (0 of "
            f"{numbers}){told}. Download the grading worksheet of the assignment that the submissions are from, or "
            "leave --worksheet out."
        )


def _folder(item: Submission) -> MoodleName | None:
    """The name that Moodle gave what holds a submission; None where it is no zip of Moodle's."""
    parts = item.path.split("/")
    for place in range(len(parts)):
        found = parse_name("/".join(parts[place:]))
        if found is not None:
            return found if found.number in ("", item.student) else None
    return None


def _placed(item: Submission, owner: Owner, roster: Roster) -> Submission:
    remarks = list(item.remarks)
    owners = owner.members
    team = owners if owner.team else ()
    if len(team) > 1:
        remarks.append(f"team: one file for {len(team)} students ({', '.join(team)}).")
    if owner.unclear:
        remarks.append(UNCLEAR.format(who=_who(owner)))
    late, told = said_of(owners, roster, unclear=bool(owner.unclear))
    times = [roster.handed_in[number] for number in owners if number in roster.handed_in]
    # A team's file carries one row a member; Moodle changes them together, and the last one is the file's.
    handed = max(times).isoformat() if times else ""
    reveal = roster.reveal.isoformat() if roster.reveal is not None else ""
    return replace(
        item, remarks=(*remarks, *told), team=team, group=owner.group, path="", late=late, handed_in=handed,
        reveal=reveal,
    )  # fmt: skip


def said_of(owners: Sequence[str], roster: Roster, *, unclear: bool = False) -> tuple[float, tuple[str, ...]]:
    """How late the owners' work is, and the remarks on it that follow from the worksheet and the policy."""
    remarks = []
    if roster.people is not None and not unclear and not roster.people.names.keys() & set(owners):
        remarks.append(MISSING)
    seconds = [roster.late.seconds[number] for number in owners if number in roster.late.seconds]
    # Whoever of a team has the longest extension has it for all; a date that cannot be read is nobody's fault.
    late = min(seconds) if seconds and len(seconds) == len(owners) else 0.0
    if late:
        remarks.append(late_remark(late))
    remarks.extend([roster.late.unread[number] for number in owners if number in roster.late.unread][:1])
    if roster.drafts & set(owners):
        remarks.append(DRAFT)
    return late, tuple(remarks)


def told_anew(result: Result, roster: Roster) -> Result:
    """A result that was judged before, with the lateness that the worksheet and the policy give it now."""
    unclear = any(remark.startswith(UNCLEAR.partition(":")[0]) for remark in result.remarks)
    late, told = said_of(result.owners, roster, unclear=unclear)
    places = [place for place, remark in enumerate(result.remarks) if remark.startswith(TOLD)]
    before = places[0] if places else _outside(result)
    after = [remark for remark in result.remarks[before:] if not remark.startswith(TOLD)]
    return replace(result, late=late, remarks=(*result.remarks[:before], *told, *after))


def _outside(result: Result) -> int:
    """Where the remarks end that do not follow from the file: they come first, or last where it was not judged."""
    last = len(result.remarks)
    return next(
        (place for place, text in enumerate(result.remarks) if result.cells and not text.startswith(OUTSIDE)), last
    )


def _who(owner: Owner) -> str:
    """Those who may be meant, in words."""
    if len(owner.unclear) > 1:
        return f"one of {', '.join(owner.unclear)}, or of several"
    return f"{owner.unclear[0]}, whose name it does not bear, or of a group that the worksheet does not have"
