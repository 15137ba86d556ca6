"""A class's submissions in, everything that leaves grading out: the composition behind `paribus grade`.

OUT/results.jsonl   what the checks say            OUT/worksheet.csv   grades, as Moodle takes them back
OUT/gradebook.db    nbgrader, with its folders     OUT/feedback/       a page a submission
OUT/report.html     the class                      OUT/feedback.zip    the pages, as Moodle takes them back
OUT/complete.json   written last: the digest of every file above but nbgrader's

What people decided in formgrader since the last run enters the pages and the worksheet; results.jsonl keeps
what the checks said.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from course.assignment import Assignment
from course.release import Release
from grader.batch import grade_batch
from grader.checks import CHECKS
from grader.errors import GradebookError, InboxError, UnreadableError, WorksheetError
from grader.feedback import feedback_page
from grader.inbox import count_submissions, iter_submissions
from grader.match import match
from grader.model import Result, Submission
from grader.outputs import feedback_zip, make_worksheet, worksheet_entries
from grader.rebuild import rebuild
from grader.recover import recover
from grader.report import bands_of, report_page
from grader.results import FILE
from grader.worksheet import Worksheet, read_worksheet, write_worksheet
from paribus.files import write_atomic

SCHEMA = "paribus.graded/1"
MARKER = "complete.json"
MISSING = "not in the worksheet: Moodle's worksheet has no row for this submission, so no grade is written there."

Observe = Callable[[str, int, int], None]
"""Told of each step: its words, how many are done, how many there are."""


@dataclass(frozen=True)
class Order:
    """What is to be graded with what. ``releases`` are one assignment's, the newest first."""

    submissions: Path
    releases: tuple[Release, ...]
    out: Path
    worksheet: Path | None = None
    jobs: int = 1

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


def grade_class(order: Order, observe: Observe = lambda words, done, total: None) -> Handback:
    """Grade a batch and write every file; a bad file costs only itself.

    Raises InboxError where there is nothing to grade, GradebookError where OUT's gradebook holds another
    release of the assignment.
    """
    earlier = _forget_marker(order.out)
    worksheet, notes = _read_worksheet(order.worksheet)
    total = _count(order.submissions)
    batch = grade_batch(
        _submissions(order.submissions, worksheet), order.releases, order.out, jobs=order.jobs,
        progress=lambda done, result: observe("checking", done, total),
    )  # fmt: skip
    results = with_gradebook(order, batch.results, observe)
    texts = render_all(order, results, worksheet, notes, observe)
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
    return Handback(results, notes, batch.reused)


def with_gradebook(
    order: Order, results: Sequence[Result], observe: Observe = lambda words, done, total: None
) -> tuple[Result, ...]:
    """Put every judged submission into nbgrader's gradebook; returns the results with what people decided there.

    One that nbgrader refuses keeps its result, with a remark that says why.
    """
    from grader.gradebook import Entry, GradebookFolder
    from grader.scores import with_people

    by_name = {result.submission: result for result in results}
    books: dict[str, GradebookFolder] = {}
    names = _names(order.releases)
    releases = {release.digest: release for release in order.releases}
    try:
        for done, submission in enumerate(_submissions(order.submissions, None), 1):
            result = by_name.get(submission.submission)
            observe("filling the gradebook", done, len(results))
            # A file that was changed since it was judged is judged, and entered, by the next run.
            if result is None or not result.cells or result.sha256 != submission.sha256:
                continue
            release = releases[result.release]
            if release.digest not in books:
                books[release.digest] = GradebookFolder(order.out, release, names[release.digest])
            book = books[release.digest]
            try:
                recovered = recover(submission.content, submission.source)
                matches, unmatched = match(release.assignment, recovered)
                book.add(Entry(result, rebuild(release, matches, unmatched)))
                decided = with_people(release.assignment, book.slots, result, book.people(result.submission))
            except (GradebookError, UnreadableError) as error:
                decided = replace(result, remarks=(*result.remarks, f"Not in nbgrader's gradebook: {error}"))
            by_name[result.submission] = decided
    finally:
        for book in books.values():
            book.close()
    return tuple(by_name[result.submission] for result in results)


def render_all(
    order: Order,
    results: Sequence[Result],
    worksheet: Worksheet | None,
    notes: Sequence[str] = (),
    observe: Observe = lambda words, done, total: None,
) -> dict[str, str | bytes]:
    """Every file but results.jsonl and nbgrader's, by its name below OUT."""
    assignment = order.assignment
    abouts = {name: check.about for name, check in CHECKS.items()}
    forms = {release.digest: release for release in order.releases}
    pages: dict[str, str] = {}
    for done, result in enumerate(results, 1):
        release = forms.get(result.release, order.releases[0])
        bands = bands_of(release.references, release.assignment)
        public = bands if release.assignment.settings.get("public_bands") else {}
        pages[result.submission] = feedback_page(result, release.assignment, abouts=abouts, bands=public)
        observe("writing feedback", done, len(results))
    sheet = worksheet or make_worksheet(results, assignment)
    bands = bands_of(order.releases[0].references, assignment)
    return {
        **{f"feedback/{name}.html": page for name, page in pages.items()},
        "feedback.zip": feedback_zip(results, pages, assignment),
        "worksheet.csv": write_worksheet(sheet, worksheet_entries(results, assignment, sheet)),
        "report.html": report_page(results, assignment, bands=bands, abouts=abouts, notes=notes),
    }


def _submissions(path: Path, worksheet: Worksheet | None) -> Iterator[Submission]:
    """The inbox, with a remark on who is not in the worksheet."""
    known = None if worksheet is None else worksheet.numbers()
    for item in _inbox(path):
        absent = known is not None and item.student not in known
        yield replace(item, remarks=(*item.remarks, MISSING)) if absent else item


def _inbox(path: Path) -> Iterable[Submission]:
    """Every submission; a zip that is no zip is one submission that cannot be read."""
    try:
        yield from iter_submissions(path)
    except InboxError as error:
        if not path.is_file():
            raise
        yield Submission(
            submission="batch", student=path.name, name="", source=path.name, content=b"",
            sha256=_digest(path.read_bytes()), problem=str(error),
        )  # fmt: skip


def _count(path: Path) -> int:
    try:
        return count_submissions(path)
    except InboxError:
        return 1


def _read_worksheet(path: Path | None) -> tuple[Worksheet | None, tuple[str, ...]]:
    """The worksheet, or a note that it cannot be read: grading does not depend on it."""
    if path is None:
        return None, ()
    try:
        return read_worksheet(path.read_bytes(), path.name), ()
    except WorksheetError as error:
        return None, (f"{error} A worksheet was made from the submissions instead.",)


def _names(releases: Sequence[Release]) -> Mapping[str, str]:
    """What each release's assignment is called in nbgrader: only one can bear the plain name."""
    return {
        release.digest: release.assignment.name if not place else f"{release.assignment.name}-{release.digest[:8]}"
        for place, release in enumerate(releases)
    }


def _forget_marker(out: Path) -> set[str]:
    """Remove the marker of an earlier run; returns the files it had written."""
    path = out / MARKER
    if not path.is_file():
        return set()
    try:
        files = set(json.loads(path.read_text(encoding="utf-8"))["files"])
    except (ValueError, KeyError, TypeError):
        files = set()
    path.unlink()
    return {name for name in files if (out / name).resolve().is_relative_to(out.resolve())}


def _digest(content: str | bytes) -> str:
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()
