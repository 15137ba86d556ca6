"""What was handed in, and what is in it: a submission, its recovered cells, and the case that checks look at."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from paribus.course.assignment import Assignment, Cell
from paribus.records.record import Record

OutputKind = Literal["stream", "result", "display", "error"]
MatchedBy = Literal["id", "tag", "content", "order", "none"]
CellType = Literal["code", "markdown", "raw"]


@dataclass(frozen=True)
class Unread:
    """Where bytes lie that were not read yet: in a file, or in the member of that number of an archive.

    ``stamp`` is the file's size and the time of its last change, in ns, when it was listed; ``limit`` how many
    bytes are read at most.
    """

    path: Path
    limit: int
    member: int | None = None
    stamp: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Submission:
    """One file of one student as the inbox found it.

    ``submission`` is unique in the batch and fit for a file name; ``student`` is the platform's identifier
    where there is one, else the file's stem; ``name`` the full name or "". ``problem`` is set where the inbox
    already knows that the file cannot be read (``content`` is then empty). Of several files of one student
    ``attempt`` counts from the earliest, and is 0 where the files' times do not tell; ``team`` holds the
    identifiers of everyone whose work it is, where a team handed it in; ``group`` is ``student`` where that number
    is a group's or may be one, and so names no student; ``late`` are the seconds after the time at which it was
    due, an extension counted; ``commitments`` the codes that its people handed in beforehand, None where no file of
    codes was given; ``handed_in`` and ``reveal`` the moments at which it was handed in and at which blind models
    were revealed (ISO 8601 with a zone), "" where nobody said. ``path`` is where the file lies in the batch, names
    and all: the roster reads it and takes it away. While ``unread`` is set, ``content`` and ``sha256`` are empty:
    `grader.intake.inbox.read` fills them, wherever the submission is worked on.
    """

    submission: str
    student: str
    name: str
    source: str
    content: bytes
    sha256: str
    remarks: tuple[str, ...] = ()
    problem: str = ""
    attempt: int = 1
    team: tuple[str, ...] = ()
    group: str = ""
    late: float = 0.0
    commitments: tuple[str, ...] | None = None
    handed_in: str = ""
    reveal: str = ""
    path: str = ""
    unread: Unread | None = None

    @property
    def owners(self) -> tuple[str, ...]:
        """The identifiers of everyone whose work it is; none where nobody can tell."""
        return owners_of(self.student, self.team, self.group)


@dataclass(frozen=True)
class Output:
    """One output. ``text`` is its plain text (a stream's text, a traceback, a table's text);
    ``html`` the markup of a text/html output, as found and unsanitised; ``picture`` says where a picture's
    bytes are: "embedded", "linked" (only a link is in the file) or "".
    """

    kind: OutputKind
    text: str
    name: str = ""
    html: str = ""
    mime: str = ""
    picture: Literal["", "embedded", "linked"] = ""
    picture_bytes: bytes = b""


@dataclass(frozen=True)
class Survived:
    """What of a cell its file would show. Where a part is False, a tool may have dropped it: then its absence says
    nothing of what was done.

    ``source``: all of its code, or of its words. ``count``: whether it ran. ``outputs``: everything that it showed.
    ``id`` and ``tags``: what names it. Whether markdown's own source survived is the cell's ``rendered``.
    """

    source: bool = True
    count: bool = True
    outputs: bool = True
    id: bool = True
    tags: bool = True


ALL_SURVIVED = Survived()


@dataclass(frozen=True)
class RecoveredCell:
    """One cell as recovered. ``source`` is exact for code; for markdown it is the source where the format
    kept it (ipynb) and else the rendered text; ``html`` is the rendered markdown, unsanitised.
    ``sheets`` are the style sheets of all text cells, which a page applies to each of them.
    ``hidden`` says that the export left the source out. Whoever concludes something from what is not there asks
    ``survived`` first.
    """

    position: int
    cell_type: CellType
    source: str
    count: int | None = None
    outputs: tuple[Output, ...] = ()
    id: str = ""
    tags: tuple[str, ...] = ()
    html: str = ""
    rendered: bool = False
    sheets: str = ""
    hidden: bool = False
    survived: Survived = ALL_SURVIVED

    @property
    def cut(self) -> bool:
        """Its source is not all here: the export left it out, or a browser had drawn a part of it."""
        return self.hidden or not self.survived.source


@dataclass(frozen=True)
class Recovered:
    """A notebook as recovered. ``family`` names the format ("ipynb", "nbconvert-lab", "nbconvert-classic", …);
    ``remarks`` say in plain words what this family or this file cannot tell. ``whole`` is False where cells are
    known to be missing from the file, or may well be.
    """

    family: str
    cells: tuple[RecoveredCell, ...]
    remarks: tuple[str, ...] = ()
    title: str = ""
    whole: bool = True


@dataclass(frozen=True)
class Match:
    """One cell of the assignment and where it was found. ``recovered`` is None where it is missing;
    ``duplicates`` are further cells that claim the same key. ``unchanged``: as released, up to outer blank lines
    (None where the export cannot tell).
    """

    cell: Cell
    recovered: RecoveredCell | None
    by: MatchedBy
    unchanged: bool | None = None
    duplicates: tuple[int, ...] = ()


@dataclass(frozen=True)
class FoundRecord:
    """An evidence record and the position of the cell that shows it; exactly one of record and problem is set.

    ``problem_kind`` tells an edited record ("digest") from one that is cut, foreign or newer ("shape").
    """

    position: int
    record: Record | None
    problem: str = ""
    problem_kind: Literal["", "digest", "shape"] = ""


@dataclass(frozen=True)
class Executed:
    """What became of one task when its tests were run in a sandbox. Where it ``ran``, ``visible`` and ``hidden``
    are what the first test said that did not pass, "" where all did; else ``why`` says why it could not be run.
    ``unsure`` are statements of the notebook that ran although they do more than define something.
    """

    ran: bool = False
    why: str = ""
    visible: str = ""
    hidden: str = ""
    tests: int = 0
    unsure: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Case:
    """All that a check may look at: the assignment, its references, and one submission's recovered contents.

    Cases compare by identity, so that what several checks ask of one can be kept.

    ``cell_name(position)`` is how feedback calls a cell. ``commitments`` are the student's codes for predictions
    and diagnoses, None where no file of codes was given; ``handed_in`` and ``reveal`` are the submission's.
    ``executed`` is what became of each tests cell that has hidden tests, None where nothing was run.
    """

    assignment: Assignment
    references: Mapping[str, Any]
    notebook: Recovered
    matches: Mapping[str, Match]
    unmatched: tuple[RecoveredCell, ...]
    records: tuple[FoundRecord, ...]
    sealed: Mapping[str, Any] = field(default_factory=dict)
    commitments: tuple[str, ...] | None = None
    handed_in: str = ""
    reveal: str = ""
    executed: Mapping[str, Executed] | None = None

    @cached_property
    def released_positions(self) -> frozenset[int]:
        """Where the cells are that a student left as they were released."""
        return frozenset(
            match.recovered.position
            for match in self.matches.values()
            if match.recovered is not None and match.unchanged is True
        )

    @cached_property
    def printed(self) -> tuple[str, ...]:
        """The plain text of every output of a code cell, in notebook order."""
        code = (cell for cell in self.notebook.cells if cell.cell_type == "code")
        return tuple(output.text for cell in code for output in cell.outputs)

    def source_of(self, position: int) -> str:
        """The source of the cell at this position."""
        return self.notebook.cells[position].source

    @staticmethod
    def asks(advice: str = "") -> str:
        """How a sentence ends that only suspects: a person looks."""
        return f"A person looks; {advice}." if advice else "A person looks."

    def cell_name(self, position: int) -> str:
        """The key of the assignment's cell at this position, or "cell N" counted from one."""
        return self._keys.get(position, f"cell {position + 1}")

    @cached_property
    def _keys(self) -> Mapping[int, str]:
        """The first key at each position."""
        found: dict[int, str] = {}
        for key, match in self.matches.items():
            if match.recovered is not None:
                found.setdefault(match.recovered.position, key)
        return found


def owners_of(student: str, team: tuple[str, ...], group: str) -> tuple[str, ...]:
    return team or (() if group else (student,))
