"""Smaller models and what they cost: INT8, weight-only codes, pruning, size on disk, latency with its spread.

Importing this costs nothing: torch comes in with the first part that needs it.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from paribus.compression.available import engines as engines
    from paribus.compression.available import require as require
    from paribus.compression.depth import shallower as shallower
    from paribus.compression.int8 import dynamic_int8 as dynamic_int8
    from paribus.compression.latency import Latency as Latency
    from paribus.compression.latency import one_by_one as one_by_one
    from paribus.compression.latency import side_by_side as side_by_side
    from paribus.compression.remembered import measured_once as measured_once
    from paribus.compression.size import size_mb as size_mb
    from paribus.compression.size import zipped_mb as zipped_mb
    from paribus.compression.weight_only import coded as coded
    from paribus.compression.weight_only import pruned as pruned
    from paribus.compression.weight_only import rounded as rounded
    from paribus.records.environment import place as place

_HOMES = {
    "Latency": "latency",
    "coded": "weight_only",
    "dynamic_int8": "int8",
    "engines": "available",
    "measured_once": "remembered",
    "one_by_one": "latency",
    "place": "latency",
    "pruned": "weight_only",
    "require": "available",
    "rounded": "weight_only",
    "shallower": "depth",
    "side_by_side": "latency",
    "size_mb": "size",
    "zipped_mb": "size",
}


def __getattr__(name: str) -> Any:  # a module's attributes have no one type
    """Import a part's module when the part is first named."""
    if name not in _HOMES:
        raise AttributeError(f"module 'paribus.compression' has no attribute {name!r}")
    return getattr(import_module(f"paribus.compression.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    """What a student sees on pressing tab."""
    return sorted(_HOMES)
