"""A class's submissions through the grader: in parallel, resumable, one bad file costing only itself.

OUT/results.jsonl            one Result a line; while the batch runs, in the order in which they finish
OUT/results.started.json     what the batch was begun with: releases, the grader's own code; another one starts anew
OUT/results.complete.json    written last, when every submission has its line, in the inbox's order
"""

import functools
import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import course
import grader
import paribus
from course.release import Release
from grader.copied import find_copies
from grader.errors import ResultError
from grader.grade import BROKE, Judged, broken, grade_safely
from grader.intake.roster import OUTSIDE
from grader.model import SCHEMA, Result, Submission
from grader.places import Place, Processes
from grader.pool import Lost
from grader.results import FILE, from_line, to_line, to_text
from paribus.errors import UsageError
from paribus.files import write_atomic

STARTED, COMPLETE = "results.started.json", "results.complete.json"
TIME_LIMIT = 120.0
"""Seconds a submission may take; a real one takes a fraction of one."""

SHARED = ("sha256", "student", "name", "source", "attempt", "team", "late")
"""What a result repeats of its submission."""

Grade = Callable[[Submission, Sequence[Release]], Result | Judged]
Progress = Callable[[int, Result], None]
Keep = Callable[[Judged], None]


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
    grade: Grade = grade_safely,
    also: str = "",
    place: Place | None = None,
    keep: Keep | None = None,
) -> Batch:
    """Grade every submission into ``out/results.jsonl`` and write the marker last.

    Submissions are read one at a time. ``progress(done, result)`` is told of each. What an interrupted batch
    with the same releases and version has finished is not graded again, unless ``fresh``. Ctrl-C keeps what is
    finished. A worker that takes longer than ``time_limit`` seconds or more than ``memory_mb`` of memory (0: as
    much as there is) costs only its own submission. ``grade`` can be pickled, so that other processes can have it.
    ``also`` names what else verdicts depend on: another one starts the batch anew. ``place`` is where it all runs,
    with bounds of its own (default: ``jobs`` processes of this machine). ``keep`` is given every submission that is
    judged now, with the notebook that ``grade`` made of it. Raises UsageError where there is no release, ``jobs``
    is not positive, or two submissions have one name.
    """
    if not releases:
        raise UsageError("There is no release to grade with. Name the folder that `paribus release` wrote.")
    if jobs < 1:
        raise UsageError(f"-j {jobs} is no number of processes; expected 1 or more.")
    out.mkdir(parents=True, exist_ok=True)
    (out / COMPLETE).unlink(missing_ok=True)
    key = batch_key(releases, also)
    earlier = {} if fresh else _earlier(out, key)
    write_atomic(out / FILE, to_text(earlier.values()))
    write_atomic(out / STARTED, json.dumps({"schema": SCHEMA, "key": key}, sort_keys=True) + "\n")
    state = _State(earlier, progress)
    # Where nobody keeps notebooks, workers need not make them, and the release's own need not travel to them.
    work = _Work(grade, tuple(release if keep else replace(release, notebook="") for release in releases))
    pool = (place or Processes(jobs, time_limit, memory_mb)).run(work, state.waiting(submissions))
    with (out / FILE).open("a", encoding="utf-8") as lines, closing(pool):
        for item, answer in pool:
            judged = (
                Judged(_placed(item, broken(item, releases, answer.why))) if isinstance(answer, Lost) else answer
            )
            line = to_line(judged.result)
            lines.write(f"{line}\n")
            lines.flush()
            # As the next run reads it: whether a result is new or kept changes nothing, not even the values' order.
            state.finish(from_line(line))
            if keep is not None:
                keep(judged)
    results = find_copies(state.in_order())
    text = to_text(results)
    write_atomic(out / FILE, text)
    digest = hashlib.sha256(text.encode()).hexdigest()
    marker = {"schema": SCHEMA, "key": key, "results": len(results), "sha256": digest}
    write_atomic(out / COMPLETE, json.dumps(marker, sort_keys=True) + "\n")
    return Batch(results, state.reused)


@dataclass(frozen=True)
class _Work:
    """What a worker does with each submission."""

    grade: Grade
    releases: tuple[Release, ...]

    def __call__(self, submission: Submission) -> Judged:
        answer = self.grade(submission, self.releases)
        judged = answer if isinstance(answer, Judged) else Judged(answer)
        return replace(judged, result=_placed(submission, judged.result))


def _placed(item: Submission, result: Result) -> Result:
    """The result with what is known of the submission from outside of its file."""
    return replace(result, attempt=item.attempt, team=item.team, late=item.late)


class _State:
    """Who is done while a batch runs; lives for one `grade_batch` call."""

    def __init__(self, earlier: Mapping[str, Result], progress: Progress | None) -> None:
        self.earlier = earlier
        self.progress = progress
        self.order: dict[str, Result | None] = {}
        self.done = self.reused = 0

    def waiting(self, submissions: Iterable[Submission]) -> Iterator[Submission]:
        """The submissions that have to be graded; those that are done already are taken from the earlier batch."""
        for item in submissions:
            if item.submission in self.order:
                raise UsageError(
                    f"Two submissions are called {item.submission!r}; the inbox gives each a name of its own."
                )
            self.order[item.submission] = None
            known = self.earlier.get(item.submission)
            if known is not None and _is_of(known, item):
                self.reused += 1
                self.finish(known)
            else:
                yield item

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
    """What a line of results depends on besides its submission: the grader's code, releases and ``also``.

    References and sealed keys may change under one release digest: recorded anew, built later, revealed.
    """
    parts = [own_code(), SCHEMA, also, *(release.digest for release in releases)]
    parts += [hashlib.sha256(release.assignment.to_json().encode()).hexdigest() for release in releases]
    parts += [json.dumps([dict(release.references), dict(release.sealed)], sort_keys=True) for release in releases]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


@functools.cache
def own_code() -> str:
    """The digest of the code that judges: after a changed check, or another word in the vocabulary, everything is
    judged anew.
    """
    folders = [Path(room.__file__).parent for room in (paribus, course, grader) if room.__file__]
    found = {
        f"{folder.name}/{path.relative_to(folder).as_posix()}": path
        for folder, pattern in zip(folders, ("**/*", "*", "**/*"), strict=True)
        for path in folder.glob(pattern)
        if path.suffix in (".py", ".toml") and path.name != "course.toml"
    }
    digest = hashlib.sha256()
    for name in sorted(found):
        digest.update(name.encode() + b"\0" + hashlib.sha256(found[name].read_bytes()).digest())
    return digest.hexdigest()


def _earlier(out: Path, key: str) -> dict[str, Result]:
    """What an earlier batch of the same key finished, by submission.

    The last line may have been cut when the batch was killed; a line that cannot be read is graded again.
    """
    try:
        started = json.loads((out / STARTED).read_text(encoding="utf-8"))
        lines = (out / FILE).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return {}
    if not isinstance(started, dict) or started.get("key") != key:
        return {}
    kept: dict[str, Result] = {}
    for line in lines:
        try:
            result = from_line(line)
        except ResultError:
            continue
        kept[result.submission] = result
    return kept


def _is_of(result: Result, item: Submission) -> bool:
    """The result was made from this submission; one the grader broke on is tried again."""
    same = all(getattr(result, name) == getattr(item, name) for name in SHARED)
    outside = {remark for remark in result.remarks if remark.startswith(OUTSIDE)}
    told = outside == {remark for remark in item.remarks if remark.startswith(OUTSIDE)} and not any(
        BROKE in text for text in result.remarks
    )
    return (
        same and told and bool(item.problem) == (result.status == "unreadable" and item.problem in result.remarks)
    )
