"""The sandbox by bubblewrap: namespaces of its own for everything, and a file system that is put together anew.

Nothing of this machine is in it but the system's libraries, this Python with its packages, paribus, and what a job
names. The checkout or the wheel is not: it holds solutions, and gradebooks may lie beside it.
"""

import functools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import paribus
from grader.audit.gpu import FILES, Gpu
from grader.audit.jobs import HOME, End, Job, Limits, Outcome
from grader.audit.watched import OWN, Watched
from grader.errors import SandboxError

LIBRARY = "/paribus/library"
"""Where paribus, and a course's library, are imported from inside the sandbox."""
INSIDE = "/paribus/inside"
"""Where the programs of `grader.audit.sandboxed` are."""
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64")
SETTINGS = ("ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "localtime", "fonts", "mime.types")
"""What of /etc is there: nothing that says who uses this machine."""
SECRET = ("grader", "generator", "course", "solutions")
"""Packages and folders beside paribus that are never to be seen: answers, hidden tests, marks."""
NOBODY = 65_534
"""Whose rights a job has where root asks: limits on processes do not hold for root."""
TRIAL_SECONDS = 20.0
_SHARED_MEMORY = 64_000_000


@dataclass(frozen=True)
class Bubblewrap:
    """The sandbox of this machine. ``program`` is bubblewrap's own."""

    program: str = "bwrap"
    name: str = "bubblewrap"

    def refusal(self) -> str:
        """Why nothing can be run here: no bubblewrap, or a system that grants no namespaces."""
        return _refusal(self.program)

    def open(self, job: Job, limits: Limits) -> Watched:
        """As `Sandbox.open`."""
        if why := self.refusal():
            raise SandboxError(why)
        return _begin(self.program, job, limits)

    def run(self, job: Job, limits: Limits) -> Outcome:
        """As `Sandbox.run`."""
        if why := self.refusal():
            return Outcome(End.REFUSED, None, b"", b"", 0.0, why)
        with self.open(job, limits) as watched:
            watched.send(job.stdin)
            return watched.finish()


@functools.cache
def _refusal(program: str) -> str:
    """Asked once: the answer stays the same while this process lives."""
    if shutil.which(program) is None:
        return (
            "Students' code runs only in a sandbox, and there is no bubblewrap here. Install it (apt install "
            "bubblewrap, dnf install bubblewrap), or name a container with --sandbox docker:IMAGE."
        )
    with _begin(program, Job((sys.executable, "-I", "-S", "-c", "print(6 * 7)")), Limits(TRIAL_SECONDS)) as watched:
        done = watched.finish()
    if done.output.strip() == b"42":
        return ""
    last = (done.errors.decode("utf-8", "replace").strip().splitlines() or [done.why])[-1]
    return (
        f"bubblewrap is here, and this system does not let it make a sandbox ({last}). It needs user namespaces: "
        "see `sysctl user.max_user_namespaces` and, on Ubuntu, kernel.apparmor_restrict_unprivileged_userns; or "
        "name a container with --sandbox docker:IMAGE."
    )


def _begin(program: str, job: Job, limits: Limits) -> Watched:
    here, there = os.pipe()
    command = [shutil.which(program) or program, *arguments(job, limits), "--", *started(job, limits, there)]
    if os.geteuid() == 0:
        command = _as_nobody(command)
    try:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, pass_fds=(there,),
            env={"PATH": os.environ.get("PATH", os.defpath)}, cwd="/", start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        os.close(here)
        raise SandboxError(f"the sandbox could not be begun ({error.strerror}). Is there enough memory?") from error
    finally:
        os.close(there)
    return Watched(process, here, limits)


def _as_nobody(command: Sequence[str]) -> list[str]:
    """The same command with an ordinary user's rights, its sources put where that user can reach them."""
    sources: list[str] = []
    words = list(command)
    for place in [number + 1 for number, word in enumerate(words) if word == "--ro-bind"]:
        sources.append(words[place])
        words[place] = f"{{{len(sources) - 1}}}"
    helper = str(Path(__file__).parent / "sandboxed" / "as_nobody.py")
    return [sys.executable, "-I", "-S", helper, json.dumps(sources), str(NOBODY), "--", *words]


def started(job: Job, limits: Limits, status: int, python: str = sys.executable) -> list[str]:
    """The job's command behind the program that sets its limits."""
    return [
        python, "-I", "-S", f"{INSIDE}/start.py", json.dumps(kernel_limits(limits, job.gpu)), str(status), HOME,
        "--", *job.command,
    ]  # fmt: skip


def kernel_limits(limits: Limits, gpu: Gpu | None = None) -> dict[str, int]:
    """What the kernel holds each process to. Libraries reserve more addresses than they use memory.

    CUDA reserves addresses for all memory of the machine and of its GPUs. So with a ``gpu`` only those are counted
    that can be written to; what processes share is not among them, and `Watched` alone counts it.
    """
    memory = "RLIMIT_AS" if gpu is None else "RLIMIT_DATA"
    return {
        memory: 1_000_000 * (2 * limits.memory_mb + 4_000),
        "RLIMIT_NPROC": limits.processes + OWN + 2,  # so that one who asks for too many is seen to
        "RLIMIT_FSIZE": 1_000_000 * limits.disk_mb,
        "RLIMIT_CPU": int(limits.seconds * (os.cpu_count() or 1)) + 2,
        "RLIMIT_NOFILE": 256 if gpu is None else FILES,  # a socket keeps what nobody has read yet
        "RLIMIT_CORE": 0,
    }


def arguments(job: Job, limits: Limits) -> list[str]:
    """Bubblewrap's own: namespaces, then the file system from the ground up, then what is made read-only."""
    found = [
        "--unshare-user", "--unshare-all", "--disable-userns", "--die-with-parent", "--new-session", "--cap-drop",
        "ALL", "--hostname", "sandbox", "--clearenv",
    ]  # fmt: skip
    mounts = [*_mounts(job)]
    for inside, here in mounts:
        if not inside.startswith("/tmp/"):
            found += ["--ro-bind", str(here), inside]
    for path in SYSTEM:
        if Path(path).is_symlink():
            found += ["--symlink", str(Path(path).readlink()), path]
    for folder in _secret(here for _, here in mounts):
        found += ["--tmpfs", str(folder), "--remount-ro", str(folder)]
    found += ["--proc", "/proc", "--dev", "/dev", "--size", str(_SHARED_MEMORY), "--tmpfs", "/dev/shm"]
    found += [] if job.gpu is None else job.gpu.bwrap_arguments
    found += ["--size", str(1_000_000 * limits.disk_mb), "--tmpfs", "/tmp"]
    for inside, here in mounts:
        if inside.startswith("/tmp/"):  # over the home, which is there by now
            found += ["--ro-bind", str(here), inside]
    for name, value in environment(job.told).items():
        found += ["--setenv", name, value]
    return [*found, "--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/tmp"]


def environment(asked: Mapping[str, str]) -> dict[str, str]:
    """Nothing of the environment here, but what a program needs."""
    return {
        "HOME": HOME,
        "USER": "student",
        "TMPDIR": "/tmp",
        "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "PYTHONPATH": LIBRARY,
        "PYTHONDONTWRITEBYTECODE": "1",
        "MPLCONFIGDIR": f"{HOME}/.matplotlib",
        "OMP_NUM_THREADS": "1",
        "TOKENIZERS_PARALLELISM": "false",
        "HF_HUB_OFFLINE": "1",
        **asked,
    }


def _mounts(job: Job) -> Iterator[tuple[str, Path]]:
    for path in SYSTEM:
        if Path(path).is_dir() and not Path(path).is_symlink():
            yield path, Path(path)
    for name in SETTINGS:
        if (setting := Path("/etc") / name).exists():
            yield str(setting), setting
    for prefix in dict.fromkeys(
        [sys.base_prefix, sys.prefix, *map(os.path.realpath, (sys.base_prefix, sys.prefix))]
    ):
        if not prefix.startswith(SYSTEM):
            yield prefix, Path(prefix)
    yield f"{LIBRARY}/paribus", Path(paribus.__file__).parent
    yield INSIDE, Path(__file__).parent / "sandboxed"
    yield from job.reads.items()


def _secret(bound: Iterator[Path]) -> list[Path]:
    """Folders of ours with answers in them that lie within what is bound, as an installed wheel's do."""
    beside = Path(paribus.__file__).parent.parent
    trees = [path for path in bound if path.is_dir()]
    found = [beside / name for name in SECRET if (beside / name).is_dir()]
    return [folder for folder in found if any(folder.is_relative_to(tree) for tree in trees)]
