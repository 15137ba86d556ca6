"""What grading says: verdicts, the points of a cell, and the Result."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from grader.model.case import owners_of

SCHEMA = "paribus.result/1"

Status = Literal["graded", "partial", "unreadable", "other_assignment"]


class Basis(StrEnum):
    """What a verdict rests on: paribus's records, outputs that the work printed, or what was written."""

    RECORDED = "recorded"
    SHOWN = "shown"
    WRITTEN = "written"


class Outcome(StrEnum):
    """What a check found. What may have been lost in the export is UNDECIDED, never full marks."""

    PASSED = "passed"
    FAILED = "failed"
    UNDECIDED = "undecided"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True)
class Evidence:
    """What a verdict rests on: the cell, and the few words or numbers in it."""

    cell: str
    text: str


@dataclass(frozen=True)
class Verdict:
    """What one check says of one cell. ``points`` are the points at stake; ``because`` is a sentence to the
    student; ``traceback`` is for the instructor alone and set only where the check itself broke.

    ``basis`` is what the verdict rests on, "" where nothing was read. ``proposal`` is what a person would probably
    say of an undecided one ("passed", "failed" or ""), and ``proposed_because`` why: for the person who decides
    alone, since a proposal moves no point and no student reads it.
    """

    check: str
    outcome: Outcome
    because: str
    points: float = 0.0
    values: Mapping[str, Any] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()
    traceback: str = ""
    basis: str = ""
    proposal: str = ""
    proposed_because: str = ""


@dataclass(frozen=True)
class CellResult:
    """One graded cell. ``score`` sums the passed checks; ``pending`` is what a person still decides.

    ``says_little`` are reasons for which a person looks at the answer first: they move no point, and no student
    reads them.
    """

    key: str
    points: float
    score: float
    pending: float
    verdicts: tuple[Verdict, ...]
    says_little: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sketch:
    """What is kept of a submission to compare it with others (`grader.similarity.sketch`): nonces, a MinHash a memo
    and, by kind, the digests of its records and code, one after the other (`grader.similarity.marks`).
    """

    nonces: tuple[str, ...] = ()
    memos: Mapping[str, str] = field(default_factory=dict)
    marks: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Likeness:
    """What a submission has in common with ``other``: the random nonce, the share of word runs by memo cell, how
    many marks by kind, and the share of the shorter one's own code.

    ``other`` may be what was kept of an earlier term: then ``term`` names it, and ``until`` is the last day of
    keeping it.
    """

    other: str
    nonce: bool
    memos: Mapping[str, float]
    marks: Mapping[str, int] = field(default_factory=dict)
    code: float = 0.0
    term: str = ""
    until: str = ""


@dataclass(frozen=True)
class Result:
    """All that grading says about one submission; one line of results.jsonl (`grader.grading.results`).

    ``attempt``, ``team``, ``group`` and ``late`` are the submission's. ``penalty`` are the points that lateness
    costs; it follows the score with people's grades in it, so results.jsonl has none. ``alike`` names other
    people's submissions that this one resembles: for the instructor alone, and no points depend on it.
    """

    submission: str
    student: str
    source: str
    sha256: str
    status: Status
    name: str = ""
    release: str = ""
    family: str = ""
    remarks: tuple[str, ...] = ()
    score: float = 0.0
    pending: float = 0.0
    max_score: float = 0.0
    needs_person: tuple[str, ...] = ()
    cells: tuple[CellResult, ...] = ()
    metrics: Mapping[str, float] = field(default_factory=dict)
    attempt: int = 1
    team: tuple[str, ...] = ()
    group: str = ""
    late: float = 0.0
    penalty: float = 0.0
    sketch: Sketch = field(default_factory=Sketch)
    alike: tuple[Likeness, ...] = ()
    schema: str = SCHEMA

    @property
    def net(self) -> float:
        """The score less the penalty."""
        return max(0.0, self.score - self.penalty)

    @property
    def owners(self) -> tuple[str, ...]:
        """The identifiers of everyone whose work it is; none where nobody can tell."""
        return owners_of(self.student, self.team, self.group)
