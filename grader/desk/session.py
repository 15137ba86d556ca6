"""One grader at a desk: what is shown next, and what happens when something is decided. No HTML here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any

from grader.desk.folder import DeskFolder
from grader.desk.gradebook import Disagreement
from grader.desk.items import MANUAL, Decision, Item, Standing, Work, as_before
from grader.desk.queue import is_blind, little_first, next_open, word_of
from grader.errors import DeskError
from grader.gradebook.scores import TOLERANCE
from paribus.course.rubric import RubricLine

Place = tuple[str, str]
"""A submission and one of its cells."""
LONGEST_PAUSE = timedelta(minutes=10)
"""A longer time between two decisions was no work on one of them."""
MOST_COMMENT = 5_000


@dataclass(frozen=True)
class Progress:
    """How far the batch is: places (a cell of a submission) that are open, and decided; seconds left, at the pace
    of the last decisions, None where there were too few.
    """

    open: int
    done: int
    left: float | None


class Session:
    """A grader at a folder. ``blind_names`` hides who handed in."""

    def __init__(self, folder: DeskFolder, grader: str, *, blind_names: bool = False) -> None:
        """``grader`` is the name that decisions carry."""
        self.folder, self.grader, self.blind_names = folder, grader, blind_names

    def work(self, submission: str, cell: str = "") -> Work:
        """A submission, which has this cell. DeskError where the batch has none of them."""
        work = self.folder.batch.works.get(submission)
        if work is None:
            raise DeskError(f"There is no submission {submission!r} in {self.folder.out}. Go back to the overview.")
        if cell and not work.of_cell(cell):
            raise DeskError(f"Nothing of {cell!r} is graded in {submission}. Go back to the overview.")
        return work

    def first_of(self, cell: str) -> Place | None:
        """The first open submission of a question that nobody else has at hand."""
        standing = self.folder.standing()
        mine = [place for place in little_first(standing.open) if place[1] == cell]
        others = set(self.held_by_others())
        return next((place for place in mine if place not in others), mine[0] if mine else None)

    def next_after(self, place: Place, *, by_student: bool = False) -> Place | None:
        """Where to go on: the next open place, then the random sample of verdicts, then nowhere."""
        standing = self.folder.standing()
        names = [work.result.submission for work in self.folder.batch.ordered]
        found = next_open(standing, names, place, set(self.held_by_others()), by_student=by_student)
        return found or next(iter(self.second_looks(standing)), None)

    def second_looks(self, standing: Standing) -> list[Place]:
        """Where a verdict of the random sample still waits for a person who does not know it."""
        seen = {decision.key for decision in self.folder.decisions() if decision.blind}
        return [
            (item.submission, item.cell)
            for work in self.folder.batch.ordered for item in work.items
            if not item.open and item.key not in seen and item.key not in standing.decided
            and is_blind(item, work.result.release)
        ]  # fmt: skip

    def take(self, submission: str, cell: str) -> str:
        """Say that this grader has a place open; returns the name of another who has it, "" of none."""
        hold = self.folder.store.hold(submission, cell, self.grader)
        return hold.grader if hold.grader != self.grader else ""

    def held_by_others(self) -> dict[Place, str]:
        """What other graders have open, with their names."""
        held = self.folder.store.held()
        return {place: hold.grader for place, hold in held.items() if hold.grader != self.grader}

    def last_seen(self) -> int:
        """The number of the last decision that a page which is made now can know of, 0 of none."""
        log = self.folder.decisions()
        return log[-1].number if log else 0

    def alike(self, work: Work, item: Item, standing: Standing) -> tuple[Work, ...]:
        """The other submissions that say the same here and for which the same is open; none of a locked cell."""
        mine = _said(work, item)
        if not mine:
            return ()
        waiting = {one.submission: one for one in standing.open if (one.cell, one.name) == (item.cell, item.name)}
        works = self.folder.batch.works
        return tuple(
            works[name]
            for name, one in waiting.items()
            if name != item.submission and one.points == item.points and _said(works[name], one) == mine
        )

    def save(
        self, submission: str, cell: str, body: Mapping[str, Any], *, by_student: bool = False
    ) -> Place | None:
        """Write what a grader decided and bring it into the gradebook; returns where to go on.

        ``body``: ``item``, ``points`` or ``lines``, ``comment``, ``seen``, ``request``, and ``alike`` (the names of
        submissions that get the same). DeskError says what is wrong, and then nothing was written.
        """
        standing, work = self.folder.standing(), self.work(submission, cell)
        item = _item(work, cell, str(body.get("item", "")))
        points, lines, comment = self._read(body, work, item)
        blind = not item.open and bool(body.get("blind"))
        asked = set(map(str, body.get("alike") or ()))
        same = () if blind else self.alike(work, item, standing)
        others = [one for one in same if one.result.submission in asked]
        decisions = [
            Decision(
                0, one.submission, cell, one.name, points, lines, comment, self.grader, "", one.asked, one.answered,
                word_of(one), blind,
            )
            for one in [item, *(_item(other, cell, item.name) for other in others)]
        ]  # fmt: skip
        seen, request = int(body.get("seen") or 0), str(body.get("request", ""))
        if not request:
            raise DeskError("The page sent no request number. Load it again; nothing was written.")
        with self.folder.writing():
            self.folder.store.add(decisions, seen=seen, request=request)
        if not blind:
            self.folder.push([submission, *(other.result.submission for other in others)])
        if blind and abs((points or 0.0) - item.automatic) > TOLERANCE:
            return submission, cell  # the page now tells what the grader says, and the person may change it
        if any((one.submission, one.cell) == (submission, cell) for one in self.folder.standing().open):
            return submission, cell
        return self.next_after((submission, cell), by_student=by_student)

    def undo(self, request: str) -> tuple[Place, int]:
        """Take back this grader's last decision, and what was decided with it; returns its place, and how many
        decisions that were.
        """
        taken = {one.request.removeprefix("undo ") for one in self.folder.decisions() if one.withdrawn}
        mine = [
            one for one in self.folder.decisions()
            if one.grader == self.grader and not one.withdrawn and not one.blind
            and one.request not in taken and not one.request.startswith("undo ")
        ]  # fmt: skip
        if not mine:
            raise DeskError("There is nothing of yours to take back.")
        last = mine[-1]
        group = [one for one in mine if one.request == last.request]
        back = as_before(self.folder.decisions(), group)
        newest = max(one.number for one in self.folder.decisions())
        with self.folder.writing():
            self.folder.store.add(back, seen=newest, request=f"undo {last.request}")
        self.folder.push([one.submission for one in group])
        return (group[0].submission, group[0].cell), len(group)

    def disagreements(self) -> tuple[Disagreement, ...]:
        """Where the desk and formgrader hold different things."""
        return self.folder.push()

    def answer(self, number: int, text: str) -> None:
        """Answer a request to look again; the student reads it on the next feedback page."""
        said = text.strip()
        if not said or len(said) > MOST_COMMENT:
            raise DeskError(f"An answer has 1 to {MOST_COMMENT} characters; this one has {len(said)}.")
        with self.folder.writing():
            self.folder.store.answer(number, said, self.grader)

    def choose(self, submission: str, grade_id: str, keep: str) -> None:
        """Settle a disagreement: ``keep`` is "desk" or "formgrader"."""
        found = next(
            (one for one in self.disagreements() if (one.submission, one.grade_id) == (submission, grade_id)), None
        )
        if found is None or keep not in {"desk", "formgrader"}:
            raise DeskError("This disagreement is not there any more. Load the overview again.")
        self.folder.settle(found, keep, self.grader)

    def progress(self) -> Progress:
        """How far the batch is."""
        standing = self.folder.standing()
        waiting = {(item.submission, item.cell) for item in standing.open}
        done = {key[:2] for key in standing.decided} - waiting
        times = [
            datetime.fromisoformat(one.at) for one in self.folder.decisions()[-200:] if one.grader == self.grader
        ]
        gaps = [
            (later - before).total_seconds() for before, later in pairwise(times) if later - before < LONGEST_PAUSE
        ]
        return Progress(len(waiting), len(done), median(gaps) * len(waiting) if len(gaps) >= 3 else None)

    def _read(self, body: Mapping[str, Any], work: Work, item: Item) -> tuple[float | None, tuple[str, ...], str]:
        """Points, lines and comment of a request, checked."""
        comment = str(body.get("comment") or "").strip()
        if len(comment) > MOST_COMMENT:
            raise DeskError(f"The comment has {len(comment)} characters; at most {MOST_COMMENT} are kept.")
        lines = tuple(map(str, body.get("lines") or ()))
        known = {line.key for line in rubric_of(work, item)}
        if unknown := set(lines) - known:
            raise DeskError(f"The rubric has no line {sorted(unknown)[0]!r} any more. Load the page again.")
        if lines:
            return None, lines, comment
        try:
            points = float(body["points"])
        except (KeyError, TypeError, ValueError) as error:
            raise DeskError(f"Give points from 0 to {item.points:g}, or choose a line.") from error
        if not 0 <= points <= item.points:
            raise DeskError(f"{points:g} points are not possible here. Give 0 to {item.points:g}.")
        return points, (), comment


def rubric_of(work: Work, item: Item) -> tuple[RubricLine, ...]:
    """The rubric by which an item is decided; none of a check's."""
    released = work.released(item.cell)
    return released.rubric if item.name == MANUAL and released is not None else ()


def _item(work: Work, cell: str, name: str) -> Item:
    found = next((item for item in work.of_cell(cell) if item.name == name), None)
    if found is None:
        raise DeskError(
            f"Nothing called {name!r} is decided in {cell} of {work.result.submission}. Load the page again."
        )
    return found


def _said(work: Work, item: Item) -> str:
    """What two answers share that say the same: a memo's sketch, else its digest; "" where the file alone tells."""
    sketch = work.result.sketch.memos.get(item.cell, "")
    if sketch:
        return sketch
    return item.answered if item.answered != work.result.sha256 else ""
