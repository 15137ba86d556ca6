"""What worker processes do in tests: a module of its own, since a fresh interpreter imports it by name."""

import os
import time
from collections.abc import Sequence

from course.release import Release
from grader.grade import grade_safely
from grader.model import Result, Submission


def double(value: int) -> int:
    """An answer; a worker that dies at 13 and hangs at 99."""
    if value == 13:
        os._exit(7)
    if value == 99:
        time.sleep(60)
    return 2 * value


def slowly(submission: Submission, releases: Sequence[Release]) -> Result:
    """Grade, in half a second; die on a submission called killer."""
    if submission.submission == "killer":
        os._exit(7)
    time.sleep(0.5)
    return grade_safely(submission, releases)
