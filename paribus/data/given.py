"""Files that came with a notebook, found where each platform puts them."""

from collections.abc import Sequence
from pathlib import Path

from paribus.errors import DataError
from paribus.hosts.known import folders


def find_file(name: str, places: Sequence[Path] | None = None) -> Path:
    """A file that came with the notebook: beside it, or below ``places``, by default where hosts put files.

    DataError says where to put it. Of several below one place the first by path counts.
    """
    for place in (Path(), *folders()) if places is None else places:
        found = sorted(place.glob(f"**/{name}")) if place.is_absolute() else [place / name]
        if found and found[0].is_file():
            return found[0]
    raise DataError(
        f"There is no {name} beside this notebook. Put the file that came with it there, and run again."
    )
