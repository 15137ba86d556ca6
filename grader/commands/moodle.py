"""`paribus moodle`: fetch submissions from a Moodle site, and push grades back, without any download by hand."""

import argparse
import importlib.util
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from paribus.cli import Command
from paribus.errors import UsageError

if TYPE_CHECKING:
    from grader.lms.moodle.web.push import Change
    from grader.lms.moodle.web.site import Site

TOKEN = "PARIBUS_MOODLE_TOKEN"  # noqa: S105 - the variable's name


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("what", choices=("fetch", "push"), help="fetch submissions, or push what was graded")
    parser.add_argument("folder", type=Path, metavar="DIR", help="fetch: where they go; push: a grading's --out")
    parser.add_argument("--moodle", metavar="URL", help="the site, like https://moodle.example (push: as fetched)")
    parser.add_argument("--id", type=int, metavar="N", help="fetch: the number in the assignment's address")
    parser.add_argument("--fetched", type=Path, metavar="DIR", help="push: the folder that was fetched")
    parser.add_argument("--state", default="", metavar="NAME", help="push: the workflow's state, like released")
    parser.add_argument("--dry-run", action="store_true", help="push: say what would change, and write nothing")


def run(arguments: argparse.Namespace) -> int:
    """Fetch or push; 0 only where everybody got theirs."""
    return _fetch(arguments) if arguments.what == "fetch" else _push(arguments)


def _fetch(arguments: argparse.Namespace) -> int:
    from grader.lms.moodle.web.fetch import FOLDER, SHEET, fetch

    if not arguments.moodle or arguments.id is None:
        raise UsageError("say which assignment: --moodle https://… and --id with the number in its address.")
    site = open_site(arguments.moodle)
    found = fetch(site, arguments.id, arguments.folder, _progress("fetching"))
    print(f"{found.files} files of {found.people} people, {found.known} of them fetched before.")
    print(
        f"Grade them with `paribus grade {arguments.folder / FOLDER} --worksheet {arguments.folder / SHEET} "
        "--assignment NAME --out graded`."
    )
    return 0


def _push(arguments: argparse.Namespace) -> int:
    from grader.lms.moodle.web.fetch import RECORD, read_record
    from grader.lms.moodle.web.push import plan, push, read_journal, read_mine

    if arguments.fetched is None:
        raise UsageError("say what was fetched: --fetched with the folder that `paribus moodle fetch` filled.")
    url, activity, rows = read_record(arguments.fetched / RECORD)
    mine = read_mine(arguments.folder)
    site = open_site(arguments.moodle or url)
    changes = plan(
        rows, mine, site.grades(activity), site.locked(activity), read_journal(arguments.folder), activity
    )
    _tell(changes)
    kept = [change for change in changes if change.why and change.why != "pushed already"]
    if arguments.dry_run:
        print("Nothing was written (--dry-run).")
        return 0
    done = push(site, activity, changes, arguments.folder, state=arguments.state, progress=_progress("pushing"))
    print(f"{done} people got their grade, comment and feedback page.")
    return 1 if kept else 0


def open_site(url: str) -> "Site":
    """The site with the token from the environment, else from the keyring."""
    from grader.lms.moodle.web.send import Send
    from grader.lms.moodle.web.site import Site

    return Site(url, os.environ.get(TOKEN) or _from_keyring(url), Send())


def _from_keyring(url: str) -> str:
    if importlib.util.find_spec("keyring") is None:
        return ""
    import keyring

    return str(keyring.get_password("paribus", url) or "")


def _tell(changes: "tuple[Change, ...]") -> None:
    """A line a person: what is, what would be, or what keeps it."""
    for change in changes:
        before = "–" if change.before is None else f"{change.before:g}"
        after = "open" if change.mine.grade is None else f"{change.mine.grade:g}"
        print(
            f"{change.row.number:>8}  {before:>7} → {after:<7} {f'left alone: {change.why}' if change.why else ''}"
        )


def _progress(words: str) -> Callable[[int, int], None]:
    def tell(done: int, total: int) -> None:
        print(f"\r{words} {done} of {total}", end="\n" if done == total else "", flush=True)

    return tell


COMMAND = Command(
    "moodle", "fetch from a Moodle site, and push grades back",
    "paribus moodle fetch handed_in --moodle https://moodle.example --id 42", configure, run,
)  # fmt: skip
