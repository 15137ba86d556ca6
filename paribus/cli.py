"""The command `paribus`: parse, one library call, translate exceptions.

The instructor's commands come from the rooms above by entry points (group ``paribus.commands``), so that
no arrow runs back up: each entry is a module with ``commands() -> Sequence[Command]``.
"""

import argparse
import contextvars
import importlib
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import NoReturn

import paribus
from paribus.course.near import did_you_mean
from paribus.display.console import speak_plainly
from paribus.display.startup import skip_address_grammar
from paribus.errors import ParibusError, UsageError

GROUP = "paribus.commands"
ONLY_UNIX = ("fcntl", "resource")
"""Modules of Python's library that Windows lacks; students' notebooks and `paribus check` need neither."""


@dataclass(frozen=True)
class Command:
    """One subcommand. ``configure`` adds arguments, ``run`` does the work and returns the exit status.

    ``example`` is a line that can be typed as it is; the help text ends with it. Where it holds ``{week}`` and
    the like, ``names`` says what a course calls them.
    """

    name: str
    summary: str
    example: str
    configure: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace], int]
    names: Callable[[], Mapping[str, str]] = dict

    def filled_example(self) -> str:
        """The example with the names that it asks for."""
        return self.example.format(**self.names())


class _Parser(argparse.ArgumentParser):
    """A command's parser: its example is filled in where somebody reads it, and not before."""

    command: Command

    def format_help(self) -> str:
        """The help text with the example."""
        self.epilog = f"Example:\n  {self.command.filled_example()}"
        return super().format_help()


def find_commands() -> list[Command]:
    """All commands of the rooms that are installed, by name.

    A student's wheel has one of them: `paribus check`.
    """
    found: list[Command] = []
    for point in sorted(entry_points(group=GROUP), key=lambda item: item.name):
        found.extend(importlib.import_module(point.value).commands())
    return sorted(found, key=lambda command: command.name)


def build_parser(commands: Sequence[Command]) -> argparse.ArgumentParser:
    """The parser of `paribus` with one subparser a command."""
    parser = argparse.ArgumentParser(
        prog="paribus",
        description="Generate the notebooks of an applied machine-learning course; grade what comes back.",
        epilog="`paribus COMMAND --help` shows a command's options and an example.",
    )
    parser.add_argument("--version", action="version", version=f"paribus {paribus.__version__}")
    subparsers = parser.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=_Parser)
    for command in commands:
        subparser = subparsers.add_parser(
            command.name,
            help=command.summary,
            description=command.summary,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        subparser.command = command
        command.configure(subparser)
        subparser.set_defaults(run=command.run, parser=subparser)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. 0: what it promises was done; 1: it was not; 2: wrong usage; 130: interrupted."""
    try:
        try:
            return _run(arguments)
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads our lines has enough, such as `head`. Nothing more is written, the last flush included.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _run(arguments: Sequence[str] | None) -> int:
    skip_address_grammar()
    speak_plainly((sys.stdout, sys.stderr))
    commands = find_commands()
    parser = build_parser(commands)
    _require_command(parser, sys.argv[1:] if arguments is None else arguments, [item.name for item in commands])
    parsed = parser.parse_args(arguments)
    try:
        # What a command knows of its course ends with it.
        return int(contextvars.copy_context().run(parsed.run, parsed))
    except UsageError as error:
        _refuse(parsed.parser, str(error))
    except ModuleNotFoundError as error:
        if error.name not in ONLY_UNIX:
            raise
        told = f"this command needs Linux or macOS, as Python has no {error.name} here. On Windows type it in WSL."
        print(f"paribus {parsed.command}: {told}", file=sys.stderr)
        return 1
    except ParibusError as error:
        print(f"paribus {parsed.command}: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(
            f"\nparibus {parsed.command}: interrupted. What was finished is kept; "
            "run the same command again to go on.",
            file=sys.stderr,
        )
        return 130


def _require_command(parser: argparse.ArgumentParser, arguments: Sequence[str], known: Sequence[str]) -> None:
    """Refuse a command that there is none of, with the one that was probably meant."""
    first = next(iter(arguments), "-")
    if not first.startswith("-") and first not in known:
        near = did_you_mean(first, known)
        _refuse(parser, f"there is no command {first!r}.{near} `paribus --help` lists {', '.join(known)}.")


def _refuse(parser: argparse.ArgumentParser, message: str) -> NoReturn:
    """Say what was wrong and what to type instead, and exit with 2."""
    parser.error(message)


if __name__ == "__main__":
    sys.exit(main())
