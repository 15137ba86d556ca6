"""How often each file has ended its work without a result: one that did so twice is not tried for ever.

OUT/results.broken.json    the number of tries, by file; begun anew with another release, grader or limit
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from grader.grading.grade import is_broken
from grader.model import Result
from paribus.files import write_atomic

FILE = "results.broken.json"
CHECKING, ENTERING = "checking", "entering"
"""The steps that are tried: judging a file, and entering it into the gradebook."""

MOST = 2
"""The tries that one file gets with the same grader and the same limits."""
LISTED = 10


class Tries:
    """The count of one output folder; on the disk after every change, so that a killed run is counted too."""

    def __init__(self, out: Path, key: str | None = None) -> None:
        """``key`` names the releases, the grader and the limits that a try depends on; None: the last run's."""
        self._path = out / FILE
        found = _read(self._path)
        self._key = found.key if key is None else key
        self._counts = found.tries if found.key == self._key else {}

    def add(self, step: str, result: Result) -> None:
        """One more try of this file failed in this step."""
        name = _name(step, result)
        self._counts[name] = self._counts.get(name, 0) + 1
        self._write()

    def forget(self, submission: str) -> None:
        """Give this submission all its tries again."""
        kept = {name: count for name, count in self._counts.items() if name.split()[1] != submission}
        if kept != self._counts:
            self._counts = kept
            self._write()

    def are_spent(self, step: str, result: Result) -> bool:
        """Whether this file is not tried again in this step."""
        return self._counts.get(_name(step, result), 0) >= MOST

    def _write(self) -> None:
        write_atomic(self._path, json.dumps({"key": self._key, "tries": self._counts}, sort_keys=True) + "\n")


def broken_notes(results: Sequence[Result], tries: Tries) -> tuple[str, ...]:
    """What is said of files that ended their work without a result: those that the next run tries again, and those
    that it does not.
    """
    spent = [
        item.submission
        for item in results
        if tries.are_spent(ENTERING, item) or (is_broken(item) and tries.are_spent(CHECKING, item))
    ]
    again = sum(is_broken(item) and item.submission not in spent for item in results)
    notes = []
    if again:
        notes.append(
            f"The grader broke on {again} of {len(results)} files. That costs nobody a point, and the next run "
            "tries them again. Where it is most of them, look at this machine first: its memory, and the limits in "
            "course.toml."
        )
    if spent:
        names = ", ".join(spent[:LISTED]) + (f" and {len(spent) - LISTED} more" if len(spent) > LISTED else "")
        notes.append(
            f"{names}: the grader broke on this {MOST} times with the same limits, so it does not try again, and a "
            f"person grades it. Type `--only {spent[0]}` to try all the same, or raise seconds or memory_mb in "
            "course.toml, [grading.limits]."
        )
    return tuple(notes)


def _name(step: str, result: Result) -> str:
    return f"{step} {result.submission} {result.sha256}"


@dataclass(frozen=True)
class _Kept:
    key: str = ""
    tries: dict[str, int] = field(default_factory=dict)


def _read(path: Path) -> _Kept:
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        return _Kept(str(raw["key"]), {str(name): int(count) for name, count in raw["tries"].items()})
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return _Kept()
