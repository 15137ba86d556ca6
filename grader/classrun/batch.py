"""A class's submissions through the grader: in parallel, resumable, one bad file costing only itself.

OUT/results.jsonl            one Result a line; while the batch runs, in the order in which they finish
OUT/results.started.json     what the batch was begun with: releases, the grader's own code; another one starts anew
OUT/results.broken.json      files on which the grader broke, and how often (`grader.grading.tries`)
OUT/results.complete.json    written last, when every submission has its line, in the inbox's order
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Self

from grader.classrun.work import Grade, Work
from grader.errors import ResultError
from grader.grading.grade import is_broken, judge_safely
from grader.grading.results import FILE, from_line, lines_of, to_line
from grader.grading.tries import CHECKING, Tries
from grader.intake.inbox import read
from grader.intake.roster import OUTSIDE
from grader.model import SCHEMA, Result, Submission
from grader.output.started import Started, read_started, write_started
from grader.similarity.pairs import find_copies
from grader.workplaces.own_code import own_code
from grader.workplaces.place import Place, Processes
from grader.workplaces.pool import Lost
from paribus.course.release import Release
from paribus.errors import UsageError
from paribus.files import write_atomic, write_atomic_parts

COMPLETE = "results.complete.json"
TIME_LIMIT = 120.0
"""Seconds a submission may take; a real one takes a fraction of one."""

SHARED = ("sha256", "student", "name", "source", "attempt", "team", "group", "late")
"""What a result repeats of its submission."""

Progress = Callable[[int, Result], None]
Keep = Callable[[Result, str], None]
Compare = Callable[[Sequence[Result]], Iterable[Result]]


@dataclass(frozen=True)
class Batch:
    """A finished batch: its results in the order of the submissions, and how many an earlier run had finished."""

    results: tuple[Result, ...]
    reused: int


def grade_batch(
    submissions: Iterable[Submission],
    releases: Sequence[Release],
    out: Path,
    *,
    jobs: int = 1,
    progress: Progress | None = None,
    time_limit: float = TIME_LIMIT,
    memory_mb: int = 0,
    fresh: bool = False,
    grade: Grade = judge_safely,
    also: str = "",
    place: Place | None = None,
    keep: Keep | None = None,
    tries: Tries | None = None,
    beside: bool = False,
    compare: Compare = find_copies,
) -> Batch:
    """Grade every submission into ``out/results.jsonl`` and write the marker last.

    Submissions are read one at a time. ``progress(done, result)`` is told of each. What an interrupted batch with
    the same releases and version has finished is not graded again, unless ``fresh``. Ctrl-C keeps what is
    finished. A worker that takes longer than ``time_limit`` seconds or more than ``memory_mb`` of memory (0: as
    much as there is) costs only its own submission. ``grade`` can be pickled, so that other processes can have it.
    ``also`` names what else verdicts depend on; where it changed, everything is graded again. ``place`` is where
    it all runs, with bounds of its own (default: ``jobs`` processes of this machine). ``keep`` is given every
    submission that is judged now, with the notebook that was made of it; ``compare`` holds the class against
    itself. A file on which the grader broke is tried again as long as ``tries`` has any left. With ``beside`` all
    submissions given are graded anew, and what ``out`` holds of others stays beside them, whatever it was graded
    with. Raises UsageError where there is no release, ``jobs`` is not positive, or two submissions have one name.
    """
    if not releases:
        raise UsageError("There is no release to grade with. Name the folder that `paribus release` wrote.")
    if jobs < 1:
        raise UsageError(f"-j {jobs} is too few processes; give 1 or more.")
    out.mkdir(parents=True, exist_ok=True)
    (out / COMPLETE).unlink(missing_ok=True)
    key = batch_key(releases, also)
    tries = tries or Tries(out, f"{key} {time_limit:g} {memory_mb}")
    begun, before = Started(key, releases[0].assignment.name, judges_key(releases)), read_started(out)
    if beside:
        submissions = tuple(submissions)
        begun = before.with_chosen([item.submission for item in submissions])
    elif before.chosen:  # from here on lines may be missing
        write_started(out, before.with_chosen(()))
    earlier = {} if fresh else _earlier(out, None if beside else key)
    lines = _Lines(out / FILE, earlier.values())
    write_started(out, begun)
    state = _State(earlier, progress, tries, beside=beside)
    # Where nobody keeps notebooks, workers need not make them, and the release's own need not travel to them.
    work = Work(grade, tuple(release if keep else replace(release, notebook="") for release in releases))
    place = place or Processes(jobs, time_limit, memory_mb)
    waiting = state.waiting(submissions)
    pool = place.run(work, waiting if place.sees_files else map(read, waiting))
    with lines, closing(pool):
        for item, answer in pool:
            done = work.lost(item, answer.why) if isinstance(answer, Lost) else answer
            # As the next run reads it: whether a result is new or kept changes nothing, not even the values' order.
            result = from_line(done.line)
            lines.add(result, done.line)
            state.finish(result)
            if is_broken(result):
                tries.add(CHECKING, result)
            if keep is not None:
                keep(result, done.notebook)
    results = tuple(compare(state.in_order()))
    if beside:
        write_started(out, begun.with_key(key))
    marker = {"schema": SCHEMA, "key": key, "results": len(results), "sha256": lines.put_in_order(results)}
    write_atomic(out / COMPLETE, json.dumps(marker, sort_keys=True) + "\n")
    return Batch(results, state.reused)


class _Lines:
    """``results.jsonl`` while its batch runs: a line for each result, in the order in which they finish.

    The place of each line is remembered, so that none is made twice, nor all of them kept in memory.
    """

    def __init__(self, path: Path, earlier: Iterable[Result]) -> None:
        """Begin with what an earlier run had finished."""
        self._path = path
        self._places: dict[str, tuple[Result, int, int]] = {}
        self._end = 0
        write_atomic_parts(path, (self._placed(result, to_line(result)) for result in earlier))

    def __enter__(self) -> Self:
        self._file = self._path.open("ab")
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, result: Result, line: str) -> None:
        """Write the line of a result; it is on its way to the disk when this returns."""
        self._file.write(self._placed(result, line))
        self._file.flush()

    def put_in_order(self, results: Iterable[Result]) -> str:
        """Replace the file by one with these results in this order; returns its SHA-256 in hex."""
        digest = hashlib.sha256()
        with self._path.open("rb") as written:
            write_atomic_parts(self._path, self._in_order(results, written, digest))
        return digest.hexdigest()

    def _in_order(self, results: Iterable[Result], written: BinaryIO, digest: "hashlib._Hash") -> Iterator[bytes]:
        for result in results:
            before, start, length = self._places[result.submission]
            written.seek(start)
            line = written.read(length)
            if result != before:  # what was found by comparing the class
                line = _as_bytes(to_line(result))
            digest.update(line)
            yield line

    def _placed(self, result: Result, line: str) -> bytes:
        raw = _as_bytes(line)
        self._places[result.submission] = (result, self._end, len(raw))
        self._end += len(raw)
        return raw


def _as_bytes(line: str) -> bytes:
    return f"{line}\n".encode()


class _State:
    """Who is done while a batch runs; lives for one `grade_batch` call. ``beside``: the earlier results stay, and
    none of them is taken for one of the submissions.
    """

    def __init__(
        self, earlier: Mapping[str, Result], progress: Progress | None, tries: Tries, *, beside: bool
    ) -> None:
        self.earlier = {} if beside else earlier
        self.progress = progress
        self.tries = tries
        self.seen: set[str] = set()
        self.order: dict[str, Result | None] = dict(earlier) if beside else {}
        self.done, self.reused = 0, len(self.order)

    def waiting(self, submissions: Iterable[Submission]) -> Iterator[Submission]:
        """The submissions that have to be graded; those that are done already are taken from the earlier batch."""
        for item in submissions:
            if item.submission in self.seen:
                raise UsageError(
                    f"Two submissions are called {item.submission!r}; the inbox gives each a name of its own."
                )
            self.seen.add(item.submission)
            self.reused -= item.submission in self.order
            self.order[item.submission] = None
            known = self.earlier.get(item.submission)
            if known is not None and self._is_settled(known) and _is_of(known, read(item)):
                self.reused += 1
                self.finish(known)
            else:
                yield item

    def _is_settled(self, result: Result) -> bool:
        """Nothing that the grader broke on, as long as it may be tried again."""
        return not is_broken(result) or self.tries.are_spent(CHECKING, result)

    def finish(self, result: Result) -> None:
        """Keep one result."""
        self.order[result.submission] = result
        self.done += 1
        if self.progress is not None:
            self.progress(self.done, result)

    def in_order(self) -> tuple[Result, ...]:
        """All results, in the order of the submissions."""
        return tuple(result for result in self.order.values() if result is not None)


def batch_key(releases: Sequence[Release], also: str = "") -> str:
    """What a line of results depends on besides its submission: what judges, and ``also``."""
    return hashlib.sha256("\n".join([judges_key(releases), also]).encode()).hexdigest()[:16]


def judges_key(releases: Sequence[Release]) -> str:
    """What judges: the grader's code and the releases.

    References and sealed keys may change under one release digest: recorded anew, built later, revealed. So may
    rubrics and model answers, but no result depends on them.
    """
    parts = [own_code(), SCHEMA, *(release.digest for release in releases)]
    assignments = [release.assignment.without_rubrics().to_json() for release in releases]
    parts += [hashlib.sha256(text.encode()).hexdigest() for text in assignments]
    parts += [json.dumps([dict(release.references), dict(release.sealed)], sort_keys=True) for release in releases]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _earlier(out: Path, key: str | None) -> dict[str, Result]:
    """What earlier batches of the same key, or of any, finished, by submission.

    The last line may have been cut when the batch was killed; a line that cannot be read is graded again.
    """
    started = read_started(out)
    try:
        lines = list(lines_of(out / FILE))
    except OSError:
        return {}
    kept: dict[str, Result] = {}
    for line in lines:
        try:
            result = from_line(line)
        except ResultError:
            continue
        if key is None or started.key_of(result.submission) == key:
            kept[result.submission] = result
    return kept


def _is_of(result: Result, item: Submission) -> bool:
    """The result was made from this submission."""
    same = all(getattr(result, name) == getattr(item, name) for name in SHARED)
    outside = {remark for remark in result.remarks if remark.startswith(OUTSIDE)}
    told = outside == {remark for remark in item.remarks if remark.startswith(OUTSIDE)}
    return (
        same and told and bool(item.problem) == (result.status == "unreadable" and item.problem in result.remarks)
    )
