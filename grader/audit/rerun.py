"""One submission run again in the sandbox, and its claims held against what came of it."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from grader.audit.brought import Brought
from grader.audit.bubblewrap import INSIDE, LIBRARY, Bubblewrap
from grader.audit.compare import Compared, Status, compare, overall, references_of, within_bands
from grader.audit.gpu import Gpu
from grader.audit.jobs import HOME, End, Job, Limits
from grader.audit.notebook import claimed_profile, notebook_of, settings_for
from grader.audit.sandbox import Sandbox
from grader.audit.trace import trace_of
from grader.errors import AuditError, SandboxError, UnreadableError
from grader.evidence.records import read_records
from grader.evidence.runs import own_records
from grader.grading.opened import open_submission
from grader.model import Case, Result, Submission
from grader.recover import recover
from paribus.course.release import Release

SLACK = 60.0
"""Seconds beside the notebook's own for the kernel to start and end."""


@dataclass(frozen=True)
class Audited:
    """What an audit says of one submission; one line of audit.jsonl. ``chosen`` says why it was looked at, ``why``
    why it could not be run; ``device`` what its runs say they trained on now. ``key`` names what it was made with.
    """

    submission: str
    name: str
    sha256: str
    chosen: str
    status: Status
    profile: str = ""
    claimed_profile: str = ""
    seconds: float = 0.0
    why: str = ""
    compared: tuple[Compared, ...] = ()
    key: str = ""
    device: str = ""

    def to_line(self) -> str:
        """One line of JSON."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)

    @classmethod
    def from_line(cls, line: str) -> "Audited":
        """What `to_line` wrote. AuditError where the line was cut."""
        try:
            raw = json.loads(line)
            compared = tuple(Compared(**{**item, "status": Status(item["status"])}) for item in raw.pop("compared"))
            return cls(**{**raw, "status": Status(raw["status"]), "compared": compared})
        except (ValueError, TypeError, KeyError) as error:
            raise AuditError(f"a line of audit.jsonl cannot be read ({error})") from error


@dataclass(frozen=True)
class Rerun:
    """How submissions are run again, as a value that can travel to other processes: with which releases, in which
    sandbox, at which profile ("": the one that the notebook names), for how many seconds each; ``library`` are
    folders to import from, ``files`` what the notebook finds beside it by name, ``gpu`` what it may compute on
    beside the processor, ``brought`` the models and data that it would fetch.
    """

    releases: tuple[Release, ...]
    sandbox: Sandbox = field(default_factory=Bubblewrap)
    profile: str = ""
    seconds: float = 3600.0
    memory_mb: int = 6_000
    library: tuple[Path, ...] = ()
    files: Mapping[str, Path] = field(default_factory=dict)
    gpu: Gpu | None = None
    disk_mb: int = 1_000
    brought: Brought = field(default_factory=Brought)

    @property
    def limits(self) -> Limits:
        """What a whole notebook may take."""
        return Limits(self.seconds + SLACK, self.memory_mb, processes=256, output_mb=80.0, disk_mb=self.disk_mb)

    def __call__(self, item: tuple[Submission, str]) -> Audited:
        """Run one again; ``item`` is the file and why it was chosen. Nothing of it is raised."""
        submission, chosen = item
        known = Audited(submission.submission, submission.name, submission.sha256, chosen, Status.COULD_NOT_RUN)
        opened = open_submission(submission, self.releases)
        if isinstance(opened, Result):
            return _with(known, why=" ".join(opened.remarks) or "it could not be read")
        try:
            return self._run(known, opened.case, opened.release)
        except (AuditError, SandboxError) as error:
            return _with(known, why=str(error))

    def _run(self, known: Audited, case: Case, release: Release) -> Audited:
        notebook = notebook_of(case)
        claimed = claimed_profile(notebook, case.assignment)
        profile = self.profile or claimed
        known = _with(known, profile=profile, claimed_profile=claimed)
        order = {
            "notebook": notebook, "parameters": settings_for(notebook, case.assignment, profile),
            "seconds": self.seconds, "links": self.brought.links,
        }  # fmt: skip
        reads = {
            **{f"{LIBRARY}/{folder.name}": folder for folder in self.library},
            **{f"{HOME}/{name}": path for name, path in self.files.items()},
            **self.brought.reads,
        }
        told = {**_ENVIRONMENT, **self.brought.environment}
        job = Job((sys.executable, f"{INSIDE}/notebook.py"), reads, told, json.dumps(order).encode(), self.gpu)
        done = self.sandbox.run(job, self.limits)
        known = _with(known, seconds=round(done.seconds, 1))
        if done.end is not End.FINISHED:
            return _with(known, why=done.why)
        answer = _answer(done.output)
        again = trace_of(known.submission, _records(answer, case))
        references = references_of(release.audit or release.references, case.assignment, profile)
        if profile == claimed:
            compared = compare(trace_of(known.submission, _of_case(case)), again, references)
        else:
            compared = within_bands(again, references)
        why = str(answer["why"]) or ("" if again.runs else "no run of it was recorded")
        if not why and not compared:
            why = "its records claim no run, or the profile has no references"
        devices = ", ".join(dict.fromkeys(run.device for run in again.runs if run.device))
        return _with(known, compared=compared, status=overall(compared), why=why, device=devices)


_ENVIRONMENT = {
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "JUPYTER_PREFER_ENV_PATH": "1",
    "PARIBUS_CACHE": f"{HOME}/.cache",
    "PYTHONHASHSEED": "0",
}


def _with(known: Audited, **changes: Any) -> Audited:  # Audited's own fields
    return Audited(**{**vars(known), **changes})


def _of_case(case: Case) -> Sequence[Any]:
    return [item.record for item in own_records(case) if item.record is not None]


def _answer(output: bytes) -> dict[str, Any]:
    """What the sandbox's last line says; the notebook in it is students' text like any other file of theirs."""
    try:
        answer = json.loads(output.splitlines()[-1])
        return {"why": str(answer["why"]), "notebook": answer["notebook"]}
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise AuditError("the sandbox ended without an answer") from error


def _records(answer: Mapping[str, Any], case: Case) -> list[Any]:
    """The records that the second run shows, of the same assignment."""
    if answer["notebook"] is None:
        return []
    try:
        recovered = recover(json.dumps(answer["notebook"]).encode(), "executed.ipynb")
    except UnreadableError as error:
        raise AuditError(f"what the sandbox gave back is no notebook ({error})") from error
    found = [item.record for item in read_records(recovered) if item.record is not None]
    return [record for record in found if record.assignment == case.assignment.name]
