"""paribus, *ceteris paribus*: all else equal. What a student's notebook imports."""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from paribus.display.explore import explore as explore
    from paribus.experiments.notebook import begin as begin
    from paribus.training import models as models

_NAMES = {
    "arrays": "paribus.experiments.arrays",
    "baseline": "paribus.training.baseline",
    "comparison": "paribus.experiments.comparison",
    "compression": "paribus.compression",
    "data": "paribus.data",
    "diagnosis": "paribus.zoo.diagnosis",
    "earlier": "paribus.records.earlier",
    "experiments": "paribus.experiments",
    "figures": "paribus.figures",
    "figures_compression": "paribus.figures.compression",
    "figures_errors": "paribus.figures.errors",
    "figures_scores": "paribus.figures.scores",
    "figures_zoo": "paribus.figures.zoo",
    "intervals": "paribus.statistics.intervals",
    "kept": "paribus.experiments.arrays",
    "metrics": "paribus.metrics",
    "models": "paribus.training.models",
    "notebook": "paribus.experiments.notebook",
    "profiles": "paribus.training.profiles",
    "records": "paribus.records",
    "selfcheck": "paribus.selfcheck",
    "statistics": "paribus.statistics",
    "tracking": "paribus.training.tracking",
    "training": "paribus.training",
    "zoo": "paribus.zoo",
}
"""What a notebook imports with ``from paribus import …``, and where it is. These names stay when files move."""


def __getattr__(name: str) -> ModuleType | Any:  # a module's attributes have no one type
    """Import a room when it is first named, so that `import paribus` costs nothing."""
    if name == "explore":
        return import_module("paribus.display.explore").explore
    if name == "begin":
        return import_module("paribus.experiments.notebook").begin
    if name in _NAMES:
        return import_module(_NAMES[name])
    raise AttributeError(f"module 'paribus' has no attribute {name!r}")
