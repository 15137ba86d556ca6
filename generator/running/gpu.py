"""Whether this machine can run the full profile, asked before anything starts."""

import shutil
import subprocess
import sys
from collections.abc import Callable

from generator.errors import RunError
from paribus.training.profiles import Profile


def find_gpu(python: str = sys.executable, driver: str = "nvidia-smi") -> str:
    """The empty string where torch can use an NVIDIA GPU, else why not.

    The driver's tool is asked first: it answers at once where there is no GPU, torch takes seconds.
    """
    tool = shutil.which(driver)
    if tool is None:
        return "there is no NVIDIA driver on this machine"
    listed = subprocess.run([tool, "-L"], capture_output=True, text=True, check=False)
    if listed.returncode != 0 or "GPU" not in listed.stdout:
        return "nvidia-smi lists no GPU"
    code = "import sys, torch; sys.exit(0 if torch.cuda.is_available() else 1)"
    if subprocess.run([python, "-c", code], capture_output=True, check=False).returncode != 0:
        return "there is a GPU, but the torch of this environment cannot use it (it is built for the CPU)"
    return ""


def require_gpu(profile: Profile, *, find: Callable[[], str] = find_gpu) -> None:
    """RunError where ``profile`` needs a GPU and there is none that torch can use."""
    if not profile.needs_gpu:
        return
    problem = find()
    if problem:
        raise RunError(
            f"--profile {profile.name} needs a CUDA GPU, and {problem}. Pass another --profile, or run this "
            "command on a machine with a GPU; nothing was started."
        )
