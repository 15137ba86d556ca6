"""A real Chromium, a canary that hears whoever calls home, a real Jupyter server; all on loopback."""

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome") or ""
DRIVER = shutil.which("chromedriver") or ""
ARGUMENTS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync",
    "--disable-component-update", "--no-first-run", "--disable-dev-shm-usage",
    # Nothing but this machine has an address.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)  # fmt: skip


@contextmanager
def open_browser() -> Iterator[Any]:
    """A headless Chromium that logs every request."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in ARGUMENTS:
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
    options.set_capability("unhandledPromptBehavior", "ignore")
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    driver.set_page_load_timeout(60)
    try:
        yield driver
    finally:
        driver.quit()


def requested(driver: Any) -> list[str]:
    """The addresses that were asked for since the last call."""
    events = (json.loads(entry["message"])["message"] for entry in driver.get_log("performance"))
    return [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]


@dataclass(frozen=True)
class Canary:
    """A server that attacks would reach; ``heard`` are the paths that somebody asked for."""

    port: int
    heard: list[str]


@contextmanager
def open_canary() -> Iterator[Canary]:
    """Listen on loopback."""
    heard: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # http.server's name
            heard.append(self.path)
            self.send_response(204)
            self.end_headers()

        do_POST = do_GET  # noqa: N815  # http.server's name

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Canary(server.server_address[1], heard)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def open_formgrader(out: Path, scratch: Path, app: str = "lab") -> Iterator[str]:
    """`jupyter lab` (or notebook) in a graded folder, as docs/grading.md says; gives formgrader's address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    home = {name: str(scratch / name.lower()) for name in ("HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR")}
    command = [
        sys.executable, "-m", "jupyter", app, "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.port={port}", "--IdentityProvider.token=", "--ServerApp.port_retries=0",
    ]  # fmt: skip
    environment = {**os.environ, **home, "JUPYTER_PLATFORM_DIRS": "1"}
    path = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    with (scratch / "server.log").open("wb") as log:
        server = subprocess.Popen(command, cwd=out, env={**environment, "PATH": path}, stdout=log, stderr=log)
    try:
        address = f"http://127.0.0.1:{port}/formgrader"
        _wait_for(address, scratch / "server.log")
        yield address
    finally:
        server.terminate()
        server.wait(timeout=30)


def _wait_for(address: str, log: Path) -> None:
    for _ in range(240):
        try:
            with urllib.request.urlopen(address, timeout=10):  # noqa: S310  # loopback
                return
        except OSError:
            time.sleep(0.5)
    raise AssertionError(f"formgrader does not answer:\n{log.read_text()}")


def formgrader_pages(address: str, assignment: str) -> dict[str, str]:
    """Every submission's page, by nbgrader's student."""
    place = f"{address}/api/submitted_notebooks/{assignment}/{assignment}"
    with urllib.request.urlopen(place, timeout=60) as answer:  # noqa: S310  # loopback
        return {item["student"]: f"{address}/submissions/{item['id']}/" for item in json.loads(answer.read())}
