"""`paribus moodle`: fetch submissions from a Moodle site, and push grades back, without any download by hand."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from grader.commands.exchange import add_arguments, counting, push_back, tell_fetched, token_for
from paribus.cli import Command
from paribus.errors import UsageError

if TYPE_CHECKING:
    from grader.lms.moodle.web.site import Site

TOKEN = "PARIBUS_MOODLE_TOKEN"  # noqa: S105 - the variable's name


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_arguments(parser)
    parser.add_argument("--moodle", metavar="URL", help="the site, like https://moodle.example (push: as fetched)")
    parser.add_argument("--id", type=int, metavar="N", help="fetch: the number in the assignment's address")
    parser.add_argument("--state", default="", metavar="NAME", help="push: the workflow's state, like released")


def run(arguments: argparse.Namespace) -> int:
    """Fetch or push; 0 only where everybody got theirs."""
    return _fetch(arguments) if arguments.what == "fetch" else _push(arguments)


def _fetch(arguments: argparse.Namespace) -> int:
    from grader.lms.moodle.web.fetch import SHEET, fetch

    if not arguments.moodle or arguments.id is None:
        raise UsageError("say which assignment: --moodle https://… and --id with the number in its address.")
    found = fetch(open_site(arguments.moodle), arguments.id, arguments.folder, counting("fetching"))
    tell_fetched(found, arguments.folder, f"--worksheet {arguments.folder / SHEET}")
    return 0


def _push(arguments: argparse.Namespace) -> int:
    from grader.lms.moodle.web.fetch import read_fetched
    from grader.lms.moodle.web.service import MoodleService

    fetched: Path | None = arguments.fetched
    if fetched is None:
        raise UsageError("say what was fetched: --fetched with the folder that `paribus moodle fetch` filled.")
    record, activity = read_fetched(fetched)
    service = MoodleService(open_site(arguments.moodle or record.site), activity, arguments.state)
    return push_back(service, record.rows, arguments.folder, dry=arguments.dry_run)


def open_site(url: str) -> "Site":
    """The site with the token from the environment, else from the keyring."""
    from grader.lms.moodle.web.send import Send
    from grader.lms.moodle.web.site import Site

    return Site(url, token_for(TOKEN, url), Send())


COMMAND = Command(
    "moodle", "fetch from a Moodle site, and push grades back",
    "paribus moodle fetch handed_in --moodle https://moodle.example --id 42", configure, run,
)  # fmt: skip
