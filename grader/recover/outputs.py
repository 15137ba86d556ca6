"""What every format's outputs have in common: pictures within a budget, streams joined and folded."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from grader.model import Output, OutputKind
from grader.recover.text import terminal_text
from grader.recover.visible import visible_text

PICTURES = frozenset({"image/png", "image/jpeg", "image/gif"})
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


def is_record(output: Output) -> bool:
    """Whether an output is one of paribus's records with its table."""
    return "paribus" in output.html[:2000] and "evidence" in output.html


class MarkupOutput(Output):
    """An output of markup. Its ``text`` is worked out when first asked for: no check reads most tables as text."""

    @classmethod
    def of(cls, kind: OutputKind, html: str, mime: str) -> "MarkupOutput":
        """The output, without its text yet."""
        output = cls.__new__(cls)
        values = {"kind": kind, "name": "", "html": html, "mime": mime, "picture": "", "picture_bytes": b""}
        vars(output).update(values)
        return output

    def __getattr__(self, name: str) -> Any:  # as Python asks for it
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
