"""The sandbox by a container's command, Docker's or Podman's: for machines without user namespaces.

The image has to hold Python with paribus and what the notebooks import; nothing of this machine is in the container
but what a job names. Container commands hold memory, processes and the network themselves.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from uuid import uuid4

from grader.audit.bubblewrap import INSIDE, LIBRARY, NOBODY, environment, kernel_limits
from grader.audit.jobs import HOME, End, Job, Limits, Outcome
from grader.audit.watched import Watched
from grader.errors import SandboxError

COMMANDS = ("docker", "podman")
PYTHON = "python3"
ANSWER_SECONDS = 20


@dataclass(frozen=True)
class Container:
    """Containers of ``image``, made by ``command``; each lives for one job."""

    command: str
    image: str

    @property
    def name(self) -> str:
        """What people call it."""
        return f"{self.command}:{self.image}"

    def refusal(self) -> str:
        """Why nothing can be run here: no command, nobody who answers it, or no such image."""
        if shutil.which(self.command) is None:
            return f"--sandbox {self.name}: there is no command {self.command} here. Install it, or use bubblewrap."
        try:
            asked = subprocess.run(
                [self.command, "image", "inspect", self.image], capture_output=True, text=True, check=False,
                timeout=ANSWER_SECONDS,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return f"--sandbox {self.name}: {self.command} does not answer within {ANSWER_SECONDS} seconds."
        if asked.returncode:
            last = (asked.stderr.strip().splitlines() or ["it says nothing"])[-1]
            return f"--sandbox {self.name}: {self.command} cannot use this image ({last}). Nothing is downloaded."
        return ""

    def open(self, job: Job, limits: Limits) -> Watched:
        """As `Sandbox.open`."""
        if why := self.refusal():
            raise SandboxError(why)
        here, there = os.pipe()
        os.close(there)  # a container has no pipe of ours: its exit status says how it ended
        container = f"paribus-{uuid4().hex}"
        process = subprocess.Popen(
            self.arguments(job, limits, container), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, start_new_session=True,
        )  # fmt: skip
        return Watched(process, here, limits, partial(self._remove, container))

    def _remove(self, container: str) -> None:
        """A container does not end with the command that began it."""
        subprocess.run([self.command, "rm", "--force", container], capture_output=True, check=False)

    def run(self, job: Job, limits: Limits) -> Outcome:
        """As `Sandbox.run`."""
        if why := self.refusal():
            return Outcome(End.REFUSED, None, b"", b"", 0.0, why)
        with self.open(job, limits) as watched:
            watched.send(job.stdin)
            return watched.finish()

    def arguments(self, job: Job, limits: Limits, container: str) -> list[str]:
        """The whole command: no network, no rights, a read-only image, a home in memory."""
        return [
            self.command, "run", "--rm", "--name", container, "--interactive", "--init", "--pull", "never",
            "--network", "none",
            "--read-only", "--user", f"{NOBODY}:{NOBODY}", "--cap-drop", "ALL",
            "--security-opt", "no-new-privileges",
            "--memory", f"{limits.memory_mb}m", "--memory-swap", f"{limits.memory_mb}m",
            "--pids-limit", str(limits.processes),
            "--tmpfs", f"/tmp:rw,nosuid,nodev,size={limits.disk_mb}m",
            "--workdir", "/tmp", *self._given(job), self.image,
            PYTHON, "-I", "-S", f"{INSIDE}/start.py", json.dumps(kernel_limits(limits, job.gpu)), "-1", HOME,
            "--",
            *(PYTHON if word == sys.executable else word for word in job.command),
        ]  # fmt: skip

    def _given(self, job: Job) -> Sequence[str]:
        reads = {INSIDE: Path(__file__).parent / "sandboxed", **job.reads}
        mounts = [f"type=bind,source={here},target={inside},readonly" for inside, here in reads.items()]
        # Where NVIDIA's runtime is the default one, an image may ask for every GPU by itself.
        none = ("--env", "NVIDIA_VISIBLE_DEVICES=void")
        gpu = none if job.gpu is None else job.gpu.container_arguments(self.command)
        own = {**environment(job.told), "PATH": "/usr/local/bin:/usr/bin:/bin", "PYTHONPATH": LIBRARY}
        return [
            *gpu,
            *(word for mount in mounts for word in ("--mount", mount)),
            *(word for name, value in own.items() for word in ("--env", f"{name}={value}")),
        ]
