"""Zoos as an instructor writes them: recipes, the evidence they must show, and the statistics it speaks of."""

from pathlib import Path

from paribus.course.catalog import COURSE_FILE
from paribus.course.errors import ZooError
from paribus.course.zoo.recipes import Zoo, read_zoo
from paribus.errors import UsageError

ZOOS = {"week2": "week2/zoo.toml", "pathologies": "week3/pathologies.toml"}
"""Every zoo of the course: its name and its file beside course.toml."""

__all__ = ["ZOOS", "Zoo", "ZooError", "load_zoo", "read_zoo"]


def load_zoo(name: str, course_folder: Path | None = None) -> Zoo:
    """The zoo called ``name``; UsageError lists the zoos there are, ZooError says what is wrong with its file."""
    if name not in ZOOS:
        raise UsageError(f"There is no zoo called {name!r}. Zoos: {', '.join(ZOOS)}.")
    folder = course_folder if course_folder is not None else COURSE_FILE.parent
    return read_zoo(folder / ZOOS[name])
