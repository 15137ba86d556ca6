"""The generator's commands, found by `paribus.cli` through the entry point ``generator.commands``."""

from collections.abc import Sequence
from importlib import import_module

from paribus.cli import Command

# One module a command, each with a `COMMAND`; they import heavy libraries only when they run.
NAMES = ("new", "preview", "build", "release", "run", "publish", "rehearse", "zoo", "quiz", "demo", "docs")


def commands() -> Sequence[Command]:
    """Every command of this room."""
    return tuple(import_module(f"generator.commands.{name}").COMMAND for name in NAMES)
