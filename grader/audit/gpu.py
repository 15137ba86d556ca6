"""The GPU that a job in the sandbox may use: found once at the edge, and a value from there on.

Only an audit gives its job one. A driver is a large program in the kernel that takes orders from whoever can open
its device files, so code that needs none, such as a task's hidden tests, never gets any.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.errors import SandboxError

DEVICES = Path("/dev")
CONTROL, MEMORY = "nvidiactl", "nvidia-uvm"
"""Device files without which nothing is computed on any GPU."""
FURTHER = ("nvidia-uvm-tools", "nvidia-caps")
"""Given where they are there; the second is a folder, with the parts of a GPU that is split (MIG)."""
ABOUT = Path("/proc/driver/nvidia")
"""Where NVIDIA's libraries read which GPUs there are."""
CHOSEN = "CUDA_VISIBLE_DEVICES"
FILES = 1_024
"""Files that a process may have open: each of CUDA's contexts keeps dozens."""


@dataclass(frozen=True)
class Gpu:
    """NVIDIA's GPUs: their device files, and which of them a program shall see, as CUDA_VISIBLE_DEVICES has it
    ("": all).
    """

    devices: tuple[Path, ...]
    chosen: str = ""

    @property
    def bwrap_arguments(self) -> list[str]:
        """Bubblewrap's arguments; they come after those that make /dev and /proc, which would hide them."""
        binds = [word for device in self.devices for word in ("--dev-bind-try", str(device), str(device))]
        return [*binds, "--ro-bind-try", str(ABOUT), str(ABOUT)]

    def container_arguments(self, command: str) -> list[str]:
        """A container command's arguments: Docker's own, or the name by which Podman knows all of them (CDI)."""
        return ["--gpus", "all"] if command == "docker" else ["--device", "nvidia.com/gpu=all"]

    @property
    def environment(self) -> dict[str, str]:
        """What a program in the sandbox is told."""
        return {CHOSEN: self.chosen} if self.chosen else {}


def find_gpu(environment: Mapping[str, str], devices: Path = DEVICES) -> Gpu | None:
    """The GPUs that this machine has and that ``environment`` does not hide; None where there are none.

    SandboxError where there is a GPU and one of the files that every computation needs is missing: code in a
    sandbox cannot make it, and would run on the CPU without a word.
    """
    numbered = sorted((path for path in devices.glob("nvidia[0-9]*")), key=lambda path: (len(path.name), path.name))
    chosen = environment.get(CHOSEN)
    if not numbered or chosen in ("", "-1"):
        return None
    if missing := [name for name in (CONTROL, MEMORY) if not (devices / name).exists()]:
        raise SandboxError(
            f"there is a GPU ({numbered[0]}), and no {devices / missing[0]}, which every computation on it needs. "
            "Run `nvidia-modprobe -u -c 0` or any CUDA program once, or pass --no-gpu."
        )
    further = [devices / name for name in FURTHER if (devices / name).exists()]
    return Gpu((*numbered, devices / CONTROL, devices / MEMORY, *further), chosen or "")
