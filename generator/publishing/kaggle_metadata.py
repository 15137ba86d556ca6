"""kernel-metadata.json and dataset-metadata.json: made from kaggle/settings.toml, and held against Kaggle's rules.

The official client checks some of these rules itself, one at a time and without naming the file, and the
server refuses the rest after the upload. Here all are checked before anything leaves the machine.
"""

import json
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from generator.errors import PublishError

KERNEL_FILE = "kernel-metadata.json"
DATASET_FILE = "dataset-metadata.json"
WHEEL = "paribus-*.whl"
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
LICENCES = Path(__file__).with_name("licences.toml")
MACHINES = ("NvidiaTeslaT4",)
PINNING = ("original", "latest")
# What a kernel's sources are called by, part by part.
SOURCES: Mapping[str, tuple[str, ...]] = {
    "dataset_sources": ("owner", "slug"),
    "kernel_sources": ("owner", "slug"),
    "competition_sources": ("slug",),
    "model_sources": ("owner", "slug", "framework", "variation", "version"),
}
RETIRED = {"enable_gpu": "deprecated: state machine_shape", "enable_tpu": "deprecated: state machine_shape"}


@dataclass(frozen=True)
class Waiting:
    """How publishing waits, in seconds: between questions, for the data set, for a run."""

    poll: float
    dataset_limit: float
    run_limit: float


@dataclass(frozen=True)
class KaggleSettings:
    """kaggle/settings.toml: whom everything belongs to, and what Kaggle is told of kernels and the data set."""

    owner: str
    kernel: Mapping[str, Any]
    dataset: Mapping[str, Any]
    waiting: Waiting


def load_settings(path: Path) -> KaggleSettings:
    """Read kaggle/settings.toml; PublishError where it is missing, no TOML, or lacks a field."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
        wait = raw["wait"]
        waiting = Waiting(float(wait["poll"]), float(wait["dataset_limit"]), float(wait["run_limit"]))
        return KaggleSettings(str(raw["owner"]), dict(raw["kernel"]), dict(raw["dataset"]), waiting)
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise PublishError(
            f"{path}: cannot be read ({type(error).__name__}: {error}). "
            "It needs owner, [kernel], [dataset] and [wait] poll, dataset_limit, run_limit."
        ) from error


def slug_of(title: str) -> str:
    """What Kaggle makes of a title: small letters and digits, everything else one hyphen."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")


def kernel_metadata(
    settings: KaggleSettings, assignment: str, *, gpu: bool, datasets: Sequence[str] = ()
) -> dict[str, Any]:
    """The kernel-metadata.json of a student's notebook, with the wheel's data set and others attached."""
    title = str(settings.kernel["title"]).replace("{assignment}", assignment.replace("_", " "))
    fixed = {name: value for name, value in settings.kernel.items() if name not in ("title", "machine_shape")}
    return {
        **fixed,
        "id": f"{settings.owner}/{slug_of(title)}",
        "title": title,
        "code_file": f"{assignment}.ipynb",
        "dataset_sources": [f"{settings.owner}/{settings.dataset['slug']}", *datasets],
        **({"machine_shape": settings.kernel["machine_shape"]} if gpu else {}),
    }


def dataset_metadata(settings: KaggleSettings) -> dict[str, Any]:
    """The dataset-metadata.json of the data set that carries the wheel."""
    about = settings.dataset
    return {
        "id": f"{settings.owner}/{about['slug']}",
        "title": about["title"],
        "subtitle": about["subtitle"],
        "description": str(about["description"]).strip(),
        "licenses": [{"name": about["license"]}],
        "isPrivate": bool(about["is_private"]),
        "keywords": list(about["keywords"]),
        "resources": [],
    }


def to_text(metadata: Mapping[str, Any]) -> str:
    """The metadata as a file's text: sorted, indented, a final newline."""
    return json.dumps(metadata, sort_keys=True, indent=1, ensure_ascii=False) + "\n"


def read_kernel(folder: Path) -> dict[str, Any]:
    """The valid kernel metadata of a folder; PublishError lists every fault with its file and field."""
    return _read(folder / KERNEL_FILE, kernel_problems)


def read_dataset(folder: Path, carries: str = WHEEL) -> dict[str, Any]:
    """The valid data-set metadata of a folder; PublishError lists every fault with its file and field.

    ``carries`` is the file that the data set is for: the wheel, or a zoo's card.
    """
    return _read(folder / DATASET_FILE, partial(dataset_problems, carries=carries))


Problem = tuple[str, str]
"""A field and what is wrong with it."""


def _read(path: Path, problems: Callable[[Mapping[str, Any], Path], list[Problem]]) -> dict[str, Any]:
    if not path.is_file():
        raise PublishError(f"{path}: is missing. Run `paribus build` for this week, then publish again.")
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise PublishError(f"{path}: is no JSON ({error}). Run `paribus build` again.") from error
    if not isinstance(raw, dict):
        raise PublishError(f"{path}: holds a {type(raw).__name__}, expected an object. Run `paribus build` again.")
    found = problems(raw, path.parent)
    if found:
        lines = "\n".join(f"{path}: {field}: {what}" for field, what in found)
        raise PublishError(f"{lines}\nCorrect kaggle/settings.toml or course/course.toml and build again.")
    return raw


def kernel_problems(raw: Mapping[str, Any], folder: Path) -> list[Problem]:
    """What Kaggle would refuse, or silently change, in a kernel's metadata."""
    found = [*_named(raw, 5), *[(name, why) for name, why in RETIRED.items() if name in raw]]
    _, _, slug = str(raw.get("id", "")).partition("/")
    title = raw.get("title")
    if isinstance(title, str) and slug_of(title) != slug:
        found.append(("title", f"{title!r} becomes the slug {slug_of(title)!r}, but id says {slug!r}"))
    found += [
        (name, f"is {raw.get(name)!r}, expected {expected!r}")
        for name, expected in (("language", "python"), ("kernel_type", "notebook"))
        if raw.get(name) != expected
    ]
    found += [
        (name, f"is {raw.get(name)!r}; state true or false, Kaggle's defaults are not what its page says")
        for name in ("is_private", "enable_internet")
        if not isinstance(raw.get(name), bool)
    ]
    if raw.get("machine_shape") not in (None, *MACHINES):
        found.append(("machine_shape", f"is {raw['machine_shape']!r}, expected {', '.join(MACHINES)} or nothing"))
    if raw.get("docker_image_pinning_type") not in (None, *PINNING):
        pinned = raw["docker_image_pinning_type"]
        found.append(("docker_image_pinning_type", f"is {pinned!r}, expected {' or '.join(PINNING)}"))
    for name, parts in SOURCES.items():
        found += _sources(raw, name, parts)
    return found + _code_file(raw, folder)


def dataset_problems(raw: Mapping[str, Any], folder: Path, carries: str = WHEEL) -> list[Problem]:
    """What Kaggle would refuse, or leave out, of a data set."""
    found = _named(raw, 6)
    subtitle = raw.get("subtitle")
    if not isinstance(subtitle, str) or not 20 <= len(subtitle) <= 80:
        found.append(("subtitle", f"is {subtitle!r}, expected 20 to 80 characters"))
    licenses = raw.get("licenses")
    if not isinstance(licenses, list) or len(licenses) != 1 or not _has_name(licenses[0]):
        found.append(("licenses", f"is {licenses!r}, expected exactly one, as [{{'name': …}}]"))
    elif licenses[0]["name"] not in known_licences():
        found.append(("licenses", f"is {licenses[0]['name']!r}, expected one of {', '.join(known_licences())}"))
    if not isinstance(raw.get("isPrivate"), bool):
        found.append(("isPrivate", f"is {raw.get('isPrivate')!r}; state true or false"))
    folders = sorted(path.name for path in folder.iterdir() if path.is_dir())
    if folders:
        found.append(("(files)", f"the folder {folders[0]!r} would be skipped by the client; keep files flat"))
    carried = sorted(path.name for path in folder.glob(carries))
    if not carried:
        found.append(("(files)", f"there is no {carries} to upload"))
    if len(carried) > 1:
        found.append(("(files)", f"there are {' and '.join(carried)}, expected one; delete the older"))
    return found


@cache
def known_licences(path: Path = LICENCES) -> tuple[str, ...]:
    """The names of licences that Kaggle takes for a data set; PublishError where the list cannot be read."""
    try:
        return tuple(str(name) for name in tomllib.loads(path.read_text(encoding="utf-8-sig"))["names"])
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise PublishError(f"{path}: cannot be read ({type(error).__name__}: {error}). It needs names.") from error


def _named(raw: Mapping[str, Any], least: int) -> list[Problem]:
    """The rules for id and title that kernels and data sets share: ``least`` to 50 characters."""
    found: list[Problem] = []
    owner, _, slug = str(raw.get("id", "")).partition("/")
    if not SLUG.fullmatch(owner) or not SLUG.fullmatch(slug) or not least <= len(slug) <= 50:
        found.append(
            ("id", f"is {raw.get('id')!r}, expected owner/slug with a slug of {least} to 50 of a–z, 0–9, -")
        )
    title = raw.get("title")
    if not isinstance(title, str) or not least <= len(title) <= 50:
        found.append(("title", f"is {title!r}, expected {least} to 50 characters"))
    return found


def _sources(raw: Mapping[str, Any], field: str, parts: tuple[str, ...]) -> list[Problem]:
    listed = raw.get(field, [])
    if not isinstance(listed, list):
        return [(field, f"is {listed!r}, expected a list")]
    return [
        (field, f"holds {item!r}, expected {'/'.join(parts)}")
        for item in listed
        if not isinstance(item, str)
        or len(item.split("/")) != len(parts)
        or not all(map(PART.fullmatch, item.split("/")))
    ]


def _code_file(raw: Mapping[str, Any], folder: Path) -> list[Problem]:
    name = raw.get("code_file")
    if not isinstance(name, str) or not name.endswith(".ipynb") or "/" in name:
        return [("code_file", f"is {name!r}, expected the notebook beside this file")]
    return [] if (folder / name).is_file() else [("code_file", f"{name!r} is not in {folder}")]


def _has_name(item: object) -> bool:
    return isinstance(item, dict) and isinstance(item.get("name"), str) and bool(item["name"])
