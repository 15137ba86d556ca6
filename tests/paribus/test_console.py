"""What a terminal's code page lacks is written in other letters."""

import io
import sys
from collections.abc import Iterator

import pytest

from paribus.display.console import speak_plainly


@pytest.fixture(name="stream", params=["cp1252", "ascii"])
def narrow_stream(request: pytest.FixtureRequest) -> Iterator[io.TextIOWrapper]:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=request.param, newline="")
    speak_plainly((stream, io.StringIO()))
    yield stream
    stream.close()


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("16 → 32, p ≤ 0.05", "16 -> 32, p <= 0.05"), ("a − b ≥ 0", "a - b >= 0"), ("Łukasz", "?ukasz"),
        ("●✕", "*x"), ("数据", "??"), ("ﬁne", "fine"), ("plain\n", "plain\n"),
    ],
)  # fmt: skip
def test_a_sign_is_written_as_people_type_it(stream: io.TextIOWrapper, text: str, read: str) -> None:
    stream.write(text)
    stream.flush()
    written = stream.buffer
    assert isinstance(written, io.BytesIO)
    assert written.getvalue().decode(stream.encoding) == read


def test_a_code_page_keeps_what_it_has() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="cp1252")
    speak_plainly((stream,))
    stream.write("Grüße – “5 €” …")
    stream.flush()
    assert isinstance(stream.buffer, io.BytesIO)
    assert stream.buffer.getvalue().decode("cp1252") == "Grüße – “5 €” …"
    stream.close()


def test_only_writing_is_helped() -> None:
    """Bytes that cannot be read stay an error."""
    speak_plainly((sys.stdout,))
    with pytest.raises(UnicodeDecodeError):
        b"\xff".decode("utf-8", "paribus-plain")
