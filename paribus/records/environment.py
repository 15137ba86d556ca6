"""Where a run happened: Python, the libraries' versions and the device, without importing any of them."""

import platform
import sys
from importlib.metadata import PackageNotFoundError, version

from paribus.metrics.registry import installed_files

LIBRARIES = ("numpy", "scikit-learn", "torch", "transformers")


def environment() -> dict[str, str]:
    """Versions of Python, paribus and the libraries that are installed, the digests of files with metrics of a
    course's own ("metrics"), and the device's name.

    The device is asked only where torch is imported already: a run that has not imported it runs on the CPU.
    """
    import paribus

    found = {"python": platform.python_version(), "paribus": paribus.__version__}
    for library in LIBRARIES:
        try:
            found[library] = version(library)
        except PackageNotFoundError:
            continue
    if own := installed_files():
        found["metrics"] = " ".join(own)
    found["device"] = device_name()
    return found


def device_name() -> str:
    """The accelerator's name as torch gives it, or "cpu"."""
    torch = sys.modules.get("torch")
    if torch is None or not hasattr(torch, "cuda"):
        return "cpu"
    if torch.cuda.is_available():
        return str(torch.cuda.get_device_name(torch.cuda.current_device()))
    backend = getattr(getattr(torch, "backends", None), "mps", None)
    return "mps" if backend is not None and backend.is_available() else "cpu"
