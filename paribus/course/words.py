"""A course's vocabulary.toml: words that its students use, added to those that the grader reads with.

[metrics]
pinball = ["perte quantile"]        what people call a metric

[runs]
forest = ["the trees", "la forêt"]  what people call a run whose name holds "forest"

[settings]
max_depth = ["depth of a tree"]     what people call a setting
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Any

from paribus.course.errors import CatalogError
from paribus.course.near import did_you_mean
from paribus.metrics.registry import Registry

TABLES = ("metrics", "settings", "runs", "arms", "baselines", "template", "placeholders", "sections", "sources")
"""What a course may add words to: lists of plain phrases."""
NEW_NAMES = ("settings", "runs")
"""Tables in which a course has names of its own; in the others it adds to ours, or to its own metrics."""

Words = Mapping[str, Mapping[str, tuple[str, ...]]]


def read_words(text: str, file: str, metrics: Registry) -> Words:
    """The words by table and name. CatalogError names ``file``, what was found and what was expected."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CatalogError(f"{file}: is no TOML ({error}).") from error
    return MappingProxyType({table: _lists(file, table, raw[table], metrics) for table in raw})


def _lists(file: str, table: str, lists: object, metrics: Registry) -> Mapping[str, tuple[str, ...]]:
    if table not in TABLES or not isinstance(lists, dict):
        expected = f"a table out of {', '.join(TABLES)}.{did_you_mean(table, TABLES)}"
        raise CatalogError(f"{file}: holds [{table}]; expected {expected}")
    known = [*_ours()[table], *(metrics.metrics if table == "metrics" else ())]
    for name, phrases in lists.items():
        if name not in known and table not in NEW_NAMES:
            near = did_you_mean(name, known)
            raise CatalogError(f"{file}: [{table}] holds {name!r}; expected one of {', '.join(known)}.{near}")
        if not isinstance(phrases, list) or not all(isinstance(item, str) and item.strip() for item in phrases):
            raise CatalogError(f"{file}: [{table}] {name} is {phrases!r}; expected a list of words.")
    return MappingProxyType({name: tuple(phrases) for name, phrases in lists.items()})


@cache
def _ours() -> Mapping[str, Any]:
    """The grader's own word lists, read as data: this room does not import the grader."""
    spec = find_spec("grader")
    folders = list(spec.submodule_search_locations or ()) if spec is not None else []
    return tomllib.loads((Path(folders[0]) / "reading" / "vocabulary.toml").read_text(encoding="utf-8"))
