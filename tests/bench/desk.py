"""`make desk-bench`: a simulated grader goes through a class with the desk's own keys, in Chromium.

    python -m tests.bench.desk --students 100 --large 2000

For the class of 100: key presses a decision, and how long each page took from the key to the drawn page. For the
large folder: the same for the first pages, with the same machine and browser, so that the two can be compared.
"""

import argparse
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from grader.desk.app import listening, make_app, new_token
from grader.desk.folder import DeskFolder
from grader.desk.pages import Pages
from grader.desk.session import Session
from paribus.cli import main as main_command
from tests.robust.browser import open_browser
from tests.robust.small_class import command, make_class

FEW = 60
"""Pages that are measured of the large folder."""


def main() -> int:
    """Measure both folders and print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--students", type=int, default=100)
    parser.add_argument("--large", type=int, default=2000)
    arguments = parser.parse_args()
    for students, most in ((arguments.students, 10_000), (arguments.large, FEW)):
        if students:
            with tempfile.TemporaryDirectory() as name:
                _measure(Path(name), students, most)
    return 0


def _measure(folder: Path, students: int, most: int) -> None:
    make_class(folder, students)
    if main_command(command(folder, folder / "out", "--json")):
        raise SystemExit(1)
    begun = time.perf_counter()
    session = Session(DeskFolder(folder / "out"), "Ada")
    pages_of = Pages(session)
    pages_of.prepare()
    ready = time.perf_counter() - begun
    token = new_token()
    with listening(make_app(pages_of, token), "127.0.0.1", 0) as (port, serve), open_browser() as browser:
        threading.Thread(target=serve, daemon=True).start()
        browser.get(f"http://127.0.0.1:{port}/?token={token}")
        first = _page(browser)
        browser.get(f"http://127.0.0.1:{port}/next")
        keys, pages = _decide(browser, session, most)
    decided, ordered = len(session.folder.decisions()), sorted(pages)
    middle, high = statistics.median(ordered), ordered[int(0.95 * len(ordered))]
    print(  # noqa: T201 - what a person reads
        f"{students} submissions: ready after {ready:.1f} s; {decided} decisions, "
        f"{keys / max(decided, 1):.2f} keys each; overview {first:.0f} ms; {len(pages)} pages, median "
        f"{middle:.0f} ms, 95 % within {high:.0f} ms, slowest {ordered[-1]:.0f} ms"
    )


def _decide(browser: Any, session: Session, most: int) -> tuple[int, list[float]]:
    """Choose the first line and confirm, until nothing is open; how many keys, and each page's time."""
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import WebDriverWait

    keys = 0
    pages: list[float] = []
    while "/decide/" in browser.current_url and len(pages) < most and session.progress().open:
        begun = browser.execute_script("return performance.timeOrigin")
        for key in ("1", Keys.ENTER):
            browser.switch_to.active_element.send_keys(key)
            keys += 1
        WebDriverWait(browser, 60).until(_left(begun))
        pages.append(_page(browser))
    return keys, pages


def _left(begun: float) -> Callable[[Any], bool]:
    """Whether the browser is on another page than the one that began then."""
    return lambda driver: bool(driver.execute_script("return performance.timeOrigin") != begun)


_TIMING = """
const done = arguments[0];
const tell = () => done(performance.getEntriesByType("navigation")[0].duration);
if (document.readyState === "complete") { setTimeout(tell, 0); }
else { addEventListener("load", () => setTimeout(tell, 0)); }
"""


def _page(browser: Any) -> float:
    """Milliseconds from asking for the page to its being drawn whole."""
    return float(browser.execute_async_script(_TIMING))


if __name__ == "__main__":
    raise SystemExit(main())
