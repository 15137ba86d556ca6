"""What a worker does to put one submission together again for the gradebook.

A module of its own: each worker imports it anew, and it needs no database.
"""

from dataclasses import dataclass

from grader.errors import UnreadableError
from grader.gradebook.rebuild import rebuild
from grader.grading.match import match, others
from grader.recover import recover
from paribus.course.limits import Limits
from paribus.course.release import Release


@dataclass(frozen=True)
class Task:
    """What a worker gets of a submission."""

    submission: str
    content: bytes
    source: str
    release: str


@dataclass(frozen=True)
class Rebuilt:
    """The notebook as JSON text, or "" and the reason."""

    notebook: str
    problem: str = ""


@dataclass(frozen=True)
class Rebuild:
    """What a worker does: the notebook that nbgrader gets, or why there is none."""

    releases: tuple[Release, ...]
    limits: Limits

    def __call__(self, task: Task) -> Rebuilt:
        release = next(item for item in self.releases if item.digest == task.release)
        try:
            recovered = recover(task.content, task.source, self.limits)
            matches, _ = match(release.assignment, recovered)
            return Rebuilt(rebuild(release, matches, others(recovered, matches)))
        except UnreadableError as error:
            return Rebuilt("", str(error))
        except Exception as error:  # noqa: BLE001 - the documented boundary between one submission and the batch
            return Rebuilt("", f"it could not be rebuilt ({type(error).__name__}: {error})")
