"""What Kaggle, Colab and Jupyter each need in a notebook: metadata, a setup cell, a way to hand in.

The cells stand as files in `generator.cells`; kaggle/settings.toml says what Kaggle is told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import paribus
from generator.building.handin import hand_in_words
from generator.building.wheel import Wheel, build_library
from generator.errors import BuildError
from generator.project import CHECK_NEEDS, core_packages, package_of, wheel_name
from generator.publishing.kaggle_metadata import KaggleSettings, load_settings
from generator.sources.roles import PLATFORMS
from paribus.course.assignment import Cell, Role
from paribus.course.catalog import Course, Entry
from paribus.course.near import did_you_mean
from paribus.training.profiles import Profile

KAGGLE_SETTINGS = "settings.toml"
"""The file in the course's folder ``kaggle`` that says what Kaggle is told."""

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
    kaggle: KaggleSettings | None
    version: str
    library: Wheel | None = None


@dataclass(frozen=True)
class Frame:
    """What a platform puts around an assignment's own cells: on top, before the first code cell, at the end."""

    top: tuple[Cell, ...]
    setup: Cell
    end: tuple[Cell, ...]


def setting_of(course: Course) -> Setting:
    """What the notebooks of a course depend on, with its library's wheel."""
    library = None if course.library is None else build_library(course.library)
    return Setting(course, load_kaggle(course), paribus.__version__, library)


def platforms_of(course: Course) -> tuple[str, ...]:
    """The platforms that the course names; without names all of them, Kaggle where it has settings for it."""
    for name in course.platforms:
        if name not in PLATFORMS:
            raise BuildError(
                f"{course.file}: [course] platforms names {name!r}; expected one of {', '.join(PLATFORMS)}."
                f"{did_you_mean(name, PLATFORMS)}"
            )
    known = (name for name in PLATFORMS if name != "kaggle" or (course.folders.kaggle / KAGGLE_SETTINGS).is_file())
    return tuple(name for name in PLATFORMS if name in course.platforms) or tuple(known)


def load_kaggle(course: Course) -> KaggleSettings | None:
    """Kaggle's settings as far as a build needs them, None where the course has none; PublishError where the file
    cannot be read, BuildError where a field that a build needs is missing.
    """
    path = course.folders.kaggle / KAGGLE_SETTINGS
    if not path.is_file():
        return None
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


def kaggle_of(setting: Setting) -> KaggleSettings:
    """Kaggle's settings, where notebooks for Kaggle are asked for; BuildError where the course has none."""
    if setting.kaggle is None:
        raise BuildError(
            f"{setting.course.folders.kaggle / KAGGLE_SETTINGS} is missing, and notebooks for Kaggle need it. "
            "docs/your-own-course.md shows one; or name other platforms with --platform."
        )
    return setting.kaggle


def notebook_metadata(platform: str, entry: Entry, setting: Setting) -> dict[str, Any]:
    """The notebook's metadata on a platform."""
    metadata = dict(KERNEL)
    if platform == "colab":
        metadata["colab"] = {"provenance": [], **({"gpuType": "T4"} if entry.gpu else {})}
        if entry.gpu:
            metadata["accelerator"] = "GPU"
    if platform == "kaggle":
        kaggle = kaggle_of(setting)
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


@dataclass(frozen=True)
class Place:
    """Where a platform's setup cell gets the wheel: it looks in ``folder`` (and, if ``deep``, below it), then asks
    ``address``. ``advice`` says what a student does where it is in neither.
    """

    title: str
    folder: str
    advice: str
    deep: bool = False
    address: str = ""


def _place(platform: str, setting: Setting, wheel: str) -> Place:
    if platform == "kaggle":
        kaggle = kaggle_of(setting)
        data_set = f"{kaggle.owner}/{kaggle.dataset['slug']}"
        advice = f"Choose Add Input on the right, search for the data set {data_set}, and add it."
        return Place("Run this cell first; the internet may be off.", "/kaggle/input", advice, deep=True)
    if platform == "colab":
        files = wheel if setting.library is None else f"{wheel} and {setting.library.name}"
        advice = f"Upload {files}, which your course hands out, with the folder symbol on the left."
        address = setting.course.wheel_url.replace("{version}", setting.version)
        return Place("@title Set up: run this cell first", "/content", advice, address=address)
    return Place("Run this cell first.", ".", "Put the file {wheel} that came with this notebook beside it.")


def needed_packages(course: Course, entry: Entry, profile: Profile) -> tuple[str, ...]:
    """What a notebook on one's own machine must have: the students' core, what `paribus check` needs, what the
    course's library, the assignment and the profile need.
    """
    return tuple(
        dict.fromkeys((*core_packages(), *CHECK_NEEDS, *_of_library(course), *entry.needs, *profile.needs))
    )


def _of_library(course: Course) -> tuple[str, ...]:
    return () if course.library is None else tuple(map(package_of, course.library.requirements))


def frame(platform: str, entry: Entry, setting: Setting, profile: Profile) -> Frame:
    """The cells that the generator adds on a platform; BuildError where there is no such platform."""
    if platform not in PLATFORMS:
        raise BuildError(f"There is no platform called {platform!r}. Choose one of: {', '.join(PLATFORMS)}.")
    wheel = wheel_name(setting.version)
    place = _place(platform, setting, wheel)
    needed = (
        needed_packages(setting.course, entry, profile) if platform == "jupyter" else _of_library(setting.course)
    )
    wheels = [f"paribus {setting.version} {wheel} {place.address}".strip()]
    if setting.library is not None:
        wheels.append(f"{setting.library.package} {setting.library.version} {setting.library.name}")
    values = {
        "__TITLE__": place.title,
        "__WHEELS__": ";".join(wheels),
        "__NEEDED__": " ".join(needed),
        "__PLACE__": place.folder,
        "__INSIDE__": "**/" if place.deep else "",
        "__ADVICE__": place.advice,
        "__ASSIGNMENT__": entry.name,
        **hand_in_words(setting.course, entry.name),
    }
    setup = Cell("setup", Role.SETUP, "code", read_cell("setup.py", values), heading=entry.title)
    end = [Cell("handin", Role.HANDIN, "markdown", read_cell(f"handin_{platform}.md", values), heading="Hand in")]
    if platform == "colab":
        text = read_cell("handin_colab.py", values)
        end.append(Cell("handin-export", Role.HANDIN, "code", text, heading="Hand in"))
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


def read_cell(name: str, values: Mapping[str, str]) -> str:
    """A file of `generator.cells` with its placeholders filled in."""
    text = files("generator.cells").joinpath(name).read_text(encoding="utf-8").strip("\n")
    for placeholder, value in values.items():
        text = text.replace(placeholder, value)
    return text
