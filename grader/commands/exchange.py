"""What `paribus moodle` and `paribus canvas` share: arguments, the token, and what a push says and does."""

import argparse
import importlib.util
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from grader.lms.exchange.record import Fetched
    from grader.lms.exchange.values import Change, Row, Service


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what both commands take."""
    parser.add_argument("what", choices=("fetch", "push"), help="fetch submissions, or push what was graded")
    parser.add_argument("folder", type=Path, metavar="DIR", help="fetch: where they go; push: a grading's --out")
    parser.add_argument("--fetched", type=Path, metavar="DIR", help="push: the folder that was fetched")
    parser.add_argument("--dry-run", action="store_true", help="push: say what would change, and write nothing")


def token_for(variable: str, url: str) -> str:
    """The token from the environment, else from the keyring, else ""; it is in no file of the course."""
    if (found := os.environ.get(variable)) or importlib.util.find_spec("keyring") is None:
        return found or ""
    import keyring

    return str(keyring.get_password("paribus", url) or "")


def tell_fetched(found: "Fetched", folder: Path, table: str) -> None:
    """What was fetched, and what to type next."""
    from grader.lms.exchange.record import REQUESTS, SUBMISSIONS

    print(f"{found.files} files of {found.people} people, {found.known} of them fetched before.")
    if found.requests:
        asks = "1 message asks" if found.requests == 1 else f"{found.requests} messages ask"
        print(f"{asks} to look again: `paribus desk graded --requests {folder / REQUESTS}`.")
    print(f"Grade them with `paribus grade {folder / SUBMISSIONS} {table} --assignment NAME --out graded`.")


def push_back(service: "Service", rows: "Sequence[Row]", out: Path, *, dry: bool) -> int:
    """Say what would change, and change it unless ``dry``; 0 where nobody's grade was left alone."""
    from grader.lms.exchange.graded import read_mine
    from grader.lms.exchange.push import PUSHED_ALREADY, plan, push, read_journal

    changes = plan(service, rows, read_mine(out, service.maximum), read_journal(out, service.name))
    tell(changes)
    if dry:
        print("Nothing was written (--dry-run).")
        return 0
    done = push(service, changes, out, counting("pushing"))
    print(f"{done} people got their grade, comment and feedback page.")
    return 1 if any(change.why not in ("", PUSHED_ALREADY) for change in changes) else 0


def tell(changes: "Sequence[Change]") -> None:
    """A line a person: what is, what would be, or what keeps it."""
    for change in changes:
        before = "–" if change.before is None else f"{change.before:g}"
        after = "open" if change.mine.grade is None else f"{change.mine.grade:g}"
        said = f"left alone: {change.why}" if change.why else change.note
        print(f"{change.row.number:>8}  {before:>7} → {after:<7} {said}")


def counting(words: str) -> Callable[[int, int], None]:
    """A line that counts while something is fetched or pushed."""

    def tell(done: int, total: int) -> None:
        print(f"\r{words} {done} of {total}", end="\n" if done == total else "", flush=True)

    return tell
