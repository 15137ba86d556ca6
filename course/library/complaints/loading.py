"""The course's complaints, from the hub, a file or the embedded synthetic corpus: read, clean, split.

    data = complaints.load("synthetic", size="smoke")
    data.train.texts, data.train.labels, data.classes

The audit notebook takes the same road in three steps: `load_raw`, `merge_labels`, `split`.
"""

from functools import lru_cache
from pathlib import Path
from typing import Literal, cast, get_args

import pandas as pd

from complaints.corpus import Complaints, RawComplaints
from complaints.files import read_file
from complaints.hub import DEFAULT_NAME, read_hub
from complaints.merge import merge_labels
from complaints.report import MergeReport
from complaints.split import make_split
from paribus.data.files import is_table
from paribus.data.hub import HubLoader, load_from_hub
from paribus.errors import DataError

Size = Literal["micro", "smoke", "full"]
SHIPPED_SEED = 2027


def load_raw(
    source: str = "synthetic",
    *,
    size: str = "full",
    seed: int = SHIPPED_SEED,
    without_sources: tuple[str, ...] = (),
    hub: HubLoader = load_from_hub,
) -> RawComplaints:
    """Complaints with their raw labels.

    ``source`` is "synthetic", "hub", "hub:<owner>/<name>", or the path of a .parquet or .csv file. ``size`` and
    ``seed`` belong to the synthetic corpus, ``without_sources`` to files with a column of that name. Raises
    DataError where the source is unknown or cannot be read; nothing is downloaded or replaced silently.
    """
    kind, _, name = source.partition(":")
    if without_sources and kind in {"synthetic", "hub"}:
        raise DataError(f"{source} has no column source, so {', '.join(without_sources)} cannot be left out.")
    if source == "synthetic":
        from complaints.synthetic import generate

        if size not in get_args(Size):
            sizes = ", ".join(get_args(Size))
            raise DataError(f"The synthetic corpus comes in the sizes {sizes}; not in {size!r}.")
        return RawComplaints(generate(cast(Size, size), seed), f"synthetic/{size}/{seed}")
    if kind == "hub":
        return read_hub(name or DEFAULT_NAME, hub)
    if is_table(source):
        return read_file(Path(source), without_sources)
    raise DataError(
        f"There is no data source {source!r}. Pass synthetic, hub, hub:<owner>/<name>, or a .parquet or .csv file."
    )


def split(frame: pd.DataFrame, report: MergeReport | None = None) -> Complaints:
    """The fixed split of a cleaned frame (text, label); `paribus.data.split` has its rule.

    ``report`` is what `merge_labels` returned with it; without one the frame is taken as it stands.
    """
    return make_split(frame, MergeReport.of_clean(frame) if report is None else report)


def load(
    source: str = "synthetic",
    *,
    size: str = "full",
    seed: int = SHIPPED_SEED,
    without_sources: tuple[str, ...] = (),
) -> Complaints:
    """Read, clean and split in one call; asked again in the same process, it answers at once."""
    path = Path(source)
    version = path.stat().st_mtime_ns if is_table(source) and path.is_file() else 0
    return _load(source, size, seed, tuple(without_sources), version)


@lru_cache(maxsize=4)
def _load(source: str, size: str, seed: int, without_sources: tuple[str, ...], _version: int) -> Complaints:
    raw = load_raw(source, size=size, seed=seed, without_sources=without_sources)
    return split(*merge_labels(raw))
