"""A graded folder as the desk has it: results, releases, the files that were handed in, and the decisions.

Everything is read when it is first needed and again when the folder was graded anew. Decisions come from the store
at each request, so that several desks on one folder see one another's.
"""

import fcntl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from grader.desk.decided import works_of
from grader.desk.gradebook import Book, Disagreement, Known, overwrite, push, read_book
from grader.desk.items import Decision, Standing, Work, standing
from grader.desk.store import Store
from grader.errors import DeskError
from grader.grading.identity import handed
from grader.grading.results import FILE, read_results
from grader.intake.inbox import iter_unread, read
from grader.model import Submission
from grader.output.made_from import FILE as PLACES
from grader.output.made_from import find_releases, read_made_from
from grader.output.storage import LOCK, MARKER
from paribus.course.release import Release


@dataclass(frozen=True)
class Batch:
    """One grading of a folder: the works by submission, in the order of the results."""

    works: Mapping[str, Work]
    releases: Mapping[str, Release]
    book: Book

    @cached_property
    def ordered(self) -> tuple[Work, ...]:
        """The works in order."""
        return tuple(self.works.values())


class DeskFolder:
    """The folder, its present batch and its store."""

    def __init__(
        self,
        out: Path,
        submissions: Path | None = None,
        releases: Sequence[Path] = (),
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """``submissions`` and ``releases`` are where they were when the folder was graded, unless they are named.

        DeskError where the folder holds no finished batch, or one of these places is not there.
        """
        self.out, self._now = out, now
        # One desk answers several requests at once, and all of them read what is kept here.
        self._reading = threading.RLock()
        made = read_made_from(out)
        self._submissions = submissions or made.submissions
        self._releases = tuple(releases) or made.releases
        self._check_places()
        self._stamp: tuple[int, int] = (0, 0)
        self._batch: Batch | None = None
        self._files: dict[bool, Mapping[str, Submission]] = {}
        self._store: Store | None = None
        self._log: list[Decision] = []
        self._book: tuple[object, Book] = (None, Book())
        self._standing: tuple[object, Standing] = (None, Standing())
        self._pushed: tuple[object, tuple[Disagreement, ...]] = (None, ())

    @property
    def batch(self) -> Batch:
        """The present batch, read again where the folder was graded anew since."""
        with self._reading:
            stamp = self._read_stamp()
            if self._batch is None or stamp != self._stamp:
                self._batch, self._stamp = self._read(), stamp
                self._store = Store(self.out, [handed(work.result) for work in self._batch.ordered], self._now)
                self._log = []
            return self._batch

    @property
    def store(self) -> Store:
        """The decisions on the present batch."""
        _ = self.batch
        if self._store is None:  # pragma: no cover - `batch` has just made it
            raise DeskError(f"{self.out}: the store could not be opened.")
        return self._store

    def decisions(self) -> list[Decision]:
        """Every decision on the present batch, those of other desks included."""
        with self._reading:
            store = self.store
            self._log += store.log(self._log[-1].number if self._log else 0)
            return self._log

    def standing(self) -> Standing:
        """What is decided and what is open now."""
        with self._reading:
            made_of = self._made_of()
            if self._standing[0] != made_of:
                people = frozenset(self.book().people)
                self._standing = made_of, standing(self.batch.ordered, self.decisions(), people)
            return self._standing[1]

    def _made_of(self) -> tuple[object, int]:
        """What changes with every new grading, every change of the gradebook and every decision."""
        self.book()
        return self._book[0], len(self.decisions())

    def book(self) -> Book:
        """What nbgrader's gradebook holds now, read again where it changed."""
        with self._reading:
            batch = self.batch
            stamp = self._stamp, _stamp_of(self.out / "gradebook.db"), _stamp_of(self.out / "gradebook.db-wal")
            if self._book[0] != stamp:
                self._book = stamp, read_book(self.out, batch.ordered)
            return self._book[1]

    def push(self, submissions: Sequence[str] = ()) -> tuple[Disagreement, ...]:
        """Bring decisions into nbgrader's gradebook: of these submissions, or of all. What was compared is not
        compared again until a decision or the gradebook is another.
        """
        batch = self.batch
        if not submissions and self._pushed[0] == self._made_of():
            return self._pushed[1]
        works = [batch.works[name] for name in submissions] if submissions else batch.ordered
        with self.writing():
            written = self.store.written()
            book = self.book()
            found = push(self.out, self.store, works, Known(written, book, self.standing().decided))
        if not submissions:
            self._pushed = self._made_of(), found
        return found

    def settle(self, found: Disagreement, keep: str, grader: str) -> None:
        """End a disagreement as a person chose: the gradebook takes the "desk"'s, or the desk withdraws its own."""
        batch = self.batch
        work = batch.works[found.submission]
        with self.writing():
            if keep == "desk":
                overwrite(self.out, self.store, work, batch.book, found)
                return
            decided = self.standing().decided
            mine = [
                decided[key]
                for key, grade_id in work.grade_ids.items()
                if grade_id == found.grade_id and key in decided
            ]
            back = [replace(one, points=None, lines=(), comment="", word="", grader=grader) for one in mine]
            newest = max((one.number for one in self.decisions()), default=0)
            self.store.add(back, seen=newest, request=f"undo formgrader {newest} {found.grade_id}")
            self.store.remember_written(found.submission, found.grade_id, None)

    def file(self, submission: str) -> Submission:
        """The file as it was handed in. DeskError where it is not there any more, or another one is in its
        place.
        """
        result = self.batch.works[submission].result
        listed = self._listed(anonymous=False).get(result.source) or self._listed(anonymous=True).get(submission)
        if listed is None:
            raise DeskError(
                f"{self._submissions} holds no file of {submission} any more. Put it back, or grade again."
            )
        found = read(listed)
        if found.problem or found.sha256 != result.sha256:
            why = found.problem or "it is another file than the one that was graded"
            raise DeskError(f"{found.source}: {why}. Grade again, so that results and file agree.")
        return found

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the folder against a `paribus grade` while something is written. DeskError while one is at work."""
        with (self.out / LOCK).open("a+", encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError as error:
                raise DeskError(
                    "This folder is being graded at the moment. Wait until that is done, then decide again: "
                    "nothing was written."
                ) from error
            yield

    def _read_stamp(self) -> tuple[int, int]:
        stamp = _stamp_of(self.out / MARKER)
        if stamp == (0, 0):
            if self._batch is not None:  # a run is at work: what it replaces is still what we have
                return self._stamp
            raise DeskError(
                f"{self.out} holds no finished batch. Run `paribus grade … --out {self.out}` to its end first."
            )
        return stamp

    def _check_places(self) -> None:
        if not self.out.is_dir():
            raise DeskError(f"{self.out} is no folder. Name the --out of a finished `paribus grade`.")
        if not any((self.out / name).exists() for name in (FILE, PLACES)):
            found = sorted(self.out.glob(f"*/{PLACES}")) or sorted(self.out.parent.glob(f"*/{PLACES}"))
            meant = f"{found[0].parent}`, for example." if found else "OUT`, with what --out named then."
            raise DeskError(
                f"{self.out} is no folder that `paribus grade … --out OUT` wrote: there is no {FILE} in it. Type "
                f"`paribus desk {meant}"
            )
        if self._submissions is None or not self._submissions.exists():
            where = f"{self._submissions} is not there" if self._submissions else "nothing says where they are"
            raise DeskError(
                f"{self.out}: the submissions cannot be shown, {where}. Name them with --submissions PATH."
            )
        if not self._releases:
            raise DeskError(f"{self.out}: nothing says which release was used. Name it with --release DIR.")

    def _read(self) -> Batch:
        results = read_results(self.out / FILE)
        wanted = {result.release for result in results if result.cells}
        releases = find_releases(self._releases, wanted)
        if missing := sorted(wanted - releases.keys()):
            places = ", ".join(map(str, self._releases))
            raise DeskError(
                f"{self.out} was graded with the release {missing[0]}, which is neither in {places} nor beside it. "
                f"Type `paribus desk {self.out} --release DIR` with the folder that holds it."
            )
        works, book = works_of(self.out, results, tuple(releases.values()))
        self._files = {}
        return Batch({work.result.submission: work for work in works}, releases, book)

    def list_files(self) -> None:
        """List what was handed in, before the first file is asked for."""
        _ = self.batch
        self._listed(anonymous=False)

    def _listed(self, *, anonymous: bool) -> Mapping[str, Submission]:
        """What was handed in, by path or, where the policy hides names, by what a batch without names calls it.
        It is listed when the first file is asked for.
        """
        if anonymous not in self._files:
            found = iter_unread(self._submissions, anonymous=anonymous) if self._submissions else ()
            self._files[anonymous] = {item.submission if anonymous else item.source: item for item in found}
        return self._files[anonymous]


def _stamp_of(path: Path) -> tuple[int, int]:
    """Size and time of a file, which change with it; zeros where there is none."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return 0, 0
    return found.st_size, found.st_mtime_ns
