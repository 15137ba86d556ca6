"""Which of one student's files came last, by the times of the files, where these tell it.

Moodle's download gives every member the time at which it was packed. So times tell something only where the files
of the batch are further apart than a download takes, and the last one of a student by more than a moment.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from grader.intake.entries import Entry

DOWNLOAD = 3600.0
"""Seconds within which one download packs all that it packs."""
MOMENT = 60.0
"""Seconds by which the last file is later than the one before, where a student has handed in again."""
NUMBERED = "Of files with one name, the one with a number behind it is usually the later copy."
_COPY = re.compile(r"(.+?) ?\(\d{1,3}\)(\.[a-z]+)", re.IGNORECASE)


def far_apart(batch: Sequence[Entry]) -> bool:
    """Whether the times of a batch can be those of its files, and not the ones of a download."""
    times = [_seconds(entry) for entry in batch]
    return max(times) - min(times) >= DOWNLOAD


def attempts(files: Sequence[Entry], *, told: bool) -> list[int]:
    """For each of a student's files its place from the earliest on, from one; 0 for all where times do not tell.

    ``told`` says whether the batch's times do at all.
    """
    times = [_seconds(entry) for entry in files]
    ranked = sorted(range(len(times)), key=lambda place: times[place])
    if len(times) > 1 and not (told and times[ranked[-1]] - times[ranked[-2]] >= MOMENT):
        return [0] * len(times)
    return [ranked.index(place) + 1 for place in range(len(times))]


def copy_hint(names: Sequence[str]) -> str:
    """A sentence where one name is another with a number behind it, as browsers call copies; else ""."""
    copies = {f"{found[1]}{found[2]}" for name in names if (found := _COPY.fullmatch(name))}
    return NUMBERED if copies & set(names) else ""


def _seconds(entry: Entry) -> float:
    """The time of a file, in seconds; 0 where an archive holds none that can be."""
    if len(entry.modified) < 2:
        return next(iter(entry.modified), 0.0)
    try:
        return datetime(*(int(part) for part in entry.modified[:6]), tzinfo=UTC).timestamp()  # type: ignore[misc,arg-type]
    except ValueError:
        return 0.0
