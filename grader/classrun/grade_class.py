"""A class's submissions in, everything that leaves grading out: the composition behind `paribus grade`.

OUT/results.jsonl   what the checks say            OUT/feedback/       a page a submission
OUT/gradebook.db    nbgrader, with its folders     OUT/report.html     the class
OUT/grades.json     what everyone got, for `paribus term`
OUT/…               grades and pages as the learning platform takes them back (`grader.lms`)
OUT/complete.json   written last: the digest of every file above but nbgrader's
OUT/unfinished.json while a run writes: every file that it or an earlier one may have left

What people decided in formgrader since the last run enters the pages and the grades; results.jsonl keeps
what the checks said. One grader works in OUT at a time; whatever ends it, the same command goes on.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.classrun.batch import COMPLETE, Batch, batch_key, grade_batch
from grader.classrun.entering import Decided, enter
from grader.classrun.output_guard import check_assignment, check_batch, check_own, check_releases, choose, read_held
from grader.classrun.upgrade import judged_by_others, require_same_points
from grader.classrun.work import Grade, inbox_limits
from grader.desk.decided import asked_of, shares_of
from grader.errors import ResultError
from grader.gradebook.ledger import graded_notebooks
from grader.gradebook.owners import remember_owners
from grader.gradebook.penalty import require_method
from grader.gradebook.rebuilt_files import Kept
from grader.grading.grade import judge_safely
from grader.grading.results import FILE, read_results
from grader.grading.tries import Tries, broken_notes
from grader.intake.commitments import Commitments, read_commitments, with_commitments
from grader.intake.inbox import Inbox, open_inbox
from grader.intake.roster import Roster, told_anew
from grader.lms.choose import Intake, read_intake
from grader.lms.grades import FILE as GRADES
from grader.lms.grades import grades_of, to_text
from grader.lms.platform import Enrolled, Marked, Platform, Returned
from grader.model import Result, Submission
from grader.output.made_from import write_made_from
from grader.output.started import read_started, write_started
from grader.output.storage import clear_errors, only_grader, remove_unfinished
from grader.output.written import forget_marker, write_files, written_before
from grader.pages.everyone import check_words, feedback_pages
from grader.pages.report import bands_of, report_page
from grader.similarity.earlier import Earlier, load, of_assignment, still_kept
from grader.similarity.pairs import find_copies
from grader.workplaces.place import Place, open_place
from paribus.course.assignment import Assignment
from paribus.course.own import metrics_of
from paribus.course.policy import Policy
from paribus.course.release import Release
from paribus.errors import UsageError
from paribus.metrics.registry import use_metrics

if TYPE_CHECKING:
    from grader.audit.hidden_tests import HiddenTests

SCHEMA = "paribus.graded/1"
REPORT = "report.html"

Observe = Callable[[str, int, int], None]
"""Told of each step: its words, how many are done, how many there are."""


@dataclass(frozen=True)
class Order:
    """What is to be graded with what. ``releases`` are one assignment's, the newest first; ``earlier`` is what was
    kept of earlier terms, of which nothing is used whose time is over ``today``.

    ``people`` is the learning platform's table of them: a worksheet, a gradebook, a roster. ``only`` names students
    who alone are graded, beside the rest of the class that OUT holds. Where ``may_replace`` a batch may take the
    place of what OUT holds of others. ``accepted``: points that OUT holds may change because another paribus or
    another release judges them. ``release_folders`` are written down for whoever shows the class later.
    ``run_tests`` runs the releases' hidden tests on students' code, in a sandbox; None: nothing is run.
    """

    submissions: Path
    releases: tuple[Release, ...]
    out: Path
    people: Path | None = None
    jobs: int = 1
    policy: Policy = field(default_factory=Policy)
    commitments: Path | None = None
    cluster: str = ""
    earlier: Path | None = None
    today: date = date.min
    only: tuple[str, ...] = ()
    may_replace: bool = False
    accepted: bool = False
    release_folders: tuple[Path, ...] = ()
    run_tests: "HiddenTests | None" = None

    @property
    def assignment(self) -> Assignment:
        """The newest release's form of the assignment."""
        return self.releases[0].assignment


@dataclass(frozen=True)
class Handback:
    """What was written, for which platform. ``results`` have people's decisions, ``notes`` are on the batch."""

    results: tuple[Result, ...]
    notes: tuple[str, ...]
    reused: int
    platform: Platform[Any]


def _silent(words: str, done: int, total: int) -> None:
    """Nobody watches."""


def grade_class(order: Order, observe: Observe = _silent) -> Handback:
    """Grade a batch and write every file; a bad file costs only itself.

    Raised before anything in OUT is changed: UsageError where OUT holds what this batch is not to replace
    (`output_guard`); InboxError where there is nothing to grade; WorksheetError, CommitmentsError and KeptError
    where these files are others than they should be; PointsWouldChangeError where points that OUT holds would
    change unaccepted. Raised later: GradebookError where OUT's gradebook holds another form of the release;
    ClusterError where the cluster is not there or is lost; StorageError where OUT is full, read-only, locked or in
    another grader's hands.
    """
    with clear_errors(order.out), only_grader(order.out):
        remove_unfinished(order.out)
        limits = order.policy.limits
        inbox = open_inbox(order.submissions, inbox_limits(limits))
        intake = _intake(order, inbox.paths)
        require_method(order.policy.late_penalty)
        path = order.commitments
        commitments = None if path is None else read_commitments(path.read_bytes(), path.name)
        class_ = _class(order, inbox, intake, commitments)
        earlier, over = _read_kept(order)
        chosen = _guarded(order, class_, intake)
        if not chosen:  # one student may be missing from a table that is the class's
            _check_people(order, intake, class_)
        batch = tuple(item for item in class_ if not chosen or item.submission in chosen)
        kept, also = Kept(), _depends_on(order, commitments, intake.roster)
        if not order.accepted and judged_by_others(order.out, order.releases):
            require_same_points(order.out, partial(_trial, order, batch, observe))
        tries = Tries(order.out, f"{batch_key(order.releases, also)} {limits.seconds:g} {limits.memory_mb}")
        if chosen:
            write_started(order.out, read_started(order.out).with_chosen(chosen))
            for name in chosen:
                tries.forget(name)
        elif order.release_folders:  # of a student graded alone, the class's places stay
            write_made_from(order.out, order.submissions, order.release_folders)
        remember_owners(order.out)
        forget_marker(order.out)
        with open_place(order.cluster, order.jobs, time_limit=_seconds(order), memory_mb=limits.memory_mb) as place:
            graded = grade_batch(
                batch, order.releases, order.out,
                progress=lambda done, result: observe("checking", done, len(batch)), also=also, place=place,
                grade=_judge(order), keep=kept.put, tries=tries, beside=bool(chosen),
                compare=partial(find_copies, earlier=earlier),
            )  # fmt: skip
            entered = with_gradebook(order, graded.results, class_, observe, place=place, kept=kept, tries=tries)
        told = (*inbox.left_out, *broken_notes(entered.results, tries), *over)
        back = hand_back(order, entered.results, intake, (*told, *entered.notes))
        write_out(order, entered.results, intake, back, observe)
        return Handback(entered.results, back.notes, graded.reused, intake.platform)


def _trial(order: Order, submissions: Sequence[Submission], observe: Observe, scratch: Path) -> Batch:
    """The class as this paribus and these releases judge it, in a folder that is thrown away."""
    limits, total = order.policy.limits, len(submissions)
    return grade_batch(
        submissions, order.releases, scratch, jobs=order.jobs, grade=_judge(order),
        time_limit=_seconds(order), memory_mb=limits.memory_mb,
        progress=lambda done, result: observe("comparing with the last run", done, total),
    )  # fmt: skip


def _class(order: Order, inbox: Inbox, intake: Intake, commitments: Commitments | None) -> tuple[Submission, ...]:
    """Everything that was handed in, with whose it is and what they committed to; no file is read yet.

    Blind models are judged by when work came in and what was predicted before, so people are told before judging.
    """
    listed = inbox.submissions(anonymous=order.policy.anonymous, read_name=intake.platform.reader(intake.people))
    return tuple(with_commitments(intake.platform.place(listed, intake.roster), commitments))


def _judge(order: Order) -> Grade:
    return partial(judge_safely, limits=order.policy.limits, execute=order.run_tests)


def _seconds(order: Order) -> float:
    """What a submission may take: reading it, and running its hidden tests."""
    return order.policy.limits.seconds + (order.run_tests.seconds if order.run_tests is not None else 0.0)


def _guarded(order: Order, class_: Sequence[Submission], intake: Intake) -> frozenset[str]:
    """The submissions that are graded alone, none where it is the class; nothing is changed yet."""
    held = read_held(order.out)
    check_own(held, [*(name for _, name in intake.platform.outputs), REPORT])
    check_assignment(held, order.assignment.name)
    if order.only:
        chosen = choose(held, order.only, class_)
        kept = [item for item in _read_earlier(order) if item.submission not in chosen]
        check_releases(order.out, kept, order.releases)
        return chosen
    if not order.may_replace:
        check_batch(held, class_)
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
    parts = [commitments.digest if commitments is not None else "", roster.key, order.policy.limits.of_reading]
    if order.run_tests is not None:
        parts.append(json.dumps([dict(release.hidden) for release in order.releases], sort_keys=True))
    return json.dumps([str(part) for part in parts])


def collect(order: Order, observe: Observe = _silent) -> Handback:
    """Write the pages and the platform's files anew with what people decided in formgrader, and with the lateness
    that table and policy give now; nothing is graded.

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
        intake = _intake(order, (result.source for result in results))
        require_method(order.policy.late_penalty)
        if intake.people is not None:
            results = tuple(told_anew(result, intake.roster) for result in results)
        _check_people(order, intake, results)
        forget_marker(order.out)
        entered = with_gradebook(order, results, (), observe)
        told = (*broken_notes(entered.results, Tries(order.out)), *entered.notes)
        back = hand_back(order, entered.results, intake, told)
        write_out(order, entered.results, intake, back, observe)
        return Handback(entered.results, back.notes, len(entered.results), intake.platform)


def hand_back(order: Order, results: Sequence[Result], intake: Intake, told: Sequence[str] = ()) -> Returned:
    """What goes back to the platform, without the pages; ``told`` are notes of the run so far."""
    back = intake.platform.grades(
        intake.people, Marked(results, order.assignment, order.policy, intake.roster, order.out)
    )
    return Returned(back.files, (*told, *back.notes))


def _enrolled(order: Order, intake: Intake) -> Sequence[Enrolled] | None:
    """Everyone in the platform's table; None where none was given."""
    return None if intake.people is None else intake.platform.enrolled(intake.people, order.policy)


def with_gradebook(
    order: Order,
    results: Sequence[Result],
    submissions: Iterable[Submission],
    observe: Observe = _silent,
    *,
    place: Place | None = None,
    kept: Kept | None = None,
    tries: Tries | None = None,
) -> Decided:
    """Put every judged one of ``submissions`` into nbgrader's gradebook; returns the results with what people
    decided there. One that nbgrader refuses keeps its result, with a remark that says why. Files whose notebooks
    were ``kept`` are not read again.
    """
    return enter(
        order.out, order.releases, results, submissions, policy=order.policy, jobs=order.jobs, place=place,
        progress=lambda done, total: observe("filling the gradebook", done, total), kept=kept, tries=tries,
    )  # fmt: skip


def write_out(
    order: Order, results: Sequence[Result], intake: Intake, back: Returned, observe: Observe = _silent
) -> None:
    """Every file but nbgrader's, and the marker last; files that only an earlier run wrote go away."""
    about = {
        "schema": SCHEMA,
        "assignment": order.assignment.name,
        "submissions": len(results),
        "releases": [release.digest for release in order.releases],
    }
    write_files(order.out, render_all(order, results, intake, back, observe), about, beside=(FILE,))


def render_all(
    order: Order, results: Sequence[Result], intake: Intake, back: Returned, observe: Observe = _silent
) -> dict[str, str | bytes]:
    """Every file but results.jsonl and nbgrader's, by its name below OUT."""
    assignment = order.assignment
    pages = feedback_pages(
        results, order.releases, jobs=order.jobs, time_limit=order.policy.limits.seconds,
        asked=asked_of(order.out, results), notebooks=graded_notebooks(order.out, results),
        progress=lambda done, total: observe("writing feedback", done, total),
    )  # fmt: skip
    bands = bands_of(order.releases[0].references, assignment)
    with use_metrics(metrics_of(assignment.own, f"{assignment.name}/")):
        words = check_words(assignment)
        written = read_results(order.out / FILE) if (order.out / FILE).is_file() else ()  # as judged, before people
        shares = shares_of(order.out, written, order.releases)
        report = report_page(results, assignment, bands=bands, checks=words, notes=back.notes, shares=shares)
    return {
        **{f"feedback/{name}.html": page for name, page in pages.items()},
        **back.files,
        GRADES: to_text(grades_of(results, assignment, order.policy, _enrolled(order, intake))),
        **intake.platform.feedback(results, pages, assignment),
        REPORT: report,
    }


def _intake(order: Order, paths: Iterable[str]) -> Intake:
    return read_intake(order.policy, order.people, order.assignment, paths, written_before(order.out))


def _check_people(order: Order, intake: Intake, placed: Iterable[Submission | Result]) -> None:
    if order.people is not None:
        intake.platform.check(intake.people, placed, order.people.name)


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
