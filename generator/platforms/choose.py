"""Which notebook platforms there are: the folders beside this module that hold a ``platform.py``."""

from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module
from importlib.resources import files

from generator.platforms.platform import Platform


@lru_cache(maxsize=1)
def platform_names() -> tuple[str, ...]:
    """Their names, in the order of the alphabet; nothing of them is imported."""
    folder = files("generator.platforms")
    return tuple(sorted(item.name for item in folder.iterdir() if item.joinpath("platform.py").is_file()))


@lru_cache(maxsize=1)
def platforms() -> Mapping[str, Platform]:
    """Every platform by its name."""
    return {name: import_module(f"generator.platforms.{name}.platform").PLATFORM for name in platform_names()}
