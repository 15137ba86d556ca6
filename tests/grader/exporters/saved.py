"""Remake the pages that a browser saves of a notebook while it is being edited.

    .venv/bin/python -m tests.grader.exporters.saved
    .venv/bin/python -m tests.grader.exporters.saved --only notebook-6.5

Needs Chromium with its driver. Each server of `SERVERS` runs in an environment of its own below build/exporters,
made from the pins beside this file ("" is the environment that runs this script), and shows the executed notebook
of tests/grader/fixtures/exports. What the browser had drawn goes to tests/grader/fixtures/saved, without scripts
and styles, which say nothing of the cells. `tests/grader/test_saved_pages.py` picks up every file that it finds
there.
"""

import argparse
import json
import lzma
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from tests.grader.exporters.remake import FIXTURES, ROOT, environment_python

SAVED = FIXTURES.with_name("saved")
CELLS = "return document.querySelectorAll('.jp-Notebook .jp-Cell, .cell.code_cell').length"
# What "Save page as" writes of the page, without what does not belong to its cells; side panels show paths.
PAGE = """
const page = document.documentElement.cloneNode(true);
const icons = "svg:not(.output_svg svg, .jp-OutputArea-output svg)";
const others = `script:not([type^='math/tex']), style, link, meta, ${icons}, #jp-left-stack, #jp-right-stack`;
page.querySelectorAll(others).forEach((item) => item.remove());
return "<!DOCTYPE html>" + page.outerHTML;
"""
ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--window-size=1280,900",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
SETTLED = 10
"""Seconds after its first cell in which a page draws the others."""


@dataclass(frozen=True)
class Server:
    """One editor: its pins, the command that serves it, the path of a notebook's page, and JupyterLab's setting for
    how much of a notebook it draws.
    """

    name: str
    pins: str
    command: str
    path: str
    windowing: str = ""


SERVERS = (
    Server("jupyterlab-4.6", "", "lab", "lab/tree"),
    Server("jupyterlab-4.6-windowed", "", "lab", "lab/tree", "full"),
    Server("notebook-7.6", "", "notebook", "notebooks"),
    Server("jupyterlab-3.6", "jupyterlab-3.6.txt", "lab", "lab/tree"),
    Server("notebook-6.5", "notebook-6.5.txt", "notebook", "notebooks"),
)


@contextmanager
def serving(server: Server, folder: Path) -> Iterator[str]:
    """The address of a server that shows a folder's notebooks."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = folder / "settings" / "@jupyterlab" / "notebook-extension"
    settings.mkdir(parents=True)
    if server.windowing:
        wanted = json.dumps({"windowingMode": server.windowing})
        (settings / "tracker.jupyterlab-settings").write_text(wanted, encoding="utf-8")
    python = environment_python(server.pins)
    secrets = [f"--{app}.{name}=" for app in ("ServerApp", "NotebookApp") for name in ("token", "password")]
    command = [python, "-m", "jupyter", server.command, "--allow-root", "--no-browser", f"--port={port}", *secrets]
    environment = {
        **os.environ, "HOME": str(folder), "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTER_PLATFORM_DIRS": "1", "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}",
    }  # fmt: skip
    process = subprocess.Popen(command, cwd=folder, env=environment, stderr=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(120):
            with socket.socket() as door:
                if not door.connect_ex(("127.0.0.1", port)):
                    break
            time.sleep(1)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


def save(server: Server, notebook: Path) -> str:
    """The page that the browser shows of a notebook."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(notebook, folder)
        options = webdriver.ChromeOptions()
        for argument in (*ARGUMENTS, f"--user-data-dir={folder / 'chromium'}"):
            options.add_argument(argument)
        with (
            serving(server, folder) as address,
            webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver"))) as browser,
        ):
            browser.get(f"{address}/{server.path}/{notebook.name}")
            for _ in range(120):
                time.sleep(1)
                if browser.execute_script(CELLS):
                    break
            time.sleep(SETTLED)
            page = str(browser.execute_script(PAGE))
    page = page.replace(name, "/home/student").replace(Path(name).name, "student")
    if any(str(place) in page for place in (ROOT, sys.prefix)):
        raise SystemExit(f"{server.name} holds a path of this machine; take out what shows it.")
    return page


def main() -> None:
    """Save them all."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", metavar="SERVER", help="save from this one alone")
    arguments = parser.parse_args()
    SAVED.mkdir(parents=True, exist_ok=True)
    for server in SERVERS:
        if arguments.only in (None, server.name):
            target = SAVED / f"everything.{server.name}.html.xz"
            target.write_bytes(lzma.compress(save(server, FIXTURES / "everything.ipynb").encode()))
            print(f"{target.name}  {target.stat().st_size // 1024} kB")  # noqa: T201 - a script prints


if __name__ == "__main__":
    main()
