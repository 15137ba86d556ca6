"""An audit of a graded class: who is looked at, what came of it, and the files that it leaves.

OUT/audit.jsonl      a line a submission that was run again; in the class's order once all are done
OUT/audit.html       the page for the instructor
OUT/complete.json    written last, when the whole sample has its lines

Nothing in the graded folder is changed, and no point depends on what is here.
"""

import hashlib
import json
import random
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

from grader.audit.compare import Status
from grader.audit.plausible import Plausibility, plausibilities
from grader.audit.reference_errors import beside_references
from grader.audit.rerun import SLACK, Audited, Rerun
from grader.audit.trace import Trace, trace_of
from grader.desk.folder import DeskFolder
from grader.errors import AuditError
from grader.evidence.runs import own_records
from grader.grading.opened import Opened, open_submission
from grader.model import Result, Submission
from grader.workplaces.own_code import own_code
from grader.workplaces.place import Place, Processes
from grader.workplaces.pool import Lost
from paribus.errors import UsageError
from paribus.files import write_atomic

LINES, PAGE, MARKER = "audit.jsonl", "audit.html", "complete.json"
SCHEMA = "paribus.audit/1"
BY_CHANCE, ASKED = "drawn by chance", "asked for"

Observe = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Sample:
    """Who is looked at: ``size`` drawn by chance with ``seed``, all whom plausibility names unless ``unflagged``.
    Where there are any in ``only``, they alone are looked at.
    """

    size: int = 5
    seed: int = 0
    only: tuple[str, ...] = ()
    unflagged: bool = False


@dataclass(frozen=True)
class Finished:
    """What an audit leaves: what was run again, what the records alone look like, and who was not reached."""

    results: tuple[Result, ...]
    audited: tuple[Audited, ...]
    plausible: tuple[Plausibility, ...]
    not_reached: tuple[str, ...]
    reused: int


def audit_class(
    graded: DeskFolder, rerun: Rerun, sample: Sample, out: Path, *, jobs: int = 1, budget: float = 0.0,
    observe: Observe = lambda words, done, total: None, place: Place | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Finished:  # fmt: skip
    """Run a sample again; what an earlier audit with the same files and settings finished stays.

    After ``budget`` seconds (0: no bound) no further submission is begun. UsageError where ``sample`` names nobody.
    """
    results = [work.result for work in graded.batch.ordered if work.result.cells]
    files = {result.submission: result.sha256 for result in results}
    traces = tuple(_traces(graded, rerun, results, observe))
    plausible = beside_references(plausibilities(traces), traces, [item.audit for item in rerun.releases])
    chosen = choose(results, plausible, sample)
    out.mkdir(parents=True, exist_ok=True)
    (out / MARKER).unlink(missing_ok=True)
    key = key_of(rerun)
    kept = {
        line.submission: replace(line, chosen=chosen[line.submission])
        for line in read_lines(out / LINES)
        if line.key == key and line.submission in chosen and line.sha256 == files[line.submission]
    }
    reused, began = len(kept), clock()

    def waiting() -> Iterator[tuple[Submission, str]]:
        for name, why in chosen.items():
            if name not in kept and not (budget and clock() - began > budget):
                yield replace(graded.file(name), submission=name), why

    done = dict(kept)
    place = place or Processes(jobs, rerun.limits.seconds + SLACK)
    observe("running again", len(done), len(chosen))
    with closing(place.run(rerun, waiting())) as answers:
        for (submission, why), answer in answers:
            line = _lost(submission, why, answer) if isinstance(answer, Lost) else answer
            done[line.submission] = replace(line, key=key)
            _write_lines(out / LINES, done.values())
            observe("running again", len(done), len(chosen))
    ordered = tuple(done[name] for name in chosen if name in done)
    _write_lines(out / LINES, ordered)
    missing = tuple(name for name in chosen if name not in done)
    return Finished(tuple(results), ordered, plausible, missing, reused)


def write_page(out: Path, page: str, finished: Finished) -> None:
    """The page and, where the whole sample was reached, the marker."""
    write_atomic(out / PAGE, page)
    if not finished.not_reached:
        digests = {name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in (LINES, PAGE)}
        marker = {"schema": SCHEMA, "audited": len(finished.audited), "files": digests}
        write_atomic(out / MARKER, json.dumps(marker, sort_keys=True, indent=1) + "\n")


def choose(results: Sequence[Result], plausible: Sequence[Plausibility], sample: Sample) -> dict[str, str]:
    """Who is looked at, in the class's order, and why. UsageError where a name is nobody's, or of several."""
    if sample.only:
        return {_one_of(results, wanted): ASKED for wanted in sample.only}
    names = [result.submission for result in results]
    drawn = random.Random(sample.seed).sample(names, min(sample.size, len(names)))  # noqa: S311 - a sample, no secret
    why = dict.fromkeys(drawn, BY_CHANCE)
    if not sample.unflagged:
        flagged = [item for item in plausible if item.flagged]
        why |= {item.submission: f"records unlike the {item.whose} ({item.strangest})" for item in flagged}
    return {name: why[name] for name in names if name in why}


def _one_of(results: Sequence[Result], wanted: str) -> str:
    found = [item.submission for item in results if wanted in (item.submission, item.student, item.name)]
    if len(found) != 1:
        known = ", ".join(item.submission for item in results[:10])
        number = "nobody's" if not found else f"of {len(found)} submissions"
        raise UsageError(f"--only {wanted}: this name is {number}. Name a submission, such as {known}.")
    return found[0]


def read_lines(path: Path) -> tuple[Audited, ...]:
    """The lines of an earlier audit; one that was cut is done again."""
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ()
    found = []
    for line in lines:
        try:
            found.append(Audited.from_line(line))
        except AuditError:
            continue
    return tuple(found)


def _write_lines(path: Path, lines: Iterable[Audited]) -> None:
    write_atomic(path, "".join(f"{line.to_line()}\n" for line in lines))


def _traces(graded: DeskFolder, rerun: Rerun, results: Sequence[Result], observe: Observe) -> Iterator[Trace]:
    for done, result in enumerate(results, 1):
        opened = open_submission(graded.file(result.submission), rerun.releases)
        found = own_records(opened.case) if isinstance(opened, Opened) else ()
        records = [item.record for item in found if item.record is not None]
        observe("reading records", done, len(results))
        yield trace_of(result.submission, records)


def key_of(rerun: Rerun) -> str:
    """What a line of audit.jsonl was made with: under another key it is made again."""
    parts = [
        own_code(), rerun.profile, rerun.sandbox.name, repr(rerun.gpu), repr(rerun.brought), str(rerun.disk_mb),
        *(release.digest for release in rerun.releases),
        json.dumps([[dict(item.references), dict(item.audit)] for item in rerun.releases], sort_keys=True),
    ]  # fmt: skip
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _lost(submission: Submission, why: str, answer: Lost) -> Audited:
    return Audited(
        submission.submission, submission.name, submission.sha256, why, Status.COULD_NOT_RUN, why=answer.why
    )
