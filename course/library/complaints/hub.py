"""Complaints from the Hugging Face hub."""

import pandas as pd

from complaints.corpus import RawComplaints
from complaints.files import SMALL, pick_columns
from paribus.data.hub import HubError, HubLoader, load_from_hub

DEFAULT_NAME = "determined-ai/consumer_complaints_medium"
COPY = "a copy (.parquet or .csv with the columns complaint_text and issue)"


def read_hub(name: str, hub: HubLoader = load_from_hub) -> RawComplaints:
    """The complaints of a data set on the hub.

    Where its splits are exactly train and test, the column ``part`` keeps them apart, and its test stays the
    test; any other splits are put together and split anew. Raises DataError where it cannot be had.
    """
    try:
        splits = hub(name)
    except HubError as error:
        raise HubError(error.name, error.reason, COPY, SMALL) from error
    if not splits:
        raise HubError(name, "it has no splits", COPY, SMALL)
    frames = []
    for part in sorted(splits):
        frame = pick_columns(splits[part], f"{name} ({part})").drop(columns=["source", "part"], errors="ignore")
        frames.append(frame.assign(part=part) if set(splits) == {"train", "test"} else frame)
    return RawComplaints(pd.concat(frames, ignore_index=True), f"hub:{name}")
