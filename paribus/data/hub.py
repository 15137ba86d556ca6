"""Data sets of the Hugging Face hub, read by the real client; nothing falls back silently."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import pandas as pd

from paribus.errors import DataError
from paribus.hosts.option_words import without_network

DEFAULT_ENDPOINT = "https://huggingface.co"
COPY = "a copy (.parquet or .csv)"


class HubError(DataError):
    """A data set cannot be had: its ``name``, and the ``reason``."""

    def __init__(self, name: str, reason: str, copy: str = COPY, small: str = "") -> None:
        """``copy`` is what to pass instead, ``small`` a value of the setting DATA that needs no network."""
        super().__init__(unreachable(name, reason, copy, small))
        self.name, self.reason = name, reason


class HubLoader(Protocol):
    """The seam to the hub: the name of a data set -> its splits, each a frame."""

    def __call__(self, name: str, /) -> Mapping[str, pd.DataFrame]:
        """The splits by name; raises HubError where the data set cannot be had."""


@dataclass(frozen=True)
class FakeHub:
    """A hub in memory, for tests and demonstrations: what `load_from_hub` would answer, without a network."""

    datasets: Mapping[str, Mapping[str, pd.DataFrame]]

    def __call__(self, name: str, /) -> Mapping[str, pd.DataFrame]:
        """The splits of the data set called ``name``."""
        if name not in self.datasets:
            raise HubError(name, "the fake hub does not have it")
        return self.datasets[name]


def unreachable(name: str, reason: str, copy: str = COPY, small: str = "") -> str:
    """What to tell someone who cannot have a data set: what was asked of whom, why it failed, what to pass."""
    endpoint = os.environ.get("HF_ENDPOINT", DEFAULT_ENDPOINT)
    offline = os.environ.get("HF_HUB_OFFLINE", "").upper() in {"1", "ON", "YES", "TRUE"}
    where = "in the local cache (HF_HUB_OFFLINE is set)" if offline else f"at {endpoint}"
    return f"The data set {name} could not be read {where}: {reason}. {without_network('DATA', copy, small)}"


def load_from_hub(name: str, /) -> Mapping[str, pd.DataFrame]:
    """Every split of a data set, through `datasets.load_dataset` (HF_ENDPOINT and HF_HUB_OFFLINE apply).

    Raises HubError where `datasets` is missing, or the data set cannot be reached, found or read.
    """
    try:
        import datasets
        import httpx
    except ImportError as error:
        raise HubError(name, f"{error.name} is not installed (pip install datasets)") from error
    try:
        loaded = datasets.load_dataset(name)
        return {str(part): loaded[part].to_pandas() for part in loaded}
    except (OSError, RuntimeError, ValueError, httpx.HTTPError, datasets.exceptions.DatasetsError) as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        raise HubError(name, reason) from error
