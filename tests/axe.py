"""`make axe`: what axe-core finds on the desk, a feedback page and the report, at two widths, in light and dark.

axe-core comes from npm in a pinned version, into build/axe; nothing of it is kept in the project.
"""

import subprocess
import tarfile
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from grader.desk.app import listening, make_app, new_token
from grader.desk.folder import DeskFolder
from grader.desk.pages import Pages
from grader.desk.session import Session
from paribus.cli import main as main_command
from tests.robust.browser import open_browser
from tests.robust.small_class import command, make_class

VERSION = "4.14.1"
FOLDER = Path("build") / "axe"
SERIOUS = frozenset({"serious", "critical"})
WIDTHS, SCHEMES = (1280, 390), ("light", "dark")
_RUN = """
const done = arguments[0];
axe.run().then((found) => done(found.violations.map(
  (one) => [one.impact, one.id, one.nodes.length, one.nodes[0].html.slice(0, 120)])));
"""


def script() -> str:
    """axe-core's source, fetched once."""
    archive = FOLDER / f"axe-core-{VERSION}.tgz"
    if not archive.is_file():
        FOLDER.mkdir(parents=True, exist_ok=True)
        subprocess.run(["npm", "pack", f"axe-core@{VERSION}"], cwd=FOLDER, check=True, capture_output=True)
    with tarfile.open(archive) as packed:
        member = packed.extractfile("package/axe.min.js")
        if member is None:
            raise SystemExit(f"{archive} holds no axe.min.js. Delete it and run again.")
        return member.read().decode()


def main() -> int:
    """Open every page, print what axe finds; 1 where something is serious or critical."""
    source = script()
    with tempfile.TemporaryDirectory() as name:
        room = Path(name)
        make_class(room, 6)
        if main_command(command(room, room / "out", "--json")):
            return 1
        session = Session(DeskFolder(room / "out"), "Ada")
        token = new_token()
        with listening(make_app(Pages(session), token), "127.0.0.1", 0) as (port, serve), open_browser() as browser:
            threading.Thread(target=serve, daemon=True).start()
            browser.execute_cdp_cmd("Page.setBypassCSP", {"enabled": True})
            browser.get(f"http://127.0.0.1:{port}/?token={token}")
            found = list(_all(browser, source, _pages(room / "out", session, port)))
    for where, (impact, rule, count, where_html) in found:
        print(f"{where}: {impact} {rule} ({count}) {where_html}")  # noqa: T201 - what a person reads
    serious = sum(one[0] in SERIOUS for _, one in found)
    print(f"{serious} serious or critical, {len(found) - serious} others")  # noqa: T201
    return 1 if serious else 0


def _pages(out: Path, session: Session, port: int) -> list[str]:
    place = session.first_of("trade_off") or ("", "")
    base = f"http://127.0.0.1:{port}"
    desk = ["/", f"/decide/{place[0]}/{place[1]}", f"/decide/{place[0]}/whole", f"/notebook/{place[0]}", "/rates"]
    files = [out / "report.html", out / "feedback" / f"{place[0]}.html"]
    return [*(base + page for page in desk), *(path.resolve().as_uri() for path in files)]


def _all(browser: Any, source: str, pages: list[str]) -> Iterator[tuple[str, list[Any]]]:
    for width in WIDTHS:
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        for scheme in SCHEMES:
            media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
            browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
            for page in pages:
                browser.get(page)
                browser.execute_script(source)
                for one in browser.execute_async_script(_RUN):
                    yield f"{page.rpartition('/')[2] or 'overview'} {width} {scheme}", one


if __name__ == "__main__":
    raise SystemExit(main())
