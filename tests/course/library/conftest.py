"""What several data tests need: where the real complaints lie, and a hub on this machine's loopback."""

import hashlib
import json
import os
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import complaints
from complaints import Complaints

REVISION = "0123456789abcdef0123456789abcdef01234567"


class LoopbackHub(ThreadingHTTPServer):
    """Serves the files of data sets the way the hub's API and its resolve addresses do."""

    daemon_threads = True

    def __init__(self, datasets: Mapping[str, Mapping[str, bytes]]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.datasets = datasets
        self.requested: list[str] = []

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: LoopbackHub
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class calls it so
        """Say nothing; the tests read `requested`."""

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._answer(body)

    def do_GET(self) -> None:
        self._answer(b"")

    def _answer(self, body: bytes) -> None:
        path = self.path.partition("?")[0]
        self.server.requested.append(f"{self.command} {path}")
        for name, files in self.server.datasets.items():
            if path.startswith(f"/datasets/{name}/resolve/"):
                self._file(files, path.split("/resolve/")[1].partition("/")[2])
                return
            if path.startswith(f"/api/datasets/{name}"):
                self._api(name, files, path.removeprefix(f"/api/datasets/{name}"), body)
                return
        self._reply(404, b'{"error": "Repository not found"}', {"X-Error-Code": "RepoNotFound"})

    def _api(self, name: str, files: Mapping[str, bytes], rest: str, body: bytes) -> None:
        entries = [_entry(path, content) for path, content in sorted(files.items())]
        if rest.startswith("/paths-info/"):
            wanted = json.loads(body)["paths"]
            self._json([entry for entry in entries if entry["path"] in wanted])
        elif rest.startswith("/tree/"):
            folder = "".join(f"{part}/" for part in rest.split("/")[3:])
            self._json(_tree(entries, folder, recursive="recursive=true" in self.path.lower()))
        elif rest in ("", "/revision/main", f"/revision/{REVISION}"):
            siblings = [{"rfilename": path} for path in sorted(files)]
            self._json({"id": name, "sha": REVISION, "private": False, "gated": False, "disabled": False,
                        "downloads": 0, "likes": 0, "tags": [], "siblings": siblings})  # fmt: skip
        else:
            self._reply(404, b'{"error": "not found"}', {"X-Error-Code": "EntryNotFound"})

    def _file(self, files: Mapping[str, bytes], path: str) -> None:
        if path not in files:
            self._reply(404, b"Entry not found", {"X-Error-Code": "EntryNotFound"})
            return
        content = files[path]
        headers = {"ETag": f'"{hashlib.sha256(content).hexdigest()}"', "X-Repo-Commit": REVISION}
        asked = self.headers.get("Range")
        if asked:
            first, _, last = asked.removeprefix("bytes=").partition("-")
            end = min(int(last) if last else len(content) - 1, len(content) - 1)
            headers["Content-Range"] = f"bytes {first}-{end}/{len(content)}"
            self._reply(206, content[int(first) : end + 1], headers)
            return
        self._reply(200, content, {**headers, "Accept-Ranges": "bytes"})

    def _json(self, value: Any) -> None:  # any JSON value
        self._reply(200, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def _reply(self, status: int, content: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for key, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(key, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


def _entry(path: str, content: bytes) -> dict[str, Any]:
    return {"type": "file", "path": path, "size": len(content), "oid": hashlib.sha1(content).hexdigest()}  # noqa: S324


def _tree(entries: list[dict[str, Any]], folder: str, *, recursive: bool) -> list[dict[str, Any]]:
    """The files and folders in a folder ("" or "name/"), with everything below it where asked recursively."""
    inside = [entry for entry in entries if entry["path"].startswith(folder)]
    direct = [entry for entry in inside if "/" not in entry["path"][len(folder) :]]
    folders = sorted({entry["path"][len(folder) :].split("/")[0] for entry in inside if entry not in direct})
    listed = [{"type": "directory", "path": f"{folder}{name}", "size": 0, "oid": "0" * 40} for name in folders]
    return listed + (inside if recursive else direct)


@pytest.fixture
def loopback_hub() -> Iterator[LoopbackHub]:
    """A running hub without data sets; a test fills `datasets` (name -> path -> bytes)."""
    hub = LoopbackHub({})
    thread = threading.Thread(target=hub.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield hub
    hub.shutdown()
    hub.server_close()
    thread.join()


@pytest.fixture(scope="session")
def full() -> Complaints:
    """The shipped corpus at full size, made once."""
    return complaints.load("synthetic", size="full")


@pytest.fixture(scope="session")
def real_complaints() -> Path:
    """The real complaints, or a skip where they are not at hand."""
    shared = Path(os.environ.get("PARIBUS_SHARED", Path(__file__).parents[3].parent / "shared"))
    path = shared / "data" / "cfpb_complaints.parquet"
    if not path.is_file():
        pytest.skip("the real complaints are not here (set PARIBUS_SHARED to the folder that holds data/)")
    return path
