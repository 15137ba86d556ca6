"""Clean labels: near-duplicate names become one, classes too small to learn are dropped, repeats are left out."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import pandas as pd

from complaints.corpus import RawComplaints
from complaints.report import Dropped, Merged, MergeReport
from paribus.data.texts import normalised
from paribus.errors import DataError

MINIMUM = 5


@cache
def default_merge_map() -> Mapping[str, str]:
    """Old label -> the label it became, for the complaint form's change of 2017 (merge_map.toml)."""
    raw = tomllib.loads(files("complaints").joinpath("merge_map.toml").read_text("utf-8"))
    return MappingProxyType({old: new for new, olds in raw["merge"].items() for old in olds})


def merge_labels(
    raw: RawComplaints,
    merge_map: Mapping[str, str] | None = None,
    minimum: int = MINIMUM,
    *,
    deduplicate: bool | None = None,
) -> tuple[pd.DataFrame, MergeReport]:
    """The complaints with clean labels (columns text, label, and part where the source has one), and the report.

    ``merge_map`` is old name -> new name, the shipped map unless given. Classes with fewer than ``minimum``
    complaints are dropped. Of complaints that are equal but for case and white space one is kept, under the
    class that most of them carry (ties: the first in the alphabet); ``deduplicate=None`` does so unless the
    source ships a test split of its own, whose published counts then stay true. Raises DataError where fewer
    than two classes are left.
    """
    names = default_merge_map() if merge_map is None else merge_map
    if deduplicate is None:
        deduplicate = "part" not in raw.frame.columns
    columns = ["text", "issue", *(["part"] if "part" in raw.frame.columns else [])]
    frame = raw.frame[columns].dropna(subset=["text", "issue"])
    text = frame["text"].astype(str).str.strip()
    issue = frame["issue"].astype(str).str.strip()
    filled = (text != "") & (issue != "")
    frame = frame.assign(text=text, issue=issue)[filled]
    frame = frame.assign(label=frame["issue"].map(lambda name: names.get(name, name)))

    raw_counts = frame["issue"].value_counts()
    merged = tuple(
        Merged(old, names[old], int(raw_counts[old])) for old in sorted(raw_counts.index) if old in names
    )
    unique, repeated, conflicting = _without_repeats(frame)
    duplicates = repeated if deduplicate else 0
    if deduplicate:
        frame = unique
    counts = frame["label"].value_counts()
    small = counts[counts < minimum]
    largest_first = sorted(small.items(), key=lambda item: (-item[1], item[0]))
    dropped = tuple(Dropped(str(label), int(rows)) for label, rows in largest_first)
    kept = frame[~frame["label"].isin(small.index)]
    classes = int(kept["label"].nunique())
    if classes < 2:
        raise DataError(
            f"{raw.source} has {classes} class(es) with at least {minimum} complaints; a classifier needs two. "
            "Pass more complaints, or a smaller minimum."
        )
    report = MergeReport(
        source=raw.source,
        raw_labels=len(raw_counts),
        merged_labels=int(frame["label"].nunique()),
        classes=classes,
        raw_rows=len(raw.frame),
        rows=len(kept),
        minimum=minimum,
        merged=merged,
        dropped=dropped,
        empty=len(raw.frame) - int(filled.sum()),
        duplicates=duplicates,
        duplicates_kept=repeated - duplicates,
        conflicting=conflicting,
    )
    return kept[["text", "label", *columns[2:]]].reset_index(drop=True), report


def _without_repeats(frame: pd.DataFrame) -> tuple[pd.DataFrame, int, int]:
    """One row a text, how many rows went, and how many texts stood under several labels; any row order."""
    keyed = frame.assign(key=frame["text"].map(normalised))
    repeats = keyed[keyed["key"].duplicated(keep=False)]
    if repeats.empty:
        return frame, 0, 0
    votes = repeats.groupby(["key", "label"], sort=True).size().rename("votes").reset_index()
    conflicting = int(votes["key"].duplicated(keep=False).groupby(votes["key"]).any().sum())
    winner = votes.sort_values(["key", "votes", "label"], ascending=[True, False, True], kind="stable")
    chosen = winner.drop_duplicates("key").set_index("key")["label"]
    # Among rows equal but for case and white space the smallest text stays, so that row order does not matter.
    ordered = keyed.sort_values(["key", "text"], kind="stable").drop_duplicates("key")
    ordered = ordered.assign(label=ordered["key"].map(chosen).fillna(ordered["label"]))
    return ordered.sort_index()[frame.columns], len(frame) - len(ordered), conflicting
