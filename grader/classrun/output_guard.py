"""What an output folder holds already, and whether a batch may go into it: no run replaces what it was not given.

A batch that lacks some of those whom the folder holds is refused, and so is another assignment's. With ``--only``
some submissions are graded again, and everything else in the folder stays.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from grader.grading.results import FILE, lines_of
from grader.intake.naming import nameless
from grader.model import Result, Submission
from grader.output.started import read_started
from grader.output.storage import MARKER
from grader.recover.text import harmless
from paribus.course.release import Release
from paribus.errors import UsageError

LISTED = 8


@dataclass(frozen=True)
class Held:
    """What earlier runs left in a folder: the assignment's name, "" where it is not known; everyone whose work each
    submission is; whether the last run ended; and, where it graded some submissions alone, which.
    """

    out: Path
    assignment: str = ""
    owners: Mapping[str, frozenset[str]] = field(default_factory=dict)
    ended: bool = False
    chosen: tuple[str, ...] = ()


def read_held(out: Path) -> Held:
    """What a folder holds; nothing where no run has been. Lines of other versions are read as far as they go."""
    started = read_started(out)
    owners: dict[str, frozenset[str]] = {}
    for line in lines_of(out / FILE) if (out / FILE).is_file() else ():
        try:
            raw = json.loads(line)
            owners[str(raw["submission"])] = frozenset({str(raw["student"]), *map(str, raw.get("team", ()))})
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
    return Held(out, _assignment(out) or started.assignment, owners, (out / MARKER).is_file(), started.chosen)


def check_own(held: Held, written: Iterable[str]) -> None:
    """UsageError where no run has been, and a file is there that a run would write over; people use such names."""
    if held.owners or held.assignment or (held.out / FILE).exists():
        return
    foreign = [name for name in written if (held.out / name).exists()]
    if foreign:
        raise UsageError(
            f"{held.out} holds {foreign[0]}, which no `paribus grade` wrote there, and this run would write over "
            "it. Choose another --out, or move the file."
        )


def check_assignment(held: Held, name: str) -> None:
    """UsageError where the folder is another assignment's."""
    if held.assignment and held.assignment != name:
        raise UsageError(
            f"{held.out} holds {held.assignment}, and this is {name}. A folder is for one assignment: choose "
            "another --out."
        )


def check_batch(held: Held, submissions: Sequence[Submission]) -> None:
    """UsageError where some of those whom the folder holds are not in the batch."""
    here = {nameless(item.student) for item in submissions}
    there = sum(not here.isdisjoint(map(nameless, owners)) for owners in held.owners.values())
    if there < len(held.owners):
        raise UsageError(
            f"{held.out} holds {_counted(len(held.owners))} of {held.assignment or 'an assignment'}; "
            f"{there or 'none'} of them {'is' if there == 1 else 'are'} in this batch. Add `--only STUDENT` to "
            "grade some again and keep the rest, choose another --out, or add --replace to let this batch take the "
            "place of all that is there."
        )


def choose(held: Held, words: Iterable[str], submissions: Iterable[Submission]) -> frozenset[str]:
    """The names of the submissions that ``--only`` asks for.

    UsageError where a word fits nobody of the batch or several people, or the folder holds no class beside which
    they could be graded.
    """
    batch = tuple(submissions)
    chosen = frozenset(name for word in words for name in _called(word, batch))
    if not held.owners:
        raise UsageError(
            f"--only grades some of a class again, and {held.out} holds no class. Grade it without --only first."
        )
    if not held.ended and not (held.chosen and chosen.issuperset(held.chosen)):
        first = " with " + " ".join(f"--only {name}" for name in held.chosen) if held.chosen else " without --only"
        raise UsageError(
            f"the last run in {held.out} did not end, and some of the class may be missing. Run it again{first}."
        )
    return chosen


def check_releases(out: Path, results: Iterable[Result], releases: Sequence[Release]) -> None:
    """UsageError where a judged result's release is not among those given: its pages could not be written."""
    given = {release.digest for release in releases}
    missing = sorted({result.release for result in results if result.cells} - given)
    if missing:
        raise UsageError(
            f"{out} holds submissions that were graded with the release {', '.join(missing)}, which was not given. "
            "Add --release DIR with its folder."
        )


def _called(word: str, batch: Sequence[Submission]) -> list[str]:
    """The submissions of the one student, or team, that is called so."""
    found = [item for item in batch if _fits(item, word)]
    people = {item.student: harmless(item.name) for item in found}
    if len(people) > 1:
        listed = _listed([f"{number} ({name})" if name else number for number, name in people.items()])
        raise UsageError(f"--only {word!r} fits {len(people)} students: {listed}. Name a number.")
    if not found:
        listed = _listed(list(dict.fromkeys(item.submission for item in batch)))
        raise UsageError(
            f"--only {word!r}: no submission of this batch is called so. It holds {listed}. Name a student's "
            "number, the folder, or the name as the report shows it."
        )
    return [item.submission for item in found]


def _fits(item: Submission, word: str) -> bool:
    named = " ".join(harmless(item.name).split()).casefold()
    exact = {item.submission, item.student, *item.team, *PurePosixPath(item.source).parts}
    return word in exact or (bool(named) and " ".join(word.split()).casefold() == named)


def _assignment(out: Path) -> str:
    try:
        return str(json.loads((out / MARKER).read_text(encoding="utf-8"))["assignment"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _counted(number: int) -> str:
    return f"{number:,} submission" if number == 1 else f"{number:,} submissions"


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - LISTED} more" if len(names) > LISTED else ""
    return ", ".join(map(harmless, names[:LISTED])) + more
