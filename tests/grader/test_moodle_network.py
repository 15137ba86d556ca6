"""Moodle's web services over a network: forms as PHP reads them, and errors that are sentences."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qsl

import pytest

from grader.errors import MoodleError
from grader.lms.moodle.web.send import Send
from grader.lms.moodle.web.site import flat
from tests.grader.test_moodle_web import TOKEN


@contextmanager
def server(status: int, answer: bytes, location: str = "") -> Iterator[tuple[str, list[bytes]]]:
    heard: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Quiet."""

    with HTTPServer(("127.0.0.1", 0), Handler) as found:
        thread = threading.Thread(target=found.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{found.server_port}", heard
        finally:
            found.shutdown()
            thread.join()


def test_forms_and_files_go_over_the_network_as_php_reads_them() -> None:
    with server(200, b"[]") as (url, heard):
        assert Send()(url, {"a": "1", "b[0]": "ü"}) == b"[]"
        assert dict(parse_qsl(heard[0].decode())) == {"a": "1", "b[0]": "ü"}
        Send()(url, {"token": "t"}, {"file_1": ('fe"ed.html', b"\x00page")})
        assert b'name="file_1"; filename="fe%22ed.html"' in heard[1]
        assert b"\x00page" in heard[1]


def test_an_error_a_redirect_and_silence_are_sentences() -> None:
    with server(500, b"no") as (url, _), pytest.raises(MoodleError, match="answered with HTTP 500"):
        Send()(url, {"token": TOKEN})
    with server(302, b"", "https://elsewhere.example/login") as (url, _):
        with pytest.raises(MoodleError, match=r"sends to https://elsewhere\.example"):
            Send()(url, {"token": TOKEN})
        gone = url
    with pytest.raises(MoodleError, match="does not answer") as told:
        Send()(gone, {"token": TOKEN})
    assert TOKEN not in str(told.value)


def test_an_answer_without_end_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grader.lms.moodle.web.send.MOST", 1_000_000)
    with server(200, b"x" * 1_000_002) as (url, _), pytest.raises(MoodleError, match="sent more than 1 MB"):
        Send()(url, {})


def test_arguments_are_flattened_as_moodle_reads_them() -> None:
    assert flat({"a": 1, "grades": [{"userid": 3, "plugindata": {"x": {"text": "t"}}}]}) == {
        "a": "1", "grades[0][userid]": "3", "grades[0][plugindata][x][text]": "t"}  # fmt: skip
    assert json.loads(json.dumps(flat({}))) == {}
