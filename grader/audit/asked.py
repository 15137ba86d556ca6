"""A clean process in a student's sandbox, and how it is asked: `grader.audit.sandboxed.tests` answers each line."""

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from grader.audit.bubblewrap import INSIDE, LIBRARY
from grader.audit.jobs import Job, Limits
from grader.audit.sandbox import Sandbox
from grader.audit.watched import Watched
from grader.errors import SandboxError

LIMITS = Limits(seconds=240.0, memory_mb=3_000, processes=64, output_mb=16.0, disk_mb=64)
TASK_SECONDS = 20.0
"""Seconds that one task's code and tests may take."""
IMPORT_SECONDS = 90.0
IMPORTED_LATE = {"numpy": ("numpy.ma", "numpy.random")}
"""What a package imports when it is first used, as `np.unique` has it: the clean process does it for all tasks."""


def begin(
    sandbox: Sandbox, library: Sequence[Path], modules: Sequence[str], seconds: float = LIMITS.seconds
) -> Watched:
    """A sandbox with a clean process that has imported the modules. SandboxError where it cannot be begun."""
    reads = {f"{LIBRARY}/{folder.name}": folder for folder in library}
    job = Job((sys.executable, f"{INSIDE}/tests.py"), reads)
    program = sandbox.open(job, replace(LIMITS, seconds=seconds))
    late = [further for name in modules for further in IMPORTED_LATE.get(name, ())]
    have_imported(program, [*modules, *late])
    return program


def have_imported(program: Watched, modules: Sequence[str]) -> None:
    """Have a sandbox's clean process import modules. SandboxError where it has ended."""
    program.send(json.dumps({"import": list(modules)}).encode() + b"\n")
    if program.read_line(IMPORT_SECONDS) is None:
        outcome = program.outcome()
        raise SandboxError(f"the sandbox did not begin: {outcome.why or outcome.end}")


def ask(program: Watched, parts: Sequence[tuple[str, str]], notebook: str, nonce: str) -> dict[str, Any]:
    """What one forked process answers. SandboxError where the sandbox has ended."""
    order = {"parts": parts, "notebook": notebook, "nonce": nonce, "seconds": TASK_SECONDS}
    program.send(json.dumps(order).encode() + b"\n")
    line = program.read_line(TASK_SECONDS + 10)
    if line is None:
        raise SandboxError(f"the sandbox ended: {program.outcome().why or program.ended}")
    try:
        return dict(json.loads(line))
    except ValueError as error:
        raise SandboxError(f"the sandbox answered what is no answer ({error})") from error
