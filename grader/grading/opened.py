"""From one submission's bytes to what checks look at: notebook recovered, release chosen, cells found."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from grader.errors import UnreadableError
from grader.evidence.records import read_records
from grader.grading.match import match
from grader.model import Case, FoundRecord, Match, Recovered, Result, Status, Submission
from grader.recover import recover
from paribus.course.assignment import Role
from paribus.course.limits import DEFAULT_LIMITS, Limits
from paribus.course.release import Release

FIGURES = 225_000
"""Bytes of pictures that are kept of each submission, for formgrader and the feedback page."""
LEAST_MATCHED = 0.3
"""The share of an assignment's telling cells that a notebook without its name must hold to be taken for it."""

_BEGIN = re.compile(
    r"paribus\s*\.\s*begin\(\s*[\"']([A-Za-z0-9_\-]+)[\"']\s*(?:,\s*(?:release\s*=\s*)?[\"']([0-9a-f]{4,64})[\"'])?"
)


@dataclass(frozen=True)
class Opened:
    """A notebook that can be judged, and the release it was made from."""

    case: Case
    release: Release


def open_submission(
    submission: Submission, releases: Sequence[Release], limits: Limits = DEFAULT_LIMITS
) -> Opened | Result:
    """The notebook of a submission, or the Result of one that cannot be judged."""
    newest = releases[0]
    if submission.problem:
        return closed(submission, newest, "unreadable", (submission.problem,))
    try:
        # No check looks at a picture's bytes, and decoding all is a tenth of the time: some, for whoever grades.
        recovered = recover(submission.content, submission.source, replace(limits, pictures_bytes=FIGURES))
    except UnreadableError as error:
        return closed(submission, newest, "unreadable", (str(error),))
    records = read_records(recovered, limits.records)
    release = choose_release(recovered, records, releases)
    if release is None:
        named = ", ".join(sorted(named_assignments(recovered, records))) or "unknown"
        remark = f"This notebook belongs to another assignment ({named}), expected {newest.assignment.name}."
        return closed(submission, newest, "other_assignment", (remark, *recovered.remarks), recovered.family)
    matches, unmatched = match(release.assignment, recovered)
    if not _named(recovered, records, release) and _share(matches) < LEAST_MATCHED:
        why = "it seems to belong to another assignment" if recovered.whole else "others may be missing from it"
        remark = f"This notebook holds none or few of the cells of {release.assignment.name}: {why}."
        return closed(submission, release, "other_assignment", (remark, *recovered.remarks), recovered.family)
    case = Case(
        assignment=release.assignment,
        references=release.references,
        notebook=recovered,
        matches=matches,
        unmatched=tuple(unmatched),
        records=records,
        sealed=release.sealed,
        commitments=submission.commitments,
        handed_in=submission.handed_in,
        reveal=submission.reveal,
    )
    return Opened(case, release)


def named_assignments(recovered: Recovered, records: Sequence[FoundRecord]) -> dict[str, str]:
    """The assignments that the notebook's code and its records name, with the release digest, code first."""
    named: dict[str, str] = {}
    for cell in recovered.cells:
        if cell.cell_type == "code":
            for found in _BEGIN.finditer(cell.source):
                named.setdefault(found[1], found[2] or "")
    for item in records:
        if item.record is not None:
            named.setdefault(item.record.assignment, item.record.release)
    return named


def choose_release(
    recovered: Recovered, records: Sequence[FoundRecord], releases: Sequence[Release]
) -> Release | None:
    """The release that a notebook was made from: by digest, else the newest of the named assignment.

    None where the notebook names other assignments only; the newest where it names none.
    """
    named = named_assignments(recovered, records)
    digests = {digest for digest in named.values() if digest}
    digests |= {item.record.release for item in records if item.record is not None}
    for release in releases:
        if release.digest and release.digest in digests:
            return release
    if not named:
        return releases[0]
    return next((release for release in releases if release.assignment.name in named), None)


def _named(recovered: Recovered, records: Sequence[FoundRecord], release: Release) -> bool:
    return release.assignment.name in named_assignments(recovered, records)


def _share(matches: Mapping[str, Match]) -> float:
    """The share of the cells that make an assignment this one that were found in the notebook."""
    roles = (Role.TASK, Role.TESTS, Role.EXPERIMENT, Role.DIAGNOSIS, Role.MEMO, Role.CODE)
    telling = [item for item in matches.values() if item.cell.role in roles]
    found = [item for item in telling if item.recovered is not None]
    return len(found) / len(telling) if telling else 1.0


def closed(
    submission: Submission, release: Release, status: Status, remarks: Sequence[str], family: str = ""
) -> Result:
    """A submission that was not judged: no points are lost, all of them wait for a person."""
    assignment = release.assignment
    return replace(
        begun(submission, release, status, family),
        remarks=tuple(dict.fromkeys((*remarks, *submission.remarks))),
        pending=assignment.max_score,
        needs_person=tuple(cell.key for cell in assignment.graded() if cell.points),
    )


def begun(submission: Submission, release: Release, status: Status, family: str) -> Result:
    """What a result repeats of its submission, whose it is included."""
    return Result(
        submission=submission.submission,
        student=submission.student,
        source=submission.source,
        sha256=submission.sha256,
        status=status,
        name=submission.name,
        release=release.digest,
        family=family,
        max_score=release.assignment.max_score,
        attempt=submission.attempt,
        team=submission.team,
        group=submission.group,
        late=submission.late,
    )
