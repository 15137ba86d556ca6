"""Complaints from a local parquet or CSV file."""

import re
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from complaints.corpus import RawComplaints
from paribus.data.files import read_table
from paribus.errors import DataError

TEXT_COLUMNS = ("complaint_text", "text", "consumer_complaint", "consumer_complaint_narrative")
ISSUE_COLUMNS = ("issue",)
SMALL = "synthetic"
"""The source that needs no file, as messages name it."""


def read_file(path: Path, without_sources: Iterable[str] = ()) -> RawComplaints:
    """The complaints of a .parquet or .csv file; ``source`` is the file's name, never its folder.

    ``without_sources`` leaves out rows whose column ``source`` is one of these, or starts with one of them
    and a slash. Raises DataError where the file is missing, unreadable, or lacks a column.
    """
    frame = pick_columns(read_table(path, SMALL), path.name)
    wanted = tuple(without_sources)
    if wanted:
        frame = _leave_out(frame, wanted, path.name)
    return RawComplaints(frame.drop(columns="source", errors="ignore"), path.name)


def pick_columns(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """The columns text and issue, and product, source and part where present, under these names.

    Column names are compared in lower case with every run of other characters as one underscore, so
    "Consumer Complaint" and "consumer_complaint" are the same.
    """
    known = {re.sub(r"[^a-z0-9]+", "_", str(column).lower()).strip("_"): column for column in frame.columns}
    text = next((known[column] for column in TEXT_COLUMNS if column in known), None)
    issue = next((known[column] for column in ISSUE_COLUMNS if column in known), None)
    if text is None or issue is None:
        raise DataError(
            f"{name} has the columns {', '.join(map(str, frame.columns)) or '(none)'}. Needed are the complaint "
            f"({' or '.join(TEXT_COLUMNS)}) and its label ({' or '.join(ISSUE_COLUMNS)}). Rename them."
        )
    chosen = {text: "text", issue: "issue"}
    chosen |= {known[column]: column for column in ("product", "source", "part") if column in known}
    return frame[list(chosen)].rename(columns=chosen)


def _leave_out(frame: pd.DataFrame, sources: tuple[str, ...], name: str) -> pd.DataFrame:
    """The rows of all other sources; every source named must occur."""
    if "source" not in frame.columns:
        raise DataError(f"{name} has no column source, so {', '.join(sources)} cannot be left out.")
    column = frame["source"].astype(str)
    for source in sources:
        matches = (column == source) | column.str.startswith(f"{source}/")
        if not matches.any():
            found = ", ".join(sorted(column.unique())[:20])
            raise DataError(f"{name} has no complaint from the source {source!r}. Its sources are: {found}.")
        frame, column = frame[~matches], column[~matches]
    return frame
