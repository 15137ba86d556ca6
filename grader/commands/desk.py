"""`paribus desk`: a local page on which a person decides what grading left open."""

import argparse
import getpass
import webbrowser
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from paribus.cli import Command
from paribus.errors import UsageError

if TYPE_CHECKING:
    from grader.desk.pages import Pages
    from grader.desk.session import Session

HOST, PORT = "127.0.0.1", 8766


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("out", type=Path, metavar="OUT", help="the --out of a finished `paribus grade`")
    parser.add_argument(
        "--submissions", type=Path, metavar="PATH", help="what was handed in, where it was moved since"
    )
    parser.add_argument(
        "--release",
        action="append",
        type=Path,
        default=[],
        metavar="DIR",
        help="the release folder, where it was moved",
    )
    parser.add_argument("--name", default="", help="who decides (default: your name on this machine)")
    parser.add_argument("--blind", action="store_true", help="show no student's name")
    parser.add_argument(
        "--port", type=int, default=PORT, metavar="N", help="where it listens (default %(default)s)"
    )
    parser.add_argument("--no-browser", action="store_true", help="print the address and open nothing")
    parser.add_argument(
        "--requests", type=Path, metavar="PATH",
        help="take in students' requests to look again: a file, a folder, or Moodle's zip of them",
    )  # fmt: skip
    parser.add_argument(
        "--disagreements", action="store_true", help="print how often people agreed with each check, and end"
    )
    parser.add_argument(
        "--full-points",
        metavar="QUESTION[:CHECK]",
        help="give everyone full points for a question, or for one of its checks, and end; needs --because",
    )
    parser.add_argument("--because", default="", metavar="REASON", help="the reason, as students read it")
    parser.add_argument(
        "--take-back", metavar="QUESTION[:CHECK]", help="take back what --full-points gave everyone, and end"
    )


def run(arguments: argparse.Namespace) -> int:
    """Serve until Ctrl-C; decisions are written one by one, so nothing waits to be saved."""
    if not 0 <= arguments.port <= 65_535:
        raise UsageError(f"--port {arguments.port} is no port. Give a number from 1024 to 65535.")
    from grader.desk.folder import DeskFolder
    from grader.desk.pages import Pages
    from grader.desk.session import Session

    folder = DeskFolder(arguments.out, arguments.submissions, arguments.release)
    session = Session(folder, arguments.name or getpass.getuser(), blind_names=arguments.blind)
    if arguments.full_points is not None or arguments.take_back is not None:
        print(settle_for_everyone(session, arguments))
        return 0
    pages = Pages(session)
    if arguments.requests is not None:
        take_in(session, arguments.requests)
    if arguments.disagreements:
        print_rates(pages)
        return 0
    from grader.desk.app import listening, make_app, new_token

    pages.prepare()
    token = new_token()
    with ExitStack() as stack:
        try:
            held = stack.enter_context(listening(make_app(pages, token), HOST, arguments.port))
        except OSError as error:
            raise UsageError(
                f"port {arguments.port} cannot be used ({error.strerror}). Choose another with --port."
            ) from error
        port, serve = held
        address = f"http://{HOST}:{port}/?token={token}"
        waiting = session.progress()
        print(f"{waiting.open} answers wait for a person; {waiting.done} were decided at the desk.")
        print(f"Open {address}\nCtrl-C ends the desk. Everything that was decided is kept.", flush=True)
        if not arguments.no_browser:
            webbrowser.open(address)
        serve()
    print("\nThe desk is closed. `paribus grade … --collect` brings the decisions into feedback and worksheet.")
    return 0


def settle_for_everyone(session: "Session", arguments: argparse.Namespace) -> str:
    """Give full points, or take them back; returns what was done."""
    from grader.desk.full_points import give_full_points, take_back_full_points

    collect = "`paribus grade … --collect` brings it into feedback and worksheet."
    if arguments.take_back is not None:
        back = take_back_full_points(session, arguments.take_back)
        return f"Full points for {arguments.take_back} were taken back for {back} submissions. {collect}"
    new, had = give_full_points(session, arguments.full_points, arguments.because)
    also = f"; {had} had them" if had else ""
    return f"Full points for {arguments.full_points} were given to {new} submissions{also}. {collect}"


def take_in(session: "Session", path: Path) -> None:
    """Take requests in, and name each file that holds none."""
    from grader.desk.requests import read_requests

    if not path.exists():
        raise UsageError(f"{path} does not exist. Name the file or folder with the students' requests.")
    requests, problems = read_requests(path, session.folder.batch.works)
    new = session.folder.store.ask(requests)
    print(f"{new} new requests to look again, {len(requests) - new} known already.")
    for problem in problems:
        print(f"note  {problem}")


def print_rates(pages: "Pages") -> None:
    """A line a check: people who knew its word, and the sample that did not."""
    found = pages.rates()
    if not found:
        print("Nobody has decided about a check yet.")
        return
    print(
        f"{'check':<34} {'wrong in the sample':>20} {'95 %':>9}   confirmed raised lowered {'overturned, 95 %':>18}"
    )
    for one in found:
        seen = one.confirmed + one.raised + one.lowered
        print(
            f"{one.check:<34} {f'{one.wrong} of {one.of}':>20} {percent(one.interval, one.of):>9} "
            f"{one.confirmed:>11} {one.raised:>6} {one.lowered:>7} {percent(one.overturned, seen):>18}"
        )


def percent(interval: tuple[float, float], of: int) -> str:
    """An interval in per cent; a dash where it rests on nothing."""
    return f"{100 * interval[0]:.0f}–{100 * interval[1]:.0f} %" if of else "–"


COMMAND = Command("desk", "decide what grading left open, on a local page", "paribus desk graded", configure, run)
