"""A small Kaggle on 127.0.0.1: just enough for the official client's pushes, and it remembers what it was told."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


@dataclass
class Kaggle:
    """The server's state. ``states`` maps a kernel's slug to the states its run goes through."""

    datasets: dict[str, list[list[str]]] = field(default_factory=dict)
    kernels: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    private_datasets: list[bool] = field(default_factory=list)
    states: dict[str, list[str]] = field(default_factory=dict)
    dataset_states: list[str] = field(default_factory=list)
    failure: str = ""
    refuse: Mapping[str, Any] = field(default_factory=dict)
    broken: set[str] = field(default_factory=set)
    files: dict[str, bytes] = field(default_factory=lambda: {"result.json": b"{}"})
    uploads: dict[str, bytes] = field(default_factory=dict)
    port: int = 0

    def answer(self, method: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """The reply to one call: status and JSON."""
        if method in self.broken:
            return 500, {"code": 500, "message": "internal error"}
        reply: tuple[int, dict[str, Any]] = getattr(self, f"on_{method.lower()}")(body)
        return reply

    def on_introspecttoken(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        return 200, {"active": body["token"] == "good-token", "username": "teacher"}

    def on_getdatasetstatus(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if f"{body['ownerSlug']}/{body['datasetSlug']}" not in self.datasets:
            return 404, {"code": 404, "message": "Not Found"}
        states = self.dataset_states
        return 200, {"status": states.pop(0) if len(states) > 1 else (states or ["ready"])[0]}

    def on_startblobupload(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        return 200, {"token": body["name"], "createUrl": f"http://127.0.0.1:{self.port}/upload/{body['name']}"}

    def on_createdataset(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.private_datasets.append(body.get("isPrivate", False))
        return self._dataset(f"{body['ownerSlug']}/{body['slug']}", body["files"])

    def on_createdatasetversion(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        return self._dataset(f"{body['ownerSlug']}/{body['datasetSlug']}", body["body"]["files"])

    def _dataset(self, ref: str, files: list[dict[str, str]]) -> tuple[int, dict[str, Any]]:
        if "dataset" in self.refuse:
            return 200, {"ref": "", "url": "", "status": "error", "error": self.refuse["dataset"]}
        self.datasets.setdefault(ref, []).append([item["token"] for item in files])
        return 200, {"ref": ref, "url": f"https://www.kaggle.com/{ref}", "status": "ok", "error": ""}

    def on_savekernel(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        empty: dict[str, Any] = {
            "invalidTags": [], "invalidDatasetSources": [], "invalidCompetitionSources": [],
            "invalidKernelSources": [],
        }  # fmt: skip
        if "kernel" in self.refuse:
            return 200, {"ref": "", "url": "", "versionNumber": 0, **empty, "error": "", **self.refuse["kernel"]}
        versions = self.kernels.setdefault(body["slug"], [])
        versions.append(body)
        url = f"https://www.kaggle.com/code/{body['slug']}"
        return 200, {"ref": body["slug"], "url": url, "versionNumber": len(versions), "error": "", **empty}

    def on_getkernelsessionstatus(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        states = self.states.get(body["kernelSlug"], ["complete"])
        state = states.pop(0) if len(states) > 1 else states[0]
        return 200, {"status": state, "failureMessage": self.failure if state == "error" else ""}

    def on_listkernelsessionoutput(self, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        files = [{"url": f"http://127.0.0.1:{self.port}/file/{name}", "fileName": name} for name in self.files]
        log = json.dumps([{"stream_name": "stdout", "time": 1.0, "data": f"{body['kernelSlug']} says hello\n"}])
        return 200, {"files": files, "log": log, "nextPageToken": ""}


def _handler(kaggle: Kaggle) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

        def _body(self) -> bytes:
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))

        def _reply(self, status: int, content: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def do_POST(self) -> None:
            status, reply = kaggle.answer(self.path.rpartition("/")[2], json.loads(self._body() or b"{}"))
            self._reply(status, json.dumps(reply).encode(), "application/json")

        def do_PUT(self) -> None:
            kaggle.uploads[self.path.rpartition("/")[2]] = self._body()
            self._reply(200, b"", "text/plain")

        def do_GET(self) -> None:
            self._reply(200, kaggle.files[self.path.rpartition("/")[2]], "application/octet-stream")

    return Handler


@contextmanager
def serve(kaggle: Kaggle, home: Path) -> Iterator[dict[str, str]]:
    """Serve ``kaggle``; yields the environment that points the official client at it."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(kaggle))
    kaggle.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    address = f"http://127.0.0.1:{kaggle.port}"
    try:
        yield {
            "KAGGLE_API_ENVIRONMENT": "LOCALHOST", "http_proxy": address, "HTTP_PROXY": address,
            "no_proxy": "127.0.0.1", "NO_PROXY": "127.0.0.1", "HOME": str(home), "KAGGLE_API_TOKEN": "good-token",
            "KAGGLE_CONFIG_DIR": str(home / ".kaggle"),
        }  # fmt: skip
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
