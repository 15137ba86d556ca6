"""`paribus canvas`: fetch submissions from a Canvas site, and push grades back, without any download by hand."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from grader.commands.exchange import add_arguments, counting, push_back, tell_fetched, token_for
from paribus.cli import Command
from paribus.errors import UsageError

if TYPE_CHECKING:
    from grader.lms.canvas.web.site import Site

TOKEN = "PARIBUS_CANVAS_TOKEN"  # noqa: S105 - the variable's name


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_arguments(parser)
    parser.add_argument(
        "--canvas",
        metavar="ADDRESS",
        help="fetch: the assignment's address, like https://canvas.example/courses/12/assignments/345",
    )


def run(arguments: argparse.Namespace) -> int:
    """Fetch or push; 0 only where everybody got theirs."""
    return _fetch(arguments) if arguments.what == "fetch" else _push(arguments)


def _fetch(arguments: argparse.Namespace) -> int:
    from grader.lms.canvas.web.fetch import SHEET, fetch
    from grader.lms.canvas.web.site import read_address

    if not arguments.canvas:
        raise UsageError("say which assignment: --canvas with its address, as the browser shows it.")
    url, course, assignment = read_address(arguments.canvas)
    found = fetch(open_site(url), course, assignment, arguments.folder, counting("fetching"))
    tell_fetched(found, arguments.folder, f"--gradebook {arguments.folder / SHEET}")
    return 0


def _push(arguments: argparse.Namespace) -> int:
    from grader.lms.canvas.web.fetch import read_fetched
    from grader.lms.canvas.web.service import CanvasService

    fetched: Path | None = arguments.fetched
    if fetched is None:
        raise UsageError("say what was fetched: --fetched with the folder that `paribus canvas fetch` filled.")
    record, task = read_fetched(fetched)
    service = CanvasService(open_site(record.site), task)
    return push_back(service, record.rows, arguments.folder, dry=arguments.dry_run)


def open_site(url: str) -> "Site":
    """The site with the token from the environment, else from the keyring."""
    from grader.lms.canvas.web.site import Site

    return Site(url, token_for(TOKEN, url))


COMMAND = Command(
    "canvas", "fetch from a Canvas site, and push grades back",
    "paribus canvas fetch handed_in --canvas https://canvas.example/courses/12/assignments/345", configure, run,
)  # fmt: skip
