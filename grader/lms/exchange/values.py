"""What fetching and pushing are about, whatever the platform: people, what it holds of them, what would change."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

TOLERANCE = 0.005
"""Platforms keep grades to two digits or more."""


@dataclass(frozen=True)
class Row:
    """One person when everything was fetched: the ``number`` in the table of people, the platform's ``user``, the
    team that gets its grade as one (0 of none), and the grade that the platform held.
    """

    number: str
    user: int
    group: int = 0
    grade: float | None = None


@dataclass(frozen=True)
class Held:
    """What the platform holds of one person now: the grade (None: none), what keeps it from taking another, and
    whether the person has seen it.
    """

    grade: float | None = None
    kept: str = ""
    released: bool = False


@dataclass(frozen=True)
class Mine:
    """What a graded folder holds for one person: the grade on the platform's scale (None: still open), the comment
    as text, and the feedback page with the name under which it is handed back.
    """

    grade: float | None
    comment: str
    page: bytes
    page_name: str

    @property
    def digest(self) -> str:
        """Of everything that is pushed."""
        text = json.dumps([self.grade, self.comment, hashlib.sha256(self.page).hexdigest()])
        return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Change:
    """What would happen to one person's grade. ``why`` is "" where it is pushed, else what keeps it from that;
    ``note`` is what the instructor should know of one that is pushed.
    """

    row: Row
    mine: Mine
    before: float | None
    why: str = ""
    note: str = ""


class Service(Protocol):
    """One assignment on a platform, as its web services show it. Every call may raise a `PlatformError`."""

    @property
    def name(self) -> str:
        """What people call the platform."""

    @property
    def maximum(self) -> float:
        """The most points of the assignment there."""

    @property
    def refuses(self) -> str:
        """Why the assignment takes no points at all; "" where it does."""

    def held(self) -> Mapping[int, Held]:
        """What the platform holds now, by user; who is missing has no grade."""

    def save(self, row: Row, mine: Mine, grade: float | None) -> None:
        """Write one person's, or one team's, grade, comment and page; a ``grade`` of None takes none away."""
