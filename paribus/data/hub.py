"""Complaints from the Hugging Face hub, read by the real client; nothing falls back silently."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import pandas as pd

from paribus.data.corpus import RawComplaints
from paribus.data.files import pick_columns
from paribus.display.option_words import without_network
from paribus.errors import DataError

DEFAULT_NAME = "determined-ai/consumer_complaints_medium"
DEFAULT_ENDPOINT = "https://huggingface.co"
COPY = "a copy (.parquet or .csv with the columns complaint_text and issue)"


class HubLoader(Protocol):
    """The seam to the hub: the name of a data set -> its splits, each a frame."""

    def __call__(self, name: str, /) -> Mapping[str, pd.DataFrame]:
        """The splits by name; raises DataError where the data set cannot be had."""


@dataclass(frozen=True)
class FakeHub:
    """A hub in memory, for tests and demonstrations: what `load_from_hub` would answer, without a network."""

    datasets: Mapping[str, Mapping[str, pd.DataFrame]]

    def __call__(self, name: str, /) -> Mapping[str, pd.DataFrame]:
        """The splits of the data set called ``name``."""
        if name not in self.datasets:
            raise DataError(unreachable(name, "the fake hub does not have it"))
        return self.datasets[name]


def unreachable(name: str, reason: str) -> str:
    """What to tell someone who cannot have a data set: what was asked of whom, why it failed, what to pass."""
    endpoint = os.environ.get("HF_ENDPOINT", DEFAULT_ENDPOINT)
    offline = os.environ.get("HF_HUB_OFFLINE", "").upper() in {"1", "ON", "YES", "TRUE"}
    where = "in the local cache (HF_HUB_OFFLINE is set)" if offline else f"at {endpoint}"
    return f"The data set {name} could not be read {where}: {reason}. {without_network('DATA', COPY, 'synthetic')}"


def load_from_hub(name: str, /) -> Mapping[str, pd.DataFrame]:
    """Every split of a data set, through `datasets.load_dataset` (HF_ENDPOINT and HF_HUB_OFFLINE apply).

    Raises DataError where `datasets` is missing, or the data set cannot be reached, found or read.
    """
    try:
        import datasets
        import httpx
    except ImportError as error:
        raise DataError(unreachable(name, f"{error.name} is not installed (pip install datasets)")) from error
    try:
        loaded = datasets.load_dataset(name)
        return {str(part): loaded[part].to_pandas() for part in loaded}
    except (OSError, RuntimeError, ValueError, httpx.HTTPError, datasets.exceptions.DatasetsError) as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        raise DataError(unreachable(name, reason)) from error


def read_hub(name: str, hub: HubLoader = load_from_hub) -> RawComplaints:
    """The complaints of a data set on the hub.

    Where its splits are exactly train and test, the column ``part`` keeps them apart, and its test stays the
    test; any other splits are put together and split anew.
    """
    splits = hub(name)
    if not splits:
        raise DataError(unreachable(name, "it has no splits"))
    frames = []
    for part in sorted(splits):
        frame = pick_columns(splits[part], f"{name} ({part})").drop(columns=["source", "part"], errors="ignore")
        frames.append(frame.assign(part=part) if set(splits) == {"train", "test"} else frame)
    return RawComplaints(pd.concat(frames, ignore_index=True), f"hub:{name}")
