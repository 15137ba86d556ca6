"""The seam to Kaggle: the official command-line client in a child process, and a fake that ships.

The client reports several refusals on standard output with exit status 0, so its words are read.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from generator.errors import PublishError

STATUS = re.compile(r'has status "(?:KernelWorkerStatus\.)?(\w+)"')
FAILURE = re.compile(r'^Failure message: "(.*)"$', re.MULTILINE | re.DOTALL)
PUSHED = re.compile(r"Kernel version (\d+) successfully pushed\.\s+Please check progress at (\S+)")
ABSENT = re.compile(r"\b40[34]\b|not found|permission 'datasets\.get' was denied", re.IGNORECASE)
REFUSED = re.compile(r"^The following are not valid (.+)$", re.MULTILINE)
CALL_LIMIT = 900.0


@dataclass(frozen=True)
class Pushed:
    """A kernel's new version and where to look at it."""

    version: int
    url: str


@dataclass(frozen=True)
class Status:
    """A run's state in small letters (queued, running, complete, error, …) and why it failed."""

    state: str
    message: str = ""


class KaggleClient(Protocol):
    """What publishing needs of Kaggle. Every method raises PublishError with Kaggle's own words."""

    def dataset_status(self, ref: str) -> str:
        """The state of the data set: "ready" or another word of Kaggle's; "" where there is none yet."""

    def create_dataset(self, folder: Path, *, public: bool) -> None:
        """Create the data set of a folder."""

    def version_dataset(self, folder: Path, notes: str) -> None:
        """Add a version to an existing data set."""

    def push_kernel(self, folder: Path, limit: float) -> Pushed:
        """Push a kernel; Kaggle starts running it and stops after ``limit`` seconds."""

    def kernel_status(self, ref: str) -> Status:
        """How the last run went."""

    def kernel_output(self, ref: str, folder: Path) -> list[Path]:
        """Fetch the last run's files and log into ``folder``."""


class CommandLineClient:
    """The official client, as `pip install kaggle` gives it."""

    def __init__(self, executable: Path | None = None, environment: Mapping[str, str] | None = None) -> None:
        """``environment`` is added to this process's; the token comes from there or from ~/.kaggle."""
        self.executable = executable or Path(sys.executable).with_name("kaggle")
        self.environment = {**os.environ, **(environment or {})}

    def dataset_status(self, ref: str) -> str:
        """See `KaggleClient`."""
        done = self._call("datasets", "status", ref)
        if done.returncode == 0:
            return done.stdout.strip().splitlines()[-1].strip()
        # The server answers 404, or 403 where it does not even say whether there is one; creating it will tell.
        words = done.stderr + done.stdout
        if ABSENT.search(words) and "Traceback" not in words:
            return ""
        raise self._refused(f"asking for the data set {ref}", done)

    def create_dataset(self, folder: Path, *, public: bool) -> None:
        """See `KaggleClient`."""
        done = self._call("datasets", "create", "-p", str(folder), "--quiet", *(["--public"] if public else []))
        if done.returncode != 0 or "is being created" not in done.stdout:
            raise self._refused(f"creating the data set of {folder}", done)

    def version_dataset(self, folder: Path, notes: str) -> None:
        """See `KaggleClient`."""
        done = self._call("datasets", "version", "-p", str(folder), "-m", notes, "--quiet")
        if done.returncode != 0 or "is being created" not in done.stdout:
            raise self._refused(f"adding a version to the data set of {folder}", done)

    def push_kernel(self, folder: Path, limit: float) -> Pushed:
        """See `KaggleClient`."""
        done = self._call("kernels", "push", "-p", str(folder), "-t", str(int(limit)))
        found = PUSHED.search(done.stdout)
        if done.returncode != 0 or found is None or REFUSED.search(done.stdout):
            raise self._refused(f"pushing the notebook of {folder}", done)
        return Pushed(int(found[1]), found[2])

    def kernel_status(self, ref: str) -> Status:
        """See `KaggleClient`."""
        done = self._call("kernels", "status", ref)
        found = STATUS.search(done.stdout)
        if done.returncode != 0 or found is None:
            raise self._refused(f"asking for the run of {ref}", done)
        message = FAILURE.search(done.stdout)
        return Status(found[1].lower(), message[1] if message else "")

    def kernel_output(self, ref: str, folder: Path) -> list[Path]:
        """See `KaggleClient`."""
        folder.mkdir(parents=True, exist_ok=True)
        done = self._call("kernels", "output", ref, "-p", str(folder), "--force", "--quiet")
        if done.returncode != 0:
            raise self._refused(f"fetching the output of {ref}", done)
        return sorted(path for path in folder.rglob("*") if path.is_file())

    def _call(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [str(self.executable), "--no-warn", *arguments]
        try:
            return subprocess.run(
                command, env=self.environment, capture_output=True, text=True, check=False, timeout=CALL_LIMIT,
                stdin=subprocess.DEVNULL,
            )  # fmt: skip
        except FileNotFoundError as error:
            raise PublishError(
                f"{self.executable}: the official client is not there. Install it with `pip install kaggle six`."
            ) from error
        except subprocess.TimeoutExpired as error:
            raise PublishError(
                f"`kaggle {' '.join(arguments[:2])}` took longer than {CALL_LIMIT:.0f} s. Publish again; "
                "what has arrived is not sent twice."
            ) from error

    def _refused(self, doing: str, done: "subprocess.CompletedProcess[str]") -> PublishError:
        words = "\n".join(part.strip() for part in (done.stdout, done.stderr) if part.strip())
        return PublishError(
            f"Kaggle refused {doing} (exit status {done.returncode}). The client says:\n{words or '(nothing)'}\n"
            "If this is about signing in: put a token into ~/.kaggle/access_token or KAGGLE_API_TOKEN."
        )


@dataclass
class FakeKaggle:
    """Kaggle in memory: what was created, versioned and pushed, and runs that end as planned.

    ``states`` maps a kernel's ref to the states it goes through; without a plan a run is complete at once.
    ``output`` maps file names to texts, the same for every run.
    """

    states: dict[str, list[Status]] = field(default_factory=dict)
    output: Mapping[str, str] = field(default_factory=lambda: {"run.log": "done\n"})
    datasets: dict[str, int] = field(default_factory=dict)
    kernels: dict[str, int] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    def dataset_status(self, ref: str) -> str:
        """See `KaggleClient`."""
        return "ready" if ref in self.datasets else ""

    def create_dataset(self, folder: Path, *, public: bool) -> None:
        """See `KaggleClient`."""
        self.datasets[self._ref(folder / "dataset-metadata.json", "create")] = 1

    def version_dataset(self, folder: Path, notes: str) -> None:
        """See `KaggleClient`."""
        ref = self._ref(folder / "dataset-metadata.json", "version")
        if ref not in self.datasets:
            raise PublishError(f"There is no data set {ref} to add a version to.")
        self.datasets[ref] += 1

    def push_kernel(self, folder: Path, limit: float) -> Pushed:
        """See `KaggleClient`."""
        ref = self._ref(folder / "kernel-metadata.json", "push")
        self.kernels[ref] = self.kernels.get(ref, 0) + 1
        return Pushed(self.kernels[ref], f"https://www.kaggle.com/code/{ref}")

    def kernel_status(self, ref: str) -> Status:
        """See `KaggleClient`."""
        planned = self.states.get(ref, [])
        return (planned.pop(0) if len(planned) > 1 else planned[0]) if planned else Status("complete")

    def kernel_output(self, ref: str, folder: Path) -> list[Path]:
        """See `KaggleClient`."""
        self.calls.append(f"output {ref}")
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in self.output.items():
            (folder / name).write_text(text, encoding="utf-8")
        return sorted(folder / name for name in self.output)

    def _ref(self, path: Path, call: str) -> str:
        ref = str(json.loads(path.read_text(encoding="utf-8"))["id"])
        self.calls.append(f"{call} {ref}")
        return ref
