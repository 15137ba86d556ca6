"""Kaggle: the wheels in a data set, a folder a notebook, and what the official client needs beside them."""

from collections.abc import Sequence
from typing import Any

from generator.platforms.kaggle.settings import KAGGLE_SETTINGS, kaggle_of
from generator.platforms.platform import Place, Platform, Setting, Unfilled
from generator.publishing.kaggle_metadata import DATASET_FILE, KERNEL_FILE, dataset_metadata, kernel_metadata
from paribus.course.catalog import Course, Entry
from paribus.files import json_text
from paribus.hosts.kaggle import INPUTS

DATASET = "dataset"


def _place(setting: Setting, wheel: str) -> Place:
    kaggle = kaggle_of(setting.course)
    data_set = f"{kaggle.owner}/{kaggle.dataset['slug']}"
    advice = f"Choose Add Input on the right, search for the data set {data_set}, and add it."
    return Place("Run this cell first; the internet may be off.", str(INPUTS), advice, deep=True)


def _metadata(entry: Entry, setting: Setting) -> dict[str, Any]:
    kernel = kaggle_of(setting.course).kernel
    shape = str(kernel["machine_shape"])  # a notebook's metadata write NvidiaTeslaT4 as nvidiaTeslaT4
    return {
        "kaggle": {
            "accelerator": shape[:1].lower() + shape[1:] if entry.gpu else "none",
            "dataSources": [],
            "isGpuEnabled": entry.gpu,
            "isInternetEnabled": kernel["enable_internet"],
            "language": "python",
            "sourceType": "notebook",
        }
    }


def _is_ready(course: Course) -> bool:
    return (course.folders.kaggle / KAGGLE_SETTINGS).is_file()


def _more_files(setting: Setting, entries: Sequence[Entry]) -> dict[str, str]:
    """What the official client needs beside the notebooks and the wheel (`paribus publish`)."""
    settings = kaggle_of(setting.course)
    found = {
        f"{entry.name}/{KERNEL_FILE}": kernel_metadata(
            settings, entry.name, gpu=entry.gpu, datasets=entry.kaggle_datasets
        )
        for entry in entries
    }
    found[f"{DATASET}/{DATASET_FILE}"] = dataset_metadata(settings)
    return {path: json_text(content) for path, content in found.items()}


def _unfilled(setting: Setting) -> tuple[Unfilled, ...]:
    owner = kaggle_of(setting.course).owner
    return (Unfilled(owner, "kaggle/settings.toml: owner", "your Kaggle account, or publish with --owner NAME"),)


def _words(setting: Setting) -> dict[str, str]:
    return {"dataset": str(kaggle_of(setting.course).dataset["slug"])}


PLATFORM = Platform(
    name="kaggle",
    title="On Kaggle",
    place=_place,
    metadata=_metadata,
    is_ready=_is_ready,
    more_files=_more_files,
    unfilled=_unfilled,
    words=_words,
    files_in=DATASET,
    brings_wheel=True,
    own_folders=True,
)
