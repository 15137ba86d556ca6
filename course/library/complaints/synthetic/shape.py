"""How many complaints each raw label gets: shape.csv at full size, scaled for the smaller sizes."""

import csv
import math
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Literal

from complaints.merge import default_merge_map

Size = Literal["micro", "smoke", "full"]

# Classes below this many rows are there to be dropped by the audit; scaling leaves them as they are.
DROPPED_BELOW = 5
# The smallest class that survives the split with 4 training examples.
SMALLEST = 7
SMOKE_SCALE = 0.099
# Micro has every so-many-th class and the square root of its rows: still a tail, in a few hundred rows.
MICRO_CLASSES = 28


@dataclass(frozen=True)
class Shape:
    """One raw label: its family of stories, the class it belongs to after merging, and its number of rows."""

    label: str
    family: str
    canonical: str
    rows: int


@cache
def shape(size: Size) -> tuple[Shape, ...]:
    """Every raw label of the corpus at this size, the most frequent first."""
    text = files("complaints.synthetic").joinpath("shape.csv").read_text("utf-8")
    names = default_merge_map()
    full = tuple(
        Shape(row["label"], row["family"], names.get(row["label"], row["label"]), int(row["rows"]))
        for row in csv.DictReader(text.splitlines())
    )
    if size == "full":
        return full
    if size == "smoke":
        return tuple(_with_rows(item, item.rows * SMOKE_SCALE) for item in full)
    return _micro(full)


def _with_rows(item: Shape, rows: float) -> Shape:
    """The label with about so many rows, never below the smallest class that survives the split."""
    if item.rows < DROPPED_BELOW:
        return item
    return replace(item, rows=max(SMALLEST, round(rows)))


def _micro(full: tuple[Shape, ...]) -> tuple[Shape, ...]:
    """A few classes of every tier, two renamed labels and two to be dropped."""
    classes = [item for item in full if item.rows >= DROPPED_BELOW and item.canonical == item.label]
    step = len(classes) / MICRO_CLASSES
    kept = [classes[int(position * step)] for position in range(MICRO_CLASSES)]
    names = {item.label for item in kept}
    renamed = [item for item in full if item.canonical != item.label and item.canonical in names][:2]
    dropped = [item for item in full if item.rows < DROPPED_BELOW][:2]
    scaled = [_with_rows(item, math.sqrt(item.rows)) for item in [*kept, *renamed]]
    return tuple(sorted([*scaled, *dropped], key=lambda item: (-item.rows, item.label)))
