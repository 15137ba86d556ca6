"""Whose work each submission is, and what follows from that: teams, late work, people whom no table names.

A learning platform says who the people are (`grader.lms`); this writes it on submissions and results.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from grader.intake.late import Late, late_remark
from grader.model import Result, Submission

UNCLEAR = (
    "unclear whose: by its folder's name and number this may be the work of {who}. Nothing tells for certain, so "
    "no grade is written for them, and a person decides."
)
DRAFT = "draft: in Moodle this is a draft that was not submitted for grading."
MARKED = "marked late:"
NO_ROW, WHOSE = "not in the ", "unclear whose"
"""How remarks begin that concern whoever keeps the platform's table, and not the student."""
TOLD = (NO_ROW, "late:", "draft:")
"""How remarks begin that follow from a table's rows and the policy."""
OUTSIDE = (*TOLD, MARKED, "duplicate", WHOSE, "team:", "Not read", "The text typed into")
"""How remarks begin that do not follow from the file alone; a result with others of them is made anew."""


def for_students(remarks: Iterable[str]) -> list[str]:
    """The remarks on a submission that its student should read."""
    return [remark for remark in remarks if not remark.startswith((NO_ROW, WHOSE))]


@dataclass(frozen=True)
class Owner:
    """Whose a submission is. ``members`` are all of them by the platform's number; ``team`` is their group's name
    where they handed in as one. ``group`` names the submission where it is, or may be, a group's or several
    people's. Where nobody can tell, ``unclear`` are those who may be meant, and ``why`` says in a sentence why not.
    """

    members: tuple[str, ...] = ()
    team: str = ""
    group: str = ""
    unclear: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True)
class Roster:
    """What a platform's table and the course's policy say about the students, by the platform's number. ``known``
    are those whom the table has, None where there is no table; ``missing`` is the remark on work of nobody in it;
    ``people`` is what the platform itself needs to tell whose a submission is.
    """

    known: frozenset[str] | None = None
    missing: str = ""
    people: Any = None
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


def nobody_known(placed: Iterable[Submission | Result], missing: str) -> bool:
    """Whether all bear the remark that they are ``missing`` in the table: then it is probably another one's."""
    return all(missing in item.remarks for item in placed)


def placed(item: Submission, owner: Owner, roster: Roster) -> Submission:
    """The submission with what the roster says of its owner."""
    remarks = list(item.remarks)
    owners = owner.members
    team = owners if owner.team else ()
    if len(team) > 1:
        remarks.append(f"team: one file for {len(team)} students ({', '.join(team)}).")
    if owner.unclear:
        remarks.append(owner.why or UNCLEAR.format(who=_who(owner)))
    late, told = said_of(owners, roster, unclear=bool(owner.unclear))
    times = [roster.handed_in[number] for number in owners if number in roster.handed_in]
    # A team's file carries one row a member; the platform changes them together, and the last one is the file's.
    handed = max(times).isoformat() if times else ""
    reveal = roster.reveal.isoformat() if roster.reveal is not None else ""
    return replace(
        item, remarks=(*remarks, *told), team=team, group=owner.group, path="", late=late, handed_in=handed,
        reveal=reveal,
    )  # fmt: skip


def said_of(owners: Sequence[str], roster: Roster, *, unclear: bool = False) -> tuple[float, tuple[str, ...]]:
    """How late the owners' work is, and the remarks on it that follow from the table and the policy."""
    remarks = []
    if roster.known is not None and not unclear and roster.known.isdisjoint(owners):
        remarks.append(roster.missing)
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
    """A result that was judged before, with the lateness that the table and the policy give it now."""
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
