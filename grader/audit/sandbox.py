"""A sandbox as a seam: whatever runs a job apart from everything else.

There are bubblewrap (`grader.audit.bubblewrap`), a container command (`grader.audit.container`) and none:
`Refuses`, which runs nothing and says why. Code in a sandbox has no network, sees a read-only system without
anybody's home, and can write only below a temporary home that vanishes with it.
"""

from dataclasses import dataclass
from typing import Protocol

from grader.audit.jobs import End, Job, Limits, Outcome
from grader.audit.watched import Watched
from grader.errors import SandboxError


class Sandbox(Protocol):
    """Whatever runs a job apart from everything else."""

    @property
    def name(self) -> str:
        """What people call it."""
        ...

    def refusal(self) -> str:
        """Why nothing can be run here, in one sentence; "" where it can."""
        ...

    def open(self, job: Job, limits: Limits) -> Watched:
        """Begin a job and talk with it. SandboxError where it cannot be begun."""
        ...

    def run(self, job: Job, limits: Limits) -> Outcome:
        """A job from its beginning to its end, whatever that is."""
        ...


@dataclass(frozen=True)
class Refuses:
    """No sandbox: nothing runs."""

    why: str
    name: str = "none"

    def refusal(self) -> str:
        """Why."""
        return self.why

    def open(self, job: Job, limits: Limits) -> Watched:
        """SandboxError with the reason."""
        raise SandboxError(self.why)

    def run(self, job: Job, limits: Limits) -> Outcome:
        """Refused, whatever it is."""
        return Outcome(End.REFUSED, None, b"", b"", 0.0, self.why)


@dataclass(frozen=True)
class Scripted:
    """A sandbox that runs nothing and tells every job's end as it was written down: for tests."""

    outcome: Outcome
    name: str = "scripted"

    def refusal(self) -> str:
        """Never."""
        return ""

    def open(self, job: Job, limits: Limits) -> Watched:
        """SandboxError: there is nobody to talk with."""
        raise SandboxError("a scripted sandbox answers no questions")

    def run(self, job: Job, limits: Limits) -> Outcome:
        """The outcome, whatever the job is."""
        return self.outcome
