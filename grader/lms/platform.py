"""What a learning platform is to grading: a table of what its names mean, whom its files list, and what goes back.

Each platform is a folder beside this module, or a package that is installed (`paribus.course.platforms`). Its
``platform.py`` holds one `Platform` called ``PLATFORM``; one that names files has a ``names.py`` as well
(`grader.intake.file_names`). Nothing else knows of it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from grader.intake.file_names import ReadName
from grader.intake.roster import Roster
from grader.lms.regraded import Regrade
from grader.model import Result, Submission
from paribus.course.assignment import Assignment
from paribus.course.policy import Policy

People = TypeVar("People")
"""What a platform makes of its own table of people."""


@dataclass(frozen=True)
class Marked:
    """A graded class: the results with people's decisions, what the roster says, and the folder that they go to."""

    results: Sequence[Result]
    assignment: Assignment
    policy: Policy
    roster: Roster
    out: Path


@dataclass(frozen=True)
class Enrolled:
    """Somebody in a platform's table: the number that results have for them, and what else it says of them."""

    number: str
    name: str = ""
    email: str = ""
    section: str = ""


@dataclass(frozen=True)
class Returned:
    """What goes back beside the pages, by its name below OUT, and what is to be said of the batch."""

    files: Mapping[str, str | bytes] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Platform(Generic[People]):
    """One platform. ``name`` is what course.toml calls it; ``table`` says what its table of people is and, in
    parentheses, where it comes from.

    ``is_table``    whether a header is that of its table
    ``read_table``  the table from a file's bytes, its name, the assignment and the policy; WorksheetError where it
                    is none, or another assignment's
    ``reader``      how it names files, which may need the table
    ``roster``      who is known, late, or in a draft
    ``enrolled``    everyone in the table, whether they handed in or not
    ``place``       every submission with whose it is
    ``check``       WorksheetError where the table (of that name) has nobody of those who handed in
    ``grades``      what goes back, without the pages
    ``feedback``    the pages, in the form in which it takes them back
    ``outputs``     what a run writes for it, in the order in which it is used: what it is for, and the file
    ``advice``      what is said of them at the end of a run
    ``regrade``     the first of these outputs once more, for those whose points a later week changes
    """

    name: str
    table: str
    is_table: Callable[[Sequence[str]], bool]
    read_table: Callable[[bytes, str, Assignment, Policy], People]
    reader: Callable[[People | None], ReadName]
    roster: Callable[[People | None, Policy], Roster]
    enrolled: Callable[[People, Policy], Sequence[Enrolled]]
    place: Callable[[Iterable[Submission], Roster], Iterator[Submission]]
    check: Callable[[People, Iterable[Submission | Result], str], None]
    grades: Callable[[People | None, Marked], Returned]
    feedback: Callable[[Sequence[Result], Mapping[str, str], Assignment], Mapping[str, bytes]]
    outputs: tuple[tuple[str, str], ...]
    advice: str
    regrade: Regrade
