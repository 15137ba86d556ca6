"""What a platform's comment field says to a student, the same for every learning platform."""

from collections.abc import Sequence

from grader.model import Result
from grader.pages.feedback import summary_line
from grader.recover.text import harmless
from paribus.course.assignment import Assignment
from paribus.course.policy import Attempts


def comment_of(found: Sequence[Result], counts: Result | None, assignment: Assignment, attempts: Attempts) -> str:
    """The comment on what somebody handed in, of which ``counts`` counts; None where a person chooses."""
    files = ", ".join(result.source.rsplit("/", 1)[-1] for result in found)
    if counts is None:
        best = attempts == "best"
        who = "The best of them counts, once all are graded." if best else "Your instructor chooses one."
        return harmless(f"You handed in {len(found)} files ({files}). {who}")
    words = summary_line(counts, assignment)
    if len(found) > 1:
        words = f"Of your {len(found)} files {counts.source.rsplit('/', 1)[-1]} counts. {words}"
    return harmless(words)
