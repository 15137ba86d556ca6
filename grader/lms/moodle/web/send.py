"""The transport over the network: one request at a time, no redirects to other sites, nothing repeated by
itself.
"""

import urllib.error
import urllib.request
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from grader.errors import MoodleError
from grader.lms.moodle.web.site import KEPT

SECONDS = 60
MOST = 200_000_000
"""Bytes of one answer."""


@dataclass(frozen=True)
class Send:
    """A transport (`grader.lms.moodle.web.site.Transport`) that sends forms by HTTP."""

    seconds: float = SECONDS

    def __call__(
        self, url: str, fields: Mapping[str, str], files: Mapping[str, tuple[str, bytes]] | None = None
    ) -> bytes:
        """Send and return the answer. MoodleError, without the token, where nothing answers."""
        body, kind = (
            _multipart(fields, files)
            if files
            else (urlencode(fields).encode(), "application/x-www-form-urlencoded")
        )
        request = urllib.request.Request(url, body, {"Content-Type": kind})  # noqa: S310 - `Site` has checked the scheme
        try:
            with urllib.request.build_opener(_NoRedirects).open(request, timeout=self.seconds) as answer:
                content: bytes = answer.read(MOST + 1)
        except urllib.error.HTTPError as error:
            raise MoodleError(f"{_place(url)} answered with HTTP {error.code}. {KEPT}") from None
        except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
            why = getattr(error, "reason", error)
            raise MoodleError(f"{_place(url)} does not answer ({why}). {KEPT}") from None
        if len(content) > MOST:
            raise MoodleError(f"{_place(url)} sent more than {MOST // 1_000_000} MB. {KEPT}")
        return content


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect would take the token elsewhere."""

    def redirect_request(self, req: urllib.request.Request, *answer: Any, **_: Any) -> None:
        to = _place(answer[-1])
        raise MoodleError(f"{_place(req.full_url)} sends to {to}. Give the address to which the site leads.")


def _place(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _multipart(fields: Mapping[str, str], files: Mapping[str, tuple[str, bytes]]) -> tuple[bytes, str]:
    edge = uuid.uuid4().hex
    parts = [
        f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    for name, (file, content) in files.items():
        quoted = file.replace('"', "%22").replace("\r", " ").replace("\n", " ")
        head = f'--{edge}\r\nContent-Disposition: form-data; name="{name}"; filename="{quoted}"\r\n'
        parts.append(head.encode() + b"Content-Type: application/octet-stream\r\n\r\n" + content + b"\r\n")
    return b"".join(parts) + f"--{edge}--\r\n".encode(), f"multipart/form-data; boundary={edge}"
