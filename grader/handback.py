"""A class's submissions in, everything that leaves grading out: the composition behind `paribus grade`.

OUT/results.jsonl   what the checks say            OUT/worksheet.csv   grades, as Moodle takes them back
OUT/gradebook.db    nbgrader, with its folders     OUT/feedback/       a page a submission
OUT/report.html     the class                      OUT/feedback.zip    the pages, as Moodle takes them back
OUT/complete.json   written last: the digest of every file above but nbgrader's
OUT/unfinished.json while a run writes: every file that it or an earlier one may have left

What people decided in formgrader since the last run enters the pages and the worksheet; results.jsonl keeps
what the checks said. One grader works in OUT at a time; whatever ends it, the same command goes on.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path

from course.assignment import Assignment
from course.policy import Policy
from course.release import Release
from grader.batch import COMPLETE, grade_batch
from grader.bounds import inbox_limits, judge_with, recover_limits
from grader.errors import ResultError
from grader.grade import BROKE
from grader.gradebook.entering import Decided, enter
from grader.gradebook.kept import Kept
from grader.gradebook.owners import remember_owners
from grader.gradebook.penalty import load_plugin
from grader.intake.commitments import Commitments, read_commitments, with_commitments
from grader.intake.inbox import count_submissions, iter_unread
from grader.intake.roster import Roster, read_roster, with_roster
from grader.intake.worksheet import Worksheet, read_worksheet, without_names, write_worksheet
from grader.model import Result, Submission
from grader.outputs import feedback_zip, make_worksheet, worksheet_entries
from grader.pages.everyone import check_words, feedback_pages
from grader.pages.report import bands_of, report_page
from grader.places import Place, open_place
from grader.results import FILE, read_results
from grader.similarity.earlier import Earlier, load, of_assignment, still_kept
from grader.similarity.pairs import find_copies
from grader.storage import clear_errors, only_grader, remove_unfinished
from paribus.errors import UsageError
from paribus.files import write_atomic

SCHEMA = "paribus.graded/1"
MARKER, UNFINISHED = "complete.json", "unfinished.json"

Observe = Callable[[str, int, int], None]
"""Told of each step: its words, how many are done, how many there are."""


@dataclass(frozen=True)
class Order:
    """What is to be graded with what. ``releases`` are one assignment's, the newest first; ``earlier`` is what was
    kept of earlier terms, of which nothing is used whose time is over ``today``.
    """

    submissions: Path
    releases: tuple[Release, ...]
    out: Path
    worksheet: Path | None = None
    jobs: int = 1
    policy: Policy = field(default_factory=Policy)
    commitments: Path | None = None
    cluster: str = ""
    earlier: Path | None = None
    today: date = date.min

    @property
    def assignment(self) -> Assignment:
        """The newest release's form of the assignment."""
        return self.releases[0].assignment


@dataclass(frozen=True)
class Handback:
    """What was written. ``results`` are with people's decisions, ``notes`` what concerns the whole batch."""

    results: tuple[Result, ...]
    notes: tuple[str, ...]
    reused: int


def _silent(words: str, done: int, total: int) -> None:
    """Nobody watches."""


def grade_class(order: Order, observe: Observe = _silent) -> Handback:
    """Grade a batch and write every file; a bad file costs only itself.

    Raises InboxError where there is nothing to grade, WorksheetError, CommitmentsError and KeptError where these
    files are others than they should be, all before anything in OUT is changed; GradebookError where OUT's
    gradebook holds another form of the release, ClusterError where the cluster is not there or is lost,
    StorageError where OUT is full, read-only, locked or in another grader's hands.
    """
    with clear_errors(order.out), only_grader(order.out):
        remove_unfinished(order.out)
        worksheet = _read_worksheet(order)
        load_plugin(order.policy.late_penalty)
        roster = read_roster(worksheet, order.policy)
        commitments = _read_commitments(order)
        earlier, over = _read_earlier(order)
        total = _count(order)
        remember_owners(order.out)
        _forget_marker(order.out)
        limits, kept = order.policy.limits, Kept()
        with open_place(order.cluster, order.jobs, time_limit=limits.seconds, memory_mb=limits.memory_mb) as place:
            batch = grade_batch(
                with_commitments(_submissions(order, roster), commitments), order.releases, order.out,
                progress=lambda done, result: observe("checking", done, total), grade=judge_with(limits),
                also=_depends_on(order, commitments, roster), place=place, keep=kept.put,
                compare=partial(find_copies, earlier=earlier),
            )  # fmt: skip
            entered = with_gradebook(order, batch.results, observe, place=place, kept=kept)
        notes = (*_notes(entered.results), *entered.notes, *over)
        write_out(order, entered.results, worksheet, notes, observe)
        return Handback(entered.results, notes, batch.reused)


def _depends_on(order: Order, commitments: Commitments | None, roster: Roster) -> str:
    """What verdicts depend on besides files, releases and code."""
    parts = (commitments.digest if commitments is not None else "", roster.key, recover_limits(order.policy.limits))
    return json.dumps([str(part) for part in parts])


def collect(order: Order, observe: Observe = _silent) -> Handback:
    """Write the pages and Moodle's files anew with what people decided in formgrader; nothing is graded.

    UsageError where OUT holds no finished batch: some of the class may be missing from it.
    """
    advice = "Run `paribus grade` without --collect first."
    if not (order.out / COMPLETE).is_file():
        raise UsageError(f"{order.out} holds no finished batch to collect from. {advice}")
    with clear_errors(order.out), only_grader(order.out):
        remove_unfinished(order.out)
        try:
            results = read_results(order.out / FILE)
        except ResultError as error:
            raise UsageError(f"{order.out} holds no batch to collect from: {error} {advice}") from error
        worksheet = _read_worksheet(order)
        load_plugin(order.policy.late_penalty)
        _forget_marker(order.out)
        entered = with_gradebook(order, results, observe, only_read=True)
        notes = (*_notes(entered.results), *entered.notes)
        write_out(order, entered.results, worksheet, notes, observe)
        return Handback(entered.results, notes, len(entered.results))


def _notes(results: Sequence[Result]) -> tuple[str, ...]:
    """What concerns the batch as a whole."""
    broke = sum(any(BROKE in remark for remark in result.remarks) for result in results)
    if not broke:
        return ()
    words = (
        f"The grader broke on {broke} of {len(results)} files. That costs nobody a point, and the next run tries "
        "them again. Where it is most of them, look at this machine first: its memory, and the limits in "
        "course.toml."
    )
    return (words,)


def with_gradebook(
    order: Order,
    results: Sequence[Result],
    observe: Observe = _silent,
    *,
    only_read: bool = False,
    place: Place | None = None,
    kept: Kept | None = None,
) -> Decided:
    """Put every judged submission into nbgrader's gradebook; returns the results with what people decided there.

    One that nbgrader refuses keeps its result, with a remark that says why. With ``only_read`` nothing is put in.
    Files whose notebooks were ``kept`` are not read again.
    """
    submissions = () if only_read else _inbox(order)
    return enter(
        order.out, order.releases, results, submissions, policy=order.policy, jobs=order.jobs, place=place,
        progress=lambda done, total: observe("filling the gradebook", done, total), kept=kept,
    )  # fmt: skip


def write_out(
    order: Order,
    results: Sequence[Result],
    worksheet: Worksheet | None,
    notes: Sequence[str],
    observe: Observe = _silent,
) -> None:
    """Every file but nbgrader's, and the marker last; files that only an earlier run wrote go away."""
    texts = render_all(order, results, worksheet, notes, observe)
    earlier = _written_before(order.out)
    write_atomic(order.out / UNFINISHED, json.dumps({"files": sorted(earlier | set(texts))}) + "\n")
    digests = {}
    for name, content in texts.items():
        write_atomic(order.out / name, content)
        digests[name] = _digest(content)
    digests[FILE] = _digest((order.out / FILE).read_bytes())
    for name in sorted(earlier - set(digests)):
        (order.out / name).unlink(missing_ok=True)
    marker = {
        "schema": SCHEMA, "assignment": order.assignment.name, "submissions": len(results),
        "releases": [release.digest for release in order.releases], "files": digests,
    }  # fmt: skip
    write_atomic(order.out / MARKER, json.dumps(marker, sort_keys=True, indent=1) + "\n")
    (order.out / UNFINISHED).unlink(missing_ok=True)


def render_all(
    order: Order,
    results: Sequence[Result],
    worksheet: Worksheet | None,
    notes: Sequence[str] = (),
    observe: Observe = _silent,
) -> dict[str, str | bytes]:
    """Every file but results.jsonl and nbgrader's, by its name below OUT."""
    assignment = order.assignment
    pages = feedback_pages(
        results, order.releases, jobs=order.jobs, time_limit=order.policy.limits.seconds,
        progress=lambda done, total: observe("writing feedback", done, total),
    )  # fmt: skip
    sheet = worksheet or make_worksheet(results, assignment, order.policy.attempts)
    bands = bands_of(order.releases[0].references, assignment)
    return {
        **{f"feedback/{name}.html": page for name, page in pages.items()},
        "feedback.zip": feedback_zip(results, pages, assignment),
        "worksheet.csv": write_worksheet(
            sheet, worksheet_entries(results, assignment, sheet, order.policy.attempts)
        ),
        "report.html": report_page(results, assignment, bands=bands, checks=check_words(), notes=notes),
    }


def _submissions(order: Order, roster: Roster) -> Iterator[Submission]:
    """The inbox, with what the worksheet says of each."""
    return with_roster(_inbox(order), roster)


def _inbox(order: Order) -> Iterable[Submission]:
    return iter_unread(order.submissions, inbox_limits(order.policy.limits), anonymous=order.policy.anonymous)


def _count(order: Order) -> int:
    return count_submissions(order.submissions, inbox_limits(order.policy.limits))


def _read_worksheet(order: Order) -> Worksheet | None:
    if order.worksheet is None:
        return None
    worksheet = read_worksheet(order.worksheet.read_bytes(), order.worksheet.name)
    return without_names(worksheet) if order.policy.anonymous else worksheet


def _read_commitments(order: Order) -> Commitments | None:
    path = order.commitments
    return None if path is None else read_commitments(path.read_bytes(), path.name)


def _read_earlier(order: Order) -> tuple[Earlier, tuple[str, ...]]:
    """What was kept of the assignment's earlier terms, and a note on what was kept for too long."""
    if order.earlier is None:
        return Earlier(), ()
    found = of_assignment(load(order.earlier), order.assignment.name)
    kept = still_kept(found, order.today)
    if not (over := len(found.entries) - len(kept.entries)):
        return kept, ()
    words = (
        f"The time of {over} submissions in {order.earlier} is over, and nothing was compared with them: "
        f"`paribus keep --into {order.earlier}` deletes them."
    )
    return kept, (words,)


def _forget_marker(out: Path) -> None:
    """From here on the folder is not complete; what an earlier run had written stays known."""
    if (out / MARKER).is_file():
        write_atomic(out / UNFINISHED, json.dumps({"files": sorted(_written_before(out))}) + "\n")
        (out / MARKER).unlink()


def _written_before(out: Path) -> set[str]:
    """The files below OUT that earlier runs wrote, finished or not."""
    names: set[str] = set()
    for marker in (MARKER, UNFINISHED):
        try:
            names |= set(json.loads((out / marker).read_text(encoding="utf-8"))["files"])
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return {name for name in names if name != FILE and (out / name).resolve().is_relative_to(out.resolve())}


def _digest(content: str | bytes) -> str:
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()
