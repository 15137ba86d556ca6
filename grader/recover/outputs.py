"""What every format's outputs have in common: pictures within a budget, streams joined and folded."""

import binascii
import re
from collections.abc import Iterable, Sequence
from typing import Any

from grader.errors import UnreadableError
from grader.model import Output, OutputKind
from grader.recover.limits import RecoverLimits
from grader.recover.text import terminal_text
from grader.recover.visible import visible_text

# IPython opens a traceback with a rule, and a syntax error with the cell and the line.
TRACEBACK_START = re.compile(r"\s*-{40,}\s*\n|\s*(?:Cell In|Input In|File ).{0,200}line \d+")
ERROR_LINE = re.compile(r"^([A-Za-z_][\w.]*)(?::|\s+Traceback|\s*$)", re.MULTILINE)


def is_traceback(text: str) -> bool:
    """Whether text on stderr is a traceback: nbconvert's lab template marks both alike."""
    return TRACEBACK_START.match(terminal_text(text[:2000])) is not None and bool(error_name(text))


def error_name(text: str) -> str:
    """The exception's name in a traceback, or ""."""
    names = [name for name in ERROR_LINE.findall(terminal_text(text)) if name[:1].isupper() or "." in name]
    return names[0] if names else ""


class PictureBudget:
    """Counts outputs and decoded pictures of one submission against the limits; lives for one `recover` call."""

    def __init__(self, limits: RecoverLimits) -> None:
        """Start with the whole budget."""
        self._limits = limits
        self._left = limits.pictures_bytes
        self._outputs = 0
        self._dropped = 0
        self._damaged = 0

    def count_output(self) -> None:
        """One more output; UnreadableError beyond the limit."""
        self._outputs += 1
        if self._outputs > self._limits.outputs:
            raise UnreadableError(
                f"a notebook with more than {self._limits.outputs:,} outputs",
                "Print or display less inside loops, run the notebook again and hand in its export.",
            )

    def decode(self, base64_text: str, start: int = 0) -> bytes:
        """The bytes of a base64 picture from ``start`` on, or none where it is damaged or too large."""
        if not self._limits.pictures_bytes:  # nobody will look at the bytes
            return b""
        if (len(base64_text) - start) * 3 // 4 > min(self._limits.picture_bytes, self._left):
            self._dropped += 1
            return b""
        try:
            content = binascii.a2b_base64(base64_text[start:])
        except ValueError:
            self._damaged += 1
            return b""
        return self.keep(content)

    def keep(self, content: bytes) -> bytes:
        """The picture itself while the budget lasts, or none."""
        if len(content) > min(self._limits.picture_bytes, self._left):
            self._dropped += 1
            return b""
        self._left -= len(content)
        return content

    def remarks(self) -> tuple[str, ...]:
        """What was left out, in plain words."""
        remarks = []
        if self._dropped:
            remarks.append(f"{self._dropped} pictures were too large to keep; they count as shown.")
        if self._damaged:
            remarks.append(f"{self._damaged} pictures are damaged in this file.")
        return tuple(remarks)


class MarkupOutput(Output):
    """An output of markup. Its ``text`` is worked out when first asked for: no check reads most tables as text."""

    @classmethod
    def of(cls, kind: OutputKind, html: str, mime: str) -> "MarkupOutput":
        """The output, without its text yet."""
        output = cls.__new__(cls)
        values = {"kind": kind, "name": "", "html": html, "mime": mime, "picture": "", "picture_bytes": b""}
        vars(output).update(values)
        return output

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - as Python asks for it
        """What is not there yet, which is the text alone."""
        if name != "text":
            raise AttributeError(name)
        text = visible_text(self.html)
        vars(self)["text"] = text
        return text


def merge_streams(outputs: Iterable[Output]) -> tuple[Output, ...]:
    """Neighbouring pieces of one stream joined into one, then folded as a terminal would.

    Kernels cut streams wherever they flush; nbconvert joins the pieces up to 7.13.1 and no longer from
    7.14.2, so that only the joined text is the same in every file.
    """
    pieces: list[tuple[Output, list[str]]] = []
    for output in outputs:
        if output.kind == "stream" and pieces:
            last, texts = pieces[-1]
            if last.kind == "stream" and last.name == output.name:
                texts.append(output.text)
                continue
        pieces.append((output, [output.text] if output.kind == "stream" else []))
    return tuple(_folded(output, texts) if texts else output for output, texts in pieces)


def _folded(first: Output, texts: Sequence[str]) -> Output:
    """A stream of these pieces as a terminal shows it; most need nothing."""
    text = terminal_text("".join(texts))
    return first if text == first.text else Output("stream", text, name=first.name)
