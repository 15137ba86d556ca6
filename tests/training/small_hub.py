"""A model hub of one folder on loopback, as far as the real client asks: files with etags, and nothing else."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@contextmanager
def small_hub(folder: Path, repo: str) -> Iterator[str]:
    """The address of a hub that serves the files of ``folder`` as the model ``repo``."""

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.answer(with_body=False)

        def do_GET(self) -> None:
            self.answer(with_body=True)

        def answer(self, *, with_body: bool) -> None:
            path = self.path.partition("?")[0]
            prefix = f"/{repo}/resolve/"
            name = path.removeprefix(prefix).partition("/")[2] if path.startswith(prefix) else ""
            file = folder / name
            if name and file.is_file():
                body = file.read_bytes()
                self.send_response(200)
                self.send_header("ETag", f'"{hashlib.sha256(body).hexdigest()}"')
                self.send_header("X-Repo-Commit", COMMIT)
            elif path == f"/api/models/{repo}":
                body = json.dumps({"id": repo, "sha": COMMIT, "siblings": []}).encode()
                self.send_response(200)
            else:
                body = b""
                self.send_response(404)
                self.send_header("X-Error-Code", "EntryNotFound" if repo in path else "RepoNotFound")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if with_body:
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing: the test's output is the client's."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
