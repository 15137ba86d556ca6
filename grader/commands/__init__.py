"""The grader's commands, found by `paribus.cli` through the entry point ``grader.commands``."""

from collections.abc import Sequence
from importlib import import_module

from paribus.cli import Command

NAMES = ("audit", "check", "checks", "desk", "grade", "keep", "moodle", "term")


def commands() -> Sequence[Command]:
    """Every command of this room."""
    return tuple(import_module(f"grader.commands.{name}").COMMAND for name in NAMES)
