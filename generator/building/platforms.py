"""What Kaggle, Colab and Jupyter each need in a notebook: metadata, a setup cell, a way to hand in.

The cells stand as files in `generator.cells`; kaggle/settings.toml says what Kaggle is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from course.assignment import Cell, Role
from course.catalog import Course, Entry
from generator.errors import BuildError
from generator.project import ROOT, core_packages
from generator.publishing.kaggle_metadata import KaggleSettings, load_settings
from generator.sources.roles import PLATFORMS

KAGGLE_SETTINGS = ROOT / "kaggle" / "settings.toml"

KERNEL: Mapping[str, Any] = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
    },
}


@dataclass(frozen=True)
class Setting:
    """All that a notebook's frame depends on."""

    course: Course
    kaggle: KaggleSettings
    version: str


@dataclass(frozen=True)
class Frame:
    """What a platform puts around an assignment's own cells: on top, before the first code cell, at the end."""

    top: tuple[Cell, ...]
    setup: Cell
    end: tuple[Cell, ...]


def load_kaggle(path: Path = KAGGLE_SETTINGS) -> KaggleSettings:
    """Kaggle's settings as far as a build needs them; PublishError where the file cannot be read, BuildError where
    a field that a build needs is missing.
    """
    settings = load_settings(path)
    needed = {
        "kernel": (settings.kernel, ("title", "enable_internet", "machine_shape")),
        "dataset": (settings.dataset, ("slug", "title", "subtitle", "description", "license", "keywords")),
    }
    for table, (fields, names) in needed.items():
        missing = [name for name in names if name not in fields]
        if missing:
            raise BuildError(f"{path}: [{table}] has no {missing[0]}. A build needs {', '.join(names)} there.")
    return settings


def notebook_metadata(platform: str, entry: Entry, kaggle: KaggleSettings) -> dict[str, Any]:
    """The notebook's metadata on a platform."""
    metadata = dict(KERNEL)
    if platform == "colab":
        metadata["colab"] = {"provenance": [], **({"gpuType": "T4"} if entry.gpu else {})}
        if entry.gpu:
            metadata["accelerator"] = "GPU"
    if platform == "kaggle":
        metadata["kaggle"] = {
            "accelerator": _accelerator(kaggle) if entry.gpu else "none",
            "dataSources": [],
            "isGpuEnabled": entry.gpu,
            "isInternetEnabled": kaggle.kernel["enable_internet"],
            "language": "python",
            "sourceType": "notebook",
        }
    return metadata


def _accelerator(kaggle: KaggleSettings) -> str:
    """The machine's shape as a notebook's metadata writes it: nvidiaTeslaT4 for NvidiaTeslaT4."""
    shape = str(kaggle.kernel["machine_shape"])
    return shape[:1].lower() + shape[1:]


def frame(platform: str, entry: Entry, setting: Setting) -> Frame:
    """The cells that the generator adds on a platform; BuildError where there is no such platform."""
    if platform not in PLATFORMS:
        raise BuildError(f"There is no platform called {platform!r}. Choose one of: {', '.join(PLATFORMS)}.")
    values = {
        "__VERSION__": setting.version,
        "__ASSIGNMENT__": entry.name,
        "__DATASET__": f"{setting.kaggle.owner}/{setting.kaggle.dataset['slug']}",
        "__WHEEL_URL__": setting.course.wheel_url.replace("{version}", setting.version),
        "__NEEDED__": " ".join((*core_packages(), *entry.needs)),
    }
    setup = Cell("setup", Role.SETUP, "code", _read(f"setup_{platform}.py", values), heading=entry.title)
    end = [Cell("handin", Role.HANDIN, "markdown", _read(f"handin_{platform}.md", values), heading="Hand in")]
    if platform == "colab":
        end.append(Cell("handin-export", Role.HANDIN, "code", _read("handin_colab.py", values), heading="Hand in"))
    return Frame(_badge(platform, entry, setting.course), setup, tuple(end))


def _badge(platform: str, entry: Entry, course: Course) -> tuple[Cell, ...]:
    if platform != "colab" or not course.colab:
        return ()
    where = (
        f"{course.colab['repository']}/blob/{course.colab['branch']}/{course.colab['folder']}/{entry.name}.ipynb"
    )
    image = "https://colab.research.google.com/assets/colab-badge.svg"
    badge = f"[![Open in Colab]({image})](https://colab.research.google.com/github/{where})"
    return (Cell("badge", Role.SETUP, "markdown", badge, heading=entry.title),)


def _read(name: str, values: Mapping[str, str]) -> str:
    text = files("generator.cells").joinpath(name).read_text(encoding="utf-8").strip("\n")
    for placeholder, value in values.items():
        text = text.replace(placeholder, value)
    return text
