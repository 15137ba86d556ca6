"""Where a run happened: Python, the libraries' versions and the device, without importing any of them."""

import inspect
import os
import platform
import re
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata, packages_distributions
from pathlib import Path

from paribus.metrics.registry import installed_files
from paribus.records.record import ConfigField

LIBRARIES = ("numpy", "scikit-learn", "torch", "transformers")
OTHERS = "libraries"
"""The entry with the versions of the other libraries that the notebook imports: ``lightgbm 4.5.0, pandas 2.2.3``.

It is one entry, and none of `paribus.experiments.one_change.PLACES`: a notebook imports libraries as it goes on, so
that two runs that were made alike may differ in it.
"""
MAX_OTHERS = 40
PLACE = "place"
"""The outcome of a result that says where its placed metrics (`paribus.metrics.metric.Metric`) were measured."""
_WORD = re.compile(r"[A-Za-z0-9._+!-]{1,40}")
_OWN = frozenset({"__main__", "paribus", "numpy", "sklearn", "torch", "transformers", "IPython"})
"""Packages that have an entry of their own, and the one whose names are in every notebook."""


def environment() -> dict[str, str]:
    """Versions of Python, paribus and the libraries that are installed, those of the other libraries that the
    notebook imports (`OTHERS`), the digests of files with metrics of a course's own ("metrics"), and the device's
    name.

    The device is asked only where torch is imported already: a run that has not imported it runs on the CPU.
    """
    import paribus

    found = {"python": platform.python_version(), "paribus": paribus.__version__}
    found |= {library: told for library in LIBRARIES if (told := _version(library))}
    if others := _versions(frozenset(_imported(vars(sys.modules["__main__"])))):
        found[OTHERS] = others
    if own := installed_files():
        found["metrics"] = " ".join(own)
    found["device"] = device_name()
    return found


def other_libraries(environment: Mapping[str, str]) -> dict[str, str]:
    """The versions that an environment's entry `OTHERS` holds, by library; none where it has no such entry."""
    words = (item.split(" ") for item in environment.get(OTHERS, "").split(", "))
    return {pair[0]: pair[1] for pair in words if len(pair) == 2}


def as_entry(versions: Mapping[str, str]) -> str:
    """Versions as the entry `OTHERS` holds them."""
    return ", ".join(f"{name} {versions[name]}" for name in sorted(versions))


def _imported(names: Mapping[str, object]) -> Iterator[str]:
    """The top-level packages from which a notebook's names are: modules, and classes and functions of modules."""
    for value in tuple(names.values()):
        of = "__name__" if inspect.ismodule(value) else "__module__"
        if inspect.ismodule(value) or inspect.isclass(value) or inspect.isroutine(value):
            home = getattr(value, of, None)
            root = home.partition(".")[0] if isinstance(home, str) else ""
            if root in sys.modules and root not in _OWN and root not in sys.stdlib_module_names:
                yield root


@cache
def _versions(packages: frozenset[str]) -> str:
    """The entry for these packages, at most `MAX_OTHERS` libraries. What no library brings is left out, and what
    several may bring.
    """
    called = {package for package in packages if _version(package)}
    # To read what every library brings takes a second where many are installed; most bring a package of their name.
    brings = _brings() if packages - called else {}
    owners = [set(brings.get(package, ())) for package in packages - called]
    names = called | {name for several in owners if len(several) == 1 for name in several}
    # A library that was removed by halves has no name.
    found = {name.lower(): _version(name) for name in names if name}
    fit = sorted(name for name, told in found.items() if _WORD.fullmatch(name) and _WORD.fullmatch(told))
    return as_entry({name: found[name] for name in fit[:MAX_OTHERS]})


def _brings() -> Mapping[str, list[str]]:
    """The libraries that bring each package; none where one was removed by halves and Python cannot go on."""
    try:
        return packages_distributions()
    except FileNotFoundError:
        return {}


def _version(library: str) -> str:
    """An installed library's version, "" where it is not installed or its metadata tell none."""
    try:
        # None, or a file that is not found, where a library was removed by halves: Python's versions differ.
        told: PackageMetadata | None = metadata(library)
    except (PackageNotFoundError, FileNotFoundError):
        return ""
    return told["Version"] if told is not None and "Version" in told else ""


def device_name() -> str:
    """The accelerator's name as torch gives it, or "cpu"."""
    torch = sys.modules.get("torch")
    if torch is None or not hasattr(torch, "cuda"):
        return "cpu"
    if torch.cuda.is_available():
        return str(torch.cuda.get_device_name(torch.cuda.current_device()))
    backend = getattr(getattr(torch, "backends", None), "mps", None)
    return "mps" if backend is not None and backend.is_available() else "cpu"


class Placed(float):
    """A number that holds for one place: ``place`` says which, in words."""

    place: str

    def __new__(cls, value: float, place: str) -> "Placed":
        """The number with its place."""
        number = super().__new__(cls, value)
        number.place = place
        return number


def place() -> str:
    """Where this runs, in words: the processor, its threads and torch's version; no name of a machine or user."""
    torch = sys.modules.get("torch")
    if torch is None or not hasattr(torch, "cuda"):
        return f"{_processor()}, {os.cpu_count() or 1} cores"
    if torch.cuda.is_available():
        return f"{torch.cuda.get_device_name(0)}, torch {torch.__version__}"
    threads = torch.get_num_threads()
    word = "thread" if threads == 1 else "threads"
    return f"{_processor()}, {threads} {word} of {os.cpu_count() or 1} cores, torch {torch.__version__}"


def place_of(config: Mapping[str, ConfigField]) -> str:
    """Where a result says that its placed metrics were measured; "" where it does not."""
    item = config.get(PLACE)
    return str(item.value) if item is not None and item.role == "outcome" else ""


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:  # no Linux
        lines = []
    named = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return " ".join((named or platform.processor() or platform.machine() or "a processor without a name").split())
