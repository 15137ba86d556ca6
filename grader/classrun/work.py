"""The course's limits where each of them is kept: the inbox, the reading of a file, the records in it."""

from collections.abc import Sequence
from dataclasses import dataclass

from grader.classrun.batch import Grade
from grader.gradebook.rebuild import rebuild_rendered
from grader.grading.grade import Judged, judge_safely
from grader.intake.entries import InboxLimits
from grader.model import Case, Submission
from grader.recover import RecoverLimits
from paribus.course.policy import Limits
from paribus.course.release import Release


def inbox_limits(limits: Limits) -> InboxLimits:
    """The bounds on a batch."""
    return InboxLimits(limits.files, limits.bytes, limits.total_bytes, limits.ratio)


def recover_limits(limits: Limits) -> RecoverLimits:
    """The bounds on one file."""
    return RecoverLimits(
        limits.bytes, limits.cells, limits.outputs, limits.picture_bytes, limits.pictures_bytes, limits.records
    )


def judge_with(limits: Limits) -> Grade:
    """`grader.grading.grade.grade_safely` within these limits, as a value that can travel to other processes.

    Where the releases come with their notebooks, the submission is rebuilt for the gradebook in the same reading.
    """
    return _Judge(limits)


@dataclass(frozen=True)
class _Judge:
    limits: Limits

    def __call__(self, submission: Submission, releases: Sequence[Release]) -> Judged:
        result, case = judge_safely(submission, releases, recover_limits(self.limits))
        release = next((item for item in releases if item.digest == result.release and item.notebook), None)
        return Judged(result, _notebook(release, case) if release is not None and case is not None else "")


def _notebook(release: Release, case: Case) -> str:
    """The submission for the gradebook; "" where it is better made, or its fault better told, after judging."""
    try:
        return rebuild_rendered(release, case.matches, case.unmatched)
    except Exception:  # noqa: BLE001 - a result is not lost with its notebook; `enter` tries again and says why
        return ""
