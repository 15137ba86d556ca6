"""What a worker does with each submission: all that can be done to it alone, from its bytes to its line."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from grader.gradebook.rebuild import rebuild_rendered
from grader.grading.grade import broken
from grader.grading.results import to_line
from grader.intake.entries import InboxLimits
from grader.intake.inbox import read
from grader.model import Case, Result, Submission
from paribus.course.limits import Limits
from paribus.course.release import Release

Grade = Callable[[Submission, Sequence[Release]], tuple[Result, Case | None]]
"""As `grader.grading.grade.judge_safely`."""


def inbox_limits(limits: Limits) -> InboxLimits:
    """The bounds on a batch."""
    return InboxLimits(limits.files, limits.bytes, limits.total_bytes, limits.ratio)


@dataclass(frozen=True)
class Answer:
    """The line of ``results.jsonl``, and the submission as a notebook that nbgrader can grade; "" where none was
    made.
    """

    line: str
    notebook: str = ""


@dataclass(frozen=True)
class Work:
    """The work on one submission, as a value that can travel to other processes.

    Where the releases come with their notebooks, the submission is rebuilt for the gradebook in the same reading.
    """

    grade: Grade
    releases: tuple[Release, ...]

    def __call__(self, item: Submission) -> Answer:
        """Grade a submission, whatever happens."""
        submission = read(item)
        try:
            result, case = self.grade(submission, self.releases)
            line = to_line(result)
            line.encode()  # a line that is no UTF-8 cannot be written
            return Answer(line, self._notebook(result, case))
        except Exception as error:  # noqa: BLE001 - nothing of one submission ends the others' batch
            return self.lost(submission, f"its result cannot be written: {type(error).__name__}")

    def lost(self, item: Submission, why: str) -> Answer:
        """What is said of a submission that could not be graded, or that ended its worker."""
        submission = read(item)
        return Answer(to_line(broken(submission, self.releases, why)))

    def _notebook(self, result: Result, case: Case | None) -> str:
        """The submission for the gradebook; "" where it is better made, or its fault better told, after judging."""
        release = next((item for item in self.releases if item.digest == result.release and item.notebook), None)
        if release is None or case is None:
            return ""
        try:
            return rebuild_rendered(release, case.matches, case.unmatched)
        except Exception:  # noqa: BLE001 - a result is not lost with its notebook; `enter` tries again and says why
            return ""
