"""Every exporter at hand: this nbconvert's templates, the notebook itself, the older versions of `make exports`."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from generator.errors import RehearsalError
from generator.project import ROOT

WORKER = Path(__file__).with_name("export_worker.py")
OLDER = ROOT / "build" / "exporters"
LAB = "lab"
NEW, OLD, OLDEST = (LAB, "classic", "basic"), ("lab", "classic", "basic"), ("full", "basic")


@dataclass(frozen=True)
class Exporter:
    """One way to hand in: a version of nbconvert with one of its templates, or ("ipynb") the notebook as it is."""

    name: str
    template: str
    python: str = sys.executable

    @property
    def suffix(self) -> str:
        """How the file's name ends."""
        return "ipynb" if self.template == "ipynb" else "html"


@dataclass(frozen=True)
class Export:
    """One file to be made."""

    notebook: Path
    target: Path
    exporter: Exporter


def own_exporters() -> tuple[Exporter, ...]:
    """The exporters of the installed nbconvert, and the notebook itself: the same on every machine."""
    version = metadata.version("nbconvert")
    pages = (Exporter(f"{template}, nbconvert {version}", template) for template in NEW)
    return (*pages, Exporter("the notebook itself", "ipynb"))


def find_exporters(older: Path = OLDER) -> tuple[Exporter, ...]:
    """The exporters there are on this machine; the first one is what a student with a new Jupyter gets."""
    found = list(own_exporters())
    for marker in sorted(older.glob("nbconvert-*/complete")):
        home = marker.parent
        number = home.name.removeprefix("nbconvert-")
        templates = OLDEST if number.startswith("5.") else OLD
        python = str(home / "bin" / "python")
        found += [Exporter(f"{template}, nbconvert {number}", template, python) for template in templates]
    return tuple(found)


def exporter_for(template: str, exporters: Sequence[Exporter] = ()) -> Exporter:
    """The first of these exporters (default: all there are) that has this template: a new Jupyter's.

    RehearsalError lists the templates there are.
    """
    known = exporters or find_exporters()
    for item in known:
        if item.template == template:
            return item
    templates = ", ".join(dict.fromkeys(item.template for item in known))
    raise RehearsalError(f"There is no exporter {template!r} at hand; there are {templates}.")


def export_all(exports: Sequence[Export], workers: int, kept: Path) -> None:
    """Make every file, ``workers`` processes side by side; RehearsalError with nbconvert's own words.

    A page that was made before, by the same exporter of the same notebook, is taken from the folder ``kept``, which
    holds the pages of these exports afterwards and no others.
    """
    kept.mkdir(parents=True, exist_ok=True)
    pages = {item: kept / f"{_digest(item)}.html" for item in exports if item.exporter.template != "ipynb"}
    by_python: dict[str, dict[Path, Export]] = {}
    for item, page in pages.items():
        if not page.exists():
            by_python.setdefault(item.exporter.python, {})[page] = item
    tasks = [(python, chunk) for python, items in by_python.items() for chunk in _chunks(items, workers)]
    with ThreadPoolExecutor(max(1, workers)) as pool:
        list(pool.map(lambda task: _export(*task), tasks))
    for item in exports:
        shutil.copyfile(pages.get(item, item.notebook), item.target)
    wanted = set(pages.values())
    for other in [path for path in kept.iterdir() if path not in wanted]:
        other.unlink()


def _digest(item: Export) -> str:
    """What a page depends on: the notebook, the exporter with its version, and how it is called."""
    parts = (item.notebook.read_bytes(), item.exporter.name.encode(), WORKER.read_bytes())
    return hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()


def _chunks(items: Mapping[Path, Export], count: int) -> list[dict[Path, Export]]:
    size, pairs = max(20, -(-len(items) // max(1, count))), list(items.items())
    return [dict(pairs[start : start + size]) for start in range(0, len(pairs), size)]


def _export(python: str, items: Mapping[Path, Export]) -> None:
    parts = {page: page.with_suffix(".part") for page in items}
    order = [[str(item.notebook), item.exporter.template, str(parts[page])] for page, item in items.items()]
    # The older versions are in environments of their own and look for their templates there alone.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment["JUPYTER_PLATFORM_DIRS"] = "1"
    result = subprocess.run(
        [python, "-W", "ignore", str(WORKER)], input=json.dumps(order), text=True, capture_output=True, check=False,
        env=environment,
    )  # fmt: skip
    if result.returncode:
        names = ", ".join(item.target.name for item in list(items.values())[:3])
        raise RehearsalError(f"nbconvert could not export {names} …; it said:\n{result.stderr[-2000:]}")
    for page, part in parts.items():
        part.replace(page)
