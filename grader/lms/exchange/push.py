"""Grades, comments and feedback pages back to a platform: planned as values first, then written one person at a
time.

Nothing is overwritten that changed on the platform since it was fetched. What was pushed is written down after each
person, so that a push that breaks off goes on where it was.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from grader.errors import PlatformError
from grader.lms.exchange.values import TOLERANCE, Change, Held, Mine, Row, Service
from paribus.files import write_atomic

PUSHED_ALREADY = "pushed already"


@dataclass(frozen=True)
class Pushed:
    """What was pushed for one person last."""

    digest: str
    grade: float | None


def plan(
    service: Service, rows: Sequence[Row], mine: Mapping[str, Mine], pushed: Mapping[str, Pushed]
) -> tuple[Change, ...]:
    """What a push would do, in the order of the rows; people for whom the folder holds nothing are left out."""
    now = service.held()
    found = []
    for row in rows:
        if row.number in mine:
            one, held = mine[row.number], now.get(row.user, Held())
            why = _why(service, row, one, held, pushed.get(row.number))
            found.append(Change(row, one, held.grade, why, "" if why else _note(held, one)))
    return tuple(found)


def push(
    service: Service, changes: Sequence[Change], out: Path,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> int:  # fmt: skip
    """Write the changes that nothing keeps back; returns how many people got theirs. PlatformError where the
    platform does not answer or refuses: those before are written down.
    """
    waiting = [change for change in changes if not change.why]
    pushed = read_journal(out, service.name)
    teams: set[int] = set()
    for done, change in enumerate(waiting, 1):
        row, mine = change.row, change.mine
        if row.group not in teams:
            # What is still open takes no grade away that the platform holds.
            service.save(row, mine, change.before if mine.grade is None else mine.grade)
            teams |= {row.group} - {0}
        pushed[row.number] = Pushed(mine.digest, mine.grade)
        plain = {number: asdict(one) for number, one in pushed.items()}
        write_atomic(journal(out, service.name), json.dumps(plain, sort_keys=True, indent=1) + "\n")
        progress(done, len(waiting))
    return len(waiting)


def journal(out: Path, platform: str) -> Path:
    """Where a graded folder says what was pushed to a platform."""
    return out / f"{platform.lower()}.pushed.json"


def read_journal(out: Path, platform: str) -> dict[str, Pushed]:
    """What earlier pushes wrote, by number. PlatformError where the file is damaged."""
    path = journal(out, platform)
    if not path.is_file():
        return {}
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        return {str(number): Pushed(**one) for number, one in raw.items()}
    except (ValueError, AttributeError, TypeError) as error:
        raise PlatformError(
            f"{path} cannot be read ({error}). Move it away: everybody is then compared anew."
        ) from error


def _why(service: Service, row: Row, mine: Mine, held: Held, ours: Pushed | None) -> str:
    if ours is not None and ours.digest == mine.digest:
        return PUSHED_ALREADY
    if held.kept or service.refuses:
        return held.kept or service.refuses
    if mine.grade is not None and mine.grade > service.maximum + TOLERANCE:
        return f"{mine.grade:g} is more than {service.name}'s maximum of {service.maximum:g}"
    known = row.grade if ours is None or ours.grade is None else ours.grade
    if not _equal(held.grade, known) and not _equal(held.grade, mine.grade):
        gave = "took the grade away" if held.grade is None else f"gave {held.grade:g}"
        return f"somebody {gave} in {service.name} since: fetch again"
    return ""


def _note(held: Held, mine: Mine) -> str:
    """What is to be said where a grade changes that the person has seen."""
    if not held.released or mine.grade is None or _equal(held.grade, mine.grade):
        return ""
    return "released already: the student has seen the grade before"


def _equal(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= TOLERANCE
