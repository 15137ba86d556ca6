"""paribus, *ceteris paribus*: all else equal. What a student's notebook imports."""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from paribus.notebook import begin as begin

_SUBMODULES = frozenset(
    {"commitment", "comparison", "data", "diagnosis", "evidence", "experiment", "figures", "intervals", "metrics",
     "models", "notebook", "profiles", "selfcheck", "statistics", "training", "zoo"}
)  # fmt: skip


def __getattr__(name: str) -> ModuleType | Any:  # noqa: ANN401 - a module's attributes have no one type
    """Import a room when it is first named, so that `import paribus` costs nothing."""
    if name == "begin":
        return import_module("paribus.notebook").begin
    if name in _SUBMODULES:
        return import_module(f"paribus.{name}")
    raise AttributeError(f"module 'paribus' has no attribute {name!r}")
