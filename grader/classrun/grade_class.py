"""A class's submissions in, everything that leaves grading out: the composition behind `paribus grade`.

OUT/results.jsonl   what the checks say            OUT/worksheet.csv   grades, as Moodle takes them back
OUT/gradebook.db    nbgrader, with its folders     OUT/feedback/       a page a submission
OUT/report.html     the class                      OUT/feedback.zip    the pages, as Moodle takes them back
OUT/grades.json     what everyone got, for `paribus term`
OUT/handed_back.json what was written for Moodle before, by which a round that it would ignore is known
OUT/complete.json   written last: the digest of every file above but nbgrader's
OUT/unfinished.json while a run writes: every file that it or an earlier one may have left

What people decided in formgrader since the last run enters the pages and the worksheet; results.jsonl keeps
what the checks said. One grader works in OUT at a time; whatever ends it, the same command goes on.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path

from grader.classrun.batch import COMPLETE, batch_key, grade_batch
from grader.classrun.grades import FILE as GRADES
from grader.classrun.grades import enrolled, grades_of, to_text
from grader.classrun.late_notes import time_notes
from grader.classrun.notes import batch_notes, made_notes, round_notes, worksheet_notes
from grader.classrun.output_guard import check_assignment, check_batch, check_own, check_releases, choose, read_held
from grader.classrun.started import read_started, write_started
from grader.classrun.storage import MARKER, clear_errors, only_grader, remove_unfinished
from grader.classrun.tries import Tries, broken_notes
from grader.classrun.work import inbox_limits, judge_with, recover_limits
from grader.classrun.workplaces import Place, open_place
from grader.errors import ResultError
from grader.gradebook.entering import Decided, enter
from grader.gradebook.owners import remember_owners
from grader.gradebook.penalty import require_method
from grader.gradebook.rebuilt_files import Kept
from grader.grading.results import FILE, read_results
from grader.intake.commitments import Commitments, read_commitments, with_commitments
from grader.intake.inbox import iter_unread, left_out
from grader.intake.languages import Language, language_named
from grader.intake.roster import Roster, check_belongs, read_roster, told_anew, with_roster
from grader.intake.worksheet import Worksheet, read_worksheet, without_names, write_worksheet
from grader.lms.ignored_rows import FILE as HANDED_BACK
from grader.lms.ignored_rows import compare, graded_at, read_earlier
from grader.lms.outputs import feedback_zip, make_worksheet, worksheet_entries
from grader.model import Result, Submission
from grader.pages.everyone import check_words, feedback_pages
from grader.pages.report import bands_of, report_page
from grader.similarity.earlier import Earlier, load, of_assignment, still_kept
from grader.similarity.pairs import find_copies
from paribus.course.assignment import Assignment
from paribus.course.policy import Policy
from paribus.course.release import Release
from paribus.errors import UsageError
from paribus.files import write_atomic

SCHEMA = "paribus.graded/1"
UNFINISHED = "unfinished.json"

Observe = Callable[[str, int, int], None]
"""Told of each step: its words, how many are done, how many there are."""


@dataclass(frozen=True)
class Order:
    """What is to be graded with what. ``releases`` are one assignment's, the newest first; ``earlier`` is what was
    kept of earlier terms, of which nothing is used whose time is over ``today``.

    ``only`` names students who alone are graded, beside the rest of the class that OUT holds. Where
    ``may_replace`` a batch may take the place of what OUT holds of others.
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
    only: tuple[str, ...] = ()
    may_replace: bool = False

    @property
    def assignment(self) -> Assignment:
        """The newest release's form of the assignment."""
        return self.releases[0].assignment


@dataclass(frozen=True)
class ForMoodle:
    """What Moodle takes back beside the pages, what the next run is to know of it, what is to be said, and what
    everyone got.
    """

    worksheet: bytes
    record: str
    notes: tuple[str, ...]
    grades: str


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

    Raises UsageError where OUT holds what this batch is not to replace (`output_guard`), InboxError where
    there is nothing to grade, WorksheetError, CommitmentsError and KeptError where these files are others than they
    should be, all before anything in OUT is changed; GradebookError where OUT's gradebook holds another form of the
    release, ClusterError where the cluster is not there or is lost, StorageError where OUT is full, read-only,
    locked or in another grader's hands.
    """
    with clear_errors(order.out), only_grader(order.out):
        remove_unfinished(order.out)
        worksheet = _read_worksheet(order)
        require_method(order.policy.late_penalty)
        roster = read_roster(worksheet, order.policy)
        listed = tuple(_inbox(order))
        commitments = _read_commitments(order)
        earlier, over = _read_kept(order)
        chosen = _guarded(order, listed, roster)
        if not chosen:  # one student may be missing from a worksheet that is the class's
            _check_worksheet(order, worksheet, with_roster(listed, roster))
        total = len(chosen) or len(listed)
        limits, kept, also = order.policy.limits, Kept(), _depends_on(order, commitments, roster)
        tries = Tries(order.out, f"{batch_key(order.releases, also)} {limits.seconds:g} {limits.memory_mb}")
        if chosen:
            write_started(order.out, read_started(order.out).with_chosen(chosen))
            for name in chosen:
                tries.forget(name)
        remember_owners(order.out)
        _forget_marker(order.out)
        submissions = (item for item in with_roster(listed, roster) if not chosen or item.submission in chosen)
        with open_place(order.cluster, order.jobs, time_limit=limits.seconds, memory_mb=limits.memory_mb) as place:
            batch = grade_batch(
                with_commitments(submissions, commitments), order.releases, order.out,
                progress=lambda done, result: observe("checking", done, total), grade=judge_with(limits),
                also=also, place=place, keep=kept.put, tries=tries, beside=bool(chosen),
                compare=partial(find_copies, earlier=earlier),
            )  # fmt: skip
            entered = with_gradebook(order, batch.results, observe, place=place, kept=kept, tries=tries)
        told = (*left_out(order.submissions, inbox_limits(limits)), *broken_notes(entered.results, tries), *over)
        moodle = for_moodle(order, entered.results, worksheet, (*told, *entered.notes), roster)
        write_out(order, entered.results, moodle, observe)
        return Handback(entered.results, moodle.notes, batch.reused)


def _guarded(order: Order, listed: Sequence[Submission], roster: Roster) -> frozenset[str]:
    """The submissions that are graded alone, none where it is the class; nothing is changed yet."""
    held = read_held(order.out)
    check_own(held)
    check_assignment(held, order.assignment.name)
    if order.only:
        chosen = choose(held, order.only, with_roster(listed, roster))
        kept = [item for item in _read_earlier(order) if item.submission not in chosen]
        check_releases(order.out, kept, order.releases)
        return chosen
    if not order.may_replace:
        check_batch(held, listed)
    return frozenset()


def _read_earlier(order: Order) -> tuple[Result, ...]:
    """What OUT holds. UsageError where its lines cannot be read."""
    try:
        return read_results(order.out / FILE)
    except ResultError as error:
        raise UsageError(
            f"{order.out} holds no batch to go on from: {error} Run `paribus grade` without --collect and --only."
        ) from error


def _depends_on(order: Order, commitments: Commitments | None, roster: Roster) -> str:
    """What verdicts depend on besides files, releases and code."""
    parts = (commitments.digest if commitments is not None else "", roster.key, recover_limits(order.policy.limits))
    return json.dumps([str(part) for part in parts])


def collect(order: Order, observe: Observe = _silent) -> Handback:
    """Write the pages and Moodle's files anew with what people decided in formgrader, and with the lateness that
    worksheet and policy give now; nothing is graded.

    UsageError where OUT holds no finished batch: some of the class may be missing from it.
    """
    if not (order.out / COMPLETE).is_file():
        raise UsageError(
            f"{order.out} holds no finished batch to collect from. Run `paribus grade` without --collect first."
        )
    with clear_errors(order.out), only_grader(order.out):
        remove_unfinished(order.out)
        check_assignment(read_held(order.out), order.assignment.name)
        results = _read_earlier(order)
        check_releases(order.out, results, order.releases)
        worksheet = _read_worksheet(order)
        require_method(order.policy.late_penalty)
        roster = read_roster(worksheet, order.policy)
        if worksheet is not None:
            results = tuple(told_anew(result, roster) for result in results)
        _check_worksheet(order, worksheet, results)
        _forget_marker(order.out)
        entered = with_gradebook(order, results, observe, only_read=True)
        told = (*broken_notes(entered.results, Tries(order.out)), *entered.notes)
        moodle = for_moodle(order, entered.results, worksheet, told, roster)
        write_out(order, entered.results, moodle, observe)
        return Handback(entered.results, moodle.notes, len(entered.results))


def for_moodle(
    order: Order,
    results: Sequence[Result],
    given: Worksheet | None,
    told: Sequence[str] = (),
    roster: Roster | None = None,
) -> ForMoodle:
    """The ``given`` worksheet, or one that is made, with grades and comments, beside those of earlier runs.

    ``told`` are notes of the run so far, ``roster`` what the worksheet says of the students.
    """
    policy = order.policy
    worksheet = given or make_worksheet(results, order.assignment, policy.attempts, _site(order))
    worksheet = without_names(worksheet) if policy.anonymous else worksheet
    entries = worksheet_entries(results, order.assignment, worksheet, policy.attempts, policy.scale)
    this = compare(read_earlier(order.out), worksheet, entries, policy)
    sheet = made_notes(results, policy) if given is None else worksheet_notes(worksheet, results, entries)
    times = time_notes(given, roster or read_roster(given, policy), policy, results)
    notes = (*told, *batch_notes(results), *sheet, *times, *round_notes(this, policy))
    grades = to_text(grades_of(results, order.assignment, policy, enrolled(given, policy)))
    written = write_worksheet(worksheet, entries, graded_at(worksheet, policy))
    return ForMoodle(written, this.to_json(), notes, grades)


def with_gradebook(
    order: Order,
    results: Sequence[Result],
    observe: Observe = _silent,
    *,
    only_read: bool = False,
    place: Place | None = None,
    kept: Kept | None = None,
    tries: Tries | None = None,
) -> Decided:
    """Put every judged submission into nbgrader's gradebook; returns the results with what people decided there.

    One that nbgrader refuses keeps its result, with a remark that says why. With ``only_read`` nothing is put in.
    Files whose notebooks were ``kept`` are not read again.
    """
    submissions = () if only_read else _inbox(order)
    return enter(
        order.out, order.releases, results, submissions, policy=order.policy, jobs=order.jobs, place=place,
        progress=lambda done, total: observe("filling the gradebook", done, total), kept=kept, tries=tries,
    )  # fmt: skip


def write_out(order: Order, results: Sequence[Result], moodle: ForMoodle, observe: Observe = _silent) -> None:
    """Every file but nbgrader's, and the marker last; files that only an earlier run wrote go away."""
    texts = render_all(order, results, moodle, observe)
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
    order: Order, results: Sequence[Result], moodle: ForMoodle, observe: Observe = _silent
) -> dict[str, str | bytes]:
    """Every file but results.jsonl and nbgrader's, by its name below OUT."""
    assignment = order.assignment
    pages = feedback_pages(
        results, order.releases, jobs=order.jobs, time_limit=order.policy.limits.seconds,
        progress=lambda done, total: observe("writing feedback", done, total),
    )  # fmt: skip
    bands = bands_of(order.releases[0].references, assignment)
    return {
        **{f"feedback/{name}.html": page for name, page in pages.items()},
        # Before the files that may be uploaded: a run that ends in between must not forget them.
        HANDED_BACK: moodle.record,
        GRADES: moodle.grades,
        "feedback.zip": feedback_zip(results, pages, assignment),
        "worksheet.csv": moodle.worksheet,
        "report.html": report_page(results, assignment, bands=bands, checks=check_words(), notes=moodle.notes),
    }


def _inbox(order: Order) -> Iterable[Submission]:
    return iter_unread(order.submissions, inbox_limits(order.policy.limits), anonymous=order.policy.anonymous)


def _site(order: Order) -> Language:
    """The language of the site, as the course names it."""
    return language_named(order.policy.language or "en")


def _read_worksheet(order: Order) -> Worksheet | None:
    site = _site(order)
    if order.worksheet is None:
        return None
    return read_worksheet(
        order.worksheet.read_bytes(), order.worksheet.name, (site,) if order.policy.language else ()
    )


def _check_worksheet(order: Order, worksheet: Worksheet | None, placed: Iterable[Submission | Result]) -> None:
    if worksheet is not None and order.worksheet is not None:
        check_belongs(worksheet, placed, order.worksheet.name)


def _read_commitments(order: Order) -> Commitments | None:
    path = order.commitments
    return None if path is None else read_commitments(path.read_bytes(), path.name)


def _read_kept(order: Order) -> tuple[Earlier, tuple[str, ...]]:
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
