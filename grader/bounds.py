"""The course's limits where each of them is kept: the inbox, the reading of a file, the records in it."""

from collections.abc import Sequence
from dataclasses import dataclass

from course.policy import Limits
from course.release import Release
from grader.batch import Grade
from grader.grade import grade_safely
from grader.intake.entries import InboxLimits
from grader.model import Result, Submission
from grader.recover import RecoverLimits


def inbox_limits(limits: Limits) -> InboxLimits:
    """The bounds on a batch."""
    return InboxLimits(limits.files, limits.bytes, limits.total_bytes, limits.ratio)


def recover_limits(limits: Limits) -> RecoverLimits:
    """The bounds on one file."""
    return RecoverLimits(
        limits.bytes, limits.cells, limits.outputs, limits.picture_bytes, limits.pictures_bytes, limits.records
    )


def judge_with(limits: Limits) -> Grade:
    """`grade_safely` within these limits, as a value that can travel to other processes."""
    return _Judge(limits)


@dataclass(frozen=True)
class _Judge:
    limits: Limits

    def __call__(self, submission: Submission, releases: Sequence[Release]) -> Result:
        return grade_safely(submission, releases, recover_limits(self.limits))
